"""What a fact's confidence owes to how sure its ends are and to what competes with it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kg.extract.confidence import Context, features, in_context
from kg.types import Chain, EntityClass, Extraction, Mention, MentionKind, Relation, Span

CONTEXT = Context({"involves": (1.0, 0.5), "occurredOn": (1.0, 0.0)}, (0.2, 0.3, -0.4))


def mention(at: int, cls: EntityClass, score: float) -> Mention:
    kind = MentionKind.TRIGGER if cls is EntityClass.EVENT else MentionKind.NAME
    return Mention(Span(at, at + 4), cls, kind, score)


def fact(subject: int, obj: int, score: float, predicate: str = "involves") -> Relation:
    return Relation(subject, predicate, obj, Span(0, 90), score)


MENTIONS = [
    mention(0, EntityClass.EVENT, 0.99),
    mention(10, EntityClass.EVENT, 0.3),
    mention(20, EntityClass.GROUP, 0.99),
    mention(30, EntityClass.GROUP, 0.99),
    mention(40, EntityClass.DATE, 1.0),
]
CHAINS = [Chain((i,), m.cls, (str(i),)) for i, m in enumerate(MENTIONS)]


def extraction(*relations: Relation) -> Extraction:
    return Extraction("a", "m", tuple(MENTIONS), tuple(CHAINS), relations)


def confidence(*relations: Relation, keep: float = 0.0) -> list[float]:
    return [r.score for r in in_context(extraction(*relations), CONTEXT, keep).relations]


def test_sure_ends_and_no_rival_leave_the_fitted_line_alone() -> None:
    assert features(extraction(fact(0, 2, 0.6)))[0, 1:] == pytest.approx([0, 0, 0])
    assert confidence(fact(0, 2, 0.5)) == [pytest.approx(1 / (1 + np.exp(-0.5)), abs=1e-3)]


def test_a_doubtful_event_word_makes_its_facts_doubtful() -> None:
    sure, doubtful = confidence(fact(0, 2, 0.6))[0], confidence(fact(1, 2, 0.6))[0]
    assert doubtful < sure


def test_a_rival_with_another_object_takes_confidence_and_a_second_sentence_of_the_same_fact_does_not() -> None:
    alone = confidence(fact(0, 2, 0.6))[0]
    assert confidence(fact(0, 2, 0.6), fact(0, 3, 0.8))[0] < alone
    assert confidence(fact(0, 2, 0.6), fact(0, 2, 0.8))[0] == alone
    assert confidence(fact(0, 2, 0.6), fact(1, 3, 0.8))[0] == alone


def test_both_dates_of_one_range_are_one_fact() -> None:
    start, end = fact(0, 4, 0.6, "startDate"), fact(0, 4, 0.6, "endDate")
    assert len(set(confidence(start, end))) == 1
    assert confidence(start, end)[0] == confidence(start)[0]


def test_a_predicate_without_a_fit_keeps_its_confidence() -> None:
    assert confidence(fact(0, 2, 0.37, "within")) == [0.37]


def test_what_is_too_unsure_in_its_context_is_dropped() -> None:
    assert confidence(fact(1, 2, 0.3), keep=0.2) == []
    assert confidence(fact(0, 2, 0.3), keep=0.2) == confidence(fact(0, 2, 0.3))


def test_no_relations_are_no_relations() -> None:
    assert confidence() == []


def test_a_manifest_keeps_it_and_may_lack_it() -> None:
    assert Context.of({"context": json.loads(json.dumps(CONTEXT.as_json()))}) == CONTEXT
    assert Context.of({}) is None
