"""The envelope: clients that send or take too slowly, and connections that stay silent."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from kg.api import connections, middleware
from kg.api.bodies import body_of
from kg.api.express import Express
from kg.api.gate import Gate
from kg.api.limits import RateLimiter
from kg.api.middleware import Envelope
from kg.api.service import GraphService
from kg.settings import Settings
from kg.workspace.plain import PlainStore

Message = dict[str, Any]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the body."""
    body = await body_of(receive)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def served(app: Any, receive: Receive, send: Callable[[Message], Awaitable[None]]) -> None:
    """Let an application in an envelope answer one request."""
    with PlainStore("memory:", base="http://localhost:8000/") as store:
        service = GraphService(store, Settings())
        try:
            gate = Gate(service, origins=(), check_host=lambda host: None, limiter=RateLimiter(None))
            envelope = Envelope(app, gate, max_body=lambda path: 1000)
            headers = [(b"transfer-encoding", b"chunked")]
            scope = {
                "headers": headers,
                "type": "http",
                "method": "POST",
                "path": "/sparql",
                "client": ("192.0.2.1", 1),
            }
            asyncio.run(envelope(scope, receive, send))  # type: ignore[arg-type]
        finally:
            service.writer.close()


def test_a_body_that_comes_by_the_drop_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_S", 0.2)
    monkeypatch.setattr(middleware, "BODY_BYTES_A_SECOND", 1000)
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    monkeypatch.setattr(middleware, "DRAIN_S", 0.1)
    served(echo, receive, send)
    assert sent[0]["status"] == 408
    assert b"body-too-slow" in sent[1]["body"]


def test_a_large_body_lies_on_disk_while_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    from kg.api import bodies

    monkeypatch.setattr(bodies, "IN_MEMORY", 10)
    rolled: list[bool] = []
    spooled = bodies.tempfile.SpooledTemporaryFile

    class Watched(spooled):  # type: ignore[type-arg,misc,valid-type]
        def rollover(self) -> None:
            rolled.append(True)
            super().rollover()

    monkeypatch.setattr(bodies.tempfile, "SpooledTemporaryFile", Watched)
    messages = [{"type": "http.request", "body": b"12345678", "more_body": number < 4} for number in range(5)]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    served(echo, receive, send)
    assert sent[1]["body"] == b"12345678" * 5
    assert rolled == [True]


@contextmanager
def listening(app: Any, express: Express | None = None) -> Iterator[tuple[str, int]]:
    """The address of an application on connections that are limited."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, http=connections.limited(10, express), log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: "], ids=["nothing", "half a request"])
def test_a_connection_that_stays_silent_is_closed(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADERS_S", 0.3)

    async def hello(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with listening(hello) as address:
        with socket.create_connection(address, timeout=20) as connection:
            connection.sendall(begun)
            assert connection.recv(100) == b""  # closed, and not by us
        with socket.create_connection(address, timeout=20) as connection:
            for _ in range(3):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert connection.recv(1000).startswith(b"HTTP/1.1 204")


def test_an_answer_that_nobody_reads_ends_with_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READER_S", 0.3)
    monkeypatch.setattr(connections, "READER_BYTES_A_SECOND", 1 << 30)
    gone = threading.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        watching = asyncio.ensure_future(receive())
        while not watching.done():
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
            await asyncio.sleep(0)
        assert watching.result()["type"] == "http.disconnect"
        gone.set()

    with listening(endless) as address, socket.create_connection(address, timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert gone.wait(20)


async def named(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the path and the size of the body."""
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            break
    body = f"{scope['path']} {size};".encode()
    if scope["path"] == "/slow":
        await asyncio.sleep(0.6)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def answered(connection: socket.socket) -> str:
    """What the next answer of `named` says."""
    received = b""
    while not received.endswith(b";"):
        part = connection.recv(1000)
        assert part, received
        received += part
    return received.decode().rpartition("\n")[2]


@pytest.mark.parametrize("host", [b"", b"Host: a\r\nHost: b\r\n"], ids=["no Host", "two Hosts"])
def test_a_request_names_one_host(host: bytes) -> None:
    with listening(named) as address, socket.create_connection(address, timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n" + host + b"\r\n")
        assert b"application/problem+json" in connection.recv(1000)


def test_a_client_that_would_change_to_http_2_is_answered_in_http_1() -> None:
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"
    with listening(named) as address, socket.create_connection(address, timeout=20) as connection:
        for _ in range(2):  # as Java's client sends them, Jena's among others
            connection.sendall(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n" + upgrade + b"\r\nabc")
            assert answered(connection) == "/a 3;"
            connection.sendall(b"GET /b HTTP/1.1\r\nHost: a\r\n" + upgrade + b"\r\n")
            assert answered(connection) == "/b 0;"


def test_many_such_requests_in_one_packet_are_all_answered() -> None:
    one = b"GET /b HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    with listening(named) as address, socket.create_connection(address, timeout=20) as connection:
        connection.sendall(one * 2000 + b"GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        received = b""
        while part := connection.recv(1 << 16):
            received += part
    assert received.count(b"/b 0;") == 2000
    assert received.endswith(b"/end 0;")


def test_what_follows_while_an_answer_is_made_keeps_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADERS_S", 0.3)
    with listening(named) as address, socket.create_connection(address, timeout=20) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\nPOST /next HTTP/1.1\r\nHost: a\r\nContent-")
        assert answered(connection) == "/slow 0;"
        connection.sendall(b"Length: 2\r\n\r\nok")
        assert answered(connection) == "/next 2;"


def test_a_body_may_be_longer_than_headers_may() -> None:
    body = b"x" * 300_000
    with listening(named) as address, socket.create_connection(address, timeout=20) as connection:
        for _ in range(2):
            connection.sendall(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert answered(connection) == "/a 300000;"
