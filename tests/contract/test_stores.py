"""What every graph store does, in the same words."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kg import vocab
from kg.errors import QuerySyntaxError, StoreError
from kg.graph import GraphStore
from tests.golden.story import GRAPH, STORY, commit

A, B, C, P = (NamedNode(f"http://e.org/{name}") for name in "abcp")
G, H = NamedNode("http://e.org/g"), NamedNode("http://e.org/h")
DEFAULT = DefaultGraph()

HARD = [
    pytest.param(Literal('say "no"\\\n\ttwice\r'), id="escapes"),
    pytest.param(Literal("Zoë 🕊 東京", language="en"), id="characters beyond ASCII"),
    pytest.param(Literal("} ; DROP ALL # <http://e.org/>"), id="what looks like SPARQL"),
    pytest.param(Literal("2024-03", datatype=vocab.xsd_gYearMonth), id="a month"),
    pytest.param(Literal("0.93", datatype=vocab.xsd_decimal), id="a decimal"),
    pytest.param(NamedNode("http://e.org/%C3%A9/x?a=b&c=d#char=1,2"), id="an IRI with all its parts"),
]


def facts(store: GraphStore, pattern: str) -> str:
    """A pattern over the default graph, as a writer of updates has to put it."""
    return pattern if store.default_graph is None else f"GRAPH {store.default_graph} {{ {pattern} }}"


def fill(store: GraphStore) -> set[Quad]:
    quads = {Quad(A, P, B, DEFAULT), Quad(A, P, Literal("x"), DEFAULT), Quad(B, P, C, G), Quad(A, P, B, H)}
    default = facts(store, f"{A} {P} {B} , 'x'")
    store.update(f"INSERT DATA {{ {default} }} ; INSERT DATA {{ GRAPH {G} {{ {B} {P} {C} }} }}")
    store.replace_graph(H, [Triple(A, P, B)])
    return quads


def test_a_new_store_is_empty(store: GraphStore) -> None:
    assert store.size() == 0
    assert store.graph_names() == []
    assert store.quads() == []


def test_a_select_gives_rows_with_none_where_unbound(store: GraphStore) -> None:
    fill(store)
    answer = store.query(f"SELECT DISTINCT ?o ?n WHERE {{ {A} {P} ?o . OPTIONAL {{ ?o {A} ?n }} }} ORDER BY STR(?o)")
    assert answer.rows() == [{"o": B, "n": None}, {"o": Literal("x"), "n": None}]


def test_an_ask_gives_true_or_false(store: GraphStore) -> None:
    fill(store)
    assert store.query(f"ASK {{ {A} {P} {B} }}").boolean is True
    assert store.query(f"ASK {{ {C} {P} {B} }}").boolean is False


def test_a_construct_gives_triples(store: GraphStore) -> None:
    fill(store)
    assert store.query(f"CONSTRUCT {{ ?o {P} ?s }} WHERE {{ GRAPH {G} {{ ?s {P} ?o }} }}").triples() == [
        Triple(C, P, B)
    ]


@pytest.mark.parametrize(
    ("form", "accept"),
    [("SELECT *", "text/csv"), ("SELECT *", "application/sparql-results+xml"), ("CONSTRUCT", "text/turtle")],
)
def test_an_answer_comes_in_the_media_type_asked_for(store: GraphStore, form: str, accept: str) -> None:
    fill(store)
    answer = store.query(
        f"{form} WHERE {{ {A} {P} ?o }}" if "SELECT" in form else f"{form} WHERE {{ {A} {P} {B} }}", accept
    )
    assert answer.media_type.partition(";")[0] == accept
    if form == "CONSTRUCT":
        assert answer.triples() == [Triple(A, P, B)]  # some servers write it with prefixes of their own
    else:
        assert b"http://e.org/b" in answer.body


def test_graph_patterns_find_named_graphs(store: GraphStore) -> None:
    fill(store)
    rows = store.query(f"SELECT ?g WHERE {{ GRAPH ?g {{ {B} ?p ?o }} }}").rows()
    assert rows == [{"g": G}]


@pytest.mark.parametrize("bound", range(16), ids=lambda number: f"{number:04b}")
def test_quads_match_every_pattern(store: GraphStore, bound: int) -> None:
    quads = fill(store)
    for wanted in quads:
        parts = (wanted.subject, wanted.predicate, wanted.object, wanted.graph_name)
        pattern = [part if bound >> position & 1 else None for position, part in enumerate(parts)]
        expected = {
            quad for quad in quads
            if all(
                part in (None, has)
                for part, has in zip(pattern, (quad.subject, quad.predicate, quad.object, quad.graph_name), strict=True)
            )
        }  # fmt: skip
        found = store.quads(*pattern)  # type: ignore[arg-type]
        assert len(found) == len(expected)
        assert set(found) == expected


@pytest.mark.parametrize("term", HARD)
def test_terms_come_back_as_they_went_in(store: GraphStore, term: Literal | NamedNode) -> None:
    store.replace_graph(G, [Triple(A, P, term)])
    store.update(f"INSERT DATA {{ {facts(store, f'{A} {P} {term}')} }}")
    assert store.quads() == [Quad(A, P, term, DEFAULT), Quad(A, P, term, G)]
    assert store.query(f"SELECT ?o WHERE {{ GRAPH {G} {{ ?s ?p ?o }} }}").rows() == [{"o": term}]


def test_adding_quads_leaves_what_is_there(store: GraphStore) -> None:
    quads = fill(store)
    more = {Quad(A, P, Literal(n), graph) for n in range(700) for graph in (DEFAULT, G, C)}
    store.extend(quads | more)
    assert set(store.quads()) == quads | more
    store.extend([])
    assert store.size() == len(quads | more)
    assert 5 <= store.size(up_to=5) <= len(quads | more)


def test_replacing_a_graph_leaves_only_the_new_triples_and_the_other_graphs(store: GraphStore) -> None:
    quads = fill(store)
    store.replace_graph(G, [Triple(C, P, A), Triple(C, P, B)])
    kept = {quad for quad in quads if quad.graph_name != G}
    assert set(store.quads()) == kept | {Quad(C, P, A, G), Quad(C, P, B, G)}


def test_replacing_the_default_graph_leaves_the_named_ones(store: GraphStore) -> None:
    quads = fill(store)
    store.replace_graph(DEFAULT, [Triple(C, P, A)])
    assert set(store.quads()) == {quad for quad in quads if quad.graph_name != DEFAULT} | {Quad(C, P, A, DEFAULT)}


def test_a_graph_of_many_triples_is_replaced_whole(store: GraphStore) -> None:
    triples = {Triple(A, P, Literal(number)) for number in range(1_203)}
    store.replace_graph(G, triples)
    assert {quad.triple for quad in store.quads(graph=G)} == triples


def test_clearing_a_graph_removes_it_and_one_that_is_not_there_is_fine(store: GraphStore) -> None:
    fill(store)
    store.clear_graph(G)
    store.clear_graph(NamedNode("http://e.org/never"))
    assert store.graph_names() == [H]
    assert not store.quads(graph=G)


def test_sizes_and_names_count_every_graph_once(store: GraphStore) -> None:
    assert store.size() == 0
    quads = fill(store)
    assert store.size() == len(quads)
    assert store.graph_names() == [G, H]


@pytest.mark.parametrize("form", [RdfFormat.N_QUADS, RdfFormat.TRIG], ids=lambda form: form.file_extension)
def test_a_dump_holds_every_quad(store: GraphStore, form: RdfFormat) -> None:
    quads = fill(store)
    out = io.BytesIO()
    store.dump(form, out)
    assert set(parse(out.getvalue(), form)) == quads


@pytest.mark.parametrize("form", [RdfFormat.N_TRIPLES, RdfFormat.TURTLE], ids=lambda form: form.file_extension)
def test_a_dump_may_be_of_one_graph(store: GraphStore, form: RdfFormat) -> None:
    quads = fill(store)
    for graph in (DEFAULT, G, H):
        out = io.BytesIO()
        store.dump(form, out, graph=graph)
        assert {quad.triple for quad in parse(out.getvalue(), form)} == {
            q.triple for q in quads if q.graph_name == graph
        }


def test_what_is_not_sparql_is_a_syntax_error(store: GraphStore) -> None:
    with pytest.raises(QuerySyntaxError):
        store.query("SELECT ?s WHERE { ?s")
    with pytest.raises(QuerySyntaxError):
        store.update("INSERT NOTHING")


def test_an_update_of_several_operations_runs_in_order(store: GraphStore) -> None:
    fill(store)
    store.update(
        f"DROP SILENT GRAPH {G} ; INSERT DATA {{ GRAPH {G} {{ {A} {P} 1 }} }} ;"
        f"DELETE {{ GRAPH {G} {{ ?s ?p ?o }} }} INSERT {{ GRAPH {G} {{ ?s ?p 2 }} }} "
        f"WHERE {{ GRAPH {G} {{ ?s ?p ?o }} }}"
    )
    assert store.quads(graph=G) == [Quad(A, P, Literal(2), G)]


def test_the_same_commit_makes_the_golden_graph_in_every_store(store: GraphStore) -> None:
    store.update(commit(default_graph=store.default_graph))
    assert set(map(_said, store.quads())) == set(map(_said, parse(GRAPH.read_bytes(), RdfFormat.TRIG)))


def test_repeating_a_commit_changes_nothing(store: GraphStore) -> None:
    update = commit(default_graph=store.default_graph)
    store.update(update)
    once = set(store.quads())
    store.update(commit(STORY[:1], store.default_graph))
    store.update(update)
    assert set(store.quads()) == once


def test_threads_may_read_and_write_at_once(store: GraphStore) -> None:
    fill(store)
    start = threading.Barrier(4)

    def work(number: int) -> int:
        start.wait()
        for round_ in range(5):
            store.update(f"INSERT DATA {{ GRAPH {G} {{ {A} {P} {number * 100 + round_} }} }}")
            assert len(store.query(f"SELECT ?o WHERE {{ GRAPH {G} {{ {A} {P} ?o }} }}").rows()) > round_
        return len(store.quads(A, P, None, G))

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(work, range(4)))
    assert max(counts) == len(store.quads(A, P, None, G)) == 20


def test_flushing_keeps_everything(store: GraphStore) -> None:
    quads = fill(store)
    store.flush()
    assert set(store.quads()) == quads


def test_a_closed_store_says_so(closable: GraphStore) -> None:
    closable.close()
    closable.close()
    with pytest.raises(StoreError, match="closed"):
        closable.query("ASK {}")


def _said(quad: Quad) -> Quad:
    """The quad with a whole decimal as an integer: Virtuoso gives 1.0 back so, and SPARQL takes them for equal."""
    value = quad.object
    whole = isinstance(value, Literal) and value.datatype == vocab.xsd_decimal and value.value == "1"
    return Quad(quad.subject, quad.predicate, Literal(1), quad.graph_name) if whole else quad
