"""The SPARQL 1.1 Protocol's requests (https://www.w3.org/TR/sparql11-protocol/, 2.1 and 2.2), taken apart.

Beyond the protocol, `timeout` (seconds), or the header `Prefer: wait=SECONDS` (RFC 7240, 4.3), sets the deadline, within
the service's maximum; `format` (an extension: srj, srx, csv, tsv, ttl, nt,
jsonld) wins over Accept, for links, and `fresh` says whether to wait for what was written: a query does not unless
asked (`fresh=1`), an update does unless told otherwise (`fresh=0`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote_to_bytes

from pyoxigraph import NamedNode

from kg.api.bodies import media_type_of
from kg.api.problems import Refusal

__all__ = [
    "QueryRequest",
    "UpdateRequest",
    "fields_of",
    "freshness",
    "iri",
    "preferred_wait",
    "read_request",
    "seconds",
]

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
MAX_FIELDS = 10_000  # W3C's tests name a handful of graphs; a client may name thousands
METHODS = "GET, HEAD, POST, OPTIONS"
_DATASETS = {
    "query": ("default-graph-uri", "named-graph-uri"),
    "update": ("using-graph-uri", "using-named-graph-uri"),
}


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A query with its dataset; `query` is None when a client only asks what the endpoint is."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    timeout_s: float | None = None
    format: str | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """An update with the dataset that its patterns are matched against; none is the store's own."""

    update: str
    using: tuple[NamedNode, ...] = ()
    using_named: tuple[NamedNode, ...] = ()
    fresh: bool = True


def read_request(
    method: str, query_string: bytes, content_type: str | None, body: bytes
) -> QueryRequest | UpdateRequest:
    """The query or update that a request carries; raises Refusal (400, 405, 415)."""
    if method == "GET":
        return _by_get(query_string)
    parameters = fields_of(query_string, "the URL")
    if method != "POST":
        raise Refusal(405, f"{method} on /sparql", headers={"Allow": METHODS})
    media_type = media_type_of(
        content_type, (QUERY, UPDATE, FORM), hint=f"send a query as {QUERY}, an update as {UPDATE}, or a {FORM}"
    )
    if media_type == FORM:
        form = fields_of(body, "the form")
        if "query" in parameters or "update" in parameters:
            raise Refusal(400, "a query or update in the URL of a form: it belongs in the body")
        parameters = {name: parameters.get(name, []) + form.get(name, []) for name in parameters.keys() | form.keys()}
        if ("update" in form) == ("query" in form):
            both = "update" in form
            raise Refusal(400, "both query and update in one form" if both else "the form has no query and no update")
        return _update(parameters) if "update" in form else _query(parameters)
    name = "query" if media_type == QUERY else "update"
    if "query" in parameters or "update" in parameters:
        raise Refusal(400, f"a query or update in the URL, and an {name} in the body")
    try:
        parameters[name] = [body.decode("utf-8")]
    except UnicodeDecodeError as error:
        raise Refusal(400, f"the {name} is not UTF-8: {error}") from error
    return _query(parameters) if media_type == QUERY else _update(parameters)


@lru_cache(maxsize=256)  # the same query, again and again
def _by_get(query_string: bytes) -> QueryRequest:
    """The query in a URL."""
    if query_string.startswith(b"query=") and b"&" not in query_string:  # as nearly all of them are
        query = _unquoted(query_string.removeprefix(b"query="), "the URL")
        return QueryRequest(query)
    parameters = fields_of(query_string, "the URL")
    if "update" in parameters:
        raise Refusal(400, "an update in a GET request: the protocol sends updates by POST")
    return _query(parameters)


def _unquoted(encoded: bytes, where: str) -> str:
    """One value of a query string or a form; raises a 400."""
    try:
        return unquote_to_bytes(encoded.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(400, f"{where} is not percent-encoded UTF-8") from error


def fields_of(encoded: bytes, where: str) -> dict[str, list[str]]:
    """The fields of a query string or a form, each with its values in order; raises a 400."""
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


def _query(parameters: dict[str, list[str]]) -> QueryRequest:
    _only_dataset_of("query", parameters)
    queries = parameters.get("query", [])
    if len(queries) > 1:
        raise Refusal(400, f"{len(queries)} queries in one request")
    return QueryRequest(
        query=queries[0] if queries else None,
        default_graphs=tuple(parameters.get("default-graph-uri", ())),
        named_graphs=tuple(parameters.get("named-graph-uri", ())),
        timeout_s=seconds(parameters.get("timeout", [])),
        format=next(iter(parameters.get("format", [])), None),
        fresh=freshness(parameters, default=False),
    )


def _update(parameters: dict[str, list[str]]) -> UpdateRequest:
    _only_dataset_of("update", parameters)
    updates = parameters["update"]
    if len(updates) > 1:
        raise Refusal(400, f"{len(updates)} updates in one request", hint="put ; between them")
    return UpdateRequest(
        update=updates[0],
        using=tuple(iri(value) for value in parameters.get("using-graph-uri", ())),
        using_named=tuple(iri(value) for value in parameters.get("using-named-graph-uri", ())),
        fresh=freshness(parameters, default=True),
    )


def _only_dataset_of(kind: str, parameters: dict[str, list[str]]) -> None:
    """Raise a 400 for the other kind's dataset: passed over, it would make the wrong graphs count."""
    for other, names in _DATASETS.items():
        for name in names:
            if other != kind and name in parameters:
                raise Refusal(400, f"{name} belongs to {other} requests", hint=f"use {' and '.join(_DATASETS[kind])}")


def iri(value: str) -> NamedNode:
    """The absolute IRI in a parameter; raises a 400."""
    try:
        return NamedNode(value)
    except ValueError as error:
        raise Refusal(400, f"{value!r} is not an absolute IRI: {error}") from error


def freshness(parameters: dict[str, list[str]], *, default: bool) -> bool:
    """The value of the parameter `fresh`; raises a 400."""
    value = next(iter(parameters.get("fresh", [])), None)
    if value is None:
        return default
    if value not in ("0", "1"):
        raise Refusal(400, f"fresh={value!r} is neither 0 nor 1")
    return value == "1"


def seconds(values: list[str]) -> float | None:
    """The value of a `timeout` parameter, None without one, or where a form left it empty; raises a 400."""
    if not values or not values[0].strip():
        return None
    try:
        found = float(values[0])
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise Refusal(400, f"timeout={values[0]!r} is not a number of seconds above 0")
    return found


def preferred_wait(values: Iterable[str]) -> float | None:
    """The seconds of the preference `wait` among the values of Prefer headers, None without one.

    One that is no number above 0 is passed over, as all preferences are that a server does not understand (RFC 7240, 2).

    >>> preferred_wait(["respond-async, wait=100"]), preferred_wait(["wait=soon"])
    (100.0, None)
    """
    for value in values:
        for preference in value.split(","):
            name, _, given = preference.partition(";")[0].partition("=")
            if name.strip().lower() == "wait" and given.strip(' "').isdecimal() and int(given.strip(' "')) > 0:
                return float(given.strip(' "'))
    return None
