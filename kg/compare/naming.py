"""Which entity of one state is which of another: by the mentions that they share, whatever they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg.compare.states import State

__all__ = ["Joined", "Naming", "naming_of"]

Anchors = dict[tuple[str, int], str]
"""(quoted words, occurrence) in one article → the entity."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Entities of one state that are one in the other, as IRIs: several before and one after, or one before and several after."""

    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Naming:
    """`after_of`: entity before → the entity that it is after. `joined`: those that are fewer or more after than before."""

    after_of: dict[str, str]
    joined: tuple[Joined, ...]


def naming_of(before: State, after: State, entities: Iterable[str], *, step: Callable[[int], None]) -> Naming:
    """The naming of two states; `entities` are those after. `step` is told of each article in both."""
    shared: Counter[tuple[str, str]] = Counter()
    for article_id, source in before.articles.items():
        other = after.articles.get(article_id)
        if other is not None:
            left, right = _anchors(before, source.iri), _anchors(after, other.iri)
            shared.update((left[anchor], right[anchor]) for anchor in left.keys() & right.keys())
            step(1)

    def rank(pair: tuple[str, str]) -> tuple[int, bool, str]:
        one, two = pair
        return -shared[pair], before.local(one) != after.local(two), two

    after_of: dict[str, str] = {}
    for one, two in sorted(shared, key=rank):
        after_of.setdefault(one, two)
    taken = set(after_of.values())
    named = {after.local(iri): iri for iri in entities if iri not in taken}
    sources: dict[str, set[str]] = {}
    parts: dict[str, set[str]] = {}
    for one, two in shared:
        if after_of[one] == two:
            sources.setdefault(two, set()).add(one)
        elif two not in taken:
            parts.setdefault(one, {after_of[one]}).add(two)
    joined = [Joined(tuple(sorted(ones)), (two,)) for two, ones in sources.items() if len(ones) > 1]
    joined += [Joined((one,), tuple(sorted(twos))) for one, twos in parts.items()]
    return Naming(_SameName(after_of, before, named), tuple(sorted(joined, key=lambda j: (j.before, j.after))))


class _SameName(dict[str, str]):
    """After what the mentions say, what the IRIs say: an entity without shared mentions is the one of the same IRI."""

    def __init__(self, known: dict[str, str], before: State, named: dict[str, str]) -> None:
        super().__init__(known)
        self._before = before
        self._named = named

    def __missing__(self, iri: str) -> str:
        return self._named.get(self._before.local(iri), iri)


def _anchors(state: State, article: str) -> Anchors:
    """What an article means by its words."""
    rows = state.select(
        f"SELECT ?exact ?start ?entity {{ GRAPH {NamedNode(article)} {{"
        " ?mention kg:denotes ?entity ; oa:exact ?exact ; oa:start ?start } }"
    )
    seen: Counter[str] = Counter()
    found: Anchors = {}
    for _, exact, entity in sorted((int(r["start"].value), r["exact"].value, r["entity"].value) for r in rows):
        found[(exact, seen[exact])] = entity
        seen[exact] += 1
    return found
