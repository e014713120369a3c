"""The change log: which statements the graph gained and lost, which changed, when, and because of what.

A change notes a statement before the first claim about it comes or goes, and compares when it is finished: what a
rebuild takes away and puts back is no change. The entries are written in the same transaction. Only statements that are
asserted before or after count; what is merely alleged, planned or denied was never news of the graph.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg import vocab
from kg.types import DateValue, Statement

__all__ = [
    "KEPT_DAYS",
    "KEPT_ENTRIES",
    "Cause",
    "ChangeLog",
    "ChangeReason",
    "StatementChange",
    "changes",
    "log_begins",
]

# what the log keeps, whichever is less: about 300 bytes an entry, so at most some 300 MB
KEPT_DAYS = 400
KEPT_ENTRIES = 1_000_000

GAINED, LOST, CHANGED = "gained", "lost", "changed"


class ChangeReason:
    """Why a statement came, went or changed: what became of an article, what a person decided, or upkeep.

    `reread` is the same article with another model or in a rebuild, `resolved` the global pass over all names. The kinds
    of a decision are those of `JudgementKind`; `undone` is one that was taken back.
    """

    ADDED = "added"
    REPLACED = "replaced"
    REREAD = "reread"
    REMOVED = "removed"
    UNDONE = "undone"
    RESOLVED = "resolved"
    THRESHOLD = "threshold"
    ARTICLES = (ADDED, REPLACED, REREAD, REMOVED)


@dataclass(frozen=True, slots=True)
class Cause:
    """What makes a change: a reason, with the article that came or went, or the id of the decision."""

    reason: str
    article: str | None = None
    judgement: int | None = None


@dataclass(frozen=True, slots=True)
class StatementChange:
    """One entry of the log, numbered in the order of writing.

    `details` say of one that changed what each property was and is: `phase`, `valid_from`, `valid_to`, `disputed`, and
    `subject` and `object` for the IRI of an end that was merged into another. Of one that was gained or lost they say
    what it is, or was.
    """

    number: int
    time: datetime
    kind: str
    statement: Statement
    reason: str
    article: str | None
    judgement: int | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Standing:
    """What of a statement is news when it changes."""

    asserted: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)


class ChangeLog:
    """The log inside one change: `note` before a claim comes or goes, `write` when all have."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._cause = Cause(ChangeReason.THRESHOLD)  # the one thing that changes claims and names no cause
        self._before: dict[int, _Standing] = {}
        self._nets: dict[int, dict[Cause, int]] = {}

    def because(self, cause: Cause) -> None:
        """From here on, what changes does so for this cause. Articles read anew for a decision change nothing about that."""
        if cause.reason not in ChangeReason.ARTICLES or self._cause.judgement is None:
            self._cause = cause

    def note(self, statement: int, sign: int) -> None:
        """Remember a statement as it is, before a claim about it comes (+1) or goes (-1)."""
        if statement not in self._before:
            self._before[statement] = _standing(self._db, statement)
        nets = self._nets.setdefault(statement, {})
        nets[self._cause] = nets.get(self._cause, 0) + sign

    def write(self, successors: Mapping[int, int]) -> None:
        """Write what came of the noted statements, while their rows are still there, and forget what is too old.

        `successors` are the entities that others have been merged into: a statement that went along has changed.
        """
        found: dict[int, tuple[str, dict[str, Any]]] = {}
        for statement, before in self._before.items():
            if (change := _difference(before, _standing(self._db, statement))) is not None:
                found[statement] = change
        if not found:
            return
        rows = {statement: self._db.execute(_TERMS, (statement,)).fetchone() for statement in found}
        gained = {_triple(rows[key]): key for key, (kind, _) in found.items() if kind == GAINED}
        for statement in [key for key, (kind, _) in found.items() if kind == LOST]:
            row = rows[statement]
            followed = (successors.get(row["s"], row["s"]), row["predicate"], successors.get(row["o"], row["o"]))
            target = gained.get((*followed, row["literal"]))
            if target is not None and target != statement:
                ends = {"subject": "subject_iri", "object": "object_iri"}
                now = rows[target]
                moved = {end: [row[name], now[name]] for end, name in ends.items() if row[name] != now[name]}
                found[target] = CHANGED, moved
                del found[statement]
        now_ = datetime.now(UTC)
        for statement, (kind, details) in sorted(found.items()):
            row, cause = rows[statement], self._cause_of(statement, kind)
            self._db.execute(
                "INSERT INTO changes (time, kind, subject, predicate, object, literal, details, reason, article, judgement)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    now_.isoformat(timespec="seconds"), kind, row["subject_iri"], row["predicate"], row["object_iri"],
                    row["literal"], json.dumps(details, ensure_ascii=False), cause.reason, cause.article, cause.judgement,
                ),
            )  # fmt: skip
        self._forget(now_)

    def _cause_of(self, statement: int, kind: str) -> Cause:
        """Of all that touched a statement, what gave or took the claim that made the difference, as far as one can tell."""
        nets = self._nets[statement]
        if kind == GAINED:
            asserting = {row[0] for row in self._db.execute(_ASSERTING, (statement,))}
            named = next((cause for cause in nets if cause.article in asserting), None)
            if named is not None:
                return named
        signed = [cause for cause, net in nets.items() if (net < 0 if kind == LOST else net > 0)]
        return signed[0] if signed else next(reversed(nets))

    def _forget(self, now: datetime) -> None:
        oldest = (now - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
        self._db.execute("DELETE FROM changes WHERE time < ?", (oldest,))
        self._db.execute("DELETE FROM changes WHERE key <= (SELECT max(key) FROM changes) - ?", (KEPT_ENTRIES,))


def changes(
    db: sqlite3.Connection,
    *,
    after: int = 0,
    before: int | None = None,
    since: datetime | None = None,
    entity: str | None = None,
    kind: str | None = None,
    predicate: str | None = None,
    newest_first: bool = True,
    limit: int = 100,
) -> list[StatementChange]:
    """Entries of the log: those numbered above `after` and below `before`, not older than `since`.

    `entity` is the IRI of an end, `kind` is gained, lost or changed, `predicate` a local name of the ontology.
    """
    where, values = ["key > ?"], [after]  # type: tuple[list[str], list[object]]
    conditions: list[tuple[str, object]] = [
        ("key < ?", before),
        ("time >= ?", since and since.astimezone(UTC).isoformat(timespec="seconds")),
        ("kind = ?", kind),
        ("predicate = ?", predicate),
    ]
    for condition, value in conditions:
        if value is not None:
            where.append(condition)
            values.append(value)
    if entity is not None:
        where.append(
            "key IN (SELECT key FROM changes WHERE subject = ? UNION SELECT key FROM changes WHERE object = ?)"
        )
        values += [entity, entity]
    order = "DESC" if newest_first else "ASC"
    query = f"SELECT * FROM changes WHERE {' AND '.join(where)} ORDER BY key {order} LIMIT ?"  # noqa: S608 - ours
    return [_change(row) for row in db.execute(query, (*values, limit))]


def log_begins(db: sqlite3.Connection) -> datetime | None:
    """The time of the oldest entry that is kept; None when there is none."""
    row = db.execute("SELECT time FROM changes ORDER BY key LIMIT 1").fetchone()
    return None if row is None else datetime.fromisoformat(row[0])


def _standing(db: sqlite3.Connection, statement: int) -> _Standing:
    row = db.execute("SELECT max(level) FROM claims WHERE statement = ?", (statement,)).fetchone()
    if row[0] != 2:
        return _Standing()
    found = db.execute(_PROPERTIES, {"statement": statement}).fetchone()
    starts, ends = found["valid_from"], found["valid_to"]
    if starts and ends and ends[: len(starts)] < starts[: len(ends)]:
        starts = None  # as in the statement's state
    properties = {"phase": found["phase"] or "unknown", "valid_from": starts, "valid_to": ends}
    return _Standing(True, {**properties, "disputed": bool(found["disputing_articles"])})


def _difference(before: _Standing, after: _Standing) -> tuple[str, dict[str, Any]] | None:
    if before.asserted != after.asserted:
        kind, shown = (GAINED, after) if after.asserted else (LOST, before)
        return kind, {name: value for name, value in shown.properties.items() if value}
    changed = {
        name: [before.properties[name], value]
        for name, value in after.properties.items()
        if before.properties[name] != value
    }
    return (CHANGED, changed) if changed else None


def _triple(row: sqlite3.Row) -> tuple[int, str, int, str]:
    return row["s"], row["predicate"], row["o"], row["literal"]


def _change(row: sqlite3.Row) -> StatementChange:
    target = row["object"]
    value: NamedNode | Literal = DateValue.literal(row["literal"]) if target is None else NamedNode(target)
    return StatementChange(
        row["key"], datetime.fromisoformat(row["time"]), row["kind"],
        Statement(NamedNode(row["subject"]), vocab.term(row["predicate"]), value),
        row["reason"], row["article"], row["judgement"], json.loads(row["details"]),
    )  # fmt: skip


_TERMS = """
SELECT t.subject AS s, t.predicate, t.object AS o, t.literal, s.iri AS subject_iri, o.iri AS object_iri FROM statements t
JOIN entities s ON s.key = t.subject LEFT JOIN entities o ON o.key = t.object WHERE t.key = ?"""

_ASSERTING = """
SELECT a.id FROM claims c JOIN articles a ON a.key = c.article WHERE c.statement = ? AND c.level = 2
ORDER BY c.weight DESC LIMIT 100"""

# of claims that assert, as in the statement's state: each value is one step into an index
_PROPERTIES = """
SELECT disputing_articles,
  (SELECT phase FROM claims WHERE statement = :statement AND level = 2 AND known = 1
   ORDER BY published DESC, weight DESC, phase LIMIT 1) AS phase,
  (SELECT valid_from FROM claims WHERE statement = :statement AND level = 2 AND valid_from IS NOT NULL
   ORDER BY published DESC, weight DESC, valid_from LIMIT 1) AS valid_from,
  (SELECT valid_to FROM claims WHERE statement = :statement AND level = 2 AND valid_to IS NOT NULL
   ORDER BY published DESC, weight DESC, valid_to LIMIT 1) AS valid_to
FROM statements WHERE key = :statement"""
