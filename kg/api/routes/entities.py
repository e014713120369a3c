"""Find entities, and ask what is said of one."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from kg import lookup, vocab
from kg.api.depends import PROBLEMS, AcceptDep, ServiceDep
from kg.api.models import ClaimOut, EntityHit, EntityList, PassageOut, RelationList, RelationOut
from kg.api.negotiation import HTML, JSON, choose
from kg.api.pages import render
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.catalogue import EntityRow
from kg.errors import UnknownEntity
from kg.lookup import Entity, Evidence, Passage, Relation
from kg.types import EntityClass

router = APIRouter(tags=["entities"])

CLASSES = vocab.ENTITY_CLASSES


@router.get("/entities", response_model=EntityList, responses=PROBLEMS, summary="Search or list entities")
def find_entities(
    service: ServiceDep,
    q: Annotated[str, Query(description="A name, or its beginning; all entities without it.", max_length=400)] = "",
    type: Annotated[str | None, Query(description="Person, Group, Place, Polity or Event.")] = None,  # noqa: A002
    limit: Annotated[int, Query(ge=1, le=500)] = 20,
    cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=4000)] = None,
    accept: AcceptDep = None,
) -> EntityList | Response:
    """The entities of a name, best first; without `q`, all of them in the order of their IRIs."""
    if type is not None and type not in CLASSES:
        raise Refusal(400, f"type={type} is none of {', '.join(CLASSES)}")
    page = _found(service, q, type, limit) if q else _listed(service, type, limit, cursor or "")
    if choose(accept, (JSON, HTML)) is HTML:
        more = {"q": q, "type": type or "", "limit": limit, "cursor": page.next}
        url = f"/entities?{urlencode({k: v for k, v in more.items() if v})}" if page.next else None
        return HTMLResponse(render("entities.html", service.workspace.base, page=page, q=q, more=url))
    return page


@router.get(
    "/entities/{slug}/relations",
    response_model=RelationList,
    responses=PROBLEMS,
    summary="What is said of an entity, with the sentences",
)
def relations(
    service: ServiceDep,
    slug: str,
    predicate: Annotated[str | None, Query(description="Only this predicate, such as leads.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=4000)] = None,
) -> RelationList | Response:
    """Every statement about the entity, each with all its claims: article, sentence, offsets, confidence, modality."""
    if predicate is not None and predicate not in vocab.PREDICATES:
        raise Refusal(400, f"predicate={predicate} is none of {', '.join(vocab.PREDICATES)}")
    entity = _entity(service, slug)
    if isinstance(entity, Response):
        return entity
    after = _statement(service, cursor) if cursor else ""
    found = lookup.relations_of(service.select, entity.iri, predicate=predicate, after=after, limit=limit + 1)
    page = found[:limit]
    return RelationList(
        entity=hit_of(entity),
        relations=tuple(map(relation_out, page)),
        total=lookup.count_relations(service.select, entity.iri, predicate=predicate),
        next=page[-1].statement.rpartition("/")[2] if len(found) > limit else None,
    )


def _found(service: Service, q: str, cls: str | None, limit: int) -> EntityList:
    """What a search finds, best first."""
    catalogue = service.workspace.catalogue
    hits = catalogue.search(q, {cls} if cls else CLASSES, limit)
    rows = (catalogue.entity(hit.iri) for hit in hits if hit.iri is not None)
    return EntityList(entities=tuple(_row_out(row) for row in rows if row is not None))


def _listed(service: Service, cls: str | None, limit: int, after: str) -> EntityList:
    """A page of all entities."""
    rows = service.workspace.catalogue.entities(cls=EntityClass(cls) if cls else None, after=after, limit=limit + 1)
    page = tuple(_row_out(row) for row in rows[:limit])
    return EntityList(entities=page, next=page[-1].iri if len(rows) > limit else None)


def _entity(service: Service, slug: str) -> Entity | Response:
    """The entity of a slug; a redirect for one that was merged into another. Raises UnknownEntity, or a 410."""
    nodes = (service.iri(kind, slug) for kind in lookup.ENTITY_KINDS)
    iris = [node.value for node in nodes if node is not None]
    for iri in iris:
        if (entity := lookup.describe(service.select, iri)) is not None:
            return entity
    for iri in iris:
        if (retired := service.workspace.catalogue.retired(iri)) is None:
            continue
        if retired.successor is None:
            raise Refusal(410, f"{retired.label} is gone with the last article that spoke of it")
        return Response(
            status_code=308, headers={"Location": f"/entities/{slug_of(retired.successor.value)}/relations"}
        )
    raise UnknownEntity(f"no entity {slug}", hint="GET /entities?q= finds them by name")


def _row_out(row: EntityRow) -> EntityHit:
    iri = row.iri.value
    return EntityHit(
        iri=iri,
        slug=slug_of(iri),
        type=row.cls.value,
        label=row.label,
        altlabels=row.altlabels,
        event_type=row.event_type,
    )


def _statement(service: Service, cursor: str) -> str:
    """The IRI of the statement that a page ended with."""
    iri = service.iri("statement", cursor)
    if iri is None:
        raise Refusal(400, "cursor= is none that a page gave")
    return iri.value


def slug_of(iri: str) -> str:
    """The last segment of an entity's IRI."""
    return iri.rpartition("/")[2]


def hit_of(entity: Entity) -> EntityHit:
    """An entity as the wire has it."""
    return EntityHit(
        iri=entity.iri,
        slug=slug_of(entity.iri),
        type=entity.cls,
        label=entity.label,
        altlabels=entity.altlabels,
        event_type=entity.event_type,
    )


def relation_out(relation: Relation) -> RelationOut:
    """A relation as the wire has it."""
    fields = {name: getattr(relation, name) for name in RelationOut.model_fields if name != "claims"}
    return RelationOut(**fields, claims=tuple(map(claim_out, relation.claims)))


def claim_out(claim: Evidence) -> ClaimOut:
    """A claim as the wire has it."""
    simple = {name: getattr(claim, name) for name in ClaimOut.model_fields if hasattr(claim, name)}
    passages = {name: _passage(getattr(claim, name)) for name in ("sentence", "subject", "object")}
    return ClaimOut(**{**simple, **passages, "iri": claim.claim})


def _passage(passage: Passage | None) -> PassageOut | None:
    return None if passage is None else PassageOut(start=passage.start, end=passage.end, exact=passage.exact)
