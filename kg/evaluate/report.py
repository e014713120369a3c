"""One run of an extractor over annotated documents → the tables of the model card, with 95 % intervals over documents."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.evaluate.facts import score_facts
from kg.evaluate.judge import (
    OWN,
    calibration_table,
    document_of,
    expected_calibration_error,
    judged,
    score_coreference,
    score_statuses,
)
from kg.evaluate.mentions import score_kinds, score_names, score_triggers
from kg.evaluate.metrics import Score
from kg.evaluate.predictions import prediction
from kg.types import Document, Extraction, Extractor

__all__ = ["Line", "Measured", "lines", "measure", "reliability"]

ROUNDS, SEED = 1000, 0
_JUDGED = frozenset({OWN, "GUM", "ECB+", "Re-DocRED", "KnowledgeNet"})
Cells = dict[str, Score]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what was scored, on which corpus, and the score. `interval` is the 95 % bootstrap interval of `f1`."""

    corpus: str
    table: str
    label: str
    precision: float
    recall: float
    f1: float
    interval: tuple[float, float]
    right: float
    found: float
    wanted: float


@dataclass(slots=True)
class Measured:
    """Scores of the documents of one corpus: table → one dict (label → score) per document; and the confidences of its facts."""

    corpus: str
    documents: int = 0
    words: int = 0
    seconds: float = 0.0
    tables: dict[str, list[Cells]] = field(default_factory=dict)
    confidences: list[tuple[str, float, bool]] = field(default_factory=list)

    def add(self, table: str, cells: Cells) -> None:
        """Append one document's scores to a table."""
        self.tables.setdefault(table, []).append(cells)


def measure(
    corpus: str,
    records: Iterable[Mapping[str, Any]],
    extractor: Extractor,
    threshold: float,
    *,
    document: Callable[[Mapping[str, Any]], Document | None] = document_of,
    step: Callable[[int], None] = lambda n: None,
) -> Measured:
    """Extract from each record and score what is found. `threshold`: confidence from which the graph asserts.

    Facts and names are scored as `kg extract` prints them: `document` reads a record as an article, cleaning included. What needs the
    annotator's own sentences (coreference, triggers, statuses, confidence) is read with those. A record that is no article to
    `document` (None) counts as one in which nothing was found.
    """
    result = Measured(corpus)
    for record in records:
        article = document(record)
        line: Mapping[str, Any] = {"triples": [], "mentions": []}
        if article is not None:
            began = time.perf_counter()
            line = prediction(article, extractor.extract(article), threshold)
            result.seconds += time.perf_counter() - began
            result.words += len(article.text.split())
        result.documents += 1
        _score_line(result, record, line)
        kind = record["source"].split()[0]
        if kind in _JUDGED:
            _score_extraction(result, record, extractor.extract(document_of(record)), kind)
        step(1)
    return result


def _score_line(result: Measured, record: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    annotated = record.get("annotated", {})
    if annotated.get("triples", "all") != "none":
        result.add("facts, strict", score_facts(record, line))
        result.add("facts, lenient", score_facts(record, line, lenient=True))
        result.add("facts, same sentence", score_facts(record, line, same_sentence=True))
    if annotated.get("mentions", "all") == "all":
        result.add("names, strict", score_names(record, line))
        result.add("names, lenient", score_names(record, line, lenient=True))


def _score_extraction(result: Measured, record: Mapping[str, Any], extraction: Extraction, kind: str) -> None:
    if kind in (OWN, "GUM"):
        score = score_coreference(record, extraction)
        result.add("coreference", {"MUC": score.muc, "B3": score.b_cubed, "CEAFe": score.ceaf_e})
    if kind in (OWN, "ECB+"):
        result.add("triggers", score_triggers(record, extraction))
    if kind == OWN:
        result.add("mentions by kind", score_kinds(record, extraction))
        result.add("statuses", score_statuses(record, extraction))
    if kind in (OWN, "Re-DocRED", "KnowledgeNet"):
        result.confidences += [(p, s, right) for p, s, right, _ in judged(record, extraction)]


def lines(measured: Measured) -> list[Line]:
    """The tables of a corpus, line by line; "ALL" pools the labels, "CoNLL" is the mean of the three coreference measures."""
    found = []
    for table, per_document in measured.tables.items():
        labels = sorted({label for cells in per_document for label in cells})
        pooled = table not in ("coreference", "mentions by kind", "statuses", "triggers")
        rows = [("ALL", labels)] if pooled and labels else []
        rows += [(label, [label]) for label in labels]
        for name, members in rows:
            found.append(_line(measured.corpus, table, name, [_sum(cells, members) for cells in per_document]))
        if table == "coreference":
            found.append(_conll(measured.corpus, per_document))
    return found


def reliability(measured: Measured) -> tuple[float, list[tuple[float, int, float, float]]]:
    """(expected calibration error, reliability table) over all predicates."""
    scores = np.array([s for _, s, _ in measured.confidences], dtype=np.float64)
    right = np.array([r for _, _, r in measured.confidences], dtype=np.bool_)
    return expected_calibration_error(scores, right), calibration_table(scores, right)


def _sum(cells: Cells, labels: Sequence[str]) -> Score:
    return sum((cells[label] for label in labels if label in cells), Score())


def _rows(scores: Sequence[Score]) -> NDArray[np.float64]:
    return np.array([[s.right, s.found, s.covered, s.wanted] for s in scores], dtype=np.float64).reshape(-1, 4)


def _draws(count: int) -> NDArray[np.float64]:
    """(rounds, documents): how often each document is drawn in each bootstrap round (Efron 1979)."""
    rng = np.random.default_rng(SEED)
    return rng.multinomial(count, np.full(count, 1 / count), size=ROUNDS).astype(np.float64)


def _f1(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """F1 of each row (right, found, covered, wanted)."""
    precision: NDArray[np.float64] = np.divide(rows[:, 0], rows[:, 1], out=np.zeros(len(rows)), where=rows[:, 1] > 0)
    recall = np.divide(rows[:, 2], rows[:, 3], out=np.zeros(len(rows)), where=rows[:, 3] > 0)
    total = precision + recall
    f1: NDArray[np.float64] = np.divide(2 * precision * recall, total, out=np.zeros(len(rows)), where=total > 0)
    return f1


def _interval(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _line(corpus: str, table: str, label: str, scores: Sequence[Score]) -> Line:
    rows = _rows(scores)
    total = sum(scores, Score())
    interval = _interval(_f1(_draws(len(rows)) @ rows))
    return Line(
        corpus,
        table,
        label,
        total.precision,
        total.recall,
        total.f1,
        interval,
        total.right,
        total.found,
        total.wanted,
    )


def _conll(corpus: str, per_document: Sequence[Cells]) -> Line:
    draws = _draws(len(per_document))
    parts = [_rows([cells[name] for cells in per_document]) for name in ("MUC", "B3", "CEAFe")]
    totals = [_f1(rows.sum(axis=0, keepdims=True))[0] for rows in parts]
    spread = np.mean([_f1(draws @ rows) for rows in parts], axis=0)
    nan = float("nan")
    return Line(corpus, "coreference", "CoNLL", nan, nan, float(np.mean(totals)), _interval(spread), nan, nan, nan)
