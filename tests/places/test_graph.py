from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from kg import lookup, vocab
from kg.catalogue import Judgement, JudgementKind
from kg.graph.check import shacl
from kg.graph.scope import WHOLE, Scope, quads_in
from kg.lookup import Relation
from kg.query import bind, read_queries
from kg.resources import resource
from kg.types import Article, EntityClass
from kg.workspace import Workspace
from tests.factory import FakeExtractor, anchor, article, canonical

Place, Polity, Group = EntityClass.PLACE, EntityClass.POLITY, EntityClass.GROUP

THINGS = {
    "Tripoli": Place, "Benghazi": Place, "Beirut": Place, "Saida": Place, "Kidal": Place, "Gao": Place,
    "the Dockers' League": Group, "Libya": Polity, "Lebanon": Polity, "Mali": Polity, "Osaka": Place, "Quayside Hall": Place,
}  # fmt: skip

GAO = article("the Dockers' League is based in Gao, near Kidal.", "gao")
MALI = article("Rain fell in Gao and in all of Mali.", "mali")
LIBYA = article("Rain fell in Tripoli and in Benghazi.", "libya")
LEBANON = article("Rain fell in Tripoli and in Beirut, but not in Saida.", "lebanon")
LEBANON_ALL = article("Lebanon was dry.", "lebanon-all")
SAYS_SO = article("Gao lies in Mali, as every child of Kidal knows.", "says-so")
ALL = (GAO, MALI, LIBYA, LEBANON, LEBANON_ALL, SAYS_SO)


def built(articles: Iterable[Article]) -> Workspace:
    workspace = Workspace.open("memory:")
    workspace.ingest(list(articles), FakeExtractor(THINGS))
    return workspace


def entity(workspace: Workspace, label: str) -> NamedNode:
    (found,) = (row.iri for row in workspace.catalogue.entities() if row.label == label)
    return found


def values(workspace: Workspace, label: str, predicate: NamedNode) -> list[str]:
    quads = workspace.store.quads(entity(workspace, label), predicate)
    return sorted(quad.object.value for quad in quads if isinstance(quad.object, NamedNode | Literal))


def within(workspace: Workspace) -> set[tuple[str, str]]:
    rows = workspace.store.query(
        f"SELECT ?a ?b {{ ?x {vocab.within} ?y . ?x {vocab.rdfs_label} ?a . ?y {vocab.rdfs_label} ?b }}"
    ).rows()
    return {(str(row["a"].value), str(row["b"].value)) for row in rows}


def relations(workspace: Workspace, iri: str) -> tuple[Relation, ...]:
    return lookup.relations_of(lambda query: workspace.store.query(query).rows(), iri, predicate="within")


def asked(workspace: Workspace, name: str, place: str) -> list[str]:
    query = read_queries(resource("queries"))[name]
    text = bind(query, {"place": entity(workspace, place).value})
    return [str(row["groupLabel"].value) for row in workspace.store.query(text).rows()]


def test_the_graph_says_where_a_place_is_and_why() -> None:
    with built([GAO, MALI]) as workspace:
        assert values(workspace, "Gao", vocab.countryCode) == ["ML"]
        assert values(workspace, "Gao", vocab.skos_closeMatch) == ["https://sws.geonames.org/2457163/"]
        (latitude,), (longitude,) = (values(workspace, "Gao", name) for name in (vocab.wgs84_lat, vocab.wgs84_long))
        assert (round(float(latitude)), round(float(longitude))) == (16, 0)
        assert values(workspace, "Gao", vocab.groundedBecause) == ["Gao in Mali: the article also names Kidal"]
        assert values(workspace, "Mali", vocab.countryCode) == ["ML"]
        assert shacl(workspace.store) == ()


def test_a_group_in_a_city_is_found_by_the_country() -> None:
    with built([GAO, MALI]) as workspace:
        assert asked(workspace, "groups-in-place", "Mali") == ["the Dockers' League"]


def test_what_the_gazetteer_knows_is_told_apart_from_what_articles_say() -> None:
    with built([GAO, MALI]) as workspace:
        (relation,) = relations(workspace, entity(workspace, "Gao").value)
        assert relation.asserted
        assert (relation.supporting_articles, relation.claims) == (0, ())
        node = NamedNode(relation.statement)
        assert workspace.store.quads(node, vocab.prov_hadPrimarySource, vocab.gazetteer)
        workspace.ingest([SAYS_SO], FakeExtractor(THINGS))
        (relation,) = relations(workspace, entity(workspace, "Gao").value)
        assert (relation.supporting_articles, len(relation.claims)) == (1, 1)
        assert workspace.store.quads(node, vocab.prov_hadPrimarySource, vocab.gazetteer)
        assert shacl(workspace.store) == ()
        workspace.delete("says-so")
        (relation,) = relations(workspace, entity(workspace, "Gao").value)
        assert relation.asserted
        assert relation.supporting_articles == 0


def test_what_the_gazetteer_knows_goes_with_the_last_article_about_either_end() -> None:
    with built([GAO, MALI]) as workspace:
        assert within(workspace) == {("Gao", "Mali"), ("Kidal", "Mali")}
        workspace.delete("mali")
        assert within(workspace) == set()
        assert shacl(workspace.store) == ()
        workspace.delete("gao")
        assert not list(workspace.store.quads(None, vocab.countryCode))


def test_a_country_that_comes_later_takes_in_its_cities() -> None:
    with built([GAO]) as workspace:
        assert within(workspace) == set()
        workspace.ingest([MALI], FakeExtractor(THINGS))
        assert within(workspace) == {("Gao", "Mali"), ("Kidal", "Mali")}


def test_articles_that_disagree_leave_a_place_unknown_and_are_kept_for_review() -> None:
    with built([LIBYA, LEBANON, LEBANON_ALL]) as workspace:
        one, other = anchor("libya", "Tripoli", Place), anchor("lebanon", "Tripoli", Place)
        workspace.judge(Judgement(JudgementKind.SAME, one, "ana", other))
        iri = entity(workspace, "Tripoli").value
        whereabouts = workspace.catalogue.whereabouts
        assert whereabouts.place_of(iri) is None
        assert values(workspace, "Tripoli", vocab.countryCode) == []
        assert ("Tripoli", "Lebanon") not in within(workspace)
        assert whereabouts.disputed() == [iri]
        assert {(found.article_id, found.grounding.country) for found in whereabouts.groundings_of(iri)} == {
            ("libya", "LY"), ("lebanon", "LB"),
        }  # fmt: skip
        workspace.delete("libya")
        found = whereabouts.place_of(iri)
        assert found is not None
        assert found.country == "LB"


def test_an_unsure_grounding_gives_way_to_a_sure_one() -> None:
    far = article("the Dockers' League is based in Osaka.", "far")
    with built([far]) as workspace:
        assert values(workspace, "Osaka", vocab.groundedBecause) == [
            "Osaka in Japan: it is the only place of that name in the gazetteer"
        ]
        workspace.ingest([article("Osaka, Japan, was quiet.", "japan")], FakeExtractor({**THINGS, "Japan": Polity}))
        assert values(workspace, "Osaka", vocab.groundedBecause) == [
            "Osaka in Japan: the text says that it lies in Japan"
        ]


def test_a_facility_has_no_place_in_the_world() -> None:
    with built([article("the Dockers' League is based in Quayside Hall, Mali.", "hall")]) as workspace:
        assert values(workspace, "Quayside Hall", vocab.countryCode) == []


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(ALL), st.integers(0, len(ALL)))
def test_places_do_not_depend_on_the_order_and_an_article_withdrawn_leaves_no_trace(
    order: list[Article], kept: int
) -> None:
    with built(order[:kept]) as clean, built(order[:kept]) as other:
        other.ingest(order[kept:], FakeExtractor(THINGS))
        for gone in order[kept:]:
            other.delete(gone.id)
        other.resolve()
        clean.resolve()
        assert canonical(other.store) == canonical(clean.store)
        other.rebuild()
        assert canonical(other.store) == canonical(clean.store)


@pytest.mark.parametrize("scope", ["whole", "entity"])
def test_exports_hold_what_the_gazetteer_knows(scope: str) -> None:
    with built([GAO, MALI]) as workspace:
        gao, mali = entity(workspace, "Gao"), entity(workspace, "Mali")
        found = set(quads_in(workspace.store, WHOLE if scope == "whole" else Scope(entity=gao)))
        assert any((quad.subject, quad.predicate, quad.object) == (gao, vocab.within, mali) for quad in found)
        assert any(quad.predicate == vocab.prov_hadPrimarySource for quad in found)


def test_a_look_up_says_where_a_place_is() -> None:
    with built([GAO, MALI]) as workspace:
        found = lookup.describe(lambda query: workspace.store.query(query).rows(), entity(workspace, "Gao").value)
        assert found is not None
        assert found.location is not None
        assert (found.location.country, found.location.region) == ("ML", None)
        assert found.location.geonames == "https://sws.geonames.org/2457163/"
        assert found.location.because == "Gao in Mali: the article also names Kidal"
        assert found.location.within == ((entity(workspace, "Mali").value, "Mali"),)
