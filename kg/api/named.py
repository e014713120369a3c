"""Named queries as the wire has them: what is said of each, an OpenAPI operation for each, and pages of their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from kg.api.depends import problems
from kg.api.models import NamedQueryOut, ParameterOut
from kg.api.negotiation import HTML, JSON_RESULTS, SOLUTIONS
from kg.query import NamedQuery, Parameter, ParameterType

__all__ = ["href", "neighbours", "operations", "query_out", "row_count"]

PAGED_TO = 10_000
"""The longest page that is counted: a longer one is sent as it comes, and whoever asks for it wants everything."""

_SCHEMAS: Mapping[ParameterType, dict[str, Any]] = {
    ParameterType.IRI: {"type": "string"},
    ParameterType.ENTITY: {"type": "string", "description": "an IRI, `person/slug`, a slug, or a name"},
    ParameterType.ARTICLE: {"type": "string", "description": "an article's id or IRI"},
    ParameterType.STATEMENT: {"type": "string", "description": "an IRI, or what follows `/statement/` in it"},
    ParameterType.TEXT: {"type": "string"},
    ParameterType.DATE: {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}){0,2}$"},
    ParameterType.INTEGER: {"type": "integer"},
    ParameterType.NUMBER: {"type": "number"},
    ParameterType.BOOLEAN: {"type": "boolean"},
}


def query_out(query: NamedQuery) -> NamedQueryOut:
    """What is said of a named query."""
    parameters = tuple(
        ParameterOut(
            name=name,
            type=parameter.type.value,
            description=parameter.description,
            default=parameter.default,
            required=parameter.required,
            choices=parameter.choices,
        )
        for name, parameter in query.parameters.items()
    )
    return NamedQueryOut(
        name=query.name,
        title=query.title,
        description=query.description,
        href=href(query.name, {}),
        parameters=parameters,
        tags=query.tags,
        example=href(query.name, query.example) if query.example else None,
        cache_s=query.cache_s,
        short=query.short,
        anchors=query.anchors,
        needs=query.needs,
    )


def href(name: str, arguments: Mapping[str, object]) -> str:
    """The address of a named query with these arguments."""
    return f"/queries/{name}" + (f"?{urlencode(arguments)}" if arguments else "")


def neighbours(query: NamedQuery, asked: Mapping[str, str], rows: int) -> dict[str, str]:
    """The addresses of the `prev` and `next` page of an answer with so many rows; `asked` are all URL parameters.

    A full page has a next one, which may be empty.
    """
    limit, offset = (int(asked.get(name) or query.parameters[name].default or 0) for name in ("limit", "offset"))
    found: dict[str, str] = {}
    if offset > 0:
        found["prev"] = href(query.name, {**asked, "offset": max(0, offset - limit)})
    if 0 < limit <= rows:
        found["next"] = href(query.name, {**asked, "offset": offset + limit})
    return found


def row_count(body: bytes, media_type: str) -> int:
    """The number of solutions in an answer, without parsing it.

    >>> row_count(b'a,b\\r\\n1,"x\\ny"\\r\\n', "text/csv")
    1
    """
    if media_type == "text/tab-separated-values":
        return body.count(b"\n") - 1
    if media_type == "text/csv":  # line breaks within quotes are none
        return sum(part.count(b"\n") for part in body.split(b'"')[::2]) - 1
    if media_type == "application/sparql-results+xml":
        return body.count(b"<result>")
    return body.count(b',{"') + body.count(b'[{"')  # in strings, JSON has \" for "


def operations(queries: Mapping[str, NamedQuery]) -> dict[str, Any]:
    """The OpenAPI path item of each query, by path."""
    return {href(name, {}): {"get": _operation(query)} for name, query in queries.items()}


def _operation(query: NamedQuery) -> dict[str, Any]:
    formats = [offer.extension for offer in (*SOLUTIONS, HTML)]
    own = [
        {
            "name": "format",
            "in": "query",
            "schema": {"type": "string", "enum": formats},
            "description": "Beats Accept.",
        },
        {
            "name": "timeout",
            "in": "query",
            "schema": {"type": "number", "minimum": 1},
            "description": "Seconds until the query is given up, up to the service's limit; less than 1 is taken too.",
        },
        {
            "name": "fresh",
            "in": "query",
            "schema": {"type": "string", "enum": ["0", "1"]},
            "description": "1: wait until all that was written before can be read; else it may be a second old.",
        },
    ]
    needs = f"Takes {' or '.join(query.needs)}, at least one of them." if query.needs else ""
    described = "\n\n".join(filter(None, [query.description, needs, _cost(query)]))
    answer: dict[str, Any] = {offer.media_type: {"schema": {"type": "string"}} for offer in (*SOLUTIONS[1:], HTML)}
    answer[JSON_RESULTS.media_type] = {"schema": {"type": "object", "required": ["head", "results"]}}
    ok: dict[str, Any] = {"description": "The rows, by Accept or `format=`", "content": answer}
    if query.is_paged:
        link = {"description": "The previous and the next page (RFC 8288)", "schema": {"type": "string"}}
        ok["headers"] = {"Link": link}
    return {
        "tags": ["queries"],
        "operationId": f"query_{query.name.replace('-', '_')}",
        "summary": query.title,
        "description": described,
        "parameters": [*(_parameter(query, parameter) for parameter in query.parameters.values()), *own],
        "responses": {
            "200": ok,
            "304": {"description": "Nothing changed since the answer of that ETag"},
            **{str(status): _as_form(problem) for status, problem in problems(400, 404, 406, 409, 429, 503).items()},
        },
    }


def _as_form(problem: Mapping[str, Any]) -> dict[str, Any]:
    """A problem of an operation that shows it to people above its form, too."""
    content = {**problem.get("content", {}), HTML.media_type: {"schema": {"type": "string"}}}
    return {**problem, "content": content}


def _cost(query: NamedQuery) -> str:
    """A sentence on what the query costs."""
    if not query.short:
        return "Reads much of the graph: it waits its turn among the long queries."
    if not query.anchors:
        return "Answers in a moment."
    return f"Answers in a moment, given {' or '.join(query.anchors)}."


def _parameter(query: NamedQuery, parameter: Parameter) -> dict[str, Any]:
    schema = dict(_SCHEMAS.get(parameter.type) or {"type": "string", "enum": list(parameter.choices)})
    more = schema.pop("description", None)
    if parameter.name in ("limit", "offset"):
        schema["minimum"] = 0
    if parameter.default is not None:
        numeric = schema["type"] == "integer"
        schema["default"] = int(parameter.default) if numeric else parameter.default
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": f"{parameter.description} ({more})" if more else parameter.description,
        "schema": schema,
    }
    if (example := query.example.get(parameter.name)) is not None:
        described["example"] = int(example) if schema["type"] == "integer" else example
    return described
