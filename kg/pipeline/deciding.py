"""People's decisions, applied to the chains that carry their anchors now: what is joined, what is parted, what cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kg.catalogue import ChainRow, Change, JudgementKind
from kg.pipeline.linking import rules_slot
from kg.resolve import anchors_in, local_slot, unite
from kg.types import Anchor, Document, EntityClass, Extraction

__all__ = ["are_compatible", "carriers", "place", "reunite", "touch"]

_ORGANISED = frozenset((EntityClass.GROUP, EntityClass.PLACE, EntityClass.POLITY))


def reunite(change: Change) -> list[ChainRow]:
    """Work out anew what all decisions in force join and part; returns the chains that may have to move."""

    def rows(kind: str) -> list[tuple[int, ChainRow, ChainRow]]:
        return [
            (number, change.links.chains("c.key = ?", (a,))[0], change.links.chains("c.key = ?", (b,))[0])
            for number, a, b in change.judgements.pairs(kind)
        ]

    def rules(chain: ChainRow) -> str:
        return rules_slot(change.index, change.likeness, chain)

    same, different = rows(JudgementKind.SAME), rows(JudgementKind.DIFFERENT)
    # what the articles themselves forbid: things of two kinds are not one, and one thing of an article is not two
    futile: list[tuple[int, int | None]] = [(n, None) for n, a, b in same if not are_compatible(a.cls, b.cls)]
    futile += [(n, None) for n, a, b in different if a.key == b.key]
    different = [(n, a, b) for n, a, b in different if a.key != b.key]
    apart = _leaving((a, b) for _, a, b in different if rules(a) == rules(b))

    def slot(chain: ChainRow) -> str:
        return local_slot(chain.anchor) if chain.key in apart else rules(chain)

    union = unite(
        ((n, slot(a), slot(b)) for n, a, b in same if are_compatible(a.cls, b.cls)),
        ((n, slot(a), slot(b)) for n, a, b in different),
    )
    change.judgements.set_contradicted([*futile, *union.contradicted])
    old, was_apart = change.judgements.unions(), change.judgements.separated()
    if old == dict(union.canonical) and was_apart == apart:
        return []
    change.judgements.set_unions(union.canonical, apart)
    slots = {
        name
        for key in old.keys() | union.canonical.keys()
        if old.get(key) != union.canonical.get(key)
        for name in (key, old.get(key), union.canonical.get(key))
        if name is not None
    }
    moved: list[ChainRow] = []
    for name in sorted(slots):
        entity = change.links.entity_at(name)
        moved += change.links.chains_of_entity(entity) if entity is not None else []
    for number in sorted(was_apart ^ apart):
        moved += change.links.chains("c.key = ?", (number,))
    return moved


def _leaving(pairs: Iterable[tuple[ChainRow, ChainRow]]) -> set[int]:
    """The chains that leave the slot which the rules give them: of each pair the second, unless the pair is apart already.

    Who decides says which one leaves, so the outcome does not depend on the order of articles.
    """
    apart: set[int] = set()
    for stays, leaves in pairs:
        if not apart & {stays.key, leaves.key}:
            apart.add(leaves.key)
    return apart


def place(change: Change, document: Document, extraction: Extraction, chains: Iterable[ChainRow]) -> bool:
    """Note which of an article's chains carry anchors of judgements; whether there are judgements on it."""
    if not change.judgements.of_article(document.id):
        return False
    change.judgements.place(document.id, carriers(document, extraction, chains))
    return True


def carriers(document: Document, extraction: Extraction, chains: Iterable[ChainRow]) -> Mapping[Anchor, int]:
    """Anchor → the chain of an article that carries it."""
    keys = {chain.number: chain.key for chain in chains}
    anchors = anchors_in(document, extraction)
    return {anchors[mention]: keys[number] for mention, number in extraction.chain_of().items() if number in keys}


def touch(change: Change, anchor: Anchor) -> None:
    """Have the entity at an anchor brought up to date."""
    for number in change.judgements.chains_at(anchor):
        for chain in change.links.chains("c.key = ?", (number,)):
            if chain.entity is not None:
                change.touched.entities.add(chain.entity)


def are_compatible(left: str, right: str) -> bool:
    """Whether things of these classes can be one: a polity is a group and a place."""
    return left == right or {left, right} <= _ORGANISED
