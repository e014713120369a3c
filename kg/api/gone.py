"""A client that goes away before its answer is there takes its query with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.types import Receive

from kg.graph.workers import Cancellation

__all__ = ["cancelled_when_gone"]

WATCH_AFTER_S = 0.02  # most answers are there sooner, and a task that watches costs as much as all else here


@asynccontextmanager
async def cancelled_when_gone(receive: Receive) -> AsyncIterator[Cancellation]:
    """A cancellation that takes place once the client closes its connection, as long as the block lasts.

    The request's body must have been read, or not be wanted.
    """
    cancel = Cancellation()
    watching: asyncio.Task[None] | None = None

    async def watch() -> None:
        """Wait until the connection is closed."""
        while (await receive())["type"] != "http.disconnect":
            pass
        cancel.cancel()

    def begin() -> None:
        """Watch, now that the answer takes its time."""
        nonlocal watching
        watching = asyncio.create_task(watch())

    alarm = asyncio.get_running_loop().call_later(WATCH_AFTER_S, begin)
    try:
        yield cancel
    finally:
        alarm.cancel()
        if watching is not None:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
