"""Pairs → clusters: the surest first, nothing that is forbidden, whatever the order."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg.resolve.cluster import MOST_CHECKED, cluster

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


def test_however_large_two_clusters_are_no_pair_that_must_stay_apart_is_in_one() -> None:
    ours, theirs = ([f"{side}{n:03}" for n in range(60)] for side in "ab")
    pairs = [(0.9, *ends) for of in (ours, theirs) for ends in pairwise(of)] + [(0.8, ours[0], theirs[0])]
    assert len(together(cluster(pairs, score=lambda a, b: 0.9))) == 1
    parted = cluster(pairs, score=lambda a, b: 0.9, apart=[(theirs[-1], ours[-1])])
    assert together(parted) == {frozenset(ours), frozenset(theirs)}


def test_what_is_looked_at_before_two_clusters_become_one_does_not_grow_with_them() -> None:
    asked = 0

    def score(left: str, right: str) -> float:
        nonlocal asked
        asked += 1
        return 0.9

    slots = [f"{n:05}" for n in range(5000)]
    found = cluster([(0.9, slots[0], slot) for slot in slots[1:]], score=score)
    assert set(found.values()) == {slots[0]}
    assert asked <= MOST_CHECKED * len(slots)
