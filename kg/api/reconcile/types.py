"""The types that clients may ask for: the classes of entities, and the types of events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg import vocab
from kg.catalogue import EntityRow
from kg.types import EntityClass

__all__ = ["TYPES", "ReconciledType", "classes_below", "type_called", "types_of"]


@dataclass(frozen=True, slots=True)
class ReconciledType:
    """A type; `broader` is the id of the one that it is a kind of."""

    id: str
    name: str
    description: str
    broader: tuple[str, ...] = ()

    def wire(self) -> dict[str, object]:
        """As the API has it."""
        above = [{"id": TYPES[id_].id, "name": TYPES[id_].name} for id_ in self.broader]
        return {"id": self.id, "name": self.name, "description": self.description, "broader": above}


_CLASSES = {
    "Person": "a human being",
    "Group": "people acting under one name: a party, army, company, agency, team",
    "Place": "somewhere on a map, or a facility",
    "Polity": "a country or territory, and its government",
    "Event": "something that happened, may happen or goes on",
}
TYPES: Mapping[str, ReconciledType] = {
    **{
        name: ReconciledType(name, name, told, ("Group", "Place") if name == "Polity" else ())
        for name, told in _CLASSES.items()
    },
    **{name: ReconciledType(name, f"{name} (event)", "a type of event", ("Event",)) for name in vocab.EVENT_TYPES},
}
"""Identifier, the ontology's local name, → type."""


def type_called(text: str) -> ReconciledType | None:
    """The type of an identifier, a prefixed name or an IRI; None when there is none."""
    return TYPES.get(text.removeprefix(vocab.KG).removeprefix("kg:"))


def types_of(row: EntityRow) -> tuple[str, ...]:
    """The identifiers of an entity's types, the most telling first: a polity is a group and a place too."""
    own = [vocab.local(node) for node in vocab.super_classes(EntityClass(row.cls))]
    return (row.event_type, *own) if row.event_type is not None and row.event_type in TYPES else tuple(own)


def classes_below(*types: ReconciledType | None) -> tuple[str, ...]:
    """The classes of the entities that may be of one of these types; all where a type is None, or there is none."""
    known = [one for one in types if one is not None]
    if not known or len(known) < len(types):
        return vocab.ENTITY_CLASSES
    wanted = {"Event" if "Event" in one.broader else one.id for one in known}
    return tuple(
        cls for cls in vocab.ENTITY_CLASSES if cls in wanted or (cls == "Polity" and wanted & {"Group", "Place"})
    )
