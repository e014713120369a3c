"""People who write from pages: an API key, given once in a form, behind a cookie for some hours.

The cookie holds a random number and nothing else, is hidden from scripts and is not sent from other sites (SameSite). It
alone moves nothing: each form that writes carries a token of its session, and a browser that tells where a request comes
from (Sec-Fetch-Site, Origin) must name this service. The key itself is looked up each time, so that one that was revoked
ends its sessions; all end with the process.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from kg.access import ApiKey, KeyRing, KeyScope
from kg.api.keys import authorise
from kg.api.problems import Refusal

__all__ = ["COOKIE", "Session", "Sessions", "check_origin"]

COOKIE = "newsgraph-session"
LASTS_S = 8 * 3600
MOST = 1000  # sessions: the oldest ends when there are more
FIELD = "token"


@dataclass(frozen=True, slots=True)
class Session:
    """A person with a key: `token` is what forms carry, `until` a time of `time.monotonic`."""

    secret: str
    token: str
    until: float


class Sessions:
    """The sessions of one service."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, request: Request, response: Response, secret: str) -> None:
        """Begin a session with a key that was checked: the response carries its cookie."""
        number = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[number] = Session(secret, secrets.token_urlsafe(32), time.monotonic() + LASTS_S)
            while len(self._sessions) > MOST:
                self._sessions.popitem(last=False)
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, number, max_age=LASTS_S, httponly=True, samesite="strict", secure=secure)

    def end(self, request: Request, response: Response) -> None:
        """End the session of a request, if it has one."""
        with self._lock:
            self._sessions.pop(request.cookies.get(COOKIE, ""), None)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")

    def of(self, request: Request) -> Session | None:
        """The session of a request, unless it is over."""
        with self._lock:
            found = self._sessions.get(request.cookies.get(COOKIE, ""))
        return found if found is not None and time.monotonic() < found.until else None

    def holder(self, request: Request, keys: KeyRing) -> tuple[Session, ApiKey] | None:
        """The session of a request with its key, if both are in force and the key may write."""
        session = self.of(request)
        if session is None:
            return None
        try:
            return session, authorise(keys, {"headers": [_bearer(session.secret)]}, KeyScope.WRITE)  # not for the log
        except Refusal:
            return None

    def admit(self, request: Request, form: dict[str, str], keys: KeyRing, needed: KeyScope = KeyScope.WRITE) -> ApiKey:
        """The key with which a form may write. Raises Refusal (401, 403) for a foreign form, or one of no session."""
        check_origin(request)
        session = self.of(request)
        if session is None:
            raise Refusal(401, "you are not signed in any more", hint="/sign-in", kind="key-required")
        if not hmac.compare_digest(session.token.encode(), form.get(FIELD, "").encode()):
            raise Refusal(403, "this form is none of yours", hint="open the page again, and send the form from there")
        return _authorised(request, keys, session.secret, needed)


def check_origin(request: Request) -> None:
    """Raise Refusal (403) when a browser says that a request comes from a page of another origin."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if site not in ("same-origin", "none") or foreign:
        raise Refusal(403, "a form of another site cannot write here")


def _authorised(request: Request, keys: KeyRing, secret: str, needed: KeyScope) -> ApiKey:
    """The key, by the same rules as in a header; its name is noted for the audit log."""
    others = [(name, value) for name, value in request.scope["headers"] if name not in (b"authorization", b"x-api-key")]
    return authorise(keys, {**request.scope, "headers": [*others, _bearer(secret)]}, needed)


def _bearer(secret: str) -> tuple[bytes, bytes]:
    return b"authorization", b"Bearer " + secret.encode("latin-1", "replace")
