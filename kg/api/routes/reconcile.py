"""`/reconcile`: the W3C Reconciliation Service API 0.2, as OpenRefine and its like speak it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg import lookup
from kg.api.depends import PROBLEMS, ServiceDep
from kg.api.pages import render, words
from kg.api.problems import Refusal
from kg.api.reconcile import (
    PROPERTIES,
    TYPES,
    candidates,
    extend,
    manifest,
    properties_of,
    read_batch,
    read_extension,
)
from kg.api.reconcile.candidates import descriptions, full_iri, short_id
from kg.api.reconcile.types import classes_below, type_called, types_of
from kg.api.service import Service
from kg.errors import UnknownEntity
from kg.lookup import Relation

__all__ = ["open_to_this_machine", "router"]

router = APIRouter(tags=["reconcile"])

SUGGESTED = 10
RELATIONS_SHOWN = 6
FORM = "application/x-www-form-urlencoded"
FRAMED = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors http: https:"  # to be seen

Prefix = Annotated[str, Query(description="What was typed so far.", max_length=400)]
Cursor = Annotated[int, Query(ge=0, le=10_000, description="How many to pass over.")]
Id = Annotated[str, Query(description="An identifier.", max_length=2000)]


@router.get("/reconcile", response_class=JSONResponse, responses=PROBLEMS, summary="The service manifest, or an answer")
async def ask(
    service: ServiceDep,
    request: Request,
    queries: Annotated[str | None, Query(description="A batch of queries, in JSON.")] = None,
    extend: Annotated[str | None, Query(description="A request for data, in JSON.")] = None,
) -> Response:
    """W3C Reconciliation Service API 0.2: the manifest; with `queries`, candidates; with `extend`, values of properties."""
    return await _answer(service, request, {"queries": queries, "extend": extend})


@router.post(
    "/reconcile",
    response_class=JSONResponse,
    responses=PROBLEMS,
    summary="Reconcile names, or fetch properties",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                FORM: {
                    "schema": {
                        "type": "object",
                        "properties": {"queries": {"type": "string"}, "extend": {"type": "string"}},
                    },
                    "example": {"queries": '{"q0": {"query": "Ana Diaz", "type": "Person", "limit": 5}}'},
                }
            },
        }
    },
)
async def post(service: ServiceDep, request: Request) -> Response:
    """The same with a form: `queries` or `extend`, in JSON."""
    sent = request.headers.get("content-type", FORM).partition(";")[0].strip().lower()
    if sent != FORM:
        raise Refusal(415, f"a body of {sent}", hint=f"send {FORM}")
    try:
        fields = parse_qs((await request.body()).decode(), keep_blank_values=True, max_num_fields=20)
    except (UnicodeDecodeError, ValueError) as error:
        raise Refusal(400, f"the body is no form: {error}", hint="queries=… percent-encoded in UTF-8") from error
    return await _answer(service, request, {name: values[-1] for name, values in fields.items()})


@router.get("/reconcile/suggest/entity", responses=PROBLEMS, summary="Entities whose names begin so")
def suggest_entity(
    service: ServiceDep,
    prefix: Prefix = "",
    type: Annotated[str | None, Query(description="Only of that type.")] = None,  # noqa: A002
    cursor: Cursor = 0,
) -> dict[str, Any]:
    """For completing what somebody types; an identifier or an IRI finds its entity."""
    catalogue, base = service.workspace.catalogue, service.base
    kind = type_called(type) if type else None
    iri = full_iri(catalogue, base, prefix.strip()) if "/" in prefix else None
    row = catalogue.entity(iri) if iri is not None else None
    if row is not None:
        rows = [row]
    else:
        hits, _ = catalogue.words.entities(prefix, classes_below(kind), limit=SUGGESTED, offset=cursor)
        rows = [hit.entity for hit in hits]
    told = descriptions(service.select, rows)
    return {
        "result": [
            {
                "id": short_id(base, row.iri.value),
                "name": row.label,
                "description": told[row.iri.value],
                "notable": [{"id": id_, "name": TYPES[id_].name} for id_ in types_of(row)],
            }
            for row in rows
        ]
    }


@router.get("/reconcile/suggest/type", summary="Types whose names begin so")
def suggest_type(prefix: Prefix = "", cursor: Cursor = 0) -> dict[str, Any]:
    """The classes of entities, and the types of events."""
    found = [one for one in TYPES.values() if _begins(prefix, one.id, one.name)]
    return {"result": [one.wire() for one in found[cursor : cursor + SUGGESTED]]}


@router.get("/reconcile/suggest/property", summary="Properties whose names begin so")
def suggest_property(prefix: Prefix = "", cursor: Cursor = 0) -> dict[str, Any]:
    """Names, predicates, and predicates backwards (`^leads`: led by)."""
    found = [one for one in PROPERTIES.values() if _begins(prefix, one.id.lstrip("^"), one.name)]
    return {
        "result": [
            {"id": one.id, "name": one.name, "description": one.description}
            for one in found[cursor : cursor + SUGGESTED]
        ]
    }


@router.get("/reconcile/properties", responses=PROBLEMS, summary="Properties worth fetching for a type")
def propose_properties(
    type: Annotated[str | None, Query(description="The type's identifier.")] = None,  # noqa: A002
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """What entities of a type may have."""
    kind = type_called(type) if type else None
    if type and kind is None:
        raise Refusal(400, f"no type {type!r}", hint="/reconcile/suggest/type?prefix= finds them")
    found = properties_of(kind.id if kind else None)[:limit]
    told = {"properties": [{"id": one.id, "name": one.name, "description": one.description} for one in found]}
    return {**told, "limit": limit, **({"type": kind.id} if kind else {})}


@router.get("/reconcile/preview", response_class=HTMLResponse, responses=PROBLEMS, summary="A card about an entity")
def preview(service: ServiceDep, id: Id) -> Response:  # noqa: A002 - the API calls it that
    """A small page for a frame: the names, and what most sources say."""
    return HTMLResponse(_card(service, id), headers={"Content-Security-Policy": FRAMED})


@router.get("/reconcile/flyout/{kind}", responses=PROBLEMS, summary="A few words about a suggestion")
def flyout(service: ServiceDep, kind: str, id: Id) -> dict[str, str]:  # noqa: A002
    """HTML to show beside a suggestion of an `entity`, a `type` or a `property`."""
    if kind == "entity":
        iri = full_iri(service.workspace.catalogue, service.base, id)
        row = service.workspace.catalogue.entity(iri) if iri is not None else None
        if row is None:
            raise UnknownEntity(f"no entity {id}", hint="/reconcile/suggest/entity?prefix= finds them")
        told = descriptions(service.select, [row])[row.iri.value]
        return {"id": id, "html": render("flyout.html", service.base, name=row.label, text=told)}
    known: Mapping[str, Any] = {"type": TYPES, "property": PROPERTIES}.get(kind, {})
    if id not in known:
        raise Refusal(404, f"no {kind} {id}", hint="entity, type and property have flyouts")
    return {"id": id, "html": render("flyout.html", service.base, name=known[id].name, text=known[id].description)}


async def _answer(service: Service, request: Request, fields: Mapping[str, str | None]) -> Response:
    """The answer to what the fields ask for; the manifest if that is nothing."""
    if (batch := fields.get("queries")) is not None:
        return JSONResponse(await run_in_threadpool(_reconciled, service, batch))
    if (wanted := fields.get("extend")) is not None:
        return JSONResponse(await run_in_threadpool(_extended, service, wanted))
    if request.method == "POST":
        raise Refusal(400, "neither queries= nor extend=", hint="GET /reconcile tells what there is")
    origin = f"{request.url.scheme}://{request.url.netloc}"
    place = service.folder.name if service.folder is not None else urlsplit(service.base).netloc
    return JSONResponse(manifest(origin, service.base, name=f"Newsgraph: {place}"))


def _reconciled(service: Service, batch: str) -> dict[str, Any]:
    catalogue, base = service.workspace.catalogue, service.base
    answers: dict[str, Any] = {}
    for name, asked in read_batch(batch).items():
        found = candidates(catalogue, service.select, base, asked)
        told = descriptions(service.select, [one.row for one in found])
        answers[name] = {"result": [one.wire(told[one.row.iri.value]) for one in found]}
    return answers


def _extended(service: Service, wanted: str) -> dict[str, Any]:
    return extend(service.workspace.catalogue, service.select, service.base, read_extension(wanted))


def _card(service: Service, id_: str) -> str:
    iri = full_iri(service.workspace.catalogue, service.base, id_)
    entity = lookup.describe(service.select, iri) if iri is not None else None
    if entity is None:
        raise UnknownEntity(f"no entity {id_}", hint="/reconcile/suggest/entity?prefix= finds them")
    found = lookup.relations_of(service.select, entity.iri, limit=50)
    asserted = sorted((one for one in found if one.asserted), key=lambda one: (-one.supporting_sources, one.statement))
    lines = [_line(one) for one in asserted[:RELATIONS_SHOWN]]
    return render("card.html", service.base, entity=entity, lines=lines)


def _line(relation: Relation) -> str:
    return f"{relation.subject_label} {words(relation.predicate)} {relation.object_label}"


def _begins(prefix: str, *names: str) -> bool:
    """Whether a name, or a word of it, begins so."""
    wanted = prefix.strip().casefold()
    return any(word.startswith(wanted) for name in names for word in (name.casefold(), *name.casefold().split()))


def open_to_this_machine(app: ASGIApp) -> ASGIApp:
    """The application with CORS for pages that this machine serves, as OpenRefine does on a port of its own.

    The API demands CORS, and a graph of somebody's own must not be read by every page that its owner visits. For other
    origins there is KG_CORS_ORIGINS.
    """

    async def opened(scope: Scope, receive: Receive, send: Send) -> None:
        """Let a page of this machine read the answer."""
        origin = Headers(scope=scope).get("origin")

        async def marked(message: Message) -> None:
            """Send the answer with the headers that allow it."""
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message["headers"]))
                headers["Access-Control-Allow-Origin"] = origin or ""
                headers.add_vary_header("Origin")
                message = {**message, "headers": headers.raw}
            await send(message)

        await app(scope, receive, marked if origin is not None and _is_near(origin) else send)

    return opened


def _is_near(origin: str) -> bool:
    """Whether an origin is a server on this machine.

    >>> _is_near("http://127.0.0.1:3333"), _is_near("http://localhost:3333"), _is_near("https://localhost.example.org")
    (True, True, False)
    """
    try:
        name = urlsplit(origin).hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
