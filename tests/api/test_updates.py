"""SPARQL Update: on an ordinary store, and on the graphs that a workspace leaves to its users."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import httpx
import pytest

from tests.api.conftest import KEY

MINE = "http://example.org/mine"
UPDATE = {"Content-Type": "application/sparql-update"}
CROSS = " . ".join(f"?s{i} ?p{i} ?o{i}" for i in range(6))


def update(client: httpx.Client, text: str, **parameters: object) -> httpx.Response:
    return client.post("/sparql", content=text.encode(), headers=UPDATE, params=parameters)  # type: ignore[arg-type]


def ask(client: httpx.Client, pattern: str, **parameters: str) -> bool:
    response = client.get("/sparql", params={"query": f"ASK {{ {pattern} }}", **parameters})
    return bool(response.json()["boolean"])


def test_readers_see_an_update_when_its_answer_is_there(plain: httpx.Client) -> None:
    for number in range(3):
        response = update(plain, f"DROP ALL; INSERT DATA {{ <a> <b> {number} }}")
        assert (response.status_code, response.content) == (204, b"")
        assert ask(plain, f"<a> <b> {number}")


def test_an_update_that_does_not_wait_is_seen_by_those_who_do(plain: httpx.Client) -> None:
    response = update(plain, "DROP ALL; INSERT DATA { <a> <b> 'not waited for' }", fresh=0)
    assert response.status_code == 204
    query = {"query": "ASK { <a> <b> 'not waited for' }", "fresh": "1"}
    answer = plain.get("/sparql", params=query)
    assert answer.json()["boolean"] is True
    assert int(answer.headers["graph-version"]) >= int(response.headers["graph-version"])


def test_relative_iris_are_below_the_service(plain: httpx.Client) -> None:
    update(plain, "DROP ALL; INSERT DATA { <a> <b> <c> }")
    assert ask(plain, f"<{plain.base_url}a> ?p <{plain.base_url}c>")


def test_sparql_1_2_is_written_and_asked_as_the_engine_has_it(plain: httpx.Client) -> None:
    text = """DROP ALL; INSERT DATA {
      <a:s> <a:p> 1 {| <a:source> <a:x> |} . <a:s> <a:p> 2 ~ <a:r> . <a:r> <a:q> "x"@en--rtl
    }"""
    assert update(plain, text).status_code == 204
    for pattern in (
        "<a:s> <a:p> 1 {| <a:source> <a:x> |}",
        "<a:s> <a:p> 2 ~ <a:r>",
        "<< <a:s> <a:p> 1 >> <a:source> <a:x>",
        "?r <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( <a:s> <a:p> ?n )>> FILTER(?n = 1)",
        '<a:r> <a:q> ?x FILTER(hasLANGDIR(?x) && LANGDIR(?x) = "rtl")',
        "FILTER(isTRIPLE(<<( <a:s> <a:p> 1 )>>) && OBJECT(TRIPLE(<a:s>, <a:p>, 1)) = 1)",
    ):
        assert ask(plain, pattern), pattern
    rows = plain.get("/sparql", params={"query": 'VERSION "1.2" SELECT (TRIPLE(<a:s>, <a:p>, 1) AS ?t) {}'})
    assert rows.json()["results"]["bindings"][0]["t"]["type"] == "triple"


def test_patterns_are_matched_against_the_dataset_of_the_request(plain: httpx.Client) -> None:
    update(plain, "DROP ALL; INSERT DATA { GRAPH <urn:x:1> { <a> <b> 1 } GRAPH <urn:x:2> { <a> <b> 2 } <a> <b> 3 }")
    found = {
        "using-graph-uri": "INSERT { <d> <is> ?o } WHERE { ?s <b> ?o }",
        "using-named-graph-uri": "INSERT { <n> <is> ?o } WHERE { GRAPH ?g { ?s <b> ?o } }",
    }
    for parameter, text in found.items():
        assert update(plain, text, **{parameter: "urn:x:1"}).status_code == 204
    assert ask(plain, "<d> <is> 1 . <n> <is> 1")
    assert not ask(plain, "?x <is> ?o FILTER(?o != 1)")
    assert update(plain, "DELETE WHERE { <a> <b> ?o }", **{"using-graph-uri": ["urn:x:2", "urn:x:1"]}).is_success
    assert ask(plain, "<a> <b> 3")


@pytest.mark.parametrize(
    ("text", "status", "problem"),
    [
        pytest.param("CLEAR XYZ", 400, "query-syntax-error", id="syntax"),
        pytest.param("INSERT DATA { <a> <b> ?c }", 400, "query-syntax-error", id="syntax that only the engine sees"),
        pytest.param("LOAD <http://127.0.0.1:9/>", 400, "call-refused", id="LOAD"),
        pytest.param(
            "INSERT { <a> <b> ?c } WHERE { SERVICE <http://127.0.0.1:9/> { } }", 400, "call-refused", id="SERVICE"
        ),
        pytest.param("CREATE GRAPH <g>; CREATE GRAPH <g>", 400, "query-error", id="a graph that exists"),
        pytest.param("CLEAR DEFAULT; DROP GRAPH <none>", 400, "query-error", id="no such graph"),
        pytest.param("CLEAR DEFAULT;" + "{" * 500, 400, "query-too-deep", id="nesting"),
        pytest.param("INSERT DATA { <a> <b> '" + "x" * 600_000 + "' }", 400, "query-too-long", id="length"),
    ],
)
def test_an_update_that_fails_changes_nothing(plain: httpx.Client, text: str, status: int, problem: str) -> None:
    update(plain, "DROP ALL; INSERT DATA { <before> <b> 1 }")
    response = update(plain, text)
    assert response.status_code == status, response.text
    assert response.json()["type"].endswith(problem)
    assert ask(plain, "<before> <b> 1")


def test_two_datasets_are_one_too_many(plain: httpx.Client) -> None:
    text = "WITH <urn:x:1> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"
    assert update(plain, text, **{"using-named-graph-uri": "urn:x:1"}).status_code == 400


def test_an_update_without_end_is_stopped_and_the_next_one_runs(writable: httpx.Client) -> None:
    text = f"INSERT {{ GRAPH <{MINE}> {{ <a> <b> ?n }} }} WHERE {{ SELECT (COUNT(*) AS ?n) {{ {CROSS} }} }}"
    response = update(writable, text)
    assert response.status_code == 503
    assert response.json()["type"].endswith(("query-timeout", "out-of-memory"))
    assert update(writable, f"INSERT DATA {{ GRAPH <{MINE}> {{ <a> <b> 1 }} }}").status_code == 204
    assert update(writable, f"DROP GRAPH <{MINE}>").status_code == 204


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param("INSERT DATA { <a> <b> 1 }", "POST /articles", id="the facts"),
        pytest.param("CLEAR ALL", "name a graph of your own", id="all"),
        pytest.param("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", "name a graph of your own", id="any"),
        pytest.param("DROP GRAPH <http://localhost:8000/article/late>", "DELETE /articles", id="an article"),
        pytest.param("CLEAR GRAPH <http://localhost:8000/graph/judgements>", "kg merge", id="judgements"),
        pytest.param("CLEAR GRAPH <http://localhost:8000/graph/ontology>", "of your own", id="the ontology"),
    ],
)
def test_managed_graphs_are_refused_with_the_right_route(writable: httpx.Client, text: str, hint: str) -> None:
    response = update(writable, text)
    assert response.status_code == 403
    assert response.json()["type"].endswith("protected-graph")
    assert hint in response.json()["hint"]


@pytest.mark.parametrize(
    "name", ["default", "graph=http://localhost:8000/article/late", "graph=http://localhost:8000/graph/ontology"]
)
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_managed_graphs_can_be_read_and_not_written_as_wholes(writable: httpx.Client, method: str, name: str) -> None:
    before = writable.get(f"/graphs?{name}")
    assert before.status_code == 200
    body = {"content": b"", "headers": {"Content-Type": "text/turtle"}} if method != "DELETE" else {}
    assert writable.request(method, f"/graphs?{name}", **body).status_code == 403  # type: ignore[arg-type]
    assert writable.get(f"/graphs?{name}&fresh=1").status_code == 200


def test_the_users_own_graphs_survive_a_rebuild_and_are_joined_with_the_facts(writable: httpx.Client) -> None:
    text = (
        "PREFIX kg: <https://w3id.org/newsgraph/ontology#> "
        f"INSERT {{ GRAPH <{MINE}> {{ ?person <http://example.org/seen> true }} }} WHERE {{ ?person kg:leads ?group }}"
    )
    assert update(writable, text).status_code == 204
    joined = f"GRAPH <{MINE}> {{ ?p <http://example.org/seen> true }} ?p <https://w3id.org/newsgraph/ontology#leads> ?g"
    assert ask(writable, joined)
    assert writable.post("/maintenance/rebuild").status_code == 200
    assert ask(writable, joined, fresh="1")
    assert writable.delete("/graphs", params={"graph": MINE}).status_code == 204
    assert not ask(writable, joined)


def test_a_key_is_needed_and_every_write_is_logged(writable: httpx.Client, folder: Path) -> None:
    text = f"INSERT DATA {{ GRAPH <{MINE}> {{ <a> <b> 'logged' }} }}"
    assert update(writable, text).status_code == 204
    assert update(writable, "CLEAR DEFAULT").status_code == 403
    for value, status in (("", 401), ("Bearer wrong", 403)):
        refused = writable.post("/sparql", data={"update": text}, headers={"Authorization": value})
        assert refused.status_code == status
    log = folder / "audit.jsonl"
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    done, forbidden = lines[-2:]
    assert (done["status"], forbidden["status"]) == (204, 403)
    assert done["operations"] == [f"INSERT DATA <{MINE}>"]
    assert (done["method"], done["path"], done["client"], done["key"]) == (
        "POST",
        "/sparql",
        "127.0.0.1",
        "(environment)",
    )
    assert KEY not in log.read_text("utf-8")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
