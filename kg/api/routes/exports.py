"""The graph, or a part of it, as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated, Literal

from fastapi import APIRouter, Query, Response
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from kg.api.depends import ExportTurnsDep, ServiceDep, problems
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.graph.export import FORMATS
from kg.graph.scope import WHOLE, Scope

router = APIRouter(tags=["export"])

IN_MEMORY = 1 << 20
CHUNK = 1 << 18
Format = Literal["turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml"]


@router.get("/export", response_class=Response, responses=problems(400, 404, 503), summary="Export the graph")
async def get_export(
    service: ServiceDep,
    turns: ExportTurnsDep,
    format: Annotated[Format, Query(description="How it is written; trig and nquads keep the graphs.")] = "turtle",  # noqa: A002
    entity: Annotated[str | None, Query(description="Only what concerns the entity of this IRI, slug or name.")] = None,
    article: Annotated[str | None, Query(description="Only what the article of this id says.")] = None,
    provenance: Annotated[bool, Query(description="With claims, sentences and articles, or the facts alone.")] = True,
) -> Response:
    """Equal graphs give equal files. Written to the end before the first byte is sent, so no file comes broken."""
    if entity is not None and article is not None:
        raise Refusal(400, "give entity or article, not both")
    form = FORMATS[format]
    async with turns.one():
        file, size = await run_in_threadpool(_written, service, format, entity, article, provenance)
    headers = {
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="newsgraph.{form.file_extension}"',
    }
    return StreamingResponse(_chunks(file), headers=headers, media_type=form.media_type)


def _written(
    service: Service, form: str, entity: str | None, article: str | None, provenance: bool
) -> tuple[IO[bytes], int]:
    """The export as a file, from its beginning, and its size."""
    scope = WHOLE
    if entity is not None:
        scope = Scope(entity=NamedNode(service.find(entity)))
    elif article is not None:
        scope = Scope(article=service.article_iri(article))
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by the stream
    try:
        service.export(form, file, scope=scope, provenance=provenance)
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file, size


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
