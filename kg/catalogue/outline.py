"""What a page about one thing, or about everything, shows first: counts, and the few rows that matter most.

A thing may have ten thousand statements, and a statement as many claims. Everything here picks by index what is shown, so
that a page costs what it shows and one step for each statement of its thing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg.catalogue.about import About
from kg.catalogue.conditions import ASSERTED, marks
from kg.catalogue.rows import Retired
from kg.catalogue.statements import STATEMENTS, statement_key

__all__ = ["Form", "Outlines"]

MENTIONS = 1000  # of one thing, of which it is asked how they call it


@dataclass(frozen=True, slots=True)
class Form:
    """What mentions of one thing have in common: the name as it is written, its key (`bucket`, `shade`; None for a mention
    that hangs on others of its article), and the first article that has it, with its other names and acronyms there."""

    bucket: str | None
    shade: str
    label: str
    mentions: int
    article: str
    aliases: tuple[str, ...]
    defines: tuple[str, ...]


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

    def forms(self, iri: str, *, most: int) -> list[Form]:
        """What an entity is called and described by, most mentions first; of a hub, in its first articles."""
        rows = self._db.execute(
            "SELECT c.bucket, c.shade, c.label, c.n, c.aliases, c.defines, a.id FROM (SELECT bucket, shade, label,"
            " aliases, defines, count(*) AS n, min(article) AS article FROM (SELECT * FROM chains WHERE entity ="
            " (SELECT key FROM entities WHERE iri = ?) LIMIT ?) GROUP BY bucket, shade, label, aliases, defines) c"
            " JOIN articles a ON a.key = c.article ORDER BY c.n DESC, c.label, c.bucket LIMIT ?",
            (iri, MENTIONS, most),
        )
        return [
            Form(row["bucket"], row["shade"], row["label"], row["n"], row["id"], tuple(json.loads(row["aliases"])),
                 tuple(json.loads(row["defines"])))
            for row in rows
        ]  # fmt: skip

    def acronyms_of(self, iri: str) -> list[tuple[str, str, str]]:
        """(acronym, full name, article), as keys of names: the acronyms of an entity, with the first article that defines each."""
        rows = self._db.execute(
            "SELECT x.acronym, x.bucket, a.id AS article FROM (SELECT d.value AS acronym, c.bucket, count(*) AS n,"
            " min(c.article) AS first FROM (SELECT * FROM chains WHERE entity = (SELECT key FROM entities WHERE iri = ?)"
            " LIMIT ?) c, json_each(c.defines) d WHERE c.bucket IS NOT NULL GROUP BY d.value, c.bucket) x"
            " JOIN articles a ON a.key = x.first ORDER BY x.n DESC, x.acronym",
            (iri, MENTIONS),
        )
        return [(row["acronym"], row["bucket"], row["article"]) for row in rows]

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
        ordered = self._db.execute(
            f"SELECT key FROM statements WHERE predicate IN ({marks(predicates)}) AND supporting_sources > 0"  # noqa: S608 - ours
            " ORDER BY supporting_sources DESC, supporting_articles DESC, key",
            tuple(predicates),
        )
        found: list[str] = []
        for (key,) in ordered:  # whether it is asserted is asked of those alone that may be among the first
            found += map(statement_key, self._db.execute(f"{STATEMENTS} WHERE t.key = ? AND {ASSERTED}", (key,)))
            if len(found) == limit:
                break
        return found

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
    ) -> list[tuple[str, str]]:
        """(event, start) of the events (of a type) that an article dates, the last first.

        `since` and `until` are days, months or years, both included; dates are compared as far as both go.
        """
        values = {"type": event_type, "since": since, "until": until}
        rows = self._db.execute(
            f"{_DATED} ORDER BY t.literal DESC, t.subject DESC LIMIT :limit OFFSET :first",
            {**values, "limit": limit, "first": first},
        )
        return [(row["iri"], row["literal"]) for row in rows]

    def count_events(self, *, event_type: str | None, since: str | None, until: str | None) -> int:
        """How many events (of a type, of a time) an article dates."""
        values = {"type": event_type, "since": since, "until": until}
        return int(self._db.execute(f"SELECT count(*) FROM ({_DATED})", values).fetchone()[0])  # noqa: S608 - ours

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

    def conflicting_dates(self) -> list[str]:
        """The IRIs of the events that are asserted to begin on days that exclude each other, the most reported first."""
        rows = self._db.execute(
            f"SELECT e.iri FROM ({_CONFLICTS}) x JOIN entities e ON e.key = x.subject"  # noqa: S608 - ours
            " ORDER BY x.weight DESC, e.iri"
        )
        return [row["iri"] for row in rows]

    def located(self, event_type: str | None) -> list[tuple[str, str, str, float, float, int]]:
        """(IRI, label, class, latitude, longitude, events there) of the places whose coordinates are known.

        With a type, how many such events happened there, and only places where there were any.
        """
        rows = self._db.execute(_LOCATED, {"type": event_type})
        return [tuple(row) for row in rows if row["events"] or not event_type]

    def events_at(self, iri: str, event_type: str | None, limit: int) -> list[tuple[str, str, str]]:
        """(IRI, label, type) of events (of a type) that happened at a place, the last catalogued first."""
        rows = self._db.execute(
            "SELECT e.iri, e.label, coalesce(e.event_type, '') FROM statements t JOIN entities e ON e.key = t.subject"  # noqa: S608 - ours
            " WHERE t.object = (SELECT key FROM entities WHERE iri = :iri) AND t.predicate = 'occurredAt'"
            f" AND (:type IS NULL OR e.event_type = :type) AND {ASSERTED} ORDER BY e.key DESC LIMIT :limit",
            {"iri": iri, "type": event_type, "limit": limit},
        )
        return [tuple(row) for row in rows]

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


# of several days of one event that which most sources give, then the most exact one
_DATED = f"""
SELECT e.iri, t.literal FROM statements t JOIN entities e ON e.key = t.subject
WHERE t.predicate = 'startDate' AND {ASSERTED}
  AND NOT EXISTS (SELECT 1 FROM statements b WHERE b.subject = t.subject AND b.predicate = 'startDate' AND b.key <> t.key
    AND (-b.supporting_sources, -length(b.literal), b.literal) < (-t.supporting_sources, -length(t.literal), t.literal)
    AND EXISTS (SELECT 1 FROM claims c WHERE c.statement = b.key AND c.level = 2))
  AND e.cls = 'Event' AND (:type IS NULL OR e.event_type = :type)
  AND (:since IS NULL OR substr(t.literal, 1, length(:since)) >= substr(:since, 1, length(t.literal)))
  AND (:until IS NULL OR substr(t.literal, 1, length(:until)) <= substr(:until, 1, length(t.literal)))"""  # noqa: S608 - ours

_LOCATED = f"""
SELECT p.iri, p.label, p.cls, l.latitude, l.longitude, (
  SELECT count(*) FROM statements t WHERE t.object = l.entity AND t.predicate = 'occurredAt' AND {ASSERTED}
    AND (:type IS NULL OR EXISTS (SELECT 1 FROM entities e WHERE e.key = t.subject AND e.event_type = :type))) AS events
FROM located l JOIN entities p ON p.key = l.entity ORDER BY p.iri"""  # noqa: S608 - ours

_CONFLICTS = """
SELECT a.subject, max(a.supporting_sources + b.supporting_sources) AS weight FROM statements a JOIN statements b
  ON b.subject = a.subject AND b.predicate = a.predicate AND b.literal > a.literal
WHERE a.predicate = 'startDate'
  AND substr(a.literal, 1, min(length(a.literal), length(b.literal)))
   <> substr(b.literal, 1, min(length(a.literal), length(b.literal)))
  AND EXISTS (SELECT 1 FROM claims c WHERE c.statement = a.key AND c.level = 2)
  AND EXISTS (SELECT 1 FROM claims c WHERE c.statement = b.key AND c.level = 2)
GROUP BY a.subject"""
