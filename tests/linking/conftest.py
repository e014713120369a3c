"""An endpoint on loopback: pyoxigraph behind HTTP, with a small data set, which can be told to behave badly."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store

from kg.linking.endpoint import Endpoint, user_agent
from kg.types import Article, EntityClass
from kg.workspace import Workspace
from tests.factory import FakeExtractor, World, article

WD = "http://www.wikidata.org/entity/"
DATA = (Path(__file__).parent / "data.ttl").read_bytes()
JSON = "application/sparql-results+json"

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """A running endpoint: what it was asked, and what it answers instead of the truth, one request after another."""

    url: str
    store: Store
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    instead: deque[Answer | Callable[[], None]] = field(default_factory=deque)

    def answer(self, status: int, body: bytes | str = b"", *, kind: str = JSON, **headers: str) -> None:
        """Answer the next request so."""
        encoded = body.encode() if isinstance(body, str) else body
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        self.instead.append((status, {"Content-Type": kind, **more}, encoded))


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", JSON)
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query = parse_qs(body)["query"][0]
            site.asked.append(query)
            site.headers.append(dict(self.headers))
            status, headers, answer = 200, {"Content-Type": JSON}, b""
            if site.instead:
                told = site.instead.popleft()
                if callable(told):
                    told()
                    return
                status, headers, answer = told
            else:
                found = site.store.query(query)
                assert isinstance(found, QuerySolutions)
                answer = found.serialize(format=QueryResultsFormat.JSON) or b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    store = Store()
    store.load(DATA, format=RdfFormat.TURTLE)
    held = Site("", store)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(held))
    held.url = f"http://127.0.0.1:{server.server_port}/sparql"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield held
    server.shutdown()
    server.server_close()
    thread.join()


class Clock:
    """A clock that only sleeping moves on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def endpoint(site: Site, clock: Clock, **more: object) -> Endpoint:
    return Endpoint(site.url, user_agent("desk@example.org"), clock=clock, sleep=clock.sleep, **more)  # type: ignore[arg-type]


THINGS = {**World.things, "Rotterdam": EntityClass.PLACE, "Netherlands": EntityClass.POLITY}
TOWN = article(
    "Kestrel Lines is based in Rotterdam, in the Netherlands. The mayor of Rotterdam said so.",
    "town.txt", published="2024-03-02",
)  # fmt: skip


def articles() -> list[Article]:
    return [
        World.article("0.txt", [0, 6, 8], published="2024-01-05"),
        World.article("1.txt", [2, 5], published="2024-02-05"),
        TOWN,
    ]


def fill(workspace: Workspace) -> None:
    workspace.ingest(articles(), FakeExtractor(THINGS))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "kg") as made:
        fill(made)
        yield made


def iri_of(workspace: Workspace, label: str) -> str:
    (found,) = (row.iri.value for row in workspace.catalogue.entities(limit=1000) if row.label == label)
    return found
