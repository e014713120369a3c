"""Windows cover every piece once, keep sentences whole where they fit, and never depend on what is outside."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.tokens import Pieces
from kg.extract.windows import windows
from kg.types import Span


def text_of(lengths: list[int]) -> tuple[Pieces, list[Span]]:
    """One-character pieces in sentences of these lengths."""
    n = sum(lengths)
    starts = np.arange(n, dtype=np.int64)
    pieces = Pieces(starts, np.ones(n, dtype=np.int64), starts, starts + 1, np.ones(n, dtype=bool))
    edges = np.cumsum([0, *lengths]).tolist()
    return pieces, [Span(a, b) for a, b in itertools.pairwise(edges)]


@given(st.lists(st.integers(1, 60), max_size=40), st.integers(20, 80), st.integers(0, 40))
def test_fresh_parts_are_the_text_each_piece_once(lengths: list[int], size: int, context: int) -> None:
    pieces, sentences = text_of(lengths)
    found = windows(pieces, sentences, size=size, context=context)
    assert [i for w in found for i in range(w.fresh, w.end)] == list(range(sum(lengths)))
    assert all(w.start <= w.fresh < w.end and w.end - w.start <= size for w in found)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=40))
def test_sentences_that_fit_are_whole(lengths: list[int]) -> None:
    pieces, sentences = text_of(lengths)
    edges = {s.start for s in sentences} | {sum(lengths)}
    assert all({w.start, w.fresh, w.end} <= edges for w in windows(pieces, sentences, size=60, context=20))


def test_later_windows_repeat_the_sentence_before() -> None:
    pieces, sentences = text_of([30, 20, 30])
    assert [(w.start, w.fresh, w.end) for w in windows(pieces, sentences, size=60, context=25)] == [
        (0, 0, 50),
        (30, 50, 80),
    ]


def test_a_sentence_longer_than_a_window_is_cut() -> None:
    pieces, sentences = text_of([130])
    assert [w.end - w.fresh for w in windows(pieces, sentences, size=60, context=0)] == [60, 60, 10]


def test_an_empty_text_has_no_windows() -> None:
    assert windows(text_of([])[0], []) == []
