"""The file beside the catalogue that keeps what endpoints answered, when, and what was made of it: `links.sqlite`.

It is no part of the catalogue: nothing in it is a fact, it can be deleted at any time, and `kg link` writes it while a
service holds the workspace.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pyoxigraph import Literal, NamedNode

from kg.errors import WorkspaceError
from kg.linking.endpoint import Row, term_of
from kg.linking.profiles import Key

__all__ = ["Feature", "Ledger", "Proposal", "ledger_path"]

FORMAT = 1

_TABLES = """
CREATE TABLE answers (
  endpoint TEXT NOT NULL, question TEXT NOT NULL, key TEXT NOT NULL, rows TEXT NOT NULL, time TEXT NOT NULL,
  PRIMARY KEY (endpoint, question, key)) WITHOUT ROWID;
CREATE TABLE proposals (
  entity TEXT NOT NULL, target TEXT NOT NULL, endpoint TEXT NOT NULL, how TEXT NOT NULL, score REAL NOT NULL,
  label TEXT NOT NULL, description TEXT NOT NULL, features TEXT NOT NULL, time TEXT NOT NULL,
  PRIMARY KEY (entity, target)) WITHOUT ROWID;
CREATE INDEX proposals_score ON proposals (score DESC, entity, target);
"""


@dataclass(frozen=True, slots=True)
class Feature:
    """What one finding adds to the log odds that a candidate is the entity, in words and as a number."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """That an entity may be what an IRI denotes: `how` is `exactMatch` or `closeMatch`, `score` in [0, 1]."""

    entity: str
    target: str
    endpoint: str
    how: str
    score: float
    label: str
    description: str
    features: tuple[Feature, ...]
    time: datetime

    def about(self, entity: str) -> Proposal:
        """The same proposal about another entity: what this one was merged into."""
        return replace(self, entity=entity)


def ledger_path(folder: Path) -> Path:
    """Where the file of a workspace is."""
    return folder / "links.sqlite"


class Ledger:
    """Answers and proposals of one workspace; in memory when there is no path. Close it when done."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """The file at a path, made if it is new, readable by its owner only. Raises WorkspaceError."""
        try:
            if path is not None:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            db = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=30.0)
            db.row_factory = sqlite3.Row
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                if path is not None:
                    db.execute("PRAGMA journal_mode = WAL")
                db.executescript(f"BEGIN IMMEDIATE;{_TABLES};PRAGMA user_version = {FORMAT};COMMIT;")
        except (sqlite3.Error, OSError) as error:
            raise WorkspaceError(
                f"{path}: {error}", hint="move it away: all that it holds can be asked again"
            ) from error
        if version not in (0, FORMAT):
            db.close()
            raise WorkspaceError(
                f"{path}: of format {version}; this program reads format {FORMAT}", hint="move it away"
            )
        return cls(db)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def answers(self, endpoint: str, question: str, keys: Iterable[Key]) -> dict[Key, list[Row]]:
        """Key → the rows that were answered about it, for those that were asked about."""
        found: dict[Key, list[Row]] = {}
        for key in keys:
            row = self._db.execute(
                "SELECT rows FROM answers WHERE endpoint = ? AND question = ? AND key = ?",
                (endpoint, question, _text(key)),
            ).fetchone()
            if row is not None:
                found[key] = [{name: term_of(value) for name, value in one.items()} for one in json.loads(row["rows"])]
        return found

    def keep(self, endpoint: str, question: str, answers: Mapping[Key, Sequence[Row]]) -> None:
        """Keep what was answered about these keys, with the time."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
                (
                    (
                        endpoint,
                        question,
                        _text(key),
                        json.dumps([{n: _json(t) for n, t in row.items()} for row in rows]),
                        now,
                    )
                    for key, rows in answers.items()
                ),
            )

    def propose(self, endpoint: str, proposals: Mapping[str, Sequence[Proposal]]) -> None:
        """Make these the proposals of the endpoint for each of these entities, in place of those before."""
        with self._transaction():
            for entity, listed in proposals.items():
                self._db.execute("DELETE FROM proposals WHERE entity = ? AND endpoint = ?", (entity, endpoint))
                self._db.executemany(
                    "INSERT OR REPLACE INTO proposals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        (
                            entity, one.target, endpoint, one.how, one.score, one.label, one.description,
                            json.dumps([(f.name, f.weight) for f in one.features]), one.time.isoformat(),
                        )
                        for one in listed
                    ),
                )  # fmt: skip

    def proposals(self) -> Iterator[Proposal]:
        """Yield all proposals, the surest first, whether decided or not."""
        for row in self._db.execute("SELECT * FROM proposals ORDER BY score DESC, entity, target"):
            features = tuple(Feature(name, weight) for name, weight in json.loads(row["features"]))
            yield Proposal(
                row["entity"], row["target"], row["endpoint"], row["how"], row["score"], row["label"], row["description"],
                features, datetime.fromisoformat(row["time"]),
            )  # fmt: skip

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _text(key: Key) -> str:
    return " ".join(map(str, key))


def _json(term: NamedNode | Literal) -> dict[str, str]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    more = {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
    return {"type": "literal", "value": term.value, **more}
