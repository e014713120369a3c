"""Who may run a query now, who waits, and who is turned away.

Bounded, and fair: room that becomes free goes to the client of whom the fewest run, and of equals to who came first. So
one client that sends a hundred queries at once holds others up by those that run, not by those that wait.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from kg.errors import ClientBusy, QueryBusy, QueryCancelled, QueueFull

__all__ = ["Admission", "Cancellation"]


class Cancellation:
    """A way to stop a query from another thread, whether it waits, runs or is being read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._callbacks: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled

    def cancel(self) -> None:
        """Stop the query for which this was passed, now or as soon as it begins; safe to call twice and too late."""
        with self._lock:
            self._cancelled = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def when_cancelled(self, callback: Callable[[], None]) -> None:
        """Call back once cancelled, on the thread that cancels; at once if that has happened."""
        with self._lock:
            if not self._cancelled:
                self._callbacks.append(callback)
                return
        callback()

    def forget(self, callback: Callable[[], None]) -> None:
        """Take a callback back."""
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)


@dataclass(eq=False, slots=True)
class _Waiter:
    short: bool
    client: Hashable
    wake: Callable[[], None]
    admitted: bool = False


class Admission:
    """Room for `size` queries at once, `reserved` of it for short ones; `max_waiting` may wait `wait_s` for it."""

    def __init__(
        self, size: int, *, reserved: int, max_waiting: int, wait_s: float, max_per_client: int | None = None
    ) -> None:
        if size < 1 or not 0 <= reserved < size:
            raise ValueError(f"{size} workers cannot keep {reserved} for short queries")
        self._size = size
        self._reserved = reserved
        self._max_waiting = max_waiting
        self._wait_s = wait_s
        self._max_per_client = max_per_client
        self._lock = threading.Lock()
        self._running = 0
        self._running_long = 0
        self._waiting: list[_Waiter] = []
        self._clients: Counter[Hashable] = Counter()  # who run or wait
        self._running_of: Counter[Hashable] = Counter()

    @property
    def reserved(self) -> int:
        """How much of the room is kept for short queries."""
        return self._reserved

    @property
    def running(self) -> int:
        """How many queries run."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many wait for room."""
        return len(self._waiting)

    def enter(self, *, short: bool, client: Hashable = None, cancel: Cancellation | None = None) -> None:
        """Return when the query may run; `leave` gives the room back.

        Raises QueueFull and ClientBusy when the queue or the client's share is full, QueryBusy when no room came in
        time, QueryCancelled when cancelled meanwhile.
        """
        if self.enter_now(short=short, client=client):
            return
        woken = threading.Event()
        with self._waits(woken.set, short=short, client=client, cancel=cancel):
            woken.wait(self._wait_s)

    async def enter_soon(self, *, short: bool, client: Hashable = None, cancel: Cancellation | None = None) -> None:
        """The same on the event loop, which goes on meanwhile."""
        if self.enter_now(short=short, client=client):
            return
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(woken.set)

        with self._waits(wake, short=short, client=client, cancel=cancel), suppress(TimeoutError):
            async with asyncio.timeout(self._wait_s):
                await woken.wait()

    @contextmanager
    def _waits(
        self, wake: Callable[[], None], *, short: bool, client: Hashable, cancel: Cancellation | None
    ) -> Iterator[None]:
        """A place in the queue, as long as the block waits for `wake`; raises what `enter` does."""
        with self._lock:
            if self._enter_now(short=short, client=client):
                wake()
                waiter = None
            elif len(self._waiting) >= self._max_waiting:
                raise QueueFull
            else:
                waiter = _Waiter(short, client, wake)
                self._waiting.append(waiter)
                self._clients[client] += 1
        cancel = cancel or Cancellation()
        cancel.when_cancelled(wake)
        try:
            yield
            if cancel.cancelled:
                raise QueryCancelled
            if waiter is not None and not waiter.admitted:
                raise QueryBusy
        except BaseException:  # Ctrl-C too
            if waiter is None:
                self.leave(short=short, client=client)
            else:
                self._withdraw(waiter, client)
            raise
        finally:
            cancel.forget(wake)

    def enter_now(self, *, short: bool, client: Hashable = None) -> bool:
        """Whether the query may run at once, without waiting: then `leave` gives the room back. Raises ClientBusy."""
        with self._lock:
            return self._enter_now(short=short, client=client)

    def _enter_now(self, *, short: bool, client: Hashable) -> bool:
        if client is not None and self._max_per_client is not None and self._clients[client] >= self._max_per_client:
            raise ClientBusy
        if any(waiter.short >= short for waiter in self._waiting) or not self._room(short=short):
            return False
        self._admit(short=short, client=client)
        self._clients[client] += 1
        return True

    def leave(self, *, short: bool, client: Hashable = None) -> None:
        """Give the room back to those who wait."""
        with self._lock:
            self._running -= 1
            self._running_long -= not short
            _lessen(self._running_of, client)
            _lessen(self._clients, client)
            while fitting := [waiter for waiter in self._waiting if self._room(short=waiter.short)]:
                waiter = min(fitting, key=lambda waiter: self._running_of[waiter.client])  # the first of equals
                self._waiting.remove(waiter)
                self._admit(short=waiter.short, client=waiter.client)
                waiter.admitted = True
                waiter.wake()

    def _withdraw(self, waiter: _Waiter, client: Hashable) -> None:
        with self._lock:
            if not waiter.admitted:
                self._waiting.remove(waiter)
                _lessen(self._clients, client)
                return
        self.leave(short=waiter.short, client=client)

    def _room(self, *, short: bool) -> bool:
        return self._running < self._size and (short or self._running_long < self._size - self._reserved)

    def _admit(self, *, short: bool, client: Hashable) -> None:
        self._running += 1
        self._running_long += not short
        self._running_of[client] += 1


def _lessen(counts: Counter[Hashable], client: Hashable) -> None:
    """Count one less; who has none left takes no memory."""
    counts[client] -= 1
    if counts[client] <= 0:
        del counts[client]
