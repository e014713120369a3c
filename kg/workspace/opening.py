"""The parts of a workspace, opened: for the one process that writes, or for any that reads."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from kg.catalogue import Catalogue
from kg.errors import StoreLocked, StoreUnavailable
from kg.filelock import FileLock
from kg.graph import GraphStore, open_store
from kg.workspace.layout import MEMORY, Layout, Settings
from kg.workspace.repair import complete
from kg.workspace.snapshots import Snapshots, current_snapshot, newest_snapshot

__all__ = ["Parts", "for_reading", "for_writing", "in_memory"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a workspace consists of. `layout` is None in memory; `lock` is held while it is open for writing."""

    base: str
    catalogue: Catalogue
    store: GraphStore
    layout: Layout | None = None
    lock: FileLock | None = None

    def close(self) -> None:
        """Let go of the catalogue, the store and the lock. Closing twice is fine."""
        self.catalogue.close()
        self.store.close()
        if self.lock is not None:
            self.lock.release()


def in_memory(base: str) -> Parts:
    """An empty workspace that ends with the process."""
    parts = Parts(base, Catalogue.open(None), open_store(MEMORY))
    complete(parts.catalogue, parts.store, base)
    return parts


def for_writing(layout: Layout, settings: Settings) -> Parts:
    """The workspace, locked, and completed if a killed process left something undone. Raises StoreLocked."""
    lock = FileLock(layout.lock)
    try:
        free = lock.acquire()
    except OSError as error:
        raise StoreUnavailable(
            f"{layout.folder}: cannot be written: {error.strerror}", hint="check the permissions of the directory"
        ) from error
    if not free:
        raise StoreLocked(
            f"{layout.folder}: another process is writing to this workspace",
            hint="wait for it, or send the work to its service",
        )
    try:
        parts = _opened(layout, settings, settings.remote or layout.store, lock=lock)
    except BaseException:
        lock.release()
        raise
    try:
        complete(parts.catalogue, parts.store, parts.base)
    except BaseException:
        parts.close()
        raise
    return parts


def for_reading(layout: Layout, settings: Settings) -> Parts:
    """The workspace with its remote store, or with a snapshot: the newest while another process writes.

    Never waits. Raises StoreLocked when a process writes that has published nothing yet.
    """
    return _opened(layout, settings, settings.remote or _readable_snapshot(layout, settings))


def _opened(layout: Layout, settings: Settings, at: str | Path, *, lock: FileLock | None = None) -> Parts:
    catalogue = Catalogue.open(layout.catalogue, read_only=lock is None)
    try:
        store = open_store(at, read_only=lock is None)
    except BaseException:
        catalogue.close()
        raise
    return Parts(settings.base, catalogue, store, layout, lock)


def _readable_snapshot(layout: Layout, settings: Settings) -> Path:
    """The store as it is now if nobody writes (completed if need be), else the newest snapshot there is."""
    if (current := current_snapshot(layout)) is not None:
        return current
    lock = FileLock(layout.lock)
    try:
        free = lock.acquire()
    except OSError:  # a workspace that this user may only read
        if (newest := newest_snapshot(layout)) is None:
            raise StoreUnavailable(
                f"{layout.folder}: holds no snapshot to read, and you may not make one",
                hint="have somebody who may write there run: kg stats",
            ) from None
        return newest
    if free:
        lock.release()
        try:
            parts = for_writing(layout, settings)
        except StoreLocked:  # someone was quicker
            log.debug("%s: a writer came first", layout.folder)
        else:
            try:
                return Snapshots(layout).at(parts.catalogue.version, parts.store)
            finally:
                parts.close()
    if (newest := newest_snapshot(layout)) is None:
        raise StoreLocked(
            f"{layout.folder}: another process is writing to this workspace, and has published nothing yet"
        )
    return newest
