"""The application of an ordinary store: /sparql, /graphs, and whether the service lives."""

from __future__ import annotations

import time
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
        published = service.publication.published
        return JSONResponse(
            {
                "graph_version": service.source.version,
                "served_version": published.version,
                "snapshot_age_s": round(time.monotonic() - published.at, 3),
                "protections": service.publication.protections(),
            }
        )

    return Starlette(
        routes=[
            Route("/", lambda _: RedirectResponse("/sparql", 303)),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        exception_handlers={HTTPException: _problem},
        lifespan=lifespan,
    )


def _problem(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 404:
        error = Refusal(404, f"nothing is at {request.url.path}", hint="an ordinary store has /sparql and /graphs")
    problem = problem_of(error, instance=request.url.path)
    return Response(problem.body(), problem.status, dict(problem.headers), media_type=MEDIA_TYPE)
