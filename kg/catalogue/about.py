"""All statements about one thing, read once: what a page about it shows first, and what it is counted by.

A thing may have ten thousand statements. Their rows are short and come in the order of their support; what is dear is to ask
of each whether it is asserted, or on which day an event began. So that is asked in this order, of no more than are shown.
"""

from __future__ import annotations

import sqlite3
from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from kg.catalogue.entities import entity_key
from kg.catalogue.links import chunks
from kg.catalogue.statements import STATEMENTS, statement_key

__all__ = ["About", "Joined", "Section"]

AT_FIRST = 16  # statements of which it is asked at once whether they are asserted; then more and more
TAKING_PART = ("involves", "involvesPerson", "occurredAt")


@dataclass(frozen=True, slots=True)
class Section:
    """The statements of one predicate that have a thing as their subject (`outgoing`) or as their object: how many there
    are, how many of them are disputed, and the keys of the first ones."""

    predicate: str
    outgoing: bool
    total: int
    disputed: int
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """An event that asserted statements join to a thing: its type, the day on which it began, the keys' row numbers."""

    event: str
    event_type: str | None
    day: str | None
    statements: tuple[int, ...]


class _Row(NamedTuple):
    """A statement as the page of one of its ends sees it; `other` is the other end, 0 for a date."""

    key: int
    predicate: str
    outgoing: int
    other: int
    sources: int
    disputed: int
    articles: int


class About:
    """What is said of the entity of an IRI; nothing of one that is not in use."""

    def __init__(self, db: sqlite3.Connection, iri: str) -> None:
        self._db = db
        cursor = db.cursor()
        cursor.row_factory = None
        self._rows = [*map(_Row._make, cursor.execute(_ABOUT, {"key": entity_key(db, iri)}))]
        self._asserted: dict[int, bool] = {}

    def sections(self, each: int) -> list[Section]:
        """The statements by predicate and direction, in each the first `each`: asserted ones come first, then those of
        most sources."""
        listed: dict[tuple[str, int], list[_Row]] = {}
        for row in self._rows:
            listed.setdefault((row.predicate, row.outgoing), []).append(row)
        first = {section: self._first(rows, each) for section, rows in listed.items()}
        named = self.keys(row.key for rows in first.values() for row in rows)
        return [
            _section(listed[section], [named[row.key] for row in first[section] if row.key in named])
            for section in sorted(listed, key=lambda section: (section[0], -section[1]))
        ]

    def section(self, predicate: str, *, outgoing: bool, first: int, each: int) -> Section | None:
        """`each` statements of one predicate and direction, from the `first` (0) on; None when there are none at all."""
        rows = [row for row in self._rows if row.predicate == predicate and bool(row.outgoing) == outgoing]
        shown = self._first(rows, first + each)[first:]
        named = self.keys(row.key for row in shown)
        return _section(rows, [named[row.key] for row in shown if row.key in named]) if shown else None

    def neighbours(self, limit: int) -> list[str]:
        """The keys of the asserted statements that join it to `limit` things, those that most sources support."""
        joining = [row for row in self._rows if row.other]
        wanted: set[int] = set()
        for row in self._only_asserted(joining):
            wanted.add(row.other)
            if len(wanted) == limit:
                break
        found = [row.key for row in self._only_asserted([row for row in joining if row.other in wanted])]
        named = self.keys(found)
        return [named[key] for key in found if key in named]

    def disputed(self, *, first: int, limit: int) -> tuple[list[str], int]:
        """The keys of the statements that an article disputes, and how many such there are."""
        rows = [row for row in self._rows if row.disputed]
        shown = [row.key for row in rows[first : first + limit]]
        named = self.keys(shown)
        return [named[key] for key in shown if key in named], len(rows)

    def events(self, limit: int) -> list[tuple[str, str | None]]:
        """(event, start) of the events that an asserted statement joins to it: the last ones, then undated ones."""
        joined = self._events(self._rows)
        latest: dict[int, str] = dict.fromkeys(joined, "")
        for part, marks in chunks(joined):
            days = (
                f"SELECT subject, max(literal) FROM statements WHERE predicate = 'startDate' AND subject IN ({marks})"  # noqa: S608
            )
            latest.update(tuple(row) for row in self._db.execute(f"{days} GROUP BY subject", part))
        found: list[tuple[str, str]] = []
        for event in sorted(joined, key=lambda event: (latest[event], event), reverse=True):
            if len(found) >= limit and found[-limit][0] >= latest[event]:
                break  # no statement gives those that are left a later day
            if next(self._only_asserted(joined[event]), None) is not None:
                for row in self._db.execute(_BEGAN, (event,)):
                    insort(found, (row["day"] or "", row["iri"]))
        return [(iri, day or None) for day, iri in reversed(found[-limit:])]

    def all_events(self) -> list[Joined]:
        """The events that asserted statements join to it, the last first, then those that no article dates."""
        joined = self._events(self._only_asserted(self._rows))
        days: dict[int, str] = {}
        things: list[sqlite3.Row] = []
        for part, marks in chunks(joined):
            things += self._db.execute(f"SELECT key, iri, event_type FROM entities WHERE key IN ({marks})", part)  # noqa: S608
            for row in self._db.execute(_DAYS.format(marks=marks), part):
                days.setdefault(row["subject"], row["literal"])
        found = [
            Joined(row["iri"], row["event_type"], days.get(row["key"]), tuple(one.key for one in joined[row["key"]]))
            for row in things
        ]
        return sorted(found, key=lambda one: (one.day or "", one.event), reverse=True)

    def stated(self) -> list[str]:
        """The keys of its asserted statements, but those of events, of which articles say since when or until when."""
        rows = [row for row in self._rows if row.other and row.predicate not in TAKING_PART]
        found: list[int] = []
        for part, marks in chunks(row.key for row in self._only_asserted(rows)):
            for end in ("valid_from", "valid_to"):
                told = f"SELECT DISTINCT statement FROM claims WHERE statement IN ({marks}) AND level = 2"  # noqa: S608
                found += [row[0] for row in self._db.execute(f"{told} AND {end} IS NOT NULL", part)]
        return list(self.keys(found).values())

    def keys(self, statements: Iterable[int]) -> dict[int, str]:
        """Row number → key of statements."""
        named: dict[int, str] = {}
        for part, marks in chunks(set(statements)):
            rows = self._db.execute(f"{STATEMENTS} WHERE t.key IN ({marks})", part)
            named |= {row["key"]: statement_key(row) for row in rows}
        return named

    @staticmethod
    def _events(rows: Iterable[_Row]) -> dict[int, list[_Row]]:
        """Event → the statements that join it to the thing."""
        joined: dict[int, list[_Row]] = {}
        for row in rows:
            if not row.outgoing and row.predicate in TAKING_PART:
                joined.setdefault(row.other, []).append(row)
        return joined

    def _first(self, rows: Sequence[_Row], count: int) -> list[_Row]:
        """The first rows, if those that are asserted come first."""
        asserted = list(islice(self._only_asserted(rows), count))
        if len(asserted) < count:
            asserted += islice((row for row in rows if not self._asserted[row.key]), count - len(asserted))
        return asserted

    def _only_asserted(self, rows: Sequence[_Row]) -> Iterator[_Row]:
        """Yield the rows of asserted statements in their order; no more are looked up than are wanted."""
        begin, size = 0, AT_FIRST
        while begin < len(rows):
            part = rows[begin : begin + size]
            self._look_up(row.key for row in part)
            yield from (row for row in part if self._asserted[row.key])
            begin, size = begin + size, 2 * size

    def _look_up(self, statements: Iterable[int]) -> None:
        for part, marks in chunks(key for key in statements if key not in self._asserted):
            rows = self._db.execute(
                f"SELECT DISTINCT statement FROM claims WHERE statement IN ({marks}) AND level = 2",  # noqa: S608
                part,
            )
            self._asserted.update(dict.fromkeys(part, False) | {row[0]: True for row in rows})


def _section(rows: Sequence[_Row], shown: Sequence[str]) -> Section:
    first = rows[0]
    disputed = sum(row.disputed for row in rows)
    return Section(first.predicate, bool(first.outgoing), len(rows), disputed, tuple(shown))


_ABOUT = """
SELECT key, predicate, 1, object, supporting_sources, disputing_articles > 0, supporting_articles AS articles
FROM statements WHERE subject = :key
UNION ALL SELECT key, predicate, 0, subject, supporting_sources, disputing_articles > 0, supporting_articles
FROM statements WHERE object = :key
ORDER BY supporting_sources DESC, articles DESC, key"""

_DAYS = """
SELECT d.subject, d.literal FROM statements d WHERE d.subject IN ({marks}) AND d.predicate = 'startDate'
  AND EXISTS (SELECT 1 FROM claims c WHERE c.statement = d.key AND c.level = 2)
ORDER BY d.supporting_sources DESC, length(d.literal) DESC"""

_BEGAN = """
SELECT e.iri, (SELECT d.literal FROM statements d WHERE d.subject = e.key AND d.predicate = 'startDate'
  AND EXISTS (SELECT 1 FROM claims c WHERE c.statement = d.key AND c.level = 2)
  ORDER BY d.supporting_sources DESC, length(d.literal) DESC LIMIT 1) AS day
FROM entities e WHERE e.key = ?"""
