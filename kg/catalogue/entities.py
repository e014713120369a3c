"""An entity of the catalogue: its row number, and its row as a list shows it."""

from __future__ import annotations

import json
import sqlite3

from pyoxigraph import NamedNode

from kg.catalogue.rows import EntityRow
from kg.types import EntityClass

__all__ = ["entity_key", "entity_of"]


def entity_key(db: sqlite3.Connection, iri: str) -> int | None:
    """The row number of the entity of an IRI; None when it is not in use."""
    row = db.execute("SELECT key FROM entities WHERE iri = ?", (iri,)).fetchone()
    return None if row is None else int(row[0])


def entity_of(row: sqlite3.Row) -> EntityRow:
    """A row of the entities, as a list shows it."""
    return EntityRow(
        NamedNode(row["iri"]),
        EntityClass(row["cls"]),
        row["label"],
        tuple(json.loads(row["altlabels"])),
        row["event_type"],
    )
