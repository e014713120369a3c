"""What every request gets, whoever answers it: a request id, a look at the name that was asked for, its client's share
of requests, the right to read, a bounded body; and every response: problem documents, CORS, HEAD, security headers; then
a line in the audit log if it was a write, one in the log, and a place in the metrics.

A plain ASGI application around the others, so that /sparql, which FastAPI never sees, and errors have the same.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.access import ApiKey
from kg.api.answers import Reply
from kg.api.audit import notes
from kg.api.express import HEAD, Whole
from kg.api.headers import header
from kg.api.keys import key_of, may_read
from kg.api.limits import RateLimiter, client_of
from kg.api.logs import request_id
from kg.api.problems import MEDIA_TYPE, RETRY_AFTER_S, Problem, Refusal, problem_of, too_large
from kg.api.service import GraphService

__all__ = ["Envelope", "send_problem"]

log = logging.getLogger(__name__)
requests_log = logging.getLogger("kg.requests")

DRAIN_BYTES, DRAIN_S = 64_000_000, 5.0  # of a refused body
BODY_S, BODY_BYTES_A_SECOND = 30.0, 4_000  # a body may take so long, and longer for its bytes
GZIP_FROM = 1024  # bytes: less is a packet anyway
GZIP_LEVEL = 4  # a third of the time of 9 for a tenth more bytes
METHODS = "GET, HEAD, PUT, POST, DELETE, OPTIONS"
EXPOSED = "ETag, Graph-Version, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"
ALWAYS = frozenset({"/healthz", "/readyz"})  # for whoever watches the service, with no key and at any rate
OUTSIDE_LIMITS = ("/static/", "/metrics")  # neither counted nor closed
CLIENT_LEFT = 499  # in logs and metrics, as nginx has it
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
SECURITY = {
    # text of articles and of queries ends up in pages: nothing inline runs, and scripts and styles are our own files
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_SECURITY = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in SECURITY.items()]


_ASKER = "asker"


@dataclass(frozen=True, slots=True)
class _Asker:
    """What the head of a request says of who sends it: the same for all requests with that head."""

    request_id: str | None
    accept: str | None
    if_none_match: str | None
    gzip: bool
    matters: bool
    """Whether it matters who asks: there is a key, or reading is closed, or requests are counted."""
    vary: str | None
    lines: bytes
    """Header fields that every response to it gets."""


def _compressed(reply: Reply, asker: _Asker) -> tuple[int, list[str], bytes]:
    """A reply as its client takes it, as GZipMiddleware has it: status, lines of its header fields, body."""
    body = reply.body
    assert isinstance(body, bytes)
    large = len(body) >= GZIP_FROM
    headers = {name.lower(): value for name, value in reply.headers.items()}
    headers["vary"] = ", ".join(filter(None, (headers.get("vary"), "Accept-Encoding" if large else None, asker.vary)))
    if large and asker.gzip:
        headers["content-encoding"] = "gzip"
        body = zlib.compress(body, GZIP_LEVEL, wbits=zlib.MAX_WBITS | 16)
    if reply.content_type:
        headers["content-type"] = reply.content_type
    if reply.status not in (204, 304):
        headers["content-length"] = str(len(body))
    return reply.status, [f"{name}: {value}\r\n" for name, value in headers.items()], body


async def send_problem(problem: Problem, send: Send) -> None:
    """Send a problem document as the whole response."""
    body = problem.body()
    headers = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), "cache-control": "no-store"}
    headers |= {name.lower(): value for name, value in problem.headers.items()}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


class Envelope:
    """The outermost application of a service: `max_body(path)` bounds a request's body in bytes; `origins` are let in by
    CORS.

    `check_host` raises for a Host header that it does not like. `sparql_now` has the replies of /sparql that need no wait: to
    a query string, Accept and If-None-Match.
    """

    def __init__(
        self,
        app: ASGIApp,
        service: GraphService,
        *,
        origins: Sequence[str],
        max_body: Callable[[str], int],
        check_host: Callable[[str | None], None],
        limiter: RateLimiter,
        sparql_now: Callable[[bytes, str | None, str | None], Reply | None] = lambda query, accept, known: None,
    ) -> None:
        self.app = app
        self.service = service
        self.origins = frozenset(origins)
        self.max_body = max_body
        self.check_host = check_host
        self.limiter = limiter
        self.sparql_now = sparql_now

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

    def answer_now(self, scope: Scope) -> Whole | None:
        """The response to `GET /sparql` if nobody has to wait for it, as `__call__` would send it, counted and logged.

        None leaves the request to `__call__`, as if it had not been seen: so do all errors, which are said there.
        """
        begun = time.monotonic()
        token = None
        try:
            if self.service.stopping:
                return None
            asker = scope[HEAD].get(_ASKER) or self._asker(scope)
            number = asker.request_id or token_hex(16)
            token = request_id.set(number)
            client = None
            if asker.matters:
                self._may_read(scope)
                client = self._counted(scope, key_of(self.service.keys, scope))
                if client is not None and not self.limiter.has_room(client):
                    return None
            if (reply := self.sparql_now(scope["query_string"], asker.accept, asker.if_none_match)) is None:
                return None
            share = self.limiter.take(client) if client is not None else {}
            status, lines, body = _compressed(reply, asker)
            lines += [f"x-request-id: {number}\r\n", *(f"{name}: {value}\r\n" for name, value in share.items())]
            self._count(scope, "/sparql", status, begun)
            return status, "".join(lines).encode("latin-1") + asker.lines, body
        except Exception:  # whatever it is, the long way meets it again and says it
            return None
        finally:
            if token is not None:
                request_id.reset(token)

    def _asker(self, scope: Scope) -> _Asker:
        """What the head of a request says, kept with it; raises Refusal where the long way would."""
        self.check_host(header(scope, b"host"))
        given = header(scope, b"x-request-id")
        cors = self._cors(header(scope, b"origin"))
        vary = cors.pop("Vary", None)
        constant = [*_SECURITY, *((name.encode("latin-1"), value.encode("latin-1")) for name, value in cors.items())]
        asker = scope[HEAD][_ASKER] = _Asker(
            request_id=given if given is not None and _REQUEST_ID.fullmatch(given) else None,
            accept=header(scope, b"accept"),
            if_none_match=header(scope, b"if-none-match"),
            gzip="gzip" in (header(scope, b"accept-encoding") or ""),
            matters=self.service.settings.read_key == "required"
            or bool(self.limiter.limit)
            or header(scope, b"authorization") is not None,
            vary=vary,
            lines=b"".join(b"%b: %b\r\n" % field for field in constant),
        )
        return asker

    def _begin(self, scope: Scope) -> dict[str, str]:
        """The fields that every response to the request gets."""
        number = _request_id(header(scope, b"x-request-id"))
        notes(scope)["request"] = number  # before any application makes a copy of the scope
        return {"X-Request-ID": number, **self._cors(header(scope, b"origin"))}

    def _end(self, scope: Scope, status: int, begun: float) -> None:
        """Count and log a request that is done."""
        route = _route(scope)
        self.service.audit.write(scope, route, status, begun)
        self._count(scope, route, status, begun)

    def _count(self, scope: Scope, route: str, status: int, begun: float) -> None:
        """A place in the metrics, and a line in the log of requests."""
        self.service.metrics.observe(scope["method"], route, status, begun)
        if requests_log.isEnabledFor(logging.INFO):
            _log_request(scope, route, status, begun)

    async def _serve(self, scope: Scope, receive: Receive, response: _Response) -> None:
        inner = scope
        limit = self.max_body(scope["path"])
        length = header(scope, b"content-length")
        empty = length is None and header(scope, b"transfer-encoding") is None
        body = _Body(receive, limit, empty=empty)
        try:
            self.check_host(header(scope, b"host"))
            if scope["method"] == "OPTIONS":
                response.fields.update(self._take(scope, None))
                await _allow(scope, response)
                return
            self._let_in(scope, response)
            if int(length or 0) > limit:
                raise too_large(limit)
            if response.head:
                inner = {**scope, "method": "GET"}
            await self.app(inner, body, response)
        except Exception as error:
            if response.started:
                raise  # too late for another status: the server cuts the connection
            problem = problem_of(error, instance=scope["path"])
            if problem.status == 500:
                log.exception("%s %s failed", scope["method"], scope["path"])
            await body.drain()
            await send_problem(problem, response)
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
        response.fields.update(self._take(scope, key))
        self._may_read(scope)

    def _may_read(self, scope: Scope) -> None:
        """Raise Refusal where reading is closed to who asks."""
        if self.service.settings.read_key == "required" and not scope["path"].startswith(OUTSIDE_LIMITS):
            may_read(self.service.keys, scope)  # /metrics looks itself

    def _take(self, scope: Scope, key: ApiKey | None) -> Mapping[str, str]:
        """Count the request; the fields that tell the client how many it has left."""
        client = self._counted(scope, key)
        return self.limiter.take(client) if client is not None else {}

    def _counted(self, scope: Scope, key: ApiKey | None) -> str | None:
        """Who makes the request, None if that is not counted."""
        name = key.name if key is not None else None
        client = client_of(scope, name)
        return None if scope["path"].startswith(OUTSIDE_LIMITS) or name == self.service.local_key else client

    def _cors(self, origin: str | None) -> dict[str, str]:
        """The CORS headers for a request from this origin."""
        if "*" in self.origins:
            return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}
        if origin is None or origin not in self.origins:
            return {"Vary": "Origin"}
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED, "Vary": "Origin"}


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
    raw += [(name, value) for name, value in _SECURITY if name not in there]
    for text, value in fields.items():
        name = text.lower().encode("latin-1")
        if name == b"vary" and name in there:
            at = next(number for number, (other, _) in enumerate(raw) if other == name)
            raw[at] = name, raw[at][1] + b", " + value.encode("latin-1")
        elif name not in there:
            raw.append((name, value.encode("latin-1")))
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
    raw = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
    await response({"type": "http.response.start", "status": 204, "headers": raw})
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


def _request_id(given: str | None) -> str:
    """The id that a client or proxy gave the request, if it can be one; else a new one."""
    return given if given is not None and _REQUEST_ID.fullmatch(given) else token_hex(16)


def _route(scope: Scope) -> str:
    """The template of the path, as `/entities/{slug}`: labels of metrics must not grow with what strangers ask for."""
    path = getattr(scope.get("route"), "path", None)
    if path is not None:
        return str(path)
    known = scope["path"].partition("/")[2].partition("/")[0]
    return (
        f"/{known}" if known in ("sparql", "graphs", "static", "healthz", "readyz", "metrics", "problems") else "other"
    )


def _log_request(scope: Scope, route: str, status: int, begun: float) -> None:
    """One line for a request, without what it asked: queries and names of people stay out of the log."""
    seconds = round(time.monotonic() - begun, 4)
    client = (scope.get("client") or ("-",))[0]
    facts = {"client": client, "method": scope["method"], "route": route, "status": status, "seconds": seconds}
    requests_log.info("%s %s %s %d %.3f s", client, scope["method"], route, status, seconds, extra={"facts": facts})
