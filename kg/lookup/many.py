"""Many names at once → what each of them is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.errors import AmbiguousEntity, UnknownEntity
from kg.lookup.around import entity_from
from kg.lookup.documents import ENTITY_KINDS
from kg.lookup.models import Entity
from kg.lookup.names import find_entity
from kg.lookup.source import Source

__all__ = ["FOUND", "GONE", "MERGED", "SEVERAL", "UNKNOWN", "Answer", "find_entities"]

FOUND, MERGED, SEVERAL, GONE, UNKNOWN = "found", "merged", "ambiguous", "gone", "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one name is: `entity` when it is found, or merged into that; `candidates` when it may be several things."""

    query: str
    status: str
    entity: Entity | None = None
    candidates: tuple[Entity, ...] = ()


def find_entities(source: Source, names: Iterable[str]) -> tuple[Answer, ...]:
    """The answer for each of these IRIs, slugs and names, in their order."""
    return tuple(_answer(source, name) for name in names)


def _answer(source: Source, name: str) -> Answer:
    catalogue, base = source.catalogue, source.base
    try:
        iri = find_entity(catalogue, base, name)
    except AmbiguousEntity as error:
        rows = (catalogue.entity(iri) for iri, _ in error.candidates)
        return Answer(name, SEVERAL, candidates=tuple(entity_from(row) for row in rows if row is not None))
    except UnknownEntity:
        iris = (name, *(f"{base}{prefix}{name}" for prefix in ("", *(f"{kind}/" for kind in ENTITY_KINDS))))
        return Answer(name, GONE if any(catalogue.retired(iri) is not None for iri in iris) else UNKNOWN)
    row = catalogue.entity(iri)
    if row is None:  # gone since it was found
        return Answer(name, GONE)
    asked = iri.rpartition("/")[2] == name.rpartition("/")[2] or not _names_iri(source, name)
    return Answer(name, FOUND if asked else MERGED, entity_from(row))


def _names_iri(source: Source, name: str) -> bool:
    """Whether the name is the IRI or slug of something that was merged."""
    iris = (name, *(f"{source.base}{prefix}{name}" for prefix in ("", *(f"{kind}/" for kind in ENTITY_KINDS))))
    return any(source.catalogue.retired(iri) is not None for iri in iris)
