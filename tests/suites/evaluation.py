"""The W3C's evaluation and syntax tests as data, what the engine alone makes of them, and how two answers are compared.

https://www.w3.org/2009/sparql/docs/tests/README.html. Answers are compared up to the names of blank nodes and the order of
rows and columns, numbers by their value.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Variable,
    parse,
    parse_query_results,
)

from tests.suites.manifest import BASE, MF, RDF, RDFS, UT, ManifestGraph, Node, read_file, suite

XSD = "http://www.w3.org/2001/XMLSchema#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
EVALUATIONS = ("QueryEvaluationTest", "CSVResultFormatTest")
ELSEWHERE = frozenset(
    {"service", "syntax-fed", "entailment"} | {"protocol", "graph-store-protocol", "service-description"}
)
"""Folders of what would call other servers, which is refused here, of entailment, which nothing here claims, and of the
protocols, which have tests of another kind."""

AS_GRAPHS = frozenset({"aggregates/agg-empty-group-count-graph", "bindings/graph"})
"""Tests whose rows are told in Turtle, by a vocabulary of before there was a format of results."""

RESULTS = {
    "srx": (QueryResultsFormat.XML, "application/sparql-results+xml"),
    "srj": (QueryResultsFormat.JSON, "application/sparql-results+json"),
    "tsv": (QueryResultsFormat.TSV, "text/tab-separated-values"),
    "csv": (QueryResultsFormat.CSV, "text/csv"),
}
TURTLE = "text/turtle"

Files = tuple[tuple[str, str], ...]
"""Graphs with the files that they hold: the IRI of the graph, "" for the default one, and the IRI of the file."""


@dataclass(frozen=True)
class QueryTest:
    """A query, the files that make its dataset, and the file of its answer."""

    name: str
    query: str = field(repr=False)
    default: tuple[str, ...]
    named: tuple[str, ...]
    result: str

    @property
    def media_type(self) -> str:
        """The format of the answer."""
        return RESULTS[self.ending][1] if self.ending in RESULTS else TURTLE

    @property
    def has_dataset(self) -> bool:
        """Whether the query names its dataset itself."""
        return re.search(r"^\s*FROM\b", self.query, re.IGNORECASE | re.MULTILINE) is not None

    @property
    def ending(self) -> str:
        """The ending of the file of the answer."""
        return self.result.rpartition(".")[2]

    def wanted(self) -> Hashable:
        """The answer."""
        return self.answer(content(self.result))

    def answer(self, body: bytes) -> Hashable:
        """An answer in the format of this test, to be compared."""
        if self.ending == "csv":
            return _table(body.decode())
        if self.ending in RESULTS:
            return _comparable(parse_query_results(body, RESULTS[self.ending][0]))
        return _canonical(parse(body, _format(self.result), base_iri=self.result))


@dataclass(frozen=True)
class UpdateTest:
    """An update, the graphs there are before, and those there are to be after."""

    name: str
    update: str = field(repr=False)
    before: Files
    after: Files

    def wanted(self, *, default: bool = True) -> Hashable:
        """What there is to be, in all graphs or in the named ones."""
        return _canonical(quad for quad in _quads(self.after) if default or quad.graph_name != DefaultGraph())


@dataclass(frozen=True)
class SyntaxTest:
    """A text that is, or is not, SPARQL."""

    name: str
    text: str = field(repr=False)
    is_update: bool
    is_good: bool


def read_evaluations() -> tuple[list[QueryTest], list[UpdateTest], list[SyntaxTest]]:
    """The tests of all manifests; none where the suite is absent."""
    queries: list[QueryTest] = []
    updates: list[UpdateTest] = []
    syntax: list[SyntaxTest] = []
    if suite() is None:
        return queries, updates, syntax
    whole = ManifestGraph("manifest-all.ttl")
    manifest = whole.subject(RDF + "type", MF + "Manifest")
    for included in whole.list(whole.one(manifest, MF + "include")):
        path = _path(included)
        folder = path.partition("/")[0]
        if folder in ELSEWHERE:
            continue
        graph = ManifestGraph(path)
        for entry in graph.entries():
            kind = _path(graph.one(entry, RDF + "type")).rpartition("#")[2]
            name = f"{folder}/{_path(entry).rpartition('#')[2]}"
            action = graph.one(entry, MF + "action") if graph.value(entry, MF + "action") else entry
            if kind in EVALUATIONS and name not in AS_GRAPHS:
                queries.append(_query(graph, name, action, graph.one(entry, MF + "result")))
            elif kind == "UpdateEvaluationTest":
                text = _text(graph.one(action, UT + "request"))
                result = graph.one(entry, MF + "result")
                updates.append(UpdateTest(name, text, _files(graph, action), _files(graph, result)))
            elif "Syntax" in kind:
                syntax.append(
                    SyntaxTest(name, _text(action), action.value.endswith(".ru"), kind.startswith("Positive"))
                )
    return queries, updates, syntax


def by_engine(test: QueryTest) -> bytes:
    """What the engine itself answers."""
    store = Store()
    for iri in test.default:
        store.extend(Quad(q.subject, q.predicate, q.object) for q in parsed(iri))
    for iri in test.named:
        store.add_graph(NamedNode(iri))
        store.extend(Quad(q.subject, q.predicate, q.object, NamedNode(iri)) for q in parsed(iri))
    result = store.query(test.query)
    form = RESULTS[test.ending][0] if test.ending in RESULTS else _format(test.result)
    written = result.serialize(format=form)  # type: ignore[arg-type]
    assert written is not None
    return written


def updated_by_engine(test: UpdateTest) -> Hashable:
    """What the engine itself makes of the graphs."""
    store = Store()
    store.extend(_quads(test.before))
    for name, _ in test.before:
        if name:
            store.add_graph(NamedNode(name))
    store.update(test.update)
    return _canonical(store)


def parsed(iri: str) -> Iterator[Quad]:
    """The triples of a file, blank nodes apart from those of any other."""
    return parse(content(iri), _format(iri), base_iri=iri, rename_blank_nodes=True)


def inserted(files: Files) -> str:
    """The update that makes graphs with these files."""
    graphs: dict[str, list[str]] = {name: [] for name, _ in files}
    for name, iri in files:
        graphs[name] += (f"{quad.triple} ." for quad in parsed(iri))
    steps = [f"CREATE SILENT GRAPH <{name}>" for name in graphs if name]
    data = (f"GRAPH <{name}> {{ {' '.join(lines)} }}" if name else " ".join(lines) for name, lines in graphs.items())
    return ";\n".join([*steps, f"INSERT DATA {{ {' '.join(data)} }}"])


def content(iri: str) -> bytes:
    """The bytes of a file."""
    return read_file(iri.removeprefix(BASE))


def quads_of(body: bytes) -> Hashable:
    """The quads in an answer with the variables ?g ?s ?p ?o, to be compared."""
    found = parse_query_results(body, QueryResultsFormat.JSON)
    assert isinstance(found, QuerySolutions)
    return _canonical(Quad(row["s"], row["p"], row["o"], row["g"] or DefaultGraph()) for row in found)


def _comparable(result: QuerySolutions | QueryBoolean | QueryTriples) -> Hashable:
    """Rows as a graph, a blank node with its values for each different row, and how often it comes."""
    if isinstance(result, QueryBoolean):
        return bool(result)
    assert isinstance(result, QuerySolutions)
    names = [variable.value for variable in result.variables]
    rows = Counter(tuple(row[Variable(name)] for name in names) for row in result)
    return frozenset(names), _canonical(_row_quads(names, rows))


def _row_quads(names: list[str], rows: Mapping[tuple[object, ...], int]) -> Iterator[Quad]:
    for row, count in rows.items():
        node = BlankNode()
        yield Quad(node, NamedNode("urn:count"), Literal(count))
        for name, value in zip(names, row, strict=True):
            if value is not None:
                yield Quad(node, NamedNode(f"urn:var:{name}"), _by_value(value))  # type: ignore[arg-type]


def _by_value(term: object) -> object:
    """A number written in one way."""
    if not isinstance(term, Literal) or term.datatype.value not in (XSD + "decimal", XSD + "double", XSD + "float"):
        return term
    try:
        return Literal(repr(float(term.value)), datatype=term.datatype)
    except ValueError:
        return term


def _table(text: str) -> Hashable:
    """The rows of a table in CSV, a blank node like any other."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    named = (
        frozenset((name, "_:" if value.startswith("_:") else value) for name, value in row.items()) for row in rows
    )
    return frozenset(rows.fieldnames or ()), frozenset(Counter(named).items())


def _canonical(quads: Iterable[Quad]) -> frozenset[Quad]:
    found = Dataset(quads)
    found.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return frozenset(found)


def _query(graph: ManifestGraph, name: str, action: Node, result: Node) -> QueryTest:
    named = tuple(str(value.value) for value in graph.values(action, QT + "graphData"))
    default = tuple(str(value.value) for value in graph.values(action, QT + "data"))
    query = action if graph.value(action, QT + "query") is None else graph.one(action, QT + "query")
    return QueryTest(name, _text(query), default, named, str(result.value))


def _files(graph: ManifestGraph, node: Node) -> Files:
    named = [
        (graph.text(value, RDFS + "label"), graph.text(value, UT + "graph"))  # type: ignore[arg-type]
        for value in graph.values(node, UT + "graphData")
    ]
    return tuple([("", str(value.value)) for value in graph.values(node, UT + "data")] + named)


def _quads(files: Files) -> Iterator[Quad]:
    for name, iri in files:
        graph = NamedNode(name) if name else DefaultGraph()
        yield from (Quad(q.subject, q.predicate, q.object, graph) for q in parsed(iri))


def _path(node: Node) -> str:
    return node.value.removeprefix(BASE)


def _text(node: Node) -> str:
    """The SPARQL in a file, its relative IRIs below the file's."""
    return f"BASE <{node.value}>\n{content(node.value).decode()}"


def _format(iri: str) -> RdfFormat:
    form = RdfFormat.from_extension(iri.rpartition(".")[2])
    assert form is not None, iri
    return form
