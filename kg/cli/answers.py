"""How `kg query` and `kg run` ask and print: in a worker process that Ctrl-C and the deadline end."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from kg.cli.options import AnswerFormat, MisuseError
from kg.cli.output import note, number, put, table, write_bytes
from kg.forms import form_of
from kg.vocab import PREFIXES

if TYPE_CHECKING:
    from kg.graph import Answer
    from kg.workspace import Workspace

__all__ = ["print_answer"]

TIMEOUT_S = 30.0
MEDIA_TYPES = {
    AnswerFormat.JSON: ("application/sparql-results+json", "application/ld+json"),
    AnswerFormat.CSV: ("text/csv", None),
    AnswerFormat.TSV: ("text/tab-separated-values", None),
    AnswerFormat.XML: ("application/sparql-results+xml", "application/rdf+xml"),
    AnswerFormat.TURTLE: (None, "text/turtle"),
    AnswerFormat.NTRIPLES: (None, "application/n-triples"),
    AnswerFormat.JSONLD: (None, "application/ld+json"),
}
"""For rows (and true or false), and for triples."""


def print_answer(workspace: Workspace, query: str, form: AnswerFormat, *, timeout_s: float | None) -> None:
    """Print the answer to a query. Raises MisuseError for a format that cannot carry it, QueryError and its kind."""
    asked = form_of(query)
    triples = asked is not None and asked.gives_triples
    if form is AnswerFormat.TABLE:
        media_type = "text/turtle" if triples else "application/sparql-results+json"
    else:
        wanted = MEDIA_TYPES[form][triples]
        if wanted is None:
            kind, others = (
                ("triples", "turtle, ntriples, jsonld") if triples else ("rows", "table, json, csv, tsv, xml")
            )
            raise MisuseError(
                f"the answer is {kind}, which {form.value} cannot carry", hint=f"--format is one of {others}"
            )
        media_type = wanted
    if form is AnswerFormat.TABLE and not triples:
        _print_table(_ask(workspace, query, media_type, timeout_s), workspace.base)
        return
    if _is_remote(workspace):
        write_bytes(_ask(workspace, query, media_type, timeout_s).body)
        return
    from kg.graph.workers import QueryPool

    with (
        QueryPool(workspace.snapshot(), size=1, timeout_s=timeout_s or TIMEOUT_S) as pool,
        pool.stream(query, media_type, base_iri=workspace.base, prefixes=PREFIXES) as chunks,
    ):
        sys.stdout.flush()
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
    write_bytes(b"")


def _ask(workspace: Workspace, query: str, media_type: str, timeout_s: float | None) -> Answer:
    """The whole answer."""
    if _is_remote(workspace):
        return workspace.query(query, media_type, prefixes=PREFIXES)
    from kg.graph.workers import QueryPool

    with QueryPool(workspace.snapshot(), size=1, timeout_s=timeout_s or TIMEOUT_S) as pool:
        return pool.run(query, media_type, base_iri=workspace.base, prefixes=PREFIXES)


def _is_remote(workspace: Workspace) -> bool:
    return workspace.store.location.startswith(("http://", "https://"))


def _print_table(answer: Answer, base: str) -> None:
    """Rows in columns, IRIs of the workspace without its base; the answer of an ASK as yes or no."""
    document = json.loads(answer.body)
    if "boolean" in document:
        put("yes" if document["boolean"] else "no")
        return
    names: list[str] = document["head"]["vars"]
    rows = answer.rows()
    table(names, ([_cell(row[name], base) for name in names] for row in rows))
    note(number(len(rows), "row"))


def _cell(term: object, base: str) -> str:
    if term is None:
        return ""
    return str(getattr(term, "value", term)).removeprefix(base)
