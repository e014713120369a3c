"""What the service is, how it is, and how it is used."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from kg import __version__
from kg.api.depends import AcceptDep, ServiceDep, TurnDep, WriterDep, problems
from kg.api.models import Health, Readiness, Resolved
from kg.api.negotiation import TRIPLES, choose
from kg.api.pages import render
from kg.api.service import Service
from kg.api.void import void_description

router = APIRouter(tags=["service"])


@router.get("/healthz", response_model=Health, summary="Whether the process answers")
async def healthz() -> Health:
    """Always the same while the process lives."""
    return Health(version=__version__)


@router.get("/readyz", response_model=Readiness, responses=problems(503), summary="Whether it can answer queries")
def readyz(service: ServiceDep) -> Readiness:
    """What the query workers read, how fresh that is, and which protections are on."""
    published = service.publication.published
    return Readiness(
        graph_version=service.version(),
        served_version=published.version,
        snapshot_age_s=round(time.monotonic() - published.at, 3),
        protections=service.publication.protections(),
    )


@router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
def docs(service: ServiceDep, request: Request) -> HTMLResponse:
    """The OpenAPI document, as a page without scripts."""
    api: dict[str, Any] = request.app.openapi()
    return HTMLResponse(render("docs.html", service.workspace.base, api=api))


@router.get("/.well-known/void", response_class=Response, summary="The VoID description of the data set")
def void(service: ServiceDep, accept: AcceptDep = None) -> Response:
    """Turtle, JSON-LD, N-Triples or RDF/XML."""
    offer = choose(accept, TRIPLES)
    return Response(void_description(service, offer), media_type=offer.content_type, headers={"Vary": "Accept"})


@router.post(
    "/maintenance/resolve",
    response_model=Resolved,
    responses=problems(401, 403, 503),
    dependencies=[WriterDep, TurnDep],
    summary="Link all names again",
)
def resolve(service: ServiceDep) -> Resolved:
    """Settle which names are one thing, over all articles: what `kg resolve` does."""
    return Resolved(task="resolve", seconds=_timed(service.resolve))


@router.post(
    "/maintenance/rebuild",
    response_model=Resolved,
    responses=problems(401, 403, 503),
    dependencies=[WriterDep, TurnDep],
    summary="Make the graph again from the catalogue",
)
def rebuild(service: ServiceDep) -> Resolved:
    """Write the whole graph anew: what `kg rebuild` does. Queries read the old one meanwhile."""
    return Resolved(task="rebuild", seconds=_timed(service.rebuild))


def _timed(task: Callable[[], None]) -> float:
    begun = time.monotonic()
    task()
    return round(time.monotonic() - begun, 3)
