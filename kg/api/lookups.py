"""Look-ups as they travel over HTTP as JSON, and what their routes take from a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import Depends, Path, Query, Request
from pydantic import Field

from kg import lookup, vocab
from kg.api.depends import ServiceDep, problems
from kg.api.models import (
    ClaimOut,
    DisagreementOut,
    EntityHit,
    LeadershipOut,
    LocationOut,
    MatchOut,
    Model,
    PassageOut,
    RelationOut,
)
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.catalogue import IN, OUT, RELATION_SORTS, RelationFilter
from kg.errors import UnknownEntity
from kg.lookup import Disagreement, Entity, Evidence, Location, Passage, Relation, Source, Standing
from kg.query.parameters import Parameter, ParameterType
from kg.types import Modality

__all__ = [
    "LOOKUP_PROBLEMS",
    "AnswerOut",
    "BatchIn",
    "BatchOut",
    "ClaimsQuery",
    "ClassesQuery",
    "CoMentionList",
    "CoMentionOut",
    "CursorQuery",
    "DayQuery",
    "EntityDep",
    "EvidenceList",
    "EvidenceOut",
    "Facets",
    "FieldsQuery",
    "FilterDep",
    "LimitQuery",
    "NeighbourOut",
    "NeighbourhoodOut",
    "PathList",
    "PathOut",
    "PredicatesQuery",
    "PublishersQuery",
    "SelectedEvidence",
    "SelectedRelations",
    "SourceDep",
    "SourcesQuery",
    "StepOut",
    "TimelineEntryOut",
    "TimelineOut",
    "claim_out",
    "classes_of",
    "day_of",
    "disagreement_out",
    "entity_out",
    "evidence_out",
    "predicates_of",
    "relation_out",
    "selected",
    "slug_of",
    "sort_of",
    "source_of",
]

LOOKUP_PROBLEMS = {
    308: {"description": "Merged: Location has the same look-up of what it went into"},
    **problems(400, 404, 410, 422, 503),
}
END_CLASSES = (*vocab.ENTITY_CLASSES, "Date")
MODALITIES = tuple(modality.value for modality in Modality)


class SelectedRelations(Model):
    """A page of an entity's relations with the members that `fields` names."""

    entity: EntityHit
    relations: tuple[dict[str, Any], ...]
    disagreements: tuple[DisagreementOut, ...] = ()
    total: int
    complete: bool = True
    next: str | None = None


class EvidenceOut(Model):
    """One claim with the statement that it supports or disputes."""

    statement: str
    subject: str
    subject_label: str
    predicate: str
    object: str
    object_label: str
    asserted: bool
    claim: ClaimOut


class EvidenceList(Model):
    """A page of claims; ask again with `cursor=` the `next` of this one."""

    evidence: tuple[EvidenceOut, ...]
    total: int
    next: str | None = None


class SelectedEvidence(Model):
    """The same with the members that `fields` names."""

    evidence: tuple[dict[str, Any], ...]
    total: int
    next: str | None = None


class Facets(Model):
    """How many of the statements have which value, the most frequent 20 first."""

    entity: EntityHit
    total: int
    facets: dict[str, dict[str, int]] = Field(
        description="predicate (with the direction), class (of the other end), asserted, modality, publisher, year.",
        examples=[{"predicate": {"in leads": 4, "out locatedIn": 1}, "asserted": {"true": 3, "false": 2}}],
    )


class TimelineEntryOut(Model):
    """An event with what is said of it and the entity, or one relation."""

    start: str | None = Field(examples=["2031-04"])
    end: str | None
    basis: str = Field(description="Whose dates these are: event, stated or reported.", examples=["event"])
    event: str | None = Field(description="The event's IRI; null for a relation of another kind.")
    relations: tuple[RelationOut, ...]


class TimelineOut(Model):
    """A page of a timeline; ask again with `cursor=` the `next` of this one."""

    entity: EntityHit
    entries: tuple[TimelineEntryOut, ...]
    total: int
    undated: int = Field(description="What has neither a date nor an article with a day of publication.")
    complete: bool = Field(description="False if only the best supported 2,000 statements were placed.")
    next: str | None = None


class NeighbourOut(Model):
    """A thing and how many steps it is away."""

    entity: EntityHit
    distance: int


class NeighbourhoodOut(Model):
    """Things around an entity (itself the first, at distance 0) and the asserted statements between them, without claims."""

    entities: tuple[NeighbourOut, ...]
    relations: tuple[RelationOut, ...]
    complete: bool = Field(description="False if there are more than `limit`.")


class StepOut(Model):
    """One step of a path: what joins two entities, in either direction, with its evidence."""

    source: str
    target: str
    relations: tuple[RelationOut, ...]


class PathOut(Model):
    """A path: its entities, and the steps between them."""

    length: int
    entities: tuple[EntityHit, ...]
    steps: tuple[StepOut, ...]


class PathList(Model):
    """Paths between two entities, the shortest first."""

    source: EntityHit
    target: EntityHit
    paths: tuple[PathOut, ...]
    hubs: tuple[EntityHit, ...] = Field(description="Of these only the best supported statements were followed.")
    complete: bool = Field(description="False if there may be more paths, or shorter ones.")


class CoMentionOut(Model):
    """An entity that the same articles name."""

    entity: EntityHit
    articles: int
    sources: int
    examples: tuple[str, ...] = Field(description="The ids of the newest of these articles.")
    relations: int = Field(description="Statements between the two; 0 if being named together is all that is known.")


class CoMentionList(Model):
    """Entities named together with one, in most articles first; ask again with `cursor=` the `next` of this one."""

    entity: EntityHit
    entities: tuple[CoMentionOut, ...]
    articles: int = Field(description="The articles that name the entity and were looked at.")
    complete: bool = Field(description="False if only the newest 2,000 were.")
    next: str | None = None


class BatchIn(Model):
    """IRIs, slugs and names to look up."""

    entities: tuple[Annotated[str, Field(min_length=1, max_length=2000)], ...] = Field(
        max_length=200, examples=[["ilse-brandt-3f2a91c0", "Dockers' Union"]]
    )


class AnswerOut(Model):
    """What one of them is."""

    query: str
    status: str = Field(
        description="found; merged (`entity` is what it went into); ambiguous (`candidates`); gone; unknown.",
        examples=["found"],
    )
    entity: EntityHit | None = None
    candidates: tuple[EntityHit, ...] = ()


class BatchOut(Model):
    """The answers, in the order of the questions."""

    answers: tuple[AnswerOut, ...]


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


def slug_of(iri: str) -> str:
    """The last segment of an entity's IRI."""
    return iri.rpartition("/")[2]


def entity_out(entity: Entity) -> EntityHit:
    """An entity as the wire has it."""
    return EntityHit(
        iri=entity.iri,
        slug=slug_of(entity.iri),
        type=entity.cls,
        label=entity.label,
        altlabels=entity.altlabels,
        event_type=entity.event_type,
        location=_location(entity.location) if entity.location is not None else None,
        matches=tuple(MatchOut.model_validate({"how": how, "target": target}) for how, target in entity.matches),
    )


def _location(location: Location) -> LocationOut:
    fields = {name: getattr(location, name) for name in LocationOut.model_fields if name != "within"}
    return LocationOut(**fields, within=tuple(iri for iri, _ in location.within))


def relation_out(relation: Relation, standing: Standing | None = None) -> RelationOut:
    """A relation as the wire has it, with the grounds on which it holds on the day that was asked for."""
    fields = {name: getattr(relation, name) for name in RelationOut.model_fields if hasattr(relation, name)}
    if standing is not None:
        fields |= {"basis": standing.basis, "grounds": standing.words}
    return RelationOut(**{**fields, "claims": tuple(map(claim_out, relation.claims))})


def disagreement_out(found: Disagreement) -> DisagreementOut:
    """A disagreement as the wire has it."""
    sides = (
        LeadershipOut(
            statement=relation.statement,
            person=relation.subject,
            person_label=relation.subject_label,
            known_from=span[0],
            known_to=span[1],
            supporting_sources=relation.supporting_sources,
        )
        for relation, span in ((found.one, found.one_span), (found.two, found.two_span))
    )
    return DisagreementOut(group=found.one.object, group_label=found.one.object_label, leaders=tuple(sides))


def evidence_out(relation: Relation, claim: Evidence) -> EvidenceOut:
    """A claim with its statement as the wire has them."""
    fields = {name: getattr(relation, name) for name in EvidenceOut.model_fields if hasattr(relation, name)}
    return EvidenceOut(**fields, claim=claim_out(claim))


def claim_out(claim: Evidence) -> ClaimOut:
    """A claim as the wire has it."""
    simple = {name: getattr(claim, name) for name in ClaimOut.model_fields if hasattr(claim, name)}
    passages = {name: _passage(getattr(claim, name)) for name in ("sentence", "subject", "object")}
    return ClaimOut(**{**simple, **passages, "iri": claim.claim})


def _passage(passage: Passage | None) -> PassageOut | None:
    return None if passage is None else PassageOut(start=passage.start, end=passage.end, exact=passage.exact)


_M = TypeVar("_M", bound=Model)


def selected(rows: Iterable[_M], model: type[_M], fields: str) -> tuple[dict[str, Any], ...]:
    """The members of rows that a request names. Raises a 400 for one that they do not have."""
    wanted = [tuple(name.strip().split(".")) for name in fields.split(",") if name.strip()]
    for path in wanted:
        _check_path(model.model_json_schema(), path)
    return tuple(_chosen(row.model_dump(mode="json"), wanted) for row in rows)


def _check_path(schema: Mapping[str, Any], path: tuple[str, ...]) -> None:
    """Raise a 400 unless the members of a path are in a model's schema."""
    definitions: Mapping[str, Any] = schema.get("$defs", {})
    here: Mapping[str, Any] | None = schema
    for name in path:
        if here is None or name not in here.get("properties", {}):
            known = ", ".join((here or {}).get("properties", {})) or "nothing"
            raise Refusal(400, f"fields= names {'.'.join(path)}, and there is no {name}", hint=f"there is {known}")
        here = _model_in(here["properties"][name], definitions)


def _model_in(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The schema of the model that a member holds, or holds a list of."""
    for one in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if "$ref" in one:
            found: Mapping[str, Any] = definitions[one["$ref"].rpartition("/")[2]]
            return found
    return None


def _chosen(row: Any, wanted: list[tuple[str, ...]]) -> Any:
    if isinstance(row, list):
        return [_chosen(one, wanted) for one in row]
    if not isinstance(row, dict):
        return row
    names = dict.fromkeys(path[0] for path in wanted)
    rests = {name: [path[1:] for path in wanted if path[0] == name and len(path) > 1] for name in names}
    whole = {path[0] for path in wanted if len(path) == 1}
    return {name: row[name] if name in whole else _chosen(row[name], rests[name]) for name in names if name in row}
