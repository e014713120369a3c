"""Raw scores → calibrated confidence, per predicate: Platt's sigmoid (Platt 1999) fitted on documents that training left out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.evaluate.judge import OWN, document_of, judged
from kg.extract.extractor import ModelExtractor

__all__ = ["fit_platt", "samples"]

Sample = tuple[float, bool, float, bool]  # raw logit, right?, weight, told across sentences?
PUBLIC = 0.25  # weight of a public corpus's sample: encyclopedic text, incomplete labels, but many of them
ENOUGH = 15  # wrong and right samples each; below, a predicate borrows the fit over all predicates


def samples(records: Sequence[Mapping[str, Any]], extractor: ModelExtractor) -> dict[str, list[Sample]]:
    """Predicate → a Sample of every fact that an uncalibrated extractor finds in annotated documents."""
    found: dict[str, list[Sample]] = defaultdict(list)
    for record in records:
        extraction = extractor.extract(document_of(record))
        for predicate, score, right, across in judged(record, extraction):
            p = min(max(score, 1e-4), 1 - 1e-4)
            found[predicate].append((math.log(p / (1 - p)), right, 1.0 if record["source"] == OWN else PUBLIC, across))
    return found


def fit_platt(data: Mapping[str, Sequence[Sample]]) -> dict[str, tuple[float, float, float]]:
    """Predicate → (a, b, c) of sigmoid(a · logit + b + c · across), by Newton's method with a weak pull towards the fit over all."""
    pooled = [sample for of in data.values() for sample in of]
    common = _newton(pooled, (1.0, 0.0, 0.0)) if pooled else (1.0, 0.0, 0.0)
    result = {}
    for predicate, of in sorted(data.items()):
        right = sum(r for _, r, _, _ in of)
        enough = min(right, len(of) - right) >= ENOUGH
        a, b, c = _newton(of, common) if enough else common
        result[predicate] = (round(a, 4), round(b, 4), round(c, 4))
    return result


def _newton(of: Sequence[Sample], prior: tuple[float, float, float]) -> tuple[float, float, float]:
    x = np.array([logit for logit, *_ in of])
    y = np.array([float(right) for _, right, _, _ in of])
    w = np.array([weight for _, _, weight, _ in of])
    across = np.array([float(a) for *_, a in of])
    design = np.stack([x, np.ones_like(x), across], axis=1)
    theta, centre, pull = np.array(prior), np.array(prior), 3.0

    def loss(theta: NDArray[np.float64]) -> float:
        z = design @ theta
        return float((w * (np.logaddexp(0, z) - y * z)).sum() + pull / 2 * ((theta - centre) ** 2).sum())

    for _ in range(50):
        p = np.exp(-np.logaddexp(0, -(design @ theta)))
        gradient = design.T @ (w * (p - y)) + pull * (theta - centre)
        hessian = (design * (w * p * (1 - p))[:, None]).T @ design + pull * np.eye(3)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while (
            loss(theta - size * step) > loss(theta) and size > 1e-4
        ):  # a full step may overshoot where p is near 0 or 1
            size /= 2
        theta = theta - size * step
        if np.abs(size * step).max() < 1e-6:
            break
    return max(float(theta[0]), 0.05), float(theta[1]), float(theta[2])
