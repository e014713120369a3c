"""The graph as it was at a version, for readers and query workers: directories that nobody changes."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from kg.catalogue import Catalogue
from kg.graph import GraphStore
from kg.workspace.layout import Layout
from kg.workspace.repair import is_whole

__all__ = ["BEFORE_REBUILD", "Snapshots", "current_snapshot", "newest_snapshot", "version_of"]

BEFORE_REBUILD = "before-rebuild"
KEPT = 3  # a reader may still be opening the one before the newest


class Snapshots:
    """The snapshots of one workspace: in its directory, else in a scratch one that `close` removes."""

    def __init__(self, layout: Layout | None) -> None:
        self._parent = layout.snapshots if layout is not None else None
        self._scratch: Path | None = None

    def at(self, version: int, store: GraphStore) -> Path:
        """The snapshot of a version, made of the store as it is now if there is none yet."""
        parent = self._folder()
        target = parent / f"v{version:012d}"
        if not target.exists():
            making = parent / f".{os.getpid()}-{time.monotonic_ns()}"
            store.flush()
            store.snapshot(making)
            making.rename(target)
            _prune(parent)
        return target

    def keep(self, name: str, store: GraphStore) -> Path:
        """The store as it is now, under a name, until something else is kept under it; the newest ones do not replace it."""
        parent = self._folder()
        target, making = parent / name, parent / f".{os.getpid()}-{time.monotonic_ns()}"
        store.flush()
        store.snapshot(making)
        shutil.rmtree(target, ignore_errors=True)
        making.rename(target)
        return target

    def close(self) -> None:
        """Remove the scratch directory, if there is one."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def _folder(self) -> Path:
        if self._parent is not None:
            self._parent.mkdir(exist_ok=True)
            return self._parent
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="newsgraph-"))
        return self._scratch


def newest_snapshot(layout: Layout) -> Path | None:
    """The newest snapshot in a workspace's directory."""
    return max(layout.snapshots.glob("v*"), default=None)


def current_snapshot(layout: Layout) -> Path | None:
    """The newest snapshot, if it shows all that the catalogue holds."""
    if (newest := newest_snapshot(layout)) is None:
        return None
    catalogue = Catalogue.open(layout.catalogue, read_only=True)
    try:
        return newest if is_whole(catalogue) and catalogue.version == version_of(newest) else None
    finally:
        catalogue.close()


def version_of(snapshot: Path) -> int | None:
    """The version that a snapshot shows; None for a directory that is none."""
    name = snapshot.name.removeprefix("v")
    return int(name) if name.isdigit() else None


def _prune(parent: Path) -> None:
    """Remove all but the newest snapshots, and what a killed process left half made."""
    for old in sorted(parent.glob("v*"))[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    for half in parent.glob(".*"):
        if not half.name.startswith(f".{os.getpid()}-"):
            shutil.rmtree(half, ignore_errors=True)
