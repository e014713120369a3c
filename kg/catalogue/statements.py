"""Claims and the statements that they are about: what is known of a statement follows from its claims, at any time.

A claim counts for a statement only between `attach` and `detach`, and everything that changes about it (its ends'
entities, its verdict, its article's source or date) changes while it does not count; so each counter has one place
where it goes up and one where it goes down.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping

from pyoxigraph import Literal, NamedNode

from kg import vocab
from kg.catalogue.changes import ChangeLog
from kg.catalogue.codec import day_from
from kg.catalogue.links import bump, chunks
from kg.catalogue.rows import NewClaim, Touched
from kg.types import Claim, DateValue, Modality, Phase, Span, Statement, StatementState

__all__ = ["ACCEPTED", "REJECTED", "STATEMENTS", "Claims", "claims_where", "state_of", "statement_key"]

ACCEPTED, REJECTED = "accepted", "rejected"
ASSERTING, SUPPORTING, DISPUTING, OUT = 2, 1, 0, -1

STATEMENTS = """
SELECT t.*, s.iri AS subject_iri, o.iri AS object_iri FROM statements t
JOIN entities s ON s.key = t.subject LEFT JOIN entities o ON o.key = t.object"""
"""The statements `t` with the IRIs of their ends, as `statement_key` wants them."""


class Claims:
    """Changes claims inside a transaction, noting in `touched` the statements that the graph must be told about."""

    def __init__(self, db: sqlite3.Connection, touched: Touched, threshold: float, log: ChangeLog) -> None:
        self._db = db
        self._touched = touched
        self._threshold = threshold
        self._log = log

    def add(self, article: int, claims: Iterable[NewClaim]) -> None:
        """Catalogue an article's claims; the chains at their ends must be linked."""
        published, source_key = self._db.execute(
            "SELECT published, source_key FROM articles WHERE key = ?", (article,)
        ).fetchone()
        keys = []
        for claim in claims:
            level, weight = self._standing(claim.supports, claim.modality.value, claim.confidence, claim.verdict)
            cursor = self._db.execute(
                _INSERT,
                (
                    claim.iri.value, article, claim.subject_chain, claim.predicate, claim.object_chain,
                    claim.literal or "",
                    claim.sentence.start, claim.sentence.end, claim.subject_span.start, claim.subject_span.end,
                    claim.object_span.start, claim.object_span.end, claim.confidence, claim.supports,
                    claim.modality.value, claim.phase.value, claim.attributed_to, claim.valid_from, claim.valid_to,
                    claim.verdict, level, weight, claim.phase is not Phase.UNKNOWN, published, source_key,
                ),
            )  # fmt: skip
            assert cursor.lastrowid is not None
            keys.append(cursor.lastrowid)
        self.attach(keys)

    def remove(self, article: int) -> None:
        """Forget an article's claims."""
        self.detach(self.of_article(article))
        self._db.execute("DELETE FROM claims WHERE article = ?", (article,))

    def of_article(self, article: int) -> list[int]:
        """The keys of an article's claims."""
        return [row[0] for row in self._db.execute("SELECT key FROM claims WHERE article = ?", (article,))]

    def of_chains(self, chains: Iterable[int]) -> set[int]:
        """The keys of the claims that have one of these chains at an end."""
        found: set[int] = set()
        for part, marks in chunks(chains):
            for end in ("subject_chain", "object_chain"):
                rows = self._db.execute(f"SELECT key FROM claims WHERE {end} IN ({marks})", part)  # noqa: S608
                found.update(row[0] for row in rows)
        return found

    def detach(self, claims: Iterable[int]) -> None:
        """Make claims count for nothing until they are attached again.

        Their articles' graphs show neither counts nor sources; who changes what claims are about tells these.
        """
        for row in self._rows(claims):
            if row["statement"] is not None:
                self._count(row, row["statement"], -1)
                self._db.execute("UPDATE claims SET statement = NULL WHERE key = ?", (row["key"],))

    def attach(self, claims: Iterable[int]) -> None:
        """Make claims count for the statement that their ends make now; one of a thing about itself counts for none."""
        for row in self._rows(claims):
            subject = self._entity(row["subject_chain"])
            target = 0 if row["object_chain"] is None else self._entity(row["object_chain"])
            if subject == target:
                continue
            statement = self._statement(subject, row["predicate"], target, row["literal"])
            self._count(row, statement, 1)
            self._db.execute("UPDATE claims SET statement = ? WHERE key = ?", (statement, row["key"]))

    def redate(self, article: int, source_key: str) -> None:
        """Give an article's claims another source."""
        keys = self.of_article(article)
        self.detach(keys)
        self._db.execute("UPDATE claims SET source_key = ? WHERE article = ?", (source_key, article))
        self.attach(keys)

    def weigh_again(self) -> None:
        """Apply the threshold to all claims anew."""
        columns = "SELECT key, supports, modality, confidence, verdict, level FROM claims"
        for row in pages(self._db, columns, "key"):
            level, weight = self._standing(row["supports"], row["modality"], row["confidence"], row["verdict"])
            if level != row["level"]:
                self.detach((row["key"],))
                self._db.execute("UPDATE claims SET level = ?, weight = ? WHERE key = ?", (level, weight, row["key"]))
                self.attach((row["key"],))

    def refresh(self) -> tuple[list[str], list[str]]:
        """Drop touched statements without claims; returns the keys of those that remain, and of those that are gone."""
        changed, gone = [], []
        for statement in sorted(self._touched.statements):
            row = self._db.execute(f"{STATEMENTS} WHERE t.key = ?", (statement,)).fetchone()
            if row is None:
                continue
            name = statement_key(row)
            if self._db.execute("SELECT 1 FROM claims WHERE statement = ? LIMIT 1", (statement,)).fetchone():
                changed.append(name)
            else:
                self._db.execute("DELETE FROM statements WHERE key = ?", (statement,))
                gone.append(name)
        return changed, gone

    def _rows(self, claims: Iterable[int]) -> Iterator[sqlite3.Row]:
        for part, marks in chunks(claims):
            yield from self._db.execute(f"SELECT * FROM claims WHERE key IN ({marks})", part).fetchall()  # noqa: S608

    def _standing(self, supports: bool, modality: str, confidence: float, verdict: str | None) -> tuple[int, float]:
        """A claim's level, and the confidence that counts: a person's acceptance of the reading outdoes any score."""
        weight = 1.0 if verdict == ACCEPTED else confidence
        if verdict == REJECTED:
            return OUT, weight
        if not supports:
            return DISPUTING, weight
        return (ASSERTING if Modality(modality).commits and weight >= self._threshold else SUPPORTING), weight

    def _entity(self, chain: int) -> int:
        entity = self._db.execute("SELECT entity FROM chains WHERE key = ?", (chain,)).fetchone()[0]
        assert entity is not None, "a chain is linked before its claims count"
        return int(entity)

    def _statement(self, subject: int, predicate: str, target: int, literal: str) -> int:
        triple = (subject, predicate, target, literal)
        row = self._db.execute(
            "SELECT key FROM statements WHERE subject = ? AND predicate = ? AND object = ? AND literal = ?", triple
        ).fetchone()
        if row is not None:
            return int(row[0])
        cursor = self._db.execute(
            "INSERT INTO statements (subject, predicate, object, literal) VALUES (?, ?, ?, ?)", triple
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _count(self, claim: sqlite3.Row, statement: int, sign: int) -> None:
        self._log.note(statement, sign)
        self._touched.statements.add(statement)
        if claim["level"] == OUT:
            return
        side = {"statement": statement, "supports": claim["supports"]}
        before, after = bump(self._db, "stances", {**side, "article": claim["article"]}, sign)
        if (before > 0) == (after > 0):
            return
        which = "supporting" if claim["supports"] else "disputing"
        self._step(statement, f"{which}_articles", sign)
        before, after = bump(self._db, "sources", {**side, "source_key": claim["source_key"]}, sign)
        if (before > 0) != (after > 0):
            self._step(statement, f"{which}_sources", sign)

    def _step(self, statement: int, column: str, sign: int) -> None:
        self._db.execute(f"UPDATE statements SET {column} = {column} + ? WHERE key = ?", (sign, statement))  # noqa: S608


def statement_key(row: sqlite3.Row | Mapping[str, str | None]) -> str:
    """What names a statement between transactions, when its number may be taken by another: its terms."""
    return json.dumps([row["subject_iri"], row["predicate"], row["object_iri"], row["literal"]], ensure_ascii=False)


def statement_of(key: str) -> Statement:
    """The statement of a key."""
    subject, predicate, target, literal = json.loads(key)
    return Statement(NamedNode(subject), vocab.term(predicate), _object(target, literal))


def state_of(db: sqlite3.Connection, key: str, iri_of: Callable[[Statement], NamedNode]) -> StatementState | None:
    """What the catalogue's claims make of a statement now; None when none is about it."""
    subject, predicate, target, literal = json.loads(key)
    row = db.execute(
        f"{STATEMENTS} WHERE s.iri = ? AND t.predicate = ? AND t.literal = ? AND t.object ="  # noqa: S608
        " coalesce((SELECT key FROM entities WHERE iri = ?), 0)",
        (subject, predicate, literal, target),
    ).fetchone()
    return None if row is None or row["object_iri"] != target else _state(db, row, iri_of)


def states(db: sqlite3.Connection, iri_of: Callable[[Statement], NamedNode]) -> Iterator[StatementState]:
    """Yield the state of every statement."""
    for row in pages(db, STATEMENTS, "t.key"):
        yield _state(db, row, iri_of)


def pages(db: sqlite3.Connection, select: str, key: str, size: int = 5000) -> Iterator[sqlite3.Row]:
    """Yield all rows in the order of a number, read page by page, so that rows may change meanwhile."""
    last = 0
    while page := db.execute(f"{select} WHERE {key} > ? ORDER BY {key} LIMIT ?", (last, size)).fetchall():
        last = page[-1]["key"]
        yield from page


def claims_where(db: sqlite3.Connection, where: str, values: tuple[object, ...]) -> list[Claim]:
    """The claims of a condition that are about a statement, in text order."""
    rows = db.execute(
        f"{_CLAIM} WHERE {where} ORDER BY a.id, c.sentence_start, c.subject_start, c.object_start, c.iri", values
    )
    return [
        Claim(
            iri=NamedNode(row["iri"]),
            article_id=row["id"],
            statement=Statement(
                NamedNode(row["subject_iri"]), vocab.term(row["predicate"]), _object(row["object_iri"], row["literal"])
            ),
            supports=bool(row["supports"]),
            sentence=Span(row["sentence_start"], row["sentence_end"]),
            subject_span=Span(row["subject_start"], row["subject_end"]),
            object_span=Span(row["object_start"], row["object_end"]),
            confidence=row["confidence"],
            modality=Modality(row["modality"]),
            phase=Phase(row["phase"]),
            attributed_to=row["attributed_to"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
        )
        for row in rows
    ]


def _state(db: sqlite3.Connection, row: sqlite3.Row, iri_of: Callable[[Statement], NamedNode]) -> StatementState:
    statement = Statement(
        NamedNode(row["subject_iri"]), vocab.term(row["predicate"]), _object(row["object_iri"], row["literal"])
    )
    summary = db.execute(_SUMMARY, {"statement": row["key"]}).fetchone()
    starts, ends = summary["valid_from"], summary["valid_to"]
    if starts and ends and ends[: len(starts)] < starts[: len(ends)]:
        starts = None  # two articles that contradict each other: the end is the newer news
    return StatementState(
        iri=iri_of(statement),
        statement=statement,
        asserted=summary["best"] == ASSERTING,
        supporting_articles=row["supporting_articles"],
        disputing_articles=row["disputing_articles"],
        supporting_sources=row["supporting_sources"],
        disputing_sources=row["disputing_sources"],
        confidence=summary["confidence"],
        phase=Phase(summary["phase"] or Phase.UNKNOWN.value),
        first_reported=day_from(summary["first"]),
        last_reported=day_from(summary["last"]),
        valid_from=starts,
        valid_to=ends,
        first_current=day_from(summary["first_current"]),
        last_current=day_from(summary["last_current"]),
        reported_over=day_from(summary["reported_over"]),
    )


def _object(iri: str | None, literal: str) -> NamedNode | Literal:
    return NamedNode(iri) if iri else DateValue.literal(literal)


_MARKS = ", ".join("?" * 25)
_INSERT = f"""
INSERT INTO claims (iri, article, subject_chain, predicate, object_chain, literal, sentence_start, sentence_end,
  subject_start, subject_end, object_start, object_end, confidence, supports, modality, phase, attributed_to,
  valid_from, valid_to, verdict, level, weight, known, published, source_key) VALUES ({_MARKS})"""  # noqa: S608 - question marks

_CLAIM = """
SELECT c.*, a.id, t.literal, s.iri AS subject_iri, o.iri AS object_iri FROM claims c
JOIN articles a ON a.key = c.article JOIN statements t ON t.key = c.statement
JOIN entities s ON s.key = t.subject LEFT JOIN entities o ON o.key = t.object"""

# Each value is one step into an index, whatever the number of claims; SQLite takes it only for a lone min or max. Phase
# and validity are those of the newest claim among the strongest; "reported" counts supporting claims, or disputing ones
# where nobody supports.
_SUMMARY = """
SELECT best,
  (SELECT max(weight) FROM claims WHERE statement = :statement AND level = 2) AS confidence,
  nullif(min(coalesce(CASE best WHEN 2 THEN (SELECT min(published) FROM claims
      WHERE statement = :statement AND level = 2 AND published IS NOT NULL) END, '~'),
    coalesce((SELECT min(published) FROM claims
      WHERE statement = :statement AND level = min(best, 1) AND published IS NOT NULL), '~')), '~') AS first,
  nullif(max(coalesce(CASE best WHEN 2 THEN (SELECT max(published) FROM claims
      WHERE statement = :statement AND level = 2 AND published IS NOT NULL) END, ''),
    coalesce((SELECT max(published) FROM claims
      WHERE statement = :statement AND level = min(best, 1) AND published IS NOT NULL), '')), '') AS last,
  (SELECT phase FROM claims WHERE statement = :statement AND level = best AND known = 1
   ORDER BY published DESC, weight DESC, phase LIMIT 1) AS phase,
  (SELECT valid_from FROM claims WHERE statement = :statement AND level = best AND valid_from IS NOT NULL
   ORDER BY published DESC, weight DESC, valid_from LIMIT 1) AS valid_from,
  (SELECT valid_to FROM claims WHERE statement = :statement AND level = best AND valid_to IS NOT NULL
   ORDER BY published DESC, weight DESC, valid_to LIMIT 1) AS valid_to,
  (SELECT min(published) FROM claims
   WHERE statement = :statement AND level = 2 AND phase = 'current' AND published IS NOT NULL) AS first_current,
  last_current,
  (SELECT min(published) FROM claims WHERE statement = :statement AND level = 2 AND phase = 'former'
   AND published > coalesce(last_current, '')) AS reported_over
FROM (SELECT
  (SELECT max(level) FROM claims WHERE statement = :statement) AS best,
  (SELECT max(published) FROM claims
   WHERE statement = :statement AND level = 2 AND phase = 'current' AND published IS NOT NULL) AS last_current)"""
