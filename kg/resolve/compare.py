"""Two profiles → named features → the probability that they are one thing, or what forbids it.

A `Profile` is all that the articles say of a name or of a description. Each feature has a name that people are shown
(`kg explain`) and a weight of a logistic model that was fitted to stories annotated across articles (`weights.json`,
`kg.train.resolve`). What forbids (`Comparison.veto`) no weight can outvote.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from math import exp, log1p
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import fuzz

from kg.resolve.context import common_stems, initials_of
from kg.resolve.forms import Alignment, aligned, content_words, numbers_in, phrase, skeleton
from kg.resolve.names import lexicon
from kg.types import EntityClass

__all__ = ["SAME_AT", "SAME_EVENT_AT", "UNSURE_AT", "Comparison", "Profile", "compare", "merged", "weights"]

WEIGHTS = Path(__file__).parent / "weights.json"
SAME_AT, SAME_EVENT_AT, UNSURE_AT = 0.65, 0.65, 0.45
"""At or above the first (the second, for events) two profiles are one; between it and the last a person is asked."""

PERSON, EVENT = EntityClass.PERSON.value, EntityClass.EVENT.value
PLACE, POLITY, GROUP = EntityClass.PLACE.value, EntityClass.POLITY.value, EntityClass.GROUP.value
KIN = ("childOf", "spouseOf")
CAPPED = 0.55  # the most that a name with one given name more can reach: fathers and sons differ by one


CAPPING = frozenset({"another given name", "no name in common", "an acronym that fits two names", "of another type"})

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


class _Called(NamedTuple):
    """Names, and whether the first is a full name."""

    names: tuple[str, ...]
    is_named: bool


@dataclass(frozen=True)
class Profile:
    """What is known of the chains of one bucket and shade: their name, none for a description, class, and `values`."""

    bucket: str
    shade: str
    values: frozenset[str]

    @cached_property
    def cls(self) -> str:
        """The class, as far as comparing goes."""
        return {"p": PERSON, "e": EVENT}.get(self.bucket[0], self.shade.partition("@")[0])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Normal names, the one that is the key first, without acronyms."""
        own = (self.bucket[2:],) if self.is_named and f"q:{self.bucket[2:]}" not in self.values else ()
        return tuple(dict.fromkeys((*own, *sorted([v[2:] for v in self.values if v[:2] == "n:"]))))

    @cached_property
    def is_named(self) -> bool:
        """Whether it has a full name of its own."""
        return self.bucket[0] in "peo"

    @cached_property
    def called(self) -> _Called:
        """All that counts where people are compared by their names."""
        return _Called(self.names, self.is_named)

    @cached_property
    def by_kind(self) -> Mapping[str, frozenset[str]]:
        """Letter of a value → the values, without it."""
        found: dict[str, list[str]] = {}
        for value in self.values:
            found.setdefault(value[0], []).append(value[2:])
        return {letter: frozenset(of) for letter, of in found.items()}

    def of(self, letter: str) -> frozenset[str]:
        """The values of a kind."""
        return self.by_kind.get(letter, frozenset())


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome: `score` in [0, 1], 0 with a `veto`; `features` by name.

    `capped` says that a feature keeps the score below what would make the two one, however much speaks for it.
    """

    score: float
    family: str
    features: Mapping[str, float]
    veto: str | None = None
    capped: bool = False

    def contributions(self) -> Mapping[str, float]:
        """Feature → what it adds to the log odds, the weightiest first."""
        of = weights().get(self.family, {})
        found = {name: value * of.get(name, 0.0) for name, value in self.features.items()}
        return dict(sorted(found.items(), key=lambda item: (-abs(item[1]), item[0])))


@cache
def weights() -> Mapping[str, Mapping[str, float]]:
    """Family → feature → weight, as fitted; "bias" is always on."""
    found: Mapping[str, Mapping[str, float]] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return found


def compare(left: Profile, right: Profile) -> Comparison:
    """How two profiles compare; symmetric."""
    family = _family(left.cls, right.cls)
    if family is None:
        return Comparison(0.0, "", {}, f"a {left.cls} and a {right.cls} are never one")
    features: dict[str, float] = {"bias": 1.0}
    if family == "event":
        veto = _events(left, right, features)
        dated = "event" if left.of("b") and right.of("b") else "event: undated"
        family = f"{dated}, {'one word' if 'told by one word' in features else 'other words'}"
    else:
        if family == "person":
            found, names = _people_called(left.called, right.called)
            features.update(found)
        else:
            names = _things(left, right, features)
        family = f"{family}: {'a description' if names.described else 'part of a name' if names.partial else 'names'}"
        if names.described and not all(side.is_named or side.of("b") for side in (left, right)):
            family += ": undated"
        veto = names.veto or _taken_for_two(left, right, features) or _apart(left, right)
        if veto is None:
            _context(left, right, features)
    if veto is not None:
        return Comparison(0.0, family, features, veto)
    of = weights().get(family, {})
    odds = sum(value * of.get(name, 0.0) for name, value in features.items())
    score = 1 / (1 + exp(-max(-30.0, min(30.0, odds))))
    capped = score > CAPPED and not CAPPING.isdisjoint(name for name, value in features.items() if value)
    return Comparison(round(CAPPED if capped else score, 4), family, features, capped=capped)


@dataclass(frozen=True, slots=True)
class _Names:
    """What two sides' names say of how to compare the rest: by the names, part of one, or a description; or a veto."""

    veto: str | None = None
    partial: bool = False
    described: bool = False


def _family(left: str, right: str) -> str | None:
    if left == right:
        return {PERSON: "person", EVENT: "event", PLACE: "place", POLITY: "place"}.get(left, "group")
    if POLITY in (left, right) and {left, right} <= {POLITY, GROUP, PLACE}:
        return "place" if PLACE in (left, right) else "group"
    return None


@lru_cache(maxsize=1 << 14)
def _people_called(left: _Called, right: _Called) -> tuple[Mapping[str, float], _Names]:
    features: dict[str, float] = {}
    names = _people(left, right, features)
    return features, names


def _people(left: _Called, right: _Called, features: dict[str, float]) -> _Names:
    """Names of people: words in any order, initials, nicknames, spellings; a surname alone never says who it is."""
    if not left.names or not right.names:
        if not left.names and not right.names:
            features["two descriptions"] = 1.0
        return _Names(described=True)
    common = left.is_named and right.is_named and not set(left.names).isdisjoint(right.names)
    best = max(
        (
            (_closeness(one), one, (a, b))
            for a in left.names[:8]
            for b in right.names[:8]
            if len(content_words(a)) > 1 or len(content_words(b)) > 1 or not (left.is_named and right.is_named)
            for one in (aligned(content_words(a), content_words(b)),)
        ),
        key=lambda item: (item[0], sorted(item[2])),
        default=None,
    )
    if common:
        features["a name in common"] = 1.0
    if best is None or not best[1].matched:
        return _Names(None if common else "no word of the names in common")
    _, how, (a, b) = best
    short, long = sorted((content_words(a), content_words(b)), key=len)
    if len(short) == 1:
        features["spelt otherwise"] = float(how.respelt + how.nicknames)
        if len(long) == 1:
            features["the same word alone"] = 1.0
        elif aligned(short, long[-1:]).matched:
            features["a surname alone"] = 1.0
        elif aligned(short, long[:1]).matched:
            features["a given name alone"] = 1.0
        return _Names(partial=True)
    if how.left and how.right and not common:
        if how.matched < 2:
            return _Names("names of two people")
        features["words that differ"] = 1.0
    if not (how.left or how.right):
        features["all words match"] = 1.0
    elif not common:
        features["another given name" if how.inner else "a name more"] = 1.0
    features["initials"] = float(how.initials)
    features["a nickname"] = float(how.nicknames)
    features["spelt otherwise"] = float(min(2, how.respelt))
    features["distance of spelling"] = 1 - how.worst if how.respelt else 0.0
    features["another order"] = float(not how.in_order)
    return _Names()


def _closeness(how: Alignment) -> tuple[int, int, float]:
    return how.matched - how.left * how.right, how.exact, how.worst


def _things(left: Profile, right: Profile, features: dict[str, float]) -> _Names:
    """Names of groups and places: spelling, acronyms, short forms; numbers and points of the compass tell units apart."""
    _heads(left, right, features)
    entries = left.of("p"), right.of("p")
    if entries[0] and entries[1]:
        if entries[0].isdisjoint(entries[1]):
            return _Names("two places of the gazetteer")
        features["one place of the gazetteer"] = 1.0
    bare = [not side.names and not side.of("q") for side in (left, right)]
    if any(bare):
        if all(bare):
            features["two descriptions"] = 1.0
        return _Names(described=True)
    if left.cls != right.cls:
        features["of another class"] = 1.0
    _acronyms(left, right, features)
    found = _names(left.names[:8], right.names[:8])
    features.update(found)
    if not set(left.names).isdisjoint(right.names):
        features["a name in common"] = 1.0
    known = features.keys() & {
        "a name in common",
        "one spelling",
        "its acronym",
        "its initials",
        "one place of the gazetteer",
    }
    a, b = (numbers_in(side.names[0]) if side.names else frozenset() for side in (left, right))
    if a != b and not known:
        if a and b:
            return _Names(f"another number: {', '.join(sorted(a))}; {', '.join(sorted(b))}")
        features["a number more"] = 1.0
    if not found and not known:
        features["no name in common"] = 1.0
    return _Names(partial="a short form" in found and not known)


def _acronyms(left: Profile, right: Profile, features: dict[str, float]) -> None:
    """Acronyms that both have, or that one has and whose letters begin the words of the other's name."""
    here, there = left.of("q"), right.of("q")
    initials = [frozenset(filter(None, map(initials_of, side.names))) for side in (left, right)]
    if shared := here & there:
        if not left.names or not right.names:
            features["its acronym"] = 1.0
        elif shared & initials[0] & initials[1]:
            features["an acronym that fits two names"] = 1.0
        else:
            features["one acronym"] = 1.0
    elif here & initials[1] or there & initials[0]:
        features["its initials"] = 1.0
    elif here and there:
        features["another acronym"] = 1.0


@lru_cache(maxsize=1 << 15)
def _names(left: tuple[str, ...], right: tuple[str, ...]) -> Mapping[str, float]:
    best: dict[str, float] = {}
    for a in left:
        for b in right:
            for name, value in _pair(a, b).items():
                best[name] = max(best.get(name, 0.0), value)
    return best


@lru_cache(maxsize=1 << 16)
def _pair(a: str, b: str) -> Mapping[str, float]:
    found: dict[str, float] = {}
    bones = phrase(a), phrase(b)
    if bones[0] == bones[1]:
        found["one spelling"] = 1.0
        return found
    words = set(bones[0].split()), set(bones[1].split())
    shared = words[0] & words[1]
    if shared and (words[0] <= words[1] or words[1] <= words[0]):
        short, long = sorted((bones[0].split(), bones[1].split()), key=lambda words: (len(words), words))
        found["a short form"] = 1.0
        found["its beginning"] = float(long[: len(short)] == short)
        found["letters of the short form"] = log1p(sum(map(len, short)))
        return found
    likeness = fuzz.token_sort_ratio(a, b) / 100
    if likeness >= 0.6:
        found["likeness of names"] = (likeness - 0.6) / 0.4
    if shared:
        found["words in common"] = len(shared) / max(map(len, words))
    return found


def _heads(left: Profile, right: Profile, features: dict[str, float]) -> None:
    """Descriptions: the same head noun, and the word before; a name may end in it."""
    heads = left.of("h"), right.of("h")
    shared = heads[0] & heads[1]
    if any(" " in head for head in shared):
        features["one description"] = 1.0
    nouns = {head for head in shared if " " not in head}
    if any((head,) not in lexicon("generic_heads") for head in nouns):
        features["one head noun"] = 1.0
    elif nouns:
        features["one head noun, of anybody"] = 1.0
    elif heads[0] and heads[1]:
        features["another head noun"] = 1.0
    if left.is_named != right.is_named:
        named, described = (left, right) if left.is_named else (right, left)
        if any(head in name.split() for head in described.of("h") for name in named.names):
            features["head noun in the name"] = 1.0


def _context(left: Profile, right: Profile, features: dict[str, float]) -> None:
    """What stands beside both: relations to the same thing, people and groups, places, days."""
    shared = left.of("r") & right.of("r")
    if shared:
        features["relations in common"] = min(1.0, len(shared) / 3)
        if any(one.startswith("leads") for one in shared):
            features["one leads the same"] = 1.0
    if left.cls == PERSON:
        _heads(left, right, features)
    for letter, name in (("c", "names beside both"), ("g", "places beside both")):
        here, there = left.of(letter), right.of(letter)
        if here and there:
            features[name] = len(here & there) / min(len(here), len(there))
            features[f"{name}, how many"] = log1p(len(here & there)) / 3
    _words(left, right, features)
    _days(left, right, features)


def _words(left: Profile, right: Profile, features: dict[str, float]) -> None:
    """What the articles are about, and what is said in the sentences that speak of both."""
    for letter, name in (("x", "what the articles are about"), ("k", "words said of both")):
        here, there = left.of(letter), right.of(letter)
        if here and there:
            features[name] = len(here & there) / min(len(here), len(there))
            features[f"{name}, how many"] = log1p(len(here & there)) / 3


def _days(left: Profile, right: Profile, features: dict[str, float]) -> None:
    here, there = left.of("b"), right.of("b")
    if here and there:
        gap = min(abs(_ordinal(a) - _ordinal(b)) for a in here for b in there)
        features["days between"] = log1p(gap) / 4
    elif not left.is_named and not right.is_named:
        features["no day of publication"] = 1.0


def _apart(left: Profile, right: Profile) -> str | None:
    """What forbids: kinship between the two."""
    for one, other in ((left, right), (right, left)):
        if one.cls == PERSON and other.is_named:
            words = {skeleton(word) for word in content_words(other.names[0]) if len(word) > 2}
            kin = {key[len(p) + 1 :] for p in KIN for key in one.of("r") if key.startswith(p)}
            if words and words <= kin:
                return "one is of the other's family"
    return None


def _taken_for_two(left: Profile, right: Profile, features: dict[str, float]) -> str | None:
    """Articles that speak of both without taking them for one: they forbid it of two names, and speak against it of others.

    Readers, people or models, seldom take one name for two things, but often miss whom a description is of.
    """
    here, there = left.of("z"), right.of("z")
    shared = here & there
    if not shared:
        return None
    if left.names and right.names and left.cls != EVENT and not _one_full_name(left, right):
        return "one article takes them for two"
    features["one article takes them for two"] = 1.0
    features["articles that take them for two"] = len(shared) / min(len(here), len(there))
    return None


def _one_full_name(left: Profile, right: Profile) -> bool:
    """Whether two things of one class have a full name in common."""
    shared = set(left.names) & set(right.names)
    return left.cls == right.cls and any(left.cls != PERSON or len(content_words(name)) > 1 for name in shared)


def _events(left: Profile, right: Profile, features: dict[str, float]) -> str | None:
    """Events: type, place, day, who took part, the words that tell of it."""
    _taken_for_two(left, right, features)
    if left.names and right.names:
        found = _names(left.names[:4], right.names[:4])
        features.update(found)
        if not found and set(left.names).isdisjoint(right.names):
            return "names of two events"
    elif left.names or right.names:
        features["only one has a name"] = 1.0
    kinds, words = (left.of("t"), right.of("t")), (left.of("l"), right.of("l"))
    if kinds[0] & kinds[1]:
        features["of one type"] = 0.0 if kinds[0] & kinds[1] == {"other"} else 1.0
    elif any({a, b} <= kindred for a in kinds[0] for b in kinds[1] for kindred in KINDRED):
        features["of a kindred type"] = 1.0
    elif "other" in kinds[0] | kinds[1]:
        features["of no known type"] = 1.0
    elif kinds[0] and kinds[1]:
        features["of another type" if words[0].isdisjoint(words[1]) else "of another type, by one word"] = 1.0
    if shared := words[0] & words[1]:
        features["told by one word"] = 1.0
        if not shared <= common_stems():
            features["a word of few articles"] = 1.0
        if words[0] == words[1]:
            features["told by the same words"] = 1.0
    days = left.of("d"), right.of("d")
    if days[0] and days[1]:
        if any(_overlap(a, b) for a in days[0] for b in days[1]):
            exact = any(a == b and len(a) >= 10 for a in days[0] for b in days[1])
            features["one day" if exact else "days that overlap"] = 1.0
        else:
            return "on other days"
    for letter, name in (("w", "place"), ("a", "participant")):
        here, there = left.of(letter), right.of(letter)
        if here and there:
            features[f"a {name} in common" if here & there else f"another {name}"] = 1.0
            if len(here & there) > 1:
                features[f"more than one {name} in common"] = 1.0
            features[f"{name}s in common"] = len(here & there) / min(len(here), len(there))
    for letter, name in (("c", "names beside both"), ("g", "places beside both")):
        here, there = left.of(letter), right.of(letter)
        if here and there:
            features[name] = len(here & there) / min(len(here), len(there))
            features[f"{name}, how many"] = log1p(len(here & there)) / 3
    _words(left, right, features)
    _days(left, right, features)
    return None


def _overlap(left: str, right: str) -> bool:
    """Whether two days, months or years, or ranges of them, have a day in common."""
    a, b = (_range(value) for value in (left, right))
    return a[0] <= b[1] and b[0] <= a[1]


@lru_cache(maxsize=1 << 14)
def _range(value: str) -> tuple[str, str]:
    start, _, end = value.partition("/")
    return start, (end or start) + "~"  # "2024-03~" comes after every day of that month


@lru_cache(maxsize=1 << 14)
def _ordinal(day: str) -> int:
    from datetime import date

    return date.fromisoformat(day).toordinal()


def merged(profiles: Sequence[Profile]) -> Profile:
    """One profile of several of one thing: the first one's name, all that is said; a polity is both group and place."""
    if len(profiles) == 1:
        return profiles[0]
    shades = {profile.shade for profile in profiles}
    shade = profiles[0].shade if len(shades) == 1 else POLITY
    names = {f"n:{name}" for profile in profiles for name in profile.names}
    return Profile(profiles[0].bucket, shade, frozenset(names).union(*(profile.values for profile in profiles)))
