"""GraphML, CSV and FollowTheMoney: other tools read them, and they say what the graph says."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import networkx
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg import vocab
from kg.errors import StoreError, UnknownEntity
from kg.exports import FORMATS, Export, write
from kg.exports.tables import safe, safe_rows
from kg.graph.oxigraph import OxigraphStore
from kg.graph.scope import WHOLE, Provenance, Scope
from tests.golden.story import (
    CARLA,
    DEAL,
    ELECTION,
    INES,
    LEAGUE,
    MONTEVIDEO,
    RUI,
    STORY,
    TOMAS,
    URUGUAY,
    golden_store,
)


@pytest.fixture(scope="module")
def golden() -> OxigraphStore:
    store = golden_store(ontology=True)
    montevideo = [
        (vocab.wgs84_lat, Literal("-34.90328", datatype=vocab.xsd_decimal)),
        (vocab.wgs84_long, Literal("-56.18816", datatype=vocab.xsd_decimal)),
        (vocab.countryCode, Literal("UY")),
    ]
    store.extend([Quad(MONTEVIDEO.iri, predicate, value) for predicate, value in montevideo])
    return store


def written(store: OxigraphStore, form: str, scope: Scope = WHOLE, **more: Any) -> bytes:
    out = io.BytesIO()
    write(store, Export(form, scope, **more), out)
    return out.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_equal_graphs_give_equal_files(golden: OxigraphStore, form: str) -> None:
    other = OxigraphStore.in_memory()
    other.extend(sorted(golden.quads(), key=lambda quad: hash(str(quad))))
    assert written(golden, form) == written(other, form)


@pytest.mark.parametrize("form", ["graphml", "csv", "ftm"])
def test_what_the_graph_does_not_know_is_an_error_before_the_first_byte(golden: OxigraphStore, form: str) -> None:
    out = io.BytesIO()
    with pytest.raises(UnknownEntity):
        write(golden, Export(form, Scope(entity=NamedNode("http://e.org/mine"))), out)
    assert out.getvalue() == b""


@pytest.mark.parametrize(
    "wrong", [{"form": "pdf"}, {"form": "csv", "table": "facts"}, {"form": "graphml", "reifiers": True}]
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(StoreError):
        Export(**wrong)


# GraphML


def graph_of(data: bytes) -> Any:
    return networkx.read_graphml(io.BytesIO(data), force_multigraph=True)


def asserted(store: OxigraphStore) -> set[tuple[str, str, str]]:
    facts = {vocab.term(name) for name in vocab.PREDICATES}
    return {
        (quad.subject.value, vocab.local(quad.predicate), quad.object.value)
        for quad in store.quads()
        if quad.predicate in facts and isinstance(quad.object, NamedNode)
    }


def test_networkx_reads_the_asserted_facts(golden: OxigraphStore) -> None:
    graph = graph_of(written(golden, "graphml"))
    assert graph.is_directed()
    assert {(a, data["predicate"], b) for a, b, data in graph.edges(data=True)} == asserted(golden)
    assert (TOMAS.iri.value, LEAGUE.iri.value) not in graph.edges(), "alleged and denied"
    assert CARLA.iri.value in graph, "what is only planned makes no edge, but there is such a person"


def test_nodes_and_edges_carry_what_is_known_of_them(golden: OxigraphStore) -> None:
    graph = graph_of(written(golden, "graphml"))
    league, montevideo = graph.nodes[LEAGUE.iri.value], graph.nodes[MONTEVIDEO.iri.value]
    assert (league["label"], league["class"], league["otherNames"]) == ("Free Dockers' League", "Group", "FDL")
    assert (montevideo["latitude"], montevideo["longitude"]) == (-34.90328, -56.18816)
    assert graph.nodes[URUGUAY.iri.value]["class"] == "Polity"
    assert graph.nodes[ELECTION.iri.value]["startDate"] == "2024-03-02"
    (edge,) = graph.get_edge_data(RUI.iri.value, LEAGUE.iri.value).values()
    assert (edge["predicate"], edge["phase"], edge["validTo"], edge["sources"]) == ("leads", "former", "2019", 1)
    (edge,) = graph.get_edge_data(INES.iri.value, LEAGUE.iri.value).values()
    assert (edge["confidence"], edge["articles"], edge["lastReported"]) == (0.99, 2, "2024-03-11")


def test_a_part_is_a_whole_graph_of_its_own(golden: OxigraphStore) -> None:
    near = graph_of(written(golden, "graphml", Scope(entity=INES.iri)))
    far = graph_of(written(golden, "graphml", Scope(entity=INES.iri, depth=2)))
    assert set(near.edges()) < set(far.edges())
    assert all(data["label"] for _, data in near.nodes(data=True))


def test_the_triples_of_a_query_are_edges_between_things_with_names(golden: OxigraphStore) -> None:
    scope = Scope(query=f"CONSTRUCT {{ ?p {vocab.leads} ?g }} WHERE {{ ?p {vocab.leads} ?g }}")
    graph = graph_of(written(golden, "graphml", scope))
    assert {(a, b) for a, b in graph.edges()} == {(one.iri.value, LEAGUE.iri.value) for one in (INES, RUI)}
    assert graph.nodes[LEAGUE.iri.value]["label"] == "Free Dockers' League"


def test_names_that_xml_cannot_hold_do_not_break_the_file() -> None:
    store = golden_store()
    store.extend([Quad(INES.iri, vocab.skos_altLabel, Literal('<&"\x00\x0b\ufffe]]>'))])
    graph = graph_of(written(store, "graphml"))
    assert '<&"\ufffd\ufffd\ufffd]]>' in graph.nodes[INES.iri.value]["otherNames"]


# CSV


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_tables_begin_with_the_mark_that_spreadsheets_know_utf_8_by(golden: OxigraphStore) -> None:
    for table in ("entities", "statements", "claims"):
        data = written(golden, "csv", table=table)
        assert data.startswith(b"\xef\xbb\xbf")
        assert data.endswith(b"\r\n")
        assert not data[3:].startswith(b"\xef\xbb\xbf")


def test_the_table_of_entities(golden: OxigraphStore) -> None:
    rows = {row["entity"]: row for row in rows_of(written(golden, "csv", table="entities"))}
    assert len(rows) == 13
    montevideo = rows[MONTEVIDEO.iri.value]
    assert (montevideo["latitude"], montevideo["country"]) == ("-34.90328", "UY"), "a number is no formula"
    assert rows[INES.iri.value]["other_names"] == "Duarte"


def test_what_an_entity_is_in_another_data_set_is_told() -> None:
    store = golden_store()
    iris = ["http://www.wikidata.org/entity/Q1335", "https://sws.geonames.org/3441575/"]
    store.extend([Quad(MONTEVIDEO.iri, vocab.skos_exactMatch, NamedNode(iri)) for iri in iris])
    rows = {row["entity"]: row for row in rows_of(written(store, "csv", table="entities"))}
    assert rows[MONTEVIDEO.iri.value]["same_as"] == "; ".join(iris)
    assert graph_of(written(store, "graphml")).nodes[MONTEVIDEO.iri.value]["sameAs"] == "; ".join(iris)
    records = [json.loads(line) for line in written(store, "ftm").splitlines()]
    assert [one["properties"]["wikidataId"] for one in records if "wikidataId" in one["properties"]] == [["Q1335"]]


def test_the_table_of_statements_says_which_are_asserted(golden: OxigraphStore) -> None:
    rows = rows_of(written(golden, "csv"))
    assert len(rows) == len(golden.quads(None, vocab.rdf_type, vocab.Statement))
    (denied,) = [row for row in rows if row["subject_label"] == "Tomás Vidal" and row["predicate"] == "leads"]
    assert (denied["asserted"], denied["disputing_articles"], denied["confidence"]) == ("false", "1", "")
    (start,) = [row for row in rows if row["predicate"] == "endDate"]
    assert (start["object_label"], start["object"]) == ("2024-03-15", "")


def test_the_table_of_claims_has_every_sentence(golden: OxigraphStore) -> None:
    rows = rows_of(written(golden, "csv", table="claims"))
    assert len(rows) == sum(len(told.said) for told in STORY)
    texts = {told.id: told.text for told in STORY}
    for row in rows:
        assert texts[row["article"]][int(row["start"]) : int(row["end"])] == row["sentence"]
    assert {row["stance"] for row in rows} == {"supports", "disputes"}


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1+1", "＝1", "=cmd|' /C calc'!A0"]
)
def test_no_text_becomes_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"
    store = golden_store()
    store.update(f"DELETE WHERE {{ {INES.iri} {vocab.rdfs_label} ?label }}")
    store.extend([Quad(INES.iri, vocab.rdfs_label, Literal(text, language="en"))])
    cells = [
        row["label"] for row in rows_of(written(store, "csv", table="entities")) if row["entity"] == INES.iri.value
    ]
    assert cells == [f"'{text}"]


def test_what_is_no_formula_stays_as_it_is() -> None:
    assert [safe(cell) for cell in ("a=b", "1-2", "", -1.5, 0, None, False)] == ["a=b", "1-2", "", -1.5, 0, "", "false"]


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_rows_of_a_query_become_no_formulas_however_they_come(size: int) -> None:
    rows = [["name", "ünïversal"], ["=cmd", "-1.5"], ["two\nlines", "+1e3"], ['a "quoted", text', "-1 day"], ["", "@x"]]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    table = text.getvalue().encode()
    safe_table = b"".join(safe_rows(table[at : at + size] for at in range(0, len(table), size)))
    assert list(csv.reader(io.StringIO(safe_table.decode(), newline=""))) == [
        ["name", "ünïversal"], ["'=cmd", "-1.5"], ["two\nlines", "+1e3"], ['a "quoted", text', "'-1 day"], ["", "'@x"],
    ]  # fmt: skip


# FollowTheMoney


def records_of(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def of_schema(records: list[dict[str, Any]], schema: str) -> list[dict[str, Any]]:
    return [one["properties"] for one in records if one["schema"] == schema]


@pytest.mark.parametrize("level", list(Provenance))
def test_followthemoney_itself_validates_every_entity(golden: OxigraphStore, level: Provenance) -> None:
    ftm = pytest.importorskip("followthemoney", reason="followthemoney is not installed: pip install newsgraph[ftm]")
    records = records_of(written(golden, "ftm", provenance=level))
    assert records
    for record in records:
        strict = ftm.model.get_proxy(record, cleaned=False)  # cleans each value, and drops what does not survive
        loose = ftm.model.get_proxy(record)
        for name, values in record["properties"].items():
            assert sorted(strict.get(name)) == sorted(loose.get(name)) == sorted(values), (record["schema"], name)
        ftm.model.get(record["schema"]).validate(record)
        assert all(record["properties"].get(name) for name in ftm.model.get(record["schema"]).required), record


def test_every_reference_is_to_an_entity_of_the_file(golden: OxigraphStore) -> None:
    records = records_of(written(golden, "ftm"))
    ids = [one["id"] for one in records]
    assert len(ids) == len(set(ids))
    referred = {
        value for one in records for values in one["properties"].values() for value in values if value.startswith("ng-")
    }
    assert referred <= set(ids)


def test_leading_a_group_is_a_directorship_with_dates_status_proof_and_sentence(golden: OxigraphStore) -> None:
    records = records_of(written(golden, "ftm"))
    names = {one["id"]: one["properties"].get("name", [""])[0] for one in records}
    links = {names[one["director"][0]]: one for one in of_schema(records, "Directorship")}
    assert links.keys() == {"Inês Duarte", "Rui Duarte"}, "not what is denied, alleged or planned"
    rui = links["Rui Duarte"]
    assert (rui["role"], rui["status"], rui["endDate"]) == (["leader"], ["former"], ["2019"])
    assert any("who led the Free Dockers' League until 2019" in quote for quote in rui["summary"])
    proofs = {one["id"]: one["properties"]["fileName"][0] for one in records if one["schema"] == "Article"}
    assert {proofs[proof] for proof in links["Inês Duarte"]["proof"]} == {told.id for told in STORY[:2]}
    assert links["Inês Duarte"]["description"] == ["leads: 2 articles of 2 independent sources, confidence 0.99"]


def test_people_places_events_and_families_become_theirs(golden: OxigraphStore) -> None:
    records = records_of(written(golden, "ftm"))
    (ines,) = [one for one in of_schema(records, "Person") if one["name"] == ["Inês Duarte"]]
    assert (ines["alias"], ines["citizenship"]) == (["Duarte"], ["uy"])
    assert {one["relationship"][0] for one in of_schema(records, "Family")} == {"child of", "spouse of"}
    (league,) = [one for one in of_schema(records, "Organization") if one["name"] == ["Free Dockers' League"]]
    assert league["country"] == ["uy"]
    addresses = {one["name"][0]: one for one in of_schema(records, "Address")}
    assert addresses["Southern Quay"]["full"] == ["Southern Quay, Montevideo, Uruguay"]
    assert addresses["Montevideo"]["latitude"] == ["-34.90328"]
    (strike,) = [one for one in of_schema(records, "Event") if "strike" in one["keywords"]]
    assert (strike["startDate"], strike["endDate"], strike["location"]) == (
        ["2024-03-11"],
        ["2024-03-15"],
        ["Southern Quay"],
    )
    assert {one["role"][0] for one in of_schema(records, "UnknownLink")} == {
        "founder",
        "part of",
        "located in",
        "citizen of",
    }
    assert {one["name"][0] for one in of_schema(records, "PublicBody")} == {"Uruguay"}
    assert of_schema(records, "Membership")
    assert of_schema(records, "Mention")


def test_leading_a_country_or_a_public_body_is_an_occupancy() -> None:
    store = golden_store()
    statement = NamedNode("http://localhost:8000/statement/0123456789abcdef")
    parts = [
        (vocab.rdf_type, vocab.Statement), (vocab.rdf_subject, RUI.iri), (vocab.rdf_predicate, vocab.leads),
        (vocab.rdf_object, URUGUAY.iri), (vocab.asserted, Literal(True)), (vocab.phase, Literal("former")),
    ]  # fmt: skip
    store.extend([Quad(statement, *part) for part in parts] + [Quad(RUI.iri, vocab.leads, URUGUAY.iri)])
    records = records_of(written(store, "ftm"))
    (post,) = [one for one in records if one["schema"] == "Position"]
    assert post["properties"]["name"] == ["Leader of Uruguay"]
    (held,) = of_schema(records, "Occupancy")
    assert (held["post"], held["status"]) == ([post["id"]], ["ended"])


def test_provenance_has_levels(golden: OxigraphStore) -> None:
    bare, counted = (records_of(written(golden, "ftm", provenance=level)) for level in list(Provenance)[:2])
    assert not of_schema(bare, "Article")
    assert all("proof" not in one["properties"] and "description" not in one["properties"] for one in bare)
    assert all("description" in one for one in of_schema(counted, "Directorship"))
    assert not of_schema(counted, "Mention")


def test_ids_do_not_depend_on_what_else_is_exported(golden: OxigraphStore) -> None:
    whole = {one["id"]: one["schema"] for one in records_of(written(golden, "ftm"))}
    part = {one["id"]: one["schema"] for one in records_of(written(golden, "ftm", Scope(entity=INES.iri)))}
    assert part.items() <= whole.items()
    assert DEAL.iri.value not in whole
