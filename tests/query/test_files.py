"""The shipped queries: each runs as it lies, in pyoxigraph, rdflib and `oxigraph`, and answers on the golden story."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from kg.graph.guard import check_query
from kg.query import NamedQuery, bind, read_queries
from kg.resources import resource
from tests.golden.story import BASE, GRAPH

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # from one part of rdflib to another

QUERIES = read_queries(resource("queries"))
EVERY = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
EXPECTED = {
    "around-entity",
    "articles-about",
    "claims-of-article",
    "disagreements",
    "disputed-statements",
    "events-in-place",
    "events-of-group",
    "evidence-of-statement",
    "groups-in-place",
    "groups-of-person",
    "leaders-as-of",
    "leaders-of-group",
    "most-reported-statements",
    "statements-by-event-type",
}
KG = "https://w3id.org/newsgraph/ontology#"
LEAGUE = BASE + "group/free-dockers-league-4e5f6071"
URUGUAY = BASE + "polity/uruguay-718293a4"
MONTEVIDEO = BASE + "place/montevideo-8293a4b5"
INES = BASE + "person/ines-duarte-0a1b2c3d"
RUI = BASE + "person/rui-duarte-1b2c3d4e"
TOMAS = BASE + "person/tomas-vidal-2c3d4e5f"


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.load(path=GRAPH, format=RdfFormat.TRIG)
    return store


@pytest.fixture(scope="module")
def dataset() -> rdflib.Dataset:
    dataset = rdflib.Dataset()
    dataset.parse(data=GRAPH.read_text(encoding="utf-8"), format="trig")
    return dataset


@pytest.fixture(scope="module")
def command_line_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("oxigraph")
    store = Store(folder / "store")
    store.load(path=GRAPH, format=RdfFormat.TRIG)
    store.flush()
    return folder / "store"


def rows_of(store: Store, text: str) -> list[tuple[str | None, ...]]:
    """Values in the order of the projection; the parts of a concatenation sorted, for SPARQL leaves their order open."""
    results = store.query(text)
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    return [
        tuple(_settled(term.value if term is not None else None) for term in (row[n] for n in names)) for row in results
    ]


def _settled(value: object) -> str | None:
    if value is None:
        return None
    for separator in (" | ", ", "):
        if separator in str(value):
            return separator.join(sorted(str(value).split(separator)))
    return str(value)


def ask(store: Store, name: str, arguments: Mapping[str, str], *columns: str) -> list[tuple[str | None, ...]]:
    results = store.query(bind(QUERIES[name], arguments))
    assert isinstance(results, QuerySolutions)
    return [tuple(row[c].value if row[c] is not None else None for c in columns) for row in results]


def test_the_promised_queries_are_there() -> None:
    assert set(QUERIES) >= EXPECTED


@EVERY
def test_every_query_runs_as_it_lies_and_finds_something(query: NamedQuery, store: Store) -> None:
    check_query(query.text)
    found = rows_of(store, query.text)
    # nobody in the story contradicts another about a leader: tests/lookup/test_times.py asks graphs in which some do
    assert bool(found) is (query.name != "disagreements")


@EVERY
def test_rdflib_gives_the_same_answer(query: NamedQuery, store: Store, dataset: rdflib.Dataset) -> None:
    theirs = [tuple(_settled(term) for term in row) for row in dataset.query(query.text)]  # type: ignore[union-attr]
    assert Counter(theirs) == Counter(rows_of(store, query.text))


@EVERY
def test_the_oxigraph_command_gives_the_same_number_of_rows(
    query: NamedQuery, store: Store, command_line_store: Path
) -> None:
    command = shutil.which("oxigraph", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if command is None:
        pytest.skip("the oxigraph command is not installed")
    file = resource("queries") / f"{query.name}.rq"
    done = subprocess.run(
        [command, "query", "--location", command_line_store, "--query-file", file, "--results-format", "tsv"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) - 1 == len(rows_of(store, query.text))


@EVERY
def test_every_parameter_narrows_the_answer(query: NamedQuery, store: Store) -> None:
    """An argument taken from a row keeps that row; one that fits nothing leaves none."""
    samples = {"minimum": "9", "from": "2999", "until": "1900", "phase": "nonsense", "asserted": "true", "limit": "0"}
    for name, parameter in query.parameters.items():
        if parameter.type == "date" and query.name == "leaders-as-of":  # on any day some end or start is open
            assert rows_of(store, bind(query, {name: "1500"})) != rows_of(store, query.text)
            continue
        raw = samples.get(name, "http://e.test/nobody")
        if query.name == "disputed-statements" and name == "asserted":
            assert rows_of(store, bind(query, {name: "false"})) == rows_of(store, query.text)
        assert rows_of(store, bind(query, {name: raw})) == [], (name, parameter)


@EVERY
def test_bound_entities_give_the_rows_that_have_them(query: NamedQuery, store: Store) -> None:
    for name, parameter in query.parameters.items():
        if parameter.type not in ("entity", "iri"):
            continue
        results = store.query(query.text)
        assert isinstance(results, QuerySolutions)
        names = [variable.value for variable in results.variables]
        everything = [tuple(row[n] for n in names) for row in results]
        at = names.index(name)
        for wanted in {row[at] for row in everything if isinstance(row[at], NamedNode)}:
            expected = [tuple(_settled(t.value if t else None) for t in row) for row in everything if row[at] == wanted]
            assert Counter(rows_of(store, bind(query, {name: wanted.value}))) == Counter(expected)


def test_leaders_come_with_their_phase(store: Store) -> None:
    columns = ("personLabel", "phase", "to", "sources")
    assert ask(store, "leaders-of-group", {"group": LEAGUE}, *columns) == [
        ("Inês Duarte", "current", None, "2"),
        ("Rui Duarte", "former", "2019", "1"),
    ]
    assert ask(store, "leaders-of-group", {"group": LEAGUE, "phase": "former"}, "person") == [(RUI,)]


def test_a_person_who_leads_or_founded_a_group_belongs_to_its_story(store: Store) -> None:
    assert ask(store, "groups-of-person", {"person": RUI}, "relation", "groupLabel") == [
        (KG + "foundedBy", "Free Dockers' League"),
        (KG + "leads", "Free Dockers' League"),
    ]


def test_groups_in_a_country_include_those_in_its_places(store: Store) -> None:
    quay = Store()
    quay.extend(store)
    quay.update(f"INSERT DATA {{ <{BASE}group/a> <{KG}locatedIn> <{BASE}place/southern-quay-93a4b5c6> }}")
    labels = "http://www.w3.org/2000/01/rdf-schema#label"
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    quay.update(
        f"""INSERT DATA {{ <{BASE}group/a> <{labels}> "Night Watch" . <{BASE}statement/a> <{rdf}subject> <{BASE}group/a> ;
        <{rdf}predicate> <{KG}locatedIn> ; <{rdf}object> <{BASE}place/southern-quay-93a4b5c6> ;
        <{KG}phase> "current" ; <{KG}supportingSources> 1 }}"""
    )
    for place in (URUGUAY, MONTEVIDEO):
        assert ("Night Watch", "Southern Quay") in ask(
            quay, "groups-in-place", {"place": place}, "groupLabel", "whereLabel"
        )


def test_events_of_a_group_come_by_date_whatever_its_precision(store: Store) -> None:
    assert ask(store, "events-of-group", {"group": LEAGUE}, "date", "eventLabel") == [
        ("2024-03", "agreement (c6d7e8f9)"),
        ("2024-03-02", "election (a4b5c6d7)"),
        ("2024-03-11", "strike (b5c6d7e8)"),
    ]


@pytest.mark.parametrize(
    ("arguments", "dates"),
    [
        ({"from": "2024-03-05"}, ["2024-03", "2024-03-11"]),
        ({"until": "2024-03-05"}, ["2024-03", "2024-03-02"]),
        ({"from": "2024-03-02", "until": "2024-03-02"}, ["2024-03", "2024-03-02"]),
        ({"from": "2024", "until": "2024"}, ["2024-03", "2024-03-02", "2024-03-11"]),
        ({"until": "2024-03"}, ["2024-03", "2024-03-02", "2024-03-11"]),
        ({"from": "2024-04"}, []),
    ],
)
def test_a_month_counts_as_all_of_its_days(store: Store, arguments: dict[str, str], dates: list[str]) -> None:
    found = ask(store, "events-of-group", {"group": LEAGUE, **arguments}, "date")
    assert [date for (date,) in found] == dates


def test_events_in_a_country_include_those_in_its_places(store: Store) -> None:
    assert ask(store, "events-in-place", {"place": URUGUAY}, "eventLabel", "whereLabel") == [
        ("election (a4b5c6d7)", "Montevideo"),
        ("strike (b5c6d7e8)", "Southern Quay"),
    ]


def test_evidence_shows_who_supports_and_who_disputes(store: Store) -> None:
    rows = ask(
        store,
        "evidence-of-statement",
        {"subject": TOMAS, "object": LEAGUE},
        "stance",
        "modality",
        "attributedTo",
        "sentence",
    )
    assert {(str(stance).rpartition("#")[2], modality) for stance, modality, _, _ in rows} == {
        ("supports", "alleged"),
        ("disputes", rows[-1][1]),
    }
    assert "The ministry denied that Tomás Vidal leads the Free Dockers' League." in {row[3] for row in rows}
    assert "A union source" in {row[2] for row in rows}


def test_denied_statements_are_listed_with_both_counts(store: Store) -> None:
    columns = ("subjectLabel", "asserted", "supporting", "disputing")
    assert ask(store, "disputed-statements", {}, *columns) == [("Tomás Vidal", "false", "1", "1")]


def test_the_most_reported_statement_comes_first(store: Store) -> None:
    rows = ask(store, "most-reported-statements", {"minimum": "2"}, "sources", "subjectLabel", "predicate")
    assert rows == [("2", "Inês Duarte", KG + "leads")]


def test_around_an_entity_both_directions_are_told(store: Store) -> None:
    rows = ask(store, "around-entity", {"entity": LEAGUE}, "subjectLabel", "predicate")
    assert ("Inês Duarte", KG + "leads") in rows
    assert ("Free Dockers' League", KG + "locatedIn") in rows


def test_event_types_may_be_given_as_prefixed_names(store: Store) -> None:
    rows = ask(store, "statements-by-event-type", {"type": "kg:strike"}, "eventLabel", "predicate")
    assert {label for label, _ in rows} == {"strike (b5c6d7e8)"}
    assert (KG + "involves") in {predicate for _, predicate in rows}
