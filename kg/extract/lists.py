"""Lines that only list names: "Harbour League, Dockers' Union, Marek Zielonka, Oslo, Gdynia" states nothing of any two of them. Nor does a
line that says who wrote an article: "(Reporting by Ana Diaz in Oslo; Editing by Eva Lind)"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from kg.types import Mention, MentionKind, Relation, Span

__all__ = ["without_lists"]

NAMES = 4  # fewer may be a signature or a caption: "Ana Diaz, Harbour Pilots' Association"
_CREDIT = re.compile(r"\W*(?:additional\s+)?(?:reporting|writing|editing|compiled|translated)\s+by\b", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+")
_BETWEEN = frozenset({"and", "or", "the", "of", "in"})


def without_lists(text: str, mentions: Sequence[Mention], relations: Sequence[Relation]) -> list[Relation]:
    """The relations less those whose sentence is a credit or a mere list of names; a place within another stays ("Gdynia, Poland")."""
    names = sorted(m.span for m in mentions if m.kind is MentionKind.NAME)
    lists = {sentence: _lists_names(text, sentence, names) for sentence in {r.sentence for r in relations}}
    credited = {sentence for sentence in lists if _CREDIT.match(text, sentence.start, sentence.end)}
    kept = [r for r in relations if r.sentence not in credited]
    return [r for r in kept if r.predicate == "within" or not lists[r.sentence]]


def _lists_names(text: str, sentence: Span, names: Sequence[Span]) -> bool:
    """Whether nothing but names stands in a sentence. names: in order, of the whole text."""
    inside = names[bisect_left(names, sentence.start, key=_start) : bisect_left(names, sentence.end, key=_start)]
    if len(inside) < NAMES:
        return False
    at = sentence.start
    for start, end in (*((span.start, span.end) for span in inside), (sentence.end, sentence.end)):
        if any(word[0].lower() not in _BETWEEN for word in _WORDS.finditer(text, at, max(at, start))):
            return False
        at = max(at, end)
    return True


def _start(span: Span) -> int:
    return span.start
