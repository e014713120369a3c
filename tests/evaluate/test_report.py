"""A run over annotated documents: tables, intervals, confidence and statuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kg.evaluate.card import card_tables
from kg.evaluate.judge import calibration_table, document_of, judged, score_coreference, score_statuses
from kg.evaluate.report import lines, measure, reliability
from kg.types import Document, EntityClass, Extraction, Mention, MentionKind, Modality, Phase, Span
from tests.factory import chain, relation

TEXT = "Ana Diaz leads the Union. Ben Ode once led it, the Herald said."
ANA, UNION, BEN, IT = Span(0, 8), Span(19, 24), Span(26, 33), Span(43, 45)
FIRST, SECOND = Span(0, 25), Span(26, 64)


def mark(span: Span, cls: str, cluster: str, kind: str = "name") -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "type": cls, "cluster": cluster, "kind": kind}


RECORD: dict[str, Any] = {
    "id": "own-1",
    "source": "newsgraph",
    "text": TEXT,
    "sents": [[FIRST.start, FIRST.end], [SECOND.start, SECOND.end]],
    "mentions": [
        mark(ANA, "Person", "P1"),
        mark(UNION, "Group", "G1"),
        mark(BEN, "Person", "P2"),
        mark(IT, "Group", "G1", "pronoun"),
    ],
    "entities": [
        {"cluster": "P1", "type": "Person", "names": ["Ana Diaz"]},
        {"cluster": "P2", "type": "Person", "names": ["Ben Ode"]},
        {"cluster": "G1", "type": "Group", "names": ["Union"]},
    ],
    "triples": [
        ["P1", "leads", "G1", {"evidence": [0], "co": [0], "flags": [[]]}],
        ["P2", "leads", "G1", {"evidence": [1], "co": [1], "flags": [["former", "by=G9"]]}],
    ],
    "annotated": {"triples": "all", "mentions": "all"},
}


class Stub:
    """An extractor that finds Ana and Ben, takes "it" for Ben, and is sure of itself."""

    model = "stub-1"

    def extract(self, document: Document) -> Extraction:
        mentions = (
            Mention(ANA, EntityClass.PERSON),
            Mention(UNION, EntityClass.GROUP),
            Mention(BEN, EntityClass.PERSON),
            Mention(IT, EntityClass.GROUP, MentionKind.PRONOUN),
        )
        chains = (
            chain(EntityClass.PERSON, "Ana Diaz", mentions=(0,)),
            chain(EntityClass.GROUP, "Union", mentions=(1, 3)),
            chain(EntityClass.PERSON, "Ben Ode", mentions=(2,)),
        )
        found = (
            relation(0, "leads", 1, sentence=FIRST, score=0.9),
            relation(2, "leads", 3, sentence=SECOND, score=0.6, phase=Phase.FORMER, modality=Modality.REPORTED,
                     attributed_to="the Herald"),
            relation(2, "memberOf", 3, sentence=SECOND, score=0.7),
        )  # fmt: skip
        return Extraction(document.id, self.model, mentions, chains, found)


def test_a_run_fills_the_tables_of_what_a_corpus_annotates() -> None:
    measured = measure("own.dev", [RECORD], Stub(), 0.5)
    found = {(line.table, line.label): line for line in lines(measured)}
    every = found["facts, strict", "ALL"]
    assert (every.right, every.found, every.wanted) == (2, 3, 2)
    assert found["names, strict", "ALL"].f1 == 1
    assert found["statuses", "former"].f1 == 1
    assert found["coreference", "CoNLL"].f1 == 1
    assert measured.documents == 1


def test_facts_below_the_threshold_are_not_asserted() -> None:
    found = {(line.table, line.label): line for line in lines(measure("own.dev", [RECORD], Stub(), 0.8))}
    assert found["facts, strict", "ALL"].found == 1


def test_intervals_are_of_the_documents_and_hold_the_score() -> None:
    bad = {**RECORD, "id": "own-2", "triples": [["P2", "leads", "G1", {"evidence": [0], "co": [0], "flags": [[]]}]]}
    (line,) = [of for of in lines(measure("own.dev", [RECORD] * 6 + [bad] * 6, Stub(), 0.5)) if of.label == "leads"][:1]
    assert line.interval[0] < line.f1 < line.interval[1]
    assert line.interval[1] - line.interval[0] < 0.5


def test_a_record_that_is_no_article_counts_as_one_without_finds() -> None:
    measured = measure("own.dev", [RECORD], Stub(), 0.5, document=lambda record: None)
    found = {(line.table, line.label): line for line in lines(measured)}
    assert (found["facts, strict", "ALL"].found, found["facts, strict", "ALL"].wanted) == (0, 2)


def test_confidence_is_judged_fact_by_fact() -> None:
    verdicts = sorted(judged(RECORD, Stub().extract(document_of(RECORD))))
    assert verdicts == [("leads", 0.6, True, False), ("leads", 0.9, True, False), ("memberOf", 0.7, False, False)]
    error, table = reliability(measure("own.dev", [RECORD], Stub(), 0.5))
    assert error == pytest.approx((0.4 + 0.1 + 0.7) / 3)
    assert [(edge, n, right) for edge, n, _, right in table] == [(0.6, 1, 1.0), (0.7, 1, 0.0), (0.9, 1, 1.0)]


def test_bins_hold_their_lower_edge_and_the_last_one_is_closed() -> None:
    table = calibration_table(np.array([0.1, 0.2, 1.0]), np.array([True, False, True]))
    assert [edge for edge, *_ in table] == pytest.approx([0.1, 0.2, 0.9])


def test_statuses_are_scored_where_the_fact_is_found_in_its_sentence() -> None:
    elsewhere = {**RECORD, "sents": [[0, 10], [10, 64]]}
    assert score_statuses(RECORD, Stub().extract(document_of(RECORD)))["attributed"].right == 1
    assert score_statuses(elsewhere, Stub().extract(document_of(RECORD)))["attributed"].wanted == 0


def test_coreference_leaves_dates_out() -> None:
    dated = {**RECORD, "mentions": [*RECORD["mentions"], mark(Span(34, 38), "Date", "D1")]}
    assert score_coreference(dated, Stub().extract(document_of(dated))).f1 == 1


def test_the_card_has_a_column_for_each_corpus_that_fills_a_table() -> None:
    own = measure("own.dev", [RECORD], Stub(), 0.5)
    names_only = {**RECORD, "source": "Other", "triples": [], "annotated": {"triples": "none"}}
    card = card_tables([own, measure("other.dev", [names_only], Stub(), 0.5)])
    assert "|  | own.dev |\n| --- | --- |\n| ALL | 0.80 (0.67 / 1.00)" in card
    assert "|  | own.dev | other.dev |\n| --- | --- | --- |\n| ALL | 1.00 (1.00 / 1.00) [1.00, 1.00] |" in card
    assert "| own.dev | 0.400 | 3 |" in card
