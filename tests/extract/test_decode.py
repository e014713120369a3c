"""Score arrays become spans; the clever decoder is checked against brute force."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kg.extract.decode import best_tags, sigmoid, softmax, spans_of, words_of
from kg.extract.mentions import _without_small_words
from kg.types import Span


def legal(tags: tuple[int, ...], breaks: np.ndarray) -> bool:
    previous = 0
    for tag, cut in zip(tags, breaks, strict=True):
        if tag and tag % 2 == 0 and (cut or previous not in (tag - 1, tag)):
            return False
        previous = tag
    return True


@settings(deadline=None, max_examples=60)
@given(
    arrays(np.float64, (4, 5), elements=st.floats(-5, 0, allow_nan=False)),
    arrays(np.bool_, (4,)),
)
def test_viterbi_finds_the_best_legal_sequence(log_p: np.ndarray, breaks: np.ndarray) -> None:
    breaks[0] = True
    found = tuple(best_tags(log_p, breaks))
    score = lambda tags: sum(log_p[i, t] for i, t in enumerate(tags))  # noqa: E731
    best = max(score(tags) for tags in product(range(5), repeat=4) if legal(tags, breaks))
    assert legal(found, breaks)
    assert score(found) == pytest.approx(best)


def test_spans_do_not_cross_sentences() -> None:
    log_p = np.log(np.array([[0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.3, 0.1, 0.6]]))
    assert spans_of(best_tags(log_p, np.array([True, False, False]))) == [(0, 3, 0)]
    assert spans_of(best_tags(log_p, np.array([True, False, True]))) == [(0, 2, 0)]


def test_no_words_no_tags() -> None:
    assert best_tags(np.zeros((0, 3)), np.zeros(0, dtype=bool)) == []


def test_words_of_gives_piece_ranges() -> None:
    assert words_of(np.array([True, False, False, True])).tolist() == [0, 3, 4]


@settings(deadline=None)
@given(arrays(np.float32, (3, 4), elements=st.floats(-80, 80, width=32)))
def test_probabilities_are_probabilities(logits: np.ndarray) -> None:
    assert np.allclose(softmax(logits).sum(axis=-1), 1, atol=1e-5)
    assert ((sigmoid(logits) >= 0) & (sigmoid(logits) <= 1)).all()


@pytest.mark.parametrize(
    ("tagged", "name"),
    [
        ("the Harbour Front", "Harbour Front"),
        ("Treaty of the", "Treaty"),
        ("The Hague", "The Hague"),
        ("Bank of the South", "Bank of the South"),
        ("the", None),
        ("Of The", None),
    ],
)
def test_names_lose_the_small_words_that_tags_drag_along(tagged: str, name: str | None) -> None:
    found = _without_small_words(tagged, Span(0, len(tagged)))
    assert (found and found.of(tagged)) == name
