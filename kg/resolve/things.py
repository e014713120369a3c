"""The names of two groups, places or polities → features: spelling, acronyms, short forms, likeness.

Numbers and points of the compass tell units of one army, and quarters of one city, apart; so do entries of the gazetteer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import log1p

from rapidfuzz import fuzz

from kg.resolve.beside import heads
from kg.resolve.forms import numbers_in, phrase
from kg.resolve.names import initials_of
from kg.resolve.profile import NameMatch, Profile

__all__ = ["likeness_of_names", "match_things"]

MOST_NAMES = 8  # of each side that are compared
LEAST_LIKE = 0.6  # of the letters of two names, for their likeness to count

SURE = frozenset({"a name in common", "one spelling", "its acronym", "its initials", "one place of the gazetteer"})
"""What says by itself that a name is the other's: a number more in one, or its being the shorter, then says nothing."""


def match_things(left: Profile, right: Profile) -> NameMatch:
    """How the names of two groups, places or polities match."""
    features = heads(left, right)
    if left.entries and right.entries:
        if left.entries.isdisjoint(right.entries):
            return NameMatch(features, "two places of the gazetteer")
        features["one place of the gazetteer"] = 1.0
    bare = [not side.names and not side.of("q") for side in (left, right)]
    if any(bare):
        if all(bare):
            features["two descriptions"] = 1.0
        return NameMatch(features, described=True)
    if left.cls != right.cls:
        features["of another class"] = 1.0
    features |= _acronyms(left, right)
    alike = likeness_of_names(left.names[:MOST_NAMES], right.names[:MOST_NAMES])
    features |= alike
    if not set(left.names).isdisjoint(right.names):
        features["a name in common"] = 1.0
    sure = not SURE.isdisjoint(features)
    a, b = (numbers_in(side.names[0]) if side.names else frozenset() for side in (left, right))
    if a != b and not sure:
        if a and b:
            return NameMatch(features, f"another number: {', '.join(sorted(a))}; {', '.join(sorted(b))}")
        features["a number more"] = 1.0
    if not alike and not sure:
        features["no name in common"] = 1.0
    return NameMatch(features, partial="a short form" in alike and not sure)


def _acronyms(left: Profile, right: Profile) -> dict[str, float]:
    """Acronyms that both have, or that one has and whose letters begin the words of the other's name."""
    here, there = left.of("q"), right.of("q")
    initials = [frozenset(filter(None, map(initials_of, side.names))) for side in (left, right)]
    if shared := here & there:
        if not left.names or not right.names:
            return {"its acronym": 1.0}
        return {"an acronym that fits two names" if shared & initials[0] & initials[1] else "one acronym": 1.0}
    if here & initials[1] or there & initials[0]:
        return {"its initials": 1.0}
    return {"another acronym": 1.0} if here and there else {}


@lru_cache(maxsize=1 << 15)
def likeness_of_names(left: tuple[str, ...], right: tuple[str, ...]) -> Mapping[str, float]:
    """What the normal names of two things have in common: of each feature the most that any two of them have."""
    best: dict[str, float] = {}
    for a in left:
        for b in right:
            for name, value in _likeness(a, b).items():
                best[name] = max(best.get(name, 0.0), value)
    return best


@lru_cache(maxsize=1 << 16)
def _likeness(a: str, b: str) -> Mapping[str, float]:
    bones = phrase(a), phrase(b)
    if bones[0] == bones[1]:
        return {"one spelling": 1.0}
    words = set(bones[0].split()), set(bones[1].split())
    shared = words[0] & words[1]
    if shared and (words[0] <= words[1] or words[1] <= words[0]):
        short, long = sorted((bones[0].split(), bones[1].split()), key=lambda of: (len(of), of))
        return {
            "a short form": 1.0,
            "its beginning": float(long[: len(short)] == short),
            "letters of the short form": log1p(sum(map(len, short))),
        }
    found: dict[str, float] = {}
    likeness = fuzz.token_sort_ratio(a, b) / 100
    if likeness >= LEAST_LIKE:
        found["likeness of names"] = (likeness - LEAST_LIKE) / (1 - LEAST_LIKE)
    if shared:
        found["words in common"] = len(shared) / max(map(len, words))
    return found
