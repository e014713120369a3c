"""`/sparql`: the SPARQL 1.1 Protocol for queries, as a plain ASGI application.

It lies beside FastAPI, not under it, whose routing costs about 0.2 ms a request, as much as a query (measured). A
client that goes away before its answer is there takes its query with it.
"""

from __future__ import annotations

import asyncio
import contextlib

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from kg.api.answers import Reply, answer
from kg.api.negotiation import HTML, TRIPLES, choose
from kg.api.pages import sparql_page
from kg.api.problems import Refusal
from kg.api.protocol import read_query
from kg.api.service import Service
from kg.api.void import service_description
from kg.graph.workers import Cancellation

__all__ = ["SparqlEndpoint"]


class SparqlEndpoint:
    """The endpoint over one service; errors leave it as exceptions, for the envelope around it."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        body = await _body(receive)
        request = read_query(scope["method"], scope["query_string"], headers.get("content-type"), body)
        accept, known = headers.get("accept"), headers.get("if-none-match")
        if request.query is None:
            await self._describe(accept).send(send)
            return
        cancel = Cancellation()
        watching = asyncio.create_task(_cancel_when_gone(receive, cancel))
        client = (scope.get("client") or ("",))[0]
        try:
            reply = await answer(self._service, request, accept, known, client=client, cancel=cancel)
            await reply.send(send)
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching

    def _describe(self, accept: str | None) -> Reply:
        """What the endpoint is: a form for people, a SPARQL service description for programs."""
        offer = choose(accept, (*TRIPLES, HTML))
        if offer is HTML:
            return Reply(200, sparql_page(self._service).encode(), HTML.content_type)
        return Reply(200, service_description(self._service.workspace.base, offer), offer.content_type)


async def _body(receive: Receive) -> bytes:
    """The whole body of a request."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "the client went away")
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _cancel_when_gone(receive: Receive, cancel: Cancellation) -> None:
    """Cancel the query once the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
    cancel.cancel()
