"""Variants of our own passages: the same text with other people's and places' names, so that the model learns the sentence, not the name.

Given and family names keep their positions and relatives keep sharing theirs: a token is replaced by the same token everywhere in a text.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["Pools", "name_pools", "varied"]

_PARTICLES = frozenset(
    (
        *("de", "la", "le", "el", "al", "bin", "ibn", "van", "von", "der", "den", "di", "da", "do", "dos", "du"),
        *("and", "of", "the"),
    )
)


class Pools:
    """Name tokens and place names to draw from."""

    def __init__(self, given: Sequence[str], family: Sequence[str], places: Sequence[str]) -> None:
        self.given, self.family, self.places = tuple(given), tuple(family), tuple(places)


def name_pools(records: Sequence[dict[str, Any]]) -> Pools:
    """The names of people and places in annotated documents, each once, in order of first use."""
    given: dict[str, None] = {}
    family: dict[str, None] = {}
    places: dict[str, None] = {}
    for record in records:
        for m in record["mentions"]:
            surface = record["text"][m["start"] : m["end"]]
            words = surface.split()
            plain = all(w.replace("-", "").isalpha() and w[0].isupper() for w in words)
            if m["type"] == "Person" and plain and len(words) in (2, 3):
                given[words[0]] = None
                family[words[-1]] = None
            elif m["type"] == "Place" and plain and len(words) <= 2:
                places[surface] = None
    return Pools(list(given), list(family), list(places))


def varied(record: dict[str, Any], pools: Pools, rng: np.random.Generator) -> dict[str, Any]:
    """A copy of a document in which people and places have other names; offsets of sentences and mentions follow."""
    text: str = record["text"]
    people: dict[str, str] = {}
    places: dict[str, str] = {}
    edits: list[tuple[int, int, str]] = []
    for m in sorted(record["mentions"], key=lambda m: (m["start"], m["start"] - m["end"])):
        if m["kind"] != "name" or (edits and m["start"] < edits[-1][1]):
            continue
        surface = text[m["start"] : m["end"]]
        if m["type"] == "Person":
            words = surface.split(" ")
            for k, word in enumerate(words):
                if len(word) > 2 and word[0].isupper() and word.lower() not in _PARTICLES and word not in people:
                    pool = pools.given if k == 0 and len(words) > 1 else pools.family
                    people[word] = pool[int(rng.integers(len(pool)))]
            edits.append((m["start"], m["end"], " ".join(people.get(word, word) for word in words)))
        elif m["type"] == "Place" and surface[0].isupper():
            if surface not in places:
                places[surface] = pools.places[int(rng.integers(len(pools.places)))]
            edits.append((m["start"], m["end"], places[surface]))
    return _edited(record, edits)


def _edited(record: dict[str, Any], edits: Sequence[tuple[int, int, str]]) -> dict[str, Any]:
    result = copy.deepcopy(record)
    text: str = record["text"]
    shift = np.zeros(len(text) + 1, dtype=np.int64)
    parts, at = [], 0
    for start, end, new in edits:
        parts += [text[at:start], new]
        shift[end:] += len(new) - (end - start)
        # inside an edited span only its edges are ever looked up
        at = end
    result["text"] = "".join(parts) + text[at:]

    def move(offset: int) -> int:
        return int(offset + shift[offset])

    result["sents"] = [[move(a), move(b)] for a, b in record["sents"]]
    for m, old in zip(result["mentions"], record["mentions"], strict=True):
        m["start"], m["end"] = move(old["start"]), move(old["end"])
    return result
