"""What those who run a service look at, the same for a workspace and for an ordinary store: metrics, kinds of problems."""

from __future__ import annotations

import ipaddress
from collections.abc import MutableMapping
from typing import Any

from starlette.responses import HTMLResponse, Response

from kg.access import KeyScope
from kg.api.keys import authorise
from kg.api.metrics import CONTENT_TYPE
from kg.api.pages import render
from kg.api.problem_types import PROBLEM_TYPES
from kg.api.problems import Refusal
from kg.api.service import GraphService

__all__ = ["metrics_page", "problem_list", "problems_page"]


def metrics_page(service: GraphService, scope: MutableMapping[str, Any]) -> Response:
    """The metrics, for this machine and for whoever has a key: they tell how busy others are. Raises Refusal."""
    if not _is_near((scope.get("client") or ("",))[0]):
        authorise(service.keys, scope, KeyScope.READ)
    return Response(service.metrics.exposition(), media_type=CONTENT_TYPE)


def problem_list(name: str | None = None) -> list[dict[str, Any]]:
    """All types of problems, or that of a name, as the wire has them; raises Refusal (404)."""
    if name is not None and name not in PROBLEM_TYPES:
        raise Refusal(404, f"no type of problem is called {name}", hint="GET /problems lists them")
    return [
        {
            "type": kind.type,
            "title": kind.title,
            "status": kind.status,
            "meaning": kind.meaning,
            "remedy": kind.remedy,
            "href": f"/problems/{kind.name}",
        }
        for kind in PROBLEM_TYPES.values()
        if name in (None, kind.name)
    ]


def problems_page(name: str | None = None) -> Response:
    """The same as a page."""
    return HTMLResponse(render("problems.html", "", problems=problem_list(name)))


def _is_near(client: str) -> bool:
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return False
