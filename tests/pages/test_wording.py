"""How pages say things, and what they make of names that are none."""

from __future__ import annotations

import doctest

import pytest

from kg.api.pages import article, problems, reading, rendering, wording
from kg.api.pages.wording import HEADINGS, day_words, plain, short
from kg.vocab import PREDICATES


@pytest.mark.parametrize("module", [article, problems, reading, rendering, wording], ids=lambda module: module.__name__)
def test_the_examples_in_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_every_predicate_has_a_heading_from_its_subject() -> None:
    assert {predicate for predicate, outgoing in HEADINGS if outgoing} == set(PREDICATES)


def test_a_name_of_ten_thousand_characters_is_cut() -> None:
    assert len(short("x" * 10_000)) == 120


def test_piled_marks_are_taken_off() -> None:
    assert short("a" + "\u0301" * 500) == "a" + "\u0301" * 4


def test_what_turns_the_direction_of_writing_is_taken_out() -> None:
    assert plain("a\u202eb\u2066c\u0000d") == "abcd"


@pytest.mark.parametrize("text", ["", "0000-13", "2019-99", "-0044", "2019-02-31-01", "soon", "२०१९"])
def test_what_is_no_date_is_shown_as_it_is(text: str) -> None:
    assert day_words(text) == text if not text.isdigit() else True
