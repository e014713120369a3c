"""Requests of the SPARQL 1.1 Protocol; the bad ones are those of the W3C's protocol tests."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode

from kg.api.problems import Refusal
from kg.api.protocol import FORM, QUERY, UPDATE, QueryRequest, UpdateRequest, read_request


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "expected"),
    [
        pytest.param("GET", b"query=ASK%20%7B%7D", None, b"", QueryRequest("ASK {}"), id="get"),
        pytest.param("POST", b"", FORM, b"query=ASK+%7B%7D", QueryRequest("ASK {}"), id="form"),
        pytest.param("POST", b"", f"{FORM}; charset=UTF-8", b"query=ASK", QueryRequest("ASK"), id="form with charset"),
        pytest.param("POST", b"", QUERY, b"ASK {}", QueryRequest("ASK {}"), id="direct"),
        pytest.param("POST", b"", QUERY, "ASK {?é ?b ?c}".encode(), QueryRequest("ASK {?é ?b ?c}"), id="utf-8"),
        pytest.param("GET", b"", None, b"", QueryRequest(None), id="no query: what are you?"),
        pytest.param(
            "GET",
            b"query=ASK&default-graph-uri=http%3A%2F%2Fa&default-graph-uri=http%3A%2F%2Fb&named-graph-uri=http%3A%2F%2Fc",
            None,
            b"",
            QueryRequest("ASK", ("http://a", "http://b"), ("http://c",)),
            id="dataset",
        ),
        pytest.param(
            "POST", b"default-graph-uri=urn:a", QUERY, b"ASK", QueryRequest("ASK", ("urn:a",)), id="dataset in the URL"
        ),
        pytest.param("GET", b"query=ASK&timeout=2.5", None, b"", QueryRequest("ASK", timeout_s=2.5), id="timeout"),
        pytest.param("GET", b"query=ASK&format=csv", None, b"", QueryRequest("ASK", format="csv"), id="format"),
        pytest.param("GET", b"query=ASK&fresh=1", None, b"", QueryRequest("ASK", fresh=True), id="fresh"),
        pytest.param("POST", b"", UPDATE, b"CLEAR ALL", UpdateRequest("CLEAR ALL"), id="update"),
        pytest.param("POST", b"", FORM, b"update=CLEAR+ALL", UpdateRequest("CLEAR ALL"), id="update in a form"),
        pytest.param(
            "POST",
            b"using-graph-uri=urn:a&using-graph-uri=urn:b&using-named-graph-uri=urn:c&fresh=0",
            UPDATE,
            b"CLEAR ALL",
            UpdateRequest("CLEAR ALL", (NamedNode("urn:a"), NamedNode("urn:b")), (NamedNode("urn:c"),), fresh=False),
            id="update with a dataset",
        ),
    ],
)
def test_requests_are_read(
    method: str, query_string: bytes, content_type: str | None, body: bytes, expected: QueryRequest | UpdateRequest
) -> None:
    assert read_request(method, query_string, content_type, body) == expected


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "status"),
    [
        pytest.param("PUT", b"query=ASK", None, b"", 405, id="method"),
        pytest.param("GET", b"query=ASK&query=SELECT", None, b"", 400, id="two queries"),
        pytest.param("POST", b"", FORM, b"query=ASK&query=ASK", 400, id="two queries in a form"),
        pytest.param("GET", b"update=CLEAR+ALL", None, b"", 400, id="update by GET"),
        pytest.param("POST", b"", FORM, b"", 400, id="empty form"),
        pytest.param("POST", b"", "text/plain", b"ASK {}", 415, id="media type"),
        pytest.param("POST", b"", None, b"ASK {}", 415, id="no media type"),
        pytest.param("POST", b"", f"{QUERY}; charset=UTF-16", "ASK".encode("utf-16"), 415, id="utf-16, and says so"),
        pytest.param("POST", b"", QUERY, "ASK {}".encode("utf-16"), 400, id="utf-16"),
        pytest.param("POST", b"", FORM, b"update=CLEAR+ALL&update=CLEAR+ALL", 400, id="two updates"),
        pytest.param("POST", b"update=CLEAR+ALL", UPDATE, b"CLEAR ALL", 400, id="an update here and there"),
        pytest.param("POST", b"query=ASK", FORM, b"query=ASK", 400, id="a query in a form's URL"),
        pytest.param("POST", b"", UPDATE, "CLEAR ALL".encode("utf-16"), 400, id="update in utf-16"),
        pytest.param("POST", b"", f"{UPDATE}; charset=UTF-16", b"", 415, id="update in utf-16, and says so"),
        pytest.param("POST", b"using-graph-uri=a", UPDATE, b"CLEAR ALL", 400, id="a relative graph"),
        pytest.param("POST", b"default-graph-uri=urn:a", UPDATE, b"CLEAR ALL", 400, id="a query's dataset"),
        pytest.param("GET", b"query=ASK&using-graph-uri=urn:a", None, b"", 400, id="an update's dataset"),
        pytest.param("GET", b"query=ASK&fresh=yes", None, b"", 400, id="fresh"),
        pytest.param("POST", b"", FORM, b"update=CLEAR+ALL&query=ASK", 400, id="both"),
        pytest.param("GET", b"query=%FF%FE", None, b"", 400, id="percent-encoded nonsense"),
        pytest.param("GET", b"query=ASK&timeout=soon", None, b"", 400, id="timeout"),
        pytest.param("GET", b"query=ASK&timeout=-1", None, b"", 400, id="negative timeout"),
    ],
)
def test_bad_requests_are_refused(
    method: str, query_string: bytes, content_type: str | None, body: bytes, status: int
) -> None:
    with pytest.raises(Refusal) as refusal:
        read_request(method, query_string, content_type, body)
    assert refusal.value.status_code == status
