"""The parent's end of a query worker: start it, ask it, kill it, and say what it died of.

A process is used by one thread at a time, except `kill`, which any thread may call at any time.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from kg.allocator import with_tunables
from kg.errors import KgError, StoreUnavailable
from kg.graph.diagnosis import death

__all__ = ["Late", "Limits", "WorkerProcess", "packed"]

_START_S = 60.0  # opening a snapshot takes 0.05 s, loading a dump about 1 s per 100,000 quads
_PIPE_BYTES = 1 << 20
_READ_BYTES = 1 << 18
_ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
    "RUST_BACKTRACE": "0",
    "MALLOC_ARENA_MAX": "2",  # each arena of the C library maps 64 MB
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use: `timeout_s` None is for ever; memory comes on top of the open store's."""

    timeout_s: float | None
    memory_bytes: int
    max_result_bytes: int


class Late(Exception):
    """The deadline passed."""


def packed(request: dict[str, object]) -> bytes:
    """A request as it is sent to a worker."""
    data = json.dumps(request).encode()
    return struct.pack(">I", len(data)) + data


class WorkerProcess:
    """One worker and the frames that come from it."""

    def __init__(self, source: Path, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._buffer = bytearray()
        self._ready: dict[str, bool] | None = None
        config = json.dumps({"source": str(source), "memory_bytes": limits.memory_bytes})
        home = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join([home, *(entry for entry in sys.path if entry)])
        # exec right after fork: nothing of this process, threads and RocksDB included, lives on in the child
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "kg.graph.worker", config],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**with_tunables(os.environ), **_ENVIRONMENT, "PYTHONPATH": path},
            bufsize=0,
        )
        self._stdin = cast("IO[bytes]", self._child.stdin)
        self._stdout = cast("IO[bytes]", self._child.stdout)
        self._stderr = cast("IO[bytes]", self._child.stderr)
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe.fileno(), False)
        with contextlib.suppress(AttributeError, OSError):  # Linux only, and bounded for each user
            fcntl.fcntl(self._stdout.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._answers = select.poll()
        self._answers.register(self._stdout.fileno(), select.POLLIN)

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self._child.poll() is None

    def ready(self) -> dict[str, bool]:
        """Wait until the store is open; which protections are on. Raises StoreUnavailable."""
        if self._ready is None:
            try:
                kind, payload = self.receive(time.monotonic() + _START_S)
            except (Late, KgError) as error:
                self.kill()
                raise StoreUnavailable(f"no query worker could open {self._source}: {error}") from error
            if kind != b"R":
                raise StoreUnavailable(payload.decode(errors="replace"), hint="is it a snapshot of a store, or a dump?")
            self._ready = json.loads(payload)
        assert self._ready is not None
        return self._ready

    @property
    def is_ready(self) -> bool:
        """Whether the worker is known to live and to have its store open: it waits for a request."""
        return self._ready is not None and self.alive

    @property
    def answers(self) -> int:
        """The file descriptor that becomes readable when the worker says something."""
        return self._stdout.fileno()

    def send(self, request: bytes, deadline: float | None) -> None:
        """Hand over one request, which `packed` made."""
        view = memoryview(request)
        while view:
            try:
                view = view[os.write(self._stdin.fileno(), view) :]
            except BlockingIOError:
                writable = select.poll()
                writable.register(self._stdin.fileno(), select.POLLOUT)
                self._wait(writable, deadline)
            except OSError as error:  # it died meanwhile
                raise self._obituary() from error

    def receive(self, deadline: float | None) -> tuple[bytes, bytes]:
        """The next frame: kind and payload. Raises Late, or what the process died of."""
        while (frame := self.received()) is None:
            self._wait(self._answers, deadline)
            if not self.listen():
                raise self._obituary()
        return frame

    def upcoming(self) -> tuple[bytes, int] | None:
        """Kind and length of the next of the frames that have been heard; None when there is no whole one."""
        buffer = self._buffer
        if len(buffer) < 5:
            return None
        kind, length = struct.unpack_from(">cI", buffer)
        return (kind, length) if len(buffer) >= 5 + length else None

    def received(self) -> tuple[bytes, bytes] | None:
        """The next of the frames that have been heard; None when there is no whole one."""
        buffer = self._buffer
        if (frame := self.upcoming()) is None:
            return None
        end = 5 + frame[1]
        with memoryview(buffer) as view, view[5:end] as part:
            payload = bytes(part)
        del buffer[:end]
        return frame[0], payload

    def listen(self) -> bool:
        """Hear what the worker has said, without waiting; False when it has ended."""
        try:
            data = os.read(self._stdout.fileno(), _READ_BYTES)
        except BlockingIOError:
            return True
        self._buffer += data
        return bool(data)

    def kill(self) -> None:
        """End the process now, whatever it is doing; whoever waits for it is woken."""
        self._child.kill()

    def reap(self) -> bool:
        """Whether the process has ended; then its pipes are closed too."""
        if self._child.poll() is None:
            return False
        for pipe in (self._stdin, self._stdout, self._stderr):
            pipe.close()
        return True

    def wait(self) -> None:
        """Wait for the end of a killed process."""
        self._child.wait()
        self.reap()

    @staticmethod
    def _wait(poll: select.poll, deadline: float | None) -> None:
        """Wait for the pipe; raises Late."""
        if deadline is None:
            poll.poll()
            return
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000 + 1):
            raise Late

    def _obituary(self) -> KgError:
        """What the process died of."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=10)
        try:
            words = os.read(self._stderr.fileno(), 1 << 16)
        except BlockingIOError:
            words = b""
        return death(self._child.returncode, words, memory_bytes=self._limits.memory_bytes)
