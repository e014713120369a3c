"""How `kg query` and `kg run` ask and print: in a worker process that Ctrl-C and the deadline end."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from kg.cli.options import AnswerFormat, MisuseError
from kg.cli.output import note, number, put, table, write_bytes
from kg.graph.forms import form_of
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
    from kg.graph.textsearch import mentions_search

    asked = form_of(query)
    if mentions_search(query):
        query = workspace.searched(query, PREFIXES)
        if workspace.snapshot_age_s is not None:
            note("kg:search looks in what was read since, too: what the graph does not show yet is left out")
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
        return workspace.query(query, media_type, timeout_s=timeout_s, prefixes=PREFIXES)
    from kg.graph.workers import QueryPool

    with QueryPool(workspace.snapshot(), size=1, timeout_s=timeout_s or TIMEOUT_S) as pool:
        return pool.run(query, media_type, base_iri=workspace.base, prefixes=PREFIXES)


def _is_remote(workspace: Workspace) -> bool:
    return workspace.store.location.startswith(("http://", "https://"))


def _print_table(answer: Answer, base: str) -> None:
    """Rows in columns, IRIs shortened; the answer of an ASK as yes or no.

    An IRI whose label stands beside it (?person and ?personLabel) is left out: the other formats carry it.
    """
    document = json.loads(answer.body)
    if "boolean" in document:
        put("yes" if document["boolean"] else "no")
        return
    every: list[str] = document["head"]["vars"]
    names = [name for name in every if f"{name}Label" not in every]
    rows = answer.rows()
    head = [name.removesuffix("Label") if name.removesuffix("Label") in every else name for name in names]
    table(head, ([_cell(row[name], base) for name in names] for row in rows))
    left_out = ", ".join(f"?{name}" for name in every if name not in names)
    note(number(len(rows), "row") + (f"; --format csv or json also has the IRIs {left_out}" if left_out else ""))


def _cell(term: object, base: str) -> str:
    """A term as a person reads it: without the workspace's base, with a known prefix where there is one."""
    if term is None:
        return ""
    value = str(getattr(term, "value", term))
    if value.startswith(base):
        return value.removeprefix(base)
    for prefix, namespace in PREFIXES.items():
        if value.startswith(namespace):
            return f"{prefix}:{value.removeprefix(namespace)}"
    return value
