"""Who is let in, what every response to a request carries, and where it is counted: the same on both ways to an answer."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from secrets import token_hex

from starlette.types import Scope

from kg.access import ApiKey
from kg.api.headers import encoded, header
from kg.api.keys import may_read
from kg.api.limits import RateLimiter, client_of
from kg.api.service import GraphService

__all__ = ["SECURITY", "Gate", "given_number", "new_number"]

requests_log = logging.getLogger("kg.requests")

EXPOSED = "ETag, Graph-Version, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"
OUTSIDE_LIMITS = ("/static/", "/metrics")  # neither counted nor closed
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
SECURITY = encoded(
    {
        # text of articles and of queries ends up in pages: nothing inline runs, and scripts and styles are our own files
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
)


class Gate:
    """The gate of a service: `check_host` raises for a Host header that it does not like, `origins` are let in by CORS."""

    def __init__(
        self,
        service: GraphService,
        *,
        origins: Sequence[str],
        check_host: Callable[[str | None], None],
        limiter: RateLimiter,
    ) -> None:
        self.service = service
        self.origins = frozenset(origins)
        self.check_host = check_host
        self.limiter = limiter

    def may_read(self, scope: Scope) -> None:
        """Raise Refusal where reading is closed to who asks."""
        if self.service.settings.read_key == "required" and not scope["path"].startswith(OUTSIDE_LIMITS):
            may_read(self.service.keys, scope)  # /metrics looks itself

    def take(self, scope: Scope, key: ApiKey | None) -> Mapping[str, str]:
        """Count the request; the fields that tell the client how many it has left. Raises Refusal."""
        client = self.counted(scope, key)
        return self.limiter.take(client) if client is not None else {}

    def counted(self, scope: Scope, key: ApiKey | None) -> str | None:
        """Who makes the request, None if that is not counted."""
        name = key.name if key is not None else None
        client = client_of(scope, name)
        return None if scope["path"].startswith(OUTSIDE_LIMITS) or name == self.service.local_key else client

    def asks_who(self, scope: Scope) -> bool:
        """Whether it matters who sends a request: there is a key, or reading is closed, or requests are counted."""
        closed = self.service.settings.read_key == "required"
        return closed or bool(self.limiter.limit) or header(scope, b"authorization") is not None

    def cors(self, scope: Scope) -> dict[str, str]:
        """The CORS fields of the response to a request from its origin."""
        origin = header(scope, b"origin")
        if "*" in self.origins:
            return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}
        if origin is None or origin not in self.origins:
            return {"Vary": "Origin"}
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED, "Vary": "Origin"}

    def count(self, scope: Scope, route: str, status: int, begun: float) -> None:
        """A place in the metrics, and a line in the log of requests."""
        self.service.metrics.observe(scope["method"], route, status, begun)
        if requests_log.isEnabledFor(logging.INFO):
            _log_request(scope, route, status, begun)


def given_number(scope: Scope) -> str | None:
    """The id that a client or proxy gave the request, if it can be one."""
    given = header(scope, b"x-request-id")
    return given if given is not None and _REQUEST_ID.fullmatch(given) else None


def new_number() -> str:
    """An id for a request that has none."""
    return token_hex(16)


def _log_request(scope: Scope, route: str, status: int, begun: float) -> None:
    """One line for a request, without what it asked: queries and names of people stay out of the log."""
    seconds = round(time.monotonic() - begun, 4)
    client = (scope.get("client") or ("-",))[0]
    facts = {"client": client, "method": scope["method"], "route": route, "status": status, "seconds": seconds}
    requests_log.info("%s %s %s %d %.3f s", client, scope["method"], route, status, seconds, extra={"facts": facts})
