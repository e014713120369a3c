"""`Catalogue`: the file as its readers see it, and `Change`, the one way to change it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pyoxigraph import NamedNode

from kg.catalogue.around import Around
from kg.catalogue.articles import Articles
from kg.catalogue.changes import ChangeLog, StatementChange, changes, log_begins
from kg.catalogue.entities import entity_of
from kg.catalogue.evidence import EvidenceLists
from kg.catalogue.judgements import Judgements
from kg.catalogue.likeness import Likeness
from kg.catalogue.links import KeyIndex, Links, retired_entity
from kg.catalogue.matches import Matches
from kg.catalogue.outline import Outlines
from kg.catalogue.relations import Relations
from kg.catalogue.rows import ChainRow, Contradiction, EntityRow, Hit, Pending, Retired, Touched
from kg.catalogue.schema import open_database
from kg.catalogue.search import Search
from kg.catalogue.statements import Claims, claims_where, state_of, statement_of, states
from kg.catalogue.unsure import like_pairs, unclear_pairs, unsure_claims
from kg.catalogue.whereabouts import Whereabouts, described
from kg.errors import WorkspaceError
from kg.types import Anchor, Claim, EntityClass, EntityState, Statement, StatementState

__all__ = ["Catalogue", "Change"]

THRESHOLD = 0.5  # calibrated confidence at and above which a claim asserts; a workspace may set its own


class Change:
    """A transaction: what it writes is seen by others, and told to the graph, all at once or not at all."""

    def __init__(self, db: sqlite3.Connection, threshold: float) -> None:
        self._db = db
        self.touched = Touched()
        self.articles = Articles(db, self.touched)
        self.links = Links(db, self.touched)
        self.likeness = self.links.likeness
        self.log = ChangeLog(db)
        self.claims = Claims(db, self.touched, threshold, self.log)
        self.judgements = Judgements(db, self.touched)
        self.whereabouts = Whereabouts(db, self.touched)
        self.matches = Matches(db, self.touched)

    @property
    def index(self) -> KeyIndex:
        """The index over all chains' keys, this change's included."""
        return self.links.index

    def set_meta(self, name: str, value: str | None) -> None:
        """Set a setting of the workspace; None removes it."""
        _set_meta(self._db, name, value)

    def unsettle(self, buckets: Iterable[str]) -> None:
        """Note buckets whose chains the next global pass must link again."""
        self._db.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", ((bucket,) for bucket in buckets))

    def settled(self) -> None:
        """Forget those notes."""
        self._db.execute("DELETE FROM unsettled")

    def pend_everything(self) -> None:
        """Note everything as pending, for a graph that is to be written anew."""
        self._db.execute("INSERT OR IGNORE INTO pending SELECT 'article', id FROM articles")
        self._db.execute("INSERT OR IGNORE INTO pending SELECT 'entity', iri FROM entities")
        self._db.execute(
            "INSERT OR IGNORE INTO pending SELECT 'statement', json_array(s.iri, t.predicate, o.iri, t.literal)"
            " FROM statements t JOIN entities s ON s.key = t.subject LEFT JOIN entities o ON o.key = t.object"
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO pending VALUES ('statement', ?)", ((key,) for key in list(self.whereabouts.keys()))
        )
        self._db.execute("INSERT OR IGNORE INTO pending SELECT 'judgement', key FROM judgements")

    def finish(self) -> None:
        """Bring what was touched up to date and note it as pending."""
        self.log.write(self.touched.successors)
        moved, known = self.whereabouts.refresh()
        matched = self.matches.refresh()
        statements, lost = self.claims.refresh()
        entities, gone = self.links.refresh()
        # what carries an anchor may be another entity or claim now
        judgements = self.touched.judgements | self.judgements.about(self.touched.articles)
        names: dict[str, Iterable[str]] = {
            "statement": {*statements, *lost, *known},
            "entity": {*entities, *gone, *moved, *matched},
            "article": self.touched.articles,
            "judgement": map(str, judgements),
        }
        for kind, listed in names.items():
            self._db.executemany(
                "INSERT OR IGNORE INTO pending VALUES (?, ?)", ((kind, name) for name in sorted(listed))
            )


class Catalogue:
    """The catalogue of one workspace, in a file or in memory.

    Reading methods may be called from any thread; changes are made one after another. Close it when done.
    """

    def __init__(self, writer: sqlite3.Connection, reader: sqlite3.Connection) -> None:
        self._db = writer
        self._reader = reader
        self._lock = threading.RLock()
        self.articles = Articles(reader, Touched())
        self.judgements = Judgements(reader, Touched())
        self.index = KeyIndex(reader)
        self.likeness = Likeness(reader)
        self.outlines = Outlines(reader)
        self.whereabouts = Whereabouts(reader, Touched())
        self.matches = Matches(reader, Touched())
        self.relations = Relations(reader)
        self.evidence = EvidenceLists(reader)
        self.around = Around(reader)
        self.words = Search(reader)

    @classmethod
    def open(cls, path: Path | None, *, read_only: bool = False) -> Catalogue:
        """The catalogue at a path, made if it is new; in memory when `path` is None. Raises WorkspaceError."""
        writer = open_database(path, read_only=read_only)
        if path is None or read_only:
            return cls(writer, writer)
        # a connection of their own keeps readers out of a change that is under way
        return cls(writer, open_database(path, read_only=True))

    def close(self) -> None:
        """Let go of the file. Closing twice is fine."""
        self._reader.close()
        self._db.close()

    @contextmanager
    def change(self) -> Iterator[Change]:
        """A transaction, committed when the block ends, rolled back when it raises."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise WorkspaceError(f"the catalogue cannot be written: {error}") from error
            change = Change(self._db, self.threshold)
            try:
                yield change
                change.finish()
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def pending(
        self, *, articles: int = 64, entities: int = 4000, statements: int = 4000, judgements: int = 500
    ) -> Pending:
        """What the graph does not show yet, at most so much of it at once."""
        limits = {"article": articles, "entity": entities, "statement": statements, "judgement": judgements}
        rows = {
            kind: tuple(
                row[0]
                for row in self._reader.execute(
                    "SELECT name FROM pending WHERE kind = ? ORDER BY name LIMIT ?", (kind, limit)
                )
            )
            for kind, limit in limits.items()
        }
        numbers = tuple(int(name) for name in rows["judgement"])
        return Pending(rows["article"], rows["entity"], rows["statement"], numbers)

    def done(self, pending: Pending) -> None:
        """Note that the graph shows these now: a new version of the workspace."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            for kind, names in zip(
                ("article", "entity", "statement", "judgement"),
                (pending.articles, pending.entities, pending.statements, map(str, pending.judgements)),
                strict=True,
            ):
                self._db.executemany(
                    "DELETE FROM pending WHERE kind = ? AND name = ?", ((kind, name) for name in names)
                )
            _set_meta(self._db, "version", str(self.version + 1))
            self._db.execute("COMMIT")

    @property
    def version(self) -> int:
        """How often the graph was changed."""
        return int(self.meta("version") or 0)

    @property
    def threshold(self) -> float:
        """The confidence at and above which a claim asserts its statement."""
        return float(self.meta("threshold") or THRESHOLD)

    def contradictions(self) -> list[Contradiction]:
        """The decisions in force that do not hold, each with what forbids it, in the order in which they were made."""
        return [
            Contradiction(judgement, None if other is None else self.judgements.get(other))
            for number, other in self.judgements.contradicted()
            if (judgement := self.judgements.get(number)) is not None
        ]

    @property
    def unsettled(self) -> int:
        """How many buckets wait for the next global pass."""
        return int(self._reader.execute("SELECT count(*) FROM unsettled").fetchone()[0])

    def meta(self, name: str) -> str | None:
        """A setting of the workspace."""
        row = self._reader.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def entity(self, iri: NamedNode | str) -> EntityRow | None:
        """The entity of an IRI that is in use."""
        value = iri if isinstance(iri, str) else iri.value
        row = self._reader.execute("SELECT * FROM entities WHERE iri = ?", (value,)).fetchone()
        return None if row is None else entity_of(row)

    def entities(self, *, cls: EntityClass | None = None, after: str = "", limit: int = 100) -> list[EntityRow]:
        """A page of the entities (of a class), in the order of their IRIs, beginning after the IRI `after`."""
        rows = self._reader.execute(
            "SELECT * FROM entities WHERE iri > ? AND (? IS NULL OR cls = ?) ORDER BY iri LIMIT ?",
            (after, cls and cls.value, cls and cls.value, limit),
        )
        return [entity_of(row) for row in rows]

    def entity_state(self, iri: str) -> EntityState | None:
        """All that the graph is to say of an entity itself; None when it is gone."""
        row = self.entity(iri)
        if row is None:
            return None
        place = self.whereabouts.place_of(iri)
        extra = (() if place is None else described(place)) + self.matches.of(iri)
        return EntityState(row.iri, row.cls, row.label, row.altlabels, event_type=row.event_type, extra=extra)

    def retired(self, iri: str) -> Retired | None:
        """What became of an entity's IRI that is in use no more."""
        return retired_entity(self._reader, iri)

    def anchor_of(self, iri: str) -> Anchor | None:
        """An anchor of an entity: that of its mention catalogued first."""
        row = self._reader.execute(
            "SELECT a.id, c.anchor_text, c.cls, c.occurrence FROM chains c JOIN articles a ON a.key = c.article"
            " JOIN entities e ON e.key = c.entity WHERE e.iri = ? ORDER BY c.key LIMIT 1",
            (iri,),
        ).fetchone()
        return None if row is None else Anchor(*row)

    def chains_of(self, iri: str) -> list[ChainRow]:
        """The chains that an entity consists of, first catalogued first."""
        return Links(self._reader, Touched()).chains_called(iri)

    def entities_in(self, article_id: str) -> dict[int, NamedNode]:
        """Chain number → the entity that it is, for the chains of an article."""
        rows = self._reader.execute(
            "SELECT c.number, e.iri FROM chains c JOIN articles a ON a.key = c.article"
            " JOIN entities e ON e.key = c.entity WHERE a.id = ? ORDER BY c.number",
            (article_id,),
        )
        return {row[0]: NamedNode(row[1]) for row in rows}

    def claims_of(self, article_id: str) -> list[Claim]:
        """An article's claims, in text order."""
        return claims_where(self._reader, "a.id = ?", (article_id,))

    def claim(self, iri: str) -> Claim | None:
        """The claim of an IRI."""
        found = claims_where(self._reader, "c.iri = ?", (iri,))
        return found[0] if found else None

    def unclear_pairs(self, *, limit: int) -> list[tuple[str, str]]:
        """(entity, entity) IRIs: what has an ambiguous acronym for a name, and what that may stand for; undecided ones."""
        return unclear_pairs(self._reader, limit)

    def like_pairs(self, *, limit: int) -> list[tuple[str, str]]:
        """(entity, entity) IRIs of things that are much alike and yet two, undecided ones, full names first."""
        return like_pairs(self._reader, limit)

    def unsure_claims(self, *, within: float, limit: int) -> list[str]:
        """The IRIs of the claims that nobody has judged and whose confidence is this near to the threshold.

        First those on which it hangs whether their statement is asserted, the nearest to the threshold first.
        """
        return unsure_claims(self._reader, self.threshold, within, limit)

    def statement(self, key: str, iri_of: Callable[[Statement], NamedNode]) -> StatementState | None:
        """The state of the statement that a pending key names; None when it is gone."""
        said = statement_of(key)
        return self.whereabouts.known(key, state_of(self._reader, key, iri_of), iri_of(said), said)

    def statements(self, iri_of: Callable[[Statement], NamedNode]) -> Iterator[StatementState]:
        """Yield the state of every statement that articles speak of."""
        return states(self._reader, iri_of)

    @staticmethod
    def statement_of(key: str) -> Statement:
        """The statement that a pending key names."""
        return statement_of(key)

    def changes(
        self,
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
        """Which statements were gained, lost or changed: entries of the change log (`kg.catalogue.changes`)."""
        return changes(
            self._reader, after=after, before=before, since=since, entity=entity, kind=kind, predicate=predicate,
            newest_first=newest_first, limit=limit,
        )  # fmt: skip

    @property
    def log_begins(self) -> datetime | None:
        """The time of the oldest entry that the change log keeps."""
        return log_begins(self._reader)

    def search(self, text: str, kinds: Collection[str] | None = None, limit: int = 20) -> list[Hit]:
        """The best hits for what a person typed: entities by their names, then sentences."""
        return self.words.hits(text, kinds, limit)

    def stats(self) -> Mapping[str, int]:
        """Counts of everything, by name."""
        counts = {"articles": self.articles.count()}
        for cls in EntityClass:
            if cls is not EntityClass.DATE:
                counts[cls.value] = self._count("entities WHERE cls = ?", cls.value)
        counts["statements"] = self._count("statements")
        counts["asserted"] = int(
            self._reader.execute("SELECT count(DISTINCT statement) FROM claims WHERE level = 2").fetchone()[0]
        )
        counts["claims"] = self._count("claims WHERE statement IS NOT NULL")
        counts["judgements"] = self._count("judgements WHERE undone_time IS NULL")
        return counts

    def _count(self, what: str, *values: str) -> int:
        return int(self._reader.execute(f"SELECT count(*) FROM {what}", values).fetchone()[0])  # noqa: S608 - ours


def _set_meta(db: sqlite3.Connection, name: str, value: str | None) -> None:
    if value is None:
        db.execute("DELETE FROM meta WHERE name = ?", (name,))
    else:
        db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))
