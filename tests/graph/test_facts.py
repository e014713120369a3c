"""Claims become triples, and one update commits them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import unquote

import pytest
from hypothesis import given
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
from kg.graph.export import export
from kg.graph.facts import (
    ArticleState,
    article_graph,
    article_iri,
    claim_iri,
    commit_update,
    entity_triples,
    header_triples,
    normalised,
    selector_iri,
    statement_iri,
    statement_triples,
)
from kg.graph.oxigraph import OxigraphStore
from kg.types import EntityClass, EntityState, Mention, MentionKind, Span, Statement
from tests.golden.story import (
    BASE,
    GRAPH,
    INES,
    LEAGUE,
    STORY,
    TOMAS,
    URUGUAY,
    claims,
    commit,
    document,
    entity_states,
    extraction,
    golden_store,
    statement_states,
)

DEFAULT = DefaultGraph()


@pytest.fixture(scope="module")
def golden() -> OxigraphStore:
    return golden_store()


def test_the_story_makes_the_golden_graph(golden: OxigraphStore, update_golden: bool) -> None:
    if update_golden:
        with GRAPH.open("wb") as file:
            export(golden, "trig", file)
    expected = Dataset(parse(GRAPH.read_bytes(), RdfFormat.TRIG))
    made = Dataset(golden.quads())
    for dataset in (expected, made):
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert set(made) == set(expected)


def test_the_graph_has_no_blank_nodes(golden: OxigraphStore) -> None:
    assert not [quad for quad in golden.quads() if BlankNode in {type(quad.subject), type(quad.object)}]


def test_each_article_is_one_graph_and_facts_are_in_the_default_graph(golden: OxigraphStore) -> None:
    assert set(golden.graph_names()) == {article_iri(BASE, told.id) for told in STORY}
    assert Quad(INES.iri, vocab.leads, LEAGUE.iri, DEFAULT) in golden.quads(INES.iri)


def test_every_quote_is_the_text_between_its_offsets(golden: OxigraphStore) -> None:
    for told in STORY:
        graph = article_iri(BASE, told.id)
        passages = {quad.subject for quad in golden.quads(None, vocab.oa_exact, None, graph)}
        assert passages
        for passage in passages:
            (exact, start, end) = (
                golden.quads(passage, part, None, graph)[0].object.value
                for part in (vocab.oa_exact, vocab.oa_start, vocab.oa_end)
            )
            assert told.text[int(start) : int(end)] == exact
            assert passage == selector_iri(graph, Span(int(start), int(end)))


@pytest.mark.parametrize("article_id", [told.id for told in STORY])
def test_every_claim_leads_to_its_sentence_its_words_and_its_article(golden: OxigraphStore, article_id: str) -> None:
    graph = article_iri(BASE, article_id)
    found = [quad.subject for quad in golden.quads(None, vocab.rdf_type, vocab.Claim, graph)]
    assert len(found) == len(next(told.said for told in STORY if told.id == article_id))
    for claim in found:
        parts = {quad.predicate: quad.object for quad in golden.quads(claim, None, None, graph)}
        sentence, subject, value = (
            Span(*map(int, parts[part].value.partition("#char=")[2].split(",")))
            for part in (vocab.evidence, vocab.subjectMention, vocab.objectMention)
        )
        assert sentence.contains(subject)
        assert sentence.contains(value)
        assert parts[vocab.prov_wasDerivedFrom] == graph


def test_a_denied_an_alleged_and_a_planned_fact_are_not_triples(golden: OxigraphStore) -> None:
    refused = {state for state in statement_states(STORY) if not state.asserted}
    assert len(refused) == 2
    for state in refused:
        said = state.statement
        assert not golden.quads(said.subject, said.predicate, said.object, DEFAULT)
        assert golden.quads(state.iri, vocab.asserted, Literal(False), DEFAULT)


def test_a_polity_is_also_a_group_and_a_place(golden: OxigraphStore) -> None:
    types = {quad.object for quad in golden.quads(URUGUAY.iri, vocab.rdf_type)}
    assert types == {vocab.Polity, vocab.Group, vocab.Place}


def test_an_entity_carries_its_names_its_type_and_what_else_is_known() -> None:
    iri = NamedNode(f"{BASE}event/x-1")
    same = NamedNode("http://www.wikidata.org/entity/Q1")
    state = EntityState(
        iri, EntityClass.EVENT, "vote", ("the poll",), event_type="election", extra=((vocab.judges, same),)
    )
    assert set(entity_triples(state)) == {
        Triple(iri, vocab.rdf_type, vocab.Event),
        Triple(iri, vocab.rdfs_label, Literal("vote", language="en")),
        Triple(iri, vocab.skos_altLabel, Literal("the poll", language="en")),
        Triple(iri, vocab.eventType, vocab.term("election")),
        Triple(iri, vocab.judges, same),
    }


def test_a_header_leaves_out_what_is_not_known_and_keeps_a_broken_url_as_text() -> None:
    told = replace(document(STORY[1]), title=None, publisher=None, published=None, url="http://not an iri")
    iri = article_iri(BASE, told.id)
    found = {triple.predicate: triple.object for triple in header_triples(told, iri)}
    assert found == {
        vocab.rdf_type: vocab.Article,
        vocab.dcterms_identifier: Literal(told.id),
        vocab.schema_inLanguage: Literal("en"),
        vocab.schema_url: Literal("http://not an iri", datatype=vocab.xsd_anyURI),
    }


def test_pronouns_are_kept_only_where_a_claim_rests_on_them() -> None:
    told = STORY[0]
    found, entities = extraction(told)
    at = told.text.index("her father")
    elsewhere = told.text.index("who led")
    extra = tuple(Mention(Span(start, start + 3), EntityClass.PERSON, MentionKind.PRONOUN) for start in (at, elsewhere))
    chain = next(index for index, iri in entities.items() if iri == INES.iri)
    more = len(found.mentions)
    chains = list(found.chains)
    chains[chain] = replace(chains[chain], mentions=(*chains[chain].mentions, more, more + 1))
    found = replace(found, mentions=found.mentions + extra, chains=tuple(chains))
    triples = article_graph(document(told), found, claims(told), entities, base=BASE)
    graph = article_iri(BASE, told.id)
    subjects = {triple.subject for triple in triples if triple.predicate == vocab.denotes}
    assert selector_iri(graph, extra[0].span) in subjects
    assert selector_iri(graph, extra[1].span) not in subjects


# ids and IRIs


@given(st.text(min_size=1))
def test_an_article_id_can_be_read_back_from_its_iri(article_id: str) -> None:
    iri = article_iri(BASE, article_id)
    assert unquote(iri.value.removeprefix(f"{BASE}article/")) == article_id


@pytest.mark.parametrize("article_id", ["a//b", "/a", "a/", "a/../b", "./a", "https://e.org/x?y#z"])
def test_an_id_whose_path_clients_would_rewrite_is_encoded_whole(article_id: str) -> None:
    assert "/" not in article_iri(BASE, article_id).value.removeprefix(f"{BASE}article/")


def test_a_claim_keeps_its_iri_when_its_ends_are_resolved_otherwise() -> None:
    spans = (Span(0, 40), Span(0, 5), Span(10, 15))
    assert claim_iri(BASE, "a", "leads", *spans) == claim_iri(BASE, "a", "leads", *spans)
    others = {
        claim_iri(BASE, "b", "leads", *spans),
        claim_iri(BASE, "a", "memberOf", *spans),
        claim_iri(BASE, "a", "leads", spans[0], spans[2], spans[1]),
        claim_iri(BASE, "a", "leads", Span(0, 41), *spans[1:]),
    }
    assert len(others | {claim_iri(BASE, "a", "leads", *spans)}) == 5


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (Literal("01", datatype=vocab.xsd_integer), Literal("1", datatype=vocab.xsd_integer)),
        (Literal("1.50", datatype=vocab.xsd_decimal), Literal("1.5", datatype=vocab.xsd_decimal)),
        (Literal("2024-03-01Z", datatype=vocab.xsd_date), Literal("2024-03-01Z", datatype=vocab.xsd_date)),
        (Literal("x", language="en-GB"), Literal("x", language="en-gb")),
    ],
)
def test_statements_are_hashed_as_the_store_keeps_their_terms(written: Literal, kept: Literal) -> None:
    store = OxigraphStore.in_memory()
    store.replace_graph(DEFAULT, [Triple(INES.iri, vocab.leads, written)])
    (quad,) = store.quads()
    assert quad.object == kept == normalised(written)
    assert statement_iri(BASE, Statement(INES.iri, vocab.leads, written)) == statement_iri(
        BASE, Statement(INES.iri, vocab.leads, kept)
    )


def test_a_literal_and_an_iri_of_the_same_text_make_two_statements() -> None:
    first, second = (Statement(INES.iri, vocab.leads, o) for o in (NamedNode("x:y"), Literal("x:y")))
    assert statement_iri(BASE, first) != statement_iri(BASE, second)


def test_every_literal_of_the_graph_is_in_the_form_the_store_keeps(golden: OxigraphStore) -> None:
    triples = [triple for state in statement_states(STORY) for triple in statement_triples(state)]
    triples += [triple for told in STORY for triple in header_triples(document(told), INES.iri)]
    for triple in triples:
        if isinstance(triple.object, Literal):
            assert normalised(triple.object) == triple.object


# commits


def parts_of(stories: tuple) -> dict:  # type: ignore[type-arg]
    return {"statements": tuple(statement_states(stories)), "entities": tuple(entity_states(stories))}


def removal(before: tuple, after: tuple) -> str:  # type: ignore[type-arg]
    """The update that takes the graph of some stories to that of others."""
    gone = [told for told in before if told not in after]
    statements = {s.iri for s in statement_states(before)} - {s.iri for s in statement_states(after)}
    entities = {e.iri for e in entity_states(before)} - {e.iri for e in entity_states(after)}
    return commit_update(
        articles=[ArticleState(article_iri(BASE, told.id)) for told in gone],
        removed_statements=sorted(statements, key=str),
        removed_entities=sorted(entities, key=str),
        **parts_of(after),
    )


@pytest.mark.parametrize("number", range(len(STORY)))
def test_deleting_an_article_takes_everything_that_only_it_supported(golden: OxigraphStore, number: int) -> None:
    rest = STORY[:number] + STORY[number + 1 :]
    store = golden_store()
    store.update(removal(STORY, rest))
    expected = OxigraphStore.in_memory()
    expected.update(commit(rest))
    assert set(store.quads()) == set(expected.quads())
    assert store.graph_names() == expected.graph_names()
    store.update(commit(STORY))
    assert set(store.quads()) == set(golden.quads())


def test_articles_may_be_committed_one_by_one_in_any_order(golden: OxigraphStore) -> None:
    for order in (STORY, STORY[::-1]):
        store = OxigraphStore.in_memory()
        for count in range(1, len(order) + 1):
            done = tuple(told for told in STORY if told in order[:count])
            found, entities = extraction(order[count - 1])
            told = order[count - 1]
            iri = article_iri(BASE, told.id)
            state = ArticleState(
                iri,
                tuple(header_triples(document(told), iri)),
                tuple(article_graph(document(told), found, claims(told), entities, base=BASE)),
            )
            store.update(commit_update(articles=[state], **parts_of(done)))
        assert set(store.quads()) == set(golden.quads())


def test_a_statement_that_is_no_longer_asserted_loses_its_triple_but_not_its_node() -> None:
    store = golden_store()
    state = next(s for s in statement_states(STORY) if s.statement == Statement(INES.iri, vocab.leads, LEAGUE.iri))
    store.update(commit_update(statements=[replace(state, asserted=False, confidence=None)]))
    assert not store.quads(INES.iri, vocab.leads)
    assert store.quads(state.iri, vocab.asserted, Literal(False))
    assert not store.quads(state.iri, vocab.confidence)


def test_new_values_of_an_entity_replace_the_old_and_leave_its_facts() -> None:
    store = golden_store()
    state = EntityState(LEAGUE.iri, EntityClass.GROUP, "The League", language="en")
    before = {quad for quad in store.quads(LEAGUE.iri) if quad.predicate.value.startswith(vocab.KG)}
    assert before
    store.update(commit_update(entities=[state]))
    assert set(store.quads(LEAGUE.iri)) == before | {
        Quad(triple.subject, triple.predicate, triple.object, DEFAULT) for triple in entity_triples(state)
    }


def test_a_commit_leaves_the_graphs_of_others_alone() -> None:
    store = golden_store()
    own = NamedNode("http://e.org/mine")
    store.replace_graph(own, [Triple(TOMAS.iri, vocab.rdfs_comment, Literal("my note"))])
    store.update(commit(STORY))
    assert len(store.quads(graph=own)) == 1


def test_a_commit_of_nothing_changes_nothing(golden: OxigraphStore) -> None:
    before = set(golden.quads())
    golden.update(commit_update())
    assert set(golden.quads()) == before


def test_words_of_articles_cannot_break_out_of_the_update() -> None:
    told = STORY[1]
    text = told.text.replace("Strike shuts", 'Strike" . } ; CLEAR ALL ; INSERT DATA { <x:a> <x:b> "\\')
    evil = replace(document(told), text=text, title=text[:60], publisher='a"\n\\" }', published=date(2024, 1, 1))
    store = golden_store()
    iri = article_iri(BASE, told.id)
    store.update(commit_update(articles=[ArticleState(iri, tuple(header_triples(evil, iri)))]))
    assert {q.object for q in store.quads(iri, vocab.dcterms_title)} == {Literal(text[:60], language="en")}
    assert len(store.quads()) > 500
