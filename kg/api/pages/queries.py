"""HTML, rendered on the server: no scripts, nothing from other hosts, every text from an article or a query escaped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pyoxigraph import NamedNode

from kg.api.negotiation import SOLUTIONS, TRIPLES, Offer
from kg.graph import Answer
from kg.lookup import KINDS, Evidence, Relation

if TYPE_CHECKING:
    from kg.api.protocol import QueryRequest
    from kg.api.service import GraphService

__all__ = ["STATIC", "by_predicate", "links", "local_path", "marked", "render", "results_page", "sparql_page", "words"]

STATIC = Path(__file__).parent / "static"
ROWS_SHOWN = 1000
FORMAT_NAMES = {
    "html": "a table", "srj": "JSON", "srx": "XML", "csv": "CSV", "tsv": "TSV",
    "ttl": "Turtle", "nt": "N-Triples", "jsonld": "JSON-LD", "rdf": "RDF/XML",
}  # fmt: skip
EXAMPLE = """PREFIX kg: <https://w3id.org/newsgraph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# who leads what
SELECT ?leader ?group WHERE {
  ?person kg:leads ?organisation ; rdfs:label ?leader .
  ?organisation rdfs:label ?group .
} ORDER BY ?group ?leader LIMIT 50
"""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(marked=marked, words=words)
    return environment


def render(template: str, base: str, **values: object) -> str:
    """A page; `path(iri)` in its template links to IRIs below `base`, the workspace's own, on this service."""
    return _environment().get_template(template).render(path=lambda iri: local_path(base, iri) or iri, **values)


def local_path(base: str, iri: str) -> str | None:
    """Where this service shows an IRI; None for those of others.

    >>> local_path("https://e.org/kg/", "https://e.org/kg/person/ana-diaz-1f2e3d4c")
    '/person/ana-diaz-1f2e3d4c'
    """
    rest = iri.removeprefix(base)
    return f"/{rest}" if rest != iri and rest.partition("/")[0] in KINDS else None


def words(predicate: str) -> str:
    """A predicate as people read it.

    >>> words("locatedIn")
    'located in'
    """
    return "".join(f" {c.lower()}" if c.isupper() else c for c in predicate)


def marked(claim: Evidence) -> list[tuple[str, str]]:
    """The claim's sentence in pieces, each with the end of the relation that it is: subject, object or ""."""
    sentence = claim.sentence
    spans = sorted(
        (passage.start - sentence.start, passage.end - sentence.start, name)
        for passage, name in ((claim.subject, "subject"), (claim.object, "object"))
        if passage is not None
    )
    pieces: list[tuple[str, str]] = []
    at = 0
    for start, end, name in spans:
        if at <= start < end <= len(sentence.exact):  # an overlap, or an end outside the sentence, stays unmarked
            pieces += [(sentence.exact[at:start], ""), (sentence.exact[start:end], name)]
            at = end
    pieces.append((sentence.exact[at:], ""))
    return [piece for piece in pieces if piece[0]]


def by_predicate(relations: Iterable[Relation]) -> list[tuple[str, list[Relation]]]:
    """Relations in groups of one predicate; within a group asserted ones first, then those of most sources."""
    ordered = sorted(
        relations,
        key=lambda r: (r.predicate, not r.asserted, -r.supporting_sources, -(r.confidence or 0), r.object_label),
    )
    return [(predicate, list(group)) for predicate, group in groupby(ordered, key=lambda r: r.predicate)]


def links(href: str, offers: Sequence[Offer]) -> list[dict[str, str]]:
    """Links to the same thing in other formats, by extension."""
    return [
        {"href": f"{href}.{o.extension}", "name": FORMAT_NAMES[o.extension], "media_type": o.media_type} for o in offers
    ]


def sparql_page(service: GraphService) -> str:
    """The form for queries, with the named queries as examples."""
    formats = [("html", FORMAT_NAMES["html"])]
    formats += [(offer.extension, FORMAT_NAMES[offer.extension]) for offer in (*SOLUTIONS, *TRIPLES)]
    queries = list(service.queries.values())
    return render("sparql.html", service.base, example=EXAMPLE, formats=formats, queries=queries)


def results_page(service: GraphService, request: QueryRequest, result: Answer, title: str) -> str:
    """A table of solutions; the answer of an ASK is a table of one cell."""
    base = service.base
    names, cells = _table(result, base)
    query = {"query": request.query or ""}
    others = [
        {"href": f"/sparql?{urlencode({**query, 'format': offer.extension})}", "name": FORMAT_NAMES[offer.extension]}
        for offer in SOLUTIONS
    ]
    rows, cut = cells[:ROWS_SHOWN], len(cells) > ROWS_SHOWN
    return render("results.html", base, title=title, names=names, rows=rows, cut=cut, links=others)


def _table(result: Answer, base: str) -> tuple[list[str], list[list[dict[str, str]]]]:
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
