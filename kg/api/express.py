"""The short way for requests that nobody has to wait for: from the bytes of a packet to those of the answer, in one call.

A task, the parser and the channels of ASGI cost as much as a look-up, and several times as much as to find an answer that
was given before (measured). A client's requests differ in what they ask and in nothing else: what follows the target of
`GET /sparql?…` comes again. So its head is parsed once, with the first request, which goes the long way; when its bytes
come again, the fields are known, and what the application made of them. What the request is and gets is for it to say, on
both ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from typing import Any

__all__ = ["HEAD", "Express", "Whole"]

Whole = tuple[int, bytes, bytes]
"""Status, lines of header fields and body of a response."""

HEAD = "newsgraph.head"
"""In a scope: a mapping in which the application keeps what it makes of a head, for each request that has it."""

MOST = 256  # heads
LONGEST = 8 << 10  # bytes of a request
_REQUEST = re.compile(rb"GET /sparql\?([A-Za-z0-9%+&=._~*'()!:/?,;@$-]*+)( HTTP/1\.1\r\n.++)", re.DOTALL)
_NOT_AGAIN = frozenset(
    (
        *(b"content-length", b"transfer-encoding", b"expect"),  # more may follow the head, or has to come before it
        *(b"x-forwarded-for", b"x-forwarded-proto"),  # name another client, which the server settles
    )
)


class Express:
    """The heads known so far, for all connections of a service; `answer_now` is the application's."""

    def __init__(self, answer_now: Callable[[MutableMapping[str, Any]], Whole | None]) -> None:
        self._answer_now = answer_now
        self._heads: dict[bytes, dict[str, Any]] = {}

    def answer(self, data: bytes, client: tuple[str, int] | None) -> Whole | None:
        """The response to what a client sent on a connection on which nothing else is under way; None: go the long way."""
        found = _REQUEST.fullmatch(data) if len(data) <= LONGEST else None
        if found is None or (head := self._heads.get(found[2])) is None:
            return None
        return self._answer_now({**head, "client": client, "query_string": found[1]})

    def learn(self, data: bytes, scope: dict[str, Any]) -> None:
        """Keep the head of what was one whole request, and no more, which leaves its connection open."""
        found = _REQUEST.fullmatch(data) if len(data) <= LONGEST else None
        if found is None or found[2] in self._heads or not _NOT_AGAIN.isdisjoint(name for name, _ in scope["headers"]):
            return
        if len(self._heads) >= MOST:
            del self._heads[next(iter(self._heads))]  # the oldest
        self._heads[found[2]] = {**scope, HEAD: {}}
