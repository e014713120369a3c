"""The graph, or a part of it, as a file: Turtle, TriG, N-Quads, N-Triples, RDF/XML, JSON-LD.

Equal graphs give equal bytes. Up to `SORTED_QUADS` quads are sorted in memory; more are written in the order of the
keys of a store on disk, which are hashes of the terms: another order, which depends on the content alone too and takes
no memory. TriG and N-Quads hold every graph. The others hold triples only, so graphs are merged (each claim
still says from which article it comes) and the ontology, which is a file of its own, stays out.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import IO

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    Triple,
    parse,
    serialize,
)

from kg import vocab
from kg.errors import StoreError
from kg.graph.jsonld import write_flat, write_framed
from kg.graph.scope import WHOLE, Scope, is_fact, quads_in
from kg.graph.store import GraphStore

__all__ = ["FORMATS", "export"]

FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
    "ntriples": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
"""Name of a format → what it is, with its media type and file extension."""

# a Python quad takes about 1 KB with its sort key, so this is some 150 MB at most
SORTED_QUADS = 150_000
# PyLD frames about 2,000 nodes a second
FRAMED_NODES = 20_000

_WITH_GRAPHS = (RdfFormat.TRIG, RdfFormat.N_QUADS)
_WITH_PREFIXES = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML)
# what a property's IRI ends with, to be an element's name, and what no XML document may contain, or give back unchanged
_XML_NAME = re.compile(r"[^\W\d][\w.-]*\Z")
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ONTOLOGY = NamedNode("https://w3id.org/newsgraph/ontology")
_DEFAULT = DefaultGraph()


def export(store: GraphStore, form: str, out: IO[bytes], *, scope: Scope = WHOLE, provenance: bool = True) -> None:
    """Write the graph, or the part of it in scope, to `out` in one of `FORMATS`.

    Runs on the calling thread from the first byte to the last. Raises UnknownEntity, before anything is written, when
    the graph says nothing of the scope's entity or article.
    """
    if form not in FORMATS:
        raise StoreError(f"{form} is no export format", hint=f"one of: {', '.join(FORMATS)}")
    rdf = FORMATS[form]
    if scope.whole and store.size() > SORTED_QUADS:
        _write_large(store, rdf, out, provenance=provenance)
        return
    quads = quads_in(store, scope, provenance=provenance)
    if rdf in _WITH_GRAPHS:
        _serialise(_sorted(quads), rdf, out)
        return
    skipped = _ontology_graphs(store) if scope.whole else set()
    merged = {Quad(q.subject, q.predicate, q.object, _DEFAULT) for q in quads if q.graph_name not in skipped}
    ordered = _sorted(merged)
    if rdf != RdfFormat.JSON_LD:
        _serialise(ordered, rdf, out)
    elif len({quad.subject for quad in merged}) <= FRAMED_NODES:
        write_framed(_by_subject(ordered), out)
    else:
        write_flat(_by_subject(ordered), out)


def _write_large(store: GraphStore, rdf: RdfFormat, out: IO[bytes], *, provenance: bool) -> None:
    """Everything, in the order of keys on disk: straight from a store that has them, else through a copy that does."""
    if rdf in _WITH_GRAPHS and provenance and store.keyed:
        store.dump(rdf, out)
        return
    skipped = set() if rdf in _WITH_GRAPHS else _ontology_graphs(store)
    with tempfile.TemporaryDirectory(prefix="newsgraph-") as folder:
        dump, kept = Path(folder) / "dump.nq", Path(folder) / "kept.nq"
        with dump.open("wb") as file:
            store.dump(RdfFormat.N_QUADS, file)
        if rdf not in _WITH_GRAPHS or not provenance:
            quads = (quad for quad in parse(path=dump, format=RdfFormat.N_QUADS) if quad.graph_name not in skipped)
            with kept.open("wb") as file:
                facts = _merged(quads, provenance=provenance)
                serialize(_in_xml(facts) if rdf == RdfFormat.RDF_XML else facts, file, RdfFormat.N_QUADS)
            dump = kept
        copy = Store(Path(folder) / "store")
        copy.bulk_load(path=dump, format=RdfFormat.N_QUADS)
        prefixes = vocab.PREFIXES if rdf in _WITH_PREFIXES else None
        if rdf in _WITH_GRAPHS:
            copy.dump(out, rdf, prefixes=prefixes)
        elif rdf == RdfFormat.JSON_LD:
            write_flat(_by_subject(copy.quads_for_pattern(None, None, None, _DEFAULT)), out)
        else:
            copy.dump(out, rdf, from_graph=_DEFAULT, prefixes=prefixes)


def _merged(quads: Iterable[Quad], *, provenance: bool) -> Iterator[Quad]:
    for quad in quads:
        if provenance or is_fact(quad):
            yield Quad(quad.subject, quad.predicate, quad.object, _DEFAULT)


def _serialise(quads: list[Quad], rdf: RdfFormat, out: IO[bytes]) -> None:
    if rdf == RdfFormat.RDF_XML:
        quads = list(_in_xml(quads))
    items = quads if rdf in _WITH_GRAPHS else (quad.triple for quad in quads)
    serialize(items, out, rdf, prefixes=vocab.PREFIXES if rdf in _WITH_PREFIXES else None)


def _in_xml(quads: Iterable[Quad]) -> Iterator[Quad]:
    """The quads, if XML can carry them all: pyoxigraph would write them, but no XML parser would read them."""
    for quad in quads:
        if _XML_NAME.search(quad.predicate.value) is None:
            raise StoreError(f"RDF/XML cannot name the property {quad.predicate}", hint="export as turtle")
        if isinstance(quad.object, Literal) and _NOT_XML.search(quad.object.value):
            raise StoreError(f"XML has no place for a character of {quad.object}", hint="export as turtle")
        yield quad


def _sorted(quads: set[Quad]) -> list[Quad]:
    """By graph, subject, predicate (types and labels first) and object; blank nodes get canonical names (RDFC-1.0)."""
    if any(isinstance(term, BlankNode) for quad in quads for term in (quad.subject, quad.object, quad.graph_name)):
        dataset = Dataset(quads)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        quads = set(dataset)
    return sorted(quads, key=_key)


def _key(quad: Quad) -> tuple[str, str, int, str, str]:
    graph = "" if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name)
    rank = {vocab.rdf_type: 0, vocab.rdfs_label: 1}.get(quad.predicate, 2)
    return graph, str(quad.subject), rank, quad.predicate.value, str(quad.object)


def _by_subject(quads: Iterable[Quad]) -> Iterator[tuple[NamedNode | BlankNode, list[Triple]]]:
    """Each subject with its triples, of quads that come subject by subject."""
    for subject, group in groupby(quads, key=lambda quad: quad.subject):
        if not isinstance(subject, NamedNode | BlankNode):
            raise StoreError("a triple about a triple cannot be exported in this format", hint="export as trig")
        yield subject, [quad.triple for quad in group]


def _ontology_graphs(store: GraphStore) -> set[NamedNode | BlankNode | DefaultGraph]:
    ontology = NamedNode("http://www.w3.org/2002/07/owl#Ontology")
    return {quad.graph_name for quad in store.quads(_ONTOLOGY, vocab.rdf_type, ontology)} - {_DEFAULT}
