"""A query and what the client accepts → the reply: the right format, 304 when nothing changed, else the answer."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.types import Send

from kg.api.headers import encoded
from kg.api.negotiation import HTML, JSON_RESULTS, SOLUTIONS, TRIPLES, TURTLE, Offer, choose
from kg.api.pages.editor import results_page
from kg.api.problems import Refusal
from kg.api.protocol import QueryRequest
from kg.api.publication import Published
from kg.api.service import GraphService, Service
from kg.graph import Answer
from kg.graph.federation import calls_others
from kg.graph.forms import form_of
from kg.graph.textsearch import mentions_search
from kg.graph.workers import Cancellation, QueryStream

__all__ = ["Reply", "answer", "answer_now", "etag_of", "is_unchanged"]

_OF_ROWS, _OF_TRIPLES = (*SOLUTIONS, HTML), (*TRIPLES, HTML)
SHORT_NAMES = {"json": ("srj", "jsonld"), "xml": ("srx", "rdf"), "turtle": ("ttl",), "ntriples": ("nt",)}


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: its body whole, or as the chunks of an answer that is still being written."""

    status: int
    body: bytes | QueryStream
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def fields(self) -> dict[str, str]:
        """All fields of its header, by their names in lower case."""
        fields = {"content-type": self.content_type} if self.content_type else {}
        fields |= {name.lower(): value for name, value in self.headers.items()}
        if isinstance(self.body, bytes) and self.status not in (204, 304):
            fields["content-length"] = str(len(self.body))
        return fields

    async def send(self, send: Send) -> None:
        """Send it. An error in the middle of a stream is raised: the server then breaks the connection off."""
        await send({"type": "http.response.start", "status": self.status, "headers": encoded(self.fields())})
        if isinstance(self.body, bytes):
            await send({"type": "http.response.body", "body": self.body})
            return
        with self.body as stream:
            async for chunk in iterate_in_threadpool(stream):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def answer(
    service: GraphService,
    request: QueryRequest,
    accept: str | None,
    if_none_match: str | None,
    *,
    short: bool = False,
    client: Hashable = None,
    cancel: Cancellation | None = None,
) -> Reply:
    """The reply to a query; raises QueryError, NotAcceptable, Refusal.

    What kg:search finds is looked up in the catalogue as it is now; Search-Version says to which version that belongs, where
    the snapshot may be of another one (Graph-Version).
    """
    assert request.query is not None
    asked, searched = request, dict[str, str]()
    if mentions_search(request.query) and isinstance(service, Service):
        query, searched = await run_in_threadpool(_searched, service, request.query)
        request = replace(request, query=query)
    wanted = _wanted(service, request, accept, searched)
    if wanted.is_with(if_none_match):
        return wanted.reply(b"", status=304)
    begun = time.monotonic()
    result = await service.publication.ask(request, wanted.media_type, short=short, client=client, cancel=cancel)
    if wanted.offer is HTML:
        return wanted.reply(await run_in_threadpool(_page, service, asked, result, begun))
    return wanted.reply(result.body if isinstance(result, Answer) else result)


def answer_now(
    service: GraphService, request: QueryRequest, accept: str | None, if_none_match: str | None, *, at_most: int
) -> Reply | None:
    """The same reply if nobody has to wait for it and it has at most so many bytes; None leaves it to `answer`.

    Raises NotAcceptable, Refusal.
    """
    if request.query is None or request.fresh or mentions_search(request.query):
        return None
    wanted = _wanted(service, request, accept)
    if wanted.is_with(if_none_match):
        return wanted.reply(b"", status=304)
    if wanted.offer is HTML:
        return None
    known = service.publication.known(wanted.published, request, wanted.media_type, at_most=at_most)
    return wanted.reply(known.body) if known is not None else None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A representation of an answer: its version, its format, the media type to ask for, its headers."""

    published: Published
    offer: Offer
    media_type: str
    headers: Mapping[str, str]
    lasts: bool

    def is_with(self, if_none_match: str | None) -> bool:
        """Whether the client has it already."""
        etag = self.headers.get("ETag")
        return self.lasts and etag is not None and is_unchanged(etag, if_none_match)

    def reply(self, body: bytes | QueryStream, *, status: int = 200) -> Reply:
        """The reply with this body."""
        return Reply(status, body, self.offer.content_type, self.headers)


def _wanted(
    service: GraphService, request: QueryRequest, accept: str | None, searched: Mapping[str, str] = {}
) -> _Wanted:
    """What the client wants to a query of which all searches are done. Raises NotAcceptable, Refusal."""
    query = request.query or ""
    form = form_of(query)
    triples = form is not None and form.gives_triples
    offer = _named(request.format, _offers(triples)) if request.format else _chosen(accept, triples)
    published = service.publication.published
    version = published.version
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", "Graph-Version": str(version), **searched}
    if not service.publication.is_remote:  # to a server others may write, which changes no version of ours
        headers["ETag"] = etag_of(version, offer.media_type, query, *request.default_graphs, "", *request.named_graphs)
    media_type = (TURTLE if triples else JSON_RESULTS).media_type if offer is HTML else offer.media_type
    return _Wanted(published, offer, media_type, headers, lasts=not calls_others(query))


def _offers(triples: bool) -> Sequence[Offer]:
    return _OF_TRIPLES if triples else _OF_ROWS


@lru_cache(maxsize=64)  # kinds of clients are few
def _chosen(accept: str | None, triples: bool) -> Offer:
    """What a client gets that names no format; raises NotAcceptable."""
    return choose(accept, _offers(triples))


def _page(service: GraphService, asked: QueryRequest, result: Answer | QueryStream, begun: float) -> bytes:
    """The answer as a page. It is read to its end here, which may take as long as the query, and the rest of its time."""
    whole = result if isinstance(result, Answer) else Answer(b"".join(result), result.media_type)
    return results_page(service, asked.query or "", whole, time.monotonic() - begun, asked.timeout_s).encode()


def _searched(service: Service, query: str) -> tuple[str, dict[str, str]]:
    """The query with what its searches found, and the header that says in which version: none if there are no searches."""
    before = service.workspace.search_version
    text = service.workspace.searched(query)
    if text is query:
        return query, {}
    same = before is not None and before == service.workspace.search_version
    return text, {"Search-Version": str(before) if same else "changing"}


def etag_of(version: int, media_type: str, *parts: str) -> str:
    """The entity tag of a representation: it changes with the graph, and with what was asked in which format.

    A weak one: the order of rows may differ from time to time, and gzip changes the bytes.
    """
    digest = hashlib.sha256("\0".join((media_type, *parts)).encode()).hexdigest()[:16]
    return f'W/"{version}-{digest}"'


def is_unchanged(etag: str, if_none_match: str | None) -> bool:
    """Whether the client has this representation already (RFC 9110, 13.1.2: weak comparison)."""
    if if_none_match is None:
        return False
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in ("*", etag.removeprefix("W/")) for tag in tags)


def _named(name: str, offers: Sequence[Offer]) -> Offer:
    """The offer that `format=name` asks for."""
    extensions = SHORT_NAMES.get(name, (name,))
    for offer in offers:
        if offer.extension in extensions or offer.media_type == name:
            return offer
    raise Refusal(400, f"format={name} is none of {', '.join(offer.extension for offer in offers)}")
