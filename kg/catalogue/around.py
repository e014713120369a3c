"""What is around an entity: its neighbours over asserted statements, its paths to another, who is named with it.

All are steps into indexes from the rows of one entity; what would still be long has a limit, and the answer says when that
cut something off.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kg.catalogue.conditions import Conditions
from kg.catalogue.entities import entity_key, entity_of
from kg.catalogue.filters import ANY_ARTICLE, SIDES, ArticleFilter, RelationFilter, statements_that
from kg.catalogue.links import chunks
from kg.catalogue.paths import ANY_STEP, PathFilter, Paths, find_paths
from kg.catalogue.rows import EntityRow
from kg.catalogue.statements import STATEMENTS, statement_key

__all__ = ["Around", "CoMention", "Neighbourhood"]

ARTICLES_COMPARED = 2000  # newest articles of an entity in which others are counted: a country is in nearly all
SECOND_STEP = 10  # things that each neighbour brings
EDGES = 2000  # statements shown between the things of a neighbourhood
EXAMPLES = 3  # articles named for a co-mention


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Things with their distance from the first of them, and the keys of the statements between them.

    Not `complete` if there are more than were asked for.
    """

    things: tuple[tuple[EntityRow, int], ...]
    statements: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class CoMention:
    """A thing that is named in the same articles: in how many, of how many sources, in which (the newest few).

    `statements` is how many statements join the two.
    """

    entity: EntityRow
    articles: int
    sources: int
    examples: tuple[str, ...]
    statements: int


class Around:
    """Reads what is around an entity, which is given by its IRI; around one that is not in use is nothing."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def neighbourhood(
        self,
        iri: str,
        *,
        depth: int = 1,
        predicates: Sequence[str] = (),
        classes: Sequence[str] = (),
        min_sources: int = 0,
        limit: int = 50,
    ) -> Neighbourhood:
        """The things to which asserted statements lead in `depth` steps: `limit` at most, the best supported first.

        `classes` are those of the neighbours. In a second step each neighbour brings SECOND_STEP of its own at most, so that
        no country crowds out the rest.
        """
        start = self._db.execute("SELECT * FROM entities WHERE iri = ?", (iri,)).fetchone()
        if start is None:
            return Neighbourhood((), (), complete=True)
        step = RelationFilter(tuple(predicates), classes=tuple(classes), asserted=True, min_sources=min_sources)
        asked = statements_that(step)
        found = {start["key"]: (start, 0)}
        frontier, complete = [start["key"]], True
        for distance in range(1, depth + 1):
            reached = []
            for key in frontier:
                room = limit - len(found) + 1  # the entity itself is not counted
                wanted = room if distance == 1 else min(room, SECOND_STEP)
                rows = self._neighbours(key, asked, wanted + len(found) + 1)
                new = [row for row in rows if row["key"] not in found]
                complete &= len(new) <= wanted
                for row in new[:wanted]:
                    found[row["key"]] = (row, distance)
                    reached.append(row["key"])
            frontier = reached
        things = tuple((entity_of(row), distance) for row, distance in found.values())
        statements = self._between(found, tuple(predicates), min_sources)
        return Neighbourhood(things, tuple(statements[:EDGES]), complete=complete and len(statements) <= EDGES)

    def paths(
        self,
        one: str,
        two: str,
        where: PathFilter = ANY_STEP,
        *,
        max_length: int = 4,
        shortest: bool = True,
        limit: int = 10,
    ) -> Paths:
        """The paths between two things (`kg.catalogue.paths`)."""
        return find_paths(self._db, one, two, where, max_length=max_length, shortest=shortest, limit=limit)

    def co_mentions(
        self,
        iri: str,
        where: ArticleFilter = ANY_ARTICLE,
        *,
        classes: Sequence[str] = (),
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[list[CoMention], int, bool]:
        """The things named in the same articles, in most of them first; how many articles; whether these are all.

        Of an entity in more than ARTICLES_COMPARED articles the newest are compared.
        """
        key = entity_key(self._db, iri)
        articles = self._articles_naming(key, where, ARTICLES_COMPARED + 1)
        listed = articles[:ARTICLES_COMPARED]
        newest = {article: number for number, article in enumerate(listed)}
        ranked = sorted(self._named_in(listed, key).items(), key=lambda item: (-len(item[1]), item[0]))
        found: list[CoMention] = []
        skipped = 0
        for entity, theirs in ranked:
            row = self._db.execute("SELECT * FROM entities WHERE key = ?", (entity,)).fetchone()
            if classes and row["cls"] not in classes:
                continue
            if skipped < offset:
                skipped += 1
                continue
            if len(found) == limit:
                break
            found.append(self._co_mention(row, key, sorted(theirs, key=newest.__getitem__)))
        return found, len(listed), len(articles) == len(listed)

    def _neighbours(self, key: int, asked: Conditions, limit: int) -> list[sqlite3.Row]:
        """The entities to which such statements lead from one, the best supported first."""
        return self._db.execute(
            f"SELECT x.*, max(t.supporting_sources) AS sources FROM {SIDES} JOIN entities x ON x.key = t.other"  # noqa: S608
            f" WHERE {asked.sql} GROUP BY x.key ORDER BY sources DESC, x.iri LIMIT ?",
            (key, key, *asked.values, limit),
        ).fetchall()

    def _between(self, keys: Collection[int], predicates: tuple[str, ...], min_sources: int) -> list[str]:
        """The keys of the asserted statements between entities, the best supported first; few go out from any thing."""
        found: list[tuple[int, str]] = []
        asked = statements_that(RelationFilter(predicates, asserted=True, min_sources=min_sources))
        for part, marks in chunks(keys):
            rows = self._db.execute(
                f"{STATEMENTS} WHERE t.subject IN ({marks}) AND {asked.sql}",
                (*part, *asked.values),
            )
            found += [(-row["supporting_sources"], statement_key(row)) for row in rows if row["object"] in keys]
        return [key for _, key in sorted(found)]

    def _articles_naming(self, key: int | None, where: ArticleFilter, limit: int) -> list[int]:
        """The articles that name an entity, the newest first."""
        asked = where.conditions()
        rows = self._db.execute(
            "SELECT DISTINCT a.key FROM chains c JOIN articles a ON a.key = c.article"  # noqa: S608
            f" WHERE c.entity = ? AND {asked.sql} ORDER BY coalesce(a.published, '') DESC, a.key DESC LIMIT ?",
            (key, *asked.values, limit),
        )
        return [row[0] for row in rows]

    def _named_in(self, articles: Collection[int], key: int | None) -> dict[int, list[int]]:
        """Entity → those of the articles that name it, for all entities but one."""
        found: dict[int, list[int]] = {}
        for part, marks in chunks(articles):
            for row in self._db.execute(
                f"SELECT DISTINCT entity, article FROM chains WHERE article IN ({marks}) AND entity IS NOT NULL"  # noqa: S608
                " AND entity != ?",
                (*part, key),
            ):
                found.setdefault(row["entity"], []).append(row["article"])
        return found

    def _co_mention(self, row: sqlite3.Row, key: int | None, articles: list[int]) -> CoMention:
        sources: set[str] = set()
        for part, marks in chunks(articles):
            found = self._db.execute(f"SELECT DISTINCT source_key FROM articles WHERE key IN ({marks})", part)  # noqa: S608
            sources.update(one[0] for one in found)
        shown = articles[:EXAMPLES]
        ids = (self._db.execute("SELECT id FROM articles WHERE key = ?", (one,)).fetchone() for one in shown)
        both = self._db.execute(
            "SELECT count(*) FROM statements WHERE (subject = ? AND object = ?) OR (subject = ? AND object = ?)",
            (key, row["key"], row["key"], key),
        ).fetchone()[0]
        return CoMention(entity_of(row), len(articles), len(sources), tuple(one[0] for one in ids), both)
