"""How a sentence commits itself to a fact: denied, alleged, planned; current, former or future; and who says so.

Cues are data (lexicon/en/cues.tsv). A cue counts in the clause of the fact: from the last clause boundary before the first end to
the second end. The model's own opinion is added by the extractor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from kg.extract.words import lines
from kg.types import EntityClass, Mention, MentionKind, Span

__all__ = ["attribution", "cues_for"]

_BOUNDARY = re.compile(
    r"[;:.!?—–]\s"
    r"|,\s(?:and|but|while|although|though|as|after|before|which|who|where|when|because)\s"
    r"|\s(?:but|while|although|after|before|because)\s"
    r"|[\"“”]"
)
_RELATIVE = re.compile(r",\s(?:who|which|whose|whom)\s")
_SAYS = (
    r"(?:said|says|say|told|announced|reported|reports|claimed|claims|stated|confirmed|added|tweeted|wrote|insisted|argued"
    r"|warned|declared|acknowledged|noted|according\s+to)"
)


@cache
def _cues() -> list[tuple[re.Pattern[str], str]]:
    """One pattern for each status."""
    rows = [line.split("\t") for line in lines("cues.tsv")]
    cues = {status: "|".join(cue for cue, of in rows if of == status) for _, status in rows}
    return [(re.compile(rf"(?<![\w-])(?:{any_of})(?!\w)", re.IGNORECASE), status) for status, any_of in cues.items()]


def clause_of(text: str, sentence: Span, first: Span, last: Span) -> tuple[int, int]:
    """The stretch of a sentence in which a cue bears on a fact: (start, end) code points."""
    low = max(sentence.start, first.start - 70)
    for match in _BOUNDARY.finditer(text, low, first.start):
        low = match.end()
    return low, max(last.end, first.end)


def cues_for(text: str, sentence: Span, a: Span, b: Span) -> frozenset[str]:
    """The statuses that words around a fact give it: denied, alleged, planned, former, future.

    >>> sorted(cues_for("He denied leading the Front.", Span(0, 28), Span(0, 2), Span(18, 27)))
    ['denied']
    """
    first, last = sorted((a, b))
    if not (sentence.start <= first.start and last.end <= sentence.end):
        return frozenset()
    low, high = clause_of(text, sentence, first, last)
    if _RELATIVE.search(text, first.end, last.start):
        low = (
            first.start
        )  # "it does not cover Ana, who leads the front": the main clause's negation is none of the relative's
    stretch = text[low:high]
    return frozenset(status for pattern, status in _cues() if pattern.search(stretch))


@cache
def _sources() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands before a source, and after it."""
    return (
        re.compile(rf"\b{_SAYS}\s+(?:the\s+|a\s+)?(?:[\w.]+\s+){{0,3}}$", re.IGNORECASE),
        re.compile(rf"\s*(?:,[^,]{{1,35}},)?\s*(?:also\s+|has\s+|had\s+)?{_SAYS}\b"),
    )


def attribution(
    text: str, sentence: Span, ends: Sequence[Span], mentions: Sequence[Mention], here: Sequence[int]
) -> int | None:
    """The mention in this sentence that is named as the source ("X said", "according to X"), unless it is an end of the fact.

    `here`: the mentions of the sentence.
    """
    before_source, after_source = _sources()
    for i in here:
        m = mentions[i]
        if m.cls not in (EntityClass.PERSON, EntityClass.GROUP, EntityClass.POLITY) or m.kind in (
            MentionKind.TRIGGER,
            MentionKind.PRONOUN,
        ):
            continue
        if any(m.span.overlaps(end) for end in ends):
            continue
        after = text[m.span.end : min(sentence.end, m.span.end + 40)]
        before = text[max(sentence.start, m.span.start - 40) : m.span.start]
        if after_source.match(after) or before_source.search(before):
            return i
    return None
