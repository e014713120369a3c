"""What is proposed and why, what is kept, and what a person's answer does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode

from kg import vocab
from kg.decisions import Decision, decide, judgements_where, review, take_back
from kg.errors import ResolutionError
from kg.graph.check import shacl
from kg.linking import Ledger, Linked, ledger_path, propose, read_profile
from kg.linking.asking import Asker
from kg.linking.subjects import CLASSES, wanted
from kg.workspace import Workspace
from tests.factory import FakeExtractor, article
from tests.linking.conftest import THINGS, WD, Clock, Site, articles, endpoint, iri_of

ANA, BORIS, KESTREL, TOWN_NAME = "Ana Diaz", "Boris Lund", "Kestrel Lines", "Rotterdam"


def link(
    workspace: Workspace,
    site: Site,
    clock: Clock,
    *,
    refresh: bool = False,
    least: float = 0.5,
    profile: str = "wikidata",
    **more: object,
) -> Linked:
    assert workspace.folder is not None
    iris = wanted(workspace.catalogue, workspace.base, (), CLASSES, 500)
    with Ledger.open(ledger_path(workspace.folder)) as ledger:
        asker = Asker(endpoint(site, clock, **more), read_profile(profile), ledger, refresh)
        return propose(workspace.catalogue, asker, iris, least=least)


def proposed(workspace: Workspace, done: Linked) -> dict[str, set[str]]:
    """Label → the ends of the IRIs proposed for it."""
    found: dict[str, set[str]] = {}
    for one in done.proposals:
        row = workspace.catalogue.entity(one.entity)
        assert row is not None
        found.setdefault(row.label, set()).add(one.target.removeprefix(WD))
    return found


def why(done: Linked, target: str) -> dict[str, float]:
    (one,) = (one for one in done.proposals if one.target == WD + target)
    return {feature.name: feature.weight for feature in one.features}


def waiting(workspace: Workspace) -> list[tuple[str | None, str]]:
    asked = review(workspace.catalogue, workspace.base, workspace.folder, kinds=["match"])
    return [(one.subject, (one.target or "").removeprefix(WD)) for one in asked]


def matches(workspace: Workspace, iri: str) -> set[tuple[str, str]]:
    found = set()
    for predicate in vocab.MATCHES.values():
        for quad in workspace.store.quads(NamedNode(iri), predicate, None, DefaultGraph()):
            found.add((vocab.local(predicate), getattr(quad.object, "value", "").removeprefix(WD)))
    return {one for one in found if "geonames" not in one[1]}


def accept(workspace: Workspace, entity: str, target: str, how: str = "exactMatch", kind: str = "match") -> int:
    decision = Decision(kind, "me", entity, target=WD + target, how=how if kind == "match" else None)
    return decide(workspace, decision).judgements[0].id


def test_candidates_are_told_apart_by_what_is_known_of_them(workspace: Workspace, site: Site, clock: Clock) -> None:
    done = link(workspace, site, clock)
    found = proposed(workspace, done)
    assert found[ANA] == {"Q1001"}  # not who is born later, not a firm of that name, not whoever is called Diaz
    assert found[BORIS] == {"Q1006"}  # by another name of it
    assert found[KESTREL] == {"Q1003"}
    assert found[TOWN_NAME] == {"Q34370"}  # not the one overseas
    assert why(done, "Q34370")["one GeoNames id"] > 0
    assert {"the same name", "the same class", "there when it was reported"} <= why(done, "Q1001").keys()
    assert {one.target: one.how for one in done.proposals}[f"{WD}Q34370"] == "exactMatch"
    assert {one.target: one.how for one in done.proposals}[f"{WD}Q1001"] == "closeMatch"  # the name is all there is


def test_a_surname_alone_is_never_asked_for(workspace: Workspace, site: Site, clock: Clock) -> None:
    workspace.ingest([article("Diaz leads Kestrel Lines.", "s.txt")], FakeExtractor(THINGS))
    done = link(workspace, site, clock)
    assert not any('"Diaz"' in query for query in site.asked)
    assert "Q1004" not in {one.target.removeprefix(WD) for one in done.proposals}


def test_namesakes_count_against_each_other(workspace: Workspace, site: Site, clock: Clock) -> None:
    alone = link(workspace, site, clock)
    site.store.update(
        f'INSERT DATA {{ <{WD}Q1010> <http://www.w3.org/2000/01/rdf-schema#label> "{ANA}"@en ;'
        f" <http://www.wikidata.org/prop/direct/P31> <{WD}Q5> }}"
    )
    several = link(workspace, site, clock, refresh=True, least=0.1)
    (before,) = (one.score for one in alone.proposals if one.target == f"{WD}Q1001")
    (after,) = (one.score for one in several.proposals if one.target == f"{WD}Q1001")
    assert after < before
    assert "1 others of that name" in why(several, "Q1001")


def test_what_a_neighbour_is_linked_to_speaks_for_it(workspace: Workspace, site: Site, clock: Clock) -> None:
    link(workspace, site, clock)
    accept(workspace, KESTREL, "Q1003")
    done = link(workspace, site, clock)
    assert "relations in common" in why(done, "Q1001")
    assert {one.target: one.how for one in done.proposals}[f"{WD}Q1001"] == "exactMatch"
    assert KESTREL not in proposed(workspace, done)  # it is settled
    assert done.settled == 1


def test_what_is_matched_elsewhere_is_looked_up_here(workspace: Workspace, site: Site, clock: Clock) -> None:
    decide(workspace, Decision("match", "me", KESTREL, target="https://other.example/kestrel"))
    assert KESTREL in proposed(workspace, link(workspace, site, clock))
    assert KESTREL in proposed(workspace, link(workspace, site, clock, profile="generic"))
    accept(workspace, KESTREL, "Q1003")
    assert KESTREL not in proposed(workspace, link(workspace, site, clock, profile="generic"))


def test_a_second_run_asks_nothing_that_was_answered(workspace: Workspace, site: Site, clock: Clock) -> None:
    first = link(workspace, site, clock)
    asked = len(site.asked)
    second = link(workspace, site, clock)
    assert len(site.asked) == asked
    assert [(one.entity, one.target, one.score) for one in second.proposals] == [
        (one.entity, one.target, one.score) for one in first.proposals
    ]
    link(workspace, site, clock, refresh=True)
    assert len(site.asked) == 2 * asked


def test_a_run_that_ends_at_its_limit_goes_on_where_it_was(workspace: Workspace, site: Site, clock: Clock) -> None:
    whole = proposed(workspace, link(workspace, site, clock))
    assert workspace.folder is not None
    ledger_path(workspace.folder).unlink()
    asked = len(site.asked)
    runs = 0
    while (done := link(workspace, site, clock, limit=1)).unfinished:
        runs += 1
        assert runs < 20
    assert runs >= 3
    assert proposed(workspace, done) == whole
    assert len(site.asked) == 2 * asked  # no request was made twice


def test_a_failure_half_way_loses_no_answer(workspace: Workspace, site: Site, clock: Clock) -> None:
    whole = proposed(workspace, link(workspace, site, clock))
    assert workspace.folder is not None
    ledger_path(workspace.folder).unlink()
    asked = len(site.asked)
    link(workspace, site, clock, limit=2)
    site.answer(404, "gone", kind="text/plain")
    with pytest.raises(Exception, match="404"):
        link(workspace, site, clock)
    assert proposed(workspace, link(workspace, site, clock)) == whole
    assert len(site.asked) == 2 * asked + 1


def test_an_accepted_match_is_in_the_graph_and_survives(workspace: Workspace, site: Site, clock: Clock) -> None:
    link(workspace, site, clock)
    assert (ANA, "Q1001") in waiting(workspace)
    number = accept(workspace, ANA, "Q1001")
    iri = iri_of(workspace, ANA)
    assert matches(workspace, iri) == {("exactMatch", "Q1001")}
    assert (ANA, "Q1001") not in waiting(workspace)
    assert shacl(workspace.store) == ()

    first = articles()[0]
    workspace.delete(first.id)
    workspace.ingest([first], FakeExtractor(THINGS))
    assert matches(workspace, iri_of(workspace, ANA)) == {("exactMatch", "Q1001")}
    workspace.rebuild()
    assert matches(workspace, iri_of(workspace, ANA)) == {("exactMatch", "Q1001")}
    workspace.rebuild(extractor=FakeExtractor(THINGS, model="other-2"))
    assert matches(workspace, iri_of(workspace, ANA)) == {("exactMatch", "Q1001")}

    take_back(workspace, number, author="you")
    assert matches(workspace, iri_of(workspace, ANA)) == set()
    assert (ANA, "Q1001") in waiting(workspace)
    assert shacl(workspace.store) == ()


def test_what_was_rejected_is_not_proposed_again(workspace: Workspace, site: Site, clock: Clock) -> None:
    link(workspace, site, clock)
    accept(workspace, BORIS, "Q1006", kind="mismatch")
    assert (BORIS, "Q1006") not in waiting(workspace)
    done = link(workspace, site, clock)
    assert BORIS not in proposed(workspace, done)
    assert (BORIS, "Q1006") not in waiting(workspace)
    assert shacl(workspace.store) == ()


def test_the_last_word_counts(workspace: Workspace) -> None:
    iri = iri_of(workspace, ANA)
    accept(workspace, ANA, "Q1001")
    accept(workspace, ANA, "Q1001", how="closeMatch")
    assert matches(workspace, iri) == {("closeMatch", "Q1001")}
    last = accept(workspace, ANA, "Q1001", kind="mismatch")
    assert matches(workspace, iri) == set()
    states = [one.state for one in judgements_where(workspace.catalogue, workspace.base)]
    assert states == ["overruled", "overruled", "holds"]
    take_back(workspace, last, author="me")
    assert matches(workspace, iri) == {("closeMatch", "Q1001")}


def test_a_match_goes_with_a_merge_and_comes_back(workspace: Workspace, site: Site, clock: Clock) -> None:
    link(workspace, site, clock)
    accept(workspace, ANA, "Q1001")
    merge = decide(workspace, Decision("same", "me", ANA, BORIS)).judgements[0].id
    (both,) = {
        iri_of(workspace, row.label) for row in workspace.catalogue.entities(limit=99) if row.label in (ANA, BORIS)
    }
    assert matches(workspace, both) == {("exactMatch", "Q1001")}
    assert not [one for one in waiting(workspace) if one[1] == "Q1006"]  # it is matched exactly
    take_back(workspace, merge, author="me")
    assert matches(workspace, iri_of(workspace, BORIS)) == set()
    assert matches(workspace, iri_of(workspace, ANA)) == {("exactMatch", "Q1001")}


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "Q64", "http://e.org/a b", "http://", "data:text/html,x", "http://u@e.org/"]
)
def test_what_no_page_may_link_to_is_no_match(workspace: Workspace, target: str) -> None:
    with pytest.raises(ResolutionError, match="needs the IRI"):
        decide(workspace, Decision("match", "me", ANA, target=target))


def test_a_hostile_endpoint_cannot_have_its_things_proposed(workspace: Workspace, site: Site, clock: Clock) -> None:
    named = {"type": "literal", "value": ANA, "xml:lang": "en"}
    hostile = ["javascript:alert(1)", "http://www.wikidata.org/entity/Q1 x", "https://evil.example/Q1", f"{WD}Q1001"]
    bindings = [{"name": named, "item": {"type": "uri", "value": iri}} for iri in hostile]
    bindings.append({"name": {**named, "value": "Nobody Asked"}, "item": {"type": "uri", "value": f"{WD}Q1003"}})
    site.answer(200, json.dumps({"head": {}, "results": {"bindings": bindings}}))
    done = link(workspace, site, clock)
    assert {one.target for one in done.proposals if one.entity == iri_of(workspace, ANA)} == {f"{WD}Q1001"}
    assert {one.target.partition("entity/")[0] for one in done.proposals} == {"http://www.wikidata.org/"}


def test_a_name_of_too_many_things_is_left_alone(workspace: Workspace, site: Site, clock: Clock) -> None:
    crowd = " ".join(f'<{WD}Q9{n:04}> <http://www.w3.org/2000/01/rdf-schema#label> "{ANA}"@en .' for n in range(150))
    site.store.update(f"INSERT DATA {{ {crowd} }}")
    done = link(workspace, site, clock)
    assert done.crowded == 1
    assert ANA not in proposed(workspace, done)


def test_an_answer_that_was_cut_off_is_asked_for_in_halves(
    workspace: Workspace, site: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = proposed(workspace, link(workspace, site, clock))
    asked = len(site.asked)
    monkeypatch.setattr("kg.linking.asking.MOST_ROWS", 8)
    assert proposed(workspace, link(workspace, site, clock, refresh=True)) == whole
    assert len(site.asked) > 2 * asked


def test_a_ledger_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = ledger_path(tmp_path)
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(Exception, match=r"links\.sqlite") as caught:
        Ledger.open(path)
    assert "move it away" in (getattr(caught.value, "hint", None) or "")
