"""Which articles are one source: connected sets of copies, each named after its least publisher.

Sets are all that is kept, not the pairs that make them: a thousand copies of one wire report have half a million pairs.
A set has the number of one of its articles. For people it is called after its earliest article, of which the others are
copies; `regrouped` are those for which that may be another one now.
Of articles with equal signatures only one, the set's *witness* of that signature, is found by its bands.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from kg.catalogue.conditions import marks
from kg.catalogue.copies import are_copies, bands_of, identity_of

__all__ = ["Clusters"]


class Clusters:
    """Keeps the columns `cluster` and `source_key` of the articles; who calls it holds a transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.regrouped: set[int] = set()

    def join(self, key: int) -> dict[int, str]:
        """Put an article among its copies; returns the articles whose source changed, with their new source."""
        before = self._connect(key)
        cluster, publisher = self._db.execute(
            "SELECT cluster, publisher_key FROM articles WHERE key = ?", (key,)
        ).fetchone()
        if len(before) > 1 or self._earliest(cluster) == key:
            self.regrouped.update(self._members(cluster))
        if len(before) == 1:  # so often that the others are not even looked at
            source = self._db.execute(
                "SELECT source_key FROM articles WHERE cluster = ? AND key != ? LIMIT 1", (cluster, key)
            ).fetchone()[0]
            if source <= publisher:
                return self._rename([key], source)
        return self.name(cluster)

    def leave(self, key: int) -> dict[int, str]:
        """Take an article from its copies; returns the others whose source changed, with their new source."""
        cluster = self._db.execute("SELECT cluster FROM articles WHERE key = ?", (key,)).fetchone()[0]
        was_earliest = self._earliest(cluster) == key
        self._db.execute("UPDATE articles SET cluster = NULL WHERE key = ?", (key,))
        if not self._forget(key):  # another article has the same signature, so the rest hangs together as before
            if cluster == key:  # a set is called after one of its own
                heir = self._db.execute("SELECT min(key) FROM articles WHERE cluster = ?", (key,)).fetchone()[0]
                self._db.execute("UPDATE articles SET cluster = ? WHERE cluster = ?", (heir, key))
                cluster = heir
            if was_earliest:
                self.regrouped.update(self._members(cluster))
            return self.name(cluster)
        others = [row[0] for row in self._db.execute("SELECT key FROM articles WHERE cluster = ?", (cluster,))]
        self._db.execute("UPDATE articles SET cluster = NULL WHERE cluster = ?", (cluster,))
        self.regrouped.update(others)
        for other in others:
            self._forget(other)
        for other in others:
            self._connect(other)
        changed: dict[int, str] = {}
        for left in {self.cluster_of(other) for other in others}:
            changed.update(self.name(left))
        return changed

    def name(self, cluster: int) -> dict[int, str]:
        """Give the articles of a set their source; returns those for which it is new."""
        source = self._db.execute("SELECT min(publisher_key) FROM articles WHERE cluster = ?", (cluster,)).fetchone()[0]
        wrong = self._db.execute(
            "SELECT key FROM articles WHERE cluster = ? AND source_key != ?", (cluster, source)
        ).fetchall()
        return self._rename((row[0] for row in wrong), source)

    def cluster_of(self, key: int) -> int:
        """The set of an article that has joined."""
        return int(self._db.execute("SELECT cluster FROM articles WHERE key = ?", (key,)).fetchone()[0])

    def earliest_beside(self, key: int) -> int:
        """The earliest article of the set of this one."""
        return self._earliest(self.cluster_of(key))

    def redated(self, key: int, before: int | None) -> None:
        """Note what follows from an article's new date; `before` was the earliest of its set."""
        cluster = self.cluster_of(key)
        if self._earliest(cluster) != before:
            self.regrouped.update(self._members(cluster))

    def _earliest(self, cluster: int) -> int:
        row = self._db.execute(
            "SELECT key FROM articles WHERE cluster = ? ORDER BY coalesce(published, '9999'), id LIMIT 1", (cluster,)
        ).fetchone()
        return int(row[0])

    def _members(self, cluster: int) -> list[int]:
        return [row[0] for row in self._db.execute("SELECT key FROM articles WHERE cluster = ?", (cluster,))]

    def _connect(self, key: int) -> set[int]:
        """Put an article into the set of its copies, or one of its own; returns the sets that this made one."""
        signed = self._signature(key)
        twin = self._db.execute(
            "SELECT a.cluster FROM bands b JOIN articles a ON a.key = b.article WHERE b.band = ? AND a.signature = ?",
            (identity_of(signed), signed),
        ).fetchone()
        found = {int(twin[0])} if twin is not None else self._alike(signed)
        if twin is None:
            self._db.executemany(
                "INSERT INTO bands VALUES (?, ?)", ((band, key) for band in (identity_of(signed), *bands_of(signed)))
            )
        cluster = min(found, default=key)
        for other in found - {cluster}:
            self._db.execute("UPDATE articles SET cluster = ? WHERE cluster = ?", (cluster, other))
        self._db.execute("UPDATE articles SET cluster = ? WHERE key = ?", (cluster, key))
        return found

    def _alike(self, signed: bytes) -> set[int]:
        """The sets that hold a copy of such a text."""
        bands = bands_of(signed)
        near = self._db.execute(f"{_NEAR} ({marks(bands)})", bands).fetchall()
        found: set[int] = set()
        for other, cluster in near:
            if cluster not in found and are_copies(signed, self._signature(other)):
                found.add(cluster)
        return found

    def _signature(self, key: int) -> bytes:
        return bytes(self._db.execute("SELECT signature FROM articles WHERE key = ?", (key,)).fetchone()[0])

    def _forget(self, key: int) -> bool:
        """Remove an article's bands; whether it had any."""
        return self._db.execute("DELETE FROM bands WHERE article = ?", (key,)).rowcount > 0

    def _rename(self, keys: Iterable[int], source: str) -> dict[int, str]:
        changed = dict.fromkeys(keys, source)
        self._db.executemany("UPDATE articles SET source_key = ? WHERE key = ?", ((source, key) for key in changed))
        return changed


_NEAR = """
SELECT DISTINCT b.article, a.cluster FROM bands b JOIN articles a ON a.key = b.article WHERE b.band IN"""
