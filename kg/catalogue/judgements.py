"""People's decisions, kept on anchors, so that they hold for whatever carries the anchor now."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from kg import vocab
from kg.catalogue.matches import external_iri
from kg.catalogue.rows import Judgement, JudgementKind, Touched
from kg.catalogue.statements import ACCEPTED, REJECTED
from kg.errors import ResolutionError
from kg.types import Anchor

__all__ = ["Judgements"]


class Judgements:
    """Reads and writes decisions; who calls the writing methods holds a transaction."""

    def __init__(self, db: sqlite3.Connection, touched: Touched) -> None:
        self._db = db
        self._touched = touched

    def add(self, judgement: Judgement) -> int:
        """Write a decision; returns its id. Raises ResolutionError when it lacks a part that its kind needs."""
        _check(judgement)
        other = judgement.other
        time = judgement.time or datetime.now(UTC)
        cursor = self._db.execute(
            "INSERT INTO judgements (kind, article, text, cls, occurrence, other_article, other_text, other_cls,"
            " other_occurrence, predicate, label, target, author, time, reason)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                judgement.kind, *_parts(judgement.anchor), *(_parts(other) if other else (None,) * 4),
                judgement.predicate, judgement.label, judgement.target, judgement.author, time.isoformat(), judgement.reason,
            ),
        )  # fmt: skip
        assert cursor.lastrowid is not None
        self._touched.judgements.add(cursor.lastrowid)
        return cursor.lastrowid

    def undo(self, judgement: int, author: str) -> Judgement:
        """Take a decision back, keeping that it was made. Raises ResolutionError when none of that id is in force."""
        found = self.get(judgement)
        if found is None or found.undone_time is not None:
            raise ResolutionError(f"judgement {judgement} " + ("was undone before" if found else "does not exist"))
        now = datetime.now(UTC).isoformat()
        self._db.execute("UPDATE judgements SET undone_by = ?, undone_time = ? WHERE key = ?", (author, now, judgement))
        self._db.execute("DELETE FROM anchored WHERE judgement = ?", (judgement,))
        self._touched.judgements.add(judgement)
        return found

    def get(self, judgement: int) -> Judgement | None:
        """The decision of an id."""
        row = self._db.execute("SELECT * FROM judgements WHERE key = ?", (judgement,)).fetchone()
        return None if row is None else _judgement(row)

    def all(self) -> list[Judgement]:
        """All decisions, undone ones too, in the order in which they were made."""
        return [_judgement(row) for row in self._db.execute("SELECT * FROM judgements ORDER BY key")]

    def of_article(self, article_id: str) -> list[Judgement]:
        """The decisions in force that have an anchor in an article."""
        rows = self._db.execute(
            "SELECT * FROM judgements WHERE (article = ? OR other_article = ?) AND undone_time IS NULL ORDER BY key",
            (article_id, article_id),
        )
        return [_judgement(row) for row in rows]

    def about(self, articles: Iterable[str]) -> set[int]:
        """The ids of all decisions, undone ones too, that have an anchor in one of these articles."""
        if self._db.execute("SELECT 1 FROM judgements LIMIT 1").fetchone() is None:
            return set()
        found = "SELECT key FROM judgements WHERE article = ? UNION SELECT key FROM judgements WHERE other_article = ?"
        return {row[0] for article in articles for row in self._db.execute(found, (article, article))}

    def are_anchored(self, chains: Iterable[int]) -> bool:
        """Whether one of these chains carries an anchor of a decision in force about things."""
        return any(
            self._db.execute("SELECT 1 FROM anchored WHERE chain = ? LIMIT 1", (chain,)).fetchone() for chain in chains
        )

    def contradicted(self) -> list[tuple[int, int | None]]:
        """The ids of decisions that do not hold, each with that of the one that forbids it (None: the articles do)."""
        row = self._db.execute("SELECT value FROM meta WHERE name = 'contradicted'").fetchone()
        return [] if row is None else [(number, other) for number, other in json.loads(row[0])]

    def set_contradicted(self, decisions: Iterable[tuple[int, int | None]]) -> None:
        """Write which decisions do not hold."""
        listed = json.dumps(sorted(decisions, key=lambda pair: pair[0]))
        self._db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('contradicted', ?)", (listed,))

    def verdicts(self, article_id: str) -> dict[tuple[Anchor, str, Anchor], str]:
        """(subject, predicate, object) → accepted or rejected, for the claims of an article; the last word counts."""
        return {
            (j.anchor, j.predicate, j.other): ACCEPTED if j.kind == JudgementKind.ACCEPT else REJECTED
            for j in self.of_article(article_id)
            if j.kind in JudgementKind.CLAIMS and j.predicate is not None and j.other is not None
        }

    def place(self, article_id: str, chains: Mapping[Anchor, int]) -> None:
        """Note which of an article's chains carry the anchors of decisions about things."""
        for judgement in self.of_article(article_id):
            if judgement.kind in JudgementKind.CLAIMS:
                continue
            for side, anchor in enumerate((judgement.anchor, judgement.other)):
                if anchor is not None and anchor.article == article_id and anchor in chains:
                    self._db.execute(
                        "INSERT OR REPLACE INTO anchored (judgement, side, chain) VALUES (?, ?, ?)",
                        (judgement.id, side, chains[anchor]),
                    )

    def chains_at(self, anchor: Anchor) -> set[int]:
        """The chains that carry this anchor of a decision about a thing."""
        rows = self._db.execute(
            "SELECT a.chain FROM anchored a JOIN judgements j ON j.key = a.judgement WHERE a.side = 0"
            " AND j.article = ? AND j.text = ? AND j.cls = ? AND j.occurrence = ?",
            _parts(anchor),
        )
        return {row[0] for row in rows}

    def pairs(self, kind: str) -> list[tuple[int, int, int]]:
        """The (id, chain, chain) of each decision of a kind in force, both of whose anchors are carried by a chain."""
        rows = self._db.execute(
            "SELECT j.key, a.chain, b.chain FROM judgements j JOIN anchored a ON a.judgement = j.key AND a.side = 0"
            " JOIN anchored b ON b.judgement = j.key AND b.side = 1"
            " WHERE j.kind = ? AND j.undone_time IS NULL ORDER BY j.key",
            (kind,),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def labelled(self) -> list[tuple[int, int]]:
        """The (id, entity) of each edited label in force whose anchor is carried, in the order of the ids."""
        rows = self._db.execute(
            "SELECT j.key, c.entity FROM judgements j JOIN anchored a ON a.judgement = j.key"
            " JOIN chains c ON c.key = a.chain WHERE j.kind = 'label' AND j.undone_time IS NULL ORDER BY j.key"
        )
        return [(row[0], row[1]) for row in rows]

    def targeted(self) -> list[tuple[int, tuple[int, str]]]:
        """The (id, (entity, IRI)) of each decision in force on what a thing matches whose anchor is carried, by id."""
        rows = self._db.execute(
            "SELECT j.key, c.entity, j.target FROM judgements j JOIN anchored a ON a.judgement = j.key"
            " JOIN chains c ON c.key = a.chain WHERE j.kind IN ('match', 'mismatch') AND j.undone_time IS NULL ORDER BY j.key"
        )
        return [(row[0], (row[1], row[2])) for row in rows]

    def unmatched(self) -> list[Judgement]:
        """The decisions in force about things with an anchor that no chain carries now; they are kept."""
        rows = self._db.execute(
            "SELECT j.*, (SELECT count(*) FROM anchored WHERE judgement = j.key) AS sides FROM judgements j"
            " WHERE j.undone_time IS NULL AND j.kind NOT IN ('accept', 'reject') ORDER BY j.key"
        )
        return [_judgement(row) for row in rows if row["sides"] < (1 if row["kind"] in JudgementKind.ALONE else 2)]

    def unions(self) -> dict[str, str]:
        """Slot → the slot that decisions make of it."""
        return {row[0]: row[1] for row in self._db.execute("SELECT slot, canonical FROM unions")}

    def separated(self) -> set[int]:
        """The chains that decisions take out of their slot."""
        return {row[0] for row in self._db.execute("SELECT chain FROM separated")}

    def union_of(self, slot: str) -> str:
        """The slot that decisions make of a slot: mostly itself."""
        row = self._db.execute("SELECT canonical FROM unions WHERE slot = ?", (slot,)).fetchone()
        return slot if row is None else str(row[0])

    def is_separated(self, chain: int) -> bool:
        """Whether a decision takes a chain out of its slot."""
        return self._db.execute("SELECT 1 FROM separated WHERE chain = ?", (chain,)).fetchone() is not None

    def set_unions(self, canonical: Mapping[str, str], separated: Iterable[int]) -> None:
        """Write what follows from all decisions in force."""
        self._db.execute("DELETE FROM unions")
        self._db.executemany("INSERT INTO unions (slot, canonical) VALUES (?, ?)", canonical.items())
        self._db.execute("DELETE FROM separated")
        self._db.executemany("INSERT INTO separated (chain) VALUES (?)", ((chain,) for chain in separated))


def _check(judgement: Judgement) -> None:
    kind = judgement.kind
    if kind not in JudgementKind.ALL:
        raise ResolutionError(f"{kind} is no kind of judgement", hint=f"one of: {', '.join(JudgementKind.ALL)}")
    if kind not in JudgementKind.ALONE and judgement.other is None:
        raise ResolutionError(f"a judgement of kind {kind} needs two anchors")
    if kind in JudgementKind.CLAIMS and judgement.other and judgement.other.article != judgement.anchor.article:
        raise ResolutionError(f"a judgement of kind {kind} is about one claim: both anchors lie in its article")
    if kind in JudgementKind.CLAIMS and judgement.predicate is None:
        raise ResolutionError(f"a judgement of kind {kind} needs the claim's predicate")
    if kind == JudgementKind.LABEL and not (judgement.label or "").strip():
        raise ResolutionError("a judgement of kind label needs the label")
    if kind in JudgementKind.TARGETS and external_iri(judgement.target or "") is None:
        raise ResolutionError(
            f"a judgement of kind {kind} needs the IRI of what it is about, and {judgement.target!r} is none to link to",
            hint="one that begins with http:// or https://, as http://www.wikidata.org/entity/Q64",
        )
    if kind == JudgementKind.MATCH and judgement.predicate not in vocab.MATCHES:
        raise ResolutionError(f"a judgement of kind match says how: {' or '.join(vocab.MATCHES)}")
    if not judgement.author.strip():
        raise ResolutionError("a judgement needs an author")


def _parts(anchor: Anchor) -> tuple[str, str, str, int]:
    return anchor.article, anchor.text, anchor.cls, anchor.occurrence


def _judgement(row: sqlite3.Row) -> Judgement:
    other = None
    if row["other_article"] is not None:
        other = Anchor(row["other_article"], row["other_text"], row["other_cls"], row["other_occurrence"])
    return Judgement(
        kind=row["kind"],
        anchor=Anchor(row["article"], row["text"], row["cls"], row["occurrence"]),
        author=row["author"],
        other=other,
        predicate=row["predicate"],
        label=row["label"],
        reason=row["reason"],
        id=row["key"],
        time=datetime.fromisoformat(row["time"]),
        undone_by=row["undone_by"],
        undone_time=datetime.fromisoformat(row["undone_time"]) if row["undone_time"] else None,
        target=row["target"],
    )
