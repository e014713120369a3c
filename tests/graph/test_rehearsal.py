"""What may go wrong without end goes wrong in a process that is killed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from kg.errors import KgError, QueryError, QuerySyntaxError, QueryTimeout, QueryTooLarge, RdfSyntaxError
from kg.graph.rehearsal import RehearsalLimits, parse_document, rehearse_update

LIMITS = RehearsalLimits(timeout_s=30.0, memory_bytes=300 << 20, max_triples=1000)
BASE = "http://e.org/"
CROSS = " . ".join(f"?s{i} ?p{i} ?o{i}" for i in range(6))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A store with 200 triples that nobody has open."""
    store = Store(tmp_path / "store")
    store.extend(Quad(NamedNode(f"a:{i}"), NamedNode("a:p"), Literal(i)) for i in range(200))
    store.flush()
    del store
    return tmp_path / "store"


def test_an_update_runs_on_the_copy(copy: Path) -> None:
    rehearse_update(copy, "DELETE WHERE { ?s ?p 1 } ; INSERT DATA { <x> <y> 2 }", BASE, LIMITS)
    store = Store(copy)
    assert len(store) == 200
    assert NamedNode("http://e.org/x") in {quad.subject for quad in store}


@pytest.mark.parametrize(
    ("update", "error"),
    [
        pytest.param(f"INSERT {{ <a:a> <a:b> ?n }} WHERE {{ SELECT (COUNT(*) AS ?n) {{ {CROSS} }} }}", QueryTimeout),
        pytest.param(f"INSERT {{ <a:a> <a:b> ?s0 }} WHERE {{ SELECT ?s0 {{ {CROSS} }} ORDER BY ?o5 }}", QueryTooLarge),
        pytest.param(f"INSERT {{ ?s1 ?s0 ?o2 }} WHERE {{ {CROSS} }}", KgError),
        pytest.param(f"INSERT {{ <a:a> <a:b> ?x }} WHERE {{ BIND({'1+' * 60_000}1 AS ?x) }}", KgError),
        pytest.param("INSERT { ?s ?p } WHERE { }", QuerySyntaxError),
        pytest.param("CLEAR GRAPH <a:missing>", QueryError),
    ],
    ids=["endless", "memory", "many triples", "a long chain", "syntax", "no such graph"],
)
def test_an_update_that_takes_too_much_ends_in_an_error(copy: Path, update: str, error: type[KgError]) -> None:
    limits = RehearsalLimits(timeout_s=4.0 if error is QueryTimeout else 60.0, memory_bytes=200 << 20)
    with pytest.raises(error):
        rehearse_update(copy, update, BASE, limits)


def parsed(tmp_path: Path, text: str, form: RdfFormat = RdfFormat.TURTLE, limits: RehearsalLimits = LIMITS) -> str:
    source = tmp_path / "body"
    source.write_text(text, encoding="utf-8")
    return parse_document(source, form, BASE, limits)


def test_a_document_becomes_n_triples_with_blank_nodes_of_its_own(tmp_path: Path) -> None:
    text = "<a> <b> _:x , 'é'@en . _:x <c> <<( <s> <p> 1 )>> ."
    first, second = (list(parse(parsed(tmp_path, text), RdfFormat.N_TRIPLES)) for _ in range(2))
    assert len(first) == len(second) == 3
    assert first[0].subject == NamedNode("http://e.org/a")
    assert {str(quad.object) for quad in first} & {str(quad.object) for quad in second} == {
        '"é"@en',
        str(first[2].object),
    }
    assert [path.name for path in tmp_path.iterdir()] == ["body"]


@pytest.mark.parametrize(
    ("text", "form", "error"),
    [
        pytest.param("<a> <b> .", RdfFormat.TURTLE, RdfSyntaxError, id="syntax"),
        pytest.param("<a> <b> <a b> .", RdfFormat.N_TRIPLES, RdfSyntaxError, id="no IRI"),
        pytest.param('{"@context": "http://127.0.0.1:9/c"}', RdfFormat.JSON_LD, RdfSyntaxError, id="remote context"),
        pytest.param(
            '{"@id": "http://e.org/g", "@graph": [{"@id": "http://e.org/a", "http://e.org/b": 1}]}',
            RdfFormat.JSON_LD,
            RdfSyntaxError,
            id="a named graph",
        ),
        pytest.param(
            "<a:s> <a:p> " + "<<( <a:s> <a:p> " * 40 + "<a:o>" + ")>>" * 40 + " .",
            RdfFormat.N_TRIPLES,
            RdfSyntaxError,
            id="nesting",
        ),
        pytest.param(
            "<a:s> <a:p> " + "<<( <a:s> <a:p> " * 200_000 + "<a:o>" + ")>>" * 200_000 + " .",
            RdfFormat.N_TRIPLES,
            KgError,
            id="nesting that kills the parser",
        ),
        pytest.param("".join(f"<a:{i}> <a:b> 1 .\n" for i in range(1001)), RdfFormat.TURTLE, QueryTooLarge, id="many"),
    ],
)
def test_a_document_that_is_not_to_be_had_ends_in_an_error(
    tmp_path: Path, text: str, form: RdfFormat, error: type[KgError]
) -> None:
    with pytest.raises(error):
        parsed(tmp_path, text, form)
