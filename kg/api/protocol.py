"""The SPARQL 1.1 Protocol's requests (https://www.w3.org/TR/sparql11-protocol/, 2.1), taken apart.

Beyond the protocol, `timeout` (seconds) lowers the deadline and `format` (an extension: srj, srx, csv, tsv, ttl, nt,
jsonld) wins over Accept, for links. Updates are refused: the graphs that Newsgraph manages change by its own routes.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from kg.api.problems import Refusal

__all__ = ["QueryRequest", "read_query", "seconds"]

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
MAX_FIELDS = 10_000  # W3C's tests name a handful of graphs; a client may name thousands


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A query with its dataset; `query` is None when a client only asks what the endpoint is."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    timeout_s: float | None = None
    format: str | None = None


def read_query(method: str, query_string: bytes, content_type: str | None, body: bytes) -> QueryRequest:
    """The query that a request carries; raises Refusal (400, 403, 405, 415)."""
    parameters = _fields(query_string, "the URL")
    if method == "GET":
        if "update" in parameters:
            raise Refusal(400, "an update in a GET request: the protocol sends updates by POST")
        return _request(parameters)
    if method != "POST":
        raise Refusal(405, f"{method} on /sparql", headers={"Allow": "GET, HEAD, POST, OPTIONS"})
    media_type = _media_type(content_type)
    if media_type == FORM:
        form = _fields(body, "the form")
        if "update" in form and "query" in form:
            raise Refusal(400, "both query and update in one request")
        if "update" in form:
            raise _no_updates()
        parameters = {name: parameters.get(name, []) + form.get(name, []) for name in parameters.keys() | form.keys()}
        if "query" not in parameters:
            raise Refusal(400, "the form has no query field")
        return _request(parameters)
    if media_type == UPDATE:
        raise _no_updates()
    if "query" in parameters:
        raise Refusal(400, "a query in the URL and another in the body")
    try:
        parameters["query"] = [body.decode("utf-8")]
    except UnicodeDecodeError as error:
        raise Refusal(400, f"the query is not UTF-8: {error}") from error
    return _request(parameters)


def _media_type(content_type: str | None) -> str:
    """The media type of a POST's body; raises a 415 for one that the protocol does not know."""
    media_type, _, rest = (content_type or "").partition(";")
    media_type = media_type.strip().lower()
    if media_type not in (FORM, QUERY, UPDATE):
        raise Refusal(
            415,
            f"a body of type {media_type or '(none)'}",
            hint=f"send the query as {QUERY}, or as the field query of {FORM}",
            headers={"Accept-Post": f"{QUERY}, {FORM}"},
        )
    charset = rest.lower().partition("charset=")[2].strip(' ";')
    if charset and charset not in ("utf-8", "utf8", "us-ascii"):
        raise Refusal(415, f"a body in {charset}: SPARQL is UTF-8")
    return media_type


def _fields(encoded: bytes, where: str) -> dict[str, list[str]]:
    """The fields of a query string or a form, each with its values in order."""
    fields: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError as error:
        raise Refusal(400, f"{where} is not percent-encoded UTF-8") from error
    except ValueError as error:
        raise Refusal(400, f"{where} has more than {MAX_FIELDS} fields") from error
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _request(parameters: dict[str, list[str]]) -> QueryRequest:
    queries = parameters.get("query", [])
    if len(queries) > 1:
        raise Refusal(400, f"{len(queries)} queries in one request")
    return QueryRequest(
        query=queries[0] if queries else None,
        default_graphs=tuple(parameters.get("default-graph-uri", ())),
        named_graphs=tuple(parameters.get("named-graph-uri", ())),
        timeout_s=seconds(parameters.get("timeout", [])),
        format=next(iter(parameters.get("format", [])), None),
    )


def seconds(values: list[str]) -> float | None:
    """The value of a `timeout` parameter, None without one; raises a 400."""
    if not values:
        return None
    try:
        found = float(values[0])
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise Refusal(400, f"timeout={values[0]!r} is not a number of seconds above 0")
    return found


def _no_updates() -> Refusal:
    return Refusal(
        403,
        "SPARQL Update is not open here: the graph is a view of its articles and changes with them",
        hint="add an article with POST /articles, take one away with DELETE /articles/{id}; both need an API key",
    )
