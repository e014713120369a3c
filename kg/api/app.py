"""`create_app`: the routes, the SPARQL endpoint beside them, and the envelope around both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from kg import __version__
from kg.api.completed import complete
from kg.api.graphs import FORMS as GRAPH_FORMS
from kg.api.graphs import GraphsEndpoint
from kg.api.hosts import host_check
from kg.api.intake import Intake
from kg.api.limits import PUBLIC_LIMIT, RateLimiter
from kg.api.metrics import Reading
from kg.api.middleware import Envelope
from kg.api.models import ArticleIn, ProblemOut
from kg.api.named import operations
from kg.api.negotiation import HTML, JSON_RESULTS, SOLUTIONS, TRIPLES, NotAcceptable
from kg.api.pages import STATIC, problem_page, wants_page
from kg.api.plain import plain_routes
from kg.api.problems import MEDIA_TYPE, Refusal, problem_of
from kg.api.routes import (
    around,
    articles,
    atlas,
    desk,
    documents,
    entities,
    exports,
    feeds,
    intake,
    judgements,
    manage,
    meta,
    pages,
    queries,
    reconcile,
    relations,
    review,
    search,
)
from kg.api.service import GraphService, Service
from kg.api.sessions import Sessions
from kg.api.sparql import SparqlEndpoint
from kg.api.turns import Turns
from kg.errors import KgError
from kg.graph.guard import MAX_UPDATE_LENGTH

__all__ = ["create_app", "create_plain_app"]

FORM_OVERHEAD = 6  # a character of a query is up to four bytes, and percent-encoding trebles most of them
SMALL_BODY = 1 << 20
BATCH_ARTICLES = 10  # as many of the largest size may come in one form
EXPORTS = 4  # at once: each may take a thread for minutes, and readers share 40
GZIP_FROM = 1024  # bytes: less is a packet anyway
GZIP_LEVEL = 4  # a third of the time of 9 for a tenth more bytes


def create_app(service: Service, *, loopback: bool = True) -> ASGIApp:
    """The ASGI application of a service, which it starts and stops with its lifespan.

    On `loopback` it answers to this machine's own names alone.
    """
    return _enveloped(service, _routes(service), loopback=loopback)


def create_plain_app(service: GraphService, *, loopback: bool = True) -> ASGIApp:
    """The same for the service of an ordinary store, which has /sparql and /graphs."""
    return _enveloped(service, plain_routes(service), loopback=loopback)


def _enveloped(service: GraphService, rest: ASGIApp, *, loopback: bool) -> ASGIApp:
    """The endpoints of the W3C's protocols beside the `rest`, and the envelope around all."""
    sparql, graphs = SparqlEndpoint(service), GraphsEndpoint(service)
    near = reconcile.open_to_this_machine(rest)

    async def one_of(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path == "/sparql":
            await sparql(scope, receive, send)
        elif path == "/graphs" or path.startswith("/graphs/"):
            await graphs(scope, receive, send)
        elif path == "/reconcile" or path.startswith("/reconcile/"):
            await near(scope, receive, send)
        else:
            await rest(scope, receive, send)

    settings = service.settings
    bodies = {
        "/sparql": FORM_OVERHEAD * MAX_UPDATE_LENGTH,
        "/add": BATCH_ARTICLES * settings.max_article_mb * 2**20,
        "/articles": 2 * settings.max_article_mb * 2**20,  # JSON escapes
        "/graphs": settings.max_graph_mb * 2**20,
    }

    def max_body(path: str) -> int:
        return bodies.get("/graphs" if path.startswith("/graphs/") else path, SMALL_BODY)

    unlimited_on_loopback = None if loopback else PUBLIC_LIMIT
    limiter = RateLimiter(unlimited_on_loopback if settings.rate_limit is None else settings.rate_limit)
    refused = Reading("rate_limited", "Requests refused as too many", lambda: limiter.refused, counter=True)
    service.metrics.read([refused])
    return Envelope(
        GZipMiddleware(one_of, minimum_size=GZIP_FROM, compresslevel=GZIP_LEVEL),
        service,
        origins=settings.cors_origins,
        max_body=max_body,
        check_host=host_check(settings.host, service.base, settings.allowed_hosts, loopback=loopback),
        limiter=limiter,
    )


def _routes(service: Service) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await api.state.intake.close()
            await service.stop()

    api = FastAPI(
        title="Newsgraph",
        version=__version__,
        description="News articles as a knowledge graph in which every edge carries its article and its sentence. "
        "`/sparql` speaks the SPARQL 1.1 Protocol; errors are RFC 9457 problem documents.",
        lifespan=lifespan,
        docs_url=None,  # FastAPI's pages load scripts from a CDN: meta.docs is a page of our own
        redoc_url=None,
        redirect_slashes=False,
    )
    api.state.service = service
    turns, exports_ = Turns("writes", at_once=1), Turns("exports", at_once=EXPORTS)
    api.state.turns, api.state.export_turns = turns, exports_
    api.state.sessions, api.state.outcomes = Sessions(), desk.Outcomes()
    api.state.intake = Intake(service, turns)
    service.metrics.read(
        [
            Reading("writes_waiting", "Articles and decisions that wait for their turn", lambda: turns.waiting),
            Reading("exports_waiting", "Exports that wait for their turn", lambda: exports_.waiting),
        ]
    )
    for kind in (KgError, HTTPException, NotAcceptable, RequestValidationError, Exception):
        api.add_exception_handler(kind, _problem)
    for routes in (
        meta,
        pages,
        manage,
        desk,
        intake,
        atlas,
        entities,
        relations,
        around,
        search,
        queries,
        reconcile,
        articles,
        judgements,
        review,
        exports,
        feeds,
        documents,
    ):
        api.include_router(routes.router)
    api.mount("/static", StaticFiles(directory=STATIC), name="static")
    plain = api.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for model in (ProblemOut, ArticleIn):  # which routes name without FastAPI's knowing
            schemas.setdefault(model.__name__, model.model_json_schema())
        document["paths"].setdefault("/sparql", _SPARQL)
        document["paths"].update(operations(service.queries))
        document["paths"].setdefault("/graphs", _GRAPHS)
        complete(document)
        return document

    api.openapi = openapi  # type: ignore[method-assign] # the documented way to extend it
    return api


def _problem(request: Request, error: Exception) -> Response:
    """The problem document for what a route raised."""
    if isinstance(error, RequestValidationError):
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'][1:])) or e['loc'][0]}: {e['msg']}" for e in error.errors())
        error = Refusal(422, wrong)
    elif isinstance(error, HTTPException) and error.status_code == 404 and error.detail == "Not Found":
        error = Refusal(404, f"nothing is at {request.url.path}", hint="/docs lists what there is")
    problem = problem_of(error, instance=request.url.path)
    if wants_page(request.headers.get("accept")):
        base = request.app.state.service.base
        return Response(problem_page(base, problem), problem.status, dict(problem.headers), media_type="text/html")
    return Response(problem.body(), problem.status, dict(problem.headers), media_type=MEDIA_TYPE)


_ANSWER = {
    "200": {
        "description": "Solutions (JSON, XML, CSV, TSV) or triples (Turtle, N-Triples, JSON-LD, RDF/XML), by Accept",
        "content": {
            **{offer.media_type: {} for offer in (*SOLUTIONS, *TRIPLES, HTML)},
            JSON_RESULTS.media_type: {"example": {"head": {"vars": ["s"]}, "results": {"bindings": []}}},
        },
    },
    "400": {"description": "A problem document: not SPARQL, or refused"},
    "503": {"description": "A problem document: the query was killed at its deadline or at its limit of memory"},
}
_EXAMPLE = "PREFIX kg: <https://w3id.org/newsgraph/ontology#> SELECT * { ?person kg:leads ?group } LIMIT 10"
_SPARQL: dict[str, Any] = {
    "get": {
        "tags": ["sparql"],
        "summary": "Answer a SPARQL query",
        "description": "SPARQL 1.1 Protocol. Without a query: a service description, or a form for people.",
        "operationId": "get_sparql",
        "parameters": [
            {"name": "query", "in": "query", "schema": {"type": "string"}, "example": _EXAMPLE},
            {"name": "default-graph-uri", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
            {"name": "named-graph-uri", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
            {
                "name": "timeout",
                "in": "query",
                "schema": {"type": "number"},
                "description": "Seconds, below the limit.",
            },
            {
                "name": "format",
                "in": "query",
                "schema": {"type": "string"},
                "description": "json, xml, csv, tsv, ttl, …",
            },
        ],
        "responses": _ANSWER,
    },
    "post": {
        "tags": ["sparql"],
        "summary": "Answer a SPARQL query, or run an update",
        "description": "An update needs a key and writes the graphs of users; when the answer is there, readers see it.",
        "operationId": "post_sparql",
        "parameters": [
            {"name": "using-graph-uri", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
            {"name": "using-named-graph-uri", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/sparql-query": {"schema": {"type": "string"}, "example": _EXAMPLE},
                "application/sparql-update": {"schema": {"type": "string"}},
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "properties": {"query": {"type": "string"}, "update": {"type": "string"}},
                    }
                },
            },
        },
        "responses": {
            **_ANSWER,
            "204": {"description": "The update is done"},
            "401": {"description": "A problem document: an update without a key"},
            "403": {"description": "A problem document: a wrong key, or a graph that changes by another route"},
        },
    },
}
_GRAPH_NAMES = [
    {"name": "graph", "in": "query", "schema": {"type": "string", "format": "iri"}, "description": "A named graph."},
    {"name": "default", "in": "query", "schema": {"type": "string", "maxLength": 0}, "allowEmptyValue": True},
]
_GRAPH_PROBLEMS = {
    "400": {"description": "A problem document: no graph named, or more than one, or no RDF"},
    "404": {"description": "A problem document: no such graph"},
}
_GRAPH_WRITTEN = {
    **_GRAPH_PROBLEMS,
    "201": {"description": "The graph is new"},
    "204": {"description": "Done"},
    "401": {"description": "A problem document: no key"},
    "403": {"description": "A problem document: a wrong key, or a graph that changes by another route"},
    "413": {"description": "A problem document: too large"},
    "415": {"description": "A problem document: another media type"},
}
_GRAPH_BODY = {
    "required": True,
    "content": {form: {"schema": {"type": "string"}} for form in GRAPH_FORMS if not form.startswith("application/x-")},
}
_GRAPHS: dict[str, Any] = {
    method: {
        "tags": ["sparql"],
        "summary": summary,
        "description": "SPARQL 1.1 Graph Store HTTP Protocol. `/graphs/PATH` names the graph of that address.",
        "operationId": f"{method}_graphs",
        "parameters": _GRAPH_NAMES,
        "responses": {**_GRAPH_PROBLEMS, "200": {"description": "The graph, by Accept"}}
        if method == "get"
        else _GRAPH_WRITTEN,
        **({"requestBody": _GRAPH_BODY} if method in ("put", "post") else {}),
    }
    for method, summary in {
        "get": "A whole graph",
        "put": "Make a document the whole content of a graph",
        "post": "Add a document to a graph; without a name, make a new one",
        "delete": "Remove a graph",
    }.items()
}
