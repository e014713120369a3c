"""`create_app`: the routes, the SPARQL endpoint beside them, and the envelope around both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from kg import __version__
from kg.api.gate import Gate
from kg.api.graphs import GraphsEndpoint
from kg.api.hosts import host_check
from kg.api.intake import Intake
from kg.api.limits import PUBLIC_LIMIT, RateLimiter
from kg.api.metrics import Reading
from kg.api.middleware import Envelope
from kg.api.negotiation import NotAcceptable
from kg.api.openapi import describe
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
from kg.api.shortcut import GZIP_FROM, GZIP_LEVEL, Shortcut
from kg.api.sparql import SparqlEndpoint
from kg.api.turns import Turns
from kg.errors import KgError
from kg.graph.guard import MAX_UPDATE_LENGTH

__all__ = ["create_app", "create_plain_app"]

ROUTES = (
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
)
"""In the order in which they are asked: `documents` has the path that takes what is left."""

FORM_OVERHEAD = 6  # a character of a query is up to four bytes, and percent-encoding trebles most of them
SMALL_BODY = 1 << 20
BATCH_ARTICLES = 10  # as many of the largest size may come in one form
EXPORTS = 4  # at once: each may take a thread for minutes, and readers share 40


def create_app(service: Service, *, loopback: bool = True) -> Envelope:
    """The ASGI application of a service, which it starts and stops with its lifespan.

    On `loopback` it answers to this machine's own names alone.
    """
    return _enveloped(service, _routes(service), loopback=loopback)


def create_plain_app(service: GraphService, *, loopback: bool = True) -> Envelope:
    """The same for the service of an ordinary store, which has /sparql and /graphs."""
    return _enveloped(service, plain_routes(service), loopback=loopback)


def _enveloped(service: GraphService, rest: ASGIApp, *, loopback: bool) -> Envelope:
    """The endpoints of the W3C's protocols beside the `rest`, and the envelope around all."""
    sparql, graphs = SparqlEndpoint(service), GraphsEndpoint(service)
    near = reconcile.open_to_this_machine(rest)

    async def one_of(scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on by its path."""
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
        """The largest body that a path takes, in bytes."""
        return bodies.get("/graphs" if path.startswith("/graphs/") else path, SMALL_BODY)

    unlimited_on_loopback = None if loopback else PUBLIC_LIMIT
    limiter = RateLimiter(unlimited_on_loopback if settings.rate_limit is None else settings.rate_limit)
    refused = Reading("rate_limited", "Requests refused as too many", lambda: limiter.refused, counter=True)
    service.metrics.read([refused])
    gate = Gate(
        service,
        origins=settings.cors_origins,
        check_host=host_check(settings.host, service.base, settings.allowed_hosts, loopback=loopback),
        limiter=limiter,
    )
    return Envelope(
        GZipMiddleware(one_of, minimum_size=GZIP_FROM, compresslevel=GZIP_LEVEL),
        gate,
        max_body=max_body,
        answer_now=Shortcut(gate, sparql.answer_now).answer,
    )


def _routes(service: Service) -> FastAPI:
    """The application of all routes but those of the W3C's protocols."""
    api = FastAPI(
        title="Newsgraph",
        version=__version__,
        description="News articles as a knowledge graph in which every edge carries its article and its sentence. "
        "`/sparql` speaks the SPARQL 1.1 Protocol; errors are RFC 9457 problem documents.",
        lifespan=_lifespan,
        docs_url=None,  # FastAPI's pages load scripts from a CDN: meta.docs is a page of our own
        redoc_url=None,
        redirect_slashes=False,
    )
    _hold(api, service)
    for kind in (KgError, HTTPException, NotAcceptable, RequestValidationError, Exception):
        api.add_exception_handler(kind, _problem)
    for routes in ROUTES:
        api.include_router(routes.router)
    api.mount("/static", StaticFiles(directory=STATIC), name="static")
    describe(api, service)
    return api


def _hold(api: FastAPI, service: Service) -> None:
    """Give the routes what they share: the service, turns for what is not done at once, sessions, what is taken in."""
    turns, exporting = Turns("writes", at_once=1), Turns("exports", at_once=EXPORTS)
    api.state.service = service
    api.state.turns, api.state.export_turns = turns, exporting
    api.state.sessions, api.state.outcomes = Sessions(), desk.Outcomes()
    api.state.intake = Intake(service, turns)
    service.metrics.read(
        [
            Reading("writes_waiting", "Articles and decisions that wait for their turn", lambda: turns.waiting),
            Reading("exports_waiting", "Exports that wait for their turn", lambda: exporting.waiting),
        ]
    )


@asynccontextmanager
async def _lifespan(api: FastAPI) -> AsyncIterator[None]:
    """Start the service and stop it, after what is being taken in."""
    await api.state.service.start()
    try:
        yield
    finally:
        await api.state.intake.close()
        await api.state.service.stop()


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
