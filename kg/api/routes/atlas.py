"""The map as a page."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from kg.api.depends import ServiceDep
from kg.api.pages import render
from kg.api.pages.atlas import atlas_values
from kg.api.routes.pages import kept

router = APIRouter(include_in_schema=False)


@router.get("/map", response_class=HTMLResponse)
def atlas(service: ServiceDep, request: Request) -> Response:
    """Places and what happened there, in a part of the world."""

    def make() -> str:
        return render("map.html", service.workspace.base, section="map", **atlas_values(service, request.query_params))

    return HTMLResponse(kept(service, f"/map?{request.url.query}", make))
