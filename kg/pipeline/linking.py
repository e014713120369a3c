"""Which entity each chain is: slots by the rules of `kg.resolve` and by people's decisions, and what moves with them."""

from __future__ import annotations

from collections.abc import Iterable

from kg.catalogue import ChainRow, Change, Wish
from kg.resolve import ChainKey, Index, local_slot, mint, neighbourhood, slot_of, target

__all__ = ["Targets", "buckets_of", "flipped", "settle", "slot_in", "targets", "wishes_of"]

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


def targets(index: Index, buckets: Iterable[str]) -> Targets:
    """The slots of all chains in these buckets and those near them."""
    near = neighbourhood(index, buckets)
    return {(bucket, shade): target(index, bucket, shade) for bucket in near for shade in index.shades(bucket)}


def flipped(change: Change, before: Targets) -> list[ChainRow]:
    """The chains whose slot another article's chains have changed: a name became ambiguous, or a polity's."""
    places = [
        (bucket, shade)
        for (bucket, shade), slot in sorted(before.items())
        if change.index.size(bucket, shade) and target(change.index, bucket, shade) != slot
    ]
    if sum(change.index.size(*place) for place in places) > MOST_MOVES:
        change.unsettle({bucket for bucket, _ in places})
        return []
    return [chain for place in places for chain in change.links.chains("c.bucket = ? AND c.shade = ?", place)]


def slot_in(change: Change, chain: ChainRow, known: Targets | None = None) -> str:
    """Where a chain belongs: by the rules, then by judgement. `known` remembers the rules' answers."""
    if change.judgements.is_separated(chain.key):
        slot = local_slot(chain.anchor)
    elif known is None or chain.bucket is None:
        slot = slot_of(change.index, chain.bucket, chain.shade, chain.anchor)
    else:
        place = (chain.bucket, chain.shade)
        if place not in known:
            known[place] = target(change.index, *place)
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
