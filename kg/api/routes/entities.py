"""Find entities: by name, as a list, one, or many at once."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from kg import lookup, vocab
from kg.api.depends import AcceptDep, KnownDep, ServiceDep, problems
from kg.api.lookups.models import AnswerOut, BatchIn, BatchOut
from kg.api.lookups.parameters import LOOKUP_PROBLEMS, CursorQuery, EntityDep, LimitQuery, SourceDep
from kg.api.lookups.wire import entity_out
from kg.api.models import EntityHit, EntityList
from kg.api.negotiation import HTML, JSON, choose
from kg.api.pages import render
from kg.api.pages.home import most_spoken_of
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.types import EntityClass

router = APIRouter(tags=["entities"], dependencies=[KnownDep], responses=problems(400))

CLASSES = vocab.ENTITY_CLASSES


@router.get(
    "/entities", response_model=EntityList, responses=problems(400, 406, 422, 503), summary="Search or list entities"
)
def find_entities(
    service: ServiceDep,
    q: Annotated[
        str,
        Query(
            description="A name, or its beginning; all entities without it.", max_length=400, examples=["Ilse Brandt"]
        ),
    ] = "",
    type: Annotated[  # noqa: A002
        str | None, Query(description="Only those of this class.", json_schema_extra={"enum": list(CLASSES)})
    ] = None,
    limit: LimitQuery = 20,
    cursor: CursorQuery = None,
    accept: AcceptDep = None,
) -> EntityList | Response:
    """The entities of a name, best first; without `q`, all of them in the order of their IRIs."""
    if type is not None and type not in CLASSES:
        raise Refusal(400, f"type={type} is none of {', '.join(CLASSES)}")
    page = _found(service, q, type, limit) if q else _listed(service, type, limit, cursor or "")
    if choose(accept, (JSON, HTML)) is HTML:
        more = {"q": q, "type": type or "", "limit": limit, "cursor": page.next}
        url = f"/entities?{urlencode({k: v for k, v in more.items() if v})}" if page.next else None
        spoken = most_spoken_of(service, type) if not q and not cursor else ()
        return HTMLResponse(
            render("entities.html", service.base, page=page, q=q, type=type, more=url, spoken=spoken, section="browse")
        )
    return page


@router.post(
    "/entities/lookup", response_model=BatchOut, responses=problems(400, 413, 422, 503), summary="Look up many at once"
)
def find_many(source: SourceDep, batch: BatchIn) -> BatchOut:
    """What each of these IRIs, slugs and names is; up to 200. A name counts if it is of one entity alone."""
    return BatchOut(
        answers=tuple(
            AnswerOut(
                query=answer.query,
                status=answer.status,
                entity=entity_out(answer.entity) if answer.entity is not None else None,
                candidates=tuple(map(entity_out, answer.candidates)),
            )
            for answer in lookup.find_entities(source, batch.entities)
        )
    )


@router.get("/entities/{slug}", response_model=EntityHit, responses=LOOKUP_PROBLEMS, summary="One entity")
def get_entity(source: SourceDep, entity: EntityDep) -> EntityHit:
    """Its class, its names and, of a place, where it is. Its IRI answers with all that is said of it, as a page or as RDF."""
    return entity_out(lookup.describe(source.select, entity.iri) or entity)


def _found(service: Service, q: str, cls: str | None, limit: int) -> EntityList:
    """What a search finds, best first."""
    catalogue = service.workspace.catalogue
    hits = catalogue.search(q, {cls} if cls else CLASSES, limit)
    rows = (catalogue.entity(hit.iri) for hit in hits if hit.iri is not None)
    return EntityList(entities=tuple(entity_out(lookup.entity_from(row)) for row in rows if row is not None))


def _listed(service: Service, cls: str | None, limit: int, after: str) -> EntityList:
    """A page of all entities."""
    rows = service.workspace.catalogue.entities(cls=EntityClass(cls) if cls else None, after=after, limit=limit + 1)
    page = tuple(entity_out(lookup.entity_from(row)) for row in rows[:limit])
    counts = service.counts()
    total = sum(counts[name] for name in ((cls,) if cls else CLASSES))
    return EntityList(entities=page, total=total, next=page[-1].iri if len(rows) > limit else None)
