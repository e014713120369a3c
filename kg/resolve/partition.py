"""Disjoint sets that grow together pair by pair, unless something keeps two of their members apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["Partition"]


class Partition:
    """Disjoint sets of slots, each of which goes by its least member; slots that nothing was joined with are alone.

    A forest with path halving (Tarjan and van Leeuwen 1984), and for each set the cannot-links of its members, of which the
    shorter list is gone through and moved: no step costs more than the logarithm of what there is, in the mean.
    """

    def __init__(self, apart: Iterable[tuple[int, str, str]] = ()) -> None:
        """apart: (number, slot, slot) of what must not be in one set; the numbers say which forbade it."""
        self._above: dict[str, str] = {}
        self._apart: dict[str, list[tuple[int, str]]] = {}
        for number, left, right in apart:
            self._apart.setdefault(left, []).append((number, right))
            self._apart.setdefault(right, []).append((number, left))

    def first(self, slot: str) -> str:
        """The least member of a slot's set."""
        while (above := self._above.get(slot, slot)) != slot:
            self._above[slot] = self._above.get(above, above)
            slot = above
        return slot

    def forbidden(self, left: str, right: str) -> int | None:
        """The least number of what keeps the sets of two slots apart, None if nothing does."""
        ends = sorted((self.first(left), self.first(right)), key=lambda slot: len(self._apart.get(slot, ())))
        return min((n for n, other in self._apart.get(ends[0], ()) if self.first(other) == ends[1]), default=None)

    def join(self, left: str, right: str) -> None:
        """Make the sets of two slots one, whatever keeps them apart."""
        low, high = sorted((self.first(left), self.first(right)))
        if low != high:
            self._above[high] = low
            short, long = sorted((self._apart.pop(low, []), self._apart.pop(high, [])), key=len)
            long += short
            self._apart[low] = long

    def joined(self) -> Mapping[str, str]:
        """Slot → the least member of its set, of the slots that are not that themselves."""
        return {slot: self.first(slot) for slot in sorted(self._above)}
