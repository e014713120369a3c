"""An ordinary pyoxigraph store, of no workspace: all of its graphs are the user's."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from kg.errors import WorkspaceError
from kg.graph import GraphStore, open_store
from kg.workspace.layout import MEMORY, Layout

__all__ = ["PlainStore"]

KEPT = 2


class PlainStore:
    """A store in a directory, as pyoxigraph and `oxigraph serve` keep it, or one that ends with the process.

    To be closed or used as a context manager. Raises WorkspaceError for a directory of something else, StoreLocked when
    another process has the store open for writing.
    """

    folder: Path | None = None

    def __init__(self, location: str, *, base: str) -> None:
        self.location = location
        self.base = base
        self._scratch: Path | None = None
        # hard links need the same disk; a store in memory lies in a directory too, so that its copies cost nothing
        if location == MEMORY:
            self._scratch = Path(tempfile.mkdtemp(prefix="newsgraph-"))
            path = self._scratch / "store"
        else:
            path = Path(location)
            _check(path)
            path.parent.mkdir(parents=True, exist_ok=True)
        self.store: GraphStore = open_store(path)
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix=f".{path.resolve().name}-", dir=path.resolve().parent))
        # never one that an earlier process has used: entity tags are made of it
        self.version = time.time_ns() // 1_000_000
        self._writing = threading.RLock()

    @contextmanager
    def direct(self) -> Iterator[GraphStore]:
        """The store, under the lock of all writes; a new version when the block ends."""
        with self._writing:
            try:
                yield self.store
            finally:
                self.version += 1

    def snapshot(self) -> Path:
        """A directory that holds the store as it is now, for reading; made once for each version."""
        with self._writing:
            assert self._scratch is not None
            target = self._scratch / f"v{self.version}"
            if not target.exists():
                self.store.flush()
                self.store.snapshot(target)
                for old in sorted(self._scratch.glob("v*"))[:-KEPT]:
                    shutil.rmtree(old, ignore_errors=True)
            return target

    def close(self) -> None:
        """Let go of the store, and remove the snapshots. Closing twice is fine."""
        if self._scratch is not None:
            self.store.flush()
            self.store.close()
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check(path: Path) -> None:
    """Raise WorkspaceError for a directory that holds something else than a store."""
    if Layout(path).exists():
        raise WorkspaceError(f"{path}: a workspace, not an ordinary store", hint=f"kg serve --store {path}")
    if path.exists() and (not path.is_dir() or (any(path.iterdir()) and not (path / "CURRENT").is_file())):
        raise WorkspaceError(f"{path}: not the directory of a store", hint="name a new directory, or that of a store")
