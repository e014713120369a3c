"""What routes are handed: the service, the client's Accept header, the right to write; and that nothing else was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from difflib import get_close_matches
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.dependencies.models import Dependant

from kg.access import KeyScope
from kg.api.keys import authorise
from kg.api.models import ProblemOut
from kg.api.pages import wants_page
from kg.api.problems import MEDIA_TYPE
from kg.api.service import Service
from kg.api.turns import Turns
from kg.errors import ParameterError

__all__ = [
    "PROBLEMS",
    "AcceptDep",
    "AdminDep",
    "ExportTurnsDep",
    "KeyNameDep",
    "KnownDep",
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


async def _known(request: Request) -> None:
    """Raise ParameterError where a program names a parameter that the route does not have.

    A filter that is misspelt and passed over would give more than was asked for, as if all of it were. Links that people
    follow get things hung on by those who pass them on: of those nothing is said.
    """
    route = request.scope["route"]
    if not request.query_params or wants_page(request.headers.get("accept")):
        return
    known = tuple(dict.fromkeys(_parameters(route.dependant)))
    for name in request.query_params:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"{near[0]} is meant?" if near else f"it takes {', '.join(known) or 'none'}"
            raise ParameterError(f"{route.path} has no parameter {name}", hint=hint)


def _parameters(dependant: Dependant) -> Iterator[str]:
    """The names of the query parameters of a route, and of what it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for further in dependant.dependencies:
        yield from _parameters(further)


ServiceDep = Annotated[Service, Depends(_service)]
KnownDep = Depends(_known)
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
