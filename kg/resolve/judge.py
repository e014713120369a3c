"""People's decisions that two things are the same or different → which slots become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Union", "unite"]


@dataclass(frozen=True, slots=True)
class Union:
    """`canonical`: slot → the slot that decisions make of it.

    `contradicted`: the `same` decisions that cannot hold, each with the `different` decision that forbids it.
    """

    canonical: Mapping[str, str] = field(default_factory=dict)
    contradicted: tuple[tuple[int, int], ...] = ()


def unite(same: Iterable[tuple[int, str, str]], different: Iterable[tuple[int, str, str]]) -> Union:
    """What `same` decisions (id, slot, slot) make one, in the order of their ids, unless a `different` one forbids it.

    A slot becomes the least of those joined, so the outcome does not depend on anything but the decisions.

    >>> unite([(1, "b", "a"), (2, "b", "c")], [(3, "a", "c")])
    Union(canonical={'b': 'a'}, contradicted=((2, 3),))
    """
    parent: dict[str, str] = {}

    def root(slot: str) -> str:
        while (above := parent.get(slot, slot)) != slot:
            slot = above
        return slot

    apart = sorted(different)
    contradicted: list[tuple[int, int]] = []
    for decision, left, right in sorted(same):
        low, high = sorted((root(left), root(right)))
        if low == high:
            continue
        forbidding = next((other for other, a, b in apart if {root(a), root(b)} == {low, high}), None)
        if forbidding is not None:
            contradicted.append((decision, forbidding))
            continue
        parent[high] = low
    return Union({slot: root(slot) for slot in sorted(parent)}, tuple(contradicted))
