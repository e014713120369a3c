"""The catalogue that benchmarks are made with in bulk is the one that ingest makes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kg.catalogue import Catalogue
from kg.pipeline import link_again, put
from tests.benchmarks.bench_resolve import Names, prepared
from tests.benchmarks.bulk import fill

BASE = "http://localhost:8000/"
ARTICLES = 60
PASSING = ("meta", "pending", "changes", "sqlite_sequence", "unsettled", "retired")  # of how it came to be
ENTITY = "(SELECT e.slot FROM entities e WHERE e.key = {})"
STATEMENT = "(SELECT {} || t.predicate || {} FROM statements t WHERE t.key = {{}})".format(
    ENTITY.format("t.subject"), ENTITY.format("t.object")
)
NUMBERS = {
    "entities": {"key": ENTITY, "iri": "NULL"},
    "chains": {"entity": ENTITY},
    "traits": {"entity": ENTITY},
    "statements": {"key": STATEMENT, "subject": ENTITY, "object": ENTITY},
    "claims": {"statement": STATEMENT},
    "stances": {"statement": STATEMENT},
    "sources": {"statement": STATEMENT},
}  # that depend on when things were found to be one


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of all tables, without times; entities and statements by what they are, not by their names and numbers."""
    db = sqlite3.connect(path)
    tables = [
        name
        for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if name not in PASSING and "fts5vocab" not in sql and "_" not in name
    ]
    found = {}
    for table in tables:
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[1] != "time"]
        named = NUMBERS.get(table, {})
        listed = ", ".join(named.get(column, "{}").format(f'{table}."{column}"') for column in columns)
        found[table] = sorted(db.execute(f"SELECT {listed} FROM {table}"), key=repr)
    db.close()
    return found


def test_a_catalogue_filled_in_bulk_has_the_rows_of_one_that_articles_were_put_into(tmp_path: Path) -> None:
    names = Names(seed=3)
    items = [prepared(names, number) for number in range(ARTICLES)]
    ingested = Catalogue.open(tmp_path / "ingested.sqlite")
    with ingested.change() as change:
        for item in items:
            put(change, BASE, item)
        link_again(change, BASE)
    ingested.close()
    fill(tmp_path / "filled.sqlite", BASE, items)
    filled = Catalogue.open(tmp_path / "filled.sqlite")
    with filled.change() as change:
        link_again(change, BASE)
    filled.close()
    theirs, ours = rows_of(tmp_path / "ingested.sqlite"), rows_of(tmp_path / "filled.sqlite")
    assert theirs.keys() == ours.keys()
    assert ours["pairs"]
    assert ours["joined"]
    for table, rows in theirs.items():
        assert (table, rows) == (table, ours[table])
