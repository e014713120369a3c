"""The invented graph of `tests.benchmarks.graph` as a workspace that can be served: its catalogue beside its store.

    python -m tests.benchmarks.workspace FOLDER --articles 100000

makes `FOLDER/workspace`. The catalogue's rows are written as they stand, all at once: nothing is extracted or linked, which
would take hours, so the keys that linking works with are missing. Whoever reads finds everything; nobody should ingest into it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from random import Random

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import vocab
from kg.catalogue import Catalogue
from kg.catalogue.articles import SENTENCE_BITS
from kg.catalogue.catalogue import THRESHOLD
from kg.catalogue.codec import document_to, extraction_to, pack, pack_json
from kg.catalogue.copies import publisher_key
from kg.catalogue.words import fold
from kg.types import EntityClass, Phase
from kg.workspace.layout import Layout, Settings
from tests.benchmarks.graph import BASE, Press, Reading, Thing, make

__all__ = ["make_workspace"]

BATCH = 2_000  # articles
TIME = "2031-01-01T00:00:00+00:00"
DECIMAL = NamedNode("http://www.w3.org/2001/XMLSchema#decimal")


class Rows:
    """Writes rows into a catalogue, behind those that it has; the numbers of things and statements are kept in memory
    meanwhile. The statements are new ones."""

    def __init__(self, db: sqlite3.Connection, things: Iterable[Thing]) -> None:
        self.db = db
        self.first = {table: self._last(table) for table in ("articles", "chains", "entities", "statements")}
        new = count(self.first["entities"] + 1)
        self.things = {one.iri: (self._known(one) or next(new), one) for one in things}
        self.statements: dict[tuple[int, str, int, str], int] = {}
        self.articles: dict[str, tuple[int, str]] = {}
        self.spoken: Counter[int] = Counter()
        self.chain = self.first["chains"]

    def add(self, readings: Iterable[Reading]) -> None:
        """Write articles with their chains and claims."""
        for one in readings:
            self._article(one)

    def _article(self, one: Reading) -> None:
        document, key = one.document, self.first["articles"] + len(self.articles) + 1
        raw = document.text.encode()
        digest = hashlib.sha256(raw + document.id.encode()).hexdigest()
        own = publisher_key(document.id, document.publisher, document.url)
        original, source = self.articles[one.copy_of] if one.copy_of else (None, own)
        self.articles[document.id] = key, source
        published = document.published.isoformat() if document.published else None
        given = {
            "url": document.url, "title": document.title, "published": published, "publisher": document.publisher,
            "authors": [], "language": None,
        }  # fmt: skip
        self._insert(
            "articles", key, document.id, digest, one.extraction.model, "text/plain", document.id, document.url,
            document.title, published, document.publisher, "[]", None, json.dumps(given), pack(raw), None,
            pack_json(document_to(document)), own, source, b"", original, TIME,
        )  # fmt: skip
        if original is not None:
            self.db.execute("UPDATE articles SET cluster = ? WHERE key = ?", (original, original))
        self._insert("revisions", None, key, digest, one.extraction.model, published, document.title, None, TIME)
        self._insert("extractions", digest, one.extraction.model, pack_json(extraction_to(one.extraction)))
        self.db.executemany(
            "INSERT INTO sentences (rowid, text, first, last) VALUES (?, ?, ?, ?)",
            [
                (key << SENTENCE_BITS | n, span.of(document.text), span.start, span.end)
                for n, span in enumerate(document.sentences)
            ],
        )
        chains = {}
        for number, mention in enumerate(one.extraction.mentions):
            self.chain += 1
            entity, thing = self.things[one.entities[number]]
            chains[mention.span] = self.chain, entity
            self.spoken[entity] += 1
            self._insert(
                "chains", self.chain, key, number, thing.cls.value, thing.label, 0, thing.label, False, "[]",
                thing.event_type, None, "", "[]", False, b"", b"", entity,
            )  # fmt: skip
        for claim in one.claims:
            (subject_chain, subject), (object_chain, target) = (
                chains[claim.subject_span], chains.get(claim.object_span, (None, 0))
            )  # fmt: skip
            predicate = vocab.local(claim.statement.predicate)
            literal = claim.statement.object.value if isinstance(claim.statement.object, Literal) else ""
            triple = subject, predicate, target, literal
            new = self.first["statements"] + len(self.statements) + 1
            statement = self.statements.setdefault(triple, new)
            commits = claim.modality.commits and claim.confidence >= THRESHOLD
            self._insert(
                "claims", None, claim.iri.value, key, statement, subject_chain, predicate, object_chain, literal,
                claim.sentence.start, claim.sentence.end, claim.subject_span.start, claim.subject_span.end, claim.object_span.start,
                claim.object_span.end, claim.confidence, claim.supports, claim.modality.value, claim.phase.value,
                claim.attributed_to, claim.valid_from, claim.valid_to, None,
                (2 if commits else 1) if claim.supports else 0, claim.confidence, claim.phase is not Phase.UNKNOWN,
                published, source,
            )  # fmt: skip

    def finish(self) -> None:
        """Write things, statements and counters, which follow from the claims; ask last."""
        for key, one in self.things.values():
            if self.spoken[key] and key > self.first["entities"]:
                others = [one.label.rpartition(" ")[2]] if one.cls is EntityClass.PERSON else []
                self._insert("entities", key, one.iri.value, one.iri.value, one.cls.value, one.label,
                             json.dumps(others), one.event_type)  # fmt: skip
                self.db.execute(
                    "INSERT INTO names (rowid, label, altlabels, cls) VALUES (?, ?, ?, ?)",
                    (key, one.label, "\n".join(others), one.cls.value),
                )
                for kind, value in (("label", one.label), ("class", one.cls.value)):
                    self._insert("traits", key, kind, value, self.spoken[key])
        self.db.executemany(
            "INSERT INTO statements (subject, predicate, object, literal, key) VALUES (?, ?, ?, ?, ?)",
            ((*triple, key) for triple, key in self.statements.items()),
        )
        for side, column in (("stances", "article"), ("sources", "source_key")):
            self.db.execute(
                f"INSERT INTO {side} SELECT statement, supports, {column}, count(*) FROM claims WHERE statement > ?"
                " GROUP BY 1, 2, 3",
                (self.first["statements"],),
            )
        self.db.execute(
            "UPDATE statements SET "
            + ", ".join(
                f"{which}_{name} = (SELECT count(*) FROM {table} o WHERE o.statement = key AND o.supports = {flag})"
                for which, flag in (("supporting", 1), ("disputing", 0))
                for name, table in (("articles", "stances"), ("sources", "sources"))
            )
            + " WHERE key > ?",
            (self.first["statements"],),
        )
        self.db.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", (("ontology", "1"), ("version", "1")))

    def _last(self, table: str) -> int:
        """The highest number in a table that has rows already."""
        return int(self.db.execute(f"SELECT coalesce(max(key), 0) FROM {table}").fetchone()[0])

    def _known(self, one: Thing) -> int | None:
        """The number of a thing that is there already."""
        row = self.db.execute("SELECT key FROM entities WHERE iri = ?", (one.iri.value,)).fetchone()
        return None if row is None else int(row[0])

    def _insert(self, table: str, *values: object) -> None:
        self.db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)


def make_workspace(folder: Path, articles: int, *, seed: int = 0) -> Path:
    """The workspace of such a graph in a folder, made if it is not there; the folder then has known.json too."""
    layout = Layout(folder / "workspace")
    if layout.exists():
        return layout.folder
    written = make(folder, articles, seed=seed)
    layout.folder.mkdir(exist_ok=True)
    Store.read_only(str(written)).backup(str(layout.store))
    press = Press(articles, seed=seed)
    things = [one for listed in press.world.things.values() for one in listed]
    layout.catalogue.unlink(missing_ok=True)
    Catalogue.open(layout.catalogue).close()
    db = sqlite3.connect(layout.catalogue, isolation_level=None)
    db.create_function("fold", 1, fold, deterministic=True)  # the triggers of names call it
    db.execute("PRAGMA synchronous = OFF")
    rows = Rows(db, things)
    for batch in _batches(press.read()):
        db.execute("BEGIN")
        rows.add(batch)
        db.execute("COMMIT")
    db.execute("BEGIN")
    rows.finish()
    _locate(layout.store, db, [one for one in things if one.cls in (EntityClass.PLACE, EntityClass.POLITY)], seed)
    db.execute("COMMIT")
    db.close()
    layout.settings.write_text(json.dumps({"format": 1, "base": BASE, "remote": Settings(BASE).remote}), "utf-8")
    return layout.folder


def _locate(store: Path, db: sqlite3.Connection, places: list[Thing], seed: int) -> None:
    """Give places coordinates in the graph and in the catalogue, as the gazetteer would."""
    random = Random(seed)
    at = [(one, random.triangular(-50, 70, 20), random.triangular(-170, 175, 20)) for one in places]
    open_store = Store(str(store))
    open_store.bulk_extend(
        Quad(one.iri, name, Literal(f"{value:.4f}", datatype=DECIMAL))
        for one, lat, long in at
        for name, value in ((vocab.wgs84_lat, lat), (vocab.wgs84_long, long))
    )
    open_store.flush()
    db.executemany(
        "INSERT INTO located SELECT key, iri, label, 'city', 'XX', '', ?, ?, 'invented', 1 FROM entities WHERE iri = ?",
        [(lat, long, one.iri.value) for one, lat, long in at],
    )


def _batches(readings: Iterator[Reading]) -> Iterator[list[Reading]]:
    batch: list[Reading] = []
    for one in readings:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def main() -> None:
    """Make the workspace that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(make_workspace(given.folder, given.articles, seed=given.seed))


if __name__ == "__main__":
    main()
