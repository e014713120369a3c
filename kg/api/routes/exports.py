"""The graph, or a part of it, as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from kg.api.answers import etag_of, is_unchanged
from kg.api.cache import is_repeatable
from kg.api.depends import ExportTurnsDep, NoneMatchDep, ServiceDep, problems
from kg.api.gone import cancelled_when_gone
from kg.api.limits import client_of
from kg.api.models import Model
from kg.api.problems import Refusal
from kg.api.protocol import QueryRequest
from kg.api.service import Service
from kg.errors import QueryCancelled, UnknownQuery
from kg.exports import FORMATS, Export
from kg.exports.scoping import accept_for, arguments_of, scope_of_answer
from kg.graph import Answer
from kg.graph.admission import Cancellation
from kg.graph.export import FORMATS as RDF_FORMATS
from kg.graph.federation import calls_others
from kg.graph.scope import WHOLE, Provenance, Scope
from kg.graph.textsearch import mentions_search
from kg.lookup import find_reference
from kg.query import bind

router = APIRouter(tags=["export"])

IN_MEMORY = 1 << 20
CHUNK = 1 << 18
FormatName = Literal["turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml", "graphml", "csv", "ftm"]
TableName = Literal["entities", "statements", "claims"]
Level = Literal["none", "statements", "full"]


class Wanted(Model):
    """What of the graph is exported, and how it is written."""

    format: FormatName = Field(
        default="turtle",
        description="How it is written. trig and nquads keep the graphs; graphml and ftm have asserted facts alone.",
    )
    entity: str | None = Field(default=None, description="Only what concerns the entity of this IRI, slug or name.")
    depth: int = Field(default=1, ge=1, le=5, description="With `entity`: 2 adds what concerns its neighbours, …")
    article: str | None = Field(default=None, description="Only what the article of this id says.")
    query: str | None = Field(
        default=None,
        description="Only what this CONSTRUCT or DESCRIBE gives, or what the rows of this SELECT name.",
    )
    named: str | None = Field(default=None, description="The same for the named query of this name.")
    argument: list[str] | None = Field(default=None, description="With `named`: NAME=VALUE for each parameter.")
    since: date | None = Field(default=None, description="Only what articles published from this day on say.")
    until: date | None = Field(default=None, description="Only what articles published until this day say.")
    provenance: Level = Field(
        default="full", description="The facts alone, with the statements and their counts, or with all evidence."
    )
    reifiers: bool = Field(default=False, description="RDF 1.2: statements reify triple terms.")
    table: TableName = Field(default="statements", description="With csv.")

    def refuse_contradictions(self) -> None:
        """Raise Refusal where the parameters exclude each other."""
        parts = (self.entity, self.article, self.query, self.named, self.since or self.until)
        if sum(part is not None for part in parts) > 1:
            raise Refusal(400, "entity, article, query, named and since or until exclude each other")
        if self.depth != 1 and self.entity is None:
            raise Refusal(400, "depth goes with entity")
        if self.argument and self.named is None:
            raise Refusal(400, "argument goes with named")
        if self.reifiers and (self.format not in RDF_FORMATS or self.format in ("jsonld", "rdfxml")):
            hint = "reifiers go with turtle, trig, nquads and ntriples"
            raise Refusal(400, f"{self.format} has no triple terms", hint=hint)

    def in_all(self) -> Export:
        """The export of the whole graph, in this form."""
        return Export(self.format, WHOLE, Provenance(self.provenance), reifiers=self.reifiers, table=self.table)

    @property
    def filename(self) -> str:
        """What a browser is to call the file."""
        name = f"newsgraph-{self.table}" if self.format == "csv" else "newsgraph"
        return f"{name}.{FORMATS[self.format].extension}"


@router.get(
    "/export",
    response_class=Response,
    responses={304: {"description": "Nothing changed since the export of that ETag"}, **problems(400, 404, 503)},
    summary="Export the graph",
)
async def get_export(
    service: ServiceDep,
    turns: ExportTurnsDep,
    request: Request,
    wanted: Annotated[Wanted, Query()],
    if_none_match: NoneMatchDep = None,
) -> Response:
    """Equal graphs give equal files. Written to the end before the first byte is sent, so no file comes broken.

    The ETag is that of the version written; there is none where a version does not decide what is in the file.
    """
    wanted.refuse_contradictions()
    query, asked, media_type = wanted.query, wanted.in_all(), FORMATS[wanted.format].media_type
    if wanted.named is not None:
        query = await run_in_threadpool(_bound, service, wanted.named, wanted.argument or ())
    if query is None:
        asked = replace(asked, scope=await run_in_threadpool(_scope, service, wanted))
    version = service.version() if query is None else service.publication.published.version
    etag = etag_of(version, media_type, repr(asked), query or "") if _lasts(service, query) else None
    if etag is not None and is_unchanged(etag, if_none_match):
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Graph-Version": str(version)}
        return Response(status_code=304, headers=headers)
    if query is not None:
        asked = replace(asked, scope=await _answered(service, request, query))
    async with cancelled_when_gone(request.receive) as cancel, turns.one():
        file, size, written = await run_in_threadpool(_written, service, asked, cancel)
    headers = {
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="{wanted.filename}"',
        "Cache-Control": "no-cache",
        **({"Graph-Version": str(written)} if written is not None else {}),
        # what came between may have changed what a name or a query means: versions only grow, so then there is no tag
        **({"ETag": etag} if etag is not None and written == version else {}),
    }
    return StreamingResponse(_chunks(file), headers=headers, media_type=media_type)


def _lasts(service: Service, query: str | None) -> bool:
    """Whether an export is the same until the graph's version changes."""
    if service.publication.is_remote:  # others may write there, which changes no version of ours
        return False
    return query is None or (is_repeatable(query) and not calls_others(query) and not mentions_search(query))


def _scope(service: Service, wanted: Wanted) -> Scope:
    if wanted.entity is not None:
        return Scope(entity=NamedNode(service.find(wanted.entity)), depth=wanted.depth)
    if wanted.article is not None:
        return Scope(article=service.article_iri(wanted.article))
    return Scope(since=wanted.since, until=wanted.until) if wanted.since or wanted.until else WHOLE


def _bound(service: Service, name: str, arguments: Sequence[str]) -> str:
    """The text of a named query with its arguments."""
    query = service.queries.get(name)
    if query is None:
        raise UnknownQuery(f"no query {name}", hint="GET /queries lists them")
    resolve = partial(find_reference, service.workspace.catalogue, service.workspace.base)
    return bind(query, arguments_of(arguments), resolve=resolve)


async def _answered(service: Service, request: Request, query: str) -> Scope:
    """What the answer of a query speaks of; it runs in a worker, with the limits of all queries."""
    media_type = accept_for(query)
    query = await run_in_threadpool(service.workspace.searched, query)
    async with cancelled_when_gone(request.receive) as cancel:
        result = await service.publication.ask(
            QueryRequest(query), media_type, client=client_of(request.scope), cancel=cancel
        )
        if not isinstance(result, Answer):
            result = Answer(await run_in_threadpool(b"".join, result), result.media_type)
    return await run_in_threadpool(scope_of_answer, result)


class _WhileWanted(tempfile.SpooledTemporaryFile[bytes]):
    """A file that takes nothing more once whoever wants it has gone: a large graph takes a minute to write."""

    def __init__(self, cancel: Cancellation) -> None:
        super().__init__(max_size=IN_MEMORY)
        self._cancel = cancel

    def write(self, data: Any) -> int:
        """Take a piece of the export; raises QueryCancelled."""
        if self._cancel.cancelled:
            raise QueryCancelled
        return super().write(data)


def _written(service: Service, asked: Export, cancel: Cancellation) -> tuple[IO[bytes], int, int | None]:
    """The export as a file, from its beginning, its size and its version. Raises QueryCancelled once the client has gone."""
    file = _WhileWanted(cancel)
    try:
        version = service.export(asked, file)
        size = file.tell()
        file.seek(0)
    except BaseException as error:
        file.close()
        if cancel.cancelled:  # pyoxigraph and what translates its errors give it other names on the way
            raise QueryCancelled from error
        raise
    return file, size, version


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
