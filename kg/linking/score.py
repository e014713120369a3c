"""An entity and a candidate → named features, each with what it adds to the log odds, and the probability they sum up to.

The weights are set by hand, not fitted: there is no corpus of news entities with their IRIs here. They only order what a
person decides, and what forbids (`judged` returns None) no weight can outvote.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import asin, cos, exp, log, radians, sin, sqrt

from kg.linking.candidates import Candidate
from kg.linking.ledger import Feature
from kg.linking.subjects import Subject
from kg.resolve import Profile, compare
from kg.resolve.names import group_name, is_acronym, is_full_person_name, person_name, thing_name
from kg.types import EntityClass, PlaceKind

__all__ = ["Scored", "scored"]

SURE_AT = 0.9  # an exact match is proposed from here on, and only where more than the name speaks for it

BIAS, SAME_NAME, OTHER_NAME, ACRONYM = -1.0, 2.0, 1.0, -1.5
CLASS, NEAR_CLASS, NO_CLASS = 1.0, 0.5, -0.5
GEONAMES, GEONAMES_UNSURE = 5.0, 2.5
NEAR, FAR = 2.5, -4.0
COUNTRY, OTHER_COUNTRY = 1.5, -3.0
RELATION, MOST_RELATIONS = 2.0, 2
ITS_TIME, LONG_OVER = 0.3, -1.5
LONG_YEARS = 10
NEAR_KM = {PlaceKind.CITY: 25.0, PlaceKind.REGION: 200.0}  # of a region, data sets put the point anywhere
FAR_KM = {PlaceKind.CITY: 100.0, PlaceKind.REGION: 600.0}
EARTH_KM = 6371.0

_ORGANISED = frozenset((EntityClass.GROUP, EntityClass.PLACE, EntityClass.POLITY))
_TELLING = frozenset(("one GeoNames id", "near on the map", "the same country", "relations in common"))


@dataclass(frozen=True, slots=True)
class Scored:
    """How a candidate does: `how` is `exactMatch` or `closeMatch`, `score` in [0, 1], `features` the weightiest first."""

    candidate: Candidate
    how: str
    score: float
    features: tuple[Feature, ...]


def scored(subject: Subject, candidates: Sequence[Candidate]) -> list[Scored]:
    """The candidates that may be the entity, the likeliest first; how many there are counts against each."""
    found = {one.iri: (one, features) for one in candidates if (features := _judged(subject, one)) is not None}
    named = [
        one for one, features in found.values() if any(f.name in ("the same name", "another name") for f in features)
    ]
    rivals = log(len(named)) if len(named) > 1 else 0.0
    answers = []
    for one, features in found.values():
        if rivals and one in named:
            features = [*features, Feature(f"{len(named) - 1} others of that name", -rivals)]
        odds = sum(f.weight for f in features)
        score = 1 / (1 + exp(-max(-30.0, min(30.0, odds))))
        telling = any(f.name in _TELLING and f.weight > 0 for f in features)
        shown = sorted(features, key=lambda f: (-abs(f.weight), f.name))
        answers.append(
            Scored(
                one,
                "exactMatch" if score >= SURE_AT and telling else "closeMatch",
                round(score, 3),
                tuple(Feature(f.name, round(f.weight, 2)) for f in shown),
            )
        )
    return sorted(answers, key=lambda one: (-one.score, one.candidate.iri))


def _judged(subject: Subject, candidate: Candidate) -> list[Feature] | None:
    """What speaks for and against, or None when the two cannot be one."""
    features = [Feature("before anything is known", BIAS)]
    for part in (_names, _class, _place, _country, _time):
        found = part(subject, candidate)
        if found is None:
            return None
        features += found
    shared = len(subject.linked.keys() & candidate.linked)
    if shared:
        features.append(Feature("relations in common", RELATION * min(shared, MOST_RELATIONS)))
    known = any(f.name in ("the same name", "another name", "likeness of names", "one GeoNames id") for f in features)
    return features if known else None


def _names(subject: Subject, candidate: Candidate) -> list[Feature] | None:
    """How the names compare, as resolution compares them; what it takes for two people or two units is ruled out."""
    key = _key_of(subject.cls)
    is_whole = is_full_person_name if subject.cls is EntityClass.PERSON else bool  # a surname tells nothing
    ours, labels, aliases = (
        [name for name in names if key(name) and is_whole(name)]
        for names in (subject.names, candidate.labels, candidate.aliases)
    )
    theirs = [key(name) for name in (*labels, *aliases)]
    shared = [name for name in ours if key(name) in theirs]
    if shared:
        first = key(subject.label) in map(key, labels)
        found = [Feature("the same name", SAME_NAME) if first else Feature("another name", OTHER_NAME)]
        if all(is_acronym(name) for name in shared):
            found.append(Feature("only an acronym", ACRONYM))
        return found
    if not ours or not theirs:
        return []
    letter = "p" if subject.cls is EntityClass.PERSON else "o"
    shade = "" if letter == "p" else subject.cls.value
    left = Profile(f"{letter}:{key(ours[0])}", shade, frozenset(f"n:{key(name)}" for name in ours[1:]))
    right = Profile(f"{letter}:{theirs[0]}", shade, frozenset(f"n:{name}" for name in theirs[1:]))
    outcome = compare(left, right)
    if outcome.veto is not None:
        return None
    return [Feature("likeness of names", 2 * outcome.score - 1)]


def _class(subject: Subject, candidate: Candidate) -> list[Feature] | None:
    if not candidate.classes:
        return [Feature("no class known", NO_CLASS)]
    if subject.cls in candidate.classes:
        return [Feature("the same class", CLASS)]
    related = subject.cls in _ORGANISED and EntityClass.POLITY in {subject.cls, *candidate.classes}
    return [Feature("a related class", NEAR_CLASS)] if related and candidate.classes & _ORGANISED else None


def _place(subject: Subject, candidate: Candidate) -> list[Feature]:
    place = subject.place
    if place is None:
        return []
    if place.kind is not PlaceKind.REGION and candidate.geonames:
        if place.id in candidate.geonames:
            return [Feature("one GeoNames id", GEONAMES if place.sure else GEONAMES_UNSURE)]
        return [Feature("another GeoNames id", OTHER_COUNTRY)]
    near = NEAR_KM.get(place.kind)
    if near is None or not candidate.points:
        return []
    apart = min(_kilometres((place.latitude, place.longitude), point) for point in candidate.points)
    if apart <= near:
        return [Feature("near on the map", NEAR if place.sure else NEAR / 2)]
    return [Feature("far on the map", FAR)] if apart > FAR_KM[place.kind] else []


def _country(subject: Subject, candidate: Candidate) -> list[Feature]:
    if not subject.countries or not candidate.countries:
        return []
    if subject.countries & candidate.countries:
        return [Feature("the same country", COUNTRY)]
    # what is in one country may be led from, or deployed in, another; a place is not
    return [Feature("another country", OTHER_COUNTRY)] if subject.place is not None else []


def _time(subject: Subject, candidate: Candidate) -> list[Feature] | None:
    """Whether it was there when it was reported on: what began later is something else."""
    first, last = subject.first_reported, subject.last_reported
    if subject.cls not in (EntityClass.PERSON, EntityClass.GROUP) or first is None or last is None:
        return []
    if candidate.begin is not None and candidate.begin > last:
        return None
    if candidate.end is not None and first.year - candidate.end.year > LONG_YEARS:
        return [Feature("long over when it was reported", LONG_OVER)]
    return [Feature("there when it was reported", ITS_TIME)] if candidate.begin is not None else []


def _key_of(cls: EntityClass) -> Callable[[str], str]:
    """How resolution folds the names of a class."""
    if cls is EntityClass.PERSON:
        return person_name
    return group_name if cls in (EntityClass.GROUP, EntityClass.POLITY) else thing_name


def _kilometres(left: tuple[float, float], right: tuple[float, float]) -> float:
    """The great-circle distance between two points (haversine)."""
    a, b = radians(left[0]), radians(right[0])
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(right[1] - left[1]) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))
