"""SERVICE to hosts that are named: real servers on loopback, and workers that never call anybody."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.errors import CallRefused, QueryRefused, ResultTooLarge, ServiceFailed
from kg.graph import federation
from kg.graph.federation import Federation
from kg.graph.guard import check_query

E = "http://e.test/"


class Server(ThreadingHTTPServer):
    """A SPARQL server of a few triples, which notes what it is asked and may answer with something else."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = Store()
        self.store.extend(
            [
                Quad(NamedNode(f"{E}a"), NamedNode(f"{E}name"), Literal('A "quoted" SERVICE <x> {', language="en")),
                Quad(NamedNode(f"{E}b"), NamedNode(f"{E}name"), Literal("B\nof two lines")),
                Quad(NamedNode(f"{E}b"), NamedNode(f"{E}age"), Literal(7)),
            ]
        )
        self.asked: list[str] = []
        self.instead: tuple[int, dict[str, str], bytes] | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/sparql"


class Handler(BaseHTTPRequestHandler):
    """Answers queries that are posted directly."""

    server: Server

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append(query)
        status, headers, body = self.server.instead or (200, {}, b"")
        if self.server.instead is None:
            from pyoxigraph import QueryResultsFormat, QuerySolutions

            found = self.server.store.query(query)
            assert isinstance(found, QuerySolutions)
            body = found.serialize(format=QueryResultsFormat.JSON) or b""
        self.send_response(status)
        for name, value in {"Content-Type": "application/sparql-results+json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def rows(query: str) -> list[tuple[str, ...]]:
    """The solutions of a query on a store of our own."""
    store = Store()
    store.extend([Quad(NamedNode(f"{E}{name}"), NamedNode(f"{E}leads"), NamedNode(f"{E}g")) for name in "abc"])
    return sorted(tuple(str(value) for value in row) for row in store.query(query))  # type: ignore[union-attr,attr-defined]


def test_a_call_is_joined_with_what_is_here(server: Server) -> None:
    query = f"PREFIX e: <{E}> SELECT ?p ?n {{ ?p e:leads e:g . SERVICE <{server.url}> {{ ?p e:name ?n }} }}"
    answered = Federation([server.host]).answered(query, timeout_s=5)
    assert rows(answered) == [
        ("<http://e.test/a>", '"A \\"quoted\\" SERVICE <x> {"@en'),
        ("<http://e.test/b>", '"B\\nof two lines"'),
    ]
    assert server.asked == [f"PREFIX e: <{E}> SELECT * WHERE {{ ?p e:name ?n }}"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            "SELECT ?p ?y {{ ?p e:leads e:g OPTIONAL {{ SERVICE <{url}> {{ ?p e:age ?y }} }} }}",
            [("<http://e.test/a>", "None"), ("<http://e.test/b>", '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
             ("<http://e.test/c>", "None")],
            id="OPTIONAL",
        ),
        pytest.param(
            "SELECT ?p {{ ?p e:leads e:g MINUS {{ SERVICE <{url}> {{ ?p e:name ?n }} }} }}", [("<http://e.test/c>",)], id="MINUS"
        ),
        pytest.param(
            "SELECT ?p {{ ?p e:leads e:g FILTER EXISTS {{ service <{url}> {{ ?p e:age ?n }} }} }}",
            [("<http://e.test/b>",)],
            id="EXISTS, in small letters",
        ),
        pytest.param(
            "SELECT ?p {{ ?p e:leads e:g . SERVICE <{url}> {{ ?p e:name ?n }} SERVICE <{url}> {{ ?p e:age ?y }} }}",
            [("<http://e.test/b>",)],
            id="two calls",
        ),
        pytest.param("SELECT ?p {{ ?p e:leads e:g . SERVICE <{url}> {{ ?p e:none ?n }} }}", [], id="no solution"),
        pytest.param(
            "SELECT ?n {{ SERVICE <{url}> {{ OPTIONAL {{ e:nobody e:name ?n }} }} }}", [("None",)], id="an unbound one"
        ),
    ],
)  # fmt: skip
def test_a_call_may_stand_wherever_a_group_may(server: Server, query: str, expected: list[tuple[str, ...]]) -> None:
    text = f"PREFIX e: <{E}> " + query.format(url=server.url)
    assert rows(Federation([server.host]).answered(text, timeout_s=5)) == expected


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://other.test/> { ?s ?p ?o } }",
        "SELECT * { SERVICE <http://user:pass@named.test/> { ?s ?p ?o } }",
        "SELECT * { SERVICE <http://named.test:8080/> { ?s ?p ?o } }",
        "SELECT * { SERVICE <http://named.test.evil.test/> { ?s ?p ?o } }",
        "SELECT * { SERVICE <file:///etc/passwd> { ?s ?p ?o } }",
        "SELECT * { SERVICE <ftp://named.test/> { ?s ?p ?o } }",
        "SELECT * { BIND(<http://named.test/> AS ?x) SERVICE ?x { ?s ?p ?o } }",
        "PREFIX n: <http://named.test/> SELECT * { SERVICE n:sparql { ?s ?p ?o } }",
        "SELECT * { SERVICE <http://named.test/> { SERVICE <http://other.test/> { ?s ?p ?o } } }",
        "SELECT * { SERVICESILENT<http://other.test/>{ ?s ?p ?o } }",
        "SELECT * { FILTER(3<?x)SERVICE:u#>2) SERVICE <http://named.test/> { } }",
        "SELECT * { SERVICE SILENT <http://other.test/> { ?s ?p ?o } }",
        "SELECT * { " + "SERVICE <http://named.test/> { ?s ?p ?o } " * 5 + "}",
        "LOAD <http://named.test/>#service",
    ],
)
def test_only_hosts_that_are_named_are_called(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(federation, "_ask", lambda *_: pytest.fail("called"))
    with pytest.raises(QueryRefused):
        Federation(["named.test"]).answered(query, timeout_s=5)


def test_nothing_is_called_unless_hosts_are_named() -> None:
    query = "SELECT * { SERVICE <http://named.test/> { ?s ?p ?o } }"
    assert Federation([]).answered(query, timeout_s=5) is query
    with pytest.raises(CallRefused):
        check_query(query)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param((302, {"Location": "http://other.test/"}, b""), "302", id="a redirect is not followed"),
        pytest.param((500, {}, b"{}"), "500", id="an error"),
        pytest.param((200, {"Content-Type": "text/html"}, b"<html>"), "does not answer with", id="a page"),
        pytest.param((200, {}, b'{"head": {'), "no table", id="broken JSON"),
        pytest.param((200, {}, b'{"head": {}, "boolean": true}'), "no table", id="a truth value"),
    ],
)
def test_a_server_that_answers_wrongly_is_named_unless_silent(
    server: Server, answer: tuple[int, dict[str, str], bytes], message: str
) -> None:
    server.instead = answer
    query = f"SELECT ?p {{ ?p <{E}leads> ?g . SERVICE %s <{server.url}> {{ ?p <{E}name> ?n }} }}"
    with pytest.raises(ServiceFailed, match=message):
        Federation([server.host]).answered(query % "", timeout_s=5)
    assert len(rows(Federation([server.host]).answered(query % "SILENT", timeout_s=5))) == 3


def test_an_answer_without_end_is_not_taken(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    binding = {"n": {"type": "literal", "value": "x"}}
    body = json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": [binding] * 50}}).encode()
    server.instead = (200, {}, body)
    query = f"SELECT * {{ SERVICE SILENT <{server.url}> {{ ?s ?p ?n }} }}"
    monkeypatch.setattr(federation, "MAX_ROWS", 49)
    with pytest.raises(ResultTooLarge, match="49 rows"):
        Federation([server.host]).answered(query, timeout_s=5)
    monkeypatch.setattr(federation, "MAX_BYTES", 100)
    with pytest.raises(ResultTooLarge, match="MB"):
        Federation([server.host]).answered(query, timeout_s=5)


def test_blank_nodes_of_another_server_are_one_thing_each(server: Server) -> None:
    bindings = [{"x": {"type": "bnode", "value": name}} for name in ("b0", "b0", "b1")]
    server.instead = (200, {}, json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode())
    found = rows(
        Federation([server.host]).answered(f"SELECT ?x {{ SERVICE <{server.url}> {{ ?x ?p ?o }} }}", timeout_s=5)
    )
    assert len(found) == 3
    assert len(set(found)) == 2
    assert all(value.startswith("<urn:uuid:") for (value,) in found)


def test_a_service_calls_the_hosts_that_its_settings_name(tmp_path: Path) -> None:
    import httpx

    from tests.api.conftest import fill
    from tests.serving import running

    fill(tmp_path / "world")
    with (
        serving() as named,
        serving() as other,
        running(tmp_path / "world", {"KG_SERVICE_HOSTS": f"example.org,{named.host}", "KG_QUERY_WORKERS": "1"}) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=30) as client,
    ):
        query = f"SELECT ?n {{ SERVICE <%s> {{ <{E}a> <{E}name> ?n }} }}"
        answers = [client.get("/sparql", params={"query": query % named.url}) for _ in range(2)]
        assert "quoted" in answers[0].json()["results"]["bindings"][0]["n"]["value"]
        assert len(named.asked) == 2  # not from the cache: nobody knows when the other graph changes
        refused = client.get("/sparql", params={"query": query % other.url})
        assert refused.json()["type"].endswith("/call-refused")
        assert other.asked == []
        named.instead = (500, {}, b"")
        failed = client.get("/sparql", params={"query": query % named.url})
        assert (failed.status_code, failed.json()["type"].rpartition("/")[2]) == (502, "service-failed")
