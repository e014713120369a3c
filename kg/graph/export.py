"""The graph, or a part of it, as a file: Turtle, TriG, N-Quads, N-Triples, RDF/XML, JSON-LD.

Equal graphs give equal bytes. Up to `SORTED_QUADS` quads are sorted in memory, for people: types and labels come first.
More are written in an order that the content alone decides too, in a memory that does not grow: N-Quads and TriG in
that of the keys of a store on disk, which are hashes of the terms (so the engine writes them by itself), the others in
that of the lines of N-Triples. TriG and N-Quads hold every graph. The others hold triples only, so graphs are merged
(each claim still says from which article it comes) and the ontology, which is a file of its own, stays out.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain, groupby, islice
from pathlib import Path
from typing import IO, cast

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
from kg.graph.lines import LineSorter
from kg.graph.scope import WHOLE, Provenance, Scope, is_in, quads_in
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
# of a copy on disk: a bulk load holds all that it is given in memory
LOADED_LINES = 100_000

_WITH_GRAPHS = (RdfFormat.TRIG, RdfFormat.N_QUADS)
_WITH_PREFIXES = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML)
# what a property's IRI ends with, to be an element's name, and what no XML document may contain, or give back unchanged
_XML_NAME = re.compile(r"[^\W\d][\w.-]*\Z")
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ONTOLOGY = NamedNode("https://w3id.org/newsgraph/ontology")
_DEFAULT = DefaultGraph()
_ENDS = (vocab.rdf_subject, vocab.rdf_predicate, vocab.rdf_object)
_REIFIES = NamedNode(f"{vocab.RDF}reifies")


def export(
    store: GraphStore,
    form: str,
    out: IO[bytes],
    *,
    scope: Scope = WHOLE,
    provenance: Provenance | str | bool = Provenance.FULL,
    reifiers: bool = False,
) -> None:
    """Write the graph, or the part of it in scope, to `out` in one of `FORMATS`.

    With `reifiers` a statement's node says what it is about in RDF 1.2: `rdf:reifies` a triple term, in place of
    rdf:subject, rdf:predicate and rdf:object. Runs on the calling thread from the first byte to the last. Raises
    UnknownEntity, before anything is written, when the graph says nothing of the scope's entity or article.
    """
    if form not in FORMATS:
        raise StoreError(f"{form} is no export format", hint=f"one of: {', '.join(FORMATS)}")
    rdf, wanted = FORMATS[form], Provenance.of(provenance)
    if reifiers and rdf in (RdfFormat.JSON_LD, RdfFormat.RDF_XML):
        raise StoreError(f"{rdf.name} carries no triple terms", hint="export as turtle, trig, ntriples or nquads")
    if scope.whole and store.size(up_to=SORTED_QUADS + 1) > SORTED_QUADS:
        _write_whole(store, rdf, out, wanted, reifiers=reifiers)
        return
    skipped = set() if rdf in _WITH_GRAPHS or not scope.whole else _ontology_graphs(store)
    found = (quad for quad in quads_in(store, scope, wanted) if quad.graph_name not in skipped)
    quads = found if rdf in _WITH_GRAPHS else map(_merged, found)
    few: set[Quad] = set()
    for quad in quads:
        few.add(quad)
        if len(few) > SORTED_QUADS:
            with LineSorter() as lines:
                _write_lines(chain(few, quads), lines, rdf)
                _write_sorted(lines, rdf, out, reifiers=reifiers)
            return
    ordered = _sorted(few)
    if rdf != RdfFormat.JSON_LD:
        _serialise(_reified(ordered) if reifiers else ordered, rdf, out)
    elif len({quad.subject for quad in few}) <= FRAMED_NODES:
        write_framed(_by_subject(ordered), out)
    else:
        write_flat(_by_subject(ordered), out)


def _write_whole(store: GraphStore, rdf: RdfFormat, out: IO[bytes], wanted: Provenance, *, reifiers: bool) -> None:
    """Everything, however much: straight from a store that has keys if nothing is to be changed, else sorted by lines."""
    full = wanted is Provenance.FULL
    with ExitStack() as stack:
        if full and rdf in _WITH_GRAPHS:
            if not store.keyed:
                store = _copy(store, Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsgraph-"))))
            if reifiers:
                _serialise(_reified(_dumped(store, stack)), rdf, out)
            else:
                store.dump(rdf, out)
            return
        lines = stack.enter_context(LineSorter())
        skipped = set() if rdf in _WITH_GRAPHS else _ontology_graphs(store)
        if full and store.keyed and rdf in (RdfFormat.N_TRIPLES, RdfFormat.TURTLE):
            graphs: list[NamedNode | DefaultGraph] = [_DEFAULT, *store.graph_names()]
            for graph in graphs:
                if graph not in skipped:
                    store.dump(RdfFormat.N_TRIPLES, cast("IO[bytes]", lines), graph=graph)
        else:
            kept = (q for q in _dumped(store, stack) if q.graph_name not in skipped and is_in(q, wanted))
            _write_lines(map(_merged, kept), lines, rdf)
        _write_sorted(lines, rdf, out, reifiers=reifiers)


def _write_lines(quads: Iterable[Quad], lines: LineSorter, rdf: RdfFormat) -> None:
    """Write quads as lines, once it is sure that the format that they are for can carry them."""
    checked = _in_xml(quads) if rdf == RdfFormat.RDF_XML else _in_json(quads) if rdf == RdfFormat.JSON_LD else quads
    serialize(checked, cast("IO[bytes]", lines), RdfFormat.N_QUADS)


def _write_sorted(lines: LineSorter, rdf: RdfFormat, out: IO[bytes], *, reifiers: bool) -> None:
    if rdf in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS) and not reifiers:
        out.writelines(lines.blocks())
        return
    quads = chain.from_iterable(parse(block, RdfFormat.N_QUADS) for block in lines.blocks())
    if rdf == RdfFormat.JSON_LD:
        write_flat(_by_subject(quads), out)
    else:
        _serialise(_reified(quads) if reifiers else quads, rdf, out)


def _dumped(store: GraphStore, stack: ExitStack) -> Iterator[Quad]:
    """All quads of a store of any size, in the order of its dump."""
    path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsgraph-"))) / "dump.nq"
    with path.open("wb") as file:
        store.dump(RdfFormat.N_QUADS, file)
    return iter(parse(path=path, format=RdfFormat.N_QUADS))


def _copy(store: GraphStore, folder: Path) -> GraphStore:
    """The same quads in a store on disk, whose keys give their order."""
    from kg.graph.oxigraph import OxigraphStore

    dump = folder / "dump.nq"
    with dump.open("wb") as file:
        store.dump(RdfFormat.N_QUADS, file)
    copy = Store(folder / "store")
    with dump.open("rb") as file:
        while some := b"".join(islice(file, LOADED_LINES)):
            copy.bulk_load(some, RdfFormat.N_QUADS)
    return OxigraphStore(copy, str(folder), writable=False, keyed=True)


def _merged(quad: Quad) -> Quad:
    """The quad in the default graph."""
    return Quad(quad.subject, quad.predicate, quad.object, _DEFAULT)


def _serialise(quads: Iterable[Quad], rdf: RdfFormat, out: IO[bytes]) -> None:
    if rdf == RdfFormat.RDF_XML and isinstance(quads, list):
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


def _in_json(quads: Iterable[Quad]) -> Iterator[Quad]:
    """The quads, if JSON-LD can carry them all."""
    for quad in quads:
        if isinstance(quad.object, Triple):
            raise StoreError("JSON-LD cannot carry triples about triples", hint="export as trig or nquads")
        yield quad


def _reified(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Quads that come subject by subject, in which a statement's node reifies its triple (RDF 1.2 Concepts, 1.5)."""
    for _, group in groupby(quads, key=lambda quad: (quad.graph_name, quad.subject)):
        node = list(group)
        parts = {quad.predicate: quad.object for quad in node if quad.predicate in _ENDS}
        first, verb = parts.get(vocab.rdf_subject), parts.get(vocab.rdf_predicate)
        if len(parts) < len(_ENDS) or not isinstance(first, NamedNode) or not isinstance(verb, NamedNode):
            yield from node
            continue
        link = Triple(first, verb, parts[vocab.rdf_object])
        yield Quad(node[0].subject, _REIFIES, link, node[0].graph_name)
        yield from (quad for quad in node if quad.predicate not in _ENDS)


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
