"""Predicate nominals: "First River Bank, founded in 1901, is a regional lender" makes bank and lender one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.types import Mention, MentionKind

__all__ = ["predicate_nominals"]

FARTHEST = 200  # code points between a subject and what is said of it
_ADVERBS = r"(?:also|now|still|once|then|currently|today|only|itself|himself|herself|effectively|formerly|long|already)"
_COPULA = re.compile(
    rf"(?<!\s)\s+(?:(?:who|which|that)\s+)?(?:{_ADVERBS}\s+)?"
    r"(?:is|are|was|were|remains?|remained|becomes?|became|has\s+(?:been|become)|have\s+(?:been|become)|had\s+(?:been|become))"
    rf"\s+(?:{_ADVERBS}\s+)*$"
)
# What may stand between a subject and its verb: brackets, a legal form, or one stretch between commas; no second clause. Each is
# taken once and for all (atomic): where commas could be read in two ways, a text of many would be read in ever so many.
_ASIDE = re.compile(
    r"(?>\s*\([^()]*\)|\s*\[[^\[\]]*\]|,\s+(?:Inc|Ltd|N\.A|S\.A|LLC|Jr|Sr)\b\.?(?:,(?=\s*$))?|,[^,;:.!?]{1,120},)*+"
)


def predicate_nominals(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """(nominal, subject) for each nominal that a copula says of a subject of its class, as indexes of mentions."""
    order = sorted(range(len(mentions)), key=lambda i: mentions[i].span)
    for position, i in enumerate(order):
        nominal = mentions[i]
        if nominal.kind is not MentionKind.NOMINAL:
            continue
        for j in reversed(order[max(0, position - 8) : position]):
            subject = mentions[j]
            apart = nominal.span.start - subject.span.end
            if not 0 <= apart <= FARTHEST or subject.kind is MentionKind.TRIGGER or subject.cls is not nominal.cls:
                continue
            between = text[subject.span.end : nominal.span.start]
            copula = None if "\n" in between else _COPULA.search(between)
            if copula is not None and _ASIDE.fullmatch(between[: copula.start()]):
                yield i, j
                break
