"""Why two things are one, or two: what the rules, people's decisions and the articles say, factor by factor.

A `Factor` says what each side has and which way it points. What decides by itself has no weight; a scored feature is a
row with its contribution to the log odds as `weight`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg.catalogue import Catalogue, ChainRow, EntityRow, JudgementKind
from kg.decisions.factors import (
    DIFFERENT,
    NEITHER,
    SAME,
    Factor,
    Thing,
    articles_factor,
    buckets_of,
    class_factor,
    compared,
    facts_factors,
    judgement_factors,
    key_factor,
    keys_of,
    likeness_factors,
    names_factor,
)
from kg.decisions.listing import judgement_views
from kg.decisions.models import JudgementView
from kg.errors import UnknownEntity
from kg.lookup import Select, find_entity
from kg.pipeline.clustering import same_at
from kg.pipeline.linking import rules_slot
from kg.resolve import Comparison, Profile, slot_of

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The outcome, the reason in one sentence, and all factors."""

    left: Thing
    right: Thing
    one: bool
    because: str
    factors: tuple[Factor, ...]
    judgements: tuple[JudgementView, ...] = ()


def explain(catalogue: Catalogue, select: Select, base: str, left: str, right: str) -> Explanation:
    """Why the things of two names, slugs or IRIs are one or two. Raises UnknownEntity, AmbiguousEntity."""
    one, two = find_entity(catalogue, base, left), find_entity(catalogue, base, right)
    rows = [catalogue.entity(iri) for iri in (one, two)]
    if rows[0] is None or rows[1] is None:
        raise UnknownEntity(f"no entity {one if rows[0] is None else two}")
    chains = catalogue.chains_of(one), catalogue.chains_of(two)
    things = (_thing(left, rows[0], chains[0]), _thing(right, rows[1], chains[1]))
    if one == two:
        return _joined(catalogue, base, things, chains[0], (left, right))
    return _apart(catalogue, select, base, things, (rows[0], rows[1]), chains)


def _joined(
    catalogue: Catalogue, base: str, things: tuple[Thing, Thing], chains: Sequence[ChainRow], names: tuple[str, str]
) -> Explanation:
    """Both names lead to one entity: by one key, through an acronym or a polity, or by decisions."""
    named = [[chain for chain in chains if name.casefold() == chain.label.casefold()] or chains for name in names]
    alike = None
    if {slot_of(catalogue.index, c.bucket, c.shade, c.anchor) for c in chains} != _slots(catalogue, chains):
        alike = compared(catalogue, named[0], named[1])
    slots = [_slots(catalogue, some) for some in named]
    found = _between(catalogue, base, chains, chains, JudgementKind.SAME)
    all_slots = _slots(catalogue, chains)
    keys = [keys_of(some) for some in named]
    by_rule = len(all_slots) == 1
    if len(chains) == 1:
        note = "the one article that speaks of it takes both names for one thing"
    elif by_rule and keys[0] == keys[1] and len(buckets_of(chains)) == 1:
        note = "every mention has this key, and one key is one entity"
    elif by_rule and alike is not None:
        note = "what the articles say of the two is alike enough"
    elif by_rule:
        note = "the articles tie these names together: one defines the other as its acronym, or a polity bears both"
    elif slots[0] == slots[1]:
        note = "what the names stand for was joined by decisions"
    else:
        note = "the rules keep these apart"
    factors = [
        class_factor(things),
        Factor("key", SAME if by_rule or slots[0] == slots[1] else DIFFERENT, keys[0], keys[1], note, decides=by_rule),
        *(likeness_factors(*alike, decides=False) if alike is not None else ()),
        *judgement_factors(found, decides=not by_rule),
    ]
    standing = [view for view in found if view.state == "holds"]
    because = (
        f"{note[0].upper()}{note[1:]}."
        if by_rule
        else f"Decided by {', '.join(sorted({view.author for view in standing}))}: "
        f"{', '.join(f'judgement {view.id}' for view in standing)}."
        if standing
        else "An earlier state that kg resolve will settle."
    )
    return Explanation(*things, one=True, because=because, factors=tuple(factors), judgements=tuple(found))


def _apart(
    catalogue: Catalogue,
    select: Select,
    base: str,
    things: tuple[Thing, Thing],
    rows: tuple[EntityRow, EntityRow],
    chains: tuple[list[ChainRow], list[ChainRow]],
) -> Explanation:
    kept = _between(catalogue, base, *chains, JudgementKind.DIFFERENT)
    wanted = _between(catalogue, base, *chains, JudgementKind.SAME)  # they do not hold, or the two were one
    classes, key = class_factor(things), key_factor(catalogue, *chains)
    alike = compared(catalogue, *chains)
    if classes.points == DIFFERENT:
        because = f"A {things[0].cls} and a {things[1].cls} are never one."
    elif kept:
        because = "Somebody decided so: " + ", ".join(f"judgement {view.id} by {view.author}" for view in kept) + "."
    else:
        because = f"{key.note[0].upper()}{key.note[1:]}{_unlike(alike)}."
    judged_or_classed = bool(kept) or classes.points == DIFFERENT
    by_likeness = alike is not None and key.points == NEITHER and not judged_or_classed
    factors = [
        classes,
        *judgement_factors([*kept, *wanted], decides=bool(kept) and classes.points != DIFFERENT),
        Factor(key.name, key.points, key.left, key.right, key.note, decides=not (by_likeness or judged_or_classed)),
        *(likeness_factors(*alike, decides=by_likeness) if alike is not None else ()),
        names_factor(rows),
        articles_factor(*chains),
        *facts_factors(select, *things),
    ]
    return Explanation(*things, one=False, because=because, factors=tuple(factors), judgements=(*kept, *wanted))


def _thing(given: str, row: EntityRow, chains: Sequence[ChainRow]) -> Thing:
    articles = len({chain.anchor.article for chain in chains})
    return Thing(given, row.iri.value, row.label, row.cls.value, articles)


def _between(
    catalogue: Catalogue, base: str, left: Sequence[ChainRow], right: Sequence[ChainRow], kind: str
) -> list[JudgementView]:
    """The decisions of a kind in force that hang on a mention of each side."""
    ends = [{chain.key for chain in chains} for chains in (left, right)]
    numbers = [
        number
        for number, a, b in catalogue.judgements.pairs(kind)
        if (a in ends[0] and b in ends[1]) or (b in ends[0] and a in ends[1])
    ]
    judgements = (catalogue.judgements.get(number) for number in numbers)
    return list(judgement_views(catalogue, base, (one for one in judgements if one is not None)))


def _unlike(alike: tuple[Comparison, tuple[Profile, Profile]] | None) -> str:
    """What likeness adds to a reason, if it was looked at."""
    if alike is None:
        return ""
    found, sides = alike
    if found.veto is not None:
        return f"; {found.veto}"
    if found.score >= same_at(sides[0]):
        return f"; they are alike to {found.score:.2f}, but what else is one with either is unlike the other"
    return f"; they are alike to {found.score:.2f}, and one from {same_at(sides[0]):.2f}"


def _slots(catalogue: Catalogue, chains: Sequence[ChainRow]) -> set[str]:
    return {rules_slot(catalogue.index, catalogue.likeness, chain) for chain in chains}
