"""What the routes of look-ups take from a request, checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Path, Query, Request

from kg import lookup, vocab
from kg.api.depends import ServiceDep, problems
from kg.api.lookups.wire import slug_of
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.catalogue import IN, OUT, RELATION_SORTS, RelationFilter
from kg.errors import UnknownEntity
from kg.lookup import Entity, Source
from kg.query.parameters import Parameter, ParameterType
from kg.types import Modality

__all__ = [
    "LOOKUP_PROBLEMS",
    "ClaimsQuery",
    "ClassesQuery",
    "CursorQuery",
    "DayQuery",
    "EntityDep",
    "FieldsQuery",
    "FilterDep",
    "LimitQuery",
    "PredicatesQuery",
    "PublishersQuery",
    "SourceDep",
    "SourcesQuery",
    "classes_of",
    "day_of",
    "predicates_of",
    "sort_of",
    "source_of",
]

LOOKUP_PROBLEMS = {
    308: {"description": "Merged: Location has the same look-up of what it went into"},
    **problems(400, 404, 410, 422, 503),
}
END_CLASSES = (*vocab.ENTITY_CLASSES, "Date")
MODALITIES = tuple(modality.value for modality in Modality)


def _enumerated(values: Iterable[str], description: str) -> Any:
    return Query(description=description, json_schema_extra={"items": {"type": "string", "enum": list(values)}})


PredicatesQuery = Annotated[
    list[str] | None, _enumerated(vocab.PREDICATES, "Only these predicates; the parameter may be repeated.")
]
ClassesQuery = Annotated[
    list[str] | None, _enumerated(END_CLASSES, "Only where the other end is of one of these classes.")
]
SourcesQuery = Annotated[
    int, Query(alias="min-sources", ge=0, le=1_000_000, description="Independent sources in support.")
]
LimitQuery = Annotated[int, Query(ge=1, le=500, description="Rows of a page.")]
CursorQuery = Annotated[str | None, Query(description="`next` of the page before.", max_length=16000)]
DayQuery = Annotated[str | None, Query(description="A day, month or year: 2031-04-02, 2031-04 or 2031.", max_length=10)]
PublishersQuery = Annotated[list[str] | None, Query(description="A claim of one of these publishers (any case).")]
ClaimsQuery = Annotated[
    int, Query(ge=0, le=200, description="The strongest claims of each relation; one that disputes it is among them.")
]
FieldsQuery = Annotated[
    str | None,
    Query(
        description="Members to return, comma-separated; `claims.sentence` goes into one.",
        examples=["subject_label,predicate,object_label,claims.sentence"],
        max_length=2000,
    ),
]


def _relation_filter(
    predicate: PredicatesQuery = None,
    direction: Annotated[
        str | None,
        Query(
            description="out: the entity is the subject; in: the object.",
            json_schema_extra={"enum": [OUT, IN]},
        ),
    ] = None,
    type: ClassesQuery = None,  # noqa: A002
    asserted: Annotated[bool | None, Query(description="Only what is asserted, or only what is not.")] = None,
    min_sources: SourcesQuery = 0,
    modality: Annotated[list[str] | None, _enumerated(MODALITIES, "A claim of one of these modalities.")] = None,
    min_confidence: Annotated[
        float, Query(alias="min-confidence", ge=0, le=1, description="A claim at least so sure; an accepted one is.")
    ] = 0.0,
    publisher: PublishersQuery = None,
    since: DayQuery = None,
    until: DayQuery = None,
) -> RelationFilter:
    """The statements that are wanted. What is asked of claims has to be true of one and the same claim.

    `since` and `until` are about the day on which the claim was published.
    """
    if direction not in (None, OUT, IN):
        raise Refusal(400, f"direction={direction} is neither out nor in")
    return RelationFilter(
        predicates=predicates_of(predicate),
        direction=direction,
        classes=classes_of(type, END_CLASSES),
        asserted=asserted,
        min_sources=min_sources,
        modalities=_of("modality", modality, MODALITIES),
        min_confidence=min_confidence,
        publishers=tuple(publisher or ()),
        since=day_of("since", since),
        until=day_of("until", until),
    )


def source_of(service: Service) -> Source:
    """Where the look-ups of a service read."""
    return Source(service.workspace.catalogue, service.workspace.store, service.workspace.base)


def _source(service: ServiceDep) -> Source:
    return source_of(service)


SourceDep = Annotated[Source, Depends(_source)]


def _entity(
    source: SourceDep,
    request: Request,
    slug: Annotated[str, Path(description="The last segment of its IRI.", examples=["ilse-brandt-3f2a91c0"])],
) -> Entity:
    """The entity of a slug. Raises UnknownEntity, a 410, or a 308 to the same route of what it was merged into."""
    for kind in lookup.ENTITY_KINDS:
        if (row := source.catalogue.entity(f"{source.base}{kind}/{slug}")) is not None:
            return lookup.entity_from(row)
    for kind in lookup.ENTITY_KINDS:
        if (retired := source.catalogue.retired(f"{source.base}{kind}/{slug}")) is None:
            continue
        if retired.successor is None:
            raise Refusal(410, f"{retired.label} is gone with the last article that spoke of it")
        path = request.scope["route"].path.replace("{slug}", quote(slug_of(retired.successor.value)))
        location = f"{path}?{request.url.query}" if request.url.query else path
        raise Refusal(308, f"{slug} was merged into {slug_of(retired.successor.value)}", headers={"Location": location})
    raise UnknownEntity(f"no entity {slug}", hint="GET /search?q= finds them by name")


FilterDep = Annotated[RelationFilter, Depends(_relation_filter)]
EntityDep = Annotated[Entity, Depends(_entity)]


def predicates_of(given: Iterable[str] | None) -> tuple[str, ...]:
    """The predicates that a request names. Raises a 400."""
    return _of("predicate", given, vocab.PREDICATES)


def classes_of(given: Iterable[str] | None, known: tuple[str, ...] = vocab.ENTITY_CLASSES) -> tuple[str, ...]:
    """The classes that a request names. Raises a 400."""
    return _of("type", given, known)


def day_of(name: str, given: str | None) -> str | None:
    """The day, month or year that a request names. Raises ParameterError, a 400."""
    return None if given is None else Parameter(name, ParameterType.DATE, "").parse(given).value


def sort_of(given: str) -> tuple[str, bool]:
    """What a list is sorted by, and whether downwards. Raises a 400."""
    name, descending = given.removeprefix("-"), given.startswith("-")
    if name not in RELATION_SORTS:
        raise Refusal(400, f"sort={given} is none of {', '.join(RELATION_SORTS)}", hint="-NAME sorts downwards")
    return name, descending


def _of(name: str, given: Iterable[str] | None, known: tuple[str, ...]) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(given or ()))
    for value in values:
        if value not in known:
            raise Refusal(400, f"{name}={value} is none of {', '.join(known)}")
    return tuple(sorted(values))
