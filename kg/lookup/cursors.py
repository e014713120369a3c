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

    >>> position_of(cursor_of(("leads", 3), "a list"), 2, "a list")
    ('leads', 3)
    """
    text = json.dumps([_digest(asked), *position], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def position_of(cursor: str, length: int, *asked: object) -> tuple[Any, ...]:
    """The position of a cursor, which has `length` parts. Raises ParameterError for one that is of another list, or none."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        found = None
    if (
        not isinstance(found, list)
        or len(found) != length + 1
        or not all(isinstance(x, str | int | float) for x in found)
    ):
        raise ParameterError("cursor= is none that a page gave", hint="take `next` of a page, or leave it out")
    if found[0] != _digest(asked):
        raise ParameterError(
            "cursor= comes from a list with other filters or another order", hint="keep them, or begin without a cursor"
        )
    return tuple(found[1:])


def _digest(asked: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(asked).encode("utf-8", "surrogatepass")).hexdigest()[:8]
