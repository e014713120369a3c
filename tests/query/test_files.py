"""The shipped queries: each runs as it lies, in pyoxigraph, rdflib and `oxigraph`, and answers on the golden story."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from kg.errors import ParameterError
from kg.graph.guard import check_query
from kg.query import NamedQuery, bind, read_queries
from kg.resources import resource
from tests.golden.story import BASE, GRAPH

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # from one part of rdflib to another

QUERIES = read_queries(resource("queries"))
EVERY = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
KG = "https://w3id.org/newsgraph/ontology#"
LEAGUE = BASE + "group/free-dockers-league-4e5f6071"
URUGUAY = BASE + "polity/uruguay-718293a4"
MONTEVIDEO = BASE + "place/montevideo-8293a4b5"
INES = BASE + "person/ines-duarte-0a1b2c3d"
RUI = BASE + "person/rui-duarte-1b2c3d4e"
TOMAS = BASE + "person/tomas-vidal-2c3d4e5f"
CARLA = BASE + "person/carla-rossi-3d4e5f60"
BRANCH = BASE + "group/crane-drivers-branch-5f607182"
SHIPPING = BASE + "group/stein-shipping-a0000002"
PUMPS = BASE + "group/stein-pumps-a0000004"
DEAL = BASE + "article/courier/deal.txt"
MORE = GRAPH.with_name("more.trig")


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    for path in (GRAPH, MORE):
        store.load(path=path, format=RdfFormat.TRIG)
    return store


@pytest.fixture(scope="module")
def dataset() -> rdflib.Dataset:
    dataset = rdflib.Dataset()
    for path in (GRAPH, MORE):
        dataset.parse(data=path.read_text(encoding="utf-8"), format="trig")
    return dataset


@pytest.fixture(scope="module")
def command_line_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("oxigraph")
    store = Store(folder / "store")
    for path in (GRAPH, MORE):
        store.load(path=path, format=RdfFormat.TRIG)
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
    return str(value).replace("+00:00", "Z")  # as rdflib has it


def ask(store: Store, name: str, arguments: Mapping[str, str], *columns: str) -> list[tuple[str | None, ...]]:
    results = store.query(bind(QUERIES[name], arguments))
    assert isinstance(results, QuerySolutions)
    return [tuple(row[c].value if row[c] is not None else None for c in columns) for row in results]


@EVERY
def test_every_file_says_how_to_find_it_and_what_it_costs(query: NamedQuery) -> None:
    assert query.tags
    assert "#: short: " in query.text
    assert query.is_paged
    for name in query.anchors:
        assert query.parameters[name].type in ("entity", "article", "statement", "text")


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


@pytest.mark.parametrize("name", ["articles-about", "claims-of-speaker", "publishers-on-entity"])
def test_what_is_read_whole_for_many_is_what_is_looked_up_for_few(name: str, store: Store) -> None:
    query = QUERIES[name]
    entities = (LEAGUE, INES, URUGUAY) if "entity" in query.parameters else ()
    for asked in (query.text, *(bind(query, {"entity": entity}) for entity in entities)):
        whole, gates = re.subn(r"HAVING\(COUNT\(\?one\) (<=|>) \d+\)", r"HAVING(COUNT(?one) \1 0)", asked)
        assert gates == 2
        assert rows_of(store, whole) == rows_of(store, asked) != []


@EVERY
def test_every_parameter_narrows_the_answer(query: NamedQuery, store: Store) -> None:
    """An argument taken from a row keeps that row; one that fits nothing leaves none."""
    samples = {
        "minimum": "9", "from": "2999", "since": "2999", "until": "1900", "before": "1900", "limit": "0", "offset": "999",
        "asserted": "true", "phase": "unknown", "eventType": "riot", "modality": "stated",
    }  # fmt: skip
    fitting = {"text": "Coast Courier", "eventType": "election"}
    required = {
        name: fitting.get(parameter.type, LEAGUE) for name, parameter in query.parameters.items() if parameter.required
    }
    required |= dict.fromkeys(query.needs[-1:], LEAGUE)
    for name, parameter in query.parameters.items():
        if parameter.type in ("class", "predicate") or name in ("new", "undone"):  # the story has all of these
            continue
        if parameter.type == "date" and query.name == "leaders-as-of":  # on any day some end or start is open
            assert rows_of(store, bind(query, required | {name: "1500"})) != rows_of(store, bind(query, required))
            continue
        raw = samples.get(name) or samples.get(parameter.type) or "http://e.test/nobody"
        if query.name == "disputed-statements" and name == "asserted":
            assert rows_of(store, bind(query, {name: "false"})) == rows_of(store, query.text)
        assert rows_of(store, bind(query, required | {name: raw})) == [], (name, parameter)


@EVERY
def test_bound_entities_give_the_rows_that_have_them(query: NamedQuery, store: Store) -> None:
    results = store.query(query.text)
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    everything = [dict(zip(names, row, strict=True)) for row in results]
    required = [name for name, parameter in query.parameters.items() if parameter.required]
    for name, parameter in query.parameters.items():
        if (
            parameter.type not in ("entity", "iri", "article", "statement", "predicate", "eventType")
            or name not in names
        ):
            continue
        given = set(required) | {name}
        keys = {tuple(row[n] for n in sorted(given)) for row in everything}
        for terms in (dict(zip(sorted(given), key, strict=True)) for key in keys):
            if not all(isinstance(term, NamedNode) or query.parameters[n].type == "text" for n, term in terms.items()):
                continue
            arguments = {n: term.value for n, term in terms.items()}
            expected = [
                tuple(_settled(term.value if term else None) for term in row.values())
                for row in everything
                if all(row[n] is not None and row[n].value == value for n, value in arguments.items())
            ]
            assert Counter(rows_of(store, bind(query, arguments))) == Counter(expected), arguments


@EVERY
def test_pages_are_the_whole_answer_in_its_order(query: NamedQuery, store: Store) -> None:
    anything = {name: replace(parameter, required=False) for name, parameter in query.parameters.items()}
    asked = replace(query, parameters=anything, needs=())
    pages = []
    while page := rows_of(store, bind(asked, {"limit": "7", "offset": str(7 * len(pages))})):
        pages.append(page)
    assert [row for page in pages for row in page] == rows_of(store, query.text)


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


def test_co_participants_are_counted_by_event(store: Store) -> None:
    columns = ("otherLabel", "events", "types")
    assert ask(store, "co-participants", {"entity": LEAGUE}, *columns) == [
        ("Inês Duarte", "1", "election"),
        ("Uruguay", "1", "agreement"),
    ]
    assert ask(store, "co-participants", {"entity": LEAGUE, "type": "election"}, "otherLabel") == [("Inês Duarte",)]


def test_events_together_are_those_in_which_both_took_part(store: Store) -> None:
    assert ask(store, "events-together", {"first": LEAGUE, "second": URUGUAY}, "date", "eventLabel") == [
        ("2024-03", "agreement (c6d7e8f9)")
    ]


def test_links_are_direct_or_by_way_of_something(store: Store) -> None:
    links = ask(store, "links-between", {"first": INES, "second": RUI}, "firstPredicate", "viaLabel", "secondPredicate")
    assert links[0] == (KG + "childOf", None, None)
    assert (KG + "leads", "Free Dockers' League", KG + "leads") in links
    assert (KG + "leads", "Free Dockers' League", KG + "foundedBy") in links


def test_groups_share_a_leader_of_any_or_of_one_phase(store: Store) -> None:
    assert ask(store, "groups-sharing-leaders", {"group": SHIPPING}, "otherLabel", "leaders", "names") == [
        ("Stein Dredging", "1", "Olga Stein")
    ]
    assert ask(store, "groups-sharing-leaders", {"group": SHIPPING, "phase": "current"}, "otherLabel") == []


def test_a_career_is_told_by_date(store: Store) -> None:
    assert ask(store, "career-of-person", {"person": RUI}, "until", "what", "thingLabel", "phase") == [
        ("2019", KG + "leads", "Free Dockers' League", "former"),
        (None, KG + "foundedBy", "Free Dockers' League", "current"),
    ]
    assert ask(store, "career-of-person", {"person": INES}, "date", "what", "type")[0] == (
        "2024-03-02",
        KG + "involvesPerson",
        KG + "election",
    )


def test_leaders_succeed_one_another_and_announced_ones_come_last(store: Store) -> None:
    assert ask(store, "succession-of-leaders", {"group": LEAGUE}, "personLabel", "phase") == [
        ("Rui Duarte", "former"),
        ("Inês Duarte", "current"),
    ]
    party = BASE + "group/harbour-party-60718293"
    assert ask(store, "succession-of-leaders", {"group": party}, "person", "phase", "from", "asserted") == [
        (CARLA, "future", "2024-06", "false")
    ]


def test_people_of_a_group_include_those_of_its_parts(store: Store) -> None:
    rows = ask(store, "people-of-group", {"group": SHIPPING}, "personLabel", "unitLabel", "relation", "phase")
    assert rows == [
        ("Olga Stein", "Stein Dredging", KG + "leads", "former"),
        ("Olga Stein", "Stein Shipping", KG + "leads", "current"),
    ]
    assert len(ask(store, "people-of-group", {"group": LEAGUE}, "person")) == 3


def test_parts_are_counted_in_steps_down_and_wholes_in_steps_up(store: Store) -> None:
    assert ask(store, "parts-of-group", {"group": SHIPPING}, "steps", "partLabel", "wholeLabel") == [
        ("1", "Stein Dredging", "Stein Shipping"),
        ("2", "Stein Pumps", "Stein Dredging"),
    ]
    assert ask(store, "wholes-of-group", {"group": PUMPS}, "steps", "wholeLabel", "leaders") == [
        ("1", "Stein Dredging", "Olga Stein"),
        ("2", "Stein Shipping", "Olga Stein"),
    ]


def test_a_group_in_a_circle_of_parts_is_no_endless_answer(store: Store) -> None:
    circle = Store()
    circle.extend(store)
    circle.update(f"INSERT DATA {{ <{SHIPPING}> <{KG}partOf> <{PUMPS}> }}")
    assert len(ask(circle, "parts-of-group", {"group": SHIPPING}, "part")) == 2
    assert len(ask(circle, "wholes-of-group", {"group": PUMPS}, "whole")) == 3


def test_claims_of_a_publisher_come_newest_first_and_page_by_page(store: Store) -> None:
    rows = ask(store, "claims-of-publisher", {"publisher": "Coast Courier"}, "published", "claim")
    assert len(rows) == 18
    assert rows == sorted(rows, key=lambda row: row[0] or "", reverse=True)
    page = {"publisher": "Coast Courier", "limit": "5", "offset": "5"}
    assert ask(store, "claims-of-publisher", page, "published", "claim") == rows[5:10]
    kind = {"publisher": "Coast Courier", "predicate": "leads"}
    of_kind = ask(store, "claims-of-publisher", kind, "published", "claim")
    assert of_kind == [row for row in rows if row in of_kind]
    assert 2 < len(of_kind) < len(rows)
    assert (
        ask(store, "claims-of-publisher", {**kind, "limit": "2", "offset": "1"}, "published", "claim") == of_kind[1:3]
    )
    leads = {"publisher": "Coast Courier", "predicate": "leads", "until": "2024-03-15", "from": "2024-03-15"}
    assert {row[0] for row in ask(store, "claims-of-publisher", leads, "subjectLabel")} == {
        "Tomás Vidal",
        "Carla Rossi",
    }


def test_claims_of_a_speaker_have_the_sentence(store: Store) -> None:
    assert ask(store, "claims-of-speaker", {"speaker": "The ministry"}, "stance", "subjectLabel", "sentence") == [
        (KG + "disputes", "Tomás Vidal", "The ministry denied that Tomás Vidal leads the Free Dockers' League.")
    ]


def test_publishers_on_an_entity_are_counted_with_their_denials(store: Store) -> None:
    columns = ("publisher", "articles", "supports", "denials", "first", "last")
    assert ask(store, "publishers-on-entity", {"entity": TOMAS}, *columns) == [
        ("Coast Courier", "3", "3", "1", "2024-03-04", "2024-04-02")
    ]


def test_what_one_source_alone_reports_comes_with_that_source(store: Store) -> None:
    rows = ask(store, "single-source-statements", {"object": LEAGUE, "predicate": "leads"}, "subjectLabel", "publisher")
    assert rows == [("Rui Duarte", "Coast Courier")]  # two sources have Inês Duarte


def test_unconfirmed_statements_are_alleged_or_planned(store: Store) -> None:
    assert ask(store, "unconfirmed-statements", {"modality": "alleged"}, "subjectLabel", "attributedTo") == [
        ("Tomás Vidal", "A union source")
    ]
    assert ask(store, "unconfirmed-statements", {"subject": CARLA}, "modality") == [("planned",)]


@pytest.mark.parametrize(
    ("arguments", "labels"),
    [
        ({"from": "2024-03-05", "until": "2024-03"}, ["agreement (c6d7e8f9)", "strike (b5c6d7e8)"]),
        ({"type": "strike"}, ["strike (b5c6d7e8)"]),
        ({"place": MONTEVIDEO}, ["election (a4b5c6d7)", "strike (b5c6d7e8)"]),
        ({"place": URUGUAY, "type": "kg:election", "until": "2024"}, ["election (a4b5c6d7)"]),
    ],
)
def test_events_between_two_dates_by_type_and_place(store: Store, arguments: dict[str, str], labels: list[str]) -> None:
    assert [label for (label,) in ask(store, "events-between", arguments, "eventLabel")] == labels


def test_events_of_a_person_name_the_others(store: Store) -> None:
    assert ask(store, "events-of-person", {"person": INES}, "date", "places", "others") == [
        ("2024-03-02", "Montevideo", "Free Dockers' League")
    ]


def test_events_are_counted_by_month_and_type(store: Store) -> None:
    assert ask(store, "events-by-month", {"group": LEAGUE}, "month", "type", "events") == [
        ("2024-03", KG + "agreement", "1"),
        ("2024-03", KG + "election", "1"),
        ("2024-03", KG + "strike", "1"),
    ]


def test_places_of_a_group_are_where_it_is_and_where_it_acted(store: Store) -> None:
    assert ask(store, "places-of-group", {"group": LEAGUE}, "date", "placeLabel", "eventLabel") == [
        ("2024-03-02", "Montevideo", "election (a4b5c6d7)"),
        (None, "Uruguay", None),
        ("2024-03-11", "Southern Quay", "strike (b5c6d7e8)"),
    ]


def test_leaders_in_a_place_are_those_of_its_groups(store: Store) -> None:
    assert ask(store, "leaders-in-place", {"place": URUGUAY, "phase": "current"}, "personLabel", "groupLabel") == [
        ("Inês Duarte", "Free Dockers' League")
    ]


def test_places_within_a_place_are_found_at_any_depth(store: Store) -> None:
    assert ask(store, "places-within", {"place": URUGUAY}, "partLabel", "wholeLabel") == [
        ("Southern Quay", "Montevideo"),
        ("Montevideo", "Uruguay"),
    ]


def test_a_family_is_told_from_each_side(store: Store) -> None:
    assert ask(store, "family-of-person", {"person": RUI}, "kin", "relativeLabel") == [("child", "Inês Duarte")]
    assert ask(store, "family-of-person", {"person": TOMAS}, "kin", "relativeLabel") == [("spouse", "Inês Duarte")]


def test_citizens_come_with_what_they_lead(store: Store) -> None:
    assert ask(store, "citizens-of-country", {"country": URUGUAY}, "personLabel", "leads") == [
        ("Inês Duarte", "Free Dockers' League")
    ]


def test_co_mentions_count_articles_and_may_be_of_one_class(store: Store) -> None:
    assert ask(store, "co-mentions", {"entity": LEAGUE, "class": "Place"}, "otherLabel", "articles") == [
        ("Uruguay", "3"),
        ("Montevideo", "2"),
        ("Southern Quay", "1"),
    ]


@pytest.mark.parametrize("article", [DEAL, BASE + "article/copy.txt"])
def test_the_copies_of_an_article_are_found_from_any_of_them(store: Store, article: str) -> None:
    assert ask(store, "sources-of-article", {"article": article}, "publisher", "copyOf") == [
        ("Coast Courier", None),
        ("Plata Wire", DEAL),
    ]


def test_what_was_reported_since_a_day_may_be_new_or_known(store: Store) -> None:
    since = {"since": "2024-04-01"}
    assert len(ask(store, "recently-reported", since, "statement")) == 4
    known = ask(store, "recently-reported", {**since, "new": "false"}, "subjectLabel", "firstReported")
    assert known == [("Tomás Vidal", "2024-03-15")]
    assert len(ask(store, "recently-reported", {**since, "new": "true"}, "statement")) == 3


def test_what_nobody_has_repeated_for_longest_comes_first(store: Store) -> None:
    rows = ask(store, "stale-statements", {"predicate": "leads"}, "lastCurrent", "subjectLabel")
    assert rows == [("2024-03-11", "Inês Duarte")]
    assert ask(store, "stale-statements", {"predicate": "leads", "before": "2024-03-11"}, "subject") == []


def test_dates_conflict_unless_one_is_within_the_other(store: Store) -> None:
    assert ask(store, "conflicting-dates", {}, "oneDate", "oneSources", "otherDate", "otherSources") == [
        ("2023-05-01", "2", "2023-05-03", "1")
    ]


def test_an_entity_of_which_nothing_is_said_is_isolated(store: Store) -> None:
    assert ask(store, "isolated-entities", {}, "label") == [("Karl Stein",)]
    assert ask(store, "isolated-entities", {"class": "Group"}, "label") == []


def test_the_most_connected_are_counted_by_statement(store: Store) -> None:
    rows = ask(store, "most-connected-entities", {"limit": "2"}, "label", "statements")
    assert rows == [("Free Dockers' League", "9"), ("Inês Duarte", "5")]
    assert ask(store, "most-connected-entities", {"class": "Polity"}, "label") == [("Uruguay",)]


def test_statistics_count_articles_and_statements(store: Store) -> None:
    assert ask(
        store, "statistics-by-predicate", {"predicate": "leads"}, "statements", "assertedOnes", "deniedOnes"
    ) == [("4", "2", "1")]
    assert ask(store, "statistics-by-publisher", {}, "publisher", "articles", "copies", "last") == [
        ("Coast Courier", "3", "0", "2024-04-02"),
        ("Plata Wire", "2", "1", "2024-04-03"),
    ]
    assert ask(store, "statistics-by-month", {"from": "2024-04"}, "month", "articles", "publishers") == [
        ("2024-04", "2", "2")
    ]


def test_decisions_are_listed_with_author_and_reason(store: Store) -> None:
    assert ask(store, "decisions", {}, "author", "decision", "undone") == [
        ("leo", "rejected", "true"),
        ("nuria", "same", "false"),
    ]
    olga = BASE + "person/olga-stein-a0000001"
    assert ask(store, "decisions", {"entity": olga, "undone": "false"}, "words", "reason") == [
        ("Olga Stein", "one family, two people")
    ]


def test_a_query_without_what_it_requires_says_so() -> None:
    with pytest.raises(ParameterError, match="links-between needs second") as raised:
        bind(QUERIES["links-between"], {"first": LEAGUE})
    assert raised.value.hint == "second: the other"


def test_a_query_that_needs_one_of_several_parameters_takes_any_of_them(store: Store) -> None:
    with pytest.raises(ParameterError, match="needs statement or subject or object"):
        bind(QUERIES["evidence-of-statement"], {"limit": "3"})
    assert len(ask(store, "evidence-of-statement", {"object": LEAGUE}, "claim")) > 3


def test_a_query_is_short_when_something_bounds_it() -> None:
    assert QUERIES["leaders-of-group"].is_short({"group"})
    assert not QUERIES["leaders-of-group"].is_short({"phase"})
    assert not QUERIES["events-between"].is_short({"place"})
