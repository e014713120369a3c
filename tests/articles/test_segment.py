"""Sentence borders: a table of tricky paragraphs, and laws that hold for any text."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.articles.segment import sentences_of
from kg.types import Span

CASES = [
    line
    for line in (Path(__file__).parent / "sentences.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def sentences(text: str) -> list[str]:
    return [span.of(text) for span in sentences_of(text, [Span(0, len(text))])]


def unmarked(case: str) -> tuple[str, list[str]]:
    return case.replace(" ‖ ", " ").replace("‖", ""), [part.strip() for part in case.split("‖")]


@pytest.mark.parametrize("case", CASES)
def test_sentences_end_where_a_reader_says(case: str) -> None:
    text, expected = unmarked(case)
    assert sentences(text) == expected


def test_there_are_enough_tricky_cases() -> None:
    assert len(CASES) >= 150


def test_sentences_never_cross_paragraphs() -> None:
    text = "A headline without a stop\n\nIt begins here and goes on"
    found = sentences_of(text, [Span(0, 25), Span(27, len(text))])
    assert [span.of(text) for span in found] == ["A headline without a stop", "It begins here and goes on"]


@given(
    st.text(alphabet="aBc 1.!?…“”\"'()[]-–\u00e9G.en U.S.", min_size=1, max_size=80).map(
        lambda text: " ".join(text.split())
    )
)
def test_sentences_cover_all_but_the_space_between_them(text: str) -> None:
    if not text:
        return
    spans = sentences_of(text, [Span(0, len(text))])
    assert "".join(span.of(text) for span in spans).replace(" ", "") == text.replace(" ", "")
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))
    assert all(span.of(text) == span.of(text).strip() for span in spans)
