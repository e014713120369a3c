"""Which queries may use the worker that is kept for short ones."""

from __future__ import annotations

import pytest

from kg.graph.short import looks_short

PREFIX = "PREFIX kg: <https://w3id.org/newsgraph/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?o { <http://e.test/a> <http://e.test/p> ?o }",
        "ASK { ?s <http://e.test/p> <http://e.test/a> }",
        "DESCRIBE <http://e.test/a>",
        PREFIX + 'SELECT * { ?p rdfs:label "Ana Diaz"@en ; kg:leads ?g . OPTIONAL { ?g rdfs:label ?n } } ORDER BY ?n',
        PREFIX + "SELECT * { VALUES ?g { <http://e.test/g> } ?p kg:leads ?g FILTER(?p != ?g) } LIMIT 5",
        "SELECT * { GRAPH ?g { <http://e.test/a> ?p ?o } }",
        "CONSTRUCT { ?a ?b ?c } WHERE { <http://e.test/a> ?b ?c . ?c ?d ?a }",
        "SELECT * { { <http://e.test/a> ?p ?o } UNION { <http://e.test/b> ?q ?s } }",
    ],
)
def test_what_hangs_on_something_named_is_short(query: str) -> None:
    assert looks_short(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f }",
        "SELECT * { <http://e.test/a> ?p ?o . ?x ?y ?z }",
        PREFIX + "SELECT * { ?g a kg:Group ; rdfs:label ?n }",
        PREFIX + "SELECT * { <http://e.test/a> (kg:leads|!kg:leads)* ?x }",
        PREFIX + "SELECT * { <http://e.test/a> kg:within+ ?x }",
        PREFIX + "SELECT * { VALUES ?g { UNDEF } ?p kg:leads ?g }",
        "SELECT (COUNT(*) AS ?n) { <http://e.test/a> ?p ?o }",
        "SELECT * { <http://e.test/a> ?p ?o FILTER EXISTS { ?x ?y ?z } }",
        "SELECT * { { SELECT * { ?x ?y ?z } } <http://e.test/a> ?p ?o }",
        "SELECT * { <http://e.test/a> ?p ?o BIND(?o AS ?x) }",
        "SELECT * { <http://e.test/a> ?p [ ?q ?r ] }",
        "SELECT * { ?x <http://e.test/p> ?y . " + "<http://e.test/a> <http://e.test/p> ?o . " * 20 + "}",
        "INSERT DATA { <a:a> <b:b> <c:c> }",
        "SELECT * {",
        "",
        "DESCRIBE ?x { ?x ?y ?z }",
        "ASK { ?s ?p 'no end }",
    ],
)
def test_what_may_read_much_is_not(query: str) -> None:
    assert not looks_short(query)
