"""Any number of lines → sorted and each once, in a memory that does not grow with them.

External merge sort: runs that fit into memory are sorted and written to temporary files, which are then merged. Lines
of N-Triples and N-Quads stand for their statements, so this sorts graphs of any size, and finds what comes twice.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import IO, Self

__all__ = ["LineSorter"]

# a line of N-Quads has some 200 bytes, and 80 more as a Python object in a list
RUN_BYTES = 32 << 20
READ_BYTES = 1 << 18


class LineSorter:
    """Takes text by `write`, as a file would, and gives back its lines; a context manager, which removes its files."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="newsgraph-")
        self._runs: list[Path] = []
        self._parts: list[bytes] = []
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def write(self, data: bytes) -> int:
        """Take some text, which may end anywhere in a line."""
        self._parts.append(bytes(data))
        self._size += len(data)
        if self._size >= RUN_BYTES:
            self._spill()
        return len(data)

    def flush(self) -> None:
        """Nothing: there is no one to wait for the lines."""

    def lines(self) -> Iterator[bytes]:
        """Yield the lines, with their line feeds, in the order of their bytes. Ends the taking."""
        lines, rest = self._taken()
        lines = sorted({*lines, *([rest + b"\n"] if rest else [])})
        self._parts, self._size = [], 0
        files: list[IO[bytes]] = [path.open("rb", buffering=READ_BYTES) for path in self._runs]
        try:
            for line, _ in groupby(heapq.merge(*files, lines)):
                yield line
        finally:
            for file in files:
                file.close()

    def _spill(self) -> None:
        lines, rest = self._taken()
        path = Path(self._folder.name) / str(len(self._runs))
        with path.open("wb") as file:
            file.writelines(sorted(set(lines)))
        self._runs.append(path)
        self._parts, self._size = [rest], len(rest)

    def _taken(self) -> tuple[list[bytes], bytes]:
        """The whole lines, and what comes after the last line feed."""
        lines = b"".join(self._parts).splitlines(keepends=True)  # of bytes: at CR and LF alone, which terms escape
        rest = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        return lines, rest
