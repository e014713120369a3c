"""Backups of a workspace: taken while others write and while a service runs, checked when they are brought back.

A backup holds the catalogue as it is at one moment, the newest snapshot of the graph, with the user's own graphs, and the
audit log. The catalogue is the truth: where the snapshot is not of exactly its version, the restored graph is written
anew from it, and the user's own graphs are those of the snapshot, which shows every write that was answered before.
Keys stay out unless asked for: with an old backup, one that was revoked since would come back. Of a workspace with a
remote store, the server's graphs are not in it: back them up there; the facts are written anew.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from kg import __version__
from kg.access import KEYS
from kg.catalogue import Catalogue
from kg.catalogue.copying import check_integrity, copy_catalogue
from kg.errors import KgError, WorkspaceError
from kg.workspace.archive import Manifest, digest_of, read_archive, write_archive
from kg.workspace.layout import Layout
from kg.workspace.opening import for_reading
from kg.workspace.repair import order_rewrite
from kg.workspace.snapshots import newest_snapshot, version_of
from kg.workspace.workspace import Workspace

__all__ = ["Manifest", "back_up", "restore"]

AUDIT = "audit.jsonl"
ATTEMPTS = 4
PATIENCE_S = 1.5  # a service publishes a version a quarter of a second after it was made
LOOK_S = 0.05


def back_up(location: str | Path, target: Path, *, keys: bool = False) -> Manifest:
    """Write a backup of the workspace at a location to a file or directory that is not there yet; what it holds.

    Raises WorkspaceError, and StoreLocked when a first writer has published nothing yet.
    """
    layout = Layout(Path(location))
    settings = layout.read()
    if target.exists():
        raise WorkspaceError(f"{target}: is there already", hint="a backup overwrites nothing: choose a new name")
    if not target.absolute().parent.is_dir():
        raise WorkspaceError(f"{target}: its directory is not there", hint=f"mkdir -p {target.parent}")
    for_reading(layout, settings).close()  # makes a snapshot where nobody writes and there is none of today
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=layout.folder) as scratch:
        folder = Path(scratch)
        shutil.copyfile(layout.settings, folder / layout.settings.name)
        for name in (AUDIT, *([KEYS] if keys else [])):
            if (layout.folder / name).is_file():
                shutil.copyfile(layout.folder / name, folder / name)
        copy = Layout(folder)
        if settings.remote is None:
            exact = _copy_both(layout, copy)
        else:
            copy_catalogue(layout.catalogue, copy.catalogue)
            exact = False
        if not exact:
            _order_rewrite(copy)
        manifest = _manifest(copy, settings.base, remote=settings.remote is not None)
        write_archive(manifest, folder, target)
    return manifest


def restore(source: Path, location: str | Path) -> Manifest:
    """Make a workspace of a backup, in a directory that is not there yet or empty; what it holds.

    All or nothing: it is unpacked beside its place, each file is checked against its SHA-256, the catalogue is checked
    and the workspace opened, with its graph completed; then it takes its place. Raises WorkspaceError.
    """
    folder = Path(location).absolute()
    _check_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        manifest = read_archive(source, making)
        layout = Layout(making)
        settings = layout.read()
        check_integrity(layout.catalogue)
        if settings.remote is None:  # a server is written to when the workspace is opened, not before
            _open(making, source, manifest)
        _check_free(folder)
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return manifest


def _copy_both(layout: Layout, copy: Layout) -> bool:
    """Copy the catalogue and a snapshot; whether both are of one version."""
    for attempt in range(ATTEMPTS):
        copy.catalogue.unlink(missing_ok=True)
        copy_catalogue(layout.catalogue, copy.catalogue)
        with _opened(copy) as catalogue:
            wanted, rewriting = catalogue.version, catalogue.meta("rewrite") is not None
        until = time.monotonic() + PATIENCE_S
        while (newest := _version(layout)) < wanted and time.monotonic() < until:
            time.sleep(LOOK_S)
        exact = layout.snapshots / f"v{wanted:012d}"
        last = attempt == ATTEMPTS - 1
        if newest == wanted or exact.exists() or last:
            try:
                _link(exact if exact.exists() else _newest(layout), copy.store)
            except FileNotFoundError:  # a newer one has pushed it out meanwhile
                if last:
                    raise
                shutil.rmtree(copy.store, ignore_errors=True)
                continue
            return exact.exists() and not rewriting
    raise AssertionError("unreachable")


def _newest(layout: Layout) -> Path:
    newest = newest_snapshot(layout)
    if newest is None:
        raise WorkspaceError(f"{layout.snapshots}: holds no snapshot", hint="try again when the writer is done")
    return newest


def _version(layout: Layout) -> int:
    return version_of(_newest(layout)) or 0


def _link(source: Path, target: Path) -> None:
    """Copy the files of a snapshot, by hard links where that can be: nobody changes them."""
    target.mkdir()
    for path in sorted(source.rglob("*")):
        if path.is_dir():
            (target / path.relative_to(source)).mkdir()
            continue
        try:
            os.link(path, target / path.relative_to(source))
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(path, target / path.relative_to(source))


def _order_rewrite(copy: Layout) -> None:
    """Have the graph written anew from the catalogue when the workspace is first opened."""
    catalogue = Catalogue.open(copy.catalogue)
    try:
        with catalogue.change() as change:
            order_rewrite(change)
    finally:
        catalogue.close()


@contextmanager
def _opened(layout: Layout) -> Iterator[Catalogue]:
    catalogue = Catalogue.open(layout.catalogue, read_only=True)
    try:
        yield catalogue
    finally:
        catalogue.close()


def _manifest(copy: Layout, base: str, *, remote: bool) -> Manifest:
    with _opened(copy) as catalogue:
        version, counts = catalogue.version, catalogue.stats()
    beside = ("-wal", "-shm")  # of SQLite, while the file was open: empty
    files = sorted(path for path in copy.folder.rglob("*") if path.is_file() and not path.name.endswith(beside))
    return Manifest(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        newsgraph=__version__,
        base=base,
        remote=remote,
        version=version,
        articles=counts["articles"],
        statements=counts["statements"],
        files={path.relative_to(copy.folder).as_posix(): digest_of(path) for path in files},
    )


def _open(folder: Path, source: Path, manifest: Manifest) -> None:
    """Open the workspace, which completes its graph. Raises WorkspaceError."""
    try:
        with Workspace.open(folder) as workspace:
            found = workspace.stats()["articles"]
    except KgError as error:
        raise WorkspaceError(f"{source}: what it holds cannot be opened: {error}", hint=error.hint) from error
    if found != manifest.articles:
        raise WorkspaceError(f"{source}: holds {found:,} articles, and {manifest.articles:,} were saved")


def _check_free(folder: Path) -> None:
    """Raise WorkspaceError for a place that is taken."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceError(f"{folder}: is not empty", hint="a restore overwrites nothing: give another --store")
