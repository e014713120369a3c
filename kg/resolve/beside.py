"""What stands beside two things → features: relations to the same thing, people and groups, places, words, days.

Names say little of a description, of part of a name or of an event: what their articles say around them has to tell.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from itertools import pairwise
from math import log1p

from kg.resolve.names import lexicon
from kg.resolve.profile import Profile
from kg.types import EntityClass

__all__ = ["context", "heads", "surroundings"]

SHARED_KINDS = {
    "c": "names beside both",
    "g": "places beside both",
    "x": "what the articles are about",
    "k": "words said of both",
}
"""Letter of a value → what it is called when both sides have such values."""


def context(left: Profile, right: Profile) -> dict[str, float]:
    """All that is said around two things that are no events."""
    features: dict[str, float] = {}
    if shared := left.of("r") & right.of("r"):
        features["relations in common"] = min(1.0, len(shared) / 3)
        if any(one.startswith("leads") for one in shared):
            features["one leads the same"] = 1.0
    if left.cls == EntityClass.PERSON:
        features |= heads(left, right)
    return features | surroundings(left, right)


def heads(left: Profile, right: Profile) -> dict[str, float]:
    """Descriptions: the same head noun, and the word before; a name may end in it."""
    features: dict[str, float] = {}
    here, there = left.of("h"), right.of("h")
    shared = here & there
    if any(" " in head for head in shared):
        features["one description"] = 1.0
    nouns = {head for head in shared if " " not in head}
    if any((head,) not in lexicon("generic_heads") for head in nouns):
        features["one head noun"] = 1.0
    elif nouns:
        features["one head noun, of anybody"] = 1.0
    elif here and there:
        features["another head noun"] = 1.0
    if left.is_named != right.is_named:
        named, described = (left, right) if left.is_named else (right, left)
        if any(head in name.split() for head in described.of("h") for name in named.names):
            features["head noun in the name"] = 1.0
    return features


def surroundings(left: Profile, right: Profile) -> dict[str, float]:
    """Names, places and words around both, and the days of their articles."""
    features: dict[str, float] = {}
    for letter, name in SHARED_KINDS.items():
        here, there = left.of(letter), right.of(letter)
        if here and there:
            features[name] = len(here & there) / min(len(here), len(there))
            features[f"{name}, how many"] = log1p(len(here & there)) / 3
    return features | _days(left, right)


def _days(left: Profile, right: Profile) -> dict[str, float]:
    here, there = left.of("b"), right.of("b")
    if here and there:
        days = sorted([(_ordinal(day), 0) for day in here] + [(_ordinal(day), 1) for day in there])
        gap = min(after - before for (before, a), (after, b) in pairwise(days) if a != b)
        return {"days between": log1p(gap) / 4}
    return {"no day of publication": 1.0} if not left.is_named and not right.is_named else {}


@lru_cache(maxsize=1 << 14)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()
