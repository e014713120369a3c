"""The W3C's query, update and syntax tests over HTTP: they pass wherever the engine itself passes them.

The datasets of queries are user graphs that the protocol's parameters name, in an ordinary store and in a workspace
alike; updates begin with the graphs of the test, in a workspace with those alone that are not managed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.suites.evaluation import (
    QueryTest,
    SyntaxTest,
    UpdateTest,
    by_engine,
    inserted,
    quads_of,
    read_evaluations,
    updated_by_engine,
)
from tests.suites.manifest import VARIABLE, suite
from tests.suites.service import ServiceUnderTest

QUERIES, UPDATES, SYNTAX = read_evaluations()
KNOWN = {"queries": (QUERIES, 233), "updates": (UPDATES, 94), "syntax": (SYNTAX, 166)}
FETCHING = [test for test in UPDATES if test.name in ("update-silent/load-silent", "update-silent/load-into-silent")]
WRITING = [test for test in UPDATES if test not in FETCHING]
NOWHERE = "http://manifest.example/nowhere"  # a graph that is not there: a default graph without triples
EVERYTHING = "SELECT ?g ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
NAMED = "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } FILTER(?g IN (%s)) }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

pytestmark = pytest.mark.skipif(suite() is None, reason=f"{VARIABLE} does not say where the W3C's rdf-tests are")


@pytest.fixture(scope="module", params=["plain", "workspace"])
def filled(request: pytest.FixtureRequest) -> Iterator[ServiceUnderTest]:
    """A service with a graph for each file of data that a query is asked of."""
    service: ServiceUnderTest = request.getfixturevalue(request.param)
    service.reset()
    files = sorted({iri for test in QUERIES for iri in (*test.default, *test.named)})
    assert _update(service, inserted(tuple((iri, iri) for iri in files))) == (204, "")
    yield service
    service.reset()


@pytest.mark.parametrize("part", KNOWN)
def test_no_test_of_the_suite_is_passed_over(part: str) -> None:
    found, count = KNOWN[part]
    assert len(found) == count


@pytest.mark.parametrize("test", QUERIES, ids=lambda test: test.name)
def test_a_query_is_answered_as_the_engine_answers_it(filled: ServiceUnderTest, test: QueryTest) -> None:
    if test.answer(by_engine(test)) != test.wanted():
        pytest.skip("the engine itself answers otherwise")
    fields = [("query", test.query)]
    if not test.has_dataset:
        fields += [("default-graph-uri", iri) for iri in test.default or [NOWHERE]]
        fields += [("named-graph-uri", iri) for iri in test.named]
    response = filled.send("POST", "/sparql", {**FORM, "Accept": test.media_type}, urlencode(fields).encode())
    assert (response.status, response.media_type) == (200, test.media_type), response
    assert test.answer(response.body) == test.wanted()


@pytest.mark.parametrize("test", FETCHING, ids=lambda test: test.name)
def test_an_update_that_would_fetch_is_refused_silent_or_not(plain: ServiceUnderTest, test: UpdateTest) -> None:
    assert _update(plain, test.update) == (400, "call-refused")


@pytest.mark.parametrize("test", WRITING, ids=lambda test: test.name)
def test_an_update_does_in_an_ordinary_store_what_the_engine_does(plain: ServiceUnderTest, test: UpdateTest) -> None:
    _only_if_the_engine_does(test)
    assert _update(plain, f"DROP ALL;\n{inserted(test.before)}", fresh="0") == (204, "")
    assert _update(plain, test.update) == (204, "")
    assert quads_of(_rows(plain, EVERYTHING)) == test.wanted()


@pytest.mark.parametrize("test", [test for test in WRITING if "" not in dict(test.before)], ids=lambda test: test.name)
def test_an_update_of_user_graphs_in_a_workspace_does_so_too(workspace: ServiceUnderTest, test: UpdateTest) -> None:
    _only_if_the_engine_does(test)
    workspace.reset()
    assert _update(workspace, inserted(test.before), fresh="0") == (204, "")
    status, problem = _update(workspace, test.update)
    graphs = ", ".join(f"<{name}>" for name, _ in (*test.before, *test.after) if name)
    there = quads_of(_rows(workspace, NAMED % graphs))
    if problem == "protected-graph":
        assert status == 403
        test = UpdateTest(test.name, "", (), test.before)  # nothing of it was done
    else:
        assert status == 204
    assert there == test.wanted(default=False)


@pytest.mark.parametrize("test", SYNTAX, ids=lambda test: test.name)
def test_what_is_no_sparql_is_told_so_and_what_is_is_not(plain: ServiceUnderTest, test: SyntaxTest) -> None:
    body = urlencode({"update" if test.is_update else "query": test.text}).encode()
    response = plain.send("POST", "/sparql", FORM, body)
    problem = _problem(response.body)
    if test.is_good:  # it may ask for what there is not, or for another server
        assert response.status in (200, 204) or problem in ("query-error", "call-refused"), response
    else:
        assert (response.status, problem in ("query-syntax-error", "call-refused")) == (400, True), response


def _only_if_the_engine_does(test: UpdateTest) -> None:
    if updated_by_engine(test) != test.wanted():
        pytest.skip("the engine itself does otherwise")


def _update(service: ServiceUnderTest, text: str, fresh: str = "1") -> tuple[int, str]:
    """The status, and the type of the problem if there is one."""
    response = service.send("POST", "/sparql", FORM, urlencode({"update": text, "fresh": fresh}).encode())
    return response.status, _problem(response.body)


def _rows(service: ServiceUnderTest, query: str) -> bytes:
    fields = urlencode({"query": query, "format": "srj"}).encode()
    response = service.send("POST", "/sparql", FORM, fields)
    assert response.status == 200, response
    return response.body


def _problem(body: bytes) -> str:
    return json.loads(body)["type"].rpartition("/")[2] if body.startswith(b'{"type"') else ""
