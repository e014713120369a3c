"""`GET /sparql` where nobody has to wait for the answer: from a head that is known to the bytes of the response.

What `kg.api.middleware` does with a request and its response, in one call and without ASGI's messages. Any doubt leaves
the request to that, as if it had not been seen.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Scope

from kg.api.answers import Reply
from kg.api.express import HEAD, Whole
from kg.api.gate import SECURITY, Gate, given_number, new_number
from kg.api.headers import encoded, header, lines_of, takes_gzip
from kg.api.keys import key_of
from kg.api.logs import request_id

__all__ = ["GZIP_FROM", "GZIP_LEVEL", "Shortcut"]

GZIP_FROM = 1024  # bytes: less is a packet anyway
GZIP_LEVEL = 4  # a third of the time of 9 for a tenth more bytes
_ASKER = "asker"


@dataclass(frozen=True, slots=True)
class _Asker:
    """What the head of a request says of who sends it: the same for all requests with that head."""

    request_id: str | None
    accept: str | None
    if_none_match: str | None
    gzip: bool
    matters: bool
    """Whether it matters who asks."""
    vary: str | None
    lines: bytes
    """Header fields that every response to it gets."""


class Shortcut:
    """The short way through a gate to the replies of /sparql: `sparql_now` has them for a query string, Accept and
    If-None-Match, and None for what needs a wait."""

    def __init__(self, gate: Gate, sparql_now: Callable[[bytes, str | None, str | None], Reply | None]) -> None:
        self._gate = gate
        self._sparql_now = sparql_now

    def answer(self, scope: Scope) -> Whole | None:
        """The response as it comes by the long way, counted and logged.

        None leaves the request to the long way: so do all errors, which are said there.
        """
        begun, gate = time.monotonic(), self._gate
        token = None
        try:
            if gate.service.stopping:
                return None
            asker = scope[HEAD].get(_ASKER) or self._asker(scope)
            number = asker.request_id or new_number()
            token = request_id.set(number)
            client = None
            if asker.matters:
                gate.may_read(scope)
                client = gate.counted(scope, key_of(gate.service.keys, scope))
                if client is not None and not gate.limiter.has_room(client):
                    return None
            if (reply := self._sparql_now(scope["query_string"], asker.accept, asker.if_none_match)) is None:
                return None
            share = gate.limiter.take(client) if client is not None else {}
            fields, body = _compressed(reply, asker)
            lines = lines_of(encoded({**fields, "x-request-id": number, **share}))
            gate.count(scope, "/sparql", reply.status, begun)
            return reply.status, lines + asker.lines, body
        except Exception:  # whatever it is, the long way meets it again and says it
            return None
        finally:
            if token is not None:
                request_id.reset(token)

    def _asker(self, scope: Scope) -> _Asker:
        """What the head of a request says, kept with it; raises Refusal where the long way would."""
        self._gate.check_host(header(scope, b"host"))
        cors = self._gate.cors(scope)
        vary = cors.pop("Vary", None)
        asker = scope[HEAD][_ASKER] = _Asker(
            request_id=given_number(scope),
            accept=header(scope, b"accept"),
            if_none_match=header(scope, b"if-none-match"),
            gzip=takes_gzip(header(scope, b"accept-encoding")),
            matters=self._gate.asks_who(scope),
            vary=vary,
            lines=lines_of([*SECURITY, *encoded(cors)]),
        )
        return asker


def _compressed(reply: Reply, asker: _Asker) -> tuple[dict[str, str], bytes]:
    """The fields and the body of a reply as its client takes it: as GZipMiddleware has it."""
    fields, body = reply.fields(), reply.body
    assert isinstance(body, bytes)
    large = len(body) >= GZIP_FROM
    fields["vary"] = ", ".join(filter(None, (fields.get("vary"), "Accept-Encoding" if large else None, asker.vary)))
    if large and asker.gzip:
        body = zlib.compress(body, GZIP_LEVEL, wbits=zlib.MAX_WBITS | 16)
        fields |= {"content-encoding": "gzip", "content-length": str(len(body))}
    return fields, body
