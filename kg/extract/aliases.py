"""Names that a text says are one thing's: former and other names, assumed names, renamings, translations in brackets.

Names have nothing in common here, so only what the text says between them counts, and only beside each other: "formerly known
as", "renamed itself", "alias", a name of another language in brackets, with its acronym.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from kg.types import EntityClass, Mention

__all__ = ["aliases"]

FARTHEST = 60  # code points between two names
CLASSES = (EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE, EntityClass.EVENT)

_ADVERB = (
    r"(?:(?:also|better|best|formerly|previously|earlier|once|originally|now|commonly|popularly|widely|locally|otherwise"
    r"|variously|until recently|(?:until|since|before|after) \d{4})[ ,]+)"
)
_BE = r"(?:is|was|are|were|has been|had been)"
_SAID = re.compile(  # of what stands between the names; an active verb has the second one as its object
    rf"['’]?s?\s*(?:[,(–—-]?\s*(?:(?:who|which|that)\s+)?(?:{_BE}\s+)?(?:{_ADVERB}*known\s+(?:\w+\s+)?(?:as|by|under)"
    r"(?:\s+(?:his|her|its|their|the)\s+(?:\w+\s+)?(?:nom de guerre|alias|name|pseudonym|initials|acronym|abbreviation)"
    r"(?:\s+of)?)?|alias|a\.?\s?k\.?\s?a\.?)"
    rf"|(?:[,(–—]\s*|,?\s*(?:(?:who|which|that)\s+)?{_BE}\s+){_ADVERB}(?:called|named|styled|dubbed))"
    r"\s*[,:]?\s*(?:the\s+)?[\"“‘']?\s*",
    re.IGNORECASE,
)
_APPOSED = re.compile(  # said between commas or in brackets, and so only where the second name ends there
    r"\s*[,(–—]\s*(?:formerly|previously|originally|now|née|né|born|nom de guerre|real name)\s*[,:]?\s*(?:the\s+)?[\"“‘']?\s*",
    re.IGNORECASE,
)
_RENAMED = re.compile(
    r"\s*,?\s*(?:(?:which|who|that|has|had|have|later|since|then|now|soon|will)\s+)*"
    r"(?:re(?:named|branded|christened)\s+(?:itself|himself|herself|themselves)"
    r"|(?:is|was|were|been|be)\s+(?:later\s+|since\s+|then\s+)?re(?:named|branded|christened)"
    r"|chang(?:ed|es|ing)\s+(?:its|his|her|their)\s+name\s+to"
    r"|(?:took|takes|adopted)\s+the\s+name(?:\s+of)?"
    r"|calls?\s+(?:itself|himself|herself|themselves))"
    r"\s*(?:to|as|into)?\s*(?:the\s+)?[\"“‘']?\s*",
    re.IGNORECASE,
)
_OPENED = re.compile(r"['’]?s?\s*\(\s*(?:the\s+)?[\"“‘']?\s*", re.IGNORECASE)
_OR = re.compile(r"\s*,\s*or\s+(?:the\s+)?[\"“‘']?\s*", re.IGNORECASE)
_NEXT = re.compile(r"[\"”’']?\s*(?:[,;/]|,?\s*or)\s*", re.IGNORECASE)
_CLOSED = re.compile(r"[\"”’']?\s*[,;:.)–—]")
_POSSESSED = re.compile(r"['’]s?\b")
_FOREIGN = re.compile(
    r"(?<!\w)(?:al|da|das|de|del|della|der|des|di|die|do|dos|du|e|el|et|für|il|la|las|le|les|los|och|para|por|pour|und|van"
    r"|voor|y|za|i|na|ve)(?!\w)|[^\x00-\x7f‘’“”]"
)


def aliases(text: str, mentions: Sequence[Mention], names: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of names, of one class and beside each other, that the text says are one thing's."""
    order = sorted(names, key=lambda i: mentions[i].span)
    starts = [mentions[i].span.start for i in order]
    for place, i in enumerate(order[:-1]):
        end = mentions[i].span.end
        following = order[place + 1]
        if starts[place + 1] - end > FARTHEST or mentions[i].cls not in CLASSES:
            continue
        if mentions[following].cls is not mentions[i].cls:
            continue
        between = text[end : starts[place + 1]]
        if _says_so(text, mentions[following], between):
            yield i, following
        elif mentions[i].cls is EntityClass.GROUP and _is_translated(text, mentions[i], mentions[following], between):
            yield i, following
            yield from _acronym(text, mentions, order, bisect_left(starts, starts[place + 1] + 1), following)


def _says_so(text: str, other: Mention, between: str) -> bool:
    if _POSSESSED.match(text, other.span.end):
        return False
    if _SAID.fullmatch(between) or _RENAMED.fullmatch(between):
        return True
    return _APPOSED.fullmatch(between) is not None and _CLOSED.match(text, other.span.end) is not None


def _is_translated(text: str, name: Mention, other: Mention, between: str) -> bool:
    """Whether a name of another language explains a name, in brackets or after "or"."""
    if not (_OPENED.fullmatch(between) or _OR.fullmatch(between)) or _CLOSED.match(text, other.span.end) is None:
        return False
    words = name.span.of(text), other.span.of(text)
    return all(len(one.split()) > 1 for one in words) and sum(_FOREIGN.search(one) is not None for one in words) == 1


def _acronym(
    text: str, mentions: Sequence[Mention], order: Sequence[int], place: int, long: int
) -> Iterator[tuple[int, int]]:
    """Yield the acronym that follows a translation in its brackets, whatever its letters."""
    if place < len(order):
        short = mentions[order[place]]
        between = text[mentions[long].span.end : short.span.start]
        word = short.span.of(text)
        closed = text[short.span.end : short.span.end + 1] in ")],;"
        if short.cls is mentions[long].cls and word.isupper() and closed and _NEXT.fullmatch(between):
            yield long, order[place]
