"""The pages of the SPARQL endpoint: a form with examples, and the table that an answer is to people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from kg.api.negotiation import SOLUTIONS, TRIPLES
from kg.api.pages.rendering import FORMAT_NAMES, local_path, render
from kg.graph import Answer

if TYPE_CHECKING:
    from kg.api.protocol import QueryRequest
    from kg.api.service import GraphService

__all__ = ["results_page", "sparql_page", "table_of"]

ROWS_SHOWN = 1000
EXAMPLE = """PREFIX kg: <https://w3id.org/newsgraph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# who leads what
SELECT ?leader ?group WHERE {
  ?person kg:leads ?organisation ; rdfs:label ?leader .
  ?organisation rdfs:label ?group .
} ORDER BY ?group ?leader LIMIT 50
"""


def sparql_page(service: GraphService) -> str:
    """The form for queries, with the named queries as examples."""
    formats = [("html", FORMAT_NAMES["html"])]
    formats += [(offer.extension, FORMAT_NAMES[offer.extension]) for offer in (*SOLUTIONS, *TRIPLES)]
    queries = list(service.queries.values())
    return render(
        "sparql.html", service.base, plain_store=not service.queries, example=EXAMPLE, formats=formats, queries=queries
    )


def results_page(service: GraphService, request: QueryRequest, result: Answer, title: str) -> str:
    """A table of solutions; the answer of an ASK is a table of one cell."""
    base = service.base
    names, cells = table_of(result, base)
    query = {"query": request.query or ""}
    others = [
        {"href": f"/sparql?{urlencode({**query, 'format': offer.extension})}", "name": FORMAT_NAMES[offer.extension]}
        for offer in SOLUTIONS
    ]
    rows, cut = cells[:ROWS_SHOWN], len(cells) > ROWS_SHOWN
    return render(
        "results.html",
        base,
        plain_store=not service.queries,
        title=title,
        names=names,
        rows=rows,
        cut=cut,
        links=others,
    )


def table_of(result: Answer, base: str) -> tuple[list[str], list[list[dict[str, str]]]]:
    """The names of the columns, and the rows as cells: a text, and where it leads on this service."""
    if b'"boolean"' in result.body[:200]:
        return ["answer"], [[{"text": "yes" if result.boolean else "no", "href": ""}]]
    names: list[str] = json.loads(result.body)["head"]["vars"]
    return names, [[_cell(row[name], base) for name in names] for row in result.rows()]


def _cell(term: object, base: str) -> dict[str, str]:
    if term is None:
        return {"text": "", "href": ""}
    if isinstance(term, NamedNode):
        return {"text": term.value.removeprefix(base), "href": local_path(base, term.value) or ""}
    return {"text": str(getattr(term, "value", term)), "href": ""}
