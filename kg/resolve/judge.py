"""People's decisions that two things are the same or different → which slots become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Union", "unite"]


@dataclass(frozen=True, slots=True)
class Union:
    """`canonical`: slot → the slot that decisions make of it; `contradicted`: the decisions that cannot hold."""

    canonical: Mapping[str, str] = field(default_factory=dict)
    contradicted: tuple[int, ...] = ()


def unite(same: Iterable[tuple[int, str, str]], different: Iterable[tuple[str, str]]) -> Union:
    """What `same` decisions (id, slot, slot) make one, in the order of their ids, unless a `different` pair forbids it.

    A slot becomes the least of those joined, so the outcome does not depend on anything but the decisions.

    >>> unite([(1, "b", "a"), (2, "b", "c")], [("a", "c")])
    Union(canonical={'b': 'a'}, contradicted=(2,))
    """
    parent: dict[str, str] = {}

    def root(slot: str) -> str:
        while (above := parent.get(slot, slot)) != slot:
            slot = above
        return slot

    apart = tuple(different)
    contradicted: list[int] = []
    for decision, left, right in sorted(same):
        low, high = sorted((root(left), root(right)))
        if low == high:
            continue
        if any({root(a), root(b)} == {low, high} for a, b in apart):
            contradicted.append(decision)
            continue
        parent[high] = low
    return Union({slot: root(slot) for slot in sorted(parent)}, tuple(contradicted))
