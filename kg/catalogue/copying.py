"""Copies of a catalogue, taken while others write to it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from kg.errors import WorkspaceError

__all__ = ["check_integrity", "copy_catalogue"]


def copy_catalogue(source: Path, target: Path) -> None:
    """Copy a catalogue as it is at one moment, between two changes; `target` is new, and readable by its owner only.

    One step of SQLite's backup is one read transaction, and in the log's mode writers go on meanwhile. Raises
    WorkspaceError.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=30.0)) as original,
            closing(sqlite3.connect(target)) as copy,
        ):
            original.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file; who opens it to write changes that
    except sqlite3.Error as error:
        raise WorkspaceError(f"{source}: cannot be copied: {error}") from error


def check_integrity(path: Path) -> None:
    """Raise WorkspaceError for a catalogue that SQLite finds damaged."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            found = [row[0] for row in database.execute("PRAGMA integrity_check")]
    except sqlite3.Error as error:
        raise WorkspaceError(f"{path}: damaged: {error}") from error
    if found != ["ok"]:
        raise WorkspaceError(f"{path}: damaged: {found[0]}")
