"""People's decisions that two things are the same or different → which slots become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.resolve.partition import Partition

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
    sets = Partition(different)
    contradicted: list[tuple[int, int]] = []
    for decision, left, right in sorted(same):
        if sets.first(left) == sets.first(right):
            continue
        forbidding = sets.forbidden(left, right)
        if forbidding is not None:
            contradicted.append((decision, forbidding))
        else:
            sets.join(left, right)
    return Union(sets.joined(), tuple(contradicted))
