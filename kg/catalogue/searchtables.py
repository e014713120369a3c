"""The full-text indexes of names' spellings and of titles, which follow their tables by triggers.

So nothing that is deleted or replaced can be left in them. Those of names and of sentences are older and are part of the
tables themselves (`kg.catalogue.schema`).
"""

from __future__ import annotations

import sqlite3

__all__ = ["has_search", "prepare_search"]

_TABLES = """
CREATE VIRTUAL TABLE spellings USING fts5 (names, tokenize = "trigram", detail = none);
CREATE VIRTUAL TABLE spellings_found USING fts5vocab (spellings, row);
CREATE VIRTUAL TABLE sentences_found USING fts5vocab (sentences, row);
CREATE VIRTUAL TABLE titles USING fts5 (title, tokenize = "unicode61 remove_diacritics 2");
CREATE TRIGGER spellings_insert AFTER INSERT ON entities WHEN new.label != '' BEGIN
  INSERT INTO spellings (rowid, names) VALUES (new.key, fold(new.label || char(10) || new.altlabels)); END;
CREATE TRIGGER spellings_update AFTER UPDATE OF label, altlabels ON entities BEGIN
  DELETE FROM spellings WHERE rowid = old.key;
  INSERT INTO spellings (rowid, names) VALUES (new.key, fold(new.label || char(10) || new.altlabels)); END;
CREATE TRIGGER spellings_delete AFTER DELETE ON entities BEGIN DELETE FROM spellings WHERE rowid = old.key; END;
CREATE TRIGGER titles_insert AFTER INSERT ON articles WHEN new.title IS NOT NULL BEGIN
  INSERT INTO titles (rowid, title) VALUES (new.key, new.title); END;
CREATE TRIGGER titles_update AFTER UPDATE OF title ON articles BEGIN
  DELETE FROM titles WHERE rowid = old.key;
  INSERT INTO titles (rowid, title) SELECT new.key, new.title WHERE new.title IS NOT NULL; END;
CREATE TRIGGER titles_delete AFTER DELETE ON articles BEGIN DELETE FROM titles WHERE rowid = old.key; END;
INSERT INTO spellings (rowid, names) SELECT key, fold(label || char(10) || altlabels) FROM entities;
INSERT INTO titles (rowid, title) SELECT key, title FROM articles WHERE title IS NOT NULL;
"""


def prepare_search(db: sqlite3.Connection) -> None:
    """Make the indexes that an older catalogue lacks, from what it holds."""
    if not has_search(db):
        db.executescript(f"BEGIN IMMEDIATE;{_TABLES};COMMIT;")


def has_search(db: sqlite3.Connection) -> bool:
    """Whether a catalogue has all of the indexes."""
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'spellings'").fetchone() is not None
