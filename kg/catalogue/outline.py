"""What a page about one thing, or about everything, shows first: counts, and the few rows that matter most.

A thing may have ten thousand statements, and a statement as many claims. Everything here picks by index what is shown, so
that a page costs what it shows and one step for each statement of its thing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg.catalogue.rows import Retired
from kg.catalogue.statements import statement_key, statement_of
from kg.types import Statement

__all__ = ["Outlines", "Section"]


@dataclass(frozen=True, slots=True)
class Section:
    """The statements of one predicate that have a thing as their subject (`outgoing`) or as their object: how many there
    are, how many of them are disputed, and the first ones."""

    predicate: str
    outgoing: bool
    total: int
    disputed: int
    statements: tuple[Statement, ...]


class Outlines:
    """Reads what pages begin with."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def sections(self, iri: str, *, each: int) -> list[Section]:
        """The statements about an entity by predicate and direction, in each the first `each`: asserted ones come first,
        then those of most sources."""
        rows = self._db.execute(_SECTIONS, {"iri": iri, "first": 0, "last": each})
        return _sections(rows)

    def section(self, iri: str, predicate: str, *, outgoing: bool, first: int, each: int) -> Section | None:
        """`each` statements of one predicate and direction, from the `first` (0) on; None when there are none at all."""
        rows = self._db.execute(_SECTIONS, {"iri": iri, "first": first, "last": first + each})
        found = _sections(row for row in rows if (row["predicate"], bool(row["outgoing"])) == (predicate, outgoing))
        return found[0] if found else None

    def best_claims(self, statement: Statement, *, supporting: int, disputing: int) -> tuple[tuple[str, ...], int]:
        """The IRIs of the surest claims for and against a statement, and how many claims there are about it."""
        key = self._db.execute(
            "SELECT t.key FROM statements t JOIN entities s ON s.key = t.subject WHERE s.iri = ? AND t.predicate = ?"
            " AND t.object = coalesce((SELECT key FROM entities WHERE iri = ?), 0) AND t.literal = ?",
            (
                statement.subject.value,
                statement.predicate.value.rpartition("#")[2],
                statement.object.value if isinstance(statement.object, NamedNode) else None,
                "" if isinstance(statement.object, NamedNode) else statement.object.value,
            ),
        ).fetchone()
        if key is None:
            return (), 0
        best: list[str] = []
        for levels, limit in (((2, 1), supporting), ((0,), disputing)):
            for level in levels:
                rows = self._db.execute(
                    "SELECT iri FROM claims WHERE statement = ? AND level = ? ORDER BY weight DESC LIMIT ?",
                    (key[0], level, limit),
                ).fetchall()
                limit -= len(rows)
                best += [row["iri"] for row in rows]
        total = self._db.execute("SELECT count(*) FROM claims WHERE statement = ? AND level >= 0", (key[0],)).fetchone()
        return tuple(best), int(total[0])

    def merged_into(self, iri: str, *, limit: int) -> list[Retired]:
        """The entities that were merged into this one, the last one first."""
        rows = self._db.execute(
            "SELECT iri, label FROM retired WHERE successor = ? ORDER BY time DESC, iri LIMIT ?", (iri, limit)
        )
        return [Retired(NamedNode(row["iri"]), NamedNode(iri), row["label"]) for row in rows]

    def decisions_about(self, iri: str, *, limit: int) -> list[int]:
        """The ids of the decisions in force that hang on a mention of an entity, the last one first."""
        rows = self._db.execute(
            # CROSS JOIN fixes the order: there are few decisions, and an entity may have very many chains
            "SELECT DISTINCT a.judgement FROM anchored a CROSS JOIN chains c ON c.key = a.chain"
            " CROSS JOIN entities e ON e.key = c.entity WHERE e.iri = ? ORDER BY a.judgement DESC LIMIT ?",
            (iri, limit),
        )
        return [row[0] for row in rows]

    def articles_about(self, iri: str) -> int:
        """How many articles speak of an entity."""
        row = self._db.execute(
            "SELECT count(DISTINCT c.article) FROM chains c JOIN entities e ON e.key = c.entity WHERE e.iri = ?", (iri,)
        ).fetchone()
        return int(row[0])

    def newest_articles(self, limit: int) -> list[str]:
        """The ids of the articles of the latest days."""
        rows = self._db.execute(
            "SELECT id FROM articles ORDER BY coalesce(published, '') DESC, key DESC LIMIT ?", (limit,)
        )
        return [row["id"] for row in rows]

    def most_reported(self, predicates: Sequence[str], limit: int) -> list[Statement]:
        """The asserted statements of these predicates that most sources support."""
        marks = ", ".join("?" * len(predicates))
        rows = self._db.execute(
            f"{_STATEMENT} WHERE t.predicate IN ({marks})"  # noqa: S608 - question marks
            " AND EXISTS (SELECT 1 FROM claims c WHERE c.statement = t.key AND c.level = 2)"
            " ORDER BY t.supporting_sources DESC, t.supporting_articles DESC, t.key LIMIT ?",
            (*predicates, limit),
        )
        return _statements(rows)

    def disputed(self, *, first: int, limit: int) -> tuple[list[Statement], int]:
        """Statements that an article disputes, first those that others support, and how many such there are."""
        rows = self._db.execute(
            f"{_STATEMENT} WHERE t.disputing_articles > 0"
            " ORDER BY min(t.supporting_sources, 1) DESC, t.disputing_sources + t.supporting_sources DESC, t.key"
            " LIMIT ? OFFSET ?",
            (limit, first),
        )
        total = self._db.execute("SELECT count(*) FROM statements WHERE disputing_articles > 0").fetchone()[0]
        return _statements(rows), int(total)

    def most_mentioned(self, cls: str, limit: int) -> list[tuple[str, int]]:
        """(entity, articles): the named entities of a class that most articles speak of."""
        rows = self._db.execute(
            "SELECT e.iri, count(DISTINCT c.article) AS n FROM chains c JOIN entities e ON e.key = c.entity"
            " WHERE e.cls = ? AND EXISTS (SELECT 1 FROM traits t WHERE t.entity = e.key AND t.kind = 'label')"
            " GROUP BY e.key ORDER BY n DESC, e.iri LIMIT ?",
            (cls, limit),
        )
        return [(row["iri"], row["n"]) for row in rows]

    def event_types(self) -> list[tuple[str, int]]:
        """(type, events), the most frequent first."""
        rows = self._db.execute(
            "SELECT event_type, count(*) AS n FROM entities WHERE cls = 'Event' AND event_type IS NOT NULL"
            " GROUP BY event_type ORDER BY n DESC, event_type"
        )
        return [(row["event_type"], row["n"]) for row in rows]


def _sections(rows: Iterable[sqlite3.Row]) -> list[Section]:
    found: dict[tuple[str, bool], tuple[sqlite3.Row, list[Statement]]] = {}
    for row in rows:
        key = row["predicate"], bool(row["outgoing"])
        found.setdefault(key, (row, []))[1].append(statement_of(statement_key(row)))
    return [
        Section(predicate, outgoing, row["total"], row["disputed"], tuple(listed))
        for (predicate, outgoing), (row, listed) in found.items()
    ]


def _statements(rows: Iterable[sqlite3.Row]) -> list[Statement]:
    return [statement_of(statement_key(row)) for row in rows]


_STATEMENT = """
SELECT t.*, s.iri AS subject_iri, o.iri AS object_iri FROM statements t
JOIN entities s ON s.key = t.subject LEFT JOIN entities o ON o.key = t.object"""

_SECTIONS = """
WITH thing AS (SELECT key FROM entities WHERE iri = :iri),
about AS (
  SELECT t.*, 1 AS outgoing FROM statements t WHERE t.subject = (SELECT key FROM thing)
  UNION ALL SELECT t.*, 0 FROM statements t WHERE t.object = (SELECT key FROM thing)),
ranked AS (
  SELECT a.*, count(*) OVER (PARTITION BY predicate, outgoing) AS total,
    sum(disputing_articles > 0) OVER (PARTITION BY predicate, outgoing) AS disputed,
    row_number() OVER (PARTITION BY predicate, outgoing ORDER BY
      EXISTS (SELECT 1 FROM claims c WHERE c.statement = a.key AND c.level = 2) DESC,
      supporting_sources DESC, supporting_articles DESC, a.key) AS place
  FROM about a)
SELECT r.*, s.iri AS subject_iri, o.iri AS object_iri FROM ranked r
JOIN entities s ON s.key = r.subject LEFT JOIN entities o ON o.key = r.object
WHERE r.place > :first AND r.place <= :last ORDER BY r.predicate, r.outgoing DESC, r.place"""
