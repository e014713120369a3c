"""Exports: equal graphs give equal bytes, and reading them back gives the graph."""

from __future__ import annotations

import io
import json
import random
import threading
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from kg import vocab
from kg.errors import StoreError, UnknownEntity
from kg.graph import export as export_module
from kg.graph import jsonld
from kg.graph.export import FORMATS, export
from kg.graph.facts import article_iri, ontology_graph
from kg.graph.oxigraph import OxigraphStore
from kg.graph.scope import WHOLE, Provenance, Scope
from tests.golden.story import BASE, CARLA, INES, LEAGUE, MONTEVIDEO, RUI, STORY, TOMAS, commit, golden_store

DEFAULT = DefaultGraph()
WITH_GRAPHS = ("trig", "nquads")
RDFLIB = {
    "turtle": "turtle",
    "trig": "trig",
    "nquads": "nquads",
    "ntriples": "nt",
    "jsonld": "json-ld",
    "rdfxml": "xml",
}
OWN = NamedNode("http://e.org/mine")


@pytest.fixture(scope="module")
def golden() -> OxigraphStore:
    return golden_store(ontology=True)


def written(
    store: OxigraphStore, form: str, scope: Scope = WHOLE, *, provenance: Provenance | str | bool = True
) -> bytes:
    out = io.BytesIO()
    export(store, form, out, scope=scope, provenance=provenance)
    return out.getvalue()


def canonical(quads: Iterable[Quad]) -> set[Quad]:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def merged(quads: Iterable[Quad]) -> set[Quad]:
    return {Quad(quad.subject, quad.predicate, quad.object, DEFAULT) for quad in quads}


def expected(store: OxigraphStore, form: str) -> set[Quad]:
    """What a whole export holds: every graph, or the triples of all but the ontology's."""
    if form in WITH_GRAPHS:
        return canonical(store.quads())
    return canonical(merged(quad for quad in store.quads() if quad.graph_name != ontology_graph(BASE)))


def read_by_rdflib(data: bytes, form: str) -> set[Quad]:
    dataset = rdflib.Dataset()
    dataset.parse(data=data, format=RDFLIB[form])
    return set(parse(dataset.serialize(format="nquads"), RdfFormat.N_QUADS))


@pytest.mark.parametrize("form", FORMATS)
def test_pyoxigraph_reads_back_the_graph(golden: OxigraphStore, form: str) -> None:
    assert canonical(parse(written(golden, form), FORMATS[form])) == expected(golden, form)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize("form", FORMATS)
def test_rdflib_reads_back_the_graph(golden: OxigraphStore, form: str) -> None:
    assert canonical(read_by_rdflib(written(golden, form), form)) == expected(golden, form)


@pytest.mark.parametrize("form", FORMATS)
def test_equal_graphs_give_equal_bytes_whatever_the_order_and_kind_of_store(
    golden: OxigraphStore, form: str, tmp_path: Path
) -> None:
    lines = [f"{quad} .\n" for quad in golden.quads()]
    random.Random(7).shuffle(lines)
    (tmp_path / "shuffled.nq").write_text("".join(lines), encoding="utf-8")
    others = [OxigraphStore.in_memory(), OxigraphStore.on_disk(tmp_path / "store")]
    for other in others:
        other.load(tmp_path / "shuffled.nq", RdfFormat.N_QUADS)
        assert written(other, form) == written(golden, form)


@pytest.mark.parametrize("provenance", [True, False], ids=["with", "without"])
@pytest.mark.parametrize("form", FORMATS)
def test_large_graphs_are_stable_and_complete_too(
    golden: OxigraphStore, form: str, provenance: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = canonical(parse(written(golden, form, provenance=provenance), FORMATS[form]))
    monkeypatch.setattr(export_module, "SORTED_QUADS", 10)
    large = written(golden, form, provenance=provenance)
    assert canonical(parse(large, FORMATS[form])) == small
    on_disk = OxigraphStore.on_disk(tmp_path / "store")
    (tmp_path / "all.nq").write_text("\n".join(sorted(f"{q} ." for q in golden.quads())), encoding="utf-8")
    on_disk.load(tmp_path / "all.nq", RdfFormat.N_QUADS)
    assert written(on_disk, form, provenance=provenance) == large


def test_a_json_ld_of_too_many_nodes_to_frame_is_streamed_one_to_a_line(
    golden: OxigraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_module, "FRAMED_NODES", 10)
    data = written(golden, "jsonld")
    assert canonical(parse(data, RdfFormat.JSON_LD)) == expected(golden, "jsonld")
    nodes = data.decode().splitlines()[2:-1]
    assert len(nodes) == len({quad.subject for quad in expected(golden, "jsonld")})
    assert all(json.loads(line.rstrip(","))["id"] for line in nodes)


TERMS = st.sampled_from([NamedNode(f"http://e.org/{name}") for name in "abc"] + [INES.iri, LEAGUE.iri, vocab.leads])
VALUES = TERMS | st.text(max_size=8).map(Literal) | st.sampled_from([
    Literal("01", datatype=vocab.xsd_integer), Literal(7), Literal(True), Literal("1", datatype=vocab.xsd_boolean),
    Literal("0.50", datatype=vocab.xsd_decimal), Literal("x", language="en"), Literal("x", language="de"),
    Literal("2024", datatype=vocab.xsd_gYear), Literal(99999999999999999), Literal("http://e.org/a"),
])  # fmt: skip
TYPES = st.sampled_from([vocab.Person, vocab.Statement, vocab.Claim, vocab.Mention, NamedNode("http://e.org/Odd")])
PREDICATES = st.sampled_from([
    *(vocab.term(name) for name in vocab.PROPERTIES), vocab.rdfs_label, vocab.skos_altLabel, vocab.rdf_subject,
    vocab.rdf_object, vocab.rdf_predicate, vocab.oa_exact, vocab.oa_start, vocab.prov_wasDerivedFrom,
    vocab.dcterms_title, vocab.schema_url, NamedNode("http://e.org/odd"),
])  # fmt: skip
TRIPLES = st.builds(Triple, TERMS, PREDICATES, VALUES) | st.builds(Triple, TERMS, st.just(vocab.rdf_type), TYPES)


@settings(max_examples=400, deadline=None)
@given(st.lists(TRIPLES, max_size=25), st.sampled_from(sorted(FORMATS)))
def test_any_graph_survives_any_format(triples: list[Triple], form: str) -> None:
    store = OxigraphStore.in_memory()
    quads = {Quad(triple.subject, triple.predicate, triple.object, DEFAULT) for triple in triples}
    for quad in quads:
        store._store.add(quad)  # terms as they are, not through an update
    if form == "rdfxml" and not all(_fits_xml(quad) for quad in quads):
        with pytest.raises(StoreError, match="XML"):
            written(store, form)
        return
    back = OxigraphStore.in_memory()
    back._store.extend(parse(written(store, form), FORMATS[form]))
    assert set(back.quads()) == set(store.quads())


def _fits_xml(quad: Quad) -> bool:
    """Whether XML has all characters of a literal, and gives them back."""
    value = quad.object.value
    return all(char in "\t\n" or (char >= " " and char not in "\ufffe\uffff") for char in value)


# JSON-LD


def node_of(data: bytes, iri: str) -> dict[str, Any]:
    (node,) = [node for node in json.loads(data)["@graph"] if node["id"] == iri]
    return node


def test_json_ld_is_compact_and_offline(golden: OxigraphStore) -> None:
    data = written(golden, "jsonld")
    document = json.loads(data)
    assert document["@context"] == jsonld.context()
    league = node_of(data, LEAGUE.iri.value)
    assert league["type"] == "Group"
    assert league["label"] == "Free Dockers' League"
    assert league["foundedBy"] == [RUI.iri.value]
    assert b"w3id.org" not in data.partition(b'"@graph"')[2]


def test_a_statement_carries_its_claims_and_a_claim_its_sentence_and_words(golden: OxigraphStore) -> None:
    document = json.loads(written(golden, "jsonld"))
    statements = [node for node in document["@graph"] if node.get("type") == "Statement"]
    (disputed,) = [node for node in statements if "disputedBy" in node]
    assert (disputed["subject"], disputed["predicate"], disputed["asserted"]) == (TOMAS.iri.value, "leads", False)
    (denial,) = disputed["disputedBy"]
    assert denial["evidence"]["exact"] == "The ministry denied that Tomás Vidal leads the Free Dockers' League."
    assert denial["subjectMention"]["exact"] == "Tomás Vidal"
    assert denial["subjectMention"]["denotes"] == TOMAS.iri.value
    (allegation,) = disputed["supportedBy"]
    assert allegation["modality"] == "alleged"
    assert disputed["supportingArticles"] == 1


def test_every_claim_stands_in_its_statement_and_nowhere_else(golden: OxigraphStore) -> None:
    document = json.loads(written(golden, "jsonld"))
    assert not [node for node in document["@graph"] if node.get("type") == "Claim"]
    inside = [c for node in document["@graph"] for side in ("supportedBy", "disputedBy") for c in node.get(side, ())]
    assert len(inside) == sum(len(told.said) for told in STORY)


def test_an_entity_carries_its_mentions(golden: OxigraphStore) -> None:
    node = node_of(written(golden, "jsonld"), MONTEVIDEO.iri.value)
    assert {mention["exact"] for mention in node["mentions"]} == {"Montevideo"}


def test_large_frames_are_cut_into_batches_that_change_nothing(
    golden: OxigraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = written(golden, "jsonld")
    monkeypatch.setattr(jsonld, "BATCH_NODES", 7)
    assert json.loads(written(golden, "jsonld")) == json.loads(whole)


# Turtle and its relatives


def test_turtle_has_prefixes_and_types_first(golden: OxigraphStore) -> None:
    text = written(golden, "turtle").decode()
    assert "@prefix kg: <https://w3id.org/newsgraph/ontology#> ." in text
    assert f"<{INES.iri.value}> a kg:Person ;\n\trdfs:label " in text
    assert f"kg:leads <{LEAGUE.iri.value}>" in text


def test_quads_hold_every_graph_and_triples_leave_out_the_ontology(golden: OxigraphStore) -> None:
    assert b"owl#Ontology>" in written(golden, "nquads")
    assert b"owl#Ontology>" not in written(golden, "ntriples")


def test_blank_nodes_of_users_get_stable_names() -> None:
    def note(*names: str) -> bytes:
        store = OxigraphStore.in_memory()
        first, second = map(BlankNode, names)
        link = [Triple(first, vocab.rdfs_comment, Literal("a")), Triple(first, vocab.partOf, second)]
        store._store.extend([Quad(t.subject, t.predicate, t.object, OWN) for t in link])
        return written(store, "trig")

    assert note("x", "y") == note("q", "p")


# Scopes


@pytest.mark.parametrize("form", FORMATS)
def test_an_entity_comes_with_its_facts_its_neighbours_and_their_evidence(golden: OxigraphStore, form: str) -> None:
    found = merged(parse(written(golden, form, Scope(entity=INES.iri)), FORMATS[form]))
    triples = {(quad.subject, quad.predicate, quad.object) for quad in found}
    assert (INES.iri, vocab.leads, LEAGUE.iri) in triples
    assert (LEAGUE.iri, vocab.rdfs_label, Literal("Free Dockers' League", language="en")) in triples
    statements = {quad.subject for quad in found if quad.predicate == vocab.asserted}
    assert len(statements) == 5
    claims = {quad.subject for quad in found if quad.object == vocab.Claim}
    assert len(claims) == 6
    quoted = {quad.subject for quad in found if quad.predicate == vocab.oa_exact}
    ends = {
        quad.object for quad in found if quad.predicate in (vocab.evidence, vocab.subjectMention, vocab.objectMention)
    }
    assert ends <= quoted
    articles = {quad.object for quad in found if quad.predicate == vocab.prov_wasDerivedFrom}
    assert articles == {quad.subject for quad in found if quad.predicate == vocab.dcterms_title}


def test_an_entity_without_provenance_is_facts_alone(golden: OxigraphStore) -> None:
    found = set(parse(written(golden, "nquads", Scope(entity=LEAGUE.iri), provenance=False), RdfFormat.N_QUADS))
    assert {quad.graph_name for quad in found} == {DEFAULT}
    predicates = {vocab.term(name) for name in vocab.PREDICATES}
    assert {quad.predicate for quad in found} <= predicates | {
        vocab.rdf_type, vocab.rdfs_label, vocab.skos_altLabel, vocab.eventType,
    }  # fmt: skip
    assert Quad(INES.iri, vocab.leads, LEAGUE.iri, DEFAULT) in found
    assert not [quad for quad in found if quad.subject == TOMAS.iri]


@pytest.mark.parametrize("told", STORY, ids=lambda told: told.id)
def test_an_article_comes_with_its_graph_its_header_and_its_statements(golden: OxigraphStore, told: Any) -> None:
    iri = article_iri(BASE, told.id)
    found = set(parse(written(golden, "trig", Scope(article=iri)), RdfFormat.TRIG))
    assert {quad for quad in found if quad.graph_name == iri} == set(golden.quads(graph=iri))
    assert set(golden.quads(iri, None, None, DEFAULT)) <= found
    about = {quad.object for quad in found if quad.predicate in (vocab.supports, vocab.disputes)}
    assert about == {quad.subject for quad in found if quad.object == vocab.Statement}
    facts = {quad for quad in found if vocab.local(quad.predicate) in vocab.PREDICATES}
    asserted = {quad.subject for quad in found if quad.predicate == vocab.asserted and quad.object == Literal(True)}
    assert len(facts) == len(asserted)


def test_an_article_without_provenance_is_what_it_states(golden: OxigraphStore) -> None:
    iri = article_iri(BASE, "courier/denial.txt")
    found = set(parse(written(golden, "nquads", Scope(article=iri), provenance=False), RdfFormat.N_QUADS))
    facts = {quad for quad in found if vocab.local(quad.predicate) in vocab.PREDICATES}
    assert [(quad.subject, vocab.local(quad.predicate)) for quad in facts] == [(TOMAS.iri, "memberOf")]


QUERY = f"CONSTRUCT {{ ?p {vocab.leads} ?g }} WHERE {{ ?p {vocab.leads} ?g }}"


def test_the_answer_of_a_query_comes_with_the_claims_behind_it_or_alone(golden: OxigraphStore) -> None:
    alone = set(parse(written(golden, "nquads", Scope(query=QUERY), provenance=False), RdfFormat.N_QUADS))
    assert alone == {Quad(p.iri, vocab.leads, LEAGUE.iri, DEFAULT) for p in (INES, RUI)}
    backed = set(parse(written(golden, "nquads", Scope(query=QUERY)), RdfFormat.N_QUADS))
    assert alone < backed
    assert len({quad.subject for quad in backed if quad.object == vocab.Claim}) == 3
    triples = tuple(golden.query(QUERY).triples())
    assert written(golden, "trig", Scope(triples=triples)) == written(golden, "trig", Scope(query=QUERY))


def test_the_whole_without_provenance_is_facts_alone(golden: OxigraphStore) -> None:
    found = set(parse(written(golden, "nquads", provenance=False), RdfFormat.N_QUADS))
    assert {quad.graph_name for quad in found} == {DEFAULT}
    assert not [quad for quad in found if quad.object in (vocab.Statement, vocab.Article, vocab.Claim)]
    entities = {quad.subject for quad in found if quad.predicate == vocab.rdfs_label}
    assert {quad.subject for quad in found} == entities


# Levels of provenance


@pytest.mark.parametrize(
    "scope", [WHOLE, Scope(entity=INES.iri), Scope(article=article_iri(BASE, STORY[0].id))], ids=str
)
def test_statements_come_with_their_counts_and_without_articles_and_claims(golden: OxigraphStore, scope: Scope) -> None:
    none, statements, full = (
        set(parse(written(golden, "nquads", scope, provenance=level), RdfFormat.N_QUADS)) for level in Provenance
    )
    assert none < statements < full
    assert {quad.graph_name for quad in statements} == {DEFAULT}
    types = {quad.object for quad in statements if quad.predicate == vocab.rdf_type}
    assert vocab.Statement in types
    assert types.isdisjoint({vocab.Article, vocab.Claim, vocab.Mention})
    nodes = {quad.subject for quad in statements if quad.object == vocab.Statement}
    assert nodes == {
        quad.subject for quad in full if quad.object == vocab.Statement and quad.predicate == vocab.rdf_type
    }


def test_facts_alone_have_nothing_that_our_commits_say_of_statements_and_articles() -> None:
    written_of_records = {
        triple.predicate
        for update in (commit(),)
        for triple in _inserted(update)
        if triple.subject.value.startswith((f"{BASE}statement/", f"{BASE}article/"))
    }
    assert vocab.lastCurrent in written_of_records
    store = golden_store()
    found = {quad.predicate for quad in parse(written(store, "nquads", provenance=False), RdfFormat.N_QUADS)}
    assert found.isdisjoint(written_of_records - {vocab.rdf_type})


def _inserted(update: str) -> list[Triple]:
    store = OxigraphStore.in_memory()
    store.update(update)
    return [quad.triple for quad in store.quads(graph=DEFAULT)]


# RDF 1.2


@pytest.mark.parametrize("form", ["turtle", "trig", "ntriples", "nquads"])
@pytest.mark.parametrize("limit", [10**6, 10], ids=["small", "large"])
def test_with_reifiers_a_statement_is_a_triple_term_away_from_its_fact(
    golden: OxigraphStore, form: str, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_module, "SORTED_QUADS", limit)
    out = io.BytesIO()
    export(golden, form, out, reifiers=True)
    store = OxigraphStore.in_memory()
    store._store.extend(parse(out.getvalue(), FORMATS[form]))
    rows = store.query(
        "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX kg: <https://w3id.org/newsgraph/ontology#>"
        "SELECT ?p ?g ?c WHERE { ?x rdf:reifies <<( ?p kg:leads ?g )>> ; kg:asserted true ; kg:confidence ?c }"
    ).rows()
    assert {(row["p"], row["g"]) for row in rows} == {(INES.iri, LEAGUE.iri), (RUI.iri, LEAGUE.iri)}
    assert not store.quads(None, vocab.rdf_subject)
    without = {quad for quad in expected(golden, form) if quad.predicate not in export_module._ENDS}
    assert {quad for quad in store.quads() if not isinstance(quad.object, Triple)} == without


@pytest.mark.parametrize("form", ["jsonld", "rdfxml"])
def test_formats_without_triple_terms_refuse_reifiers(golden: OxigraphStore, form: str) -> None:
    with pytest.raises(StoreError, match="triple terms"):
        export(golden, form, io.BytesIO(), reifiers=True)


# More scopes


def test_a_greater_depth_adds_what_concerns_the_neighbours(golden: OxigraphStore) -> None:
    rings = [
        set(parse(written(golden, "nquads", Scope(entity=CARLA.iri, depth=depth)), RdfFormat.N_QUADS))
        for depth in (1, 2, 3)
    ]
    assert rings[0] < rings[1] < rings[2]
    assert not [quad for quad in rings[0] if quad.subject == TOMAS.iri]
    assert [quad for quad in rings[1] if quad.subject == TOMAS.iri and quad.predicate == vocab.memberOf]
    with pytest.raises(ValueError, match="depth"):
        Scope(entity=CARLA.iri, depth=0)


def test_a_time_is_what_the_articles_of_its_days_say(golden: OxigraphStore) -> None:
    march = set(parse(written(golden, "trig", Scope(since=date(2024, 3, 11), until=date(2024, 3, 15))), RdfFormat.TRIG))
    assert {quad.graph_name for quad in march} - {DEFAULT} == {article_iri(BASE, told.id) for told in STORY[1:3]}
    one, two = (
        set(parse(written(golden, "trig", Scope(article=article_iri(BASE, told.id))), RdfFormat.TRIG))
        for told in STORY[1:3]
    )
    assert march == one | two
    assert written(golden, "turtle", Scope(since=date(2030, 1, 1))) == written(OxigraphStore.in_memory(), "turtle")


def test_rows_stand_for_the_things_they_name_and_what_is_said_between_those(golden: OxigraphStore) -> None:
    pair = Scope(rows=((INES.iri, LEAGUE.iri), (MONTEVIDEO.iri,)))
    found = set(parse(written(golden, "nquads", pair, provenance="statements"), RdfFormat.N_QUADS))
    facts = {
        (q.subject, vocab.local(q.predicate), q.object) for q in found if vocab.local(q.predicate) in vocab.PREDICATES
    }
    assert facts == {(INES.iri, "leads", LEAGUE.iri)}, "Montevideo is in a row of its own"
    assert {quad.subject for quad in found if quad.predicate == vocab.rdfs_label} == {
        INES.iri,
        LEAGUE.iri,
        MONTEVIDEO.iri,
    }
    claim = next(quad.subject for quad in golden.quads(None, vocab.disputes))
    disputed = set(parse(written(golden, "nquads", Scope(rows=((claim,),))), RdfFormat.N_QUADS))
    assert {quad.subject for quad in disputed if quad.object == vocab.Statement} == {
        quad.object for quad in golden.quads(claim, vocab.disputes)
    }
    assert len({quad.subject for quad in disputed if quad.object == vocab.Claim}) == 2, "the allegation too"


@pytest.mark.parametrize("form", FORMATS)
def test_a_large_part_is_the_same_part(golden: OxigraphStore, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scope = Scope(since=date(2024, 3, 1))
    small = canonical(parse(written(golden, form, scope), FORMATS[form]))
    monkeypatch.setattr(export_module, "SORTED_QUADS", 10)
    assert canonical(parse(written(golden, form, scope), FORMATS[form])) == small


def test_large_n_triples_are_sorted_lines(
    golden: OxigraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_module, "SORTED_QUADS", 10)
    lines = written(golden, "ntriples").splitlines()
    assert lines == sorted(set(lines))


@pytest.mark.parametrize("scope", [Scope(entity=OWN), Scope(article=OWN)], ids=["entity", "article"])
def test_what_the_graph_does_not_know_is_an_error_before_the_first_byte(golden: OxigraphStore, scope: Scope) -> None:
    out = io.BytesIO()
    with pytest.raises(UnknownEntity, match="mine"):
        export(golden, "turtle", out, scope=scope)
    assert out.getvalue() == b""


def test_an_unknown_format_is_an_error_that_names_the_known_ones(golden: OxigraphStore) -> None:
    with pytest.raises(StoreError) as caught:
        export(golden, "graphml", io.BytesIO())
    assert "turtle" in (caught.value.hint or "")


def test_a_scope_is_one_thing() -> None:
    with pytest.raises(ValueError, match="one of"):
        Scope(entity=OWN, article=OWN)


def test_a_property_that_xml_cannot_name_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    store = OxigraphStore.in_memory()
    store.replace_graph(DEFAULT, [Triple(OWN, NamedNode("http://e.org/1/"), Literal("x"))])
    with pytest.raises(StoreError, match="RDF/XML"):
        written(store, "rdfxml")
    monkeypatch.setattr(export_module, "SORTED_QUADS", 0)
    out = io.BytesIO()
    with pytest.raises(StoreError, match="RDF/XML"):
        export(store, "rdfxml", out)
    assert out.getvalue() == b""


@pytest.mark.parametrize("form", FORMATS)
def test_exports_may_run_in_several_threads_at_once(golden: OxigraphStore, form: str) -> None:
    results: list[bytes] = []
    threads = [threading.Thread(target=lambda: results.append(written(golden, form))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1
    assert len(results) == 3


def test_an_export_of_an_empty_store_is_an_empty_file_of_its_format() -> None:
    store = OxigraphStore.in_memory()
    for form in FORMATS:
        assert not list(parse(written(store, form), FORMATS[form]))
    assert commit(()) == ""
