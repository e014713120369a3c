"""Scored pairs of slots → which slots are one: the surest pairs first, and nothing that something forbids.

Greedy agglomeration, by the likest pair of members, as long as the mean over all of them bears it out. The order is that of
the scores and then of the slots themselves, so the outcome is a function of the pairs, whenever they came (Bagga and
Baldwin 1998 cluster by one threshold; vetoes are the cannot-link constraints of Wagstaff et al. 2001).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice, product

from kg.resolve.partition import Partition

__all__ = ["cluster"]

MEAN = 0.3  # of the scores across two clusters, at the least: one pair that is alike does not make many one
MOST_CHECKED = 400  # pairs of members scored before two clusters become one; of larger ones the first of the alphabet


def cluster(
    pairs: Iterable[tuple[float, str, str]],
    *,
    score: Callable[[str, str], float | None],
    apart: Iterable[tuple[str, str]] = (),
) -> dict[str, str]:
    """Slot → the slot that stands for its cluster, for the slots that are not alone.

    pairs: (score, slot, slot) of what is alike enough to be one. score: the score of any two slots, None where something
    forbids that they are one: then no clusters become one of whose members they are among the first. apart: pairs that no
    cluster holds, however large.

    >>> table = {("a", "b"): 0.9, ("b", "c"): 0.85, ("a", "c"): None}
    >>> cluster([(s, *p) for p, s in table.items() if s], score=lambda a, b: table[min(a, b), max(a, b)])
    {'a': 'a', 'b': 'a'}
    """
    clusters = Partition((0, *ends) for ends in apart)
    members: dict[str, list[str]] = {}  # the first of each cluster, in the order of the alphabet
    order = sorted((-value, min(a, b), max(a, b)) for value, a, b in pairs)
    for _, left, right in order:
        low, high = sorted((clusters.first(left), clusters.first(right)))
        if low == high or clusters.forbidden(low, high) is not None:
            continue
        ours, theirs = members.get(low, [low]), members.get(high, [high])
        if _agree(ours, theirs, score):
            clusters.join(low, high)
            members[low] = sorted(ours + theirs)[:MOST_CHECKED]
            members.pop(high, None)
    joined = clusters.joined()
    return {**{first: first for first in sorted(set(joined.values()))}, **joined}


def _agree(left: list[str], right: list[str], score: Callable[[str, str], float | None]) -> bool:
    """Whether nothing forbids that two clusters are one, and they are alike as a whole."""
    total, looked_at = 0.0, 0
    for a, b in islice(product(left, right), MOST_CHECKED):
        found = score(a, b)
        if found is None:
            return False
        total += found
        looked_at += 1
    return total >= MEAN * looked_at
