"""The articles of the workspace: list them, read one, send one, take one away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from kg import lookup
from kg.api.audit import note
from kg.api.bodies import spooled
from kg.api.depends import KnownDep, ServiceDep, TurnDep, TurnsDep, WriterDep, problems
from kg.api.models import (
    ArticleIn,
    ArticleList,
    ArticleOut,
    ArticleVersions,
    Deleted,
    Ingested,
    ReadingOut,
    VersionOut,
)
from kg.api.problems import Refusal
from kg.articles import article_from_record
from kg.errors import UnknownEntity
from kg.transfer import ARTICLE_TYPE, article_of
from kg.types import Article

router = APIRouter(tags=["articles"], dependencies=[KnownDep], responses=problems(400))

JSON = "application/json"


@router.get(
    "/articles",
    response_model=ArticleList,
    response_model_exclude={"articles": {"__all__": {"text", "copies"}}},
    responses=problems(400),
    summary="List the articles",
)
def list_articles(
    service: ServiceDep,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=4000)] = None,
) -> ArticleList:
    """The articles in the order of their ids, without their texts."""
    rows = service.workspace.catalogue.articles.rows(after=cursor or "", limit=limit + 1)
    page = tuple(
        ArticleOut(
            id=row.id,
            iri=service.article_iri(row.id).value,
            title=row.title,
            url=row.url,
            publisher=row.publisher,
            published=row.published,
            digest=row.digest,
            copy_of=service.workspace.catalogue.articles.copy_of(row.id),
        )
        for row in rows[:limit]
    )
    return ArticleList(articles=page, next=page[-1].id if len(rows) > limit else None)


@router.get(
    "/articles/{id:path}/versions",
    response_model=ArticleVersions,
    responses=problems(404),
    summary="What an article has been",
)
def list_versions(service: ServiceDep, id: str) -> ArticleVersions:  # noqa: A002
    """The versions of an article, oldest first: hash, day, who read it when, and what its publisher changed."""
    versions = tuple(
        VersionOut(
            number=one.number,
            digest=one.digest,
            title=one.title,
            published=one.published,
            read=tuple(ReadingOut(model=reading.model, time=reading.time) for reading in one.read),
            current=one.current,
            changes=one.changes,
        )
        for one in lookup.versions_of(service.workspace.catalogue, id)
    )
    return ArticleVersions(id=id, iri=service.article_iri(id).value, versions=versions)


@router.get(
    "/articles/{id:path}", response_model=ArticleOut, responses=problems(404), summary="One article with its clean text"
)
def get_article(service: ServiceDep, id: str) -> ArticleOut:  # noqa: A002
    """An article's metadata and the clean text that all offsets count in. Percent-encode the id."""
    articles = service.workspace.catalogue.articles
    document, row = articles.document(id), articles.row(id)
    if document is None or row is None:
        raise _unknown(id)
    return ArticleOut(
        id=document.id,
        iri=service.article_iri(document.id).value,
        title=document.title,
        url=document.url,
        publisher=document.publisher,
        published=document.published,
        digest=row.digest,
        copy_of=articles.copy_of(id),
        copies=tuple(articles.copies(id)),
        text=document.text,
    )


@router.post(
    "/articles",
    response_model=Ingested,
    status_code=201,
    responses={
        200: {"model": Ingested, "description": "Replaced or unchanged"},
        **problems(400, 401, 403, 413, 415, 422, 503),
    },
    dependencies=[WriterDep],
    summary="Read an article into the graph",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{ArticleIn.__name__}"}}},
        }
    },
)
async def post_article(service: ServiceDep, turns: TurnsDep, request: Request, response: Response) -> Ingested:
    """Clean the text, extract, resolve and commit. Sent again it changes nothing; changed, it replaces the article."""
    async with spooled(request.receive) as body, turns.one():  # bodies that wait for their turn lie on disk
        # Not here: the metadata of a large page take seconds, in which nobody else would be answered.
        article = await run_in_threadpool(_article, request.headers.get("content-type", ""), body)
        note(request.scope, article=article.id)
        outcome = await run_in_threadpool(service.ingest, article)
    note(request.scope, change=outcome)
    iri = service.article_iri(article.id).value
    response.status_code = 201 if outcome == "added" else 200
    response.headers["Location"] = "/" + iri.removeprefix(service.workspace.base)
    return Ingested(id=article.id, iri=iri, outcome=outcome)


@router.delete(
    "/articles/{id:path}",
    response_model=Deleted,
    responses=problems(401, 403, 404, 503),
    dependencies=[WriterDep, TurnDep],
    summary="Take an article away",
)
def delete_article(service: ServiceDep, id: str) -> Deleted:  # noqa: A002
    """Remove the article with everything that only it supported. Percent-encode the id."""
    if service.workspace.catalogue.articles.row(id) is None:
        raise _unknown(id)
    service.delete(id)
    return Deleted(id=id, iri=service.article_iri(id).value)


def _article(content_type: str, body: Path) -> Article:
    """The article that a request carries."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in (JSON, ARTICLE_TYPE):
        raise Refusal(
            415,
            f"a body of type {media_type or '(none)'}",
            hint='send {"text": …} or {"html": …} as application/json',
            headers={"Accept-Post": JSON},
        )
    try:
        record: Any = json.loads(body.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"the body is not JSON: {error}") from error
    if not isinstance(record, dict):
        raise Refusal(422, "the body is not a JSON object")
    return article_of(record) if media_type == ARTICLE_TYPE else article_from_record(record, source="the request")


def _unknown(article_id: str) -> UnknownEntity:
    return UnknownEntity(f"no article {article_id}", hint="GET /articles lists them")
