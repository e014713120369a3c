"""A hostile client: whatever it sends, others are answered meanwhile, and memory, processes and files come back."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import resource
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from kg.access import ServiceAddress
from tests.api.conftest import fill
from tests.serving import running

KG = "PREFIX kg: <https://w3id.org/newsgraph/ontology#> "
CROSS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SORT = f"{CROSS} ORDER BY ?c ?f ?i"
PATH = KG + "SELECT (COUNT(*) AS ?n) { ?a (kg:leads|!kg:leads)* ?b . ?c (kg:leads|!kg:leads)* ?d . ?e ?f ?g }"
LIMITS = {
    "KG_QUERY_WORKERS": "3",
    "KG_QUERY_TIMEOUT_S": "1.5",
    "KG_QUERY_TIMEOUT_MAX_S": "3",
    "KG_QUERY_MEMORY_MB": "200",
    "KG_QUERY_RESULT_MB": "500",
    "KG_QUERIES_PER_CLIENT": "6",
    "KG_MAX_CONNECTIONS": "1100",
}
PATIENCE_S = 20.0
MEMORY_SLACK_MB = 120
numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Victim:
    """The service, seen from outside."""

    client: httpx.Client
    address: tuple[str, int]
    pid: int

    def look_up(self) -> httpx.Response:
        """A short query that no cache answers: in turn one that needs a worker and one that needs none."""
        number = next(numbers)
        query = f"ASK {{ <http://example.org/{number}> ?p ?o {'. ?o ?q ?r' if number % 2 else ''} }}"
        return self.client.get("/sparql", params={"query": query}, timeout=15)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=15)

    def send(self, request: bytes) -> bytes:
        """All that the service answers to some bytes."""
        with self.connect() as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before the end
                connection.sendall(request)
            return _all(connection)

    def processes(self) -> set[int]:
        """The service's query workers."""
        found = subprocess.run(["ps", "-o", "pid=,stat=", "--ppid", str(self.pid)], capture_output=True, text=True)
        rows = [line.split() for line in found.stdout.splitlines()]
        return {int(pid) for pid, state in rows if not state.startswith("Z")}

    def memory_mb(self) -> float:
        """The memory of the service and its workers."""
        pages = 0
        for pid in {self.pid, *self.processes()}:
            with contextlib.suppress(OSError):
                pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20

    def files(self) -> int:
        """How many files and connections the service has open."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    def metric(self, name: str) -> float:
        """A number of /metrics."""
        found = re.search(rf"^newsgraph_{name} (\S+)$", self.client.get("/metrics").text, re.MULTILINE)
        assert found is not None, name
        return float(found[1])


def _all(connection: socket.socket) -> bytes:
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def problem(answer: bytes) -> tuple[int, str]:
    """The status and the end of the problem type of an answer as bytes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, head
    return int(head.split()[1]), json.loads(body)["type"].rpartition("/")[2]


def until(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    folder = tmp_path_factory.mktemp("attacked") / "world"
    fill(folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard) if hard != resource.RLIM_INFINITY else 4096, hard))
    with running(folder, LIMITS) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        parts = urlsplit(url)
        address = ServiceAddress.read(folder)
        assert parts.hostname is not None
        assert parts.port is not None
        assert address is not None
        victim = Victim(client, (parts.hostname, parts.port), address.pid)
        assert victim.look_up().status_code == 200
        yield victim
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def victim(service: Victim) -> Iterator[Victim]:
    """The service; after the test it answers, and all that the test cost is there again."""
    memory, files = service.memory_mb(), service.files()
    yield service
    assert service.look_up().status_code == 200
    assert until(lambda: service.metric("queries_running") == service.metric("queries_waiting") == 0)
    assert until(lambda: len(service.processes()) == int(LIMITS["KG_QUERY_WORKERS"]))
    assert until(lambda: service.memory_mb() < memory + MEMORY_SLACK_MB), (memory, service.memory_mb())
    assert until(lambda: service.files() <= files + 20), (files, service.files())


@pytest.mark.parametrize(
    ("query", "types"),
    [
        pytest.param(COUNT, {"query-timeout"}, id="cross product"),
        pytest.param(SORT, {"out-of-memory", "query-timeout"}, id="sorted cross product"),
        pytest.param(PATH, {"query-timeout", "out-of-memory"}, id="paths of everything"),
    ],
)
def test_queries_without_end_are_stopped_and_look_ups_answered_meanwhile(
    victim: Victim, query: str, types: set[str]
) -> None:
    with ThreadPoolExecutor(4) as threads:
        attacks = [threads.submit(victim.client.post, "/sparql", data={"query": query}) for _ in range(4)]
        while not all(attack.done() for attack in attacks):
            assert victim.look_up().status_code == 200
    for attack in attacks:
        answer = attack.result()
        assert answer.status_code == 503
        assert answer.json()["type"].rpartition("/")[2] in types
        assert int(answer.headers["retry-after"]) > 0
        assert victim.client.get(answer.json()["help"]).json()["type"] == answer.json()["type"]


def test_a_page_of_a_long_answer_holds_nobody_up(victim: Victim) -> None:
    with ThreadPoolExecutor(1) as threads:
        attack = threads.submit(victim.client.get, "/sparql", params={"query": CROSS}, headers={"Accept": "text/html"})
        answered = 0
        while not attack.done():
            assert victim.look_up().status_code == 200
            answered += 1
    assert answered >= 50, "of hundreds: a handful is what is answered before the page is made"
    assert attack.result().status_code == 503
    assert attack.result().headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("query", "status", "kind"),
    [
        pytest.param("SELECT * " + "{" * 5000 + "}" * 5000, 400, "query-too-deep", id="5,000 braces"),
        pytest.param("ASK { FILTER(" + "(" * 5000, 400, "query-too-deep", id="5,000 parentheses"),
        pytest.param("ASK { ?s ?p '" + "x" * 10_000_000 + "' }", 413, "body-too-large", id="10 MB"),
        pytest.param("ASK { ?s ?p '" + "x" * 400_000 + "' }", 400, "query-too-long", id="400 kB"),
    ],
)
def test_texts_that_break_parsers_reach_none(victim: Victim, query: str, status: int, kind: str) -> None:
    direct = {"Content-Type": "application/sparql-query"}
    for answer in (
        victim.client.post("/sparql", data={"query": query}),
        victim.client.post("/sparql", content=query.encode(), headers=direct),
        victim.client.post("/sparql", content=iter([query.encode()]), headers=direct),  # chunked: no length is told
    ):
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, kind)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(
            b"GET /sparql?query=ASK%20%7B%7D%FF HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", id="URL"
        ),
        pytest.param(
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 10\r\nConnection: close\r\n\r\nASK { \xff\xfe }",
            id="body",
        ),
        pytest.param(
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 13\r\nConnection: close\r\n\r\nquery=ASK%FF{",
            id="form",
        ),
    ],
)
def test_what_is_not_utf_8_is_refused(victim: Victim, request_: bytes) -> None:
    assert problem(victim.send(request_))[0] == 400


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000, (431, "header-too-large"), id="a long header"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 30_000, (431, "header-too-large"), id="many headers"),
        pytest.param(b"GET /" + b"x" * 200_000, (431, "header-too-large"), id="a long path"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", (400, "about:blank"), id="TLS"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", (400, "about:blank"), id="length"),
    ],
)
def test_headers_that_cannot_be_read_get_a_problem_document(
    victim: Victim, request_: bytes, expected: tuple[int, str]
) -> None:
    assert problem(victim.send(request_)) == expected


def big(victim: Victim) -> socket.socket:
    """A connection on which an endless answer has begun to come."""
    connection = victim.connect()
    query = "query=" + CROSS.replace(" ", "+").replace("?", "%3F").replace("{", "%7B").replace("}", "%7D")
    head = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\nContent-Length: {len(query)}\r\n"
    connection.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{query}".encode())
    return connection


def test_readers_that_read_nothing_hold_a_worker_until_its_deadline_at_most(victim: Victim) -> None:
    connections = [big(victim) for _ in range(4)]
    assert until(lambda: victim.metric("queries_running") > 0)
    for _ in range(5):
        assert victim.look_up().status_code == 200
    assert until(lambda: victim.metric("queries_running") == 0)  # although all are still connected
    for connection in connections:
        connection.close()


def test_downloads_that_are_broken_off_end_their_queries(victim: Victim) -> None:
    for _ in range(8):
        connection = big(victim)
        assert connection.recv(1 << 12).startswith(b"HTTP/1.1 200")
        connection.close()
    assert victim.look_up().status_code == 200


def test_clients_that_go_away_before_the_answer_end_their_queries(victim: Victim) -> None:
    for path in ("/sparql?query=" + COUNT, "/sparql?timeout=3&query=" + SORT):
        with victim.connect() as connection:
            target = path.replace(" ", "%20").replace("{", "%7B").replace("}", "%7D")
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert until(lambda: victim.metric("queries_running") > 0)
        begun = time.monotonic()
        assert until(lambda: victim.metric("queries_running") == 0)
        assert time.monotonic() - begun < 10
    counted = 'http_requests_total{method="GET",route="/sparql",status="499"}'
    assert until(lambda: counted in victim.client.get("/metrics").text)


def test_a_thousand_silent_connections_hold_nobody_up(victim: Victim) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(1000):
            connection = stack.enter_context(victim.connect())
            if number % 2:
                connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: localhost\r\n")  # and no more
        for _ in range(5):
            assert victim.look_up().status_code == 200


def test_more_connections_than_the_service_takes_are_told_so(victim: Victim) -> None:
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(victim.connect()) for _ in range(int(LIMITS["KG_MAX_CONNECTIONS"]) + 20)]
        answer = _all(connections[-1])
        assert problem(answer) == (503, "too-many-connections")
        assert b"retry-after" in answer.lower()
    assert until(lambda: victim.files() < 200)


def test_one_client_has_a_share_of_the_workers(victim: Victim) -> None:
    def ask(number: int) -> str:
        answer = victim.client.post("/sparql", data={"query": f"{COUNT} # {number}", "timeout": "0.7"}, timeout=60)
        assert answer.status_code == 503
        return str(answer.json()["type"]).rpartition("/")[2]

    with ThreadPoolExecutor(30) as threads:
        kinds = list(threads.map(ask, range(30)))
    assert set(kinds) <= {"client-busy", "query-timeout", "query-busy"}
    assert kinds.count("client-busy") > 5


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param({}, "1.5 s", id="the default"),
        pytest.param({"params": {"timeout": "0.3"}}, "0.3 s", id="a parameter"),
        pytest.param({"headers": {"Prefer": "wait=1"}}, "1 s", id="a header"),
        pytest.param({"params": {"timeout": "1000"}}, "3 s", id="no more than the maximum"),
    ],
)
def test_a_client_chooses_its_deadline_within_a_maximum(victim: Victim, asked: dict[str, object], told: str) -> None:
    answer = victim.client.post("/sparql", data={"query": COUNT}, **asked)  # type: ignore[arg-type]
    assert answer.json()["detail"] == f"the query did not finish within {told}"
