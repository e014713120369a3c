"""Facts against an annotation: names, one-to-one pairing, optional facts, unnamed incidents."""

from __future__ import annotations

from typing import Any

import pytest

from kg.evaluate.facts import gold_facts, matching, normalise, score_facts
from kg.evaluate.mentions import score_kinds, score_names, score_triggers
from kg.types import EntityClass, Extraction, Mention, MentionKind, Span


def entity(cluster: str, cls: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"cluster": cluster, "type": cls, "names": list(names), **more}


def record(triples: list[list[Any]], *entities: dict[str, Any], **annotated: Any) -> dict[str, Any]:
    return {"entities": list(entities), "triples": triples, "mentions": [], "annotated": annotated}


def said(subject: str, predicate: str, obj: str, subject_type: str = "Person", object_type: str = "Group") -> dict:
    ends = {"subject": (subject, subject_type), "object": (obj, object_type)}
    return {"predicate": predicate, **{k: {"names": [n], "type": t} for k, (n, t) in ends.items()}}


ANA, UNION = entity("P1", "Person", "Ana Diaz", "Diaz"), entity("G1", "Group", "Free Workers' Union", "FWU")
LEADS = ["P1", "leads", "G1", {"evidence": [0], "co": [0]}]


@pytest.mark.parametrize(
    ("name", "plain"),
    [("The U.S.", "us"), ("Workers’ Party’s", "workers party"), ("its  Front", "front"), ("The", "the"), ("Ⅳ", "iv")],
)
def test_names_are_compared_without_case_points_possessives_and_determiners(name: str, plain: str) -> None:
    assert normalise(name) == plain


def test_any_name_of_an_entity_will_do_and_a_second_telling_is_an_error() -> None:
    line = {"triples": [said("Diaz", "leads", "the FWU"), said("Ana Diaz", "leads", "Free Workers' Union")]}
    score = score_facts(record([LEADS], ANA, UNION), line)["leads"]
    assert (score.right, score.found, score.wanted) == (1, 2, 1)


def test_lenient_names_share_words() -> None:
    line = {"triples": [said("Diaz", "leads", "Free Workers' Union of Pilots")]}
    assert score_facts(record([LEADS], ANA, UNION), line)["leads"].right == 0
    assert score_facts(record([LEADS], ANA, UNION), line, lenient=True)["leads"].right == 1


def test_optional_facts_are_neither_missed_nor_wrong() -> None:
    gold = record([["P1", "leads", "G1", {"optional": True}]], ANA, UNION)
    assert score_facts(gold, {"triples": [said("Diaz", "leads", "FWU")]}) == {}
    assert score_facts(gold, {"triples": []}) == {}


def test_facts_across_sentences_are_optional_where_only_sentences_are_asked() -> None:
    gold = record([["P1", "leads", "G1", {"evidence": [1], "co": []}]], ANA, UNION)
    assert score_facts(gold, {})["leads"].wanted == 1
    assert score_facts(gold, {}, same_sentence=True) == {}


def test_what_a_text_denies_or_plans_throughout_is_no_fact_of_the_graph() -> None:
    denied = {"evidence": [0, 1], "flags": [["denied"], ["alleged", "by=G1"]]}
    assert gold_facts(record([["P1", "leads", "G1", denied]], ANA, UNION)) == []
    once = {"evidence": [0, 1], "flags": [["denied"], ["former"]]}
    assert len(gold_facts(record([["P1", "leads", "G1", once]], ANA, UNION))) == 1


def test_both_dates_of_an_event_are_one_predicate() -> None:
    day = entity("D1", "Date", "May 2019")
    gold = record([["E1", "startDate", "D1", {}]], entity("E1", "Event", "raid"), day)
    assert list(score_facts(gold, {})) == ["occurredOn"]


def test_unnamed_incidents_are_one_and_match_any_event() -> None:
    attack = entity("E1", "Event", "bombing", anonymous=True)
    again = entity("E2", "Event", "attack", anonymous=True)
    gold = record([["E1", "involves", "G1", {}], ["E2", "involves", "G1", {}]], attack, again, UNION)
    line = {"triples": [said("explosion", "involves", "FWU", "Event"), said("blast", "involves", "FWU", "Event")]}
    score = score_facts(gold, line)["involves"]
    assert (score.right, score.found, score.wanted) == (1, 1, 1)


def test_predicates_that_nobody_looked_for_are_not_scored() -> None:
    gold = record([LEADS], ANA, UNION, predicates=["leads"])
    assert set(score_facts(gold, {"triples": [said("Diaz", "memberOf", "FWU")]})) == {"leads"}
    nothing = {**record([LEADS], ANA, UNION), "annotated": {"triples": "none"}}
    assert score_facts(nothing, {"triples": []}) == {}


def test_spouses_match_in_either_order() -> None:
    ben = entity("P2", "Person", "Ben Ode")
    gold = record([["P1", "spouseOf", "P2", {}]], ANA, ben)
    assert score_facts(gold, {"triples": [said("Ben Ode", "spouseOf", "Ana Diaz", object_type="Person")]})[
        "spouseOf"
    ].right


def test_the_pairing_is_a_largest_one() -> None:
    # a greedy pairing gives the first prediction the only partner of the second
    fits = {("a", "x"), ("a", "y"), ("b", "x")}
    assert matching(["a", "b"], ["x", "y"], lambda f, w: (f, w) in fits) == {0: 1, 1: 0}


def test_names_count_by_span_and_class_and_a_polity_is_also_a_place() -> None:
    gold = {
        "annotated": {"mentions": "all"},
        "mentions": [
            {"start": 0, "end": 5, "type": "Polity"},
            {"start": 9, "end": 12, "type": "Group"},
            {"start": 20, "end": 25, "type": "Person", "kind": "nominal"},
        ],
    }
    line = {
        "mentions": [
            {"start": 0, "end": 5, "type": "Place"},
            {"start": 8, "end": 12, "type": "Group"},
            {"start": 20, "end": 25, "type": "Person"},
        ]
    }
    strict, lenient = score_names(gold, line), score_names(gold, line, lenient=True)
    assert strict["Polity"].right == 1
    assert (strict["Group"].right, lenient["Group"].right) == (0, 1)
    assert "Person" not in strict  # a nominal is optional: neither missed nor wrong


TEXT = "Rebels attacked the port. Troops fled."


def events() -> Extraction:
    found = (
        Mention(Span(7, 15), EntityClass.EVENT, MentionKind.TRIGGER, event_type="attack"),
        Mention(Span(33, 37), EntityClass.EVENT, MentionKind.TRIGGER, event_type="withdrawal"),
    )
    return Extraction("a", "stub-1", found, (), ())


def test_triggers_count_by_word_in_the_sentences_that_are_annotated() -> None:
    gold = {
        "text": TEXT,
        "sents": [[0, 25], [26, 38]],
        "annotated": {"sentences": [0]},
        "mentions": [{"start": 7, "end": 15, "type": "Event"}],
    }
    score = score_triggers(gold, events())["token"]
    assert (score.right, score.found, score.wanted) == (1, 1, 1)


def test_mentions_of_our_corpus_are_scored_by_kind_and_class() -> None:
    gold = {"mentions": [{"start": 7, "end": 15, "type": "Event", "kind": "trigger"}]}
    score = score_kinds(gold, events())["trigger Event"]
    assert (score.right, score.found, score.wanted) == (1, 2, 1)
