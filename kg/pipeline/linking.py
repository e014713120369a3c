"""Which entity each chain is: slots by the rules of `kg.resolve` and by people's decisions, and what moves with them."""

from __future__ import annotations

from collections.abc import Iterable

from kg.catalogue import ChainRow, Change, Likeness, Wish
from kg.pipeline.clustering import Clusters, canonical_slot
from kg.resolve import ChainKey, Index, local_slot, mint, neighbourhood, target

__all__ = ["Shift", "Targets", "buckets_of", "rules_slot", "settle", "slot_in", "wishes_of"]

MOST_MOVES = 2000  # chains that one article's commit may link anew; beyond, its buckets wait for the global pass

Targets = dict[tuple[str, str], str | None]
"""(bucket, shade) → the slot of its chains."""


def buckets_of(old: Iterable[ChainRow], new: Iterable[ChainKey]) -> set[str]:
    """The buckets whose slots may change when these chains go and those come."""
    buckets = {chain.bucket for chain in old if chain.bucket is not None}
    for key in new:
        if key.bucket is not None:
            buckets |= {key.bucket, *key.defines}
    return buckets


class Shift:
    """What an article's chains change of others: taken before they come or go, and asked for afterwards."""

    def __init__(self, change: Change, old: Iterable[ChainRow], new: Iterable[ChainKey]) -> None:
        self._change = change
        self._clusters = Clusters(change)
        self._buckets = buckets_of(old, new)
        self._before: Targets = {}
        self._slots, self._whole = self._component()
        self._note(self._slots if self._whole else self._near())

    def moved(self) -> list[ChainRow]:
        """The chains whose slot is another one now: a name became ambiguous, or a polity's, or one with another name."""
        change, index = self._change, self._change.index
        whole = self._clusters.rescore((bucket, shade) for bucket in self._buckets for shade in index.shades(bucket))
        slots, connected = self._component(self._slots) if self._whole else (self._slots, False)
        if self._whole and connected:
            self._note(slots)
            self._clusters.settle(slots)
        else:
            self._note(near := self._near())
            self._clusters.attach(near)
        if not (whole and self._whole and connected):
            change.unsettle(self._buckets)
        places = [
            place
            for place, slot in sorted(self._before.items())
            if index.size(*place) and canonical_slot(index, change.likeness, *place) != slot
        ]
        if sum(index.size(*place) for place in places) > MOST_MOVES:
            change.unsettle({bucket for bucket, _ in places})
            return []
        return [chain for place in places for chain in change.links.chains("c.bucket = ? AND c.shade = ?", place)]

    def _near(self) -> set[str]:
        """The slots of all chains in the buckets and those near them."""
        index = self._change.index
        near = neighbourhood(index, self._buckets)
        found = {target(index, bucket, shade) for bucket in near for shade in index.shades(bucket)}
        return {slot for slot in found if slot is not None}

    def _component(self, more: Iterable[str] = ()) -> tuple[set[str], bool]:
        return self._clusters.component(self._near() | set(more))

    def _note(self, slots: Iterable[str]) -> None:
        """Remember where the chains of these slots, and of the acronyms of their names, are now."""
        index, likeness = self._change.index, self._change.likeness
        buckets = neighbourhood(index, self._buckets) | {slot.split("|")[0] for slot in slots}
        buckets |= {acronym for bucket in buckets for acronym in index.acronyms(bucket)}
        for bucket in sorted(buckets):
            for shade in index.shades(bucket):
                if (bucket, shade) not in self._before:
                    self._before[bucket, shade] = canonical_slot(index, likeness, bucket, shade)


def rules_slot(index: Index, likeness: Likeness, chain: ChainRow) -> str:
    """The slot of a chain by names and likeness, before judgements."""
    slot = canonical_slot(index, likeness, chain.bucket, chain.shade) if chain.bucket is not None else None
    return slot or local_slot(chain.anchor)


def slot_in(change: Change, chain: ChainRow, known: Targets | None = None) -> str:
    """Where a chain belongs: by the rules, then by judgement. `known` remembers the rules' answers."""
    if change.judgements.is_separated(chain.key):
        slot = local_slot(chain.anchor)
    elif known is None or chain.bucket is None:
        slot = rules_slot(change.index, change.likeness, chain)
    else:
        place = (chain.bucket, chain.shade)
        if place not in known:
            known[place] = canonical_slot(change.index, change.likeness, *place)
        slot = known[place] or local_slot(chain.anchor)
    return change.judgements.union_of(slot)


def wishes_of(change: Change, chains: Iterable[ChainRow]) -> list[Wish]:
    """What each chain is to become: of the slot where it belongs now."""
    distinct = {chain.key: chain for chain in chains}
    return [Wish(chain, slot_in(change, chain), chain.entity) for _, chain in sorted(distinct.items())]


def settle(change: Change, base: str, wishes: Iterable[Wish]) -> int:
    """Give each chain the entity of its slot, with its claims; returns how many changed theirs."""
    left = change.links.rename(wishes)
    linked = [wish.chain.key for wish in left if wish.chain.entity is not None]
    claims = change.claims.of_chains(linked)
    change.claims.detach(claims)
    change.links.assign(left, lambda cls, label, anchor, digits: mint(base, cls, label, anchor, digits=digits))
    change.claims.attach(claims)
    return len(linked)
