"""Variants of our own annotation: the same text with other names, so that the model learns the sentence, not the name.

Given and family names keep their positions and relatives keep sharing theirs: a token is replaced by the same token everywhere in a text.
Of a group's name the words change that say which one and not what it is ("Zerrin" of "Zerrin Front"), and its letters. Some of the new
names are coined from the halves of two others, of any class: a name that nobody has read tells no class by itself, the sentence has to.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from kg.extract.words import country_of

__all__ = ["Pools", "name_pools", "varied"]

_PARTICLES = frozenset(
    (
        *("de", "la", "le", "el", "al", "bin", "ibn", "van", "von", "der", "den", "di", "da", "do", "dos", "du"),
        *("and", "of", "the"),
    )
)
_PEOPLE, _PLACES, _GROUPS = 0.1, 0.2, 0.5  # the share of new names that are coined
_RENAMED = 0.7  # the share of the words of groups' names that change: the others stay, to be learnt as they are
_LETTERS = "ABCDEFGHIJKLMNOPRSTUVWZ"


class Pools:
    """Name tokens and place names to draw from, and the words in lower case that are no names wherever they stand."""

    def __init__(
        self,
        given: Sequence[str],
        family: Sequence[str],
        places: Sequence[str],
        groups: Sequence[str] = (),
        common: Collection[str] = (),
    ) -> None:
        self.given, self.family, self.places = tuple(given), tuple(family), tuple(places)
        self.groups, self.common = tuple(groups), frozenset(common)
        names = [w for w in (*self.family, *self.places, *self.groups) if w.isalpha()]
        self._heads = [m[0] for w in names if (m := re.match(r"\w{2,4}?[aeiou]", w))]
        self._tails = [m[0] for w in names if (m := re.search(r"[^\Waeiou][aeiou]\w{0,4}$", w))]

    def draw(self, pool: Sequence[str], coined: float, rng: np.random.Generator) -> str:
        """One of the pool, or, in the share `coined` of cases, a name that is none."""
        if rng.random() < coined and self._heads and self._tails:
            head, tail = (of[int(rng.integers(len(of)))] for of in (self._heads, self._tails))
            return head + tail.lower()
        return pool[int(rng.integers(len(pool)))]


def name_pools(records: Sequence[dict[str, Any]], more: Iterable[dict[str, Any]] = ()) -> Pools:
    """The names of people, places and groups in annotated documents, each once, in order of first use.

    `more` documents tell only which words are no names.
    """
    given: dict[str, None] = {}
    family: dict[str, None] = {}
    places: dict[str, None] = {}
    groups: dict[str, None] = {}
    common = {word for r in (*records, *more) for word in re.findall(r"\b[a-z]{2,}\b", r["text"])}
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
            elif m["type"] == "Group":
                groups.update((w, None) for w in _telling(surface, common) if not w.isupper())
    return Pools(list(given), list(family), list(places), list(groups), common)


def varied(record: dict[str, Any], pools: Pools, rng: np.random.Generator) -> dict[str, Any]:
    """A copy of a document in which people, places and groups have other names; offsets of sentences and mentions follow."""
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
                    people[word] = pools.draw(pool, _PEOPLE, rng)
            edits.append((m["start"], m["end"], " ".join(people.get(word, word) for word in words)))
        elif m["type"] == "Place" and surface[0].isupper():
            if surface not in places:
                places[surface] = pools.draw(pools.places, _PLACES, rng)
            edits.append((m["start"], m["end"], places[surface]))
    groups = _of_groups(record, places | people, pools, rng)
    return _edited(record, sorted([*edits, *_elsewhere(record, groups, edits)]))


def _telling(surface: str, common: Collection[str]) -> Iterator[str]:
    """The words of a group's name that say which one it is: written large, no word of the language, no country's."""
    for word in re.findall(r"\w+", surface):
        lower = word.lower()
        known = lower in common or lower in _PARTICLES or country_of(word) is not None
        if len(word) > 2 and word[0].isupper() and word.isalpha() and not known:
            yield word


def _of_groups(
    record: dict[str, Any], others: dict[str, str], pools: Pools, rng: np.random.Generator
) -> dict[str, str]:
    """New words for those of groups' names; a word that is also a person's or place's name gets what that one has.

    The letters of a group stay where the text has its long form as well: that they are its initials is to be learnt.
    """
    text: str = record["text"]
    names = [text[m["start"] : m["end"]] for m in record["mentions"] if m["type"] == "Group" and m["kind"] == "name"]
    initials = {"".join(w[0] for w in re.findall(r"\b[A-Z]\w+", name)) for name in names}
    new: dict[str, str] = {}
    for word in dict.fromkeys(word for name in names for word in _telling(name, pools.common)):
        if word in others:
            new[word] = others[word]
        elif rng.random() < _RENAMED and pools.groups:
            if not word.isupper():
                new[word] = pools.draw(pools.groups, _GROUPS, rng)
            elif word not in initials:
                new[word] = "".join(_LETTERS[int(i)] for i in rng.integers(len(_LETTERS), size=len(word)))
    return new


def _elsewhere(
    record: dict[str, Any], new: dict[str, str], edits: Sequence[tuple[int, int, str]]
) -> Iterator[tuple[int, int, str]]:
    """The edits of words wherever they stand outside other edits; not of one that a mention cuts, whose edge would have no place."""
    edges = {edge for m in record["mentions"] for edge in (m["start"], m["end"])}
    taken = np.zeros(len(record["text"]) + 1, dtype=bool)
    for start, end, _ in edits:
        taken[start:end] = True
    for found in re.finditer(r"\w+", record["text"]) if new else ():
        start, end = found.span()
        if found[0] in new and not taken[start:end].any() and edges.isdisjoint(range(start + 1, end)):
            yield start, end, new[found[0]]


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
