"""Entities of the graph → what is known of them that another data set may know too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kg.catalogue import Catalogue
from kg.lookup import find_entity
from kg.resolve.names import is_acronym, is_full_person_name
from kg.types import EntityClass, Grounding

__all__ = ["CLASSES", "Subject", "subject_of", "wanted"]

CLASSES = (EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE, EntityClass.POLITY)
"""What is linked: news events are seldom things of other data sets, and have no names to find them by."""

MOST_NAMES = 4
NEIGHBOURS = 50

_AT_HOME = frozenset(("locatedIn", "citizenOf", "within"))
"""Predicates whose object lies in the country that the subject belongs to."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An entity: the names that it can be found by, where it is, the days it is reported on, and its linked neighbours.

    `names` are whole names, an acronym only where there is nothing else. `countries` are ISO 3166-1 alpha-2 codes, `place`
    what the gazetteer takes it for. `linked` are IRIs of the other data set that its neighbours match, with their labels.
    """

    iri: str
    cls: EntityClass
    label: str
    names: tuple[str, ...]
    place: Grounding | None
    countries: frozenset[str]
    first_reported: date | None
    last_reported: date | None
    linked: Mapping[str, str]


def wanted(
    catalogue: Catalogue, base: str, given: Sequence[str], classes: Sequence[EntityClass], most: int
) -> list[str]:
    """The IRIs of the entities that are to be linked: those given by name, else the ones that most articles name.

    Raises UnknownEntity and AmbiguousEntity.
    """
    if given:
        return list(dict.fromkeys(find_entity(catalogue, base, name) for name in given))
    found = [row for cls in classes for row in catalogue.outlines.most_mentioned(cls.value, most)]
    return [iri for iri, _ in sorted(found, key=lambda row: (-row[1], row[0]))[:most]]


def subject_of(catalogue: Catalogue, iri: str, matched: Mapping[str, Sequence[str]]) -> Subject | None:
    """What is known of an entity; None when it is gone. `matched`: entity → what it is linked to already."""
    row = catalogue.entity(iri)
    if row is None:
        return None
    place = catalogue.whereabouts.place_of(iri)
    neighbours = list(_neighbours(catalogue, iri))
    countries = {place.country} if place is not None else set()
    linked: dict[str, str] = {}
    for predicate, other, label in neighbours:
        linked |= dict.fromkeys(matched.get(other, ()), label)
        if predicate in _AT_HOME and (at := catalogue.whereabouts.place_of(other)) is not None:
            countries.add(at.country)
    first, last = catalogue.outlines.reported_on(iri)
    return Subject(
        iri,
        row.cls,
        row.label,
        _names(row.cls, (row.label, *row.altlabels)),
        place,
        frozenset(countries),
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
        linked,
    )


def _names(cls: EntityClass, names: Sequence[str]) -> tuple[str, ...]:
    """The names that something may be looked for by, the first ones first."""
    if cls is EntityClass.PERSON:
        whole = [name for name in names if is_full_person_name(name)]
    else:
        whole = [name for name in names if not is_acronym(name)] or list(names)
    bare = (name.removeprefix("the ").removeprefix("The ").strip() for name in whole)
    return tuple(dict.fromkeys(name for name in bare if name))[:MOST_NAMES]


def _neighbours(catalogue: Catalogue, iri: str) -> Iterator[tuple[str | None, str, str]]:
    """Yield (predicate, entity, label) of the things to which asserted statements lead; no predicate for those that lead here."""
    around = catalogue.around.neighbourhood(iri, limit=NEIGHBOURS)
    labels = {row.iri.value: row.label for row, _ in around.things}
    for key in around.statements:
        subject, predicate, target, _ = json.loads(key)
        if subject == iri and target in labels:
            yield predicate, target, labels[target]
        elif target == iri and subject in labels:
            yield None, subject, labels[subject]
