"""The rows of an answer as cells of a table, with links to the pages of what they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from urllib.parse import urlencode

from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean, parse_query_results
from pyoxigraph import QueryResultsFormat as Format

from kg.api.pages.rendering import local_path
from kg.graph import Answer
from kg.vocab import PREFIXES, RDF, XSD

__all__ = ["ROWS_SHOWN", "compact", "table_of", "timeline_of", "web"]

ROWS_SHOWN = 250
_PLAIN = frozenset({f"{XSD}string", f"{RDF}langString"})


def table_of(result: Answer, base: str, most: int | None = ROWS_SHOWN) -> tuple[list[str], list[list[dict[str, str]]]]:
    """The names of the columns, and the first rows as cells: a text, where it leads, and what kind of term it is.

    `result` is JSON. What is beyond `most` rows is not even read.
    """
    found = parse_query_results(result.body, Format.JSON)
    if isinstance(found, QueryBoolean):
        return ["answer"], [[_text("yes" if found else "no")]]
    names = [variable.value for variable in found.variables]
    rows: Iterable[object] = islice(found, most)
    return names, [[_cell(row[name], base) for name in names] for row in rows]  # type: ignore[index]


def timeline_of(query: str, rows: Iterable[Iterable[Mapping[str, str]]]) -> str | None:
    """Where the events of an answer are shown in the order of time; None for rows without events."""
    named = any(one["kind"] == "inside" and one["text"].startswith("event/") for row in rows for one in row)
    return f"/timeline?{urlencode({'query': query})}" if named else None


def compact(iri: str, base: str) -> str:
    """An IRI as short as it can be written.

    >>> compact("https://w3id.org/newsgraph/ontology#leads", "https://e.org/"), compact("https://e.org/person/a", "https://e.org/")
    ('kg:leads', 'person/a')
    """
    if iri.startswith(base) and len(iri) > len(base):
        return iri.removeprefix(base)
    for prefix, namespace in PREFIXES.items():
        rest = iri.removeprefix(namespace)
        if rest != iri and rest.isidentifier():
            return f"{prefix}:{rest}"
    return iri


def web(iri: str, base: str) -> str:
    """Where an IRI leads that a page may link to: on this service, or anywhere on the web; nowhere for others."""
    return local_path(base, iri) or (iri if iri.startswith(("http://", "https://")) else "")


def _cell(term: object, base: str) -> dict[str, str]:
    if term is None:
        return _text("")
    if isinstance(term, NamedNode):
        inside = local_path(base, term.value) is not None
        kind = "inside" if inside else "outside"
        return {"text": compact(term.value, base), "href": web(term.value, base), "kind": kind, "note": ""}
    if isinstance(term, BlankNode):
        return {"text": f"_:{term.value}", "href": "", "kind": "blank", "note": ""}
    if isinstance(term, Literal):
        datatype = term.datatype.value
        note = f"@{term.language}" if term.language else "" if datatype in _PLAIN else compact(datatype, base)
        number = datatype in (f"{XSD}integer", f"{XSD}decimal", f"{XSD}double", f"{XSD}float")
        return {"text": term.value, "href": "", "kind": "number" if number else "text", "note": note}
    return _text(str(term))


def _text(text: str) -> dict[str, str]:
    return {"text": text, "href": "", "kind": "text", "note": ""}
