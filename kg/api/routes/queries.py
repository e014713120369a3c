"""The named queries: `queries/NAME.rq` is `GET /queries/NAME` with its parameters, and a form for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from kg.api.answers import Reply, answer
from kg.api.depends import AcceptDep, NoneMatchDep, ServiceDep
from kg.api.gone import cancelled_when_gone
from kg.api.limits import client_of
from kg.api.models import NamedQueryOut
from kg.api.named import PAGED_TO, href, neighbours, query_out, row_count
from kg.api.negotiation import HTML, JSON, JSON_RESULTS, SOLUTIONS, choose
from kg.api.pages import render
from kg.api.pages.queries import table_of, timeline_of
from kg.api.pages.rendering import FORMAT_NAMES
from kg.api.problems import Refusal, problem_of
from kg.api.protocol import QueryRequest, freshness, preferred_wait, seconds
from kg.api.service import Service
from kg.errors import ParameterError, UnknownEntity, UnknownQuery
from kg.exports.tables import safe_rows
from kg.graph import Answer
from kg.lookup.references import find_reference
from kg.query import NamedQuery, bind
from kg.query.header import RESERVED

router = APIRouter(tags=["queries"])


@router.get("/queries", response_model=list[NamedQueryOut], summary="The named queries")
def list_queries(
    service: ServiceDep,
    tag: Annotated[str | None, Query(description="Only those with this tag, such as people.")] = None,
    accept: AcceptDep = None,
) -> list[NamedQueryOut] | Response:
    """Each with its parameters; the files run as they lie in any SPARQL tool."""
    every = service.queries.values()
    queries = [query_out(query) for query in every if tag is None or tag in query.tags]
    if choose(accept, (JSON, HTML)) is HTML:
        tags = sorted({name for query in every for name in query.tags})
        page = render("queries.html", service.base, queries=queries, tags=tags, tag=tag, section="queries")
        return HTMLResponse(page)
    return queries


@router.get("/queries/{name}", include_in_schema=False)  # kg.api.named documents each query as an operation of its own
async def run_query(
    service: ServiceDep, request: Request, name: str, accept: AcceptDep = None, if_none_match: NoneMatchDep = None
) -> Response:
    """The parameters of the query are parameters of the URL; one that is left out means any.

    Answers come in the formats of /sparql, by Accept or `format=`; CSV is for spreadsheets, no text of an article becomes a
    formula. `fresh=1` waits for what was written before. `?form` gives a form for people.
    """
    query = service.queries.get(name)
    if query is None:
        raise UnknownQuery(f"no query {name}", hint="GET /queries lists them")
    given = request.query_params
    arguments = {key: value for key, value in given.items() if key not in RESERVED and value != ""}
    if "form" in given:
        return HTMLResponse(_form(service, query, arguments))
    for key in arguments:
        if len(given.getlist(key)) > 1:
            raise Refusal(400, f"{key} is given {len(given.getlist(key))} times")
    wants_table = given.get("format") == "html" or (
        not given.get("format") and choose(accept, (*SOLUTIONS, HTML)) is HTML
    )
    if fresh := freshness({"fresh": [value for value in given.getlist("fresh") if value]}, default=False):
        await service.publication.refresh()
    resolve = partial(find_reference, service.workspace.catalogue, service.base)
    try:
        text = await run_in_threadpool(bind, query, arguments, resolve=resolve)
    except (ParameterError, UnknownEntity) as error:
        if not wants_table:
            raise
        page = _form(service, query, arguments, str(error))
        return HTMLResponse(page, problem_of(error).status, headers={"Vary": "Accept", "Cache-Control": "no-store"})
    asked = QueryRequest(
        text,
        timeout_s=seconds(given.getlist("timeout")) or preferred_wait(request.headers.getlist("prefer")),
        format=given.get("format"),
    )
    if wants_table:  # the page is made of the rows
        accept, asked, if_none_match = JSON_RESULTS.media_type, replace(asked, format=None), None
    async with cancelled_when_gone(request.receive) as cancel:
        reply = await answer(
            service,
            asked,
            accept,
            if_none_match,
            short=query.is_short(arguments.keys()),
            client=client_of(request.scope),
            cancel=cancel,
        )
    headers = dict(reply.headers)
    if query.cache_s and not fresh:
        scope = "private" if service.settings.read_key == "required" else "public"
        headers["Cache-Control"] = f"{scope}, max-age={query.cache_s}"
    if query.is_paged and reply.status == 200 and int(arguments.get("limit", 0)) <= PAGED_TO:
        reply = replace(reply, body=await run_in_threadpool(_whole, reply))
    body: bytes | Iterable[bytes] = reply.body
    if reply.content_type.startswith("text/csv"):
        body = b"".join(safe_rows([body])) if isinstance(body, bytes) else safe_rows(body)
    if not isinstance(body, bytes):
        return StreamingResponse(body, reply.status, headers, media_type=reply.content_type)
    pages: dict[str, str] = {}
    if query.is_paged and body:
        rows = row_count(body, reply.content_type.partition(";")[0])
        kept = {key: value for key, value in given.items() if key != "form" and value != ""}
        pages = neighbours(query, kept, rows)
        if pages:
            headers["Link"] = ", ".join(f'<{at}>; rel="{relation}"' for relation, at in pages.items())
    if wants_table:
        headers.pop("ETag", None)
        return HTMLResponse(_page(service, query, arguments, text, body, pages), headers=headers)
    return Response(body, reply.status, headers, media_type=reply.content_type)


def _whole(reply: Reply) -> bytes:
    """The body of a reply, all of it: the rows of a page are to be counted."""
    return reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)


def _form(service: Service, query: NamedQuery, arguments: dict[str, str], wrong: str = "") -> str:
    """The form of a query, filled in with these arguments, and what is wrong with them."""
    out = query_out(query)
    return render(
        "query.html", service.base, query=out, given=arguments, text=query.text, wrong=wrong, section="queries"
    )


def _page(
    service: Service, query: NamedQuery, arguments: dict[str, str], bound: str, body: bytes, pages: dict[str, str]
) -> str:
    """The rows of an answer as a table under the form that asked for them."""
    names, rows = table_of(Answer(body, JSON_RESULTS.media_type), service.base, None)
    others = [
        {"href": href(query.name, {**arguments, "format": offer.extension}), "name": FORMAT_NAMES[offer.extension]}
        for offer in SOLUTIONS
    ]
    return render(
        "query.html",
        service.base,
        query=query_out(query),
        given=arguments,
        text=query.text,
        wrong="",
        names=names,
        rows=rows,
        links=others,
        pages=pages,
        timeline=timeline_of(bound, rows),
        section="queries",
    )
