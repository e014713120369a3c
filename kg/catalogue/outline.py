"""What a page about one thing, or about everything, shows first: counts, and the few rows that matter most.

A thing may have ten thousand statements, and a statement as many claims. Everything here picks by index what is shown, so
that a page costs what it shows and one step for each statement of its thing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from pyoxigraph import NamedNode

from kg.catalogue.about import About
from kg.catalogue.conditions import ASSERTED, marks
from kg.catalogue.rows import Retired
from kg.catalogue.statements import STATEMENTS, statement_key

__all__ = ["Outlines"]


class Outlines:
    """Reads what pages begin with."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def about(self, iri: str) -> About:
        """What is said of an entity, to be shown by sections, as its neighbours and as its events."""
        return About(self._db, iri)

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

    def most_reported(self, predicates: Sequence[str], limit: int) -> list[str]:
        """The keys of the asserted statements of these predicates that most sources support."""
        rows = self._db.execute(
            f"{STATEMENTS} WHERE t.predicate IN ({marks(predicates)}) AND {ASSERTED}"
            " ORDER BY t.supporting_sources DESC, t.supporting_articles DESC, t.key LIMIT ?",
            (*predicates, limit),
        )
        return [statement_key(row) for row in rows]

    def disputed(self, *, first: int, limit: int) -> tuple[list[str], int]:
        """The keys of statements that an article disputes, first those that others support; and how many such there are."""
        rows = self._db.execute(
            f"{STATEMENTS} WHERE t.disputing_articles > 0"
            " ORDER BY min(t.supporting_sources, 1) DESC, t.disputing_sources + t.supporting_sources DESC, t.key"
            " LIMIT ? OFFSET ?",
            (limit, first),
        )
        total = self._db.execute("SELECT count(*) FROM statements WHERE disputing_articles > 0").fetchone()[0]
        return [statement_key(row) for row in rows], int(total)

    def events(
        self,
        *,
        event_type: str | None,
        since: str | None,
        until: str | None,
        first: int,
        limit: int,
    ) -> tuple[list[tuple[str, str]], int]:
        """(event, start) of the events (of a type) that an article dates, the last first, and how many there are.

        `since` and `until` are days, months or years, both included; dates are compared as far as both go.
        """
        values = {"type": event_type, "since": since, "until": until}
        rows = self._db.execute(
            f"{_DATED} ORDER BY d.literal DESC, e.iri LIMIT :limit OFFSET :first",
            {**values, "limit": limit, "first": first},
        )
        total = self._db.execute(f"SELECT count(*) FROM ({_DATED})", values).fetchone()[0]  # noqa: S608 - ours
        return [(row["iri"], row["literal"]) for row in rows], int(total)

    def undated_events(self, *, event_type: str | None, limit: int) -> tuple[list[str], int]:
        """The events (of a type) that no article dates, the last catalogued first, and how many there are."""
        where = (
            "FROM entities e WHERE e.cls = 'Event' AND (:type IS NULL OR e.event_type = :type) AND NOT EXISTS"
            " (SELECT 1 FROM statements t WHERE t.subject = e.key AND t.predicate = 'startDate')"
        )
        rows = self._db.execute(
            f"SELECT e.iri {where} ORDER BY e.key DESC LIMIT :limit", {"type": event_type, "limit": limit}
        )
        total = self._db.execute(f"SELECT count(*) {where}", {"type": event_type}).fetchone()[0]
        return [row["iri"] for row in rows], int(total)

    def reported_on(self, iri: str) -> tuple[str | None, str | None]:
        """The first and the last day of an article that says something of an event (of anything: as a subject)."""
        row = self._db.execute(
            "SELECT min(c.published), max(c.published) FROM statements t JOIN claims c ON c.statement = t.key"
            " WHERE t.subject = (SELECT key FROM entities WHERE iri = ?) AND c.level >= 0",
            (iri,),
        ).fetchone()
        return row[0], row[1]

    def several_leaders(self, limit: int) -> list[str]:
        """The IRIs of what more than one person is asserted to lead, at whatever time, the most reported first."""
        rows = self._db.execute(
            "SELECT e.iri, sum(t.supporting_sources) AS weight FROM statements t JOIN entities e ON e.key = t.object"  # noqa: S608 - ours
            f" WHERE t.predicate = 'leads' AND {ASSERTED}"
            " GROUP BY e.key HAVING count(*) > 1 ORDER BY weight DESC, e.iri LIMIT ?",
            (limit,),
        )
        return [row["iri"] for row in rows]

    def conflicting_dates(self, *, first: int, limit: int) -> tuple[list[str], int]:
        """The IRIs of the events that are asserted to begin on days that exclude each other, and how many there are."""
        rows = self._db.execute(
            f"SELECT e.iri FROM ({_CONFLICTS}) x JOIN entities e ON e.key = x.subject"  # noqa: S608 - ours
            " ORDER BY x.weight DESC, e.iri LIMIT ? OFFSET ?",
            (limit, first),
        )
        total = self._db.execute(f"SELECT count(*) FROM ({_CONFLICTS})").fetchone()[0]  # noqa: S608 - ours
        return [row["iri"] for row in rows], int(total)

    def count_neighbours(self, iri: str) -> int:
        """How many things an asserted statement joins to an entity."""
        row = self._db.execute(
            "WITH thing AS (SELECT key FROM entities WHERE iri = ?), t AS ("  # noqa: S608 - ours
            " SELECT key, object AS other FROM statements WHERE subject = (SELECT key FROM thing) AND object > 0"
            " UNION ALL SELECT key, subject FROM statements WHERE object = (SELECT key FROM thing))"
            " SELECT count(DISTINCT t.other) FROM t"
            f" WHERE {ASSERTED}",
            (iri,),
        ).fetchone()
        return int(row[0])

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


_DATED = f"""
WITH dated AS (
  SELECT t.subject, t.literal, row_number() OVER (
    PARTITION BY t.subject ORDER BY t.supporting_sources DESC, length(t.literal) DESC, t.literal) AS place
  FROM statements t WHERE t.predicate = 'startDate'
    AND {ASSERTED})
SELECT e.iri, d.literal FROM dated d JOIN entities e ON e.key = d.subject
WHERE d.place = 1 AND e.cls = 'Event' AND (:type IS NULL OR e.event_type = :type)
  AND (:since IS NULL OR substr(d.literal, 1, length(:since)) >= substr(:since, 1, length(d.literal)))
  AND (:until IS NULL OR substr(d.literal, 1, length(:until)) <= substr(:until, 1, length(d.literal)))"""  # noqa: S608 - ours

_CONFLICTS = """
SELECT a.subject, max(a.supporting_sources + b.supporting_sources) AS weight FROM statements a JOIN statements b
  ON b.subject = a.subject AND b.predicate = a.predicate AND b.literal > a.literal
WHERE a.predicate = 'startDate'
  AND substr(a.literal, 1, min(length(a.literal), length(b.literal)))
   <> substr(b.literal, 1, min(length(a.literal), length(b.literal)))
  AND EXISTS (SELECT 1 FROM claims c WHERE c.statement = a.key AND c.level = 2)
  AND EXISTS (SELECT 1 FROM claims c WHERE c.statement = b.key AND c.level = 2)
GROUP BY a.subject"""
