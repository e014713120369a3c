"""Predicate nominals: "First River Bank, founded in 1901, is a regional lender" makes bank and lender one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.types import Mention, MentionKind

__all__ = ["predicate_nominals"]

_ADVERBS = r"(?:also|now|still|once|then|currently|today|only|itself|himself|herself|effectively|formerly|long|already)"
_COPULA = re.compile(
    rf"\s+(?:(?:who|which|that)\s+)?(?:{_ADVERBS}\s+)?"
    r"(?:is|are|was|were|remains?|remained|becomes?|became|has\s+(?:been|become)|have\s+(?:been|become)|had\s+(?:been|become))"
    rf"\s+(?:{_ADVERBS}\s+)*$"
)
# what may stand between a subject and its verb: brackets, or one stretch between commas; no second clause
_ASIDE = re.compile(r"(?:\s*\([^()]*\)|\s*\[[^\[\]]*\]|,[^,;:.!?]{1,120},|,\s+(?:Inc|Ltd|N\.A|S\.A|LLC|Jr|Sr)\.?,?)*")


def predicate_nominals(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """(nominal, subject) for each nominal that a copula says of a subject of its class, as indexes of mentions."""
    order = sorted(range(len(mentions)), key=lambda i: mentions[i].span)
    for position, i in enumerate(order):
        nominal = mentions[i]
        if nominal.kind is not MentionKind.NOMINAL:
            continue
        for j in reversed(order[max(0, position - 8) : position]):
            subject = mentions[j]
            if subject.span.end > nominal.span.start or subject.kind is MentionKind.TRIGGER:
                continue
            between = text[subject.span.end : nominal.span.start]
            copula = _COPULA.search(between)
            if copula is None or "\n" in between:
                if len(between) > 200:
                    break
                continue
            if subject.cls is nominal.cls and _ASIDE.fullmatch(between, 0, copula.start()):
                yield i, j
                break
