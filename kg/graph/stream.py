"""An answer as it comes from a worker, chunk by chunk, and the worker's loan that lasts as long."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from typing import NoReturn

from kg.errors import KgError, QueryCancelled, QueryTimeout
from kg.graph.process import Late, WorkerProcess

__all__ = ["Loan", "QueryStream"]


class Loan:
    """A worker lent to one query; `cancel` may come from any thread, at any time, and never hits the next borrower."""

    def __init__(self, worker: WorkerProcess, give_back: Callable[[WorkerProcess, bool], None]) -> None:
        self.worker = worker
        self.cancelled = False
        self._give_back: Callable[[WorkerProcess, bool], None] | None = give_back
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Kill the worker if it is still on loan."""
        with self._lock:
            if self._give_back is not None:
                self.cancelled = True
                self.worker.kill()

    def end(self, *, fit: bool) -> None:
        """Give the worker back, `fit` for another query or to be replaced. Ending twice is fine."""
        with self._lock:
            give_back, self._give_back = self._give_back, None
            fit = fit and not self.cancelled
        if give_back is not None:
            give_back(self.worker, fit)


class QueryStream(Iterator[bytes]):
    """The chunks of one answer, with its `media_type`; made by `QueryPool.stream`.

    All errors that can be known by then have been raised once `fill` returns. One that comes later (deadline, memory) is
    raised by `next`: whoever sends the chunks on must then break the transfer off. Close a stream that is not read to its
    end; that kills its query. It may be read on any thread, by one thread at a time.
    """

    def __init__(
        self,
        loan: Loan,
        request: bytes,
        *,
        timeout_s: float | None,
        told_s: float | None = None,
        buffer_bytes: int,
        failure: Callable[[bytes], KgError],
        ended: Callable[[str], None] = lambda how: None,
    ) -> None:
        self.media_type = ""
        self.complete = False
        """Whether all of the answer has come: the worker is free, and no error can follow."""
        self._loan = loan
        self._failure = failure
        self._ended = ended
        self._timeout_s = told_s if told_s is not None else timeout_s
        self._chunks: deque[bytes] = deque()
        self._reading = threading.RLock()
        self._closed = False
        self._expired = False
        self._alarm: threading.Timer | None = None
        self._buffer_bytes = buffer_bytes
        self._kept: list[bytes] | None = None
        self._room = 0
        self._whole: Callable[[bytes], None] | None = None
        self._deadline = None if timeout_s is None else time.monotonic() + timeout_s
        try:
            loan.worker.send(request, self._deadline)
        except BaseException as error:  # KeyboardInterrupt too: nothing may go on running
            self._fail(error)

    async def hear(self) -> bool:
        """Wait, on the event loop, until the worker says something; whether that was the whole answer.

        If not, or when the deadline comes, `fill` in a thread goes on from there, and raises what is to be raised: an
        answer that is short costs no change of threads, as long as the query itself takes (measured).
        """
        loop, worker = asyncio.get_running_loop(), self._loan.worker
        heard: asyncio.Future[None] = loop.create_future()
        waiting = None
        if self._deadline is not None:
            waiting = loop.call_later(self._deadline - time.monotonic(), _settle, heard)
        loop.add_reader(worker.answers, _settle, heard)
        try:
            await heard
        finally:
            loop.remove_reader(worker.answers)
            if waiting is not None:
                waiting.cancel()
        worker.listen()
        with self._reading:
            while (frame := worker.upcoming()) is not None and (frame[0] in b"MD" or frame == (b"E", 0)):
                self._receive()
                if self.complete:
                    break  # the worker is another's now
        return self.complete

    def fill(self) -> None:
        """Read until the answer is complete or longer than `buffer_bytes`; blocks until then."""
        try:
            with self._reading:
                size = sum(map(len, self._chunks))
                while not self.complete and size <= self._buffer_bytes:
                    size += self._receive()
        except BaseException as error:
            self._fail(error)
        if self._deadline is not None and not self.complete:
            self._alarm = threading.Timer(self._deadline - time.monotonic(), _expire, (weakref.ref(self),))
            self._alarm.daemon = True
            self._alarm.start()

    @property
    def content_length(self) -> int | None:
        """The length of the chunks not yet read, or None while more may come."""
        return sum(map(len, self._chunks)) if self.complete else None

    def keep(self, room: int, whole: Callable[[bytes], None]) -> None:
        """Call back with the whole answer once it has been read to its end, unless it is longer than `room`."""
        self._kept, self._room, self._whole = [], room, whole

    def __next__(self) -> bytes:
        while not self._chunks:
            with self._reading:
                if self._expired:
                    self._fail(Late())
                if self.complete or self._closed:
                    if self.complete and self._kept is not None and self._whole is not None:
                        kept, self._kept = self._kept, None
                        self._whole(b"".join(kept))
                    raise StopIteration
                try:
                    self._receive()
                    while not self.complete and self._loan.worker.upcoming() is not None:
                        self._receive()  # what is there goes out together
                except BaseException as error:
                    self._fail(error)
        chunks, self._chunks = self._chunks, deque()
        chunk = b"".join(chunks)
        if self._kept is not None:
            self._room -= len(chunk)
            self._kept.append(chunk)
            if self._room < 0:
                self._kept = None
        return chunk

    def expire(self) -> None:
        """End the query at its deadline though nobody reads: a reader that dawdles must not keep the worker."""
        self._expired = not (self.complete or self._closed)
        if self._expired:
            self._loan.cancel()
            with self._reading:
                self._loan.end(fit=False)

    def close(self) -> None:
        """Kill the query unless it is done, and forget the rest of its answer. Any thread may call it."""
        if not (self._closed or self.complete):
            self._ended("abandoned")
        self._closed = True
        self._disarm()
        self._loan.cancel()  # whoever is reading wakes and lets go
        with self._reading:
            self._chunks.clear()
            self._loan.end(fit=False)

    def __enter__(self) -> QueryStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        # Web frameworks drop an iterator when the client is gone. The collector may run anywhere, under locks as well:
        # the worker is killed here and given back on another thread.
        if not (self.complete or self._closed):
            self._ended("abandoned")
            self._closed = True
            self._loan.cancel()
            with contextlib.suppress(RuntimeError):  # the interpreter is ending
                threading.Thread(target=self._loan.end, kwargs={"fit": False}, daemon=True).start()

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()

    def _receive(self) -> int:
        """Take one frame; how many bytes of the answer it held."""
        kind, payload = self._loan.worker.receive(self._deadline)
        match kind:
            case b"D":
                self._chunks.append(payload)
                return len(payload)
            case b"M":
                self.media_type = payload.decode()
            case b"E":
                self.complete = True
                self._ended("answered")
                self._disarm()
                self._loan.end(fit=not payload)
            case _:
                self._loan.end(fit=kind == b"X")
                raise self._failure(payload)
        return 0

    def _fail(self, error: BaseException) -> NoReturn:
        """Give the worker back and raise what really happened."""
        cancelled = self._loan.cancelled
        closed, self._closed = self._closed, True
        self.close()
        if isinstance(error, Late) or (self._expired and isinstance(error, KgError)):
            assert self._timeout_s is not None
            raised: BaseException = QueryTimeout(self._timeout_s, hint="narrow the query, or allow more time")
        elif cancelled and isinstance(error, KgError):  # it died because it was killed
            raised = QueryCancelled()
        else:
            raised = error
        if not closed:
            self._ended(type(raised).__name__)
        raise raised from (error if raised is not error else error.__cause__)


def _settle(heard: asyncio.Future[None]) -> None:
    if not heard.done():
        heard.set_result(None)


def _expire(reference: weakref.ref[QueryStream]) -> None:
    """Let a stream expire if there still is one."""
    if (stream := reference()) is not None:
        stream.expire()
