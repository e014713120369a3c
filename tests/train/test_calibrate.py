"""Calibration turns raw scores into probabilities that come true."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from kg.evaluate.judge import expected_calibration_error
from kg.train.calibrate import Judged, fit_context, fit_platt


def drawn(a: float, b: float, c: float, n: int) -> list[tuple[float, bool, float, bool]]:
    rng = random.Random(3)
    found = []
    for _ in range(n):
        x, across = rng.uniform(-5, 5), rng.random() < 0.4
        p = 1 / (1 + math.exp(-(a * x + b + c * across)))
        found.append((x, rng.random() < p, 1.0, across))
    return found


def test_the_fit_recovers_the_law_that_made_the_data() -> None:
    (a, b, c) = fit_platt({"leads": drawn(0.6, -1.0, -0.8, 8000)})["leads"]
    assert (a, b, c) == pytest.approx((0.6, -1.0, -0.8), abs=0.15)


def test_a_rare_predicate_borrows_the_common_fit() -> None:
    fitted = fit_platt({"leads": drawn(0.6, -1.0, 0.0, 4000), "spouseOf": [(5.0, True, 1.0, False)]})
    assert fitted["spouseOf"] == pytest.approx(fitted["leads"], abs=0.05)


def test_confidence_never_falls_when_the_score_rises() -> None:
    contrary = [(x, x < 0, 1.0, False) for x in np.linspace(-4, 4, 200).tolist()]
    assert fit_platt({"leads": contrary})["leads"][0] > 0


def test_calibration_error_is_zero_for_true_probabilities_and_large_for_boasts() -> None:
    right = np.array([True] * 5 + [False] * 5)
    assert expected_calibration_error(np.full(10, 0.5), right) == pytest.approx(0)
    assert expected_calibration_error(np.full(10, 0.99), right) == pytest.approx(0.49)


def test_the_fit_of_the_context_recovers_the_law_that_made_the_data() -> None:
    rng = np.random.default_rng(5)
    a, b, weights = 1.2, 0.6, np.array([0.3, 0.2, -0.4])
    data: list[Judged] = []
    for _ in range(12000):
        row = np.array([rng.uniform(-3, 3), -rng.exponential(2), -rng.exponential(2), rng.exponential(1)])
        right = bool(rng.random() < 1 / (1 + math.exp(-(a * row[0] + b + row[1:] @ weights))))
        data.append(("leads", row, right, 1.0))
    fitted = fit_context(data)
    assert fitted.predicates["leads"] == pytest.approx((a, b), abs=0.1)
    assert fitted.weights == pytest.approx(weights, abs=0.05)
    assert fitted.predicates["spouseOf"] == (1.0, 0.0), "of which nothing was seen"


def test_without_anything_judged_confidence_stays_as_it_is() -> None:
    fitted = fit_context([])
    assert set(fitted.predicates.values()) == {(1.0, 0.0)}
    assert fitted.weights == (0.0, 0.0, 0.0)
