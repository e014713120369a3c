"""The claims behind statements, as lists: page by page, counted, or the strongest of each statement.

They come published last first; a page begins after the day and the IRI of the last claim of the page before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from kg.catalogue.conditions import Conditions
from kg.catalogue.filters import EVERYTHING, RelationFilter, claims_about
from kg.catalogue.relations import Position
from kg.catalogue.statements import statement_key

__all__ = ["EvidenceLists"]


class EvidenceLists:
    """Reads lists of claims. Entities are given by their IRIs, statements by their keys; of unknown ones there is none."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def page(
        self,
        iri: str,
        where: RelationFilter = EVERYTHING,
        *,
        after: Position | None = None,
        limit: int = 100,
    ) -> list[tuple[str, str, Position]]:
        """(claim IRI, key of its statement, position): the claims about an entity, those published last first."""
        return self._page(*claims_about(iri, where), after, limit)

    def count(self, iri: str, where: RelationFilter = EVERYTHING) -> int:
        """How many claims about an entity pass."""
        source, asked = claims_about(iri, where)
        row = self._db.execute(f"SELECT count(*) FROM {source} WHERE {asked.sql}", asked.values).fetchone()  # noqa: S608
        return int(row[0])

    def page_of(self, key: str, *, after: Position | None = None, limit: int = 100) -> list[tuple[str, Position]]:
        """(claim IRI, position): the claims about the statement of a key, those published last first."""
        asked = Conditions(["c.statement = ?"], [self._statement(key)])
        return [(claim, position) for claim, _, position in self._page(_OF_STATEMENT, asked, after, limit)]

    def count_of(self, key: str) -> int:
        """How many claims there are about the statement of a key."""
        row = self._db.execute("SELECT count(*) FROM claims WHERE statement = ?", (self._statement(key),)).fetchone()
        return int(row[0])

    def best(self, keys: Sequence[str], limit: int) -> list[str]:
        """The IRIs of the claims about statements, of each at most so many: the strongest, but one that disputes always."""
        found: list[str] = []
        for key in keys:
            statement = self._statement(key)
            if statement is None:
                continue
            rows = self._db.execute(
                "SELECT iri, level FROM claims WHERE statement = ? ORDER BY level DESC, weight DESC, iri LIMIT ?",
                (statement, limit),
            ).fetchall()
            if len(rows) == limit > 1 and rows[-1]["level"] > 0:
                against = self._db.execute(
                    "SELECT iri, level FROM claims WHERE statement = ? AND level = 0 ORDER BY weight DESC, iri LIMIT 1",
                    (statement,),
                ).fetchall()
                rows[len(rows) - len(against) :] = against
            found += [row["iri"] for row in rows]
        return found

    def _page(
        self, source: str, asked: Conditions, after: Position | None, limit: int
    ) -> list[tuple[str, str, Position]]:
        if after is not None:
            day, iri = after
            asked.add("(coalesce(c.published, '') < ? OR (coalesce(c.published, '') = ? AND c.iri > ?))", day, day, iri)
        rows = self._db.execute(
            f"SELECT c.iri, coalesce(c.published, '') AS day, t.predicate, t.literal, s.iri AS subject_iri,"  # noqa: S608
            f" o.iri AS object_iri FROM {source} WHERE {asked.sql} ORDER BY day DESC, c.iri LIMIT ?",
            (*asked.values, limit),
        )
        return [(row["iri"], statement_key(row), (row["day"], row["iri"])) for row in rows]

    def _statement(self, key: str) -> int | None:
        """The row number of the statement of a key."""
        row = self._db.execute(
            "SELECT t.key FROM statements t JOIN entities s ON s.key = t.subject"
            " WHERE s.iri = json_extract(:key, '$[0]') AND t.predicate = json_extract(:key, '$[1]')"
            " AND t.object = coalesce((SELECT key FROM entities WHERE iri = json_extract(:key, '$[2]')), 0)"
            " AND t.literal = json_extract(:key, '$[3]')",
            {"key": key},
        ).fetchone()
        return None if row is None else int(row[0])


_OF_STATEMENT = (
    "claims c JOIN statements t ON t.key = c.statement JOIN entities s ON s.key = t.subject"
    " LEFT JOIN entities o ON o.key = t.object"
)
