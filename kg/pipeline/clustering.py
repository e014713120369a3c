"""What is alike, and which of it is one: scores of places kept up to date, and clusters of the slots that they touch."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from types import MappingProxyType

from kg.catalogue import Change, JudgementKind, Likeness, PlaceRow
from kg.resolve import SAME_AT, SAME_EVENT_AT, UNSURE_AT, Index, Profile, cluster, compare, members, merged, target
from kg.types import EntityClass

__all__ = ["Clusters", "Place", "canonical_slot", "profile_at", "same_at"]

MOST_LIKE = 200  # pairs of one place that its every article looks at again; beyond, the global pass does
MOST_SLOTS = 64  # of one component that an article clusters anew (our stories' have 51); beyond, the global pass does

Place = tuple[str, str]
"""(bucket, shade)."""


def profile_at(likeness: Likeness, place: int, also: Iterable[str] = ()) -> Profile | None:
    """What is known of a place."""
    row = likeness.row(place, also)
    return None if row is None else _profile(row)


@lru_cache(maxsize=1 << 12)
def _profile(row: PlaceRow) -> Profile:
    return Profile(row.bucket, row.shade, row.values)


@lru_cache(maxsize=1 << 14)
def _score(left: Profile, right: Profile) -> float | None:
    """The score of two profiles, None where something forbids that they are one; an article changes few of a cluster's."""
    found = compare(left, right)
    return None if found.veto else found.score


def canonical_slot(index: Index, likeness: Likeness, bucket: str, shade: str) -> str | None:
    """The slot of the chains of a bucket and shade, after clustering; None for what stays in its article.

    An acronym that several names define is not ambiguous when these are one thing.
    """
    slot = target(index, bucket, shade)
    if slot is not None:
        return likeness.canonical(slot)
    if bucket[0] != "o":
        return None
    full = {target(index, name, cls) for name, cls in index.definers(bucket) if name != bucket}
    meant = {likeness.canonical(slot) for slot in full if slot is not None}
    return meant.pop() if len(meant) == 1 and None not in full else None


class Clusters:
    """Scores and clusters inside one change."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._index = change.index
        self._likeness = change.likeness

    def component(self, slots: Iterable[str], *, bounded: bool = True) -> tuple[set[str], bool]:
        """The slots that like pairs connect with these, and whether that are all of them."""
        found = set(slots)
        waiting = sorted(found)
        most = len(found) + MOST_SLOTS
        while waiting:
            if bounded and len(found) > most:
                return found, False
            for slot in self._likely(waiting.pop()):
                if slot not in found:
                    found.add(slot)
                    waiting.append(slot)
        return found, True

    def rescore(self, places: Iterable[Place]) -> bool:
        """Compare these places with what is like them; whether that was done for all of them."""
        whole = True
        known: dict[int, list[int]] = {}
        numbers = [n for place in sorted(set(places)) if (n := self._likeness.place(*place)) is not None]
        for number in numbers:
            if self._likeness.degree(number, MOST_LIKE) >= MOST_LIKE:
                whole = False
            else:
                known[number] = [other for other, _ in self._likeness.like(number)]
                self._likeness.forget(number)
        self._score(numbers, known)
        return whole

    def settle(self, slots: set[str]) -> None:
        """Work out which of these slots, a whole component, are one."""
        existing = {slot for slot in slots if members(self._index, slot)}
        pairs: dict[tuple[str, str], float] = {}
        for slot in existing:
            for other, likeness in self._likely_scores(slot):
                ends = min(slot, other), max(slot, other)
                pairs[ends] = max(likeness, pairs.get(ends, 0.0))

        @cache
        def profile(slot: str) -> Profile:
            return merged([p for p in (self._profile(place) for place in members(self._index, slot)) if p is not None])

        @cache
        def score(left: str, right: str) -> float | None:
            return _score(profile(left), profile(right))

        apart = [(slot, other) for slot in sorted(existing) for other in self._apart.get(slot, ())]
        owner = cluster(((value, *ends) for ends, value in pairs.items()), score=score, apart=apart)
        groups: dict[str, list[str]] = {}
        for slot, first in owner.items():
            groups.setdefault(first, []).append(slot)
        canonical = {slot: min(of, key=_rank) for of in groups.values() for slot in of}
        self._likeness.join(slots, canonical)

    def attach(self, slots: Iterable[str]) -> None:
        """Put each slot that is new into the cluster that it is likest, leaving the rest to the global pass."""
        for slot in sorted(slots):
            if len(self._likeness.joined_with(slot)) > 1:
                continue
            foes = {self._likeness.canonical(other) for other in self._apart.get(slot, ())}
            ours = ((score, likely) for other, score in self._likely_scores(slot)
                    if (likely := self._likeness.canonical(other)) not in foes)  # fmt: skip
            best = max(ours, default=None)
            if best is not None:
                self._likeness.join([slot], {slot: best[1]})

    def everything(self) -> None:
        """Score and cluster all there is, from nothing but what the articles say."""
        self._likeness.forget_all()
        self._score(self._likeness.places())
        seen: set[str] = set()
        for number in self._likeness.places():
            slot = self._slot(number)
            if slot is not None and slot not in seen and self._likeness.like(number):
                component, _ = self.component([slot], bounded=False)
                seen |= component
                self.settle(component)

    def _score(self, numbers: Iterable[int], known: Mapping[int, Collection[int]] = MappingProxyType({})) -> None:
        """Compare places with their candidates, and with those whose candidate they are as far as that is `known`."""
        tried: dict[int, list[int]] = {}  # place → the ones before it that it was compared with
        for number in numbers:
            done = {number, *tried.pop(number, ())}
            others = [other for other in self._likeness.candidates(number) if other not in done]
            done.update(others)
            others += [other for other in known.get(number, ()) if other not in done and self._proposes(other, number)]
            for other in others:
                tried.setdefault(other, []).append(number)
            self._likeness.keep(self._scores(number, others))

    def _proposes(self, number: int, other: int) -> bool:
        """Whether a place has another among its candidates: of one with very many candidates the other may not have it."""
        return other in self._likeness.candidates(number)

    def _scores(self, number: int, others: Collection[int]) -> Iterator[tuple[int, int, float, int]]:
        mine = profile_at(self._likeness, number)
        if mine is None:
            return
        self._likeness.read(others)
        for other in others:
            theirs = profile_at(self._likeness, other, mine.values)
            if theirs is None:
                continue
            found = compare(profile_at(self._likeness, number, theirs.values) or mine, theirs)
            if found.score >= UNSURE_AT:
                yield number, other, found.score, 2 - mine.is_named - theirs.is_named

    def _slot(self, number: int) -> str | None:
        name = self._likeness.name(number)
        return None if name is None else target(self._index, *name)

    def _likely_scores(self, slot: str) -> Iterator[tuple[str, float]]:
        """Yield the (slot, score) pairs of what is so like a slot that it may be one with it."""
        for place in members(self._index, slot):
            number = self._likeness.place(*place)
            for other, score in self._likeness.like(number) if number is not None else ():
                found = self._slot(other) if score >= _same_at(slot) else None
                if found is not None and found != slot:
                    yield found, score

    def _likely(self, slot: str) -> set[str]:
        return {other for other, _ in self._likely_scores(slot)}

    def _profile(self, place: Place) -> Profile | None:
        number = self._likeness.place(*place)
        return None if number is None else profile_at(self._likeness, number)

    @cached_property
    def _apart(self) -> Mapping[str, set[str]]:
        """Slot → the slots that people's decisions keep it apart from; asked for when the chains of the change have come."""
        pairs = self._change.judgements.pairs(JudgementKind.DIFFERENT)
        numbers = json.dumps(sorted({number for _, *ends in pairs for number in ends}))
        carriers = self._change.links.chains("c.key IN (SELECT value FROM json_each(?))", (numbers,)) if pairs else ()
        slots = {chain.key: target(self._index, chain.bucket, chain.shade) for chain in carriers if chain.bucket}
        found: dict[str, set[str]] = {}
        for _, a, b in pairs:
            left, right = slots.get(a), slots.get(b)
            if left is not None and right is not None and left != right:
                found.setdefault(left, set()).add(right)
                found.setdefault(right, set()).add(left)
        return found


def _same_at(slot: str) -> float:
    """The score from which something is one with a slot."""
    return SAME_EVENT_AT if slot[0] == "e" or slot.endswith("|Event") else SAME_AT


def same_at(profile: Profile) -> float:
    """The score from which something is one with what a profile is of."""
    return SAME_EVENT_AT if profile.cls == EntityClass.EVENT.value else SAME_AT


def _rank(slot: str) -> tuple[bool, str]:
    """A name stands for a cluster before a description does."""
    return slot[0] == "d", slot
