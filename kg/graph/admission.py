"""Who may run a query now, who waits, and who is turned away: bounded, first come first served in each lane."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from kg.errors import QueryBusy, QueryCancelled

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
    admitted: bool = False
    woken: threading.Event = field(default_factory=threading.Event)


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
        self._clients: Counter[Hashable] = Counter()

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

        Raises QueryBusy when the queue or the client's share is full or no room came in time, QueryCancelled when
        cancelled meanwhile.
        """
        with self._lock:
            if (
                client is not None
                and self._max_per_client is not None
                and self._clients[client] >= self._max_per_client
            ):
                raise QueryBusy
            if not any(waiter.short >= short for waiter in self._waiting) and self._room(short=short):
                self._admit(short=short)
                self._clients[client] += 1
                return
            if len(self._waiting) >= self._max_waiting:
                raise QueryBusy
            waiter = _Waiter(short)
            self._waiting.append(waiter)
            self._clients[client] += 1
        cancel = cancel or Cancellation()
        cancel.when_cancelled(waiter.woken.set)
        try:
            waiter.woken.wait(self._wait_s)
            if cancel.cancelled:
                raise QueryCancelled
            if not waiter.admitted:
                raise QueryBusy
        except BaseException:  # Ctrl-C too
            self._withdraw(waiter, client)
            raise
        finally:
            cancel.forget(waiter.woken.set)

    def leave(self, *, short: bool, client: Hashable = None) -> None:
        """Give the room back to those who wait."""
        with self._lock:
            self._running -= 1
            self._running_long -= not short
            self._depart(client)
            for waiter in list(self._waiting):
                if self._room(short=waiter.short):
                    self._waiting.remove(waiter)
                    self._admit(short=waiter.short)
                    waiter.admitted = True
                    waiter.woken.set()

    def _withdraw(self, waiter: _Waiter, client: Hashable) -> None:
        with self._lock:
            if not waiter.admitted:
                self._waiting.remove(waiter)
                self._depart(client)
                return
        self.leave(short=waiter.short, client=client)

    def _room(self, *, short: bool) -> bool:
        return self._running < self._size and (short or self._running_long < self._size - self._reserved)

    def _admit(self, *, short: bool) -> None:
        self._running += 1
        self._running_long += not short

    def _depart(self, client: Hashable) -> None:
        self._clients[client] -= 1
        if not self._clients[client]:
            del self._clients[client]
