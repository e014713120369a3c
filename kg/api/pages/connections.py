"""How two things hang together: the shortest ways over asserted statements, with the evidence of each step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg import lookup
from kg.api.pages.reading import source_of
from kg.api.service import Service
from kg.errors import AmbiguousEntity, ParameterError, UnknownEntity
from kg.lookup import Entity

__all__ = ["End", "connections_values", "end_of"]

WAYS = 8
CLAIMS = 2  # sentences of each statement of a step


class End:
    """One of the two ends as it was asked for: the thing, or why there is none."""

    def __init__(self, given: str, entity: Entity | None = None) -> None:
        self.given = given
        self.entity = entity
        self.candidates: tuple[Entity, ...] = ()
        self.is_unknown = False

    @property
    def text(self) -> str:
        """What stands in its field."""
        return self.entity.label if self.entity is not None else self.given


def end_of(service: Service, given: str) -> End:
    """The thing that somebody has named."""
    end = End(given.strip()[:400])
    if not end.given:
        return end
    source = source_of(service)
    try:
        row = source.catalogue.entity(lookup.find_entity(source.catalogue, source.base, end.given))
    except AmbiguousEntity as error:
        rows = (source.catalogue.entity(iri) for iri, _ in error.candidates)
        end.candidates = tuple(lookup.entity_from(one) for one in rows if one is not None)
        return end
    except UnknownEntity:
        row = None
    end.is_unknown = row is None
    end.entity = lookup.entity_from(row) if row is not None else None
    return end


def connections_values(service: Service, query: Mapping[str, str]) -> dict[str, Any]:
    """What the template is handed: both ends, and the ways between them once both are known."""
    one, two = end_of(service, query.get("from", "")), end_of(service, query.get("to", ""))
    paths, trouble = None, None
    if one.entity is not None and two.entity is not None:
        try:
            paths = lookup.paths(source_of(service), one.entity.iri, two.entity.iri, limit=WAYS, claims=CLAIMS)
        except ParameterError as error:
            trouble = str(error)
    return {"one": one, "two": two, "paths": paths, "trouble": trouble}
