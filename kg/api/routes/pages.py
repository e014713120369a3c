"""The pages that people look at: one about each thing, and those that have no other form: home, graph, timeline, …

A page about a thing is one of its representations: `documents.py` asks for it here. All pages are kept in the answer
cache, by the version of the graph and their address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from kg import lookup, vocab
from kg.api.answers import Reply, answer
from kg.api.depends import ServiceDep
from kg.api.gone import cancelled_when_gone
from kg.api.limits import client_of
from kg.api.negotiation import DOCUMENTS, HTML, JSON_RESULTS, TURTLE
from kg.api.pages import links, render
from kg.api.pages.article import article_values
from kg.api.pages.connections import connections_values, end_of
from kg.api.pages.disagreements import disagreements_values
from kg.api.pages.entity import ON_A_PAGE, key_facts, one_section, sections_of
from kg.api.pages.finding import finding_values
from kg.api.pages.graph import explore_values, thumbnail
from kg.api.pages.home import home_values
from kg.api.pages.reading import page_of
from kg.api.pages.timeline import FOUND, Found, events_among, events_of, found_by, timeline_values
from kg.api.problems import Refusal
from kg.api.protocol import QueryRequest
from kg.api.service import Service
from kg.decisions import explain, judgement_views, ties
from kg.errors import UnknownEntity
from kg.graph import Answer

__all__ = ["document_page", "router"]

router = APIRouter(include_in_schema=False)

OTHERS = tuple(offer for offer in DOCUMENTS if offer is not HTML)
CLAIMS_ON_A_PAGE = 50
LISTED = 12  # decisions, merged names
EVENTS = 7  # beside the statements about a thing
EXPANDED = 5


def kept(service: Service, address: str, make: Callable[[], str]) -> bytes:
    """The page of an address, from the cache if it was made for this version of the graph."""
    key = ("page", service.version(), address)
    cache = service.publication.cache
    if (answer := cache.get(key)) is None:
        answer = Answer(make().encode(), HTML.content_type)
        cache.put(key, answer)
    return answer.body


@router.get("/", response_class=HTMLResponse)
def index(service: ServiceDep) -> Response:
    """The page that a visitor meets first."""
    return HTMLResponse(
        kept(service, "/", lambda: render("index.html", service.workspace.base, **home_values(service)))
    )


@router.get("/find", response_class=HTMLResponse)
def find(service: ServiceDep, request: Request) -> Response:
    """What a search finds, in things, sentences and articles."""

    def make() -> str:
        return render("find.html", service.workspace.base, **finding_values(service, request.query_params))

    return HTMLResponse(kept(service, _address(request), make))


@router.get("/explore/{slug}", response_class=HTMLResponse)
def explore(service: ServiceDep, request: Request, slug: str) -> Response:
    """A thing with what lies around it, as a drawing."""
    query = request.query_params
    entity = _named(service, slug)
    expand = [one for one in query.getlist("expand") if one][:EXPANDED]

    def make() -> str:
        return render("explore.html", service.workspace.base, **explore_values(service, entity, query, expand))

    return HTMLResponse(kept(service, _address(request), make))


@router.get("/timeline", response_class=HTMLResponse)
async def timeline(service: ServiceDep, request: Request) -> Response:
    """What happened to a thing; the events that a SPARQL query or words find; or all events."""
    query = request.query_params
    asked = query.get("query", "").strip()
    iris: tuple[str, ...] = ()
    if asked:  # what a person wrote runs in a worker
        async with cancelled_when_gone(request.receive) as cancel:
            accept = f"{JSON_RESULTS.media_type}, {TURTLE.media_type}"
            reply = await answer(
                service, QueryRequest(asked), accept, None, client=client_of(request.scope), cancel=cancel
            )
            iris = await run_in_threadpool(_events_in, service, reply)

    def make() -> str:
        entity, found = None, None
        if asked:
            found = Found(iris[:FOUND], query=asked, complete=len(iris) <= FOUND)
        elif query.get("about", "").strip():
            entity = _named(service, query["about"])
        elif query.get("words", "").strip():
            found = found_by(service, query["words"].strip())
        values = timeline_values(service, entity, query, found)
        return render("timeline.html", service.workspace.base, section="timeline", **values)

    if asked:  # its answer is kept, and users' graphs have versions of their own
        return HTMLResponse(await run_in_threadpool(make))
    return HTMLResponse(await run_in_threadpool(kept, service, _address(request), make))


@router.get("/disagreements", response_class=HTMLResponse)
def disagreements(service: ServiceDep, request: Request) -> Response:
    """Where articles disagree, side by side."""
    query = request.query_params
    entity = _named(service, query["about"]) if query.get("about", "").strip() else None

    def make() -> str:
        values = disagreements_values(service, entity, query)
        return render("disagreements.html", service.workspace.base, section="disagreements", **values)

    return HTMLResponse(kept(service, _address(request), make))


@router.get("/connections", response_class=HTMLResponse)
def connections(service: ServiceDep, request: Request) -> Response:
    """The ways between two things."""

    def make() -> str:
        values = connections_values(service, request.query_params)
        return render("connections.html", service.workspace.base, section="connections", **values)

    return HTMLResponse(kept(service, _address(request), make))


@router.get("/why", response_class=HTMLResponse)
def why(service: ServiceDep, request: Request) -> Response:
    """Why two names stand for one thing, or for two."""

    def make() -> str:
        one, two = (end_of(service, request.query_params.get(name, "")) for name in ("one", "two"))
        found = None
        if one.entity is not None and two.entity is not None:
            workspace = service.workspace
            found = explain(workspace.catalogue, service.select, workspace.base, one.given, two.given)
        return render("why.html", service.workspace.base, one=one, two=two, why=found)

    return HTMLResponse(kept(service, _address(request), make))


def _events_in(service: Service, reply: Reply) -> tuple[str, ...]:
    """The events that the answer to a query names."""
    body = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
    return events_among(service.base, body, reply.content_type)


def document_page(service: Service, kind: str, iri: NamedNode, query: Mapping[str, str]) -> bytes:
    """The page about the thing of an IRI of this kind; `query` says which part of a long one."""
    make = {"article": _article, "statement": _statement, "claim": _statement}.get(kind, _entity)
    wanted = {name: query[name] for name in ("predicate", "as", "page", "at") if name in query}
    return kept(service, f"{iri.value}?{sorted(wanted.items())}", lambda: make(service, kind, iri, wanted))


def _entity(service: Service, _: str, iri: NamedNode, query: Mapping[str, str]) -> str:
    entity = lookup.describe(service.select, iri.value)
    if entity is None:
        raise UnknownEntity(f"no entity {iri.value}")
    if "predicate" in query:
        return _section(service, entity, iri, query)
    catalogue = service.workspace.catalogue
    about = catalogue.outlines.about(iri.value)
    sections = sections_of(service, about)
    facts = key_facts(entity.cls, sections)
    decided = (
        catalogue.judgements.get(number) for number in catalogue.outlines.decisions_about(iri.value, limit=LISTED)
    )
    leaders = next((items for name, items, _ in facts if name == "Led by"), ())
    current = [item for item in leaders if item.relation.phase == "current"]
    return render(
        "entity.html",
        service.workspace.base,
        entity=entity,
        facts=facts,
        sections=sections,
        total=sum(section.total for section in sections),
        articles=catalogue.outlines.articles_about(iri.value),
        rivals=len(current) if len(current) > 1 else 0,
        merged=catalogue.outlines.merged_into(iri.value, limit=LISTED),
        decisions=judgement_views(catalogue, service.workspace.base, [one for one in decided if one is not None]),
        ties=ties(catalogue, iri.value),
        article_iri=lambda name: service.article_iri(name).value,
        events=events_of(service, about, EVENTS),
        around=thumbnail(service, entity, about),
        here=_href(service, iri),
        links=links(_href(service, iri), OTHERS),
    )


def _section(service: Service, entity: lookup.Entity, iri: NamedNode, query: Mapping[str, str]) -> str:
    predicate, side, page = query["predicate"], query.get("as", "subject"), page_of(query)
    if predicate not in vocab.PREDICATES:
        raise Refusal(400, f"predicate={predicate} is none of {', '.join(vocab.PREDICATES)}")
    shown = one_section(service, iri.value, predicate, outgoing=side != "object", page=page)
    if shown is None:
        raise UnknownEntity(f"{entity.label}: there is no page {page} of such statements")
    return render(
        "section.html",
        service.workspace.base,
        entity=entity,
        shown=shown,
        page=page,
        pages=-(-shown.total // ON_A_PAGE),
        here=_href(service, iri),
    )


def _article(service: Service, _: str, iri: NamedNode, query: Mapping[str, str]) -> str:
    document = service.document(iri)
    if document is None:
        raise UnknownEntity(f"no article {iri.value}")
    values = article_values(service, iri, document, query)
    return render("article.html", service.workspace.base, links=links(_href(service, iri), OTHERS), **values)


def _statement(service: Service, kind: str, iri: NamedNode, query: Mapping[str, str]) -> str:
    claim = iri.value if kind == "claim" else None
    about = service.statement_of(iri) if claim else iri.value
    relation = lookup.statement(service.select, about) if about else None
    claims = [c for c in relation.claims if claim in (None, c.claim)] if relation else []
    page = page_of(query)
    first = (page - 1) * CLAIMS_ON_A_PAGE
    return render(
        "statement.html",
        service.workspace.base,
        kind=kind,
        iri=iri.value,
        relation=relation,
        total=len(claims),
        supporting=[c for c in claims[first : first + CLAIMS_ON_A_PAGE] if c.supports],
        disputing=[c for c in claims[first : first + CLAIMS_ON_A_PAGE] if not c.supports],
        page=page,
        pages=-(-len(claims) // CLAIMS_ON_A_PAGE),
        here=_href(service, iri),
        links=links(_href(service, iri), OTHERS),
    )


def _named(service: Service, name: str) -> lookup.Entity:
    """The entity of a slug, an IRI or a name. Raises UnknownEntity, AmbiguousEntity."""
    iri = service.find(name.strip())
    row = service.workspace.catalogue.entity(iri)
    if row is None:
        raise UnknownEntity(f"no entity {name}", hint="GET /entities?q= finds them by name")
    return lookup.entity_from(row)


def _address(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}"


def _href(service: Service, iri: NamedNode) -> str:
    return "/" + iri.value.removeprefix(service.workspace.base)
