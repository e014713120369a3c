"""Two events → features: their names and types, the words that tell of them, days, places, who took part.

Unlike things, most events have no name; what is said of them is all there is to compare.

Most pairs that are joined wrongly are of one word that tells of several events of a story (founded, signed, left), where no
day is given for one or both. Tried in November 2026 on the part `fold` (weights fitted to `train`; 153 pairs of events as
the model reads them, average precision .834, F1 .788; undated .839, .780) and left out, as none gains in both more than
chance: that of one side no place, day or participant is known (.835, .839), that one has participants, a place or a day and
the other none (.832 to .842), the share of all participants, or words, that are in common (at most .837, .843), participants
of each alone (.834, .838), days from the one's day to the other's article (.836, .839), that the word, or the type, tells of
another event of its article too (.839, .844; .828, .829), a weight for each type (.812, .820). A veto where an article takes
two events for two gives .82 of precision for .76, at a recall of .34 for .40.
"""

from __future__ import annotations

from functools import lru_cache

from kg.resolve.beside import surroundings
from kg.resolve.profile import Profile
from kg.resolve.things import likeness_of_names
from kg.resolve.vetoes import taken_for_two
from kg.resolve.words import common_stems

__all__ = ["match_events"]

MOST_NAMES = 4  # of each side that are compared

KINDRED = (
    frozenset({"attack", "battle", "bombing", "killing", "capture", "raid", "riot", "war"}),
    frozenset({"protest", "riot", "strike"}),
    frozenset({"talks", "meeting", "agreement", "ceasefire"}),
    frozenset({"arrest", "abduction", "trial", "raid"}),
    frozenset({"appointment", "resignation", "election"}),
    frozenset({"coup", "capture", "battle"}),
    frozenset({"disaster", "accident", "displacement"}),
)
"""Types of events that two papers may give one event."""


def match_events(left: Profile, right: Profile) -> tuple[dict[str, float], str | None]:
    """The features of two events, and what forbids that they are one; with a veto the features are those found till then."""
    features = taken_for_two(left, right)
    if left.names and right.names:
        alike = likeness_of_names(left.names[:MOST_NAMES], right.names[:MOST_NAMES])
        features |= alike
        if not alike and set(left.names).isdisjoint(right.names):
            return features, "names of two events"
    elif left.names or right.names:
        features["only one has a name"] = 1.0
    features |= _told(left, right)
    days = left.of("d"), right.of("d")
    if days[0] and days[1]:
        if not any(_overlap(a, b) for a in days[0] for b in days[1]):
            return features, "on other days"
        exact = any(len(day.partition("/")[0]) == len("2024-03-01") for day in days[0] & days[1])
        features["one day" if exact else "days that overlap"] = 1.0
    for letter, name in (("w", "place"), ("a", "participant")):
        here, there = left.of(letter), right.of(letter)
        if here and there:
            features[f"a {name} in common" if here & there else f"another {name}"] = 1.0
            if len(here & there) > 1:
                features[f"more than one {name} in common"] = 1.0
            features[f"{name}s in common"] = len(here & there) / min(len(here), len(there))
    return features | surroundings(left, right), None


def _told(left: Profile, right: Profile) -> dict[str, float]:
    """The types of two events and the stems of the words that tell of them."""
    features: dict[str, float] = {}
    kinds, words = (left.of("t"), right.of("t")), (left.of("l"), right.of("l"))
    shared = words[0] & words[1]
    if kinds[0] & kinds[1]:
        features["of one type"] = 0.0 if kinds[0] & kinds[1] == {"other"} else 1.0
    elif any({a, b} <= kindred for a in kinds[0] for b in kinds[1] for kindred in KINDRED):
        features["of a kindred type"] = 1.0
    elif "other" in kinds[0] | kinds[1]:
        features["of no known type"] = 1.0
    elif kinds[0] and kinds[1]:
        features["of another type, by one word" if shared else "of another type"] = 1.0
    if shared:
        features["told by one word"] = 1.0
        if not shared <= common_stems():
            features["a word of few articles"] = 1.0
        if words[0] == words[1]:
            features["told by the same words"] = 1.0
    return features


def _overlap(left: str, right: str) -> bool:
    """Whether two days, months or years, or ranges of them, have a day in common."""
    a, b = (_range(value) for value in (left, right))
    return a[0] <= b[1] and b[0] <= a[1]


@lru_cache(maxsize=1 << 14)
def _range(value: str) -> tuple[str, str]:
    start, _, end = value.partition("/")
    return start, (end or start) + "~"  # "2024-03~" comes after every day of that month
