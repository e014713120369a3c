"""What the service is, how it is, and how it is used."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from kg import __version__
from kg.api.depends import AcceptDep, AdminDep, ServiceDep, TurnDep, problems
from kg.api.models import Health, ProblemTypeOut, Readiness, Resolved
from kg.api.negotiation import HTML, JSON, TRIPLES, choose
from kg.api.operation import metrics_page, problem_list, problems_page
from kg.api.pages import render
from kg.api.void import void_description

router = APIRouter(tags=["service"])


@router.get("/healthz", response_model=Health, summary="Whether the process answers")
async def healthz() -> Health:
    """Always the same while the process lives."""
    return Health(version=__version__)


@router.get("/readyz", response_model=Readiness, responses=problems(503), summary="Whether it can answer queries")
def readyz(service: ServiceDep, response: Response) -> Readiness:
    """What the query workers read, how fresh that is, which protections are on, and the limits.

    503 when the service is stopping: what runs is finished, nothing new begins.
    """
    response.status_code = 503 if service.stopping else 200
    return Readiness(**service.readiness())


@router.get("/metrics", response_class=Response, responses=problems(401, 403), summary="Counters, for Prometheus")
def metrics(service: ServiceDep, request: Request) -> Response:
    """Prometheus' text format. To this machine it is open, to others with a key."""
    return metrics_page(service, request.scope)


@router.get("/problems", response_model=list[ProblemTypeOut], summary="The types of problem documents")
def list_problems(accept: AcceptDep = None) -> list[ProblemTypeOut] | Response:
    """What each error means and what to do about it."""
    if choose(accept, (JSON, HTML)) is HTML:
        return problems_page()
    return [ProblemTypeOut(**one) for one in problem_list()]


@router.get("/problems/{name}", response_model=ProblemTypeOut, responses=problems(404), summary="One type of problem")
def get_problem(name: str, accept: AcceptDep = None) -> ProblemTypeOut | Response:
    """The documentation that a problem document's `help` points to."""
    (found,) = problem_list(name)
    return problems_page(name) if choose(accept, (JSON, HTML)) is HTML else ProblemTypeOut(**found)


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
    dependencies=[AdminDep, TurnDep],
    summary="Link all names again",
)
def resolve(service: ServiceDep) -> Resolved:
    """Settle which names are one thing, over all articles: what `kg resolve` does."""
    return Resolved(task="resolve", seconds=_timed(service.resolve))


@router.post(
    "/maintenance/rebuild",
    response_model=Resolved,
    responses=problems(401, 403, 503),
    dependencies=[AdminDep, TurnDep],
    summary="Make the graph again from the catalogue",
)
def rebuild(service: ServiceDep) -> Resolved:
    """Write the whole graph anew: what `kg rebuild` does. Queries read the old one meanwhile."""
    return Resolved(task="rebuild", seconds=_timed(service.rebuild))


def _timed(task: Callable[[], None]) -> float:
    begun = time.monotonic()
    task()
    return round(time.monotonic() - begun, 3)
