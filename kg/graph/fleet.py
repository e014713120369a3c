"""Worker processes by generation: each generation has one snapshot open, and only the newest one gets queries."""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import QueryError, StoreUnavailable
from kg.graph.process import Limits, WorkerProcess

__all__ = ["Fleet", "Generation"]

ATTEMPTS = 3

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Generation:
    """The workers on one snapshot or dump; `remove` if that is to be deleted once they are gone."""

    source: Path
    remove: bool
    idle: deque[WorkerProcess] = field(default_factory=deque)
    busy: int = 0
    retired: bool = False


class Fleet:
    """`size` workers, always started before they are needed. May be used from any thread."""

    def __init__(self, source: Path, limits: Limits, *, size: int, remove: bool) -> None:
        self.protections: dict[str, bool] = {}
        self.replaced = 0
        self._limits = limits
        self._size = size
        self._lock = threading.Lock()
        self._switching = threading.Lock()
        self._closed = False
        self._lent: set[WorkerProcess] = set()
        self._dying: list[WorkerProcess] = []
        self._current = self._start(source, remove=remove)

    @property
    def source(self) -> Path:
        """What the newest generation has open."""
        return self._current.source

    def take(self) -> tuple[Generation, WorkerProcess]:
        """A worker of the newest generation that has its store open."""
        for _ in range(ATTEMPTS - 1):
            with contextlib.suppress(StoreUnavailable):  # killed while it was starting, which is not the query's fault
                return self._take()
        return self._take()

    def take_ready(self) -> tuple[Generation, WorkerProcess] | None:
        """A worker of the newest generation if one waits with its store open; never blocks."""
        with self._lock:
            generation = self._current
            if self._closed or not generation.idle or not generation.idle[0].is_ready:
                return None
            generation.busy += 1
            worker = generation.idle.popleft()
            self._lent.add(worker)
            return generation, worker

    def _take(self) -> tuple[Generation, WorkerProcess]:
        generation, worker = self._pick()
        try:
            worker.ready()
        except BaseException:
            self.put(generation, worker, fit=False)
            raise
        return generation, worker

    def _pick(self) -> tuple[Generation, WorkerProcess]:
        with self._lock:
            if self._closed:
                raise QueryError("the query workers are closed")
            generation = self._current
            generation.busy += 1
            while generation.idle:
                worker = generation.idle.popleft()
                if worker.alive:
                    self._lent.add(worker)
                    return generation, worker
                self._dying.append(worker)
                self.replaced += 1
        try:
            worker = WorkerProcess(generation.source, self._limits)
        except BaseException:
            with self._lock:
                generation.busy -= 1
            raise
        with self._lock:
            self._lent.add(worker)
        return generation, worker

    def put(self, generation: Generation, worker: WorkerProcess, *, fit: bool) -> None:
        """Take a worker back; start another one if this one is not fit for a further query."""
        with self._lock:
            generation.busy -= 1
            self._lent.discard(worker)
            needed = not generation.retired
            if fit and needed:
                generation.idle.appendleft(worker)  # the warmest first
                return
            worker.kill()
            self._dying.append(worker)
            self._bury()
            self.replaced += needed
        if not needed:
            self._remove(generation)
            return
        with contextlib.suppress(OSError):  # too many processes: the next query tries again
            replacement = WorkerProcess(generation.source, self._limits)
            with self._lock:
                if not generation.retired:
                    generation.idle.append(replacement)
                    return
                replacement.kill()
                self._dying.append(replacement)

    def switch(self, source: Path, *, remove: bool) -> None:
        """Make a generation on that source the newest one, once all of its workers are ready."""
        with self._switching:
            fresh = self._start(source, remove=remove)
            with self._lock:
                closed = self._closed
                old, self._current = self._current, fresh
            self._retire(old)
            if closed:
                self._retire(fresh)

    def close(self) -> None:
        """Kill all workers and whatever they run."""
        with self._lock:
            self._closed = True
            for worker in self._lent:
                worker.kill()
        self._retire(self._current)
        with self._lock:
            dying, self._dying = self._dying, []
        for worker in dying:
            worker.wait()

    def _start(self, source: Path, *, remove: bool) -> Generation:
        """A generation whose workers are all ready; raises StoreUnavailable."""
        generation = Generation(source, remove)
        try:
            for _ in range(self._size):
                generation.idle.append(WorkerProcess(source, self._limits))
            for worker in generation.idle:
                self.protections = worker.ready()
        except BaseException:
            for worker in generation.idle:
                worker.kill()
                worker.wait()
            raise
        return generation

    def _retire(self, generation: Generation) -> None:
        """Let a generation end as soon as its last query does."""
        with self._lock:
            self._bury()
            generation.retired = True
            while generation.idle:
                worker = generation.idle.popleft()
                worker.kill()
                self._dying.append(worker)
        self._remove(generation)

    def _bury(self) -> None:
        """Close the pipes of the killed processes that have ended; the others have their turn next time."""
        self._dying = [worker for worker in self._dying if not worker.reap()]

    def _remove(self, generation: Generation) -> None:
        """Delete the source of a generation that has ended."""
        with self._lock:
            if generation.busy or not generation.remove:
                return
            generation.remove = False
        try:
            if generation.source.is_dir():
                shutil.rmtree(generation.source)
            else:
                generation.source.unlink(missing_ok=True)
        except OSError as error:
            log.warning("cannot remove the old snapshot %s: %s", generation.source, error)
