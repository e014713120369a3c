"""What every response gets, whoever made it: problem documents, CORS, HEAD, security headers, a bounded request body,
a look at the name that was asked for, and a line in the audit log if it was a write.

A plain ASGI application around the others, so that /sparql, which FastAPI never sees, and errors have the same headers.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.api.audit import AuditLog, notes
from kg.api.problems import MEDIA_TYPE, Problem, Refusal, problem_of

__all__ = ["Envelope", "send_problem"]

log = logging.getLogger(__name__)

DRAIN_BYTES, DRAIN_S = 64_000_000, 5.0  # of a refused body
METHODS = "GET, HEAD, PUT, POST, DELETE, OPTIONS"
EXPOSED = "ETag, Graph-Version, Link, Location, Retry-After"
SECURITY = {
    # text of articles and of queries ends up in pages: nothing inline runs, and scripts and styles are our own files
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


async def send_problem(problem: Problem, send: Send) -> None:
    """Send a problem document as the whole response."""
    body = problem.body()
    headers = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), "cache-control": "no-store"}
    headers |= {name.lower(): value for name, value in problem.headers.items()}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


class Envelope:
    """The outermost application: `max_body(path)` bounds a request's body in bytes; `origins` are let in by CORS.

    `check_host` raises for a Host header that it does not like.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        origins: Sequence[str],
        max_body: Callable[[str], int],
        check_host: Callable[[str | None], None],
        audit: AuditLog,
    ) -> None:
        self.app = app
        self.origins = frozenset(origins)
        self.max_body = max_body
        self.check_host = check_host
        self.audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.monotonic()
        notes(scope)  # before any application makes a copy of the scope
        headers = Headers(scope=scope)
        response = _Response(send, self._cors(headers.get("origin")), head=scope["method"] == "HEAD")
        try:
            await self._serve(scope, headers, receive, response)
        finally:
            self.audit.write(scope, response.status, begun)

    async def _serve(self, scope: Scope, headers: Headers, receive: Receive, response: _Response) -> None:
        if response.head:
            scope = {**scope, "method": "GET"}
        limit = self.max_body(scope["path"])
        body = _Body(receive, limit)
        try:
            self.check_host(headers.get("host"))
            if scope["method"] == "OPTIONS":
                await _allow(headers, response)
                return
            if int(headers.get("content-length") or 0) > limit:
                raise _too_large(limit)
            await self.app(scope, body, response)
        except Exception as error:
            if response.started:
                raise  # too late for another status: the server cuts the connection
            problem = problem_of(error, instance=scope["path"])
            if problem.status == 500:
                log.exception("%s %s failed", scope["method"], scope["path"])
            await body.drain()
            await send_problem(problem, response)

    def _cors(self, origin: str | None) -> dict[str, str]:
        """The CORS headers for a request from this origin."""
        if "*" in self.origins:
            return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}
        if origin is None or origin not in self.origins:
            return {"Vary": "Origin"}
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED, "Vary": "Origin"}


class _Response:
    """The send channel of one request: adds headers to the start, drops the body of an answer to HEAD."""

    def __init__(self, send: Send, cors: dict[str, str], *, head: bool) -> None:
        self.send = send
        self.cors = cors
        self.head = head
        self.started = False
        self.ended = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            headers = MutableHeaders(raw=list(message["headers"]))
            for name, value in (SECURITY | self.cors).items():
                if name == "Vary":
                    headers.add_vary_header(value)
                else:
                    headers.setdefault(name, value)
            message = {**message, "headers": headers.raw}
        elif self.head and message["type"] == "http.response.body":
            if self.ended:
                return
            self.ended = True
            message = {"type": "http.response.body", "body": b""}
        await self.send(message)


async def _allow(headers: Headers, response: _Response) -> None:
    """Answer OPTIONS, a preflight or not."""
    asked = headers.get("access-control-request-headers", "authorization, content-type, accept")
    fields = {
        "allow": METHODS,
        "access-control-allow-methods": METHODS,
        "access-control-allow-headers": asked,
        "access-control-max-age": "86400",
    }
    raw = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
    await response({"type": "http.response.start", "status": 204, "headers": raw})
    await response({"type": "http.response.body", "body": b""})


class _Body:
    """The receive channel of one request: raises a 413 once more than `limit` bytes have come."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._seen = 0
        self._complete = False

    async def __call__(self) -> Message:
        message = await self._take()
        if self._seen > self._limit:
            raise _too_large(self._limit)
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


def _too_large(limit: int) -> Refusal:
    return Refusal(413, f"the request's body is larger than {limit:,} bytes", headers={"Connection": "close"})
