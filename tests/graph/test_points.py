"""Point look-ups: which queries are taken for one, and that they are answered as by the workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from kg.errors import KgError, StoreUnavailable
from kg.graph import points
from kg.graph.guard import check_query
from kg.graph.points import Points, subject_of
from kg.graph.workers import QueryPool

E = "http://e.test/"
XSD = "http://www.w3.org/2001/XMLSchema#"
JSON = "application/sparql-results+json"
FORMATS = (JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values")
PREFIX = f"PREFIX e: <{E}> "

LOOK_UPS = [
    f"SELECT ?p ?o {{ <{E}a> ?p ?o }}",
    f"select*where{{<{E}a> ?p ?o}}".replace("*where", " * where "),
    f"SELECT ?p\n?o # both\nWHERE {{ <{E}a> ?p ?o . }} LIMIT 2 # {E}",
    f"SELECT $p ?other {{ <{E}a> ?p ?o }} LIMIT 0",
    f"SELECT * {{ <{E}a> <{E}p> ?o }}",
    f"ASK {{ <{E}a> ?p <{E}b> }}",
    f"ASK WHERE {{ <{E}a> a <{E}Class> }}",
    f"{PREFIX}ASK {{ <{E}a> e:p e:b. }}",
    f"{PREFIX}PREFIX : <{E}> ASK {{ <{E}a> e:p-q :b }}",
    f'ASK {{ <{E}a> ?p "{{ a string }} . ?x # "@en }}',
    f"SELECT ?p {{ <{E}a> ?p '5'^^<{XSD}integer> }}",
    f"SELECT * {{ GRAPH <{E}g> {{ <{E}a> ?p ?o }} }}",
    f"{PREFIX}ASK {{ <{E}a> <b> <{E}../c> }}",
]
ERRORS = [  # the look of a look-up; what is wrong is for the workers to say
    f"ASK {{ <{E}a> nobody:knows ?o }}",
    f"ASK {{ <{E}a> A ?o }}",
    f"ASK {{ <{E}a> ?p 'x'@e-1-2-3-4-5-6-7-8-9 }}",
    f"SELECT ?1 ?1 {{ <{E}%zz> ?p ?o }}",
]
OTHERS = [
    pytest.param(f"SELECT * {{ <{E}a> ?x ?x }}", id="has to match itself"),
    pytest.param(f"SELECT * {{ <{E}a> ?x $x }}", id="has to match itself, with other signs"),
    pytest.param(f"SELECT * {{ <{E}a> ?p ?o . ?o ?q ?r }}", id="join"),
    pytest.param(f"SELECT * {{ <{E}a> ?p ?o ; ?q ?r }}", id="star"),
    pytest.param(f"SELECT * {{ <{E}a> ?p ?o , ?r }}", id="list of objects"),
    pytest.param(f"SELECT DISTINCT ?p {{ <{E}a> ?p ?o }}", id="DISTINCT"),
    pytest.param(f"SELECT REDUCED ?p {{ <{E}a> ?p ?o }}", id="REDUCED"),
    pytest.param(f"SELECT (COUNT(*) AS ?n) {{ <{E}a> ?p ?o }}", id="aggregate"),
    pytest.param(f"SELECT * {{ <{E}a> ?p ?o }} ORDER BY ?o", id="ORDER BY"),
    pytest.param(f"SELECT * {{ <{E}a> ?p ?o }} OFFSET 1000000", id="OFFSET"),
    pytest.param(f"SELECT * {{ <{E}a> ?p ?o }} LIMIT 5 OFFSET 1000000", id="LIMIT and OFFSET"),
    pytest.param(f"SELECT ?p {{ <{E}a> ?p ?o }} GROUP BY ?p", id="GROUP BY"),
    pytest.param(f"SELECT * {{ <{E}a> ?p ?o }} VALUES ?o {{ 1 }}", id="VALUES after it"),
    pytest.param(f"SELECT * {{ VALUES ?o {{ 1 }} <{E}a> ?p ?o }}", id="VALUES before it"),
    pytest.param(f"SELECT * {{ <{E}a> ?p ?o FILTER(?o > 1) }}", id="FILTER"),
    pytest.param(f"SELECT * {{ <{E}a> ?p ?o BIND(1 AS ?x) }}", id="BIND"),
    pytest.param(f"SELECT * {{ <{E}a> ?p ?o OPTIONAL {{ ?o ?q ?r }} }}", id="OPTIONAL"),
    pytest.param(f"SELECT * {{ {{ <{E}a> ?p ?o }} UNION {{ ?s ?p ?o }} }}", id="UNION"),
    pytest.param(f"SELECT * {{ {{ <{E}a> ?p ?o }} }}", id="group in a group"),
    pytest.param(f"SELECT * {{ {{ SELECT * {{ <{E}a> ?p ?o }} }} }}", id="subquery"),
    pytest.param(f"SELECT * {{ <{E}a> <{E}p>+ ?o }}", id="path"),
    pytest.param(f"SELECT * {{ <{E}a> (<{E}p>|!<{E}p>)* ?o }}", id="path of everything"),
    pytest.param(f"SELECT * {{ <{E}a> ^<{E}p> ?o }}", id="path backwards"),
    pytest.param(f"SELECT * {{ <{E}a> <{E}p>/<{E}p> ?o }}", id="path of two"),
    pytest.param(f"SELECT * {{ GRAPH ?g {{ <{E}a> ?p ?o }} }}", id="any graph"),
    pytest.param(f"SELECT * {{ GRAPH <{E}g> {{ <{E}a> ?p ?o }} ?s ?p ?o }}", id="beside GRAPH"),
    pytest.param(f"SELECT * {{ SERVICE <{E}sparql> {{ <{E}a> ?p ?o }} }}", id="SERVICE"),
    pytest.param(f"SELECT * FROM <{E}g> {{ <{E}a> ?p ?o }}", id="FROM"),
    pytest.param(f"SELECT * FROM NAMED <{E}g> WHERE {{ <{E}a> ?p ?o }}", id="FROM NAMED"),
    pytest.param("SELECT * { ?s ?p ?o } LIMIT 1", id="no subject"),
    pytest.param("SELECT * { _:s ?p ?o }", id="blank node as subject"),
    pytest.param(f"SELECT * {{ <{E}a> ?p [] }}", id="blank node as object"),
    pytest.param(f"SELECT * {{ <{E}a> ?p (1 2) }}", id="list"),
    pytest.param(f"SELECT * {{ << <{E}a> ?p ?o >> ?q ?r }}", id="triple as subject"),
    pytest.param("SELECT * { <a> ?p ?o }", id="relative subject"),
    pytest.param(f"BASE <{E}> SELECT * {{ <{E}a> ?p ?o }}", id="BASE"),
    pytest.param(f"CONSTRUCT WHERE {{ <{E}a> ?p ?o }}", id="CONSTRUCT"),
    pytest.param(f"DESCRIBE <{E}a>", id="DESCRIBE"),
    pytest.param(f"DELETE WHERE {{ <{E}a> ?p ?o }}", id="update"),
    pytest.param(f"ASK {{ <{E}a> ?p ?o }} # \\u000aVALUES ?p {{ 1 }}", id="line break spelt in a comment"),
    pytest.param(f"ASK {{ <{E}a> ?p 'x\\'' }}", id="escape in a string"),
    pytest.param(f"ASK {{ <{E}a> ?p ?o }} # {'x' * points.MAX_CHARACTERS}", id="long"),
    pytest.param(f"ASK {{ <{E}a> ?p ?o }} LIMIT {'9' * 40}", id="a limit that is no number of rows"),
    pytest.param("{" * 1000, id="brackets"),
    pytest.param("", id="nothing"),
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with terms of all kinds, in the default graph and in another one."""
    folder = tmp_path_factory.mktemp("points")
    a, b, p, graph = (NamedNode(E + name) for name in "abpg")
    about = [
        Triple(a, p, b),
        Triple(a, p, Literal('a "string"\n{ }', language="en")),
        Triple(a, NamedNode(f"{E}p-q"), b),
        Triple(a, p, Literal("5", datatype=NamedNode(f"{XSD}integer"))),
        Triple(a, NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), NamedNode(f"{E}Class")),
        Triple(a, NamedNode(f"{E}n"), BlankNode("n")),
        Triple(b, p, Triple(a, p, b)),
        *(Triple(NamedNode(f"{E}hub"), p, Literal(f"{number:>40}")) for number in range(2000)),
    ]
    store = Store(folder / "live")
    store.extend([Quad(*triple) for triple in about])
    store.extend([Quad(a, p, Literal("elsewhere"), graph)])
    store.flush()
    store.backup(folder / "snapshot")
    return folder / "snapshot"


@pytest.fixture
def look_ups(snapshot: Path) -> Points:
    return Points(snapshot, base=E)


@pytest.fixture(scope="module")
def pool(snapshot: Path) -> Iterator[QueryPool]:
    with QueryPool(snapshot, size=1) as pool:
        yield pool


class CountingStore:
    """A store that counts what it is asked."""

    def __init__(self, store: Store) -> None:
        self.store, self.asked = store, 0

    def query(self, *arguments: Any, **options: Any) -> Any:
        self.asked += 1
        return self.store.query(*arguments, **options)


def watched(look_ups: Points) -> CountingStore:
    look_ups._store = counting = CountingStore(look_ups._store)  # type: ignore[assignment]
    return counting


@pytest.mark.parametrize("query", LOOK_UPS)
@pytest.mark.parametrize("media_type", FORMATS)
def test_a_look_up_is_answered_as_by_a_worker(look_ups: Points, pool: QueryPool, query: str, media_type: str) -> None:
    check_query(query)
    assert look_ups.answer(query, media_type) == pool.run(query, media_type, base_iri=E)


@pytest.mark.parametrize("query", OTHERS)
def test_what_is_no_look_up_is_left_to_the_workers(look_ups: Points, query: str) -> None:
    store = watched(look_ups)
    assert subject_of(query) is None
    assert look_ups.answer(query, JSON) is None
    assert store.asked == 0


@pytest.mark.parametrize("query", ERRORS)
def test_what_is_wrong_with_a_look_up_is_for_the_workers_to_say(look_ups: Points, pool: QueryPool, query: str) -> None:
    here = look_ups.answer(query, JSON)
    try:
        there = pool.run(query, JSON, base_iri=E)
    except KgError:
        assert here is None
    else:
        assert here in (None, there)


def test_a_media_type_of_triples_is_left_to_the_workers(look_ups: Points) -> None:
    assert look_ups.answer(LOOK_UPS[0], "text/turtle") is None


PIECES = (
    *("SELECT", "ASK", "WHERE", "GRAPH", "LIMIT", "FROM", "UNION", "VALUES", "DISTINCT", "a", "PREFIX", "OFFSET"),
    *(f"<{E}a>", f"<{E}p>", f"<{E}hub>", "<b>", "e:p", "e:", "?p", "?o", "$o", "_:b", "'x'", '"""', "'", "@en", "^^"),
    *(
        "{",
        "}",
        "{ {",
        "(",
        ")",
        "[",
        "]",
        "*",
        "+",
        "/",
        "|",
        "!",
        ".",
        ";",
        ",",
        "<",
        ">",
        "#",
        "\\",
        "\n",
        "1",
        "-1",
    ),
)


@given(data=st.data())
@settings(max_examples=250, deadline=None)
def test_no_near_miss_is_answered_otherwise_than_by_a_worker(
    snapshot: Path, pool: QueryPool, data: st.DataObject
) -> None:
    words = data.draw(st.sampled_from(LOOK_UPS)).split(" ")
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(words)))
        words[at : at + data.draw(st.integers(0, 1))] = [data.draw(st.sampled_from(PIECES))]
    query = data.draw(st.sampled_from((" ", " ", " ", "\n", "  # x\r"))).join(words)
    here = Points(snapshot, base=E).answer(query, JSON)
    if subject_of(query) is not None:
        check_query(query)  # nothing is answered here that the guard would have refused
    if here is not None:
        assert here == pool.run(query, JSON, base_iri=E)


def test_a_subject_of_which_there_is_much_is_tried_once(look_ups: Points) -> None:
    store = watched(look_ups)
    for number in range(5):
        assert look_ups.answer(f"SELECT * {{ <{E}hub> ?p ?o }} # {number}", JSON) is None
    assert store.asked == 1
    assert look_ups.answer(LOOK_UPS[0], JSON) is not None


@pytest.mark.parametrize("media_type", FORMATS)
def test_rows_without_a_value_count_too(look_ups: Points, monkeypatch: pytest.MonkeyPatch, media_type: str) -> None:
    monkeypatch.setattr(points, "MAX_BYTES", 1000)  # TSV has a byte for each of 2,000 rows
    assert look_ups.answer(f"SELECT ?nothing {{ <{E}hub> ?p ?o }}", media_type) is None


def test_a_slow_disk_has_the_workers_wait(look_ups: Points, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = iter(range(100))
    monkeypatch.setattr(points, "SLOW_S", -1.0)
    monkeypatch.setattr(points, "RESTS", 1e6)
    monkeypatch.setattr(points, "_blocks_read", lambda: next(blocks))
    assert look_ups.answer(LOOK_UPS[0], JSON) is not None
    assert look_ups.answer(LOOK_UPS[0], JSON) is None
    look_ups._rests_until = 0.0
    assert look_ups.answer(LOOK_UPS[0], JSON) is not None


def test_a_busy_processor_does_not(look_ups: Points, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "SLOW_S", -1.0)
    monkeypatch.setattr(points, "_blocks_read", lambda: 7)
    for _ in range(2):
        assert look_ups.answer(LOOK_UPS[0], JSON) is not None


def test_a_directory_without_a_store_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        Points(tmp_path / "nothing", base=E)
