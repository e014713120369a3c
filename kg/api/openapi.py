"""The OpenAPI document: what FastAPI makes of the routes, and what it cannot know.

That is the endpoints of the W3C's protocols, which are none of its routes; an operation for each named query; and what holds
for every operation: errors are problem documents, and any request may be one too many.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from kg.api.depends import problems
from kg.api.graphs import FORMS
from kg.api.models import ArticleIn, ProblemOut
from kg.api.named import operations
from kg.api.negotiation import HTML, JSON_RESULTS, SOLUTIONS, TRIPLES
from kg.api.service import Service

__all__ = ["describe"]

EVERYWHERE = (429, 503)


def describe(api: FastAPI, service: Service) -> None:
    """Let an application tell of all that it answers to, the named queries of its service included."""
    plain = api.openapi

    def openapi() -> dict[str, Any]:
        """The document that FastAPI makes and keeps, with what is missing in it."""
        document = plain()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for model in (ProblemOut, ArticleIn):  # which routes name without FastAPI's knowing
            schemas.setdefault(model.__name__, model.model_json_schema())
        document["paths"].setdefault("/sparql", _SPARQL)
        document["paths"].update(operations(service.queries))
        document["paths"].setdefault("/graphs", _GRAPHS)
        _complete(document)
        return document

    api.openapi = openapi  # type: ignore[method-assign] # the documented way to extend it


def _complete(document: dict[str, Any]) -> None:
    """Let each operation name the problem documents that it may answer with; FastAPI would announce errors of its own form."""
    for item in document["paths"].values():
        for operation in item.values():
            responses = operation["responses"]
            for status, response in responses.items():
                if status.isdigit() and int(status) >= 400:
                    own = {kind: of for kind, of in response.get("content", {}).items() if kind == HTML.media_type}
                    response["content"] = {**_problem(int(status))["content"], **own}
            for status in EVERYWHERE:
                responses.setdefault(str(status), _problem(status))
    for name in ("HTTPValidationError", "ValidationError"):
        document.get("components", {}).get("schemas", {}).pop(name, None)


def _problem(status: int) -> dict[str, Any]:
    return dict(problems(status)[status])


_ANSWER = {
    "200": {
        "description": "Solutions (JSON, XML, CSV, TSV) or triples (Turtle, N-Triples, JSON-LD, RDF/XML), by Accept",
        "content": {
            **{offer.media_type: {} for offer in (*SOLUTIONS, *TRIPLES, HTML)},
            JSON_RESULTS.media_type: {"example": {"head": {"vars": ["s"]}, "results": {"bindings": []}}},
        },
    },
    "304": {"description": "Nothing changed since the answer of that ETag"},
    "400": {"description": "A problem document: not SPARQL, or refused"},
    "406": {"description": "A problem document: no format of an answer that the Accept header names"},
    "503": {"description": "A problem document: the query was killed at its deadline or at its limit of memory"},
}
_EXAMPLE = "PREFIX kg: <https://w3id.org/newsgraph/ontology#> SELECT * { ?person kg:leads ?group } LIMIT 10"


def _iris(name: str, description: str) -> dict[str, Any]:
    """The parameter for the graphs of a dataset, any number of them."""
    schema = {"type": "array", "items": {"type": "string", "format": "iri"}}
    return {"name": name, "in": "query", "schema": schema, "description": description}


_DATASET = [
    _iris("default-graph-uri", "Graphs of which the default graph of the query is made."),
    _iris("named-graph-uri", "Its named graphs. With neither, the store's own dataset is asked."),
]
_WAITING = [
    {
        "name": "timeout",
        "in": "query",
        "schema": {"type": "number", "exclusiveMinimum": 0},
        "description": "Seconds until the query is killed, within the service's maximum; Prefer: wait=SECONDS is the same.",
    },
    {
        "name": "format",
        "in": "query",
        "schema": {"type": "string"},
        "description": "json, xml, csv, tsv, ttl, nt, rdf, jsonld or html: wins over Accept.",
    },
    {
        "name": "fresh",
        "in": "query",
        "schema": {"type": "string", "enum": ["0", "1"]},
        "description": "Whether to wait until all that was written before can be read: a query does with 1, a write unless 0.",
    },
]
_FRESH = _WAITING[-1]
_SPARQL: dict[str, Any] = {
    "get": {
        "tags": ["sparql"],
        "summary": "Answer a SPARQL query",
        "description": "SPARQL 1.1 Protocol. Without a query: a service description, or a form for people.",
        "operationId": "get_sparql",
        "parameters": [
            {"name": "query", "in": "query", "schema": {"type": "string"}, "example": _EXAMPLE},
            *_DATASET,
            *_WAITING,
        ],
        "responses": _ANSWER,
    },
    "post": {
        "tags": ["sparql"],
        "summary": "Answer a SPARQL query, or run an update",
        "description": "An update needs a key and writes the graphs of users; when the answer is there, readers see it.",
        "operationId": "post_sparql",
        "parameters": [
            *_DATASET,
            _iris("using-graph-uri", "Graphs of which the default graph of an update's patterns is made."),
            _iris("using-named-graph-uri", "Their named graphs."),
            *_WAITING,
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/sparql-query": {"schema": {"type": "string"}, "example": _EXAMPLE},
                "application/sparql-update": {"schema": {"type": "string"}},
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "properties": {"query": {"type": "string"}, "update": {"type": "string"}},
                        "description": "One of the two; parameters of the URL may stand here too.",
                    }
                },
            },
        },
        "responses": {
            **_ANSWER,
            "204": {"description": "The update is done"},
            "401": {"description": "A problem document: an update without a key"},
            "403": {"description": "A problem document: a wrong key, or a graph that changes by another route"},
            "413": {"description": "A problem document: too large"},
            "415": {"description": "A problem document: another media type, or no UTF-8"},
        },
    },
}
_GRAPH_NAMES = [
    {"name": "graph", "in": "query", "schema": {"type": "string", "format": "iri"}, "description": "A named graph."},
    {"name": "default", "in": "query", "schema": {"type": "string", "maxLength": 0}, "allowEmptyValue": True},
]
_GRAPH_PROBLEMS = {
    "400": {"description": "A problem document: no graph named, or more than one, or no RDF"},
    "404": {"description": "A problem document: no such graph"},
}
_GRAPH_READ = {
    "200": {
        "description": "The graph, by Accept",
        "content": {offer.media_type: {} for offer in (*TRIPLES, HTML)},
    },
    "304": _ANSWER["304"],
    "406": _ANSWER["406"],
    "503": _ANSWER["503"],
}
_GRAPH_WRITTEN = {
    **_GRAPH_PROBLEMS,
    "201": {"description": "The graph is new"},
    "204": {"description": "Done"},
    "401": {"description": "A problem document: no key"},
    "403": {"description": "A problem document: a wrong key, or a graph that changes by another route"},
    "413": {"description": "A problem document: too large"},
    "415": {"description": "A problem document: another media type"},
}
_GRAPH_BODY = {
    "required": True,
    "content": {form: {"schema": {"type": "string"}} for form in FORMS if not form.startswith("application/x-")},
}
_GRAPHS: dict[str, Any] = {
    method: {
        "tags": ["sparql"],
        "summary": summary,
        "description": "SPARQL 1.1 Graph Store HTTP Protocol. `/graphs/PATH` names the graph of that address.",
        "operationId": f"{method}_graphs",
        "parameters": [*_GRAPH_NAMES, *(_WAITING if method == "get" else [_FRESH])],
        "responses": {**_GRAPH_READ, **_GRAPH_PROBLEMS} if method == "get" else _GRAPH_WRITTEN,
        **({"requestBody": _GRAPH_BODY} if method in ("put", "post") else {}),
    }
    for method, summary in {
        "get": "A whole graph",
        "put": "Make a document the whole content of a graph",
        "post": "Add a document to a graph; without a name, make a new one",
        "delete": "Remove a graph",
    }.items()
}
