"""Answers given again."""

from __future__ import annotations

import pytest

from kg.api.cache import AnswerCache, is_repeatable
from kg.graph import Answer


def _answer(size: int) -> Answer:
    return Answer(b"x" * size, "text/csv")


def test_an_answer_is_given_again() -> None:
    cache = AnswerCache(1000)
    cache.put("a", _answer(10))
    assert cache.get("a") == _answer(10)
    assert cache.get("b") is None


def test_those_unused_for_longest_make_room() -> None:
    cache = AnswerCache(800)
    for key in range(8):
        cache.put(key, _answer(100))
    cache.get(0)
    cache.put("new", _answer(100))
    assert cache.get(0) is not None
    assert cache.get(1) is None


def test_an_answer_that_would_drive_out_the_others_is_not_kept() -> None:
    cache = AnswerCache(800)
    cache.put("large", _answer(201))
    assert cache.get("large") is None


def test_putting_again_does_not_count_twice() -> None:
    cache = AnswerCache(800)
    for _ in range(20):
        cache.put("same", _answer(100))
    for key in range(7):
        cache.put(key, _answer(100))
    assert cache.get("same") is not None


@pytest.mark.parametrize(
    ("query", "repeatable"),
    [("SELECT * { ?s ?p ?o }", True), ("SELECT (rand() AS ?r) {}", False), ("SELECT (STRUUID ( ) AS ?u) {}", False)],
)
def test_queries_that_change_by_themselves_are_known(query: str, repeatable: bool) -> None:
    assert is_repeatable(query) is repeatable
