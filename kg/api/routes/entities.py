"""Find entities, and ask what is said of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from kg import lookup, vocab
from kg.api.depends import PROBLEMS, AcceptDep, ServiceDep
from kg.api.models import (
    ClaimOut,
    DisagreementOut,
    EntityHit,
    EntityList,
    LeadershipOut,
    PassageOut,
    RelationList,
    RelationOut,
)
from kg.api.negotiation import HTML, JSON, choose
from kg.api.pages import render
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.catalogue import EntityRow
from kg.errors import ParameterError, UnknownEntity
from kg.lookup import Disagreement, Entity, Evidence, Passage, Relation
from kg.query.parameters import Parameter, ParameterType
from kg.types import EntityClass

router = APIRouter(tags=["entities"])

CLASSES = vocab.ENTITY_CLASSES
LEADERS = 2000  # of one group: more than any has


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
    as_of: Annotated[
        str | None,
        Query(
            alias="as-of",
            description="Only what held then: 2019, 2019-06 or 2019-06-30. Pages may be shorter than `limit`.",
        ),
    ] = None,
) -> RelationList | Response:
    """Every statement about the entity, each with all its claims: article, sentence, offsets, confidence, modality.

    With `as-of`, those that are asserted and held on that day, each with its basis: "stated" where an article gives dates
    for it that hold the day, else "article": the day lies between two articles that call it current, or after the last of
    them. `disagreements` are two leaders of one group at one time, in articles that do not name both.
    """
    if predicate is not None and predicate not in vocab.PREDICATES:
        raise Refusal(400, f"predicate={predicate} is none of {', '.join(vocab.PREDICATES)}")
    day = _day(as_of) if as_of is not None else None
    entity = _entity(service, slug)
    if isinstance(entity, Response):
        return entity
    after = _statement(service, cursor) if cursor else ""
    found = lookup.relations_of(service.select, entity.iri, predicate=predicate, after=after, limit=limit + 1)
    page = found[:limit]
    groups = Leaderships(service.select, day)
    return RelationList(
        entity=hit_of(entity),
        relations=tuple(map(relation_out, page)) if day is None else tuple(groups.standing(page)),
        disagreements=tuple(map(disagreement_out, groups.disagreements(page))),
        total=lookup.count_relations(service.select, entity.iri, predicate=predicate),
        next=page[-1].statement.rpartition("/")[2] if len(found) > limit else None,
    )


class Leaderships:
    """What holds on a day (always, without one), for which all leaders of a group count, not those of a page alone."""

    def __init__(self, select: lookup.Select, day: str | None) -> None:
        self._select = select
        self._day = day
        self._groups: dict[str, tuple[Relation, ...]] = {}

    def standing(self, page: Iterable[Relation]) -> Iterator[RelationOut]:
        """Yield the relations of a page that hold on the day, with their basis."""
        assert self._day is not None
        for relation in page:
            if relation.predicate == "leads":
                standings = lookup.leaders_on(self._leaders(relation.object), self._day)
                held = next((one for one in standings if one.relation.statement == relation.statement), None)
            else:
                held = lookup.standing_on(relation, self._day)
            if held is not None:
                yield relation_out(relation).model_copy(update={"basis": held.basis, "grounds": held.words})

    def disagreements(self, page: Iterable[Relation]) -> Iterator[Disagreement]:
        """Yield those in which a relation of a page is one side, and on the day both hold."""
        listed = {relation.statement: relation.object for relation in page if relation.predicate == "leads"}
        for group in dict.fromkeys(listed.values()):
            leaders = self._leaders(group)
            if self._day is not None:
                leaders = tuple(one.relation for one in lookup.leaders_on(leaders, self._day))
            for one in lookup.disagreements(leaders):
                if {one.one.statement, one.two.statement} & listed.keys():
                    yield one

    def _leaders(self, group: str) -> tuple[Relation, ...]:
        if group not in self._groups:
            found = lookup.relations_of(self._select, group, predicate="leads", limit=LEADERS)
            self._groups[group] = tuple(relation for relation in found if relation.object == group)
        return self._groups[group]


def _day(text: str) -> str:
    """A day, month or year that a request gives."""
    try:
        return Parameter("as-of", ParameterType.DATE, "").parse(text).value
    except ParameterError as error:
        raise Refusal(400, str(error), hint=error.hint) from error


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
    fields = {name: getattr(relation, name) for name in RelationOut.model_fields if hasattr(relation, name)}
    del fields["claims"]
    return RelationOut(**fields, claims=tuple(map(claim_out, relation.claims)))


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


def claim_out(claim: Evidence) -> ClaimOut:
    """A claim as the wire has it."""
    simple = {name: getattr(claim, name) for name in ClaimOut.model_fields if hasattr(claim, name)}
    passages = {name: _passage(getattr(claim, name)) for name in ("sentence", "subject", "object")}
    return ClaimOut(**{**simple, **passages, "iri": claim.claim})


def _passage(passage: Passage | None) -> PassageOut | None:
    return None if passage is None else PassageOut(start=passage.start, end=passage.end, exact=passage.exact)
