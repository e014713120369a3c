"""Pairs → clusters: the surest first, nothing that is forbidden, whatever the order."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from kg.resolve import cluster

Pairs = list[tuple[float, str, str]]


def together(found: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(s for s in found if found[s] == first) for first in set(found.values())}


def test_what_is_alike_through_another_is_one() -> None:
    found = cluster([(0.9, "a", "b"), (0.8, "b", "c")], score=lambda a, b: 0.5)
    assert together(found) == {frozenset("abc")}


def test_the_surer_pair_wins_where_both_cannot_hold() -> None:
    def score(left: str, right: str) -> float | None:
        return None if {left, right} == {"a", "c"} else 0.9

    assert together(cluster([(0.9, "a", "b"), (0.8, "b", "c")], score=score)) == {frozenset("ab")}
    assert together(cluster([(0.8, "a", "b"), (0.9, "b", "c")], score=score)) == {frozenset("bc")}


def test_one_likeness_does_not_join_what_is_otherwise_unlike() -> None:
    table = {frozenset("ab"): 0.9, frozenset("cd"): 0.9, frozenset("bc"): 0.8}
    pairs = [(value, min(pair), max(pair)) for pair, value in table.items()]
    found = cluster(pairs, score=lambda a, b: table.get(frozenset((a, b)), 0.05))
    assert together(found) == {frozenset("ab"), frozenset("cd")}


@given(st.lists(st.tuples(st.sampled_from([0.7, 0.8, 0.9]), st.sampled_from("abcdef"), st.sampled_from("abcdef"))),
       st.sets(st.frozensets(st.sampled_from("abcdef"), min_size=2, max_size=2)), st.integers())  # fmt: skip
def test_the_order_of_pairs_does_not_matter_and_nothing_forbidden_is_one(
    pairs: Pairs, forbidden: set[frozenset[str]], seed: int
) -> None:
    pairs = [pair for pair in pairs if pair[1] != pair[2]]

    def score(left: str, right: str) -> float | None:
        return None if frozenset((left, right)) in forbidden else 0.7

    found = cluster(pairs, score=score)
    shuffled = random.Random(seed).sample([(s, b, a) for s, a, b in pairs], len(pairs))
    assert cluster(shuffled, score=score) == found
    assert not any(pair <= one for pair in forbidden for one in together(found))
