"""Two profiles → named features → the probability that they are one thing, or what forbids it.

Each feature has a name that people are shown (`kg explain`) and a weight of a logistic model that was fitted to stories
annotated across articles (`weights.json`, `kg.train.resolve`). There is a model for each *family* of pairs: people, groups,
places or events, by what there is to go by. What forbids (`Comparison.veto`) no weight can outvote.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

from kg.resolve.beside import context
from kg.resolve.events import match_events
from kg.resolve.people import match_people
from kg.resolve.profile import NameMatch, Profile
from kg.resolve.things import match_things
from kg.resolve.vetoes import kinship, names_apart, taken_for_two
from kg.types import EntityClass

__all__ = ["SAME_AT", "SAME_EVENT_AT", "UNSURE_AT", "WEIGHTS", "Comparison", "compare", "weights"]

WEIGHTS = Path(__file__).parent / "weights.json"
SAME_AT, SAME_EVENT_AT, UNSURE_AT = 0.65, 0.65, 0.45
"""At or above the first (the second, for events) two profiles are one; between it and the last a person is asked."""

CAPPED = 0.55  # the most that a name with one given name more can reach: fathers and sons differ by one
CAPPING = frozenset({"another given name", "no name in common", "an acronym that fits two names", "of another type"})


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
    kind = _kind(left.cls, right.cls)
    if kind is None:
        return Comparison(0.0, "", {}, f"a {left.cls} and a {right.cls} are never one")
    family, features, veto = _events(left, right) if kind == "event" else _things(kind, left, right)
    features = {"bias": 1.0} | features
    if veto is not None:
        return Comparison(0.0, family, features, veto)
    of = weights().get(family, {})
    odds = sum(value * of.get(name, 0.0) for name, value in features.items())
    score = 1 / (1 + exp(-max(-30.0, min(30.0, odds))))
    capped = score > CAPPED and not CAPPING.isdisjoint(name for name, value in features.items() if value)
    return Comparison(round(CAPPED if capped else score, 4), family, features, capped=capped)


_Findings = tuple[str, dict[str, float], str | None]
"""Family, features, and what forbids that the two are one."""


def _kind(left: str, right: str) -> str | None:
    """Which kind of thing two of these classes may be, None if they are never one: a polity is a group and a place."""
    if left == right:
        kinds = {"Person": "person", "Event": "event", "Place": "place", "Polity": "place"}
        return kinds.get(left, "group")
    organised = {EntityClass.POLITY, EntityClass.GROUP, EntityClass.PLACE}
    if EntityClass.POLITY in (left, right) and {left, right} <= organised:
        return "place" if EntityClass.PLACE in (left, right) else "group"
    return None


def _events(left: Profile, right: Profile) -> _Findings:
    features, veto = match_events(left, right)
    dated = "event" if left.of("b") and right.of("b") else "event: undated"
    return f"{dated}, {'one word' if 'told by one word' in features else 'other words'}", features, veto


def _things(kind: str, left: Profile, right: Profile) -> _Findings:
    names = match_people(left.called, right.called) if kind == "person" else match_things(left, right)
    family, features = _family(kind, names, left, right), dict(names.features)
    if veto := names.veto or names_apart(left, right):
        return family, features, veto
    features |= taken_for_two(left, right)
    if veto := kinship(left, right):
        return family, features, veto
    return family, features | context(left, right), None


def _family(kind: str, names: NameMatch, left: Profile, right: Profile) -> str:
    """By what there is to go by: names, part of a name, or a description, and whether its article has a day."""
    if not names.described:
        return f"{kind}: {'part of a name' if names.partial else 'names'}"
    undated = not all(side.is_named or side.of("b") for side in (left, right))
    return f"{kind}: a description{': undated' if undated else ''}"
