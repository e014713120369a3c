"""HTTP connections that cannot hold the service up: as many as it takes, none that stays silent, none with endless headers,
none whose client does not take what it asked for.

uvicorn's own protocol waits for ever for headers and for readers, bounds no headers, and answers what it cannot read with
bare text. It is the one on httptools, the parser of Node.js: h11 takes a quarter of a millisecond longer for a request,
more than a point look-up (measured).
"""

from __future__ import annotations

import asyncio
import logging
import resource
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from kg.api.express import Express
from kg.api.problems import MEDIA_TYPE, RETRY_AFTER_S, Refusal, problem_of

__all__ = ["MAX_HEADER_BYTES", "connection_limit", "limited"]

log = logging.getLogger(__name__)

HEADERS_S = 15.0
"""Seconds in which a request's headers have to come."""

READER_S, READER_BYTES_A_SECOND = 30.0, 16_000
"""What was written has to be taken within so many seconds, and one more for so many bytes."""

MAX_HEADER_BYTES = 64 << 10
"""Of a request's first line and headers: long queries by GET fit."""

SPARE_FILES = 256  # for the store, workers' pipes, bodies and exports


def connection_limit(wanted: int) -> int:
    """How many connections may be open: as many as wanted, if the system grants the files (its soft limit is raised)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    allowed = max(16, soft - SPARE_FILES)
    log.warning("the system grants %d open files: %d connections at once, not %d", soft, allowed, wanted)
    return allowed


def limited(max_connections: int, express: Express | None = None) -> type[HttpToolsProtocol]:
    """The protocol of a service that takes so many connections, with a short way for some requests."""
    return type("LimitedConnection", (_Connection,), {"max_connections": max_connections, "express": express})


class _Connection(HttpToolsProtocol):
    """One connection. `_patience` ends it when the headers of its next request do not come, `_stuck` when nobody reads."""

    max_connections = 0
    express: Express | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patience: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._in_headers = False
        self._header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, or turn the connection away."""
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            refusal = Refusal(
                503,
                f"{self.max_connections:,} connections are open already",
                headers={"Retry-After": str(RETRY_AFTER_S)},
                kind="too-many-connections",
            )
            self._refuse(refusal)
            return
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Go on with what came."""
        if self.transport.is_closing():
            return
        between = not (self._in_headers or self._answering or self.flow.write_paused)
        if between and self._answered_now(data):
            return
        if self._in_headers or not self._answering:
            self._header_bytes += len(data)  # what the parser keeps until a header ends
        self._unset_keepalive_if_required()
        self._read(data)
        if self.transport.is_closing():
            return
        if not self._in_headers and self._answering:
            self._rest()
            alone = not (self.pipeline or self.cycle.more_body)
            if self.express is not None and between and alone and self.cycle.keep_alive:
                self.express.learn(data, dict(self.scope))
            return
        if self._header_bytes > MAX_HEADER_BYTES:
            self._refuse_headers()
        elif self._patience is None:
            self._wait()  # the beginning of a further request

    def _answered_now(self, data: bytes) -> bool:
        """Whether the data was a request that could be answered the short way, and was."""
        whole = self.express.answer(data, self.client) if self.express is not None else None
        if whole is None:
            return False
        status, lines, body = whole
        ours = [b"%b: %b\r\n" % field for field in self.server_state.default_headers]
        self._rest()
        self.transport.write(b"".join((STATUS_LINE[status], *ours, lines, b"\r\n", body)))
        self.on_response_complete()
        return True

    def on_message_begin(self) -> None:
        """The first byte of a request is there."""
        self._in_headers = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin to answer, if the headers are such as may be (RFC 9112, 3.2); an error here ends the parsing."""
        self._in_headers, self._header_bytes = False, 0
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEADER_BYTES:
            self._refuse_headers()
            raise ValueError("headers too large")
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            raise ValueError("not one Host")
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of the request is there."""
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is out: who has begun the next request has time for its headers from now on."""
        super().on_response_complete()
        if self._in_headers and self._patience is not None:
            self._rest()
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._rest()
        self._flows()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        super().pause_writing()
        patience = READER_S + self.transport.get_write_buffer_size() / READER_BYTES_A_SECOND
        self._flows()
        self._stuck = self.loop.call_later(patience, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads."""
        self._flows()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read with a problem document."""
        if not self.transport.is_closing():
            self._refuse(Refusal(400, msg, hint="is this HTTP/1.1?"))

    @property
    def _answering(self) -> bool:
        """Whether a request came of which not all is read, or not all answered."""
        return self.cycle is not None and (self.cycle.more_body or not self.cycle.response_complete)

    def _read(self, data: bytes) -> None:
        """Hand data to the parser.

        A request that offers another protocol, as Java's client offers HTTP/2, ends it: what follows it takes for that
        protocol, a body too. So it reads such a request once more, without the offer, which may be ignored (RFC 9110, 7.8).
        """
        while data:  # as often as requests of one packet offer something
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as offer:
                method, version = self.parser.get_method(), self.parser.get_http_version().encode()
                if method == b"CONNECT":
                    self.send_400_response("CONNECT is for proxies")
                    return
                kept = [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
                head = b"%b %b HTTP/%b\r\n%b\r\n" % (method, self.url, version, b"".join(kept))
                data = head + data[offer.args[0] :]
            except httptools.HttpParserError:
                self.send_400_response("what came is no HTTP request")
                return

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEADERS_S, self._lose_patience)

    def _lose_patience(self) -> None:
        """Close, unless an answer is still being sent to a client that has begun the next request already."""
        if self._answering:
            self._wait()
        else:
            self.transport.close()

    def _rest(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _flows(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _refuse_headers(self) -> None:
        hint = "send a long query by POST"
        self._refuse(Refusal(431, "the request's headers are too large", hint=hint, kind="header-too-large"))

    def _refuse(self, refusal: Refusal) -> None:
        """Send a problem document as the last answer of the connection, unless another answer is on its way."""
        self._rest()
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()
            return
        problem = problem_of(refusal)
        body = problem.body()
        fields = {
            "content-type": MEDIA_TYPE,
            "content-length": str(len(body)),
            "cache-control": "no-store",
            "connection": "close",
            **problem.headers,
        }
        head = f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\n"
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.transport.write(f"{head}{lines}\r\n".encode("latin-1") + body)
        self.transport.close()
