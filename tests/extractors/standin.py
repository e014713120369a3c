"""A chat service for tests: a real HTTP server on loopback that answers by a script and remembers what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What comes back: `content` is the model's text, unless `body` is given; `slow_s` is waited before each of `pieces`."""

    content: object = None
    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    slow_s: float = 0.0
    pieces: int = 1
    ended: str = "stop"


@dataclass
class Asked:
    """One request: its path, its headers, its JSON, and the question within it."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def question(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body["messages"][1]["content"])
        return found


Script = Callable[[Asked], Reply]


class StandIn(ThreadingHTTPServer):
    """Answers by `script`, which a test may change; `asked` are the requests so far."""

    daemon_threads = True
    script: Script

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not wait is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, StandIn)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = Asked(self.path, dict(self.headers), body)
        server.asked.append(asked)
        reply = server.script(asked)
        sent = reply.body if reply.body is not None else _enveloped(self.path, reply)
        size = -(-len(sent) // reply.pieces) or 1
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        for at in range(0, len(sent), size):
            time.sleep(reply.slow_s)
            self.wfile.write(sent[at : at + size])
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in the base class
        """Say nothing."""


def _enveloped(path: str, reply: Reply) -> bytes:
    text = reply.content if isinstance(reply.content, str) else json.dumps(reply.content)
    message = {"role": "assistant", "content": text}
    if path.endswith("/api/chat"):
        return json.dumps({"message": message, "done": True, "done_reason": reply.ended}).encode()
    return json.dumps({"choices": [{"message": message, "finish_reason": reply.ended}]}).encode()


@contextmanager
def standing_in(script: Script) -> Iterator[StandIn]:
    """The stand-in, listening until the block ends."""
    server = StandIn()
    server.script = script
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def entity(id: str, cls: str, *mentions: tuple[int, str, str], **more: object) -> dict[str, object]:  # noqa: A002
    """An entity as services tell it; mentions are (sentence, quote, kind)."""
    told = [{"sentence": s, "quote": quote, "kind": kind} for s, quote, kind in mentions]
    return {"id": id, "class": cls, "mentions": told, **more}


def fact(subject: str, predicate: str, target: str, evidence: str, **how: object) -> dict[str, object]:
    """A fact as services tell it; the classes are read off the ids: `Person-1`."""
    told = {
        "evidence": evidence, "denied": False, "modality": "stated", "phase": "current", "said_by": None,
        "since": None, "until": None, "confidence": 1.0,
    }  # fmt: skip
    classes = {f"{end}_class": name.partition("-")[0] for end, name in (("subject", subject), ("object", target))}
    return {"predicate": predicate, "subject": subject, "object": target, **classes, "how": {**told, **how}}
