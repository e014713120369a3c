"""What waits for a person, with what entities may be in other data sets (`kg link`) among it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, islice
from pathlib import Path

from kg.catalogue import Catalogue
from kg.decisions.questions import KINDS, WITHIN, Feature, Question, questions
from kg.linking import Proposal, waiting_matches

__all__ = ["ALL_KINDS", "MATCH", "review"]

MATCH = "match"
ALL_KINDS = (*KINDS, MATCH)


def review(
    catalogue: Catalogue,
    base: str,
    folder: Path | None,
    *,
    within: float = WITHIN,
    limit: int = 100,
    kinds: Collection[str] = ALL_KINDS,
) -> Iterator[Question]:
    """Yield at most so many questions of these kinds: what is decided about the graph's own things before what they are
    elsewhere, and that before claims, of which there is no end. `folder` is the workspace's, None in memory."""

    def of(*some: str) -> Iterator[Question]:
        chosen = [kind for kind in some if kind in kinds]
        return questions(catalogue, base, within=within, limit=limit, kinds=chosen) if chosen else iter(())

    def matches() -> Iterator[Question]:
        if MATCH in kinds:
            yield from (_whether(catalogue, one) for one in waiting_matches(catalogue, folder, limit=limit))

    first = [kind for kind in KINDS if kind != "claim"]
    return islice(chain(of(*first), matches(), of("claim")), limit)


def _whether(catalogue: Catalogue, one: Proposal) -> Question:
    row = catalogue.entity(one.entity)
    return Question(
        MATCH,
        entity=one.entity,
        subject=row.label if row is not None else one.entity,
        predicate=one.how,
        object=one.label,
        target=one.target,
        description=one.description or None,
        score=one.score,
        features=tuple(Feature(feature.name, feature.weight) for feature in one.features),
    )
