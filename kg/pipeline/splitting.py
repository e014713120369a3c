"""Taking what some articles say out of an entity: which decisions on which anchors say so.

An anchor is a mention in an article, so the smallest thing that can leave is what one article takes for one thing. Each
such chain is declared different from one that stays, and the leaving ones are declared the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from kg.catalogue import ChainRow, Change, Judgement, JudgementKind
from kg.errors import ResolutionError, UnknownEntity
from kg.pipeline.changing import judge
from kg.pipeline.linking import rules_slot

__all__ = ["split"]


def split(
    change: Change, base: str, iri: str, articles: Collection[str], *, author: str, reason: str | None = None
) -> list[int]:
    """Make what these articles mean by an entity another entity; returns the ids of the decisions that say so.

    They have one time, by which they can be taken back together. Raises UnknownEntity, or ResolutionError when nothing
    would stay or when earlier decisions stand in the way.
    """
    chains = change.links.chains_called(iri)
    if not chains:
        raise UnknownEntity(f"no entity {iri}")
    if missing := sorted(set(articles) - {chain.anchor.article for chain in chains}):
        raise UnknownEntity(
            f"{', '.join(missing)}: no article that speaks of {iri}", hint="kg split ENTITY alone lists those that do"
        )
    leaving = [chain for chain in chains if chain.anchor.article in articles]
    staying = [chain for chain in chains if chain.anchor.article not in articles]
    if not staying:
        raise ResolutionError("all articles that speak of it are named, so that nothing would stay")
    time = datetime.now(UTC)

    def decide(kind: str, left: ChainRow, right: ChainRow) -> int:
        return judge(change, base, Judgement(kind, left.anchor, author, right.anchor, reason=reason, time=time))

    numbers = [decide(JudgementKind.DIFFERENT, _counterpart(change, staying, chain), chain) for chain in leaving]
    numbers += [decide(JudgementKind.SAME, leaving[0], chain) for chain in leaving[1:]]
    _check(change, leaving, staying)
    return numbers


def _counterpart(change: Change, staying: Sequence[ChainRow], chain: ChainRow) -> ChainRow:
    """What a leaving chain is declared different from: one that the rules join it with, if there is one."""

    def slot(one: ChainRow) -> str | None:
        if change.judgements.is_separated(one.key):
            return None
        return rules_slot(change.index, change.likeness, one)

    wanted = slot(chain)
    return next((one for one in staying if wanted is not None and slot(one) == wanted), staying[0])


def _check(change: Change, leaving: Sequence[ChainRow], staying: Sequence[ChainRow]) -> None:
    """Raise ResolutionError unless the chains that were to leave are one entity of their own."""

    def entities(chains: Sequence[ChainRow]) -> set[int | None]:
        return {change.links.chains("c.key = ?", (chain.key,))[0].entity for chain in chains}

    left, stayed = entities(leaving), entities(staying)
    if len(left) == 1 and not left & stayed:
        return
    articles = {chain.anchor.article for chain in leaving}
    near = {number for article in articles for number in (one.id for one in change.judgements.of_article(article))}
    named = ", ".join(str(number) for number in sorted(n for n in near if n is not None))
    raise ResolutionError(
        "earlier decisions stand in the way" + (f", among them one of {named}" if named else ""),
        hint="kg judgements lists them; take one back: kg undo ID",
    )
