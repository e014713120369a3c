"""Long work takes turns outside the threads that answer readers: writes, one at a time, and exports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kg.api.problems import RETRY_AFTER_S, Refusal

__all__ = ["MAX_WAITING", "Turns"]

MAX_WAITING = 32
"""Requests that may wait: each keeps its article in memory, and a client should hear in time that it has to slow down."""


class Turns:
    """The turns of one service, so many at once. Work that waited on a lock in a thread would keep a reader's thread."""

    def __init__(self, what: str, at_once: int) -> None:
        self._what = what
        self._free = asyncio.Semaphore(at_once)
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._waiting

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A turn, as long as the block lasts; raises a 503 when too many wait already."""
        if self._waiting >= MAX_WAITING:
            raise Refusal(
                503,
                f"{MAX_WAITING} {self._what} are waiting already",
                hint="send one request after the other, each when the one before is done",
                headers={"Retry-After": str(RETRY_AFTER_S)},
                kind="too-many-waiting",
            )
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()
