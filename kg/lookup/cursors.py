"""Where a page of a list ended, as an opaque word for the client to give back."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from kg.errors import ParameterError

__all__ = ["cursor_of", "position_of"]


def cursor_of(position: tuple[Any, ...], *asked: object) -> str:
    """The cursor of a position in the list that `asked` describes (its filters and its order).

    >>> position_of(cursor_of(("leads", 3), "a list"), "a list")
    ('leads', 3)
    """
    text = json.dumps([_digest(position, asked), *position], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def position_of(cursor: str, *asked: object) -> tuple[Any, ...]:
    """The position of a cursor of the list that `asked` describes. Raises ParameterError for any other."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list) and found and found[0] == _digest(tuple(found[1:]), asked):
        return tuple(found[1:])
    raise ParameterError(
        "cursor= is none that a page of this list gave",
        hint="take `next` of a page and keep the filters and the order, or begin without it",
    )


def _digest(position: tuple[Any, ...], asked: tuple[object, ...]) -> str:
    return hashlib.sha256(repr((position, asked)).encode("utf-8", "surrogatepass")).hexdigest()[:12]
