"""What lies around entities: neighbourhood, co-mentions, and the paths between two of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from kg import lookup
from kg.api.depends import KnownDep, ServiceDep, problems
from kg.api.lookups.models import (
    CoMentionList,
    CoMentionOut,
    NeighbourhoodOut,
    NeighbourOut,
    PathList,
    PathOut,
    StepOut,
)
from kg.api.lookups.parameters import (
    LOOKUP_PROBLEMS,
    ClaimsQuery,
    ClassesQuery,
    CursorQuery,
    DayQuery,
    EntityDep,
    PredicatesQuery,
    PublishersQuery,
    SourceDep,
    SourcesQuery,
    classes_of,
    day_of,
    predicates_of,
)
from kg.api.lookups.wire import entity_out, relation_out
from kg.catalogue import MAX_LENGTH, ArticleFilter, PathFilter
from kg.lookup.cursors import cursor_of, position_of

router = APIRouter(tags=["relations"], dependencies=[KnownDep], responses=problems(400))


@router.get(
    "/entities/{slug}/neighbourhood",
    response_model=NeighbourhoodOut,
    responses=LOOKUP_PROBLEMS,
    summary="The entities around an entity",
)
def get_neighbourhood(
    source: SourceDep,
    entity: EntityDep,
    depth: Annotated[int, Query(ge=1, le=2, description="Steps.")] = 1,
    predicate: PredicatesQuery = None,
    type: ClassesQuery = None,  # noqa: A002
    min_sources: SourcesQuery = 0,
    limit: Annotated[int, Query(ge=1, le=200, description="Entities around it.")] = 50,
) -> NeighbourhoodOut:
    """The best supported neighbours, at depth 2 also up to ten of each of them, and all that is asserted between these."""
    found = lookup.neighbourhood(
        source,
        entity.iri,
        depth=depth,
        predicates=predicates_of(predicate),
        classes=classes_of(type),
        min_sources=min_sources,
        limit=limit,
    )
    return NeighbourhoodOut(
        entities=tuple(NeighbourOut(entity=entity_out(one), distance=steps) for one, steps in found.things),
        relations=tuple(map(relation_out, found.relations)),
        complete=found.complete,
    )


@router.get(
    "/entities/{slug}/co-mentions",
    response_model=CoMentionList,
    responses=LOOKUP_PROBLEMS,
    summary="Who and what is named in the same articles",
)
def list_co_mentions(
    source: SourceDep,
    entity: EntityDep,
    type: ClassesQuery = None,  # noqa: A002
    publisher: PublishersQuery = None,
    since: DayQuery = None,
    until: DayQuery = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: CursorQuery = None,
) -> CoMentionList:
    """Whether or not an article relates them. Of an entity in more than 2,000 articles the newest are looked at."""
    classes, publishers = classes_of(type), tuple(publisher or ())
    days = day_of("since", since), day_of("until", until)
    asked = (entity.iri, classes, publishers, days)
    offset = position_of(cursor, *asked)[0] if cursor else 0
    found = lookup.co_mentions(
        source,
        entity.iri,
        ArticleFilter(publishers, *days),
        classes=classes,
        limit=limit + 1,
        offset=offset,
    )
    page = tuple(
        CoMentionOut(
            entity=entity_out(one.entity),
            articles=one.articles,
            sources=one.sources,
            examples=one.examples,
            relations=one.relations,
        )
        for one in found.found[:limit]
    )
    return CoMentionList(
        entity=entity_out(entity),
        entities=page,
        articles=found.articles,
        complete=found.complete,
        next=cursor_of((offset + limit,), *asked) if len(found.found) > limit else None,
    )


@router.get(
    "/paths",
    response_model=PathList,
    responses=problems(400, 404, 409, 422, 503),
    summary="How two entities are connected",
)
def find_paths(
    service: ServiceDep,
    source: SourceDep,
    a: Annotated[
        str,
        Query(
            alias="from",
            description="A name, a slug or an IRI.",
            min_length=1,
            max_length=2000,
            examples=["Ilse Brandt"],
        ),
    ],
    b: Annotated[
        str, Query(alias="to", description="Another one.", min_length=1, max_length=2000, examples=["Kestrel Lines"])
    ],
    all: Annotated[  # noqa: A002
        bool, Query(description="All paths of at most `max-length` steps, not the shortest ones alone.")
    ] = False,
    max_length: Annotated[int, Query(alias="max-length", ge=1, le=MAX_LENGTH, description="Steps.")] = 4,
    predicate: PredicatesQuery = None,
    avoid: Annotated[
        list[str] | None, Query(description="Not over entities of these classes, as Place or Polity.")
    ] = None,
    min_sources: SourcesQuery = 0,
    min_confidence: Annotated[float, Query(alias="min-confidence", ge=0, le=1)] = 0.0,
    claims: ClaimsQuery = 3,
    limit: Annotated[int, Query(ge=1, le=50, description="Paths.")] = 10,
) -> PathList:
    """The shortest paths over asserted statements, in either direction, with the evidence of every step.

    Among paths of one length, those over things with few neighbours come first. The search goes breadth-first from both ends;
    of a thing with more than 500 statements it follows the best supported ones, and it looks at 50,000 statements at most.
    """
    found = lookup.paths(
        source,
        service.find(a),
        service.find(b),
        PathFilter(predicates_of(predicate), min_sources, min_confidence, classes_of(avoid)),
        max_length=max_length,
        shortest=not all,
        limit=limit,
        claims=claims,
    )
    paths = (
        PathOut(
            length=len(path.steps),
            entities=tuple(map(entity_out, path.things)),
            steps=tuple(
                StepOut(source=step.source, target=step.target, relations=tuple(map(relation_out, step.relations)))
                for step in path.steps
            ),
        )
        for path in found.paths
    )
    return PathList(
        source=entity_out(found.source),
        target=entity_out(found.target),
        paths=tuple(paths),
        hubs=tuple(map(entity_out, found.hubs)),
        complete=found.complete,
    )
