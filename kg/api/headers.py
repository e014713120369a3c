"""The fields of a header as ASGI has them: names in lower case, all as bytes.

Starlette's Headers decode every name that they pass, and each request is asked for ten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["encoded", "header", "lines_of", "takes_gzip"]

_REFUSED = re.compile(r"\s*(x-)?gzip\s*;\s*q\s*=\s*0(\.0*)?\s*", re.IGNORECASE)


def header(scope: Mapping[str, Any], name: bytes) -> str | None:
    """The first value of a field; None without one.

    >>> header({"headers": [(b"host", b"example.org")]}, b"host")
    'example.org'
    """
    for other, value in scope["headers"]:
        if other == name:
            return str(value, "latin-1")
    return None


def encoded(fields: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Fields for ASGI.

    >>> encoded({"ETag": "x"})
    [(b'etag', b'x')]
    """
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]


def lines_of(fields: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The same fields as they go over the wire.

    >>> lines_of([(b"etag", b"x")])
    b'etag: x\\r\\n'
    """
    return b"".join([b"%b: %b\r\n" % field for field in fields])


def takes_gzip(accept_encoding: str | None) -> bool:
    """Whether a client takes gzip: it names it, and not with the weight 0 (RFC 9110, 12.5.3).

    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0, identity"), takes_gzip(None)
    (True, False, False)
    """
    return any("gzip" in one and not _REFUSED.fullmatch(one) for one in (accept_encoding or "").split(","))
