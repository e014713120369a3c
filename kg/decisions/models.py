"""What a person decides, and what they are told of it: plain values for the terminal and for the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kg.pipeline import Effect, Named

__all__ = ["AnchorView", "Decision", "JudgementView", "Outcome"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person wants to be so; entities and claims by name, slug or IRI.

    `same`: `entity` and `other` are one. `different`: they are two; or what `articles` mean by `entity` is another thing.
    `accept`, `reject`: `claim` is read rightly, or wrongly. `label`: `entity` is to be called `label`.
    `match`: `entity` is what the IRI `target` of another data set denotes, exactly, or closely as `how` says; `mismatch`: it
    is not.
    """

    kind: str
    author: str
    entity: str | None = None
    other: str | None = None
    articles: tuple[str, ...] = ()
    claim: str | None = None
    label: str | None = None
    reason: str | None = None
    target: str | None = None
    how: str | None = None


@dataclass(frozen=True, slots=True)
class AnchorView:
    """The n-th time (`occurrence`, from 0) that an article has this text, taken for a thing of this class."""

    article: str
    text: str
    cls: str
    occurrence: int


@dataclass(frozen=True, slots=True)
class JudgementView:
    """A decision as it is kept, with its state now.

    `state`: `holds`; `contradicted` or `overruled`, by the decision `against` (None: by the articles themselves);
    `unmatched` while no mention carries its anchors; `undone`. `about` are the entities or the claim that it is about now.
    """

    id: int
    iri: str
    kind: str
    state: str
    author: str
    time: datetime
    anchor: AnchorView
    other: AnchorView | None = None
    predicate: str | None = None
    label: str | None = None
    reason: str | None = None
    against: int | None = None
    undone_by: str | None = None
    undone_time: datetime | None = None
    about: tuple[Named, ...] = ()
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a decision, or of taking one back.

    `contradictions` are the decisions, this one perhaps among them, that do not hold because of it.
    """

    judgements: tuple[JudgementView, ...]
    effect: Effect
    contradictions: tuple[JudgementView, ...] = ()
