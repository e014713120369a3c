"""/graphs: the Graph Store Protocol on an ordinary store. The clauses are those of the W3C's tests, the cases our own."""

from __future__ import annotations

import httpx
import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, Triple, parse

GRAPH = "http://example.org/harbours"
TURTLE = {"Content-Type": "text/turtle"}
KESTREL = '<#k> <http://example.org/name> "Kestrel Lines" ; <http://example.org/berth> [ <http://example.org/no> 4 ] .'


@pytest.fixture
def store(plain: httpx.Client) -> httpx.Client:
    """An empty store."""
    assert plain.post("/sparql", params={"fresh": "0"}, data={"update": "DROP ALL"}).status_code == 204
    return plain


def graph(response: httpx.Response) -> set[Triple]:
    assert response.status_code == 200, response.text
    form = RdfFormat.from_media_type(response.headers["content-type"].partition(";")[0])
    found = Dataset(parse(response.content, form))
    found.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return {quad.triple for quad in found}


def same_as(turtle: str, base: str = GRAPH) -> set[Triple]:
    found = Dataset(parse(turtle, RdfFormat.TURTLE, base_iri=base))
    found.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return {quad.triple for quad in found}


def put(store: httpx.Client, turtle: str = KESTREL, **parameters: str) -> httpx.Response:
    return store.put("/graphs", params=parameters or {"graph": GRAPH}, content=turtle, headers=TURTLE)


def test_put_makes_a_graph_and_replaces_it(store: httpx.Client) -> None:
    assert put(store).status_code == 201
    assert graph(store.get("/graphs", params={"graph": GRAPH})) == same_as(KESTREL)
    assert put(store, "<#k> <http://example.org/name> 'Gannet Lines' .").status_code == 204
    assert len(graph(store.get("/graphs", params={"graph": GRAPH}))) == 1


def test_post_adds_to_a_graph_and_keeps_its_blank_nodes_apart(store: httpx.Client) -> None:
    for status in (201, 204):
        response = store.post("/graphs", params={"graph": GRAPH}, content=KESTREL, headers=TURTLE)
        assert response.status_code == status
    assert len(graph(store.get("/graphs", params={"graph": GRAPH}))) == 5


def test_post_of_several_parts_adds_all_of_them_or_none(store: httpx.Client) -> None:
    good = ("a.ttl", b"<#a> <http://example.org/p> 1 .", "text/turtle; charset=utf-8")
    bad = ("b.nt", b"<http://example.org/b> <http://example.org/p> .", "application/n-triples")
    url = f"/graphs?graph={GRAPH}"
    assert store.post(url, files=[("x", good), ("y", bad)]).status_code == 400
    assert store.get(url).status_code == 404
    other = ("b.nt", b'<http://example.org/b> <http://example.org/p> "two" .', "application/n-triples")
    assert store.post(url, files=[("x", good), ("y", other)]).status_code == 201
    assert len(graph(store.get(url))) == 2
    assert store.post(url, files=[("x", ("c.csv", b"a,b", "text/csv"))]).status_code == 415


def test_post_to_the_store_makes_a_new_graph_and_says_where(store: httpx.Client) -> None:
    first, second = (store.post("/graphs", content=KESTREL, headers=TURTLE) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.headers["location"] != second.headers["location"]
    there = first.headers["location"]
    assert graph(store.get("/graphs", params={"graph": there})) == graph(store.get(there)) == same_as(KESTREL, there)


def test_a_path_names_a_graph_whose_relative_iris_are_below_it(store: httpx.Client) -> None:
    assert store.put("/graphs/ships/1.ttl", content=KESTREL, headers=TURTLE).status_code == 201
    iri = f"{store.base_url}graphs/ships/1.ttl"
    assert graph(store.get("/graphs/ships/1.ttl")) == graph(store.get("/graphs", params={"graph": iri}))
    assert graph(store.get("/graphs/ships/1.ttl")) == same_as(KESTREL, iri)
    assert store.get("/graphs/ships/2.ttl").status_code == 404


def test_percent_encoding_is_taken_away_once(store: httpx.Client) -> None:
    assert store.put("/graphs?graph=http://example.org/%2531", content=KESTREL, headers=TURTLE).status_code == 201
    assert store.get("/graphs", params={"graph": "http://example.org/%31"}).status_code == 200
    assert store.get("/graphs", params={"graph": "http://example.org/1"}).status_code == 404


def test_the_default_graph_is_always_there(store: httpx.Client) -> None:
    assert graph(store.get("/graphs?default")) == set()
    assert put(store, default="").status_code == 204
    assert len(graph(store.get("/graphs?default"))) == 3
    assert store.delete("/graphs?default").status_code == 204
    assert graph(store.get("/graphs?default")) == set()


def test_an_empty_graph_is_a_graph(store: httpx.Client) -> None:
    assert put(store, "").status_code == 201
    assert graph(store.get("/graphs", params={"graph": GRAPH})) == set()


def test_what_was_deleted_is_not_found(store: httpx.Client) -> None:
    put(store)
    assert store.delete("/graphs", params={"graph": GRAPH}).status_code == 204
    for method in ("GET", "HEAD", "DELETE"):
        assert store.request(method, "/graphs", params={"graph": GRAPH}).status_code == 404


def test_head_has_the_headers_of_get(store: httpx.Client) -> None:
    put(store)
    head, get = (
        store.request(method, "/graphs", params={"graph": GRAPH}, headers={"X-Request-ID": "1"})
        for method in ("HEAD", "GET")
    )
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}
    tag = get.headers["etag"]
    assert store.get("/graphs", params={"graph": GRAPH}, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
def test_graphs_come_and_go_in_every_format(store: httpx.Client, media_type: str) -> None:
    put(store)
    got = store.get("/graphs", params={"graph": GRAPH}, headers={"Accept": media_type})
    assert got.headers["content-type"].partition(";")[0] == media_type
    sent = store.put("/graphs?graph=urn:x:copy", content=got.content, headers={"Content-Type": media_type})
    assert sent.status_code == 201
    assert graph(store.get("/graphs?graph=urn:x:copy")) == same_as(KESTREL)


def test_triple_terms_survive(store: httpx.Client) -> None:
    said = "<#a> <http://example.org/says> <<( <#b> <http://example.org/p> 'x'@en--ltr )>> ."
    assert put(store, said).status_code == 201
    assert graph(store.get("/graphs", params={"graph": GRAPH})) == same_as(said)


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        pytest.param("GET", "/graphs", {}, b"", 400, id="no graph named"),
        pytest.param("PUT", "/graphs", TURTLE, b"", 400, id="no graph named to put"),
        pytest.param("DELETE", "/graphs", {}, b"", 400, id="no graph named to delete"),
        pytest.param("GET", "/graphs?default&graph=http://e.org/g", {}, b"", 400, id="two graphs"),
        pytest.param("GET", "/graphs?graph=urn:x:a&graph=urn:x:b", {}, b"", 400, id="two names"),
        pytest.param("GET", "/graphs/a?graph=urn:x:a", {}, b"", 400, id="a path and a name"),
        pytest.param("GET", "/graphs?default=x", {}, b"", 400, id="a default with a value"),
        pytest.param("GET", "/graphs?graph=relative", {}, b"", 400, id="relative IRI"),
        pytest.param("GET", "/graphs?graph=http://e.org/%FF", {}, b"", 400, id="not UTF-8"),
        pytest.param("GET", "/graphs?graph=http://e.org/a%20b", {}, b"", 400, id="no IRI"),
        pytest.param("GET", "/graphs?default", {"Accept": "image/png"}, b"", 406, id="no such format"),
        pytest.param("PUT", "/graphs?default", TURTLE, b"<a> <b> .", 400, id="not Turtle"),
        pytest.param("PUT", "/graphs?default", TURTLE, b"<a> <b> '\xff' .", 400, id="not UTF-8 within"),
        pytest.param("PUT", "/graphs?default", {}, b"<a> <b> 1 .", 415, id="no media type"),
        pytest.param("PUT", "/graphs?default", {"Content-Type": "application/trig"}, b"", 415, id="several graphs"),
        pytest.param(
            "PUT", "/graphs?default", {"Content-Type": "text/turtle; charset=latin-1"}, b"", 415, id="charset"
        ),
        pytest.param("PUT", "/graphs?default", {**TURTLE, "Content-Encoding": "gzip"}, b"", 415, id="compressed"),
        pytest.param("PUT", "/graphs?default", TURTLE, b"#" * 2_000_000, 413, id="size"),
        pytest.param(
            "POST", "/graphs?default", {"Content-Type": "multipart/form-data; boundary=x"}, b"nothing", 400, id="parts"
        ),
        pytest.param("PATCH", "/graphs?default", {}, b"", 405, id="PATCH"),
        pytest.param("PUT", "/graphs?default", {**TURTLE, "Authorization": ""}, b"", 401, id="no key"),
        pytest.param("DELETE", "/graphs?default", {"Authorization": "Bearer wrong"}, b"", 403, id="wrong key"),
    ],
)
def test_a_bad_request_gets_a_problem_document_and_changes_nothing(
    store: httpx.Client, method: str, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    put(store, default="")
    response = store.request(method, path, headers=headers, content=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == "*"
    assert (status == 405) <= ("PUT" in response.headers.get("allow", ""))
    assert len(graph(store.get("/graphs?default"))) == 3
