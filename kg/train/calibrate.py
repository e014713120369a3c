"""Raw scores → calibrated confidence, fitted on documents that training left out: per predicate by Platt's sigmoid (Platt 1999), then
in the light of what else was found (kg/extract/confidence.py)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.evaluate.judge import OWN, document_of, judged, judged_relations
from kg.extract.confidence import CONTEXT, Context, features
from kg.extract.extractor import ModelExtractor
from kg.extract.labels import PREDICATES, predicate_of

__all__ = ["Judged", "fit_context", "fit_platt", "relations", "samples"]

Sample = tuple[float, bool, float, bool]  # raw logit, right?, weight, told across sentences?
Judged = tuple[str, NDArray[np.float64], bool, float]  # predicate, its row of `features`, right?, weight
PUBLIC = 0.25  # weight of a public corpus's sample: encyclopedic text, incomplete labels, but many of them
ENOUGH = 15  # wrong and right samples each; below, a predicate borrows the fit over all predicates


def samples(records: Sequence[Mapping[str, Any]], extractor: ModelExtractor) -> dict[str, list[Sample]]:
    """Predicate → a Sample of every fact that an uncalibrated extractor finds in annotated documents."""
    found: dict[str, list[Sample]] = defaultdict(list)
    for record in records:
        extraction = extractor.extract(document_of(record))
        for predicate, score, right, across in judged(record, extraction):
            p = min(max(score, 1e-4), 1 - 1e-4)
            found[predicate].append((math.log(p / (1 - p)), right, _weight(record), across))
    return found


def relations(records: Sequence[Mapping[str, Any]], extractor: ModelExtractor) -> list[Judged]:
    """Every fact that an extractor which looks at no context finds in annotated documents, as its surest relation."""
    found: list[Judged] = []
    for record in records:
        extraction = extractor.extract(document_of(record))
        rows = features(extraction)
        for index, right in judged_relations(record, extraction):
            predicate = predicate_of(extraction.relations[index].predicate)
            found.append((predicate, rows[index], right, _weight(record)))
    return found


def _weight(record: Mapping[str, Any]) -> float:
    return 1.0 if record["source"] == OWN else PUBLIC


def fit_platt(data: Mapping[str, Sequence[Sample]]) -> dict[str, tuple[float, float, float]]:
    """Predicate → (a, b, c) of sigmoid(a · logit + b + c · across), by Newton's method with a weak pull towards the fit over all."""
    pooled = [sample for of in data.values() for sample in of]
    common = _platt(pooled, (1.0, 0.0, 0.0)) if pooled else (1.0, 0.0, 0.0)
    result = {}
    for predicate, of in sorted(data.items()):
        right = sum(r for _, r, _, _ in of)
        enough = min(right, len(of) - right) >= ENOUGH
        a, b, c = _platt(of, common) if enough else common
        result[predicate] = (round(a, 4), round(b, 4), round(c, 4))
    return result


def fit_context(data: Sequence[Judged]) -> Context:
    """What confidence owes to its context, by Newton's method with a weak pull towards leaving it as it is."""
    n = len(PREDICATES)
    one_hot = np.eye(n)[[PREDICATES.index(predicate) for predicate, *_ in data]].reshape(-1, n)
    rows = np.array([row for _, row, *_ in data]).reshape(-1, 1 + len(CONTEXT))
    design = np.hstack([one_hot * rows[:, :1], one_hot, rows[:, 1:]])
    centre = np.concatenate([np.ones(n), np.zeros(n + len(CONTEXT))])
    theta = _newton(
        design, np.array([r for *_, r, _ in data], float), np.array([w for *_, w in data]), centre, pull=5.0
    )
    fitted = {
        p: (max(round(float(theta[k]), 4), 0.05), round(float(theta[n + k]), 4)) for k, p in enumerate(PREDICATES)
    }
    return Context(fitted, tuple(round(float(w), 4) for w in theta[2 * n :]))


def _platt(of: Sequence[Sample], prior: tuple[float, float, float]) -> tuple[float, float, float]:
    x = np.array([logit for logit, *_ in of])
    across = np.array([float(a) for *_, a in of])
    design = np.stack([x, np.ones_like(x), across], axis=1)
    y, w = np.array([float(right) for _, right, _, _ in of]), np.array([weight for _, _, weight, _ in of])
    theta = _newton(design, y, w, np.array(prior), pull=3.0)
    return max(float(theta[0]), 0.05), float(theta[1]), float(theta[2])


def _newton(
    design: NDArray[np.float64],
    y: NDArray[np.float64],
    w: NDArray[np.float64],
    centre: NDArray[np.float64],
    *,
    pull: float,
) -> NDArray[np.float64]:
    """The weights (k,) of a logistic regression: design (n, k), right (n,), weights of samples (n,), pulled towards `centre` (k,)."""
    theta = centre.copy()

    def loss(theta: NDArray[np.float64]) -> float:
        z = design @ theta
        return float((w * (np.logaddexp(0, z) - y * z)).sum() + pull / 2 * ((theta - centre) ** 2).sum())

    for _ in range(50):
        p = np.exp(-np.logaddexp(0, -(design @ theta)))
        gradient = design.T @ (w * (p - y)) + pull * (theta - centre)
        hessian = (design * (w * p * (1 - p))[:, None]).T @ design + pull * np.eye(len(theta))
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while (
            loss(theta - size * step) > loss(theta) and size > 1e-4
        ):  # a full step may overshoot where p is near 0 or 1
            size /= 2
        theta = theta - size * step
        if np.abs(size * step).max() < 1e-6:
            break
    return theta
