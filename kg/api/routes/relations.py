"""What is said of an entity: relations, facets, evidence, timeline; and one statement or claim by itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from kg import lookup
from kg.api.depends import KnownDep, problems
from kg.api.lookups.fields import selected
from kg.api.lookups.models import (
    EvidenceList,
    EvidenceOut,
    Facets,
    SelectedEvidence,
    SelectedRelations,
    TimelineEntryOut,
    TimelineOut,
)
from kg.api.lookups.parameters import (
    LOOKUP_PROBLEMS,
    ClaimsQuery,
    CursorQuery,
    DayQuery,
    EntityDep,
    FieldsQuery,
    FilterDep,
    LimitQuery,
    SourceDep,
    day_of,
    sort_of,
)
from kg.api.lookups.wire import disagreement_out, entity_out, evidence_out, relation_out
from kg.api.models import RelationList, RelationOut
from kg.catalogue import RELATION_SORTS
from kg.errors import UnknownEntity
from kg.lookup import Source

router = APIRouter(tags=["relations"], dependencies=[KnownDep], responses=problems(400))

SORTS = [*RELATION_SORTS, *(f"-{name}" for name in RELATION_SORTS)]
HashPath = Annotated[
    str, Path(description="The last segment of its IRI.", examples=["1e032f04d14cbc61"], max_length=64)
]


@router.get(
    "/entities/{slug}/relations",
    response_model=RelationList | SelectedRelations,
    responses=LOOKUP_PROBLEMS,
    summary="What is said of an entity, with the sentences",
)
def list_relations(
    source: SourceDep,
    entity: EntityDep,
    where: FilterDep,
    sort: Annotated[
        str,
        Query(
            description="- sorts downwards; equal ones are in the order of their terms.",
            json_schema_extra={"enum": SORTS},
        ),
    ] = "predicate",
    as_of: Annotated[
        str | None, Query(alias="as-of", description="Only what held then: 2019, 2019-06 or 2019-06-30.", max_length=10)
    ] = None,
    claims: ClaimsQuery = lookup.CLAIMS_SHOWN,
    fields: FieldsQuery = None,
    limit: LimitQuery = 100,
    cursor: CursorQuery = None,
) -> RelationList | SelectedRelations:
    """The statements about the entity that pass all filters, each with its claims: article, sentence, offsets, modality.

    The cost grows with what is said about the entity, not with the graph. With `as-of`, those that are asserted and held on
    that day, each with its basis: "stated" where an article gives dates for it that hold the day, else "article": the day
    lies between two articles that call it current, or after the last of them. `disagreements` are two leaders of one group
    at one time, in articles that do not name both.
    """
    name, descending = sort_of(sort)
    page = lookup.list_relations(
        source,
        entity.iri,
        where,
        sort=name,
        descending=descending,
        as_of=day_of("as-of", as_of),
        cursor=cursor,
        limit=limit,
        claims=claims,
    )
    found = tuple(relation_out(one, page.standings.get(one.statement)) for one in page.relations)
    against = tuple(map(disagreement_out, page.disagreements))
    about = entity_out(entity)
    if fields is not None:
        rows = selected(found, RelationOut, fields)
        return SelectedRelations(
            entity=about,
            relations=rows,
            disagreements=against,
            total=page.total,
            complete=page.complete,
            next=page.next,
        )
    return RelationList(
        entity=about, relations=found, disagreements=against, total=page.total, complete=page.complete, next=page.next
    )


@router.get(
    "/entities/{slug}/facets", response_model=Facets, responses=LOOKUP_PROBLEMS, summary="What is said of it, counted"
)
def count_facets(source: SourceDep, entity: EntityDep, where: FilterDep) -> Facets:
    """How many of the statements that pass the filters have which predicate, class, modality, publisher, year."""
    relations = source.catalogue.relations
    return Facets(
        entity=entity_out(entity),
        total=relations.count(entity.iri, where),
        facets=relations.facets(entity.iri, where),
    )


@router.get(
    "/entities/{slug}/evidence",
    response_model=EvidenceList | SelectedEvidence,
    responses=LOOKUP_PROBLEMS,
    summary="The sentences about an entity",
)
def list_evidence(
    source: SourceDep,
    entity: EntityDep,
    where: FilterDep,
    fields: FieldsQuery = None,
    limit: LimitQuery = 100,
    cursor: CursorQuery = None,
) -> EvidenceList | SelectedEvidence:
    """The claims that pass the filters, each with its statement: those published last first, undated ones at the end."""
    page = lookup.list_evidence(source, entity.iri, where, cursor=cursor, limit=limit)
    found = tuple(evidence_out(relation, claim) for relation, claim in page.evidence)
    if fields is not None:
        return SelectedEvidence(evidence=selected(found, EvidenceOut, fields), total=page.total, next=page.next)
    return EvidenceList(evidence=found, total=page.total, next=page.next)


@router.get(
    "/entities/{slug}/timeline",
    response_model=TimelineOut,
    responses=LOOKUP_PROBLEMS,
    summary="What happened to an entity, in order of time",
)
def get_timeline(
    source: SourceDep,
    entity: EntityDep,
    where: FilterDep,
    begin: DayQuery = None,
    end: DayQuery = None,
    newest_first: Annotated[bool, Query(alias="newest-first")] = False,
    claims: ClaimsQuery = 3,
    limit: LimitQuery = 100,
    cursor: CursorQuery = None,
) -> TimelineOut:
    """Its events, and its relations by when they began; where no article says, by when they were reported.

    `begin` and `end` are about these times, as exact as articles give them; `since` and `until` about days of publication.
    Pass asserted=true for what is believed alone.
    """
    found = lookup.timeline(
        source,
        entity.iri,
        where,
        begin=day_of("begin", begin),
        end=day_of("end", end),
        descending=newest_first,
        claims=claims,
        limit=limit,
        cursor=cursor,
    )
    entries = (
        TimelineEntryOut(
            start=one.start,
            end=one.end,
            basis=one.basis,
            event=one.event,
            relations=tuple(map(relation_out, one.relations)),
        )
        for one in found.entries
    )
    return TimelineOut(
        entity=entity_out(entity),
        entries=tuple(entries),
        total=found.total,
        undated=found.undated,
        complete=found.complete,
        next=found.next,
    )


@router.get("/statements/{id}", response_model=RelationOut, responses=problems(404, 422, 503), summary="One statement")
def get_statement(source: SourceDep, id: HashPath, claims: ClaimsQuery = lookup.CLAIMS_SHOWN) -> RelationOut:  # noqa: A002
    """A statement with its strongest claims."""
    found = lookup.relations_called(source, [_key(source, id)], claims=claims)
    if not found:
        raise _unknown("statement", id)
    return relation_out(found[0])


@router.get(
    "/statements/{id}/evidence",
    response_model=EvidenceList,
    responses=problems(400, 404, 422, 503),
    summary="All claims about a statement",
)
def list_statement_evidence(
    source: SourceDep,
    id: HashPath,  # noqa: A002
    limit: LimitQuery = 100,
    cursor: CursorQuery = None,
) -> EvidenceList:
    """Those published last first."""
    page = lookup.list_evidence_about(source, _key(source, id), cursor=cursor, limit=limit)
    found = tuple(evidence_out(relation, claim) for relation, claim in page.evidence)
    return EvidenceList(evidence=found, total=page.total, next=page.next)


@router.get("/claims/{id}", response_model=EvidenceOut, responses=problems(404, 422, 503), summary="One claim")
def get_claim(source: SourceDep, id: HashPath) -> EvidenceOut:  # noqa: A002
    """A claim with the statement that it supports or disputes."""
    found = lookup.evidence_called(source, f"{source.base}claim/{id}")
    if found is None:
        raise _unknown("claim", id)
    return evidence_out(*found)


def _key(source: Source, name: str) -> str:
    """The key in the catalogue of the statement of that name. Raises UnknownEntity."""
    key = lookup.key_called(source, f"{source.base}statement/{name}")
    if key is None:
        raise _unknown("statement", name)
    return key


def _unknown(kind: str, name: str) -> UnknownEntity:
    return UnknownEntity(f"no {kind} {name}", hint="relations of entities name their statements and claims")
