"""kg:search in SPARQL: what is replaced by VALUES, and what is refused."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Store

from kg.errors import QueryRefused
from kg.graph.textsearch import expand_search
from kg.vocab import KG

PREFIXES = f"PREFIX kg: <{KG}> PREFIX e: <http://example.org/> "


def expanded(query: str) -> tuple[str, list[str]]:
    """The query after the prefixes with its searches replaced, which has to be SPARQL, and the words searched for."""
    asked: list[str] = []

    def find(words: str) -> list[NamedNode]:
        asked.append(words)
        return [NamedNode("http://example.org/1")]

    text = expand_search(PREFIXES + query, find)
    Store().query(text)
    return text.removeprefix(PREFIXES), asked


@pytest.mark.parametrize(
    ("query", "becomes"),
    [
        ('ASK { ?x kg:search "a" }', "ASK { VALUES ?x { <http://example.org/1> } }"),
        (
            'ASK { ?x kg:search "a" ; e:p ?y ; e:q ?z }',
            "ASK { VALUES ?x { <http://example.org/1> } ?x e:p ?y ; e:q ?z }",
        ),
        (
            'ASK { ?x e:p ?y ; kg:search "a" ; e:q ?z . ?s ?p ?o }',
            "ASK { ?x e:p ?y  . VALUES ?x { <http://example.org/1> } ?x e:q ?z . ?s ?p ?o }",
        ),
    ],
)
def test_the_pattern_becomes_values(query: str, becomes: str) -> None:
    assert expanded(query)[0] == becomes


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?x a e:Person. ?x kg:search "a" }',
        'SELECT * { FILTER(?a > 3) ?x kg:search "a" }',
        'SELECT * { BIND(1 AS ?b) ?x kg:search "a" FILTER(?x != e:y) }',
        'SELECT * { FILTER NOT EXISTS { ?x kg:search "a" } ?x a e:Person }',
        'SELECT * { ?x a e:Person FILTER regex(?x, "b") ?x kg:search "a" ; e:p ?l }',
        'SELECT * { OPTIONAL { ?x kg:search "a" ; . } }',
        f'SELECT * {{ {{ ?s ?p ?o }} UNION {{ $y <{KG}search> "a" }} }}',
        'CONSTRUCT { ?x a e:Hit } WHERE { ?x kg:search "a" . ?x ?p ?o }',
        'SELECT * { GRAPH ?g { ?x kg:search "a" } }',
        'SELECT * { ?y e:p/(e:q|^e:r)* ?x ; kg:search "a" }',
        'SELECT * { ?y e:p [ e:q ?z ] ; kg:search "a" }',
        'SELECT (COUNT(?x) AS ?n) WHERE { { SELECT ?x { ?x kg:search "a" } LIMIT 3 } }',
        "SELECT * { ?x kg:search '''a''' . } ORDER BY ?x",
    ],
)
def test_it_may_stand_wherever_a_triple_may(query: str) -> None:
    text, asked = expanded(query)
    assert asked == ["a"]
    assert "search" not in text


def test_words_are_read_as_sparql_writes_them() -> None:
    assert expanded('ASK { ?x kg:search "\\"caf\\u00e9\\" \\\\ noir" }')[1] == ['"café" \\ noir']


def test_several_searches_of_one_subject_are_all_replaced() -> None:
    assert expanded('ASK { ?x kg:search "a" ; kg:search "b" ; e:p ?y ; kg:search "c" }')[1] == ["a", "b", "c"]


def test_nothing_found_leaves_no_solutions() -> None:
    text = expand_search(PREFIXES + 'SELECT * { ?x kg:search "a" }', lambda _: [])
    assert list(Store().query(text)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?x kg:search ?y }",
        'SELECT * { e:a kg:search "a" }',
        'SELECT * { ?x kg:search "a"@en }',
        'SELECT * { ?x kg:search "a"^^e:t }',
        'SELECT * { ?x kg:search "a", "b" }',
        'SELECT * { ?x kg:search/e:p "a" }',
        'SELECT * { ?x e:p|kg:search "a" }',
        'SELECT * { ?x ^kg:search "a" }',
        'SELECT * { ?x (kg:search) "a" }',
        'SELECT * { [ kg:search "a" ] ?p ?o }',
        "SELECT * { ?x e:p kg:search }",
        "SELECT * { kg:search ?p ?o }",
        "SELECT * { FILTER(kg:search = ?x) }",
        "SELECT * { VALUES ?p { kg:search } }",
        'CONSTRUCT { ?x kg:search "a" } WHERE { ?x ?p ?o }',
        'CONSTRUCT WHERE { ?x kg:search "a" }',
        "DESCRIBE kg:search",
        f"SELECT * {{ ?x <{KG}\\u0073earch> ?y }}",
        " ".join(['ASK { ?x kg:search "a" .', *('?x kg:search "b" .' for _ in range(5)), "}"]),
    ],
)
def test_any_other_use_is_refused_with_its_place(query: str) -> None:
    with pytest.raises(QueryRefused, match=r"^line 1, column \d+: kg:search ") as caught:
        expand_search(PREFIXES + query, lambda _: [])
    assert caught.value.hint


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ?search { ?search a "kg:search" } # ?x kg:search "a"',
        'ASK { ?x kg:search "a" }',  # a prefix that nobody declared: the engine says so
        "PREFIX kg: <http://example.org/> ASK { ?x kg:search ?y }",
    ],
)
def test_other_text_stays_as_it_is(query: str) -> None:
    assert expand_search(query, lambda _: []) is query


def test_a_known_prefix_need_not_be_declared() -> None:
    assert "VALUES" in expand_search('ASK { ?x kg:search "a" }', lambda _: [], prefixes={"kg": KG})
