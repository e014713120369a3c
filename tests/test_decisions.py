"""Decisions by name: what they change, how they stand, what they survive, and why two things are one or two."""

from __future__ import annotations

import random
from collections.abc import Sequence
from importlib import import_module

import pytest

from kg.decisions import (
    STATES,
    Decision,
    Explanation,
    Factor,
    JudgementView,
    Outcome,
    decide,
    explain,
    judgements_where,
    questions,
    take_back,
    ties,
    waiting,
)
from kg.errors import AmbiguousEntity, ResolutionError, UnknownEntity
from kg.lookup import find_entity
from kg.pipeline import Fact
from kg.types import EntityClass
from kg.workspace import Workspace
from tests.factory import World, article, canonical

Person = EntityClass.PERSON
ANA, MARIA, BORIS, KESTREL, NORLAND = "Ana Diaz", "Ana Maria Diaz", "Boris Lund", "Kestrel Lines", "Norland"
PILOTS, ARMY = "Harbour Pilots' Association", "Highland Peoples' Army"
SAID = "and that is what they have said in the town, as it was told to us by those who were there."


def opened(*contents: Sequence[int]) -> Workspace:
    """A workspace of an article for each list of sentence numbers: 0.txt, 1.txt, …"""
    workspace = Workspace.open("memory:")
    workspace.ingest([World.article(f"{n}.txt", numbers) for n, numbers in enumerate(contents)], World.extractor())
    return workspace


def same(left: str, right: str) -> Decision:
    return Decision("same", "me", left, right, reason="she signs so")


def apart(entity: str, *articles: str, other: str | None = None) -> Decision:
    return Decision("different", "me", entity, other, articles)


def shown(facts: Sequence[Fact]) -> set[str]:
    return {f"{fact.subject_label} {fact.predicate} {fact.object_label}" for fact in facts}


def things(workspace: Workspace, *labels: str) -> set[frozenset[str]]:
    """For each entity of one of these labels, the articles that speak of it."""
    rows = [row for row in workspace.catalogue.entities(limit=1000) if row.label in labels]
    return {frozenset(c.anchor.article for c in workspace.catalogue.chains_of(row.iri.value)) for row in rows}


def standing(workspace: Workspace) -> dict[int, tuple[str, int | None]]:
    return {v.id: (v.state, v.against) for v in judgements_where(workspace.catalogue, workspace.base)}


def claim_hash(workspace: Workspace, article_id: str, predicate: str = "leads") -> str:
    claims = workspace.catalogue.claims_of(article_id)
    (found,) = (c.iri.value for c in claims if c.statement.predicate.value.endswith(f"#{predicate}"))
    return found.rpartition("/")[2]


def test_a_merge_tells_what_became_one_and_which_facts_came_along() -> None:
    with opened([0], [1]) as workspace:
        before = canonical(workspace.store)
        outcome = decide(workspace, same(ANA, MARIA))
        (merged,) = outcome.effect.merged
        assert (merged.label, merged.into_label) == (MARIA, ANA)
        # of two names that are as frequent the longer one is the label
        assert [(one.iri, one.before, one.label) for one in outcome.effect.renamed] == [(merged.into, ANA, MARIA)]
        assert shown(outcome.effect.gained) == {f"{MARIA} leads {ARMY}"}
        assert outcome.effect.lost == ()
        assert things(workspace, ANA, MARIA) == {frozenset({"0.txt", "1.txt"})}
        retired = workspace.catalogue.retired(merged.iri)
        assert retired is not None
        assert retired.successor is not None
        assert retired.successor.value == merged.into
        (kept,) = outcome.judgements
        assert (kept.kind, kept.author, kept.reason, kept.state) == ("same", "me", "she signs so", "holds")
        assert kept.time.utcoffset() is not None
        back = take_back(workspace, kept.id, author="you")
        assert [one.iri for one in back.effect.appeared] == [merged.iri]
        assert (shown(back.effect.gained), shown(back.effect.lost)) == (
            {f"{MARIA} leads {ARMY}"},
            {f"{ANA} leads {ARMY}"},
        )
        assert canonical(workspace.store) == before
        assert workspace.catalogue.retired(merged.iri) is None


def test_what_a_merge_makes_a_relation_of_a_thing_to_itself_is_lost() -> None:
    with opened([0], [12]) as workspace:
        outcome = decide(workspace, same(ANA, MARIA))
        assert shown(outcome.effect.lost) == {f"{ANA} childOf {MARIA}"}


def test_what_was_merged_is_found_by_its_old_iri() -> None:
    with opened([0], [1]) as workspace:
        (merged,) = decide(workspace, same(ANA, MARIA)).effect.merged
        with pytest.raises(ResolutionError, match="one already"):
            decide(workspace, same(merged.iri, ANA))
        decide(workspace, Decision("label", "me", merged.iri, label="A. M. Diaz"))
        assert things(workspace, "A. M. Diaz") == {frozenset({"0.txt", "1.txt"})}


def test_two_merges_make_three_things_one() -> None:
    with opened([0], [1], [5]) as workspace:
        decide(workspace, same(ANA, BORIS))
        decide(workspace, same(BORIS, MARIA))
        assert len(workspace.catalogue.entities(cls=Person)) == 1
        take_back(workspace, 1, author="me")
        assert things(workspace, ANA, BORIS, MARIA) == {frozenset({"0.txt"}), frozenset({"1.txt", "2.txt"})}


def test_same_same_different_is_told_and_listed() -> None:
    with opened([0], [1], [5]) as workspace:
        decide(workspace, same(ANA, BORIS))
        decide(workspace, same(BORIS, MARIA))
        outcome = decide(workspace, apart(BORIS, "1.txt"))
        assert [(one.id, one.state, one.against) for one in outcome.contradictions] == [(2, "contradicted", 3)]
        assert standing(workspace) == {1: ("holds", None), 2: ("contradicted", 3), 3: ("holds", None)}
        assert things(workspace, ANA, BORIS, MARIA) == {frozenset({"0.txt", "2.txt"}), frozenset({"1.txt"})}
        question = next(iter(questions(workspace.catalogue, workspace.base)))
        assert question.kind == "contradiction"
        assert question.judgement is not None
        assert question.against is not None
        assert (question.judgement.id, question.against.id) == (2, 3)


def test_a_merge_that_is_forbidden_is_kept_and_does_not_hold() -> None:
    with opened([0], [1]) as workspace:
        decide(workspace, apart(ANA, other=MARIA))
        outcome = decide(workspace, same(ANA, MARIA))
        (made,) = outcome.judgements
        assert (made.state, made.against) == ("contradicted", 1)
        assert outcome.contradictions == (made,)
        assert outcome.effect.merged == ()
        later = take_back(workspace, 1, author="me")
        assert [one.label for one in later.effect.merged] == [MARIA]
        assert standing(workspace) == {1: ("undone", None), 2: ("holds", None)}


def test_things_of_classes_that_exclude_each_other_cannot_be_merged() -> None:
    with opened([4]) as workspace:
        with pytest.raises(ResolutionError, match="Person and a Group"):
            decide(workspace, same(ANA, KESTREL))
        assert workspace.catalogue.judgements.all() == []


ANAS = ([0], [4], [6], [17])
ALL = frozenset(f"{n}.txt" for n in range(len(ANAS)))


@pytest.mark.parametrize(
    "leaving",
    [("0.txt",), ("3.txt",), ("0.txt", "2.txt"), ("1.txt", "2.txt", "3.txt")],
    ids=["the first", "the last", "two", "most"],
)
def test_articles_that_mean_another_thing_leave_together_and_alone(leaving: tuple[str, ...]) -> None:
    with opened(*ANAS) as workspace:
        before = canonical(workspace.store)
        outcome = decide(workspace, apart(ANA, *leaving))
        assert things(workspace, ANA) == {frozenset(leaving), ALL - set(leaving)}
        assert {one.label for one in outcome.effect.appeared} == {ANA}
        assert outcome.contradictions == ()
        workspace.rebuild()
        assert things(workspace, ANA) == {frozenset(leaving), ALL - set(leaving)}
        workspace.ingest([World.article("new.txt", [0])], World.extractor())  # whoever is new joins those that stayed
        assert things(workspace, ANA) == {frozenset(leaving), (ALL - set(leaving)) | {"new.txt"}}
        workspace.delete("new.txt")
        undone = take_back(workspace, None, author="me")
        assert {one.id for one in undone.judgements} == {one.id for one in outcome.judgements}
        assert canonical(workspace.store) == before


@pytest.mark.parametrize(
    ("articles", "error", "message"),
    [
        (("9.txt",), UnknownEntity, "9.txt"),
        (tuple(ALL), ResolutionError, "nothing would stay"),
    ],
    ids=["unknown", "all"],
)
def test_a_split_that_cannot_be_changes_nothing(
    articles: tuple[str, ...], error: type[Exception], message: str
) -> None:
    with opened(*ANAS) as workspace:
        before = canonical(workspace.store)
        with pytest.raises(error, match=message):
            decide(workspace, apart(ANA, *articles))
        assert canonical(workspace.store) == before
        assert workspace.catalogue.judgements.all() == []


def test_a_split_says_when_an_earlier_decision_stands_in_the_way() -> None:
    with opened([0], [1], [1]) as workspace:
        decide(workspace, same(ANA, MARIA))  # hangs on what 1.txt says of her
        before = canonical(workspace.store, judgements=True)
        with pytest.raises(ResolutionError, match="earlier decisions stand in the way, among them one of 1"):
            decide(workspace, apart(ANA, "1.txt"))
        assert canonical(workspace.store, judgements=True) == before
        decide(workspace, apart(ANA, "1.txt", "2.txt"))
        assert things(workspace, ANA, MARIA) == {frozenset({"0.txt"}), frozenset({"1.txt", "2.txt"})}
        assert standing(workspace)[1][0] == "contradicted"


def test_a_claim_is_accepted_and_rejected_by_its_hash_and_the_last_word_counts() -> None:
    with opened([7]) as workspace:
        claim = claim_hash(workspace, "0.txt")
        fact = f"{BORIS} leads {NORLAND}"
        accepted = decide(workspace, Decision("accept", "me", claim=f"claim/{claim}"))
        assert shown(accepted.effect.gained) == {fact}
        assert [one.label for one in accepted.judgements[0].about] == [fact]
        rejected = decide(workspace, Decision("reject", "you", claim=claim))
        assert shown(rejected.effect.lost) == {fact}
        assert standing(workspace) == {1: ("overruled", 2), 2: ("holds", None)}
        assert shown(take_back(workspace, 2, author="me").effect.gained) == {fact}
        assert standing(workspace) == {1: ("holds", None), 2: ("undone", None)}


def test_an_edited_label_is_told_and_the_last_one_counts() -> None:
    with opened([4], [5]) as workspace:
        first = decide(workspace, Decision("label", "me", KESTREL, label=" Kestrel \n Shipping "))
        assert [(one.before, one.label) for one in first.effect.renamed] == [(KESTREL, "Kestrel Shipping")]
        decide(workspace, Decision("label", "me", "Kestrel Shipping", label="KL"))
        assert standing(workspace) == {1: ("overruled", 2), 2: ("holds", None)}
        take_back(workspace, None, author="me")
        assert things(workspace, "Kestrel Shipping") == {frozenset({"0.txt", "1.txt"})}


def test_what_is_undone_stays_undone() -> None:
    with opened([0], [1]) as workspace:
        with pytest.raises(ResolutionError, match="no decision to take back"):
            take_back(workspace, None, author="me")
        with pytest.raises(UnknownEntity, match="no judgement 1"):
            take_back(workspace, 1, author="me")
        decide(workspace, same(ANA, MARIA))
        (undone,) = take_back(workspace, 1, author="you").judgements
        assert (undone.state, undone.undone_by) == ("undone", "you")
        assert undone.undone_time is not None
        with pytest.raises(ResolutionError, match="undone before"):
            take_back(workspace, 1, author="me")


def test_an_ambiguous_name_is_answered_with_candidates_and_nothing_is_written() -> None:
    with opened([10], [11]) as workspace:
        with pytest.raises(AmbiguousEntity) as raised:
            decide(workspace, Decision("label", "me", NORLAND, label="Nordland"))
        assert len(raised.value.candidates) == 2
        assert workspace.catalogue.judgements.all() == []


@pytest.mark.parametrize(
    "decision",
    [
        Decision("same", "me", ANA),
        Decision("same", " ", ANA, MARIA),
        Decision("accept", "me", entity=ANA),
        Decision("label", "me", ANA, label=" "),
        Decision("perhaps", "me", ANA, MARIA),
    ],
    ids=["no other", "no author", "no claim", "no label", "no such kind"],
)
def test_a_decision_without_its_parts_is_refused(decision: Decision) -> None:
    with opened([0], [1]) as workspace, pytest.raises(ResolutionError):
        decide(workspace, decision)


def test_a_decision_whose_mention_is_gone_waits_for_it() -> None:
    with opened([0], [5]) as workspace:
        decide(workspace, Decision("label", "me", BORIS, label="B. Lund"))
        decide(workspace, Decision("reject", "me", claim=claim_hash(workspace, "0.txt")))
        for article_id in ("0.txt", "1.txt"):
            workspace.delete(article_id)
        assert standing(workspace) == {1: ("unmatched", None), 2: ("unmatched", None)}
        workspace.ingest([World.article("1.txt", [2, 5]), World.article("0.txt", [8, 0])], World.extractor())
        assert standing(workspace) == {1: ("holds", None), 2: ("holds", None)}
        assert things(workspace, "B. Lund") == {frozenset({"1.txt"})}


def test_decisions_are_listed_by_state_and_kind_in_pages() -> None:
    with opened([0], [1], [4]) as workspace:
        for n in range(7):
            decide(workspace, Decision("label", "me", KESTREL if n else ANA, label=f"Thing {n}"))
            if n == 0:
                decide(workspace, same("Thing 0", MARIA))
        whole = judgements_where(workspace.catalogue, workspace.base)
        assert [view.id for view in whole] == list(range(1, 9))
        pages: list[JudgementView] = []
        while page := judgements_where(
            workspace.catalogue, workspace.base, after=pages[-1].id if pages else 0, limit=3
        ):
            pages += page
        assert pages == list(whole)
        (merge,) = judgements_where(workspace.catalogue, workspace.base, kind="same")
        assert merge.id == 2
        for state in STATES:
            found = judgements_where(workspace.catalogue, workspace.base, states=[state], limit=2)
            assert [v.id for v in found] == [v.id for v in whole if v.state == state][:2]


def act_on(workspace: Workspace) -> list[Outcome]:
    """One decision of each kind."""
    return [
        decide(workspace, same(BORIS, MARIA)),
        decide(workspace, apart(ANA, "2.txt")),
        decide(workspace, Decision("reject", "me", claim=claim_hash(workspace, "4.txt"))),
        decide(workspace, Decision("label", "me", KESTREL, label="Kestrel Shipping")),
    ]


STORY = ([0], [1, 8], [6], [4], [5], [17], [9])


@pytest.mark.parametrize("seed", range(4))
def test_decisions_hold_whatever_happens_to_the_articles(seed: int) -> None:
    dice = random.Random(seed)
    with opened(*STORY) as workspace:
        act_on(workspace)
        expected = {frozenset({"1.txt", "4.txt"}), frozenset({"2.txt"}), frozenset({"0.txt", "3.txt", "5.txt"})}
        steps = [
            # re-read with more before and after, by another model, at another threshold, and beside other articles
            lambda: workspace.ingest([World.article("1.txt", [9, 1, 8])], World.extractor()),
            lambda: workspace.ingest([World.article("2.txt", [8, 6])], World.extractor()),
            lambda: workspace.rebuild(extractor=World.extractor(model="fake-2")),
            workspace.rebuild,
            workspace.resolve,
            lambda: workspace.set_threshold(0.95),
            lambda: workspace.delete("6.txt"),
            lambda: workspace.ingest([World.article("7.txt", [3, 14])], World.extractor()),
            lambda: workspace.set_threshold(0.5),
        ]
        dice.shuffle(steps)
        for step in steps:
            step()
            found = things(workspace, ANA, BORIS, MARIA)
            assert {one - {"7.txt"} for one in found} == expected
            assert all(state == "holds" for state, _ in standing(workspace).values())
            assert things(workspace, "Kestrel Shipping")
        dumped = sorted(map(str, workspace.store.quads()))
        workspace.rebuild()
        assert sorted(map(str, workspace.store.quads())) == dumped
        workspace.set_threshold(0.5)
        workspace.rebuild(extractor=World.extractor())
        for view in reversed(judgements_where(workspace.catalogue, workspace.base)):
            take_back(workspace, view.id, author="me")
        with Workspace.open("memory:") as plain:
            plain.ingest([a for a in map(workspace.catalogue.articles.article, ids(workspace)) if a], World.extractor())
            assert canonical(workspace.store) == canonical(plain.store)


def ids(workspace: Workspace) -> list[str]:
    return list(workspace.catalogue.articles.ids())


def test_the_graph_that_an_outcome_tells_of_is_the_graph() -> None:
    def asserted(workspace: Workspace) -> set[tuple[str, str, str]]:
        rows = workspace.store.query(
            "PREFIX kg: <https://w3id.org/newsgraph/ontology#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>"
            "SELECT ?s ?p ?o { ?x kg:asserted true ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }"
        ).rows()
        return {(row["s"].value, row["p"].value.rpartition("#")[2], row["o"].value) for row in rows}  # type: ignore[union-attr]

    def terms(facts: Sequence[Fact]) -> set[tuple[str, str, str]]:
        return {(fact.subject, fact.predicate, fact.object) for fact in facts}

    with opened(*STORY) as workspace:
        before = asserted(workspace)
        for outcome in (*act_on(workspace), *(take_back(workspace, None, author="me") for _ in range(4))):
            assert terms(outcome.effect.gained).isdisjoint(before)
            assert terms(outcome.effect.lost) <= before
            went = {one.iri: one.into for one in outcome.effect.merged}
            kept = {(went.get(s, s), p, went.get(o, o)) for s, p, o in before - terms(outcome.effect.lost)}
            before = kept | terms(outcome.effect.gained)
        assert before == asserted(workspace)


def test_what_waits_for_a_person_begins_with_what_changes_a_fact() -> None:
    doubtful = article(f"Perhaps Boris Lund leads Kestrel Lines, {SAID}", "a.txt")
    sure = article(f"Boris Lund leads Kestrel Lines, {SAID}", "b.txt")
    alone = World.article("c.txt", [7])
    with Workspace.open("memory:") as workspace:
        workspace.ingest([doubtful, sure, alone], World.extractor())
        found = list(questions(workspace.catalogue, workspace.base))
        assert [(one.kind, one.article) for one in found] == [("claim", "c.txt"), ("claim", "a.txt")]
        first = found[0]
        assert (first.subject, first.predicate, first.object, first.confidence) == (BORIS, "leads", NORLAND, 0.3)
        assert first.sentence is not None
        assert first.subject_at is not None
        assert first.object_at is not None
        assert first.sentence[slice(*first.subject_at)] == BORIS
        assert first.sentence[slice(*first.object_at)] == NORLAND
        assert list(questions(workspace.catalogue, workspace.base, within=0.1)) == []
        decide(workspace, Decision("accept", "me", claim=first.claim))
        assert [one.article for one in questions(workspace.catalogue, workspace.base)] == ["a.txt"]


def test_an_acronym_that_may_stand_for_two_is_asked_about_until_it_is_decided() -> None:
    with opened([0], [1], [2]) as workspace:

        def asked() -> list[str | None]:
            found = questions(workspace.catalogue, workspace.base)
            return [one.object for one in found if one.kind == "pair" and one.subject == "HPA"]

        first = next(iter(questions(workspace.catalogue, workspace.base)))
        assert (first.subject, first.object, first.article) == ("HPA", PILOTS, "2.txt")
        assert first.sentence is not None
        assert first.subject_at is not None
        assert first.sentence[slice(*first.subject_at)] == "HPA"
        assert asked() == [PILOTS, ARMY]
        decide(workspace, Decision("different", "me", first.entity, first.other))
        assert asked() == [ARMY]
        take_back(workspace, None, author="me")
        decide(workspace, Decision("same", "me", first.entity, first.other))
        assert asked() == []


def test_things_that_are_much_alike_are_asked_about_with_what_speaks_for_it_until_it_is_decided() -> None:
    with opened([0], [1]) as workspace:

        def asked() -> list[tuple[str | None, str | None]]:
            found = questions(workspace.catalogue, workspace.base)
            return [(one.subject, one.object) for one in found if one.kind == "pair"]

        first = next(one for one in questions(workspace.catalogue, workspace.base) if one.kind == "pair")
        assert {first.subject, first.object} == {ANA, MARIA}  # a middle name more is never enough, and never nothing
        assert first.score is not None
        assert 0.45 <= first.score < 0.65
        assert {"another given name", "one leads the same"} <= {feature.name for feature in first.features}
        decide(workspace, Decision("different", "me", first.entity, first.other))
        assert not any({ANA, MARIA} == set(pair) for pair in asked())
        take_back(workspace, None, author="me")
        decide(workspace, same(ANA, MARIA))
        assert not any(ANA in pair or MARIA in pair for pair in asked())


def test_a_pair_that_is_forbidden_hides_no_other_and_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    with opened([0], [1]) as workspace:
        catalogue = workspace.catalogue
        ((one, two),) = catalogue.like_pairs(limit=100)
        pairs = [(one, two), (one, find_entity(catalogue, workspace.base, PILOTS))]
        monkeypatch.setattr(type(catalogue), "like_pairs", lambda _, *, limit: pairs[:limit])
        asking = import_module("kg.decisions.questions")  # the package has a function of that name
        monkeypatch.setattr(asking, "are_forbidden", lambda _, left, right: right == catalogue.chains_of(two))
        monkeypatch.setattr(asking, "PAIRS_READ", (1, 10))
        (asked,) = questions(catalogue, workspace.base, limit=1, kinds=("pair",))
        assert (asked.entity, asked.other) == pairs[1]
        assert waiting(catalogue)["pair"] == 1


def explained(workspace: Workspace, left: str, right: str) -> tuple[Explanation, dict[str, Factor]]:
    found = explain(workspace.catalogue, lambda query: workspace.store.query(query).rows(), workspace.base, left, right)
    return found, {factor.name: factor for factor in found.factors}


def test_names_that_differ_keep_things_apart_and_the_rest_is_shown() -> None:
    with opened([0, 12], [1]) as workspace:
        found, factors = explained(workspace, ANA, MARIA)
        assert not found.one
        assert [name for name, factor in factors.items() if factor.decides] == ["key"]
        assert (factors["key"].left, factors["key"].right, factors["key"].points) == (
            "ana diaz",
            "ana maria diaz",
            "different",
        )
        assert "0.txt" in factors["articles"].note
        assert "childOf" in factors["relations"].note


def test_neighbours_in_common_are_named() -> None:
    with opened([6], [5]) as workspace:
        _, factors = explained(workspace, ANA, BORIS)
        assert factors["neighbours"].points == "neither"  # his is planned, and so is no fact
        workspace.ingest([article(f"Boris Lund formerly led Kestrel Lines, {SAID}", "2.txt")], World.extractor())
        _, factors = explained(workspace, ANA, BORIS)
        assert (factors["neighbours"].points, KESTREL in factors["neighbours"].note) == ("same", True)


def test_things_of_two_kinds_are_never_one() -> None:
    with opened([4]) as workspace:
        found, factors = explained(workspace, ANA, KESTREL)
        assert not found.one
        assert [name for name, factor in factors.items() if factor.decides] == ["class"]


def test_decisions_explain_what_the_rules_do_not() -> None:
    with opened([0], [1]) as workspace:
        decide(workspace, apart(ANA, other=MARIA))
        found, factors = explained(workspace, ANA, MARIA)
        assert "judgement 1 by me" in found.because
        assert [name for name, factor in factors.items() if factor.decides] == ["judgement"]
        take_back(workspace, 1, author="me")
        decide(workspace, same(ANA, MARIA))
        found, factors = explained(workspace, ANA, MARIA)
        assert found.one
        assert "judgement 2" in found.because
        assert (factors["key"].points, factors["judgement"].points) == ("different", "same")
        assert "she signs so" in factors["judgement"].note


def test_one_name_needs_no_other_reason() -> None:
    with opened([0], [4]) as workspace:
        found, factors = explained(workspace, ANA, ANA)
        assert found.one
        assert (factors["key"].points, factors["key"].decides) == ("same", True)


def test_an_acronym_explains_itself_while_it_is_clear_and_after() -> None:
    with opened([0]) as workspace:
        assert "one article" in explained(workspace, "HPA", PILOTS)[0].because
        workspace.ingest([World.article("1.txt", [2])], World.extractor())
        found, _ = explained(workspace, "HPA", PILOTS)
        assert found.one
        assert "acronym" in found.because
        workspace.ingest([World.article("other.txt", [1])], World.extractor())
        (short,) = (row.iri.value for row in workspace.catalogue.entities() if row.label == "HPA")
        found, factors = explained(workspace, short, PILOTS)
        assert not found.one
        assert "HPA is ambiguous" in found.because
        assert factors["key"].points == "neither"


def test_what_ties_the_names_of_one_thing_is_told() -> None:
    with opened([0], [0, 12], [8]) as workspace:
        catalogue = workspace.catalogue
        pilots = {tie.kind: tie for tie in ties(catalogue, find_entity(catalogue, workspace.base, PILOTS))}
        assert (pilots["acronym"].names, pilots["acronym"].article) == (("HPA", PILOTS), "0.txt")
        assert ties(catalogue, find_entity(catalogue, workspace.base, "Port Alder")) == ()
