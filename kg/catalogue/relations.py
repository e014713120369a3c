"""What is said about an entity, as lists: filtered, sorted, page by page, counted; its neighbours; who is named with it.

Everything here is steps into indexes from the rows of one entity, so the cost grows with what is said about that entity
and not with the graph; a list that would still be long has a limit. Pages begin after a *position*, the sort value and the
terms of the last row of the page before: rows that come or go meanwhile make no other row appear twice or not at all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from kg.catalogue.links import chunks
from kg.catalogue.paths import ANY_STEP, PathFilter, Paths, find_paths
from kg.catalogue.rows import EntityRow
from kg.catalogue.statements import statement_key
from kg.types import EntityClass

__all__ = [
    "IN",
    "OUT",
    "RELATION_SORTS",
    "CoMention",
    "Neighbourhood",
    "Position",
    "RelationFilter",
    "RelationRow",
    "Relations",
    "entity_of",
]

OUT, IN = "out", "in"
"""Directions: the entity is the subject of the statement, or its object."""

DATE = "Date"  # the class of an end that is no thing
ARTICLES_COMPARED = 2000  # newest articles of an entity in which others are counted: a country is in nearly all
SECOND_STEP = 10  # things that each neighbour brings
EDGES = 2000  # statements shown between the things of a neighbourhood

Position = tuple[Any, ...]
"""Where a page ended: the sort value, then the terms that tell statements with the same one apart."""


@dataclass(frozen=True, slots=True)
class RelationFilter:
    """Which statements are wanted; an empty filter lets all pass.

    What is asked of claims has to be true of one and the same claim: `modalities=("alleged",), publishers=("X",)` is
    what X alleges. A person's acceptance of a claim counts as a confidence of 1. `since` and `until` are days, months or
    years as 2019-06-30, 2019-06 or 2019, both included.
    """

    predicates: tuple[str, ...] = ()
    direction: str | None = None
    classes: tuple[str, ...] = ()
    asserted: bool | None = None
    min_sources: int = 0
    modalities: tuple[str, ...] = ()
    min_confidence: float = 0.0
    publishers: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    @property
    def about_claims(self) -> bool:
        """Whether anything is asked of the claims."""
        return bool(self.modalities or self.min_confidence or self.publishers or self.since or self.until)


@dataclass(frozen=True, slots=True)
class RelationRow:
    """One statement of a list: `key` names it (`Catalogue.statement`), `position` is where a page ends with it."""

    key: str
    direction: str
    subject_label: str
    object_label: str
    other_class: str
    position: Position


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
    """A thing that is named in the same articles: in how many, of how many sources, in which (the newest few)."""

    entity: EntityRow
    articles: int
    sources: int
    examples: tuple[str, ...]
    statements: int


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

_TIE = ("s.iri", "t.predicate", "coalesce(o.iri, '')", "t.literal")


class Relations:
    """Reads lists about one entity, which is given by its IRI; one that is not in use has empty lists."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def page(
        self,
        iri: str,
        where: RelationFilter = RelationFilter(),
        *,
        sort: str = "predicate",
        descending: bool = False,
        after: Position | None = None,
        limit: int = 100,
    ) -> list[RelationRow]:
        """The statements about an entity, beginning after a position. `sort` is one of RELATION_SORTS."""
        value = RELATION_SORTS[sort]
        source, conditions, values = _about(iri, where)
        if after is not None:
            compare, tie = "<" if descending else ">", ", ".join(_TIE)
            conditions.append(f"({value} {compare} ? OR ({value} = ? AND ({tie}) > (?, ?, ?, ?)))")
            values += [after[0], *after]
        order = f"{value}{' DESC' if descending else ''}, {', '.join(_TIE)}"
        rows = self._db.execute(
            f"SELECT t.direction, t.predicate, t.literal, s.iri AS subject_iri, o.iri AS object_iri,"  # noqa: S608
            f" s.label AS subject_label, coalesce(o.label, t.literal) AS object_label,"
            f" coalesce(x.cls, '{DATE}') AS other_class, {value} AS value"
            f" FROM {source} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT ?",
            (*values, limit),
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

    def count(self, iri: str, where: RelationFilter = RelationFilter()) -> int:
        """How many statements pass."""
        source, conditions, values = _about(iri, where)
        row = self._db.execute(f"SELECT count(*) FROM {source} WHERE {' AND '.join(conditions)}", values)  # noqa: S608
        return int(row.fetchone()[0])

    def facets(
        self, iri: str, where: RelationFilter = RelationFilter(), *, limit: int = 20
    ) -> dict[str, dict[str, int]]:
        """How many of the statements that pass have which value, the most frequent first: facet → value → count.

        A statement counts once for each modality, publisher and year of its claims, so these may add up to more.
        """
        source, conditions, values = _about(iri, where)
        passing = f"FROM {source} WHERE {' AND '.join(conditions)}"
        told = f"FROM claims c JOIN articles a ON a.key = c.article WHERE c.level >= 0 AND c.statement IN (SELECT t.key {passing})"
        questions = {
            "predicate": f"SELECT t.direction || ' ' || t.predicate AS value, count(*) AS n {passing}",
            "class": f"SELECT coalesce(x.cls, '{DATE}') AS value, count(*) AS n {passing}",
            "asserted": "SELECT CASE WHEN EXISTS (SELECT 1 FROM claims WHERE statement = t.key AND level = 2)"  # noqa: S608
            f" THEN 'true' ELSE 'false' END AS value, count(*) AS n {passing}",
            "modality": f"SELECT c.modality AS value, count(DISTINCT c.statement) AS n {told}",
            "publisher": f"SELECT a.publisher AS value, count(DISTINCT c.statement) AS n {told} AND a.publisher IS NOT NULL",
            "year": f"SELECT substr(c.published, 1, 4) AS value, count(DISTINCT c.statement) AS n {told}"
            " AND c.published IS NOT NULL",
        }
        return {
            name: {
                row["value"]: row["n"]
                for row in self._db.execute(
                    f"{question} GROUP BY value ORDER BY n DESC, value LIMIT ?", (*values, limit)
                )
            }
            for name, question in questions.items()
        }

    def claims(
        self,
        iri: str,
        where: RelationFilter = RelationFilter(),
        *,
        after: Position | None = None,
        limit: int = 100,
    ) -> list[tuple[str, str, Position]]:
        """(claim IRI, key of its statement, position): the claims about an entity, those published last first."""
        source, conditions, values = _about(iri, where, of_claim=True)
        return self._claims(source, conditions, values, after, limit)

    def claims_about(self, key: str, *, after: Position | None = None, limit: int = 100) -> list[tuple[str, Position]]:
        """(claim IRI, position): the claims about the statement of a key, those published last first."""
        statement = self._statement(key)
        source = "claims c JOIN statements t ON t.key = c.statement"
        joined = f"{source} JOIN entities s ON s.key = t.subject LEFT JOIN entities o ON o.key = t.object"
        found = self._claims(joined, ["c.statement = ?"], [statement], after, limit)
        return [(claim, position) for claim, _, position in found]

    def best_claims(self, keys: Sequence[str], limit: int) -> list[str]:
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

    def count_claims(self, iri: str, where: RelationFilter = RelationFilter()) -> int:
        """How many claims `claims` gives in all."""
        source, conditions, values = _about(iri, where, of_claim=True)
        row = self._db.execute(f"SELECT count(*) FROM {source} WHERE {' AND '.join(conditions)}", values)  # noqa: S608
        return int(row.fetchone()[0])

    def count_claims_about(self, key: str) -> int:
        """How many claims there are about the statement of a key."""
        row = self._db.execute("SELECT count(*) FROM claims WHERE statement = ?", (self._statement(key),))
        return int(row.fetchone()[0])

    def days_of_events(self, iris: Iterable[str]) -> dict[str, tuple[str | None, str | None]]:
        """Event IRI → (start, end), as the best supported asserted statements date it; events without a date are left out."""
        found: dict[str, tuple[str | None, str | None]] = {}
        for iri in iris:
            start, end = (self._day(iri, predicate) for predicate in ("startDate", "endDate"))
            if start or end:
                found[iri] = (start, end if not (start and end) or end[: len(start)] >= start[: len(end)] else None)
        return found

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
        conditions, values = _statement_filter(
            RelationFilter(tuple(predicates), classes=tuple(classes), asserted=True, min_sources=min_sources)
        )
        found = {start["key"]: (start, 0)}
        frontier, complete = [start["key"]], True
        for distance in range(1, depth + 1):
            reached = []
            for key in frontier:
                room = limit - len(found) + 1  # the entity itself is not counted
                wanted = room if distance == 1 else min(room, SECOND_STEP)
                rows = self._db.execute(
                    f"SELECT x.*, max(t.supporting_sources) AS sources FROM {_SIDES} JOIN entities x ON x.key = t.other"  # noqa: S608
                    f" WHERE {' AND '.join(conditions)} GROUP BY x.key ORDER BY sources DESC, x.iri LIMIT ?",
                    (key, key, *values, wanted + len(found) + 1),
                ).fetchall()
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
        *,
        classes: Sequence[str] = (),
        publishers: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[list[CoMention], int, bool]:
        """The things named in the same articles, in most of them first; how many articles; whether these are all.

        Of an entity in more than ARTICLES_COMPARED articles the newest are compared.
        """
        key = self._key(iri)
        conditions, values = ["c.entity = ?"], list[Any]([key])
        if publishers:
            conditions.append(f"a.publisher COLLATE NOCASE IN ({_marks(publishers)})")
            values += publishers
        conditions += [f"a.published {operator} ?" for operator, _ in _window(since, until)]
        values += [day for _, day in _window(since, until)]
        articles = self._db.execute(
            "SELECT DISTINCT a.key FROM chains c JOIN articles a ON a.key = c.article"  # noqa: S608
            f" WHERE {' AND '.join(conditions)} ORDER BY coalesce(a.published, '') DESC, a.key DESC LIMIT ?",
            (*values, ARTICLES_COMPARED + 1),
        ).fetchall()
        complete = len(articles) <= ARTICLES_COMPARED
        listed = [row[0] for row in articles[:ARTICLES_COMPARED]]
        told: dict[int, list[int]] = {}
        for part, marks in chunks(listed):
            for row in self._db.execute(
                f"SELECT DISTINCT entity, article FROM chains WHERE article IN ({marks}) AND entity IS NOT NULL"  # noqa: S608
                " AND entity != ?",
                (*part, key),
            ):
                told.setdefault(row["entity"], []).append(row["article"])
        newest = {article: number for number, article in enumerate(listed)}
        ranked = sorted(told.items(), key=lambda item: (-len(item[1]), item[0]))
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
        return found, len(listed), complete

    def _key(self, iri: str) -> int | None:
        row = self._db.execute("SELECT key FROM entities WHERE iri = ?", (iri,)).fetchone()
        return None if row is None else int(row[0])

    def _between(self, keys: Collection[int], predicates: tuple[str, ...], min_sources: int) -> list[str]:
        """The keys of the asserted statements between entities, the best supported first; few go out from any thing."""
        found: list[tuple[int, str]] = []
        conditions, values = _statement_filter(RelationFilter(predicates, asserted=True, min_sources=min_sources))
        for part, marks in chunks(keys):
            rows = self._db.execute(
                f"SELECT t.*, s.iri AS subject_iri, o.iri AS object_iri FROM statements t"  # noqa: S608
                f" JOIN entities s ON s.key = t.subject JOIN entities o ON o.key = t.object"
                f" WHERE t.subject IN ({marks}) AND {' AND '.join(conditions)}",
                (*part, *values),
            )
            found += [(-row["supporting_sources"], statement_key(row)) for row in rows if row["object"] in keys]
        return [key for _, key in sorted(found)]

    def _co_mention(self, row: sqlite3.Row, key: int | None, articles: list[int]) -> CoMention:
        sources: set[str] = set()
        for part, marks in chunks(articles):
            found = self._db.execute(f"SELECT DISTINCT source_key FROM articles WHERE key IN ({marks})", part)  # noqa: S608
            sources.update(one[0] for one in found)
        ids = (self._db.execute("SELECT id FROM articles WHERE key = ?", (one,)).fetchone() for one in articles[:3])
        both = self._db.execute(
            "SELECT count(*) FROM statements WHERE (subject = ? AND object = ?) OR (subject = ? AND object = ?)",
            (key, row["key"], row["key"], key),
        ).fetchone()[0]
        return CoMention(entity_of(row), len(articles), len(sources), tuple(one[0] for one in ids), both)

    def _claims(
        self, source: str, conditions: list[str], values: list[Any], after: Position | None, limit: int
    ) -> list[tuple[str, str, Position]]:
        if after is not None:
            conditions.append("(coalesce(c.published, '') < ? OR (coalesce(c.published, '') = ? AND c.iri > ?))")
            values += [after[0], after[0], after[1]]
        rows = self._db.execute(
            f"SELECT c.iri, coalesce(c.published, '') AS day, t.predicate, t.literal, s.iri AS subject_iri,"  # noqa: S608
            f" o.iri AS object_iri FROM {source} WHERE {' AND '.join(conditions)} ORDER BY day DESC, c.iri LIMIT ?",
            (*values, limit),
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

    def _day(self, event: str, predicate: str) -> str | None:
        row = self._db.execute(
            "SELECT t.literal FROM statements t WHERE t.subject = (SELECT key FROM entities WHERE iri = ?)"
            " AND t.predicate = ? AND EXISTS (SELECT 1 FROM claims WHERE statement = t.key AND level = 2)"
            " ORDER BY t.supporting_sources DESC, t.literal LIMIT 1",
            (event, predicate),
        ).fetchone()
        return None if row is None else str(row[0])


_SIDES = (
    "(SELECT *, 'out' AS direction, object AS other FROM statements WHERE subject = ?"
    " UNION ALL SELECT *, 'in', subject FROM statements WHERE object = ?) t"
)


def _about(iri: str, where: RelationFilter, *, of_claim: bool = False) -> tuple[str, list[str], list[Any]]:
    """The tables, conditions and values of the statements about an entity; `of_claim` joins their claims."""
    this = "(SELECT key FROM entities WHERE iri = ?)"
    source = (
        f"{_SIDES.replace('?', this)} JOIN entities s ON s.key = t.subject LEFT JOIN entities o ON o.key = t.object"
        " LEFT JOIN entities x ON x.key = t.other"
    )
    conditions, values = _statement_filter(where)
    asked, more = _claim_filter(where)
    if of_claim:
        source += " JOIN claims c ON c.statement = t.key JOIN articles a ON a.key = c.article"
        conditions += asked
        values += more
    elif where.about_claims:
        told = f"claims c JOIN articles a ON a.key = c.article WHERE c.statement = t.key AND {' AND '.join(asked)}"
        conditions.append(f"EXISTS (SELECT 1 FROM {told})")  # noqa: S608
        values += more
    return source, conditions, [iri, iri, *values]


def _statement_filter(where: RelationFilter) -> tuple[list[str], list[Any]]:
    conditions, values = ["TRUE"], list[Any]()
    if where.predicates:
        conditions.append(f"t.predicate IN ({_marks(where.predicates)})")
        values += where.predicates
    if where.direction is not None:
        conditions.append("t.direction = ?")
        values.append(where.direction)
    if where.classes:
        conditions.append(f"coalesce(x.cls, '{DATE}') IN ({_marks(where.classes)})")
        values += where.classes
    if where.min_sources:
        conditions.append("t.supporting_sources >= ?")
        values.append(where.min_sources)
    if where.asserted is not None:
        negation = "" if where.asserted else "NOT "
        conditions.append(f"{negation}EXISTS (SELECT 1 FROM claims WHERE statement = t.key AND level = 2)")  # noqa: S608
    return conditions, values


def _claim_filter(where: RelationFilter) -> tuple[list[str], list[Any]]:
    conditions, values = ["c.level >= 0"], list[Any]()
    if where.modalities:
        conditions.append(f"c.modality IN ({_marks(where.modalities)})")
        values += where.modalities
    if where.min_confidence:
        conditions.append("c.weight >= ?")
        values.append(where.min_confidence)
    if where.publishers:
        conditions.append(f"a.publisher COLLATE NOCASE IN ({_marks(where.publishers)})")
        values += where.publishers
    for operator, day in _window(where.since, where.until):
        conditions.append(f"c.published {operator} ?")
        values.append(day)
    return conditions, values


def _window(since: str | None, until: str | None) -> list[tuple[str, str]]:
    """(operator, text) for days between two dates; until 2019 includes all of 2019: `~` sorts behind what follows it."""
    return [(operator, day) for operator, day in ((">=", since), ("<", until and f"{until}~")) if day]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def entity_of(row: sqlite3.Row) -> EntityRow:
    """A row of the entities, as a list shows it."""
    return EntityRow(
        NamedNode(row["iri"]),
        EntityClass(row["cls"]),
        row["label"],
        tuple(json.loads(row["altlabels"])),
        row["event_type"],
    )
