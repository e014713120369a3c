"""What lies around a thing: its neighbours, those who are named with it, and the ways from it to another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kg.catalogue import ANY_ARTICLE, ANY_STEP, ArticleFilter, EntityRow, PathFilter
from kg.errors import ParameterError
from kg.lookup.listing import key_of, relations_called
from kg.lookup.models import Entity, Relation
from kg.lookup.source import Source

__all__ = ["CoMentions", "NamedWith", "Neighbourhood", "Path", "Paths", "Step", "co_mentions", "neighbourhood", "paths"]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Things with their distance from the first of them, and the asserted statements between them, without claims.

    Not `complete` if there are more than were asked for.
    """

    things: tuple[tuple[Entity, int], ...]
    relations: tuple[Relation, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: the statements that join two things, in either direction, each with its strongest claims."""

    source: str
    target: str
    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """Things and the steps between them: one step fewer than things."""

    things: tuple[Entity, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths between two things, the shortest first.

    Not `complete` if there may be more, or shorter ones: only the best supported statements of `hubs` were followed, or
    more things lie between than are looked at.
    """

    source: Entity
    target: Entity
    paths: tuple[Path, ...]
    hubs: tuple[Entity, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class NamedWith:
    """A thing that the same articles name: in how many, of how many sources, in which (newest first, three at most).

    `relations` counts the statements between the two; with none, being named together is all that is known.
    """

    entity: Entity
    articles: int
    sources: int
    examples: tuple[str, ...]
    relations: int


@dataclass(frozen=True, slots=True)
class CoMentions:
    """Things named with one thing, in most of its `articles` first. Not `complete` if only the newest were compared."""

    found: tuple[NamedWith, ...]
    articles: int
    complete: bool


def neighbourhood(
    source: Source,
    iri: str,
    *,
    depth: int = 1,
    predicates: Sequence[str] = (),
    classes: Sequence[str] = (),
    min_sources: int = 0,
    limit: int = 50,
) -> Neighbourhood:
    """The things to which asserted statements lead from an entity in `depth` steps, the best supported first."""
    found = source.catalogue.around.neighbourhood(
        iri, depth=depth, predicates=predicates, classes=classes, min_sources=min_sources, limit=limit
    )
    return Neighbourhood(
        tuple((entity_from(row), distance) for row, distance in found.things),
        relations_called(source, found.statements, claims=0),
        found.complete,
    )


def paths(
    source: Source,
    one: str,
    two: str,
    where: PathFilter = ANY_STEP,
    *,
    max_length: int = 4,
    shortest: bool = True,
    limit: int = 10,
    claims: int = 3,
) -> Paths:
    """All shortest paths between two entities, or all of at most `max_length` steps, with the evidence of every step.

    The entities are given by IRIs in use. Raises ParameterError for one thing given twice.
    """
    if one == two:
        raise ParameterError("both ends are the same thing", hint="name another one")
    found = source.catalogue.around.paths(one, two, where, max_length=max_length, shortest=shortest, limit=limit)
    keys = list(dict.fromkeys(key for _, steps in found.paths for step in steps for key in step))
    known = {key_of(relation): relation for relation in relations_called(source, keys, claims=claims)}
    things = {iri: _entity(source, iri) for iri in {one, two, *found.hubs, *(i for way, _ in found.paths for i in way)}}
    return Paths(
        source=things[one],
        target=things[two],
        paths=tuple(
            Path(
                tuple(things[iri] for iri in way),
                tuple(
                    Step(here, there, tuple(known[key] for key in step if key in known))
                    for (here, there), step in zip(pairwise(way), steps, strict=True)
                ),
            )
            for way, steps in found.paths
        ),
        hubs=tuple(things[iri] for iri in found.hubs),
        complete=found.complete,
    )


def co_mentions(
    source: Source,
    iri: str,
    where: ArticleFilter = ANY_ARTICLE,
    *,
    classes: Sequence[str] = (),
    limit: int = 50,
    offset: int = 0,
) -> CoMentions:
    """The things that are named in the articles (that pass) that name an entity."""
    found, articles, complete = source.catalogue.around.co_mentions(
        iri, where, classes=classes, limit=limit, offset=offset
    )
    named = tuple(NamedWith(entity_from(o.entity), o.articles, o.sources, o.examples, o.statements) for o in found)
    return CoMentions(named, articles, complete)


def entity_from(row: EntityRow) -> Entity:
    """An entity of the catalogue."""
    return Entity(row.iri.value, row.cls.value, row.label, row.altlabels, row.event_type)


def _entity(source: Source, iri: str) -> Entity:
    row = source.catalogue.entity(iri)
    assert row is not None, "it was found a moment ago"
    return entity_from(row)
