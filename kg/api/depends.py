"""What routes are handed: the service, the client's Accept header, and the right to write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from kg.access import KeyScope
from kg.api.keys import authorise
from kg.api.models import ProblemOut
from kg.api.problems import MEDIA_TYPE
from kg.api.service import Service
from kg.api.turns import Turns

__all__ = [
    "PROBLEMS",
    "AcceptDep",
    "AdminDep",
    "ExportTurnsDep",
    "KeyNameDep",
    "NoneMatchDep",
    "ServiceDep",
    "TurnDep",
    "TurnsDep",
    "WriterDep",
    "problems",
]


def _service(request: Request) -> Service:
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


def _writer(
    request: Request,
    authorization: Annotated[str | None, Header(description="Bearer KEY")] = None,
    x_api_key: Annotated[str | None, Header(description="KEY, for clients that cannot set the other")] = None,
) -> str | None:
    """Let the request pass if it carries a key; the key's name, if it has one.

    The parameters are named for the OpenAPI document alone.
    """
    key = authorise(_service(request).keys, request.scope)
    return None if key.given else key.name


def _admin(
    request: Request,
    authorization: Annotated[str | None, Header(description="Bearer KEY")] = None,
    x_api_key: Annotated[str | None, Header(description="KEY, for clients that cannot set the other")] = None,
) -> None:
    """Let the request pass if it carries a key of the scope admin."""
    authorise(_service(request).keys, request.scope, KeyScope.ADMIN)


def _turns(request: Request) -> Turns:
    turns = request.app.state.turns
    assert isinstance(turns, Turns)
    return turns


def _export_turns(request: Request) -> Turns:
    turns = request.app.state.export_turns
    assert isinstance(turns, Turns)
    return turns


async def _turn(turns: Annotated[Turns, Depends(_turns)]) -> AsyncIterator[None]:
    """Wait until no other request writes. Only for routes whose body is read by then: none may dawdle in its turn."""
    async with turns.one():
        yield


ServiceDep = Annotated[Service, Depends(_service)]
WriterDep = Depends(_writer)
AdminDep = Depends(_admin)
TurnDep = Depends(_turn)
TurnsDep = Annotated[Turns, Depends(_turns)]
ExportTurnsDep = Annotated[Turns, Depends(_export_turns)]
KeyNameDep = Annotated[str | None, Depends(_writer)]
AcceptDep = Annotated[str | None, Header(alias="accept", include_in_schema=False)]
NoneMatchDep = Annotated[str | None, Header(alias="if-none-match", include_in_schema=False)]


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem documents that a route may answer with, for the OpenAPI document."""
    schema = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}
    return {
        status: {"description": "A problem document", "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


PROBLEMS = problems(400, 404, 406, 503)
