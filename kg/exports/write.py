"""What is wanted of a graph, and how → the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from kg.errors import StoreError
from kg.exports.files import Compression
from kg.graph import GraphStore
from kg.graph import export as rdf
from kg.graph.scope import WHOLE, Provenance, Scope, quads_in

__all__ = ["FORMATS", "TABLES", "Export", "Format", "format_of_name", "write"]

TABLES = ("entities", "statements", "claims")


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its media type and the ending of its name."""

    media_type: str
    extension: str


FORMATS = {
    **{name: Format(form.media_type, form.file_extension) for name, form in rdf.FORMATS.items()},
    "graphml": Format("application/graphml+xml", "graphml"),
    "csv": Format("text/csv; charset=utf-8", "csv"),
    "ftm": Format("application/json+ftm", "ftm.json"),
}
"""Name of a format → what it is."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is wanted: the format, the part of the graph, how much provenance, and what single formats leave open.

    `reifiers`: RDF 1.2, in Turtle, TriG, N-Triples and N-Quads. `table`: which of `TABLES`, in CSV.
    """

    form: str = "turtle"
    scope: Scope = WHOLE
    provenance: Provenance = Provenance.FULL
    reifiers: bool = False
    table: str = "statements"

    def __post_init__(self) -> None:
        if self.form not in FORMATS:
            raise StoreError(f"{self.form} is no export format", hint=f"one of: {', '.join(FORMATS)}")
        if self.table not in TABLES:
            raise StoreError(f"there is no table {self.table}", hint=f"one of: {', '.join(TABLES)}")
        if self.reifiers and self.form not in rdf.FORMATS:
            raise StoreError(f"{self.form} has no triple terms", hint="reifiers are for formats of RDF")


def write(store: GraphStore, asked: Export, out: IO[bytes]) -> None:
    """Write an export, on the calling thread from the first byte to the last.

    Raises UnknownEntity, before anything is written, when the graph says nothing of the scope's entity or article.
    """
    if asked.form in rdf.FORMATS:
        rdf.export(store, asked.form, out, scope=asked.scope, provenance=asked.provenance, reifiers=asked.reifiers)
        return
    if not (asked.scope.whole and store.embedded):
        store = _part(store, asked.scope)
    if asked.form == "csv":
        from kg.exports.tables import write_table

        write_table(store, asked.table, out)
    elif asked.form == "graphml":
        from kg.exports.graphml import write_graphml

        write_graphml(store, out)
    else:
        from kg.exports.ftm import write_ftm

        write_ftm(store, out, asked.provenance)


def format_of_name(name: str) -> str | None:
    """The format that a file's name ends with, compressed or not; None when it is none of ours.

    >>> format_of_name("graph.nq.gz"), format_of_name("graph.ftm.json"), format_of_name("graph.pdf")
    ('nquads', 'ftm', None)
    """
    plain = Compression.of_name(name)[1]
    return next((form for form, kind in FORMATS.items() if plain.endswith(f".{kind.extension}")), None)


def _part(store: GraphStore, scope: Scope) -> GraphStore:
    """A part of a graph as a store of its own, in memory, where patterns take microseconds."""
    from kg.graph.oxigraph import OxigraphStore

    part = OxigraphStore.in_memory()
    part.extend(quads_in(store, scope))
    return part
