"""What servers do to their clients: cut answers off, run out of time, want a password, fall over."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from kg.errors import QueryTimeout, StoreError, StoreUnavailable
from kg.graph import open_store
from kg.graph.oxigraph import OxigraphStore
from kg.graph.remote import Endpoints, RemoteStore

A, P = NamedNode("http://e.org/a"), NamedNode("http://e.org/p")
Reply = tuple[int, dict[str, str], bytes]


@contextmanager
def answering(answer: Callable[[str, dict[str, str]], Reply]) -> Iterator[str]:
    """The URL of a server that answers each POSTed query with `answer(query, headers)`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            (sparql,) = form.get("query") or form["update"]
            status, headers, body = answer(sparql, dict(self.headers))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/sparql"
        finally:
            server.shutdown()
            thread.join()


JSON = {"Content-Type": "application/sparql-results+json"}


def test_answers_that_a_server_cuts_off_are_fetched_page_by_page() -> None:
    behind = OxigraphStore.in_memory()
    triples = [Triple(A, P, Literal(number)) for number in range(2_345)]
    behind.replace_graph(DefaultGraph(), triples)

    def cut_at_1000(sparql: str, _: dict[str, str]) -> Reply:
        if "LIMIT" not in sparql and "COUNT" not in sparql:
            sparql += " LIMIT 1000"
        return 200, JSON, behind.query(sparql).body

    with answering(cut_at_1000) as url:
        store = open_store(url)
        found = store.quads(A, None, None, DefaultGraph())
        store.close()
    assert len(found) == len(triples)
    assert set(found) == {Quad(A, P, triple.object, DefaultGraph()) for triple in triples}


def test_an_answer_that_the_server_stopped_early_is_a_timeout_not_a_result() -> None:
    body = b'{"head": {"vars": ["s"]}, "results": {"bindings": []}}'
    with answering(lambda *_: (200, {**JSON, "X-SQL-State": "S1TAT"}, body)) as url:
        store = RemoteStore(url)
        with pytest.raises(QueryTimeout):
            store.query("SELECT ?s WHERE { ?s ?p ?o }")
        store.close()


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, StoreUnavailable), (404, StoreUnavailable), (500, StoreError), (503, StoreUnavailable)],
)
def test_refusals_of_a_server_are_store_errors_that_name_it(status: int, error: type[StoreError]) -> None:
    with answering(lambda *_: (status, {"Content-Type": "text/plain"}, b"out of order")) as url:
        store = RemoteStore(url)
        with pytest.raises(error, match=url):
            store.query("ASK {}")
        store.close()


def test_a_password_is_sent_but_never_shown() -> None:
    seen: list[str] = []

    def note(_: str, headers: dict[str, str]) -> Reply:
        seen.append(headers.get("Authorization", ""))
        return 200, JSON, b'{"head": {}, "boolean": true}'

    with answering(note) as url:
        store = open_store(url.replace("http://", "http://ann:s%40fe@"))
        assert store.query("ASK {}").boolean
        assert "s%40fe" not in store.location
        store.close()
    assert seen == ["Basic " + base64.b64encode(b"ann:s@fe").decode()]


def test_a_server_that_is_not_there_is_unavailable_with_a_hint() -> None:
    store = open_store("http://127.0.0.1:9/")
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:9") as caught:
        store.query("ASK {}")
    assert caught.value.hint
    with pytest.raises(StoreUnavailable):
        store.replace_graph(A, [Triple(A, P, A)])
    store.close()


@pytest.mark.parametrize(
    ("location", "query", "update", "graphs"),
    [
        ("http://h:1", "http://h:1/query", "http://h:1/update", "http://h:1/store"),
        ("http://h:1/db/query", "http://h:1/db/query", "http://h:1/db/update", "http://h:1/db/store"),
        ("http://h:1/sparql", "http://h:1/sparql", "http://h:1/sparql", None),
        ("http://h:1/ds/query#graphs=http://h:1/ds/data", "http://h:1/ds/query", "http://h:1/ds/update", "http://h:1/ds/data"),
        ("http://h:1/q#update=http://h:1/u", "http://h:1/q", "http://h:1/u", None),
    ],
)  # fmt: skip
def test_endpoints_follow_from_the_url(location: str, query: str, update: str, graphs: str | None) -> None:
    at = Endpoints.of(location)
    assert (at.query, at.update, at.graphs) == (query, update, graphs)


@pytest.mark.parametrize("fragment", ["fact=http://e.org/g", "facts=no iri", "nonsense"])
def test_a_wrong_fragment_is_refused_without_showing_the_password(fragment: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Endpoints.of(f"http://ann:secret@h:1/sparql#{fragment}")
    assert "secret" not in str(caught.value)


def test_a_store_opened_for_reading_refuses_every_write() -> None:
    store = RemoteStore("http://127.0.0.1:9/", read_only=True)
    for write in (lambda: store.update("CLEAR ALL"), lambda: store.replace_graph(A, ()), lambda: store.clear_graph(A)):
        with pytest.raises(StoreError, match="reading only"):
            write()
    store.close()


def test_a_server_has_no_snapshots() -> None:
    store = RemoteStore("http://127.0.0.1:9/")
    with pytest.raises(StoreError, match="snapshot"):
        store.snapshot(Path("x"))
    store.close()
