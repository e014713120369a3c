"""What is alike: what the articles say of each name and description, the index that finds like ones, and their scores.

A *place* is a row of `shades`: all chains of one bucket and shade. Its number is internal, so no order depends on it.
"""

from __future__ import annotations

import json
import sqlite3
import struct
import zlib
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from kg.catalogue.rows import PlaceRow

__all__ = ["Likeness", "packed", "unpacked"]

# places that share a key; a key that more share finds nothing that another key does not find better
MOST_PER_BLOCK = 32
LEAST_SHARED = 3  # what keys in common count for candidates: one key that more than 16 share finds nobody by itself
# that are compared with one place: those that share most with it, rare keys counting more. Of 6,359 pairs of our stories that
# are one thing, annotated and as the model reads them, 16 would find 3 more, and 8 would miss 30 (November 2026)
MOST_CANDIDATES = 12
MOST_VALUES = 200  # of one place that are compared, besides those that the other has too (our stories: 127 at most)
MOST_BLOCKS = 64  # of one place that are followed: those of most of its chains, which are the keys of its name
MOST_KEPT = 4_000  # places of which a change remembers what is said


def packed(values: Iterable[str], blocks: Iterable[int]) -> tuple[bytes, bytes]:
    """A chain's values and blocks as its row keeps them."""
    listed = list(blocks)
    return zlib.compress("\n".join(values).encode(), 1), struct.pack(f"<{len(listed)}q", *listed)


def unpacked(values: bytes, blocks: bytes) -> tuple[list[str], list[int]]:
    """The values and blocks of a chain's row."""
    text = zlib.decompress(values).decode()
    return text.split("\n") if text else [], list(struct.unpack(f"<{len(blocks) // 8}q", blocks))


class Likeness:
    """Reads and writes the tables said, blocks, pairs and joined; who calls the writing methods holds a transaction."""

    def __init__(self, db: sqlite3.Connection, *, remember: bool = False) -> None:
        """With `remember`, what is said of places is read once: only for whoever makes all the changes himself."""
        self._db = db
        self._known: OrderedDict[int, PlaceRow] | None = OrderedDict() if remember else None

    def place(self, bucket: str, shade: str) -> int | None:
        """The place of a bucket and shade, if a chain is there."""
        row = self._db.execute("SELECT key FROM shades WHERE bucket = ? AND shade = ?", (bucket, shade)).fetchone()
        return None if row is None else int(row[0])

    def name(self, place: int) -> tuple[str, str] | None:
        """The bucket and shade of a place."""
        row = self._db.execute("SELECT bucket, shade FROM shades WHERE key = ?", (place,)).fetchone()
        return None if row is None else (row[0], row[1])

    def row(self, place: int, also: Iterable[str] = ()) -> PlaceRow | None:
        """A place with what is said of it: of very many values what it is called, the first in order, and those of `also`."""
        row = self._known.get(place) if self._known is not None else None
        if row is None:
            row = self._row(place)
            if row is None:
                return None
            self._remember(row)
        if len(row.values) < MOST_VALUES:
            return row
        missing = json.dumps([value for value in also if value not in row.values])
        has = "SELECT value FROM said WHERE place = ? AND value IN (SELECT value FROM json_each(?))"
        more = [value[0] for value in self._db.execute(has, (place, missing))]
        return replace(row, values=row.values.union(more)) if more else row

    def read(self, places: Iterable[int]) -> None:
        """Read these places, which are going to be asked for, together; in vain where nothing is remembered."""
        if self._known is not None:
            for row in self._rows(place for place in places if place not in self._known):
                self._remember(row)

    def _row(self, place: int) -> PlaceRow | None:
        return next(iter(self._rows([place])), None)

    def _rows(self, places: Iterable[int]) -> Iterator[PlaceRow]:
        limits = {"places": json.dumps(list(places)), "most": MOST_VALUES}
        for key, bucket, shade, n, values in self._db.execute(_ROWS, limits):
            said = frozenset(values.split("\n") if values else ())
            if len(said) >= MOST_VALUES:  # names, acronyms and entries of the gazetteer come late in the alphabet
                said = said.union(value for (value,) in self._db.execute(_CALLED, (key, MOST_VALUES)))
            yield PlaceRow(key, bucket, shade, n, said)

    def _remember(self, row: PlaceRow) -> None:
        if self._known is not None:
            self._known[row.key] = row
            if len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)

    def places(self) -> Iterator[int]:
        """Yield all places."""
        yield from [row[0] for row in self._db.execute("SELECT key FROM shades ORDER BY bucket, shade")]

    def count(self, place: int, values: Iterable[str], blocks: Iterable[int], sign: int) -> None:
        """Add what a chain says to its place, or take it away."""
        if self._known is not None:
            self._known.pop(place, None)
        for table, column, items in (("said", "value", values), ("blocks", "block", blocks)):
            rows = [(place, item, sign) for item in items]
            self._db.executemany(
                f"INSERT INTO {table} (place, {column}, n) VALUES (?, ?, ?)"  # noqa: S608 - ours
                f" ON CONFLICT (place, {column}) DO UPDATE SET n = n + excluded.n",
                rows,
            )
            if sign < 0:
                self._db.executemany(
                    f"DELETE FROM {table} WHERE place = ? AND {column} = ? AND n <= 0",  # noqa: S608 - ours
                    [row[:2] for row in rows],
                )

    def forget(self, place: int) -> None:
        """Remove the scores of a place that is gone."""
        self._db.execute("DELETE FROM pairs WHERE low = ?", (place,))
        self._db.execute("DELETE FROM pairs WHERE high = ?", (place,))

    def candidates(self, place: int) -> list[int]:
        """The places that share keys with this one, those that share most first; a key counts more if few share it."""
        shared: dict[str, int] = {}
        limits = {"place": place, "most": MOST_PER_BLOCK, "blocks": MOST_BLOCKS}
        for (listed,) in self._db.execute(_SHARING, limits):
            places = listed.split(",")
            if weight := _WEIGHTS[len(places)]:
                for other in places:
                    shared[other] = shared.get(other, 0) + weight
        shared.pop(str(place), None)
        found = sorted((-weight, int(other)) for other, weight in shared.items() if weight >= LEAST_SHARED)
        if len(found) <= MOST_CANDIDATES:
            return [other for _, other in found]
        last = found[MOST_CANDIDATES - 1][0]
        surely = [other for weight, other in found if weight < last]
        tied = json.dumps([other for weight, other in found if weight == last])
        by_name = self._db.execute(_FIRST_BY_NAME, (tied, MOST_CANDIDATES - len(surely)))
        return surely + [row[0] for row in by_name]

    def like(self, place: int) -> list[tuple[int, float]]:
        """The (place, score) pairs kept of a place."""
        rows = self._db.execute(
            "SELECT high, score FROM pairs WHERE low = ?1 UNION ALL SELECT low, score FROM pairs WHERE high = ?1",
            (place,),
        )
        return [(row[0], row[1]) for row in rows]

    def degree(self, place: int, most: int) -> int:
        """How many pairs are kept of a place, counted up to a number."""
        row = self._db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM pairs WHERE low = ?1 UNION ALL SELECT 1 FROM pairs WHERE high = ?1 LIMIT ?2)",
            (place, most),
        ).fetchone()
        return int(row[0])

    def keep(self, scores: Iterable[tuple[int, int, float, int]]) -> None:
        """Keep the scores of pairs of places, each with how many of the two are only described."""
        self._db.executemany(
            "INSERT OR REPLACE INTO pairs (low, high, score, described) VALUES (?, ?, ?, ?)",
            ((min(a, b), max(a, b), score, described) for a, b, score, described in scores),
        )

    def forget_all(self) -> None:
        """Remove all scores and what was made of them, for a global pass."""
        self._db.execute("DELETE FROM pairs")
        self._db.execute("DELETE FROM joined")

    def canonical(self, slot: str) -> str:
        """The slot that clustering makes of a slot: mostly itself."""
        row = self._db.execute("SELECT canonical FROM joined WHERE slot = ?", (slot,)).fetchone()
        return slot if row is None else str(row[0])

    def joined_with(self, slot: str) -> Collection[str]:
        """All slots of a slot's cluster, itself too."""
        rows = self._db.execute("SELECT slot FROM joined WHERE canonical = ?", (self.canonical(slot),))
        return {slot, self.canonical(slot), *(row[0] for row in rows)}

    def join(self, slots: Iterable[str], canonical: dict[str, str]) -> None:
        """Write what clustering makes of these slots; those not in `canonical` stand alone."""
        listed = list(slots)
        self._db.executemany("DELETE FROM joined WHERE slot = ?", ((slot,) for slot in listed))
        self._db.executemany(
            "INSERT INTO joined (slot, canonical) VALUES (?, ?)",
            ((slot, canonical[slot]) for slot in listed if canonical.get(slot, slot) != slot),
        )


# What a key counts by how many places share it: 6 for one that two share, 2 for one that 32 do, nothing beyond. Neither which
# keys are followed nor what they count depends on arrival.
_WEIGHTS = [0, 0, 6, *[5] * 2, *[4] * 4, *[3] * 8, *[2] * (MOST_PER_BLOCK - 16), 0]

# For each key of a place the places that share it, one more than count at the most: half the keys of a large graph are of one
# place alone, a third of far more than count, so little is read; and one row a key, as rows cost more than what is in them.
_SHARING = """
SELECT (SELECT group_concat(place) FROM (SELECT place FROM blocks c WHERE c.block = b.block LIMIT :most + 1))
FROM (SELECT block FROM blocks WHERE place = :place ORDER BY n DESC, block LIMIT :blocks) b"""

_FIRST_BY_NAME = "SELECT key FROM shades WHERE key IN (SELECT value FROM json_each(?)) ORDER BY bucket, shade LIMIT ?"

# one row a place, as rows cost more than what is in them; no value has a line end (`packed`)
_ROWS = """
SELECT s.key, s.bucket, s.shade, s.n, (
  SELECT group_concat(value, char(10)) FROM (SELECT value FROM said WHERE place = s.key ORDER BY value LIMIT :most))
FROM shades s WHERE s.key IN (SELECT value FROM json_each(:places))"""

_CALLED = (
    "SELECT value FROM said WHERE place = ? AND value >= 'n:' AND value < 'q;' ORDER BY value LIMIT ?"  # n:, p:, q:
)
