"""Marked spans as brackets: nested, crossing, and over the ends of what is shown."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kg.marking import Mark, marked

TEXT = "Oslo police left the town."


def shown(*marks: Mark, start: int = 0, end: int = len(TEXT)) -> str:
    return "".join(piece for piece, _ in marked(TEXT, start, end, marks))


def test_the_outer_bracket_is_around_the_inner_one() -> None:
    outer, inner = Mark(0, 11, "G1"), Mark(0, 4, "L1")
    assert shown(outer, inner) == shown(inner, outer) == "[[Oslo L1] police G1] left the town."


def test_marks_that_cross_can_still_be_told_apart() -> None:
    assert shown(Mark(0, 11, "G1"), Mark(5, 16, "E1")) == "[Oslo [police G1] left E1] the town."


def test_one_span_may_have_two_marks() -> None:
    assert shown(Mark(0, 4, "L1"), Mark(0, 4, "C1")) == "[[Oslo L1] C1] police left the town."


def test_a_mark_over_an_end_is_closed_there() -> None:
    assert shown(Mark(5, 20, "E1"), start=12) == "[left the E1] town."
    assert shown(Mark(5, 20, "E1"), end=11) == "Oslo [police E1]"
    assert shown(Mark(0, 4, "L1"), start=5) == "police left the town."


def test_the_innermost_mark_gives_the_style_and_each_its_brackets() -> None:
    pieces = marked(TEXT, 0, 11, [Mark(0, 11, "G1", "Group", "Group id"), Mark(0, 4, "L1", "Place", "Place id")])
    assert pieces == (
        ("[", "Group id"),
        ("[", "Place id"),
        ("Oslo", "Place"),
        (" L1]", "Place id"),
        (" police", "Group"),
        (" G1]", "Group id"),
    )


@given(st.lists(st.tuples(st.integers(0, 25), st.integers(1, 26)).filter(lambda ends: ends[0] < ends[1]), max_size=6))
def test_without_its_brackets_the_text_is_as_it_was_and_each_mark_is_there_once(spans: list[tuple[int, int]]) -> None:
    out = shown(*(Mark(start, end, f"<{i}>") for i, (start, end) in enumerate(spans)))
    assert re.sub(r"\[| <\d>\]", "", out) == TEXT
    assert sorted(re.findall(r"<(\d)>", out)) == [str(i) for i in range(len(spans))]
    assert out.count("[") == len(spans)
