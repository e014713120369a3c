"""Lists about an entity: filters, order, pages; timeline; neighbourhood; paths against brute force; many names at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import lookup
from kg.catalogue import RELATION_SORTS, ArticleFilter, PathFilter, RelationFilter
from kg.errors import ParameterError
from kg.graph import GraphStore
from kg.lookup import Source
from kg.types import EntityClass
from kg.workspace import Workspace
from tests.factory import FakeExtractor, World, article

KESTREL = "Kestrel Lines"


@pytest.fixture(scope="module")
def source() -> Iterator[Source]:
    with Workspace.open("memory:") as workspace:
        workspace.ingest(
            [
                World.article("one", range(6), published="2031-04-02", publisher="The Gazette"),
                World.article("two", range(6, 12), published="2031-04-03", publisher="The Herald"),
                World.article("three", range(12, 18)),
                World.article("late", [0, 2, 8, 13], published="2031-05-01", publisher="The Evening Post"),
            ],
            World.extractor(),
        )
        yield Source(workspace.catalogue, workspace.store, workspace.base)


def iri(source: Source, name: str) -> str:
    return lookup.find_entity(source.catalogue, source.base, name)


def said(page: lookup.RelationPage) -> set[str]:
    return {f"{r.subject_label} {r.predicate} {r.object_label}" for r in page.relations}


@pytest.mark.parametrize(
    ("where", "facts"),
    [
        pytest.param(
            RelationFilter(predicates=("leads", "partOf")),
            {"Ana Diaz leads Kestrel Lines", "Boris Lund leads Kestrel Lines", "Kestrel Lines partOf Norland"},
            id="predicates",
        ),
        pytest.param(
            RelationFilter(direction="out", classes=("Place",)),
            {"Kestrel Lines locatedIn Port Alder"},
            id="direction, class",
        ),
        pytest.param(RelationFilter(asserted=False), {"Boris Lund leads Kestrel Lines"}, id="not asserted"),
        pytest.param(RelationFilter(modalities=("alleged",)), {"Ana Diaz leads Kestrel Lines"}, id="modality"),
        pytest.param(RelationFilter(modalities=("alleged",), publishers=("The Herald",)), set(), id="of one claim"),
        pytest.param(
            RelationFilter(since="2031-05"),
            {"Kestrel Lines locatedIn Port Alder", "Attack in Port Alder, 2024-03-01 involves Kestrel Lines"},
            id="from a month on",
        ),
        pytest.param(
            RelationFilter(until="2031-04-02"),
            {"Ana Diaz leads Kestrel Lines", "Boris Lund leads Kestrel Lines"},
            id="until a day",
        ),
        pytest.param(RelationFilter(min_confidence=0.95), set(), id="confidence"),
    ],
)
def test_a_filter_lets_pass_what_it_says(source: Source, where: RelationFilter, facts: set[str]) -> None:
    page = lookup.list_relations(source, iri(source, KESTREL), where)
    assert said(page) == facts
    assert page.total == len(facts)


def test_sources_are_counted(source: Source) -> None:
    page = lookup.list_relations(source, iri(source, KESTREL), RelationFilter(min_sources=2))
    assert {relation.supporting_sources for relation in page.relations} == {2}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", RELATION_SORTS)
def test_pages_in_any_order_have_no_gaps(source: Source, sort: str, descending: bool) -> None:
    kestrel = iri(source, KESTREL)
    whole = lookup.list_relations(source, kestrel, sort=sort, descending=descending)
    found: list[lookup.Relation] = []
    cursor = None
    while True:
        page = lookup.list_relations(source, kestrel, sort=sort, descending=descending, cursor=cursor, limit=2)
        found += page.relations
        if (cursor := page.next) is None:
            break
    assert tuple(found) == whole.relations
    assert len(found) == whole.total == 7


def test_a_sort_is_by_what_it_says(source: Source) -> None:
    page = lookup.list_relations(source, iri(source, KESTREL), sort="sources", descending=True)
    counts = [relation.supporting_sources for relation in page.relations]
    assert counts == sorted(counts, reverse=True)


def test_what_comes_between_two_pages_moves_no_other_row(source: Source) -> None:
    with Workspace.open("memory:") as workspace:
        extractor = World.extractor()
        workspace.ingest([World.article("a", [8, 9, 11, 13])], extractor)
        here = Source(workspace.catalogue, workspace.store, workspace.base)
        kestrel = iri(here, KESTREL)
        before = lookup.list_relations(here, kestrel)
        first = lookup.list_relations(here, kestrel, limit=2)
        workspace.ingest([World.article("b", [4, 6])], extractor)
        second = lookup.list_relations(here, kestrel, cursor=first.next)
        kept = [r.statement for r in (*first.relations, *second.relations)]
        assert [one for one in kept if one in {r.statement for r in before.relations}] == [
            r.statement for r in before.relations
        ]


def test_a_cursor_of_another_list_is_refused(source: Source) -> None:
    cursor = lookup.list_relations(source, iri(source, KESTREL), limit=1).next
    for given_, where in ((cursor, RelationFilter(asserted=True)), ("nonsense", RelationFilter()), ("", None)):
        if given_:
            with pytest.raises(ParameterError, match="cursor"):
                lookup.list_relations(source, iri(source, KESTREL), where or RelationFilter(), cursor=given_)


def test_the_strongest_claims_come_with_one_that_disputes(source: Source) -> None:
    page = lookup.list_relations(
        source, iri(source, "Boris Lund"), RelationFilter(("leads",), classes=("Group",)), claims=2
    )
    lund = next(r for r in page.relations if r.disputing_articles)
    assert [claim.supports for claim in lund.claims] == [True, False]


def test_relations_are_those_of_the_graph(source: Source) -> None:
    kestrel = iri(source, KESTREL)
    graph = {relation.statement: relation for relation in lookup.relations_of(source.select, kestrel)}
    assert {relation.statement: relation for relation in lookup.list_relations(source, kestrel).relations} == graph


def test_evidence_is_newest_first_and_pages(source: Source) -> None:
    kestrel = iri(source, KESTREL)
    whole = lookup.list_evidence(source, kestrel)
    days = [claim.published or "" for _, claim in whole.evidence]
    assert days == sorted(days, reverse=True)
    first = lookup.list_evidence(source, kestrel, limit=4)
    rest = lookup.list_evidence(source, kestrel, cursor=first.next)
    assert first.evidence + rest.evidence == whole.evidence
    assert len(whole.evidence) == whole.total
    relation, claim = whole.evidence[0]
    assert lookup.evidence_called(source, claim.claim) == (relation, claim)
    assert lookup.list_evidence_about(source, lookup.key_of(relation)).total == relation.supporting_articles


def test_a_timeline_places_events_by_their_date_and_relations_by_what_is_stated(source: Source) -> None:
    found = lookup.timeline(source, iri(source, KESTREL))
    assert [(entry.start, entry.end, entry.basis) for entry in found.entries if entry.basis != "reported"] == [
        (None, "2019", "stated"),
        ("2023", None, "event"),
        ("2024-03-01", None, "event"),
    ]
    assert [entry.day for entry in found.entries] == sorted(entry.day for entry in found.entries)
    assert (found.total, found.undated, found.complete) == (len(found.entries), 0, True)
    assert {e.basis for e in lookup.timeline(source, iri(source, KESTREL), begin="2020", end="2030").entries} == {
        "event"
    }


def test_timeline_pages_have_no_gaps_in_either_direction(source: Source) -> None:
    kestrel = iri(source, KESTREL)
    for descending in (False, True):
        whole = lookup.timeline(source, kestrel, descending=descending).entries
        first = lookup.timeline(source, kestrel, descending=descending, limit=2)
        rest = lookup.timeline(source, kestrel, descending=descending, cursor=first.next)
        assert first.entries + rest.entries == whole


def test_a_page_of_a_timeline_asks_the_graph_as_often_as_one_entry(source: Source) -> None:
    asked: list[str] = []

    class Counted:
        def query(self, text: str) -> object:
            asked.append(text)
            return source.store.query(text)

    counted = replace(source, store=cast(GraphStore, Counted()))
    times = []
    for limit in (1, 100):
        asked.clear()
        assert any(
            one.claims
            for e in lookup.timeline(counted, iri(source, KESTREL), limit=limit).entries
            for one in e.relations
        )
        times.append(len(asked))
    assert times[0] == times[1] > 0


def test_a_neighbourhood_grows_by_steps_and_says_what_it_leaves_out(source: Source) -> None:
    kestrel = iri(source, KESTREL)
    one, two = (lookup.neighbourhood(source, kestrel, depth=depth) for depth in (1, 2))
    assert {steps for _, steps in one.things} == {0, 1}
    assert {thing.iri for thing, _ in one.things} < {thing.iri for thing, _ in two.things}
    assert one.complete
    ends = {thing.iri for thing, _ in two.things}
    assert all(relation.asserted and {relation.subject, relation.object} <= ends for relation in two.relations)
    few = lookup.neighbourhood(source, kestrel, limit=2)
    assert (len(few.things), few.complete) == (3, False)


def test_what_is_named_together_is_counted(source: Source) -> None:
    found = lookup.co_mentions(source, iri(source, KESTREL), classes=("Person",))
    counts = {one.entity.label: (one.articles, one.relations) for one in found.found}
    assert counts["Ana Diaz"] == (4, 1)
    assert found.articles == 4
    herald = lookup.co_mentions(source, iri(source, KESTREL), ArticleFilter(publishers=("the herald",)))
    assert {example for one in herald.found for example in one.examples} == {"two"}


def test_a_path_has_the_evidence_of_every_step(source: Source) -> None:
    found = lookup.paths(source, iri(source, "Ana Diaz"), iri(source, "Port Alder"))
    assert [thing.label for thing in found.paths[0].things] == ["Ana Diaz", KESTREL, "Port Alder"]
    for path in found.paths:
        for step in path.steps:
            assert step.relations
            for relation in step.relations:
                assert relation.asserted
                assert relation.claims
                assert {relation.subject, relation.object} == {step.source, step.target}


def test_what_is_to_be_avoided_is_on_no_path(source: Source) -> None:
    ends = iri(source, "Ana Diaz"), iri(source, "Port Alder")
    ways = lookup.paths(source, *ends, PathFilter(avoid=("Group",)), shortest=False)
    assert not any(thing.cls == "Group" for path in ways.paths for thing in path.things)
    assert lookup.paths(source, *ends, PathFilter(min_sources=9)).paths == ()


def test_two_ends_that_are_one_thing_are_refused(source: Source) -> None:
    with pytest.raises(ParameterError, match="same"):
        lookup.paths(source, iri(source, KESTREL), iri(source, KESTREL))


NAMES = [f"{first} {last}" for first in ("Ana", "Boris", "Carla") for last in ("Diaz", "Lund", "Mora")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    edges=st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1]), max_size=16),
    max_length=st.integers(1, 5),
)
def test_paths_are_those_that_brute_force_finds(edges: set[tuple[int, int]], max_length: int) -> None:
    text = " ".join(f"{NAMES[a]} is married to {NAMES[b]}." for a, b in sorted(edges))
    extractor = FakeExtractor(dict.fromkeys(NAMES, EntityClass.PERSON))
    with Workspace.open("memory:") as workspace:
        workspace.ingest([article(f"{NAMES[0]} and {NAMES[8]} are well known in the town. {text}")], extractor)
        source = Source(workspace.catalogue, workspace.store, workspace.base)
        things = {name: iri(source, name) for name in (NAMES[0], NAMES[8])}
        rows = source.select("PREFIX kg: <https://w3id.org/newsgraph/ontology#> SELECT ?a ?b { ?a kg:spouseOf ?b }")
        near: dict[str, set[str]] = {}
        for row in rows:
            one, two = str(row["a"].value), str(row["b"].value)  # type: ignore[union-attr]
            near.setdefault(one, set()).add(two)
            near.setdefault(two, set()).add(one)
        expected = set(_all_paths(near, things[NAMES[0]], things[NAMES[8]], max_length))
        found = lookup.paths(source, *things.values(), max_length=max_length, shortest=False, limit=500, claims=0)
        assert {tuple(thing.iri for thing in path.things) for path in found.paths} == expected
        assert found.complete
        least = min(map(len, expected), default=0)
        shortest = lookup.paths(source, *things.values(), max_length=max_length, limit=500, claims=0)
        assert {tuple(t.iri for t in path.things) for path in shortest.paths} == {
            way for way in expected if len(way) == least
        }


def _all_paths(near: dict[str, set[str]], start: str, goal: str, max_length: int) -> Iterator[tuple[str, ...]]:
    """All simple paths, by trying everything."""
    ways = [(start,)]
    for _ in range(max_length):
        ways = [(*way, step) for way in ways for step in near.get(way[-1], ()) if step not in way]
        yield from (way for way in ways if way[-1] == goal)
        ways = [way for way in ways if way[-1] != goal]


def test_what_was_not_followed_of_a_hub_is_said(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.catalogue.paths.HUB_STEPS", 2)
    for shortest in (True, False):
        found = lookup.paths(source, iri(source, "Ana Diaz"), iri(source, "Port Alder"), shortest=shortest, limit=50)
        assert not found.complete
        assert found.hubs
        assert not shortest or len({len(path.steps) for path in found.paths}) <= 1


def test_many_names_are_answered_in_their_order(source: Source) -> None:
    kestrel = iri(source, KESTREL)
    answers = lookup.find_entities(source, [KESTREL, kestrel, kestrel.rpartition("/")[2], "Ana", "nobody"])
    assert [answer.status for answer in answers] == ["found", "found", "found", "ambiguous", "unknown"]
    assert len(answers[3].candidates) == 2


def test_what_was_merged_is_answered_with_what_it_went_into() -> None:
    with Workspace.open("memory:") as workspace:
        workspace.ingest([World.article("a", [4, 8]), World.article("b", [3])], World.extractor())
        here = Source(workspace.catalogue, workspace.store, workspace.base)
        from kg.decisions import Decision, decide

        lund, diaz = iri(here, "Boris Lund"), iri(here, "Ana Diaz")
        decide(workspace, Decision(kind="same", entity=diaz, other=lund, author="me"))
        answers = lookup.find_entities(here, [lund, diaz])
        assert sorted(answer.status for answer in answers) == ["found", "merged"]
        assert len({answer.entity.iri for answer in answers if answer.entity}) == 1
