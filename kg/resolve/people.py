"""The names of two people → features: words in any order, initials, nicknames, spellings.

A surname alone never says who it is; names that have no word in common, or only one of several, are two people's.
"""

from __future__ import annotations

from functools import lru_cache

from kg.resolve.forms import Alignment, aligned, content_words
from kg.resolve.profile import Called, NameMatch

__all__ = ["match_people"]

MOST_NAMES = 8  # of each side that are compared


@lru_cache(maxsize=1 << 14)
def match_people(left: Called, right: Called) -> NameMatch:
    """How two people's names match; the two that match best count."""
    if not left.names or not right.names:
        neither = not left.names and not right.names
        return NameMatch({"two descriptions": 1.0} if neither else {}, described=True)
    in_common = left.is_named and right.is_named and not set(left.names).isdisjoint(right.names)
    features = {"a name in common": 1.0} if in_common else {}
    best = _best(left, right)
    if best is None or not best[0].matched:
        return NameMatch(features, None if in_common else "no word of the names in common")
    how, short, long = best
    if len(short) == 1:
        return NameMatch(features | _one_word(how, short, long), partial=True)
    if how.left and how.right and not in_common:
        if how.matched < 2:
            return NameMatch(features, "names of two people")
        features["words that differ"] = 1.0
    if not (how.left or how.right):
        features["all words match"] = 1.0
    elif not in_common:
        features["another given name" if how.inner else "a name more"] = 1.0
    features["initials"] = float(how.initials)
    features["a nickname"] = float(how.nicknames)
    features["spelt otherwise"] = float(min(2, how.respelt))
    features["distance of spelling"] = 1 - how.worst if how.respelt else 0.0
    features["another order"] = float(not how.in_order)
    return NameMatch(features)


def _best(left: Called, right: Called) -> tuple[Alignment, tuple[str, ...], tuple[str, ...]] | None:
    """How the two names match that match best, and their words, the shorter name's first.

    Of two full names of one word each nothing is known: a mononym is a key, and equal ones are one already.
    """
    pairs = (
        (_closeness(how), sorted((a, b)), how, words)
        for a in left.names[:MOST_NAMES]
        for b in right.names[:MOST_NAMES]
        for words in ((content_words(a), content_words(b)),)
        if max(map(len, words)) > 1 or not (left.is_named and right.is_named)
        for how in (aligned(*words),)
    )
    best = max(pairs, key=lambda pair: pair[:2], default=None)
    if best is None:
        return None
    short, long = sorted(best[3], key=len)
    return best[2], short, long


def _closeness(how: Alignment) -> tuple[int, int, float]:
    return how.matched - how.left * how.right, how.exact, how.worst


def _one_word(how: Alignment, short: tuple[str, ...], long: tuple[str, ...]) -> dict[str, float]:
    """Which word of the other's name it is that one is called by."""
    features = {"spelt otherwise": float(how.respelt + how.nicknames)}
    if len(long) == 1:
        features["the same word alone"] = 1.0
    elif aligned(short, long[-1:]).matched:
        features["a surname alone"] = 1.0
    elif aligned(short, long[:1]).matched:
        features["a given name alone"] = 1.0
    return features
