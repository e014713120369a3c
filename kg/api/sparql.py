"""`/sparql`: the SPARQL 1.1 Protocol for queries and updates, as a plain ASGI application.

It lies beside FastAPI, not under it, whose routing costs about 0.2 ms a request, as much as a query (measured). A
client that goes away before its answer is there takes its query with it; an update runs to its end.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterable
from dataclasses import replace

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from kg.api.answers import Reply, answer, answer_now
from kg.api.audit import note
from kg.api.bodies import body_of
from kg.api.gone import cancelled_when_gone
from kg.api.headers import header
from kg.api.keys import authorise
from kg.api.limits import client_of
from kg.api.negotiation import HTML, TRIPLES, choose
from kg.api.pages import wants_page
from kg.api.pages.editor import editor_page, problem_in
from kg.api.problems import Problem, Refusal, problem_of
from kg.api.protocol import QueryRequest, UpdateRequest, fields_of, preferred_wait, read_request
from kg.api.service import GraphService
from kg.api.void import service_description
from kg.errors import KgError
from kg.graph.updates import Operation

__all__ = ["SparqlEndpoint", "written_headers"]

log = logging.getLogger(__name__)

AT_ONCE = 1 << 16
"""Bytes of an answer that may be compressed and sent without leaving the event loop."""


class SparqlEndpoint:
    """The endpoint over one service; errors leave it as exceptions, for the envelope around it."""

    def __init__(self, service: GraphService) -> None:
        self._service = service

    def answer_now(self, query_string: bytes, accept: str | None, if_none_match: str | None) -> Reply | None:
        """The reply to a GET request if nobody has to wait for it; None, or an error, leaves it to the application."""
        request = read_request("GET", query_string, None, b"")
        if not isinstance(request, QueryRequest):
            return None
        return answer_now(self._service, request, accept, if_none_match, at_most=AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await body_of(receive)
        request = read_request(scope["method"], scope["query_string"], header(scope, b"content-type"), body)
        if isinstance(request, QueryRequest) and request.timeout_s is None and header(scope, b"prefer"):
            request = replace(request, timeout_s=preferred_wait(Headers(scope=scope).getlist("prefer")))
        if isinstance(request, UpdateRequest):
            authorise(self._service.keys, scope)
            await (await self._update(request, scope)).send(send)
            return
        accept = header(scope, b"accept")
        if request.query is None:
            example = fields_of(scope["query_string"], "the URL").get("example", [""])[0]
            await self._describe(accept, example).send(send)
            return
        if request.fresh:
            await self._service.publication.refresh()
        async with cancelled_when_gone(receive) as cancel:
            known, client = header(scope, b"if-none-match"), client_of(scope)
            try:
                reply = await answer(self._service, request, accept, known, client=client, cancel=cancel)
            except (KgError, Refusal) as error:
                if request.format not in (None, "html") or not wants_page(accept):
                    raise
                reply = self._failed(request, problem_of(error, instance="/sparql"))
            await reply.send(send)

    async def _update(self, request: UpdateRequest, scope: Scope) -> Reply:
        """Run an update; when the answer goes out, all readers see it."""
        note(scope, bytes=len(request.update), sha256=hashlib.sha256(request.update.encode()).hexdigest())
        writing = self._service.writer.update(request.update, request.using, request.using_named)
        operations = await asyncio.shield(asyncio.wrap_future(writing))
        note(scope, operations=_words(operations))
        return Reply(204, b"", "", await written_headers(self._service, fresh=request.fresh))

    def _failed(self, request: QueryRequest, problem: Problem) -> Reply:
        """What a person sees whose query gave no answer: the same query, and what is wrong with it."""
        page = problem_in(self._service, request.query or "", problem, request.timeout_s)
        headers = {**problem.headers, "Vary": "Accept", "Cache-Control": "no-store"}
        return Reply(problem.status, page.encode(), HTML.content_type, headers)

    def _describe(self, accept: str | None, example: str) -> Reply:
        """What the endpoint is: a form for people, a SPARQL service description for programs."""
        offer = choose(accept, (*TRIPLES, HTML))
        headers = {"Vary": "Accept"}
        if offer is HTML:
            return Reply(200, editor_page(self._service, example=example).encode(), HTML.content_type, headers)
        return Reply(200, service_description(self._service.base, offer), offer.content_type, headers)


async def written_headers(service: GraphService, *, fresh: bool) -> dict[str, str]:
    """The headers of the answer to a write: the version of the graph that shows it, published if `fresh`."""
    if fresh:
        try:
            await service.publication.refresh()
        except (KgError, OSError) as error:  # it is written all the same; the next attempt to publish will show it
            log.warning("the newest version cannot be published: %s", error)
    return {"Graph-Version": str(service.source.version)}


def _words(operations: Iterable[Operation]) -> list[str]:
    """What an update did, for the audit log: each kind of operation with the graphs that it named."""
    return [
        " ".join((one.kind, *(str(graph) for graph in one.graphs), *filter(None, [one.everywhere])))
        for one in operations
    ]
