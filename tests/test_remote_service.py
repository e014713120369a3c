"""A service over a workspace whose graph lies on a server answers as one over an embedded store does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg.workspace import Workspace
from tests.factory import World
from tests.servers import VIRTUOSO_ROWS, served, virtuoso
from tests.serving import running

KEY = "a key from the environment"
MINE = "http://example.org/mine"
LEADERS = "PREFIX kg: <https://w3id.org/newsgraph/ontology#> SELECT ?s ?o { ?s kg:leads ?o }"
VARIABLES = {
    "KG_API_KEY": KEY,
    "KG_QUERY_WORKERS": "2",
    "KG_QUERY_TIMEOUT_S": "60",
    "KG_QUERY_TIMEOUT_MAX_S": "60",
}
ARTICLES = [
    World.article("one.txt", range(6), published="2031-04-02", publisher="The Gazette"),
    World.article("https://example.org/news?id=1", range(6, 12), published="2031-04-03", publisher="The Herald"),
    World.article("two.txt", range(12, 18)),
]
Pair = tuple[httpx.Client, httpx.Client]


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Clients of a service over an embedded workspace, and of one over the same workspace on a server."""
    folder = tmp_path_factory.mktemp("both")
    with ExitStack() as stack:
        location = stack.enter_context(virtuoso() if request.param == "virtuoso" else served())
        clients = []
        for name, remote in (("embedded", None), ("remote", location)):
            with Workspace.create(folder / name / "world", remote=remote) as workspace:
                workspace.ingest(ARTICLES, World.extractor())
            url = stack.enter_context(running(folder / name / "world", VARIABLES))
            headers = {"Authorization": f"Bearer {KEY}"}
            clients.append(
                stack.enter_context(httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=120))
            )
        yield clients[0], clients[1]


def same(both: Pair, path: str, **parameters: str) -> str:
    """What both services answer, which must be the same."""
    answers = [client.get(path, params=parameters or None) for client in both]
    texts = [_settled(answer.text, str(client.base_url)) for answer, client in zip(answers, both, strict=True)]
    assert answers[0].status_code == answers[1].status_code == 200, answers[1].text
    assert texts[0] == texts[1]
    return texts[1]


def _settled(text: str, url: str) -> str:
    """Without what may differ: the address, and how long it took."""
    return re.sub(r"\d+(?:\.\d+)? m?s\b", "", text.replace(url.rstrip("/"), ""))


def test_queries_have_the_same_answers(both: Pair) -> None:
    for accept in ("json", "csv", "xml"):
        rows = same(both, "/sparql", query=f"{LEADERS} ORDER BY ?s ?o", format=accept)
        assert "ana-diaz" in rows
    assert same(both, "/sparql", query="ASK { ?s ?p ?o }", format="json") == '{"head":{},"boolean":true}'
    counted = same(both, "/sparql", query="SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", format="csv")
    assert int(counted.split()[1]) > 100
    relative = "SELECT ?p (COUNT(*) AS ?n) { GRAPH <article/one.txt> { ?s ?p ?o } } GROUP BY ?p ORDER BY ?p"
    assert "denotes" in same(both, "/sparql", query=relative, format="csv")


@pytest.mark.parametrize("name", ["leaders-of-group", "groups-in-place", "statistics-by-predicate"])
def test_named_queries_have_the_same_answers(both: Pair, name: str) -> None:
    assert same(both, f"/queries/{name}", format="csv")


def test_look_ups_pages_and_search_say_the_same(both: Pair) -> None:
    entities = [one["slug"] for one in both[0].get("/entities").json()["entities"]]
    for slug in entities[:2]:
        for part in ("", "/relations", "/timeline", "/evidence"):
            same(both, f"/entities/{slug}{part}")
    for page in ("/", "/entities", "/articles", "/search?q=diaz", "/find?q=diaz", "/disagreements", "/timeline"):
        same(both, page)
    iri = both[0].get("/entities").json()["entities"][0]["iri"]
    for extension in ("ttl", "nt", "html"):
        same(both, iri.removeprefix("http://localhost:8000") + f".{extension}")


@pytest.mark.parametrize("form", ["turtle", "nquads", "trig", "jsonld", "graphml", "csv"])
def test_exports_are_the_same_files(both: Pair, form: str) -> None:
    assert same(both, "/export", format=form)


def test_a_dataset_is_the_one_that_was_asked_for(both: Pair) -> None:
    for client in both:
        put = client.put("/graphs", params={"graph": MINE}, content="<urn:a> <urn:p> 'mine' .", headers=TURTLE)
        assert put.status_code in (200, 201, 204), put.text
    values = "SELECT ?o { <urn:a> <urn:p> ?o }"
    own = {"default-graph-uri": MINE}
    assert same(both, "/sparql", query=values, format="csv", **own).split() == ["o", "mine"]
    assert same(both, "/sparql", query=values, format="csv").split() == ["o"]
    updated = f"INSERT {{ GRAPH <{MINE}> {{ ?g <urn:led> true }} }} WHERE {{ ?s <https://w3id.org/newsgraph/ontology#leads> ?g }}"
    for client in both:
        assert client.post("/sparql", data={"update": updated}).status_code == 204
    assert "group/" in same(
        both, "/sparql", query=f"SELECT ?g {{ GRAPH <{MINE}> {{ ?g <urn:led> true }} }} ORDER BY ?g", format="csv"
    )
    for client in both:
        assert client.delete("/graphs", params={"graph": MINE}).status_code in (200, 204)


TURTLE = {"Content-Type": "text/turtle"}


def test_articles_come_and_go(both: Pair) -> None:
    article = World.article("late.txt", [0, 2, 8], published="2031-05-01", publisher="The Evening Post")
    body = {"id": "late.txt", "text": article.content, "published": "2031-05-01", "publisher": "The Evening Post"}
    for client in both:
        before = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"}).text
        assert client.post("/articles", json=body).status_code == 201
        asked = {
            "query": "ASK { ?a <https://schema.org/publisher> 'The Evening Post' }",
            "format": "json",
            "fresh": "1",
        }
        assert client.get("/sparql", params=asked).json()["boolean"] is True
        assert client.delete("/articles/late.txt").status_code == 200
        assert client.get("/sparql", params=asked).json()["boolean"] is False
        asked["query"] = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        assert client.get("/sparql", params={**asked, "format": "csv"}).text == before


def test_what_others_write_to_the_server_is_seen_at_once(both: Pair) -> None:
    _, remote = both
    answer = remote.get("/sparql", params={"query": LEADERS})
    assert "etag" not in answer.headers
    assert both[0].get("/sparql", params={"query": LEADERS}).headers["etag"]
    ready = remote.get("/readyz").json()
    assert ready["protections"]["process"] is False
    assert ready["protections"]["token_check"] is True


def test_what_a_server_cannot_do_is_said_in_problem_documents(both: Pair) -> None:
    _, remote = both
    called = remote.get("/sparql", params={"query": "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }"})
    assert (called.status_code, called.json()["type"].rsplit("/", 1)[1]) == (400, "call-refused")
    wrong = remote.get("/sparql", params={"query": "SELECT * { ?s ?p "})
    assert (wrong.status_code, wrong.json()["type"].rsplit("/", 1)[1]) == (400, "query-syntax-error")
    slow = remote.get("/sparql", params={"query": PRODUCT, "timeout": "1"})
    assert (slow.status_code, slow.json()["type"].rsplit("/", 1)[1]) == (503, "query-timeout")


PRODUCT = """SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z . ?d ?t ?w
  FILTER(CONCAT(STR(?x), STR(?y), STR(?w)) = STR(?z)) }"""


def test_an_answer_that_the_server_cut_off_is_a_problem_document(tmp_path: Path) -> None:
    with virtuoso() as location:
        with Workspace.create(tmp_path / "w", remote=location) as workspace:
            a, p = NamedNode("urn:a"), NamedNode("urn:p")
            workspace.store.replace_graph(NamedNode(MINE), [Triple(a, p, Literal(n)) for n in range(VIRTUOSO_ROWS + 1)])
        with running(tmp_path / "w", VARIABLES) as url:
            for query in (
                "SELECT ?o { GRAPH ?g { <urn:a> ?p ?o } }",
                "CONSTRUCT { <urn:a> ?p ?o } WHERE { GRAPH ?g { <urn:a> ?p ?o } }",
            ):
                answer = httpx.get(f"{url}sparql", params={"query": query}, timeout=120)
                assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (503, "result-too-large")
                assert "ResultSetMaxRows" in answer.json()["hint"]
