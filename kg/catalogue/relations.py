"""The statements about an entity, as lists: filtered, sorted, page by page, counted.

Everything here is steps into indexes from the rows of one entity, so the cost grows with what is said about that entity
and not with the graph. Pages begin after a *position*, the sort value and the terms of the last row of the page before:
rows that come or go meanwhile make no other row appear twice or not at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg.catalogue.conditions import ASSERTED
from kg.catalogue.filters import DATE, EVERYTHING, RelationFilter, statements_about
from kg.catalogue.statements import statement_key

__all__ = ["IN", "OUT", "RELATION_SORTS", "Position", "RelationRow", "Relations"]

OUT, IN = "out", "in"
"""Directions: the entity is the subject of the statement, or its object."""

Position = tuple[Any, ...]
"""Where a page ended: the sort value, then the terms that tell rows with the same one apart."""


@dataclass(frozen=True, slots=True)
class RelationRow:
    """One statement of a list: `key` names it (`Catalogue.statement`), `position` is where a page ends with it."""

    key: str
    direction: str
    subject_label: str
    object_label: str
    other_class: str
    position: Position


RELATION_SORTS: Mapping[str, str] = {
    "predicate": "t.predicate",
    "confidence": "coalesce((SELECT max(weight) FROM claims WHERE statement = t.key AND level = 2), -1)",
    "sources": "t.supporting_sources",
    "articles": "t.supporting_articles",
    "first_reported": "coalesce((SELECT min(published) FROM claims WHERE statement = t.key AND level IN (1, 2)),"
    " (SELECT min(published) FROM claims WHERE statement = t.key AND level = 0), '')",
    "last_reported": "coalesce((SELECT max(published) FROM claims WHERE statement = t.key AND level IN (1, 2)),"
    " (SELECT max(published) FROM claims WHERE statement = t.key AND level = 0), '')",
    "label": "lower(coalesce(x.label, t.literal))",
}
"""What a list of statements may be sorted by: name → SQL."""

_TIE = "s.iri, t.predicate, coalesce(o.iri, ''), t.literal"


class Relations:
    """Reads lists about one entity, which is given by its IRI; one that is not in use has empty lists."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def page(
        self,
        iri: str,
        where: RelationFilter = EVERYTHING,
        *,
        sort: str = "predicate",
        descending: bool = False,
        after: Position | None = None,
        limit: int = 100,
    ) -> list[RelationRow]:
        """The statements about an entity, beginning after a position. `sort` is one of RELATION_SORTS."""
        value = RELATION_SORTS[sort]
        source, asked = statements_about(iri, where)
        if after is not None:
            further = f"{value} {'<' if descending else '>'} ?"
            asked.add(f"({further} OR ({value} = ? AND ({_TIE}) > (?, ?, ?, ?)))", after[0], *after)
        rows = self._db.execute(
            f"SELECT t.direction, t.predicate, t.literal, s.iri AS subject_iri, o.iri AS object_iri,"  # noqa: S608
            f" s.label AS subject_label, coalesce(o.label, t.literal) AS object_label,"
            f" coalesce(x.cls, '{DATE}') AS other_class, {value} AS value"
            f" FROM {source} WHERE {asked.sql} ORDER BY {value}{' DESC' if descending else ''}, {_TIE} LIMIT ?",
            (*asked.values, limit),
        )
        return [
            RelationRow(
                key=statement_key(row),
                direction=row["direction"],
                subject_label=row["subject_label"],
                object_label=row["object_label"],
                other_class=row["other_class"],
                position=(row["value"], row["subject_iri"], row["predicate"], row["object_iri"] or "", row["literal"]),
            )
            for row in rows
        ]

    def count(self, iri: str, where: RelationFilter = EVERYTHING) -> int:
        """How many statements pass."""
        source, asked = statements_about(iri, where)
        row = self._db.execute(f"SELECT count(*) FROM {source} WHERE {asked.sql}", asked.values).fetchone()  # noqa: S608
        return int(row[0])

    def facets(self, iri: str, where: RelationFilter = EVERYTHING, *, limit: int = 20) -> dict[str, dict[str, int]]:
        """How many of the statements that pass have which value, the most frequent first: facet → value → count.

        A statement counts once for each modality, publisher and year of its claims, so these may add up to more.
        """
        source, asked = statements_about(iri, where)
        passing = f"FROM {source} WHERE {asked.sql}"
        told = f"FROM claims c JOIN articles a ON a.key = c.article WHERE c.level >= 0 AND c.statement IN (SELECT t.key {passing})"
        questions = {
            "predicate": f"SELECT t.direction || ' ' || t.predicate AS value, count(*) AS n {passing}",
            "class": f"SELECT coalesce(x.cls, '{DATE}') AS value, count(*) AS n {passing}",
            "asserted": f"SELECT CASE WHEN {ASSERTED} THEN 'true' ELSE 'false' END AS value, count(*) AS n {passing}",
            "modality": f"SELECT c.modality AS value, count(DISTINCT c.statement) AS n {told}",
            "publisher": f"SELECT a.publisher AS value, count(DISTINCT c.statement) AS n {told} AND a.publisher IS NOT NULL",
            "year": f"SELECT substr(c.published, 1, 4) AS value, count(DISTINCT c.statement) AS n {told}"
            " AND c.published IS NOT NULL",
        }
        return {
            name: {
                row["value"]: row["n"]
                for row in self._db.execute(
                    f"{question} GROUP BY value ORDER BY n DESC, value LIMIT ?", (*asked.values, limit)
                )
            }
            for name, question in questions.items()
        }

    def days_of_events(self, iris: Iterable[str]) -> dict[str, tuple[str | None, str | None]]:
        """Event IRI → (start, end), as the best supported asserted statements date it; events without a date are left out."""
        found: dict[str, tuple[str | None, str | None]] = {}
        for iri in iris:
            start, end = (self._day(iri, predicate) for predicate in ("startDate", "endDate"))
            if start or end:
                found[iri] = (start, end if not (start and end) or end[: len(start)] >= start[: len(end)] else None)
        return found

    def _day(self, event: str, predicate: str) -> str | None:
        row = self._db.execute(
            "SELECT t.literal FROM statements t WHERE t.subject = (SELECT key FROM entities WHERE iri = ?)"  # noqa: S608
            f" AND t.predicate = ? AND {ASSERTED} ORDER BY t.supporting_sources DESC, t.literal LIMIT 1",
            (event, predicate),
        ).fetchone()
        return None if row is None else str(row[0])
