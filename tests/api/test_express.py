"""The short way: the same answers as by the long one, counted and logged, and nothing on it that belongs on the other."""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn

from kg.access import KeyRing, KeyScope
from kg.api import connections, express
from kg.api.app import create_app
from kg.api.connections import limited
from kg.api.express import Express, Whole
from kg.api.logs import RequestIds
from kg.api.middleware import Envelope
from kg.api.service import Service
from kg.settings import Settings
from kg.workspace import Workspace
from tests.api.conftest import KEY, fill
from tests.api.test_middleware import listening, named
from tests.factory import World

ORIGIN = "https://reader.example"
numbers = count()


@dataclass
class Answered:
    """An answer, and whether it came by the short way."""

    status: int
    headers: dict[str, str]
    body: bytes
    short: bool


class Noting(Express):
    """Notes what went the short way."""

    def __init__(self, app: Envelope) -> None:
        super().__init__(app.answer_now)
        self.short: list[bool] = []

    def answer(self, data: bytes, client: tuple[str, int] | None) -> Whole | None:
        whole = super().answer(data, client)
        self.short.append(whole is not None)
        return whole


@dataclass
class Here:
    """A service in this process."""

    service: Service
    app: Envelope
    address: tuple[str, int]
    express: Noting
    connections: list[socket.socket] = field(default_factory=list)

    def ask(self, target: str, *lines: str, connection: socket.socket | None = None) -> Answered:
        """The answer to a GET request in one packet."""
        if connection is None:
            connection = socket.create_connection(self.address, timeout=60)
            self.connections.append(connection)
        host = () if any(line.startswith("Host:") for line in lines) else ("Host: localhost",)
        connection.sendall("\r\n".join((f"GET {target} HTTP/1.1", *host, *lines, "", "")).encode())
        response = HTTPResponse(connection, method="GET")
        response.begin()
        headers: dict[str, str] = {}
        for name, value in response.getheaders():
            assert name.lower() not in headers, name
            headers[name.lower()] = value
        return Answered(response.status, headers, response.read(), self.express.short[-1])

    def metric(self, name: str) -> float:
        found = re.search(rf"^newsgraph_{re.escape(name)} (\S+)$", self.ask("/metrics").body.decode(), re.MULTILINE)
        return float(found[1]) if found else 0.0


@contextmanager
def serving_here(folder: Path, **settings: Any) -> Iterator[Here]:
    """A service over a workspace, in a thread of this process."""
    with Workspace.open(folder) as workspace, socket.create_server(("127.0.0.1", 0)) as listener:
        service = Service(workspace, Settings(query_workers=2, **settings), load=World.extractor)
        app = create_app(service)
        noting = Noting(app)
        server = uvicorn.Server(uvicorn.Config(app, http=limited(2000, noting), log_config=None, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        here = Here(service, app, listener.getsockname(), noting)
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield here
        finally:
            for connection in here.connections:
                connection.close()
            server.should_exit = True
            thread.join(60)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("express") / "world"
    fill(folder)
    return folder


@pytest.fixture(scope="module")
def here(world: Path) -> Iterator[Here]:
    with serving_here(world, cors_origins=(ORIGIN,), api_key=KEY) as here:
        yield here


def sparql(query: str, **parameters: str) -> str:
    return "/sparql?" + "&".join(f"{name}={quote(value)}" for name, value in {"query": query, **parameters}.items())


SUBJECT = "http://e.test/nobody"
POINT = f"SELECT ?p ?o WHERE {{ <{SUBJECT}> ?p ?o }}"
ROWS = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 40"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 2000"
OWN = "GRAPH <http://e.test/own>"


@pytest.mark.parametrize(
    ("target", "lines", "status", "short"),
    [
        pytest.param(sparql(POINT), (), 200, True, id="look-up"),
        pytest.param(sparql(f"ASK {{ <{SUBJECT}> ?p ?o }}"), ("Accept: text/csv, */*;q=0.1",), 200, True, id="ASK"),
        pytest.param(sparql(POINT, format="tsv", timeout="3"), (), 200, True, id="parameters"),
        pytest.param(sparql(POINT), ("Accept: */*", "Accept: text/csv"), 200, True, id="two Accepts"),
        pytest.param(sparql(ROWS), (), 200, True, id="given before"),
        pytest.param(sparql(ROWS), ("Accept-Encoding: br, gzip",), 200, True, id="compressed"),
        pytest.param(sparql(POINT), ("Accept-Encoding: gzip",), 200, True, id="too short to compress"),
        pytest.param(sparql(ROWS), (f"Origin: {ORIGIN}", "Accept-Encoding: gzip"), 200, True, id="CORS"),
        pytest.param(sparql(ROWS), ("Origin: https://other.example",), 200, True, id="another origin"),
        pytest.param(sparql(ROWS), ("If-None-Match: *",), 304, True, id="not modified"),
        pytest.param(sparql(LARGE), ("If-None-Match: *",), 304, True, id="not modified, whatever its size"),
        pytest.param(sparql(POINT), ("X-Request-ID: given-1",), 200, True, id="request id"),
        pytest.param(sparql(POINT), ("Authorization: Bearer nobody's",), 200, True, id="key of nobody"),
        pytest.param(sparql(LARGE), (), 200, False, id="large"),
        pytest.param(sparql(POINT, fresh="1"), (), 200, False, id="fresh"),
        pytest.param(sparql(POINT, **{"default-graph-uri": "http://e.test/g"}), (), 200, True, id="dataset"),
        pytest.param(sparql(POINT), ("Accept: text/html",), 200, False, id="page"),
        pytest.param(sparql("SELECT (RAND() AS ?r) {}"), ("Accept: text/csv",), 200, False, id="never the same"),
        pytest.param(sparql("SELECT * { ?s ?p }"), (), 400, False, id="no SPARQL"),
        pytest.param(sparql(POINT, format="png"), (), 400, False, id="no such format"),
        pytest.param(sparql(POINT, timeout="never"), (), 400, False, id="no such time"),
        pytest.param("/sparql?query=%ff", (), 400, False, id="not UTF-8"),
        pytest.param("/sparql?update=x", (), 400, False, id="update"),
        pytest.param("/sparql?", (), 200, False, id="no query"),
        pytest.param(sparql(POINT), ("Accept: image/png",), 406, False, id="not acceptable"),
        pytest.param(sparql(POINT), ("Host: evil.example",), 421, False, id="another's name"),
        pytest.param(sparql(POINT), ("X-Forwarded-For: 192.0.2.7",), 200, False, id="behind a proxy"),
        pytest.param(sparql(POINT), ("Content-Length: 0",), 200, False, id="an empty body"),
    ],
)
def test_both_ways_give_the_same_answer(
    here: Here, target: str, lines: tuple[str, ...], status: int, *, short: bool
) -> None:
    for _ in range(2):  # an answer given before, where it may be kept
        long = here.ask(target, *lines, f"X-Unknown: {next(numbers)}")
        assert not long.short
    here.ask(target, *lines)
    again = here.ask(target, *lines)
    assert (again.status, again.short) == (status, short)
    same = "RAND" not in target and "Accept: text/html" not in lines  # a page tells how long the query took
    given = any(line.startswith("X-Request-ID") for line in lines)
    changing = {"date", *(() if given else ("x-request-id",)), *(() if same else ("content-length",))}
    for answer in (long, again):
        assert answer.headers.keys() >= {"date", "x-request-id", "content-security-policy"}
        for name in changing:
            del answer.headers[name]
    assert again.headers == long.headers
    assert again.body == long.body or not same


def test_every_request_has_an_id_a_count_and_a_line_in_the_log(here: Here) -> None:
    lines: list[logging.LogRecord] = []
    handler = logging.Handler(logging.INFO)
    handler.addFilter(RequestIds())
    handler.emit = lines.append  # type: ignore[method-assign]
    log = logging.getLogger("kg.requests")
    before, level = here.metric('http_requests_total{method="GET",route="/sparql",status="200"}'), log.level
    looked_up, hits = here.metric('queries_total{outcome="looked_up"}'), here.metric("cache_hits_total")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        answers = [here.ask(sparql(f"{POINT} # counted {number // 2}")) for number in range(6)]
    finally:
        log.setLevel(level)
        log.removeHandler(handler)
    assert all(answer.short for answer in answers[1:])
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == 6
    assert [line.request_id for line in lines] == ids
    assert {line.facts["status"] for line in lines} == {200}
    assert here.metric('http_requests_total{method="GET",route="/sparql",status="200"}') == before + 6
    assert here.metric('queries_total{outcome="looked_up"}') == looked_up + 3
    assert here.metric("cache_hits_total") == hits + 3


def test_a_write_is_seen_by_the_next_look_up(here: Here) -> None:
    """And no entity tag stands for two answers, while others read."""
    look_up = sparql(f"SELECT ?n {{ {OWN} {{ <{SUBJECT}> <http://e.test/n> ?n }} }}")
    seen: dict[str, set[bytes]] = {}
    stop = threading.Event()

    def read() -> None:
        with socket.create_connection(here.address, timeout=60) as connection:
            while not stop.is_set():
                answer = here.ask(look_up, "X-Reader: 1", connection=connection)
                seen.setdefault(answer.headers["etag"], set()).add(answer.body)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        etag, version = "", -1
        for number in range(5):
            fact = f"<{SUBJECT}> <http://e.test/n> {number}"
            update = f"DELETE WHERE {{ {OWN} {{ ?s ?p ?o }} }} ; INSERT DATA {{ {OWN} {{ {fact} }} }}"
            body = f"update={quote(update)}"
            with socket.create_connection(here.address, timeout=60) as connection:
                head = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
                kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(f"{head}{kind}{body}".encode())
                assert connection.recv(1000).startswith(b"HTTP/1.1 204")
            answer = here.ask(look_up, f"If-None-Match: {etag}" if etag else "X-First: 1", "Accept: text/csv")
            assert (answer.status, answer.body) == (200, b"n\r\n%d\r\n" % number)
            assert int(answer.headers["graph-version"]) > version
            etag, version = answer.headers["etag"], int(answer.headers["graph-version"])
    finally:
        stop.set()
        reader.join(60)
    assert seen
    assert {len(bodies) for bodies in seen.values()} == {1}


def test_both_ways_draw_on_one_share(tmp_path: Path) -> None:
    fill(tmp_path / "world")
    with serving_here(tmp_path / "world", rate_limit=6) as here:
        here.app.gate.limiter._now = lambda: 0.0
        answers = [here.ask(sparql(POINT)) for _ in range(8)]
        assert [answer.status for answer in answers] == [200] * 6 + [429] * 2
        assert [answer.short for answer in answers] == [False] + [True] * 5 + [False] * 2
        assert [answer.headers["ratelimit"][:14] for answer in answers[:6]] == [
            f'"requests";r={left}' for left in (5, 4, 3, 2, 1, 0)
        ]
        assert here.metric("rate_limited_total") == 2


def test_a_key_that_is_taken_away_opens_nothing_more(tmp_path: Path) -> None:
    fill(tmp_path / "world")
    ring = KeyRing(tmp_path / "world")
    bearer = f"Authorization: Bearer {ring.add('reader', scope=KeyScope.READ)}"
    with serving_here(tmp_path / "world", read_key="required") as here:
        assert [here.ask(sparql(POINT)).status for _ in range(2)] == [401, 401]
        answers = [here.ask(sparql(POINT), bearer) for _ in range(2)]
        assert [(answer.status, answer.short) for answer in answers] == [(200, False), (200, True)]
        ring.revoke("reader")
        assert here.ask(sparql(POINT), bearer).status == 403
        here.service.stopping = True
        assert here.ask(sparql(POINT), bearer).status == 503


HEAD = b" HTTP/1.1\r\nHost: a\r\n\r\n"
SCOPE = {"headers": [(b"host", b"a")], "path": "/sparql"}


def test_only_the_query_is_new_in_a_head_that_comes_again() -> None:
    seen: list[dict[str, Any]] = []
    way = Express(lambda scope: seen.append(dict(scope)))
    way.learn(b"GET /sparql?query=a" + HEAD, dict(SCOPE))
    assert way.answer(b"GET /sparql?query=b%20c" + HEAD, ("192.0.2.1", 5)) is None
    assert seen == [{**SCOPE, "client": ("192.0.2.1", 5), "query_string": b"query=b%20c", express.HEAD: {}}]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"GET /sparql?query=a HTTP/1.1\r\nHost: b\r\n\r\n", id="another head"),
        pytest.param(b"GET /sparql?query=a" + HEAD + b"GET /sparql?query=a" + HEAD, id="two requests"),
        pytest.param(b"GET /sparql?query=a" + HEAD[:-2], id="half a request"),
        pytest.param(b"GET /sparql?query=a HTTP/1.0\r\nHost: a\r\n\r\n", id="HTTP/1.0"),
        pytest.param(b"GET /sparql?query=a\r\nHost: a\r\n\r\n" + HEAD, id="line break in the target"),
        pytest.param(b"GET /sparql?query=a b" + HEAD, id="space in the target"),
        pytest.param(b"GET /sparql?query=\xff" + HEAD, id="bytes in the target"),
        pytest.param(b"GET /sparql?query=a#b" + HEAD, id="fragment"),
        pytest.param(b"GET /sparql" + HEAD, id="no query"),
        pytest.param(b"GET /sparqls?query=a" + HEAD, id="another path"),
        pytest.param(b"POST /sparql?query=a" + HEAD, id="another method"),
        pytest.param(b"HEAD /sparql?query=a" + HEAD, id="HEAD"),
        pytest.param(b"GET /sparql?query=" + b"a" * express.LONGEST + HEAD, id="long"),
    ],
)
def test_all_others_go_the_long_way(data: bytes) -> None:
    way = Express(lambda scope: pytest.fail("asked"))
    way.learn(b"GET /sparql?query=a" + HEAD, dict(SCOPE))
    assert way.answer(data, None) is None


def test_so_many_heads_are_kept_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(express, "MOST", 3)
    asked: list[bytes] = []
    way = Express(lambda scope: asked.append(scope["query_string"]))
    requests = [b"GET /sparql?%d HTTP/1.1\r\nHost: %d\r\n\r\n" % (number, number) for number in range(5)]
    for request in [*requests, *requests[2:]]:
        way.learn(request, dict(SCOPE))
    for request in requests:
        way.answer(request, None)
    assert asked == [b"2", b"3", b"4"]


def test_a_connection_that_begins_on_the_short_way_is_no_silent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADERS_S", 0.3)
    way = Express(lambda scope: (200, b"content-length: 6\r\n", b"short;"))
    with listening(named, way) as address:
        request = b"GET /sparql?a" + HEAD
        with socket.create_connection(address, timeout=20) as connection:
            connection.sendall(request)
            assert connection.recv(1000).endswith(b"/sparql 0;")
        with socket.create_connection(address, timeout=20) as connection:
            for pause in (0.0, 0.6, 0.0):
                time.sleep(pause)
                connection.sendall(request)
                received = connection.recv(1000)
                assert received.startswith(b"HTTP/1.1 200 OK\r\ndate: ")
                assert received.endswith(b"\r\n\r\nshort;")


def test_what_comes_while_an_answer_is_made_waits_for_its_turn() -> None:
    way = Express(lambda scope: (200, b"content-length: 6\r\n", b"short;"))
    with listening(named, way) as address, socket.create_connection(address, timeout=20) as connection:
        connection.sendall(b"GET /sparql?a" + HEAD)
        received = connection.recv(1000)
        connection.sendall(b"GET /slow" + HEAD)
        time.sleep(0.2)
        connection.sendall(b"GET /sparql?b" + HEAD)
        while received.count(b";") < 3:
            received += connection.recv(1000)
    assert re.findall(rb"[a-z/]+ ?0?;", received) == [b"/sparql 0;", b"/slow 0;", b"/sparql 0;"]
