"""Words → entities and sentences, by SQLite's full-text index."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection

from pyoxigraph import NamedNode

from kg.catalogue.articles import SENTENCE_BITS
from kg.catalogue.rows import Hit
from kg.types import EntityClass, Span

__all__ = ["SENTENCE", "search"]

SENTENCE = "Sentence"
"""The kind of a hit that is a sentence; the others are the classes of entities."""

ENTITIES = tuple(cls.value for cls in EntityClass if cls is not EntityClass.DATE)
CANDIDATES = 200  # ranked by bm25 in the index, then by what it does not know: the whole label matches, frequent things


def search(db: sqlite3.Connection, text: str, kinds: Collection[str] | None = None, limit: int = 20) -> list[Hit]:
    """The best hits for what a person typed: entities by their names, then sentences; the last word may be unfinished.

    `kinds` are classes of entities and `Sentence`; all when None.
    """
    words = re.findall(r"\w+", text.replace("_", " "))
    if not words or limit < 1:
        return []
    wanted = set(kinds) if kinds is not None else {*ENTITIES, SENTENCE}
    query = " ".join(f'"{word}"' for word in words) + "*"
    hits = _entities(db, query, " ".join(words), wanted, limit) if wanted & set(ENTITIES) else []
    if SENTENCE in wanted and len(hits) < limit:
        hits += _sentences(db, query, limit - len(hits))
    return hits


def _entities(db: sqlite3.Connection, query: str, typed: str, classes: set[str], limit: int) -> list[Hit]:
    rows = db.execute(
        "SELECT e.iri, e.cls, e.label, n.rank,"
        " (SELECT max(n) FROM traits t WHERE t.entity = e.key AND t.kind = 'class') AS n,"
        " snippet(names, -1, '', '', '…', 12) AS snippet FROM names n JOIN entities e ON e.key = n.rowid"
        " WHERE names MATCH ? AND rank MATCH 'bm25(4.0, 2.0)' ORDER BY rank LIMIT ?",
        (query, max(CANDIDATES, limit)),
    ).fetchall()
    folded = typed.casefold()

    def order(row: sqlite3.Row) -> tuple[bool, int, float, str]:
        label = " ".join(re.findall(r"\w+", row["label"])).casefold()
        return label != folded, -row["n"], row["rank"], row["iri"]

    found = sorted((row for row in rows if row["cls"] in classes), key=order)
    return [Hit(row["cls"], row["label"], row["snippet"], iri=NamedNode(row["iri"])) for row in found[:limit]]


def _sentences(db: sqlite3.Connection, query: str, limit: int) -> list[Hit]:
    rows = db.execute(
        "SELECT s.text, s.first, s.last, a.id, a.title FROM sentences s JOIN articles a ON a.key = s.rowid >> ?"
        " WHERE sentences MATCH ? ORDER BY s.rank, s.rowid LIMIT ?",
        (SENTENCE_BITS, query, limit),
    )
    return [
        Hit(
            SENTENCE, row["title"] or row["id"], row["text"], article_id=row["id"], span=Span(row["first"], row["last"])
        )
        for row in rows
    ]
