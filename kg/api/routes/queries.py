"""The named queries: `queries/NAME.rq` is `GET /queries/NAME` with its parameters, and a form for them."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from kg.api.answers import answer
from kg.api.depends import AcceptDep, NoneMatchDep, ServiceDep, problems
from kg.api.gone import cancelled_when_gone
from kg.api.limits import client_of
from kg.api.models import NamedQueryOut, ParameterOut
from kg.api.negotiation import HTML, JSON, choose
from kg.api.pages import render
from kg.api.problems import Refusal
from kg.api.protocol import QueryRequest, preferred_wait, seconds
from kg.errors import UnknownQuery
from kg.query import NamedQuery, bind

router = APIRouter(tags=["queries"])

RESERVED = ("format", "timeout", "form")
"""Names of URL parameters that are ours, not the query's."""


@router.get("/queries", response_model=list[NamedQueryOut], summary="The named queries")
def list_queries(service: ServiceDep, accept: AcceptDep = None) -> list[NamedQueryOut] | Response:
    """Each with its parameters; the files run as they lie in any SPARQL tool."""
    queries = [query_out(query) for query in service.queries.values()]
    if choose(accept, (JSON, HTML)) is HTML:
        return HTMLResponse(render("queries.html", service.base, queries=queries, section="queries"))
    return queries


@router.get(
    "/queries/{name}", response_class=Response, responses=problems(400, 404, 406, 503), summary="Answer a named query"
)
async def run_query(
    service: ServiceDep, request: Request, name: str, accept: AcceptDep = None, if_none_match: NoneMatchDep = None
) -> Response:
    """The parameters of the query are parameters of the URL; one that is left out means any.

    Answers come in the formats of /sparql, by Accept or `format=`. `?form` gives a form for people.
    """
    query = service.queries.get(name)
    if query is None:
        raise UnknownQuery(f"no query {name}", hint="GET /queries lists them")
    given = request.query_params
    if "form" in given:
        return HTMLResponse(
            render("query.html", service.base, query=query_out(query), text=query.text, section="queries")
        )
    arguments = {key: value for key, value in given.items() if key not in RESERVED and value != ""}
    for key in arguments:
        if len(given.getlist(key)) > 1:
            raise Refusal(400, f"{key} is given {len(given.getlist(key))} times")
    asked = QueryRequest(
        await run_in_threadpool(bind, query, arguments, resolve=service.find),
        timeout_s=seconds(given.getlist("timeout")) or preferred_wait(request.headers.getlist("prefer")),
        format=given.get("format"),
    )
    # only what hangs on one thing is short; without it a query may read the whole graph, and belongs with the long ones
    short = any(query.parameters[key].type in ("entity", "iri") for key in arguments)
    client = client_of(request.scope)
    async with cancelled_when_gone(request.receive) as cancel:
        reply = await answer(
            service, asked, accept, if_none_match, title=query.title, short=short, client=client, cancel=cancel
        )
    if isinstance(reply.body, bytes):
        return Response(reply.body, reply.status, dict(reply.headers), media_type=reply.content_type)
    return StreamingResponse(reply.body, reply.status, dict(reply.headers), media_type=reply.content_type)


def query_out(query: NamedQuery) -> NamedQueryOut:
    """A named query as the wire has it."""
    parameters = tuple(
        ParameterOut(name=name, type=parameter.type.value, description=parameter.description, default=parameter.default)
        for name, parameter in query.parameters.items()
    )
    return NamedQueryOut(
        name=query.name,
        title=query.title,
        description=query.description,
        href=f"/queries/{query.name}",
        parameters=parameters,
    )
