"""What every request gets, whoever answers it: a request id, a look at the name that was asked for, its client's share
of requests, the right to read, a bounded body; and every response: problem documents, CORS, HEAD, security headers; then
a line in the audit log if it was a write, one in the log, and a place in the metrics.

A plain ASGI application around the others, so that /sparql, which FastAPI never sees, and errors have the same.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.api.audit import notes
from kg.api.express import Whole
from kg.api.gate import SECURITY, Gate, given_number, new_number
from kg.api.headers import encoded, header, takes_gzip
from kg.api.keys import key_of
from kg.api.logs import request_id
from kg.api.problems import MEDIA_TYPE, RETRY_AFTER_S, Problem, Refusal, problem_of, too_large
from kg.errors import QueryCancelled

__all__ = ["Envelope", "send_problem"]

log = logging.getLogger(__name__)

DRAIN_BYTES, DRAIN_S = 64_000_000, 5.0  # of a refused body
BODY_S, BODY_BYTES_A_SECOND = 30.0, 4_000  # a body may take so long, and longer for its bytes
METHODS = "GET, HEAD, PUT, POST, DELETE, OPTIONS"
ALWAYS = frozenset({"/healthz", "/readyz"})  # for whoever watches the service, with no key and at any rate
CLIENT_LEFT = 499  # in logs and metrics, as nginx has it


async def send_problem(problem: Problem, send: Send) -> None:
    """Send a problem document as the whole response."""
    body = problem.body()
    headers = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), "cache-control": "no-store"}
    headers |= {name.lower(): value for name, value in problem.headers.items()}
    await send({"type": "http.response.start", "status": problem.status, "headers": encoded(headers)})
    await send({"type": "http.response.body", "body": body})


class Envelope:
    """The outermost application of a service, behind its gate: `max_body(path)` bounds a request's body in bytes.

    `answer_now` has the responses for which nobody has to wait, as `__call__` would send them.
    """

    def __init__(
        self,
        app: ASGIApp,
        gate: Gate,
        *,
        max_body: Callable[[str], int],
        answer_now: Callable[[Scope], Whole | None] = lambda scope: None,
    ) -> None:
        self.app = app
        self.gate = gate
        self.service = gate.service
        self.max_body = max_body
        self.answer_now = answer_now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.monotonic()
        fields = self._begin(scope)
        request_id.set(fields["X-Request-ID"])
        response = _Response(send, fields, head=scope["method"] == "HEAD")
        metrics = self.service.metrics
        metrics.under_way.inc()
        try:
            await self._serve(scope, receive, response)
        finally:
            metrics.under_way.dec()
            self._end(scope, response.status or CLIENT_LEFT, begun)

    def _begin(self, scope: Scope) -> dict[str, str]:
        """The fields that every response to the request gets."""
        number = given_number(scope) or new_number()
        notes(scope)["request"] = number  # before any application makes a copy of the scope
        return {"X-Request-ID": number, **self.gate.cors(scope)}

    def _end(self, scope: Scope, status: int, begun: float) -> None:
        """Count and log a request that is done."""
        route = _route(scope)
        self.service.audit.write(scope, route, status, begun)
        self.gate.count(scope, route, status, begun)

    async def _serve(self, scope: Scope, receive: Receive, response: _Response) -> None:
        inner = scope
        limit = self.max_body(scope["path"])
        length = header(scope, b"content-length")
        empty = length is None and header(scope, b"transfer-encoding") is None
        body = _Body(receive, limit, empty=empty)
        try:
            self.gate.check_host(header(scope, b"host"))
            if scope["method"] == "OPTIONS":
                response.fields.update(self.gate.take(scope, None))
                await _allow(scope, response)
                return
            self._let_in(scope, response)
            if int(length or 0) > limit:
                raise too_large(limit)
            if response.head:
                inner = {**scope, "method": "GET"}
            coding = header(scope, b"accept-encoding")
            if coding is not None and "gzip" in coding and not takes_gzip(coding):  # Starlette looks for the word alone
                inner = {**inner, "headers": [field for field in scope["headers"] if field[0] != b"accept-encoding"]}
            await self.app(inner, body, response)
        except Exception as error:
            if response.started:
                raise  # too late for another status: the server cuts the connection
            problem = problem_of(error, instance=scope["path"])
            if problem.status == 500:
                log.exception("%s %s failed", scope["method"], scope["path"])
            await body.drain()
            await send_problem(problem, response)
            if isinstance(error, QueryCancelled):
                response.status = CLIENT_LEFT  # nobody heard it: a 503 would look like too much load
        finally:
            if inner is not scope and "route" in inner:
                scope["route"] = inner["route"]

    def _let_in(self, scope: Scope, response: _Response) -> None:
        """Raise Refusal when the service is stopping, the client asks too often, or may not read."""
        service, path = self.service, scope["path"]
        if path in ALWAYS:
            return
        if service.stopping and path != "/metrics":
            raise Refusal(
                503,
                "the service is stopping",
                hint="try again in a moment",
                headers={"Retry-After": str(RETRY_AFTER_S), "Connection": "close"},
                kind="shutting-down",
            )
        key = key_of(service.keys, scope)
        response.fields.update(self.gate.take(scope, key))
        self.gate.may_read(scope)


class _Response:
    """The send channel of one request: adds `fields` to the start, drops the body of an answer to HEAD."""

    def __init__(self, send: Send, fields: dict[str, str], *, head: bool) -> None:
        self.send = send
        self.fields = fields
        self.head = head
        self.started = False
        self.ended = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            await self.send({**message, "headers": _with_fields(list(message["headers"]), self.fields)})
            return
        if self.head and message["type"] == "http.response.body":
            if self.ended:
                return
            self.ended = True
            message = {"type": "http.response.body", "body": b""}
        await self.send(message)


def _with_fields(raw: list[tuple[bytes, bytes]], fields: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Header fields with those of the envelope, where a route has not set them itself; Vary is added to."""
    there = {name for name, _ in raw}
    raw += [(name, value) for name, value in SECURITY if name not in there]
    for name, value in encoded(fields):
        if name == b"vary" and name in there:
            at = next(number for number, (other, _) in enumerate(raw) if other == name)
            raw[at] = name, raw[at][1] + b", " + value
        elif name not in there:
            raw.append((name, value))
    return raw


async def _allow(scope: Scope, response: _Response) -> None:
    """Answer OPTIONS, a preflight or not."""
    asked = header(scope, b"access-control-request-headers") or "authorization, content-type, accept"
    fields = {
        "allow": METHODS,
        "access-control-allow-methods": METHODS,
        "access-control-allow-headers": asked,
        "access-control-max-age": "86400",
    }
    await response({"type": "http.response.start", "status": 204, "headers": encoded(fields)})
    await response({"type": "http.response.body", "body": b""})


class _Body:
    """The receive channel of one request: raises a 413 once more than `limit` bytes have come, a 408 when they come too
    slowly."""

    def __init__(self, receive: Receive, limit: int, *, empty: bool) -> None:
        self._receive = receive
        self._limit = limit
        self._seen = 0
        self._begun = time.monotonic()
        self._complete = empty

    async def __call__(self) -> Message:
        if self._complete:
            return await self._receive()  # waits for the client to leave
        patience = self._begun + BODY_S + self._seen / BODY_BYTES_A_SECOND - time.monotonic()
        try:
            async with asyncio.timeout(patience):
                message = await self._take()
        except TimeoutError as error:
            self._complete = True  # nobody waits for the rest
            raise Refusal(
                408,
                f"the request's body comes too slowly: {self._seen:,} bytes so far",
                headers={"Connection": "close"},
                kind="body-too-slow",
            ) from error
        if self._seen > self._limit:
            raise too_large(self._limit)
        return message

    async def drain(self) -> None:
        """Read what is left of a refused body, up to a limit: a connection closed on unread bytes is reset, and the
        answer lost (RFC 9112, section 9.6)."""
        before = self._seen
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while not self._complete and self._seen - before < DRAIN_BYTES:
                    await self._take()

    async def _take(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        self._complete = message["type"] != "http.request" or not message.get("more_body", False)
        return message


def _route(scope: Scope) -> str:
    """The template of the path, as `/entities/{slug}`: labels of metrics must not grow with what strangers ask for."""
    path = getattr(scope.get("route"), "path", None)
    if path is not None:
        return str(path)
    known = scope["path"].partition("/")[2].partition("/")[0]
    return (
        f"/{known}" if known in ("sparql", "graphs", "static", "healthz", "readyz", "metrics", "problems") else "other"
    )
