"""What an update writes is known before it runs: no text gets past the managed graphs."""

from __future__ import annotations

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from kg.errors import ProtectedGraph, QueryRefused, QuerySyntaxError
from kg.graph.guard import check_update
from kg.graph.managed import ManagedGraphs
from kg.graph.updates import read_update

BASE = "http://localhost:8000/"
MINE = "http://example.org/mine"
PREFIX = f"PREFIX g: <{BASE}graph/> PREFIX e: <http://example.org/> "


def written(text: str) -> set[str]:
    return {
        name
        for operation in read_update(text, BASE).operations
        for name in (*(getattr(graph, "value", "DEFAULT") for graph in operation.graphs), operation.everywhere)
        if name
    }


@pytest.mark.parametrize(
    ("text", "graphs"),
    [
        pytest.param("", set(), id="nothing"),
        pytest.param("# CLEAR ALL", set(), id="a comment"),
        pytest.param("INSERT DATA { <a> <b> 1 }", {"DEFAULT"}, id="data"),
        pytest.param("INSERT DATA { }", set(), id="no data"),
        pytest.param(
            f"{PREFIX} INSERT DATA {{ GRAPH e:x {{ <a> <b> 1 }} <a> <b> 2 }}",
            {"http://example.org/x", "DEFAULT"},
            id="both",
        ),
        pytest.param("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", {"?g"}, id="variable"),
        pytest.param("WITH <w> DELETE { ?s ?p ?o } WHERE { GRAPH <r> { ?s ?p ?o } }", {f"{BASE}w"}, id="with"),
        pytest.param(
            "DELETE { GRAPH <d> { ?s ?p ?o } } INSERT { GRAPH <i> { ?s ?p (1 2) } } USING <u> WHERE { ?s ?p ?o }",
            {f"{BASE}d", f"{BASE}i"},
            id="modify",
        ),
        pytest.param("COPY <a> TO <b>", {f"{BASE}b"}, id="copy"),
        pytest.param("MOVE SILENT GRAPH <a> TO DEFAULT", {f"{BASE}a", "DEFAULT"}, id="move"),
        pytest.param("CLEAR SILENT NAMED", {"NAMED"}, id="clear"),
        pytest.param("DROP GRAPH <a>; CREATE GRAPH <b> ;", {f"{BASE}a", f"{BASE}b"}, id="sequence"),
        pytest.param("BASE <http://h/a/> CLEAR GRAPH <../x/./y>", {"http://h/x/y"}, id="relative"),
        pytest.param(f"{PREFIX} CLEAR GRAPH g:a\\/b", {f"{BASE}graph/a/b"}, id="escaped"),
        pytest.param("CLEAR GRAPH <http://h/\\u0061>", {"http://h/a"}, id="escape in an IRI"),
        pytest.param("INSERT DATA { GRAPH <g> { <a> <b> <c> {| <d> 1 |} } }", {f"{BASE}g"}, id="annotation"),
        pytest.param("INSERT DATA { GRAPH <g> { <a> <b> '}} ; DROP ALL #' } } # x", {f"{BASE}g"}, id="string"),
        pytest.param(
            "INSERT { <a> <b> ?x } WHERE { ?x ?y ?z FILTER(?z < 3 && ?z > 1) } ; DROP NAMED",
            {"DEFAULT", "NAMED"},
            id="comparison",
        ),
    ],
)
def test_an_update_says_what_it_writes(text: str, graphs: set[str]) -> None:
    assert written(text) == graphs


# Each writes a managed graph if the engine reads it as its author hopes, or is not SPARQL at all.
ATTACKS = [
    "CLEAR ALL",
    "CLEARALL",
    "DROP NAMED",
    "DROP DEFAULT",
    "CLEAR SILENTDEFAULT",
    f"CLEAR GRAPH<{BASE}graph/ontology>",
    f"{PREFIX} INSERT DATA{{GRAPHg:ontology{{<a:a><a:b>1}}}}",
    f"{PREFIX} PREFIX GRAPHg: <http://harmless/> INSERT DATA{{GRAPHg:ontology{{<a:a><a:b>1}}}}",
    f"{PREFIX} PREFIX GRAPHg: <http://harmless/> COPY <{MINE}> TO GRAPHg:ontology",
    f"{PREFIX} PREFIX SILENTg: <http://harmless/> MOVE SILENTg:ontology TO <{MINE}>",
    f"{PREFIX} ADD <{MINE}> TOg:ontology",
    f"{PREFIX} INSERT DATA {{ <a:s> <a:p> 1GRAPHg:ontology{{<a:a><a:b>1}} }}",
    f"{PREFIX} INSERT DATA {{ <a:s> <a:p> trueGRAPH g:ontology {{<a:a><a:b>1}} }}",
    f"INSERT DATA {{ GRAPH <{MINE}> {{ <a:a> <a:b> 1 }} GRAPH <{BASE}graph/ont\\u006Flogy> {{ <a:a> <a:b> 1 }} }}",
    f"BASE <{BASE}> INSERT DATA {{ GRAPH <x/../graph/ontology> {{ <a:a> <a:b> 1 }} }}",
    "INSERT DATA { GRAPH <graph/ontology> { <a:a> <a:b> 1 } }",
    "INSERT DATA { GRAPH <article/one.txt> { <a:a> <a:b> 1 } }",
    f"INSERT {{ GRAPH ?g {{ <a:a> <a:b> 1 }} }} WHERE {{ BIND(<{BASE}graph/ontology> AS ?g) }}",
    f"INSERT {{ GRAPH <{MINE}> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o FILTER(?o<'a>b') }} ; CLEAR ALL#'",
    f"INSERT {{ GRAPH <{MINE}> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o FILTER(1<#>\n2) }} ; CLEAR ALL",
    f"INSERT {{ GRAPH <{MINE}> {{ ?s ?p 1 }} }} WHERE {{ }} ; # }}\rDROP DEFAULT",
    f"INSERT DATA {{ GRAPH <{MINE}> {{ <a:a> <a:b> '''x'y''z''' }} }} ; DROP DEFAULT",
    f'INSERT DATA {{ GRAPH <{MINE}> {{ <a:a> <a:b> "\\"" }} }} ; DROP DEFAULT #"',
    f"WITH <{BASE}graph/judgements> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    f"DELETE {{ ?s ?p ?o }} USING <{MINE}> WHERE {{ ?s ?p ?o }}",
    f"INSERT DATA {{ GRAPH <{MINE}> {{ <a:a> <a:b> <a:c> {{| <a:d> 1 |}} }} <a:a> <a:b> 1 }}",
    "DELETE DATA { <a:s> <a:p> 1 }",
    f"MOVE DEFAULT TO <{MINE}>",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_no_update_that_is_let_through_changes_a_managed_graph(text: str) -> None:
    managed = [DefaultGraph(), *(NamedNode(BASE + name) for name in ("graph/ontology", "graph/judgements"))]
    store = Store()
    for graph in (*managed, NamedNode(f"{BASE}article/one.txt"), NamedNode(MINE)):
        store.add(Quad(NamedNode("a:s"), NamedNode("a:p"), Literal(1), graph))
    before = {quad for quad in store if quad.graph_name != NamedNode(MINE)}
    try:
        check_update(text)
        ManagedGraphs(BASE).check_update(read_update(text, BASE))
    except (ProtectedGraph, QueryRefused, QuerySyntaxError):
        return
    try:
        store.update(text, base_iri=BASE)
    except (SyntaxError, RuntimeError):
        return
    assert {quad for quad in store if quad.graph_name != NamedNode(MINE)} == before


@pytest.mark.parametrize(
    "text",
    [
        f"INSERT DATA {{ GRAPH <{MINE}> {{ <a:a> <a:b> 1 }} }}",
        "PREFIX graph: <http://example.org/> INSERT DATA { GRAPH graph:mine { <a:a> <a:b> 1 } }",
        f"WITH <{MINE}> DELETE {{ ?s ?p ?o }} INSERT {{ ?s ?p 2 }} WHERE {{ ?s ?p ?o }}",
        f"COPY DEFAULT TO <{MINE}>",
        f"DROP SILENT GRAPH <{MINE}>; CREATE GRAPH <{MINE}>",
    ],
)
def test_updates_of_the_users_own_graphs_are_let_through(text: str) -> None:
    check_update(text)
    ManagedGraphs(BASE).check_update(read_update(text, BASE))


def test_the_graph_that_stands_in_for_the_default_graph_is_managed() -> None:
    facts = NamedNode("http://example.org/facts")
    with pytest.raises(ProtectedGraph):
        ManagedGraphs(BASE, facts).check(facts)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("LOAD <http://127.0.0.1:9/>", id="LOAD"),
        pytest.param("CLEAR DEFAULT ; load <http://127.0.0.1:9/>", id="LOAD later"),
        pytest.param("LOADSILENT<http://127.0.0.1:9/>", id="LOAD, glued"),
        pytest.param("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", id="SERVICE"),
        pytest.param("INSERT { ?s ?p ?o } WHERE { SERVICESILENT<http://127.0.0.1:9/>{ ?s ?p ?o } }", id="glued"),
        pytest.param("INSERT { ?s ?p ?o } WHERE " + "{" * 500 + "}" * 500, id="nesting"),
        pytest.param(f"INSERT DATA {{ <a:a> <a:b> '{'x' * 600_000}' }}", id="length"),
    ],
)
def test_updates_that_reach_out_or_are_too_large_are_refused(text: str) -> None:
    def judge() -> None:
        check_update(text)
        read_update(text, BASE)

    with pytest.raises((QueryRefused, QuerySyntaxError)):
        judge()


def test_a_dataset_of_the_request_goes_into_every_pattern_and_into_no_data() -> None:
    text = "INSERT DATA { <a:a> <a:b> 1 } ; DELETE WHERE { ?s ?p 1 } ; INSERT { ?s ?p 2 } WHERE { ?s ?p 1 }"
    found = read_update(text, BASE).over([NamedNode("http://e.org/d")], [NamedNode("http://e.org/n")])
    assert found.count("USING <http://e.org/d>") == found.count("USING NAMED <http://e.org/n>") == 2
    assert "DELETE { ?s ?p 1 } USING" in found
    assert read_update(found, BASE).has_dataset


@pytest.mark.parametrize("text", ["WITH <a:a> DELETE { ?s ?p ?o } WHERE { }", "DELETE { } USING <a:a> WHERE { }"])
def test_two_datasets_are_one_too_many(text: str) -> None:
    with pytest.raises(QueryRefused):
        read_update(text, BASE).over([NamedNode("http://e.org/d")], [])


def test_a_missing_prefix_is_named() -> None:
    with pytest.raises(QuerySyntaxError, match="prefix x: is not declared"):
        read_update("CLEAR GRAPH x:a", BASE)
