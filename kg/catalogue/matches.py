"""What people decided that entities are elsewhere: IRIs of other data sets, as `skos:exactMatch` and `skos:closeMatch`.

The decisions hang on anchors; `matches` is what follows from them for the entities that carry those anchors now. Of several
decisions about one entity and one IRI the last one counts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from kg import vocab
from kg.catalogue.rows import JudgementKind, Touched

__all__ = ["LONGEST", "Matches", "external_iri"]

LONGEST = 2000  # characters of an IRI: browsers and proxies take no more


def external_iri(text: str) -> str | None:
    """The IRI, if it is one that a page may link to: http or https, with a host; None for anything else.

    >>> external_iri("http://www.wikidata.org/entity/Q64"), external_iri("javascript:alert(1)"), external_iri("http://e.org/a b")
    ('http://www.wikidata.org/entity/Q64', None, None)
    """
    if len(text) > LONGEST or not text.isprintable():
        return None
    try:
        parts = urlsplit(NamedNode(text).value)
        host = parts.hostname
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and host and parts.username is None else None


class Matches:
    """Reads and changes what entities match; who calls `refresh` holds a transaction."""

    def __init__(self, db: sqlite3.Connection, touched: Touched) -> None:
        self._db = db
        self._touched = touched

    def refresh(self) -> set[str]:
        """Bring touched entities up to date; returns the IRIs of those that match something else now.

        To be called while the rows of emptied entities are there.
        """
        had = {row[0] for row in self._db.execute("SELECT DISTINCT entity FROM matches")}
        now = self._judged()
        changed = set()
        for entity in sorted(self._touched.entities & (had | now.keys())):
            before = dict(
                self._db.execute("SELECT target, predicate FROM matches WHERE entity = ?", (entity,)).fetchall()
            )
            after = now.get(entity, {})
            if before == after:
                continue
            self._db.execute("DELETE FROM matches WHERE entity = ?", (entity,))
            self._db.executemany(
                "INSERT INTO matches (entity, target, predicate) VALUES (?, ?, ?)",
                ((entity, target, predicate) for target, predicate in after.items()),
            )
            changed.add(str(self._db.execute("SELECT iri FROM entities WHERE key = ?", (entity,)).fetchone()[0]))
        return changed

    def of(self, iri: str) -> tuple[tuple[NamedNode, NamedNode], ...]:
        """(predicate, IRI) of what an entity matches, in the order of the IRIs."""
        rows = self._db.execute(
            "SELECT m.predicate, m.target FROM matches m JOIN entities e ON e.key = m.entity WHERE e.iri = ?"
            " ORDER BY m.target",
            (iri,),
        )
        return tuple((vocab.MATCHES[row[0]], NamedNode(row[1])) for row in rows)

    def verdicts(self) -> dict[str, dict[str, str | None]]:
        """Entity → IRI → what was decided last: the kind of match, None where it is none."""
        found: dict[str, dict[str, str | None]] = {}
        for row in self._db.execute(_DECIDED):
            is_match = row["kind"] == JudgementKind.MATCH
            found.setdefault(row["iri"], {})[row["target"]] = row["predicate"] if is_match else None
        return found

    def _judged(self) -> Mapping[int, Mapping[str, str]]:
        """Entity → IRI → kind of match, as the decisions in force have it."""
        found: dict[int, dict[str, str]] = {}
        for row in self._db.execute(_DECIDED):
            if row["kind"] == JudgementKind.MATCH:
                found.setdefault(row["entity"], {})[row["target"]] = row["predicate"]
            else:
                found.get(row["entity"], {}).pop(row["target"], None)
        return found


# CROSS JOIN fixes the order: there are few such decisions, and an entity may have very many chains
_DECIDED = """
SELECT j.key, j.kind, j.predicate, j.target, c.entity, e.iri FROM judgements j
CROSS JOIN anchored a ON a.judgement = j.key AND a.side = 0 CROSS JOIN chains c ON c.key = a.chain
CROSS JOIN entities e ON e.key = c.entity
WHERE j.kind IN ('match', 'mismatch') AND j.undone_time IS NULL ORDER BY j.key"""
