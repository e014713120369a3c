"""The fields of a request's header as ASGI has them: names in lower case, all as bytes.

Starlette's Headers decode every name that they pass, and each request is asked for ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["header"]


def header(scope: Mapping[str, Any], name: bytes) -> str | None:
    """The first value of a field; None without one.

    >>> header({"headers": [(b"host", b"example.org")]}, b"host")
    'example.org'
    """
    for other, value in scope["headers"]:
        if other == name:
            return str(value, "latin-1")
    return None
