"""Dereferencing: every IRI answers for itself, in the format that is accepted or that the extension names."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pyoxigraph import NamedNode
from starlette.datastructures import QueryParams

from kg import lookup
from kg.api.answers import etag_of, is_unchanged
from kg.api.depends import AcceptDep, NoneMatchDep, ServiceDep, problems
from kg.api.negotiation import DOCUMENTS, HTML, Offer, by_extension, choose
from kg.api.problems import Refusal
from kg.api.routes.pages import document_page
from kg.api.service import Service
from kg.api.writing import written
from kg.errors import UnknownEntity
from kg.graph.scope import Scope

router = APIRouter(tags=["documents"])

PATH = "/%!$&'()*+,;=:@-._~"  # what an IRI's path may hold as it is (RFC 3986, 3.3)


def _route(kind: str) -> None:
    """Register the route of one kind; each has its own, so that no other path is taken for a document."""

    @router.get(
        f"/{kind}/{{name:path}}",
        responses=problems(404, 406, 410),
        response_class=Response,
        summary=f"What the graph says of {'an' if kind[0] in 'ae' else 'a'} {kind}",
        operation_id=f"get_{kind}",
    )
    def document(
        service: ServiceDep, request: Request, name: str, accept: AcceptDep = None, if_none_match: NoneMatchDep = None
    ) -> Response:
        """JSON-LD, Turtle, N-Triples, RDF/XML or HTML; an extension (`.ttl`, `.jsonld`, …) wins over Accept."""
        return _document(service, kind, name, accept, if_none_match, request.query_params)


for _kind in lookup.KINDS:
    _route(_kind)


def _document(
    service: Service, kind: str, name: str, accept: str | None, if_none_match: str | None, query: QueryParams
) -> Response:
    version = service.version()  # before the look-up: a tag must never be newer than what it stands for
    found = _find(service, kind, name)
    if isinstance(found, Response):
        return found
    iri, scope, extension = found
    offer = extension or choose(accept, DOCUMENTS)
    href = quote("/" + iri.value.removeprefix(service.workspace.base), safe=PATH)  # a header holds no letters but ASCII
    others = (f'<{href}.{o.extension}>; rel="alternate"; type="{o.media_type}"' for o in DOCUMENTS)
    headers = {
        "ETag": etag_of(version, offer.media_type, iri.value, str(query) if offer is HTML else ""),
        "Vary": "Accept",
        "Cache-Control": "no-cache",
        "Link": ", ".join(others),
    }
    if is_unchanged(headers["ETag"], if_none_match):
        return Response(status_code=304, headers=headers)
    if offer is HTML:
        return HTMLResponse(document_page(service, kind, iri, query), headers=headers)
    body = written(service.workspace.store, scope, offer)
    return Response(body, media_type=offer.content_type, headers=headers)


def _find(service: Service, kind: str, name: str) -> tuple[NamedNode, Scope, Offer | None] | Response:
    """The thing of that name, its part of the graph, and the format that its extension asks for.

    The whole name comes first: an article's id may itself end with .html. Or a redirect (308) to the thing that it was
    merged into; raises a 410 for one that is gone, UnknownEntity.
    """
    stem, extension = by_extension(name, DOCUMENTS)
    candidates = [(name, None)] if extension is None else [(name, None), (stem, extension)]
    iris = [(service.iri(kind, candidate), offer) for candidate, offer in candidates]
    for iri, offer in iris:
        if iri is not None and (scope := lookup.scope_of(service.workspace.store, kind, iri)) is not None:
            return iri, scope, offer
    for iri, offer in iris:
        retired = service.workspace.catalogue.retired(iri.value) if iri is not None else None
        if retired is None:
            continue
        if retired.successor is None:
            raise Refusal(410, f"{retired.label} is gone with the last article that spoke of it")
        location = quote("/" + retired.successor.value.removeprefix(service.workspace.base), safe=PATH)
        return Response(status_code=308, headers={"Location": location + (f".{offer.extension}" if offer else "")})
    raise UnknownEntity(f"no {kind} {name}", hint="GET /entities?q= finds people, groups, places and events by name")
