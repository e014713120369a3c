"""Lines that only list names: "Harbour League, Dockers' Union, Marek Zielonka, Oslo, Gdynia" states nothing of any two of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.types import Mention, MentionKind, Relation

__all__ = ["without_lists"]

NAMES = 4  # fewer may be a signature or a caption: "Ana Diaz, Harbour Pilots' Association"
_WORDS = re.compile(r"[^\W\d_]+")
_BETWEEN = frozenset({"and", "or", "the", "of", "in"})


def without_lists(text: str, mentions: Sequence[Mention], relations: Sequence[Relation]) -> list[Relation]:
    """The relations less those whose sentence is a mere list of names; a place within another stays ("Gdynia, Poland")."""
    lists: dict[tuple[int, int], bool] = {}
    kept = []
    for relation in relations:
        at = (relation.sentence.start, relation.sentence.end)
        if at not in lists:
            inside = [m for m in mentions if m.kind is MentionKind.NAME and relation.sentence.contains(m.span)]
            lists[at] = _lists_names(text, at, inside)
        if relation.predicate == "within" or not lists[at]:
            kept.append(relation)
    return kept


def _lists_names(text: str, sentence: tuple[int, int], inside: Sequence[Mention]) -> bool:
    if len(inside) < NAMES:
        return False
    covered = bytearray(sentence[1] - sentence[0])
    for m in inside:
        covered[m.span.start - sentence[0] : m.span.end - sentence[0]] = b"\1" * (m.span.end - m.span.start)
    words = _WORDS.finditer(text, *sentence)
    return all(covered[w.start() - sentence[0]] or w[0].lower() in _BETWEEN for w in words)
