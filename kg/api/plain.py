"""The application of an ordinary store: /sparql, /graphs, and whether the service lives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from kg import __version__
from kg.api.negotiation import HTML, JSON, choose
from kg.api.operation import metrics_page, problem_list, problems_page
from kg.api.pages import STATIC
from kg.api.problems import MEDIA_TYPE, Refusal, problem_of
from kg.api.service import GraphService

__all__ = ["plain_routes"]


def plain_routes(service: GraphService) -> ASGIApp:
    """The routes beside /sparql and /graphs; starts and stops the service with its lifespan."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__})

    def readyz(_: Request) -> Response:
        return JSONResponse(service.readiness(), 503 if service.stopping else 200)

    def problem(request: Request) -> Response:
        name = request.path_params.get("name")
        if choose(request.headers.get("accept"), (JSON, HTML)) is HTML:
            return problems_page(name)
        found = problem_list(name)
        return JSONResponse(found if name is None else found[0])

    return Starlette(
        routes=[
            Route("/", lambda _: RedirectResponse("/sparql", 303)),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", lambda request: metrics_page(service, request.scope)),
            Route("/problems", problem),
            Route("/problems/{name}", problem),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        exception_handlers={HTTPException: _problem},
        lifespan=lifespan,
    )


def _problem(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 404 and not isinstance(error, Refusal):
        error = Refusal(404, f"nothing is at {request.url.path}", hint="an ordinary store has /sparql and /graphs")
    problem = problem_of(error, instance=request.url.path)
    return Response(problem.body(), problem.status, dict(problem.headers), media_type=MEDIA_TYPE)
