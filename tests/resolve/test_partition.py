"""Disjoint sets with what keeps them apart, against brute force."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.resolve.partition import Partition

SLOTS = st.sampled_from("abcdefgh")
PAIRS = st.lists(st.tuples(SLOTS, SLOTS), max_size=12)


@given(PAIRS, PAIRS)
def test_sets_go_by_their_least_member_and_know_what_keeps_them_apart(
    same: list[tuple[str, str]], different: list[tuple[str, str]]
) -> None:
    apart = [(number, *ends) for number, ends in enumerate(different)]
    found = Partition(apart)
    sets = {slot: frozenset(slot) for slot in "abcdefgh"}
    for left, right in same:
        ends = {sets[left], sets[right]}
        if len(ends) == 2:
            between = [n for n, a, b in apart if {sets[a], sets[b]} == ends]
            assert found.forbidden(left, right) == min(between, default=None)
            if not between:
                found.join(left, right)
                union = sets[left] | sets[right]
                sets |= dict.fromkeys(union, union)
    assert {slot: found.first(slot) for slot in sets} == {slot: min(of) for slot, of in sets.items()}
    assert found.joined() == {slot: min(of) for slot, of in sorted(sets.items()) if slot != min(of)}
