"""Headers that are checked, and arguments that cannot inject."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kg.errors import ParameterError, QueryFileError, UnknownEntity
from kg.query import NamedQuery, ParameterType, bind, read_queries

XSD = "http://www.w3.org/2001/XMLSchema#"
GOOD = """#: Who leads a group, or led it.
#: Asserted
#: facts only.
#:
#: group (entity): the group,
#:   or any
#: minimum (number = 0.5): how sure at least
#: limit (integer = 100): how many rows at most
# VALUES ?comment { UNDEF }
PREFIX e: <http://e.test/>
SELECT ?person ?group ("VALUES ?string { UNDEF }" AS ?x)
WHERE {
  VALUES ?group { UNDEF }
  VALUES ?minimum { 0.5 }
  VALUES ?kind { e:a e:b }
  { ?person e:leads ?group } UNION { VALUES ?group { UNDEF } ?group e:ledBy ?person }
}
LIMIT 100
"""


def read(folder: Path, text: str, name: str = "query") -> NamedQuery:
    (folder / f"{name}.rq").write_text(text, encoding="utf-8")
    return read_queries(folder)[name]


@pytest.fixture
def good(tmp_path: Path) -> NamedQuery:
    return read(tmp_path, GOOD)


def test_a_header_gives_title_description_and_typed_parameters(good: NamedQuery) -> None:
    assert good.title == "Who leads a group, or led it."
    assert good.description == "Asserted facts only."
    assert {name: (p.type, p.default, p.description) for name, p in good.parameters.items()} == {
        "group": (ParameterType.ENTITY, None, "the group, or any"),
        "minimum": (ParameterType.NUMBER, "0.5", "how sure at least"),
        "limit": (ParameterType.INTEGER, "100", "how many rows at most"),
    }


def test_a_parameter_may_follow_the_title_in_its_line(tmp_path: Path) -> None:
    query = read(
        tmp_path, "#: Who leads.   group (iri): the group, or any\nSELECT * { VALUES ?group { UNDEF } ?p ?q ?group }"
    )
    assert (query.title, list(query.parameters)) == ("Who leads.", ["group"])


def test_arguments_go_into_every_place_of_theirs_and_nowhere_else(good: NamedQuery) -> None:
    bound = bind(good, {"group": "http://e.test/g", "minimum": "0.9", "limit": "5"})
    assert bound.count("VALUES ?group { <http://e.test/g> }") == 2
    assert f'VALUES ?minimum {{ "0.9"^^<{XSD}decimal> }}' in bound
    assert bound.rstrip().endswith("LIMIT 5")
    assert "# VALUES ?comment { UNDEF }" in bound
    assert '"VALUES ?string { UNDEF }"' in bound
    Store().query(bound)


def test_without_arguments_the_text_stays_as_it_lies(good: NamedQuery) -> None:
    assert bind(good, {}) == GOOD


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("SELECT * { ?s ?p ?o }", 1, "no title", "begin the file with"),
        ("#:\n#: x (iri): y\nSELECT * { VALUES ?x { UNDEF } }", 1, "no title", "begin the file with"),
        ("#: T\n#: x (irii): y\nSELECT * { VALUES ?x { UNDEF } }", 2, "unknown type 'irii'", "iri, entity, article"),
        ("#: T\n#: x (): y\nSELECT * { VALUES ?x { UNDEF } }", 2, "unknown type ''", "use one of"),
        ("#: T\n#: x (iri):\nSELECT * { VALUES ?x { UNDEF } }", 2, "not described", "after the colon"),
        ("#: T\n#: x (iri): y\n#: x (text): y\nSELECT * { VALUES ?x { UNDEF } }", 3, "twice", "one of them"),
        ("#: T\n#: x (iri): y\n#: and more prose\nSELECT * { VALUES ?x { UNDEF } }", 3, "no parameter", "prose first"),
        ("#: T\n#: x (iri): y\nSELECT * { ?x ?p ?o }", 2, "x has no place", "VALUES ?x { UNDEF }"),
        ("#: T\nSELECT * {\n  VALUES ?x { UNDEF } }", 3, r"\?x is in no line", "#: x (iri)"),
        ("#: T\n#: x (iri): y\nSELECT * {\n VALUES ?x { <a:b> } }", 4, "names no default", "UNDEF"),
        ("#: T\n#: x (integer = 3): y\nSELECT * {\n VALUES ?x { 4 } }", 4, "x is 4 in the query and 3", "the same in"),
        ("#: T\n#: x (integer = 3): y\nSELECT * {\n VALUES ?x { UNDEF } }", 4, "UNDEF in the query", "the same in"),
        ("#: T\n#: x (integer = many): y\nSELECT * { VALUES ?x { 4 } }", 2, "the default: x takes", "whole number"),
        ("#: T\n#: limit (integer): y\nSELECT * { ?s ?p ?o } LIMIT 4", 2, "needs a number", "integer = 4"),
        ("#: T\n#: limit (integer = 9): y\nSELECT * { ?s ?p ?o }", 2, "no place", "LIMIT 100"),
        ("#: T\n#: format (text): y\nSELECT * { VALUES ?format { UNDEF } }", 2, "service's own", "another name"),
        ("#: T\n#: offset (integer = 0): y\nSELECT * { ?s ?p ?o } OFFSET 0", 2, "in no order", "ORDER BY"),
        ("#: T\n#: tags: People\nSELECT * { ?s ?p ?o }", 2, "tags: 'People' is no tag", "commas"),
        ("#: T\n#: tags: a\n#: tags: b\nSELECT * { ?s ?p ?o }", 3, "tags is described twice", "one of them"),
        ("#: T\n#: cache: long\nSELECT * { ?s ?p ?o }", 2, "no number of seconds", "86400"),
        ("#: T\n#: short: group\nSELECT * { ?s ?p ?o }", 2, "short: 'group' is no parameter", "yes, no"),
        ("#: T\n#: needs: group\nSELECT * { ?s ?p ?o }", 2, "needs: 'group' is no parameter", "has to be given"),
        ("#: T\n#: example: x=1\nSELECT * { ?s ?p ?o }", 2, "example: 'x' is no parameter", "name=value"),
        (
            "#: T\n#: example: x=soon\n#: x (date): y\nSELECT * { VALUES ?x { UNDEF } }",
            2,
            "example: x takes a date",
            "2024-03",
        ),
        ("#: T\n#: x (iri, needed): y\nSELECT * { VALUES ?x { UNDEF } }", 2, "unknown type", "use one of"),
        ("#: T\nSELECT * {\n ?s ?p\n}", 4, "not a SPARQL query", "any SPARQL tool"),
        ("#: T\nDELETE WHERE { ?s ?p ?o }", 1, "DELETE is an update", "articles"),
        ("#: T\nSELECT * { SERVICE <http://e.test/> { ?s ?p ?o } }", 1, "SERVICE", "itself"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_remedy(
    tmp_path: Path, text: str, line: int, message: str, hint: str
) -> None:
    with pytest.raises(QueryFileError, match=rf"query\.rq, line {line}: .*{message}") as raised:
        read(tmp_path, text)
    assert raised.value.line == line
    assert hint in (raised.value.hint or "")


def test_a_file_name_that_fits_no_url_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryFileError, match="part of URLs"):
        read(tmp_path, GOOD, "Who Leads")


@pytest.mark.parametrize(
    ("kind", "raw", "term"),
    [
        ("iri", "http://e.test/a", NamedNode("http://e.test/a")),
        ("iri", " <http://e.test/a> ", NamedNode("http://e.test/a")),
        ("iri", "e:strike", NamedNode("http://e.test/strike")),
        ("entity", "http://e.test/group/a", NamedNode("http://e.test/group/a")),
        ("text", 'O\'Neil "the" \\ \n', Literal('O\'Neil "the" \\ \n')),
        ("date", "2024", Literal("2024", datatype=NamedNode(XSD + "gYear"))),
        ("date", "2024-02", Literal("2024-02", datatype=NamedNode(XSD + "gYearMonth"))),
        ("date", "2024-02-29", Literal("2024-02-29", datatype=NamedNode(XSD + "date"))),
        ("integer", "-7", Literal(-7)),
        ("number", "0.25", Literal("0.25", datatype=NamedNode(XSD + "decimal"))),
        ("number", "1e3", Literal("1000", datatype=NamedNode(XSD + "double"))),
        ("boolean", "True", Literal(value=True)),
        ("eventType", "strike", NamedNode("https://w3id.org/newsgraph/ontology#strike")),
        ("predicate", "kg:leads", NamedNode("https://w3id.org/newsgraph/ontology#leads")),
        (
            "predicate",
            "https://w3id.org/newsgraph/ontology#memberof",
            NamedNode("https://w3id.org/newsgraph/ontology#memberOf"),
        ),
        ("class", "person", NamedNode("https://w3id.org/newsgraph/ontology#Person")),
        ("phase", "Former", Literal("former")),
        ("modality", "alleged", Literal("alleged")),
    ],
)
def test_each_type_makes_its_term(tmp_path: Path, kind: str, raw: str, term: NamedNode | Literal) -> None:
    assert bound_term(tmp_path, kind, raw) == term


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("iri", "no iri"),
        ("iri", "http://e.test/> } DROP ALL #"),
        ("entity", "Free Dockers' League"),
        ("date", "2024-02-30"),
        ("date", "yesterday"),
        ("date", "24-1-1"),
        ("integer", "1.5"),
        ("integer", "9" * 30),
        ("number", "one"),
        ("number", "NaN"),
        ("boolean", "maybe"),
    ],
)
def test_an_argument_of_the_wrong_type_is_refused_with_an_example(tmp_path: Path, kind: str, raw: str) -> None:
    with pytest.raises(ParameterError, match="x takes") as raised:
        bound_term(tmp_path, kind, raw)
    assert raised.value.hint


def test_unknown_arguments_are_refused_and_the_known_ones_named(good: NamedQuery) -> None:
    with pytest.raises(ParameterError, match="no parameter groop") as raised:
        bind(good, {"groop": "x"})
    assert raised.value.hint == "it takes group, minimum, limit"


@pytest.mark.parametrize("raw", ["-1", "5; DROP ALL", ""])
def test_a_limit_is_a_number_and_not_negative(good: NamedQuery, raw: str) -> None:
    with pytest.raises(ParameterError):
        bind(good, {"limit": raw})


def test_a_header_says_how_to_find_try_and_keep_a_query(tmp_path: Path) -> None:
    query = read(
        tmp_path,
        "#: Who leads.\n#: tags: people, groups\n#: example: group=Dockers & who = A\n#: cache: 60\n#: short: group\n"
        "#: group (entity, required): the group\n#: who (text): who\n"
        "SELECT * { VALUES ?group { UNDEF } VALUES ?who { UNDEF } ?who ?q ?group }",
    )
    assert (query.title, query.description, query.tags) == ("Who leads.", "", ("people", "groups"))
    assert (dict(query.example), query.cache_s) == ({"group": "Dockers", "who": "A"}, 60)
    assert (query.short, query.anchors) == (True, ("group",))
    assert [query.is_short(given) for given in ({"group"}, {"who"})] == [True, False]
    assert query.parameters["group"].required
    with pytest.raises(ParameterError, match="query needs group") as raised:
        bind(query, {"who": "A"})
    assert raised.value.hint == "group: the group"


def test_a_name_that_the_ontology_lacks_is_refused_with_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="x is not 'picnic'") as raised:
        bound_term(tmp_path, "eventType", "picnic")
    assert "protest" in (raised.value.hint or "")


def test_names_of_entities_are_resolved_by_the_caller(good: NamedQuery) -> None:
    def resolve(kind: str, name: str) -> str:
        if (kind, name) != ("entity", "Dockers"):
            raise UnknownEntity(name)
        return "http://e.test/group/dockers"

    assert "<http://e.test/group/dockers>" in bind(good, {"group": "Dockers"}, resolve=resolve)
    assert "<http://e.test/other>" in bind(good, {"group": "http://e.test/other"})
    with pytest.raises(UnknownEntity):
        bind(good, {"group": "Nobody"}, resolve=resolve)


def bound_term(folder: Path, kind: str, raw: str) -> object:
    """What the engine makes of a bound argument."""
    text = f"#: T\n#: x ({kind}): y\nPREFIX e: <http://e.test/>\nSELECT ?x {{ VALUES ?x {{ UNDEF }} }}"
    rows = Store().query(bind(read(folder, text), {"x": raw}))
    assert isinstance(rows, QuerySolutions)
    (row,) = rows
    return row["x"]


@given(raw=st.text() | st.text(alphabet="\"'\\\n\r}{<>?#;. \u0000\u2028"))
def test_no_text_gets_out_of_its_literal(tmp_path_factory: pytest.TempPathFactory, raw: str) -> None:
    assert bound_term(tmp_path_factory.mktemp("q"), "text", raw) == Literal(raw)


@given(raw=st.text(alphabet="abc:/<>#?{}\"'\\ \n\u00e9") | st.from_regex(r"\A<?http://[^ ]{0,9}>?\Z"))
def test_no_iri_gets_out_of_its_brackets(tmp_path_factory: pytest.TempPathFactory, raw: str) -> None:
    try:
        term = bound_term(tmp_path_factory.mktemp("q"), "iri", raw)
    except ParameterError:
        return
    assert isinstance(term, NamedNode)
