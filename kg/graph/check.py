"""Does the graph respect the ontology? What its SHACL shapes say.

pySHACL works on rdflib graphs in memory, so a store is checked article by article: an article's claims and passages
with the statements they are about, their triples, and the entities at both ends. What no single article shows is asked of
the store itself: a triple that no statement stands for, a statement that no claim speaks of, an asserted statement whose
triple is missing though no article speaks of it (the gazetteer's).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from kg import vocab
from kg.errors import OntologyError
from kg.graph.scope import Scope, quads_in
from kg.graph.store import GraphStore, Row
from kg.resources import resource

if TYPE_CHECKING:
    import rdflib

__all__ = ["Violation", "shacl", "violations"]

# pySHACL prepares the shapes anew for each run, which costs as much as some thousand triples
TRIPLES_PER_RUN = 5_000


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """Something in the graph that breaks the ontology: where, what is wrong, and the value that is."""

    focus: str
    message: str
    path: str | None = None
    value: str | None = None


def violations(triples: Iterable[Triple]) -> tuple[Violation, ...]:
    """What pySHACL finds wrong with a set of triples, facts and claims together, sorted."""
    import pyshacl
    import rdflib

    data = rdflib.Graph(bind_namespaces="none")
    for triple in triples:
        data.add((_rdflib(triple.subject), _rdflib(triple.predicate), _rdflib(triple.object)))
    shapes, ontology = _shapes()
    conforms, report, text = pyshacl.validate(data, shacl_graph=shapes, ont_graph=ontology, inference="none")
    if conforms:
        return ()
    if not isinstance(report, rdflib.Graph):
        raise OntologyError(f"the shapes cannot be applied: {text}")
    return tuple(sorted(set(_violations(report)), key=lambda found: (found.focus, found.message, str(found))))


def shacl(store: GraphStore, *, article: NamedNode | None = None) -> tuple[Violation, ...]:
    """What is wrong with one article, or with the whole store, sorted; nothing, when all is well."""
    if article is not None:
        return violations(_article(store, article))
    found: set[Violation] = set()
    batch: set[Triple] = set()
    for graph in store.graph_names():
        if store.quads(graph, vocab.rdf_type, vocab.Article, DefaultGraph()):
            batch |= _article(store, graph)
        if len(batch) >= TRIPLES_PER_RUN:
            found.update(violations(batch))
            batch = set()
    batch |= {quad.triple for quad in _judgements(store)}
    if batch:
        found.update(violations(batch))
    found.update(_orphans(store))
    return tuple(sorted(found, key=lambda one: (one.focus, one.message, str(one))))


def _article(store: GraphStore, article: NamedNode) -> set[Triple]:
    return {quad.triple for quad in quads_in(store, Scope(article=article))}


def _judgements(store: GraphStore) -> list[Quad]:
    """The graphs that hold judgements; people make few of them."""
    graphs = {quad.graph_name for quad in store.quads(None, vocab.rdf_type, vocab.Judgement)}
    return [quad for graph in graphs if isinstance(graph, NamedNode) for quad in store.quads(graph=graph)]


def _orphans(store: GraphStore) -> Iterator[Violation]:
    """Facts without a statement, asserted statements without their fact, and statements that neither a claim nor the gazetteer knows."""
    default = (
        (lambda pattern: pattern)
        if store.default_graph is None
        else (lambda pattern: f"GRAPH {store.default_graph} {{ {pattern} }}")
    )
    predicates = " ".join(str(vocab.term(name)) for name in vocab.PREDICATES)
    node = f"?n {vocab.rdf_subject} ?s ; {vocab.rdf_predicate} ?p ; {vocab.rdf_object} ?o ; {vocab.asserted} true ."
    facts = (
        f"SELECT ?s ?p ?o WHERE {{ VALUES ?p {{ {predicates} }} {default('?s ?p ?o')} MINUS {{ {default(node)} }} }}"
    )
    for row in store.query(facts).rows():
        message = "a fact stands in the graph only beside an asserted statement of it"
        yield Violation(_text(row, "s"), message, _text(row, "p"), _text(row, "o"))
    # the pattern is whole for each row, so this looks a triple up and scans nothing
    unstated = f"SELECT ?n ?o WHERE {{ {default(node)} FILTER NOT EXISTS {{ {default('?s ?p ?o')} }} }}"
    for row in store.query(unstated).rows():
        yield Violation(_text(row, "n"), "an asserted statement is also a triple of the graph", None, _text(row, "o"))
    spoken = f"GRAPH ?g {{ ?claim {vocab.supports}|{vocab.disputes} ?s }}"
    typed = default(f"?s {vocab.rdf_type} {vocab.Statement}")
    known = default(f"?s {vocab.prov_hadPrimarySource} {vocab.gazetteer}")
    for row in store.query(f"SELECT ?s WHERE {{ {typed} MINUS {{ {spoken} }} MINUS {{ {known} }} }}").rows():
        yield Violation(_text(row, "s"), "some claim supports or disputes each statement")


def _text(row: Row, name: str) -> str:
    term = row[name]
    return term.value if isinstance(term, NamedNode) else str(term)


@cache
def _shapes() -> tuple[rdflib.Graph, rdflib.Graph]:
    import rdflib

    graphs = []
    for name in ("shapes.ttl", "kg.ttl"):
        path = resource("ontology") / name
        try:
            graphs.append(rdflib.Graph().parse(path, format="turtle"))
        except (OSError, SyntaxError) as error:
            raise OntologyError(f"{path}: {error}", hint="the file is damaged: install newsgraph again") from error
    return graphs[0], graphs[1]


def _violations(report: rdflib.Graph) -> Iterator[Violation]:
    import rdflib

    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")

    def text(result: Any, predicate: rdflib.URIRef) -> str | None:
        value = report.value(result, predicate)
        return None if value is None else str(value)

    for result in report.objects(None, sh.result):
        path, value = text(result, sh.resultPath), text(result, sh.value)
        yield Violation(text(result, sh.focusNode) or "", text(result, sh.resultMessage) or "", path, value)


def _rdflib(term: Any) -> rdflib.term.Node:
    import rdflib

    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype == vocab.xsd_string:
        return rdflib.Literal(term.value)  # rdflib tells "x" from "x"^^xsd:string, and the shapes say "x"
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)
