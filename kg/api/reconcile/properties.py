"""The properties that clients may narrow a query by, or have fetched: names, predicates, and predicates backwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg import vocab
from kg.types import EntityClass

__all__ = ["PROPERTIES", "Property", "properties_of", "property_called"]


@dataclass(frozen=True, slots=True)
class Property:
    """A property of entities of the `domain`; its values are entities of the `range`, dates, or texts (no range).

    `path` is the SPARQL path from an entity to a value, and `wider` the one that also reaches the places around it.
    `predicate` is None for what is no statement: names and types.
    """

    id: str
    name: str
    description: str
    path: str
    domain: frozenset[EntityClass]
    range: frozenset[EntityClass] = frozenset()
    predicate: str | None = None
    inverse: bool = False

    @property
    def wider(self) -> str:
        """The path to values and, where these are places, to the places that they are in."""
        places = {EntityClass.PLACE, EntityClass.POLITY}
        return f"{self.path}/kg:within*" if self.predicate and self.range & places else self.path


_BACKWARDS = {
    "leads": "led by", "locatedIn": "groups there", "involves": "events of", "involvesPerson": "events of a person",
    "occurredAt": "events there", "memberOf": "members", "foundedBy": "founded", "partOf": "parts", "within": "places in it",
    "childOf": "children", "citizenOf": "citizens",
}  # fmt: skip
_FORWARDS = {
    "leads": "leads", "locatedIn": "located in", "involves": "involves", "involvesPerson": "involves person",
    "occurredAt": "occurred at", "startDate": "start date", "endDate": "end date", "memberOf": "member of",
    "foundedBy": "founded by", "partOf": "part of", "within": "within", "childOf": "child of", "spouseOf": "spouse of",
    "citizenOf": "citizen of",
}  # fmt: skip
_ENTITIES = frozenset(EntityClass) - {EntityClass.DATE}


def _all() -> list[Property]:
    found = [
        Property("label", "name", "the name that is used most", "rdfs:label", _ENTITIES),
        Property("altLabel", "other names", "names beside the label", "skos:altLabel", _ENTITIES),
        Property("eventType", "type of event", "what kind of event", "kg:eventType", frozenset((EntityClass.EVENT,))),
    ]
    for name, told in _FORWARDS.items():
        found.append(
            Property(name, told, f"kg:{name}", f"kg:{name}", vocab.domain(name), vocab.range_(name), predicate=name)
        )
    for name, told in _BACKWARDS.items():
        found.append(
            Property(
                f"^{name}",
                told,
                f"what kg:{name} leads here from",
                f"^kg:{name}",
                vocab.range_(name),
                vocab.domain(name),
                predicate=name,
                inverse=True,
            )
        )
    return found


PROPERTIES: Mapping[str, Property] = {one.id: one for one in _all()}
"""Identifier → property; `^leads` is `leads` backwards, as in SPARQL."""


def property_called(text: str) -> Property | None:
    """The property of an identifier, a prefixed name, an IRI or its name; None when there is none."""
    id_ = text.strip().replace(vocab.KG, "").replace("kg:", "")
    if id_ in PROPERTIES:
        return PROPERTIES[id_]
    return next((one for one in PROPERTIES.values() if one.name == text.strip().casefold()), None)


def properties_of(type_: str | None) -> tuple[Property, ...]:
    """The properties that entities of a type may have; all without one. A polity has those of groups and of places."""
    if type_ is None:
        return tuple(PROPERTIES.values())
    cls = EntityClass(type_) if type_ in set(EntityClass) else EntityClass.EVENT
    return tuple(one for one in PROPERTIES.values() if cls in one.domain)
