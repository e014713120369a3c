"""/sparql: the protocol, formats, and what keeps a query in bounds."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

LEADERS = "PREFIX kg: <https://w3id.org/newsgraph/ontology#> SELECT ?p ?g WHERE { ?p kg:leads ?g } ORDER BY ?p ?g"
GRAPH = "PREFIX kg: <https://w3id.org/newsgraph/ontology#> CONSTRUCT WHERE { ?p kg:leads ?g }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o }"


def ask(client: httpx.Client, query: str, accept: str = "*/*", **more: object) -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers={"Accept": accept}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("accept", "begins"),
    [
        ("application/sparql-results+json", b'{"head"'),
        ("application/sparql-results+xml", b"<?xml"),
        ("text/csv", b"p,g"),
        ("text/tab-separated-values", b"?p\t?g"),
        ("text/html", b"<!doctype html>"),
    ],
)
def test_rows_come_in_the_accepted_format(client: httpx.Client, accept: str, begins: bytes) -> None:
    response = ask(client, LEADERS, accept)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(accept)
    assert response.content.startswith(begins)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/ld+json", RdfFormat.JSON_LD),
        ("application/rdf+xml", RdfFormat.RDF_XML),
    ],
)
def test_triples_come_in_the_accepted_format(client: httpx.Client, accept: str, form: RdfFormat) -> None:
    response = ask(client, GRAPH, accept)
    assert response.headers["content-type"].startswith(accept)
    assert len(list(parse(response.content, form))) == len(ask(client, LEADERS).json()["results"]["bindings"])


def test_get_form_and_direct_post_agree(client: httpx.Client) -> None:
    direct = client.post("/sparql", content=LEADERS, headers={"Content-Type": "application/sparql-query"})
    assert ask(client, LEADERS).content == client.post("/sparql", data={"query": LEADERS}).content == direct.content


def test_head_has_the_headers_of_get_and_no_body(client: httpx.Client) -> None:
    response = client.head("/sparql", params={"query": LEADERS})
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len(ask(client, LEADERS).content))


def test_a_known_answer_is_not_sent_again(client: httpx.Client) -> None:
    tag = ask(client, LEADERS).headers["etag"]
    again = client.get("/sparql", params={"query": LEADERS}, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/sparql", params={"query": LEADERS}, headers={"If-None-Match": tag, "Accept": "text/csv"})
    assert other.status_code == 200


def test_a_dataset_of_the_request_is_the_whole_dataset(client: httpx.Client) -> None:
    everything = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    parameters = {"query": everything, "default-graph-uri": "http://localhost:8000/article/late"}
    response = client.get("/sparql", params=parameters, headers={"Accept": "text/csv"})
    inside = ask(
        client, everything.replace("?s ?p ?o", "GRAPH <http://localhost:8000/article/late> { ?s ?p ?o }"), "text/csv"
    )
    assert response.content == inside.content
    assert response.content != ask(client, everything, "text/csv").content


@pytest.mark.parametrize(
    ("query", "status", "problem"),
    [
        pytest.param("SELECT * WHERE { ?s ?p", 400, "query-syntax-error", id="syntax"),
        pytest.param("", 400, "query-syntax-error", id="empty"),
        pytest.param("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 400, "call-refused", id="SERVICE"),
        pytest.param("LOAD <http://127.0.0.1:9/>", 400, "call-refused", id="LOAD"),
        pytest.param("INSERT DATA { <a:a> <a:b> <a:c> }", 400, "query-refused", id="update as a query"),
        pytest.param("SELECT * " + "{" * 5000 + "}" * 5000, 400, "query-too-deep", id="nesting"),
        pytest.param("SELECT * { ?s ?p '" + "x" * 300_000 + "' }", 400, "query-too-long", id="length"),
        pytest.param(ENDLESS, 503, "query-timeout", id="deadline"),
    ],
)
def test_a_query_that_cannot_be_answered_gets_a_problem_document(
    client: httpx.Client, query: str, status: int, problem: str
) -> None:
    response = client.post("/sparql", data={"query": query}, headers={"Origin": "http://example.org"}, timeout=30)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.json()["type"].endswith(problem)


def test_a_client_may_ask_for_an_earlier_deadline_and_says_when_to_come_back(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": ENDLESS, "timeout": "0.2"})
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert "within 0.2 s" in response.json()["detail"]


def test_others_are_served_while_a_query_runs_to_its_deadline(client: httpx.Client) -> None:
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(client.get, "/sparql", params={"query": ENDLESS}, timeout=30)
        answered = 0
        while not slow.done():
            assert ask(client, "ASK { ?s ?p ?o }").json()["boolean"] is True
            answered += 1
    assert slow.result().status_code == 503
    assert answered > 10


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param({"method": "PUT"}, 405, id="method"),
        pytest.param(
            {"method": "POST", "content": "ASK {}", "headers": {"Content-Type": "text/plain"}}, 415, id="type"
        ),
        pytest.param(
            {"method": "GET", "params": {"query": "ASK {}"}, "headers": {"Accept": "image/png"}}, 406, id="accept"
        ),
        pytest.param({"method": "GET", "params": {"query": "ASK {}", "format": "gif"}}, 400, id="format"),
        pytest.param({"method": "GET", "params": {"update": "CLEAR ALL"}}, 400, id="update by GET"),
        pytest.param({"method": "POST", "data": {"update": "CLEAR ALL"}}, 401, id="update without a key"),
        pytest.param({"method": "POST", "content": b"x" * 5_000_000}, 413, id="size"),
    ],
)
def test_a_bad_request_gets_a_problem_document(client: httpx.Client, request_: dict[str, object], status: int) -> None:
    response = client.request(url="/sparql", **request_)  # type: ignore[arg-type]
    assert response.status_code == status
    assert response.json()["status"] == status
    assert response.headers["access-control-allow-origin"] == "*"


def test_without_a_query_programs_get_a_service_description_and_people_a_form(client: httpx.Client) -> None:
    description = client.get("/sparql", headers={"Accept": "text/turtle"})
    assert any(t.object.value.endswith("#Service") for t in parse(description.content, RdfFormat.TURTLE))
    assert "<textarea" in client.get("/sparql", headers={"Accept": "text/html"}).text


def test_long_answers_are_compressed_for_those_who_ask(client: httpx.Client) -> None:
    query = "SELECT * { ?s ?p ?o }"
    packed, plain, *others = (
        client.get("/sparql", params={"query": query}, headers={"Accept-Encoding": coding})
        for coding in ("gzip", "identity", "gzip;q=0, *;q=0", "GZIP; Q=0.000")
    )
    assert packed.headers["content-encoding"] == "gzip"
    assert not [answer for answer in (plain, *others) if "content-encoding" in answer.headers]
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert "Accept-Encoding" in packed.headers["vary"]


def test_a_page_is_not_compressed_for_those_who_refuse(client: httpx.Client) -> None:
    codings = {
        coding: client.get("/docs", headers={"Accept-Encoding": coding}).headers for coding in ("gzip", "gzip;q=0")
    }
    assert [name for name, headers in codings.items() if "content-encoding" in headers] == ["gzip"]


def test_an_answer_says_which_version_of_the_graph_it_shows(client: httpx.Client) -> None:
    version = client.get("/readyz").json()["served_version"]
    assert ask(client, LEADERS).headers["graph-version"] == str(version)


def test_preflights_are_answered(client: httpx.Client) -> None:
    headers = {
        "Origin": "http://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    response = client.options("/sparql", headers=headers)
    assert response.status_code == 204
    assert "POST" in response.headers["access-control-allow-methods"]
    assert response.headers["access-control-allow-headers"] == "content-type"


def test_large_answers_come_whole(client: httpx.Client) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
    response = ask(client, query, "application/sparql-results+json", timeout=30)
    assert len(response.content) > 2_000_000
    assert len(json.loads(response.content)["results"]["bindings"]) == 20_000


def test_an_answer_that_breaks_off_is_no_whole_answer(client: httpx.Client) -> None:
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with pytest.raises(httpx.RemoteProtocolError):
        ask(client, endless, "text/csv", timeout=30)
