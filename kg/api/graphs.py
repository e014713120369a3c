"""`/graphs`: the SPARQL 1.1 Graph Store HTTP Protocol (https://www.w3.org/TR/sparql11-http-rdf-update/).

A graph is named by `?graph=IRI`, by `?default`, or directly: `/graphs/a/b` is the graph `<base>graphs/a/b`. GET answers
from the published snapshot, as queries do (`fresh=1` waits for the newest); PUT, POST and DELETE need a key and answer
when readers see what they did (`fresh=0` does not wait). POST to `/graphs` itself makes a new graph.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from kg.api.answers import Reply, answer
from kg.api.audit import note
from kg.api.bodies import media_type_of, spooled, unpacked
from kg.api.gone import cancelled_when_gone
from kg.api.keys import authorise
from kg.api.limits import client_of
from kg.api.problems import Refusal
from kg.api.protocol import QueryRequest, fields_of, freshness, iri, preferred_wait, seconds
from kg.api.service import GraphService
from kg.api.sparql import written_headers
from kg.graph.workers import Cancellation
from kg.vocab import PREFIXES
from kg.workspace.direct import exists, unknown

__all__ = ["GraphsEndpoint"]

METHODS = "GET, HEAD, PUT, POST, DELETE, OPTIONS"
MULTIPART = "multipart/form-data"
FORMS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/x-turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}
_HINT = "send one graph as text/turtle, application/n-triples, application/rdf+xml or application/ld+json"
_PREFIXES = "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in PREFIXES.items())


@dataclass(frozen=True, slots=True)
class _Request:
    """Which graph is meant: None is one that is to be made."""

    graph: NamedNode | DefaultGraph | None
    fields: dict[str, list[str]]


class GraphsEndpoint:
    """The graph store of one service; errors leave it as exceptions, for the envelope around it."""

    def __init__(self, service: GraphService) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        match scope["method"]:
            case "GET":
                async with cancelled_when_gone(receive) as cancel:
                    await (await self._get(scope, cancel)).send(send)
                return
            case "PUT" | "POST":
                reply = await self._write(scope, receive)
            case "DELETE":
                reply = await self._delete(scope)
            case method:
                raise Refusal(405, f"{method} on /graphs", hint="POST an update to /sparql", headers={"Allow": METHODS})
        await reply.send(send)

    async def _get(self, scope: Scope, cancel: Cancellation) -> Reply:
        request = self._request(scope)
        graph = self._named(request)
        service, headers = self._service, Headers(scope=scope)
        if freshness(request.fields, default=False):
            await service.publication.refresh()
        if not await asyncio.to_thread(exists, service.source.store, graph):
            raise unknown(graph)
        pattern = "?s ?p ?o" if isinstance(graph, DefaultGraph) else f"GRAPH {graph} {{ ?s ?p ?o }}"
        query = QueryRequest(
            f"{_PREFIXES}CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}",
            timeout_s=seconds(request.fields.get("timeout", [])) or preferred_wait(headers.getlist("prefer")),
            format=next(iter(request.fields.get("format", [])), None),
        )
        accept, known = headers.get("accept"), headers.get("if-none-match")
        return await answer(service, query, accept, known, client=client_of(scope), cancel=cancel)

    async def _write(self, scope: Scope, receive: Receive) -> Reply:
        """PUT or POST: all refusals that need no body come before it is read."""
        writer, method = self._service.writer, scope["method"]
        authorise(self._service.keys, scope)
        request = self._request(scope)
        new = request.graph is None and method == "POST"
        graph = NamedNode(f"{self._service.base}graphs/{uuid4()}") if new else self._named(request)
        note(scope, graph=str(graph))
        writer.check(graph)
        fresh = freshness(request.fields, default=True)
        headers = Headers(scope=scope)
        if headers.get("content-encoding", "identity") != "identity":
            raise Refusal(415, "a body in a content coding", hint="send it as it is", headers={"Accept-Encoding": ""})
        content_type = headers.get("content-type", "")
        media_type = media_type_of(content_type, (*FORMS, MULTIPART) if method == "POST" else tuple(FORMS), hint=_HINT)
        base = graph.value if isinstance(graph, NamedNode) else self._service.base
        async with spooled(receive) as body:
            note(scope, bytes=body.stat().st_size)
            if method == "PUT":
                writing = writer.put(graph, body, FORMS[media_type], base)
            else:
                parts = await asyncio.to_thread(_documents, body, media_type, content_type)
                writing = writer.add(graph, parts, base)
            created = await asyncio.shield(asyncio.wrap_future(writing))
        headers_out = await written_headers(self._service, fresh=fresh)
        if new and isinstance(graph, NamedNode):
            headers_out["Location"] = graph.value
        return Reply(201 if created else 204, b"", "", headers_out)

    async def _delete(self, scope: Scope) -> Reply:
        authorise(self._service.keys, scope)
        request = self._request(scope)
        graph = self._named(request)
        note(scope, graph=str(graph))
        self._service.writer.check(graph)
        fresh = freshness(request.fields, default=True)
        await asyncio.shield(asyncio.wrap_future(self._service.writer.delete(graph)))
        return Reply(204, b"", "", await written_headers(self._service, fresh=fresh))

    def _request(self, scope: Scope) -> _Request:
        """What the address says; raises a 400."""
        fields = fields_of(scope["query_string"], "the URL")
        names = [iri(value) for value in fields.get("graph", [])]
        defaults = fields.get("default", [])
        path = scope.get("raw_path", scope["path"].encode()).decode("ascii", errors="replace").partition("?")[0]
        direct = path.removeprefix("/graphs").removeprefix("/")
        if len(names) + len(defaults) + bool(direct) > 1:
            raise Refusal(400, "more than one graph is named", hint="name one: ?graph=IRI, ?default or /graphs/PATH")
        if any(defaults):
            raise Refusal(400, "default takes no value")
        if direct:
            return _Request(iri(f"{self._service.base}graphs/{direct}"), fields)
        return _Request(names[0] if names else DefaultGraph() if defaults else None, fields)

    @staticmethod
    def _named(request: _Request) -> NamedNode | DefaultGraph:
        if request.graph is None:
            raise Refusal(400, "no graph is named", hint="name one: ?graph=IRI, ?default or /graphs/PATH")
        return request.graph


def _documents(body: Path, media_type: str, content_type: str) -> list[tuple[Path, RdfFormat]]:
    """The documents that a body holds, each with its format; raises a 400 or 415."""
    if media_type != MULTIPART:
        return [(body, FORMS[media_type])]
    return [(path, FORMS[media_type_of(kind, tuple(FORMS), hint=_HINT)]) for path, kind in unpacked(body, content_type)]
