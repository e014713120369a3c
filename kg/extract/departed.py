"""People of whom an article says that they died or gave up their office: in all of it they lead and belong to nothing any more.

The sentence that names somebody's office seldom says so itself ("X, the leader of Y, was buried on Monday. He had founded Y …"). In our
annotation (November 2026) what these people lead or belong to is `former` in 179 of 188 cases, of other people in one of five.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache

from kg.types import EntityClass, Mention, MentionKind, Span

__all__ = ["departed", "fallen"]

_ASIDE = r"(?:,[^,.;]{1,60},)?"
_ADVERB = r"(?:later|then|also|reportedly|himself|herself|\d+,?)"
_DIES = re.compile(
    rf"(?:{_ASIDE}|,\s+who)(?:\s+(?:is|has|had|have|{_ADVERB})){{0,3}}\s+(?:dies\b|died\b|(?:was|were|been|being)(?:\s+{_ADVERB})?\s+(?:killed|assassinated"
    r"|shot\s+(?:dead|and\s+killed|to\s+death)|murdered|executed|slain|gunned\s+down|beheaded|hanged|stabbed\s+to\s+death|buried))",
    re.IGNORECASE,
)
_END = (
    r"(?:death|killing|assassination|murder|slaying|funeral|execution|burial|widow|resignation|dismissal|removal|ouster|ousting"
    r"|overthrow|sacking)"
)
_HIS_END = re.compile(rf"['’]s?\s+{_END}\b(?!\s+of\b)", re.IGNORECASE)  # "X's killing of Y" ends Y
# Between the two stand titles, and nobody else: "the killing of a judge by X", "the death of two brothers of X", "of X's brother"
_END_OF = re.compile(
    rf"\b{_END}\s+of\s+(?:(?!(?:by|of|against|for|in|at|on|to|from|under|after|before|and|or|who|whom|whose|that|with|between|near)\b)[\w.’'-]+\s+){{0,5}}$",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’]s?\s")
# What may make the sentence say something else: a denial, a rumour, a fear, a plan
_DOUBT = re.compile(
    r"\b(?:not|never|nobody|no\s+one|neither|nor|den(?:y|ies|ied)|rumou?rs?|false(?:ly)?|untrue|wrong(?:ly)?|hoax|alive|unharmed|surviv\w+"
    r"|if|whether|would|might|(?-i:may)|could|should|must|will|attempt\w*|plot\w*|threat\w*|plan\w*|demand\w*|call(?:s|ed|ing)?\s+for|seek\w*|fear\w*"
    r"|feign\w*|fake\w*|nearly|almost)\b|n['’]t\b",
    re.IGNORECASE,
)


_FALL = r"(?:ousted|toppled|overthrown|deposed|driven\s+from\s+power)"
_FALLS = re.compile(rf"\s+(?:(?:that|which)\s+(?:was|has\s+been|had\s+been)\s+)?{_FALL}\b", re.IGNORECASE)
_FELLED = re.compile(
    r"\b(?:ousted|toppled|overthrew|overthrown|deposed)\s+(?:the\s+)?(?:[\w-]+\s+)?$", re.IGNORECASE
)  # "toppled the transitional government"


def fallen(text: str, group: Mention) -> bool:
    """Whether the words around a group say that it was overthrown: nobody is in it any more. Whoever ousts "its chairman" does not."""
    start, end = group.span.start, group.span.end
    if group.kind is MentionKind.PRONOUN or text[end : end + 1] in ("'", "’"):
        return False
    return _FALLS.match(text, end, end + 60) is not None or _FELLED.search(text, max(0, start - 60), start) is not None


def departed(text: str, mentions: Sequence[Mention], sentences: Sequence[Span]) -> Iterator[int]:
    """The mentions of people that are told to have died, or to have left office; sentences: of the document, in order."""
    starts = [sentence.start for sentence in sentences]

    @cache
    def doubtful(at: int) -> bool:
        return _DOUBT.search(text, sentences[at].start, sentences[at].end) is not None

    for i, m in enumerate(mentions):
        if m.cls is not EntityClass.PERSON:
            continue
        start, end = m.span.start, m.span.end
        told = _DIES.match(text, end, end + 160) or _HIS_END.match(text, end)
        if told is None and m.kind is MentionKind.NAME and not _POSSESSIVE.match(text, end):
            told = _END_OF.search(text, max(0, start - 70), start)
        if told is not None and not doubtful(max(0, bisect_right(starts, start) - 1)):
            yield i
