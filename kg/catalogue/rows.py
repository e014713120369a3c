"""What the catalogue hands out and takes in, besides the types of `kg.types`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from pyoxigraph import NamedNode

from kg.types import Anchor, EntityClass, Modality, Phase, Span

__all__ = [
    "ArticleRow",
    "ChainRow",
    "Contradiction",
    "EntityRow",
    "Hit",
    "Judgement",
    "JudgementKind",
    "NewChain",
    "NewClaim",
    "Pending",
    "PlaceRow",
    "Retired",
    "Revision",
    "Touched",
    "Wish",
    "Withdrawn",
]


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article as a list shows it."""

    id: str
    digest: str
    model: str
    source: str
    url: str | None
    title: str | None
    published: date | None
    publisher: str | None
    source_key: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """One content of an article as one model read it; `time` is when it was read here."""

    digest: str
    model: str
    published: date | None
    title: str | None
    time: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """All that is kept of an article that was taken away: that it was there, with which content, and since when it is not."""

    id: str
    digest: str
    published: date | None
    time: datetime


@dataclass(frozen=True, slots=True)
class NewChain:
    """A chain to be catalogued: what linking knows of it (`kg.resolve.ChainKey`)."""

    number: int
    anchor: Anchor
    cls: EntityClass
    label: str
    aliases: tuple[str, ...] = ()
    bucket: str | None = None
    shade: str = ""
    weak: bool = False
    defines: tuple[str, ...] = ()
    event_type: str | None = None
    described: bool = False
    values: tuple[str, ...] = ()
    blocks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """All chains of one bucket and shade: how many, and what their articles say of them (`kg.resolve.Situation`)."""

    key: int
    bucket: str
    shade: str
    chains: int
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A catalogued chain and the entity that it is."""

    key: int
    number: int
    anchor: Anchor
    cls: EntityClass
    label: str
    bucket: str | None
    shade: str
    entity: int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """A chain with the slot that it belongs in, and the entity that it was until now."""

    chain: ChainRow
    slot: str
    previous: int | None


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim to be catalogued: its ends are catalogued chains, or a date in `literal`."""

    iri: NamedNode
    subject_chain: int
    predicate: str
    object_chain: int | None
    literal: str | None
    sentence: Span
    subject_span: Span
    object_span: Span
    confidence: float
    supports: bool
    modality: Modality
    phase: Phase
    attributed_to: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class EntityRow:
    """An entity as a list shows it."""

    iri: NamedNode
    cls: EntityClass
    label: str
    altlabels: tuple[str, ...] = ()
    event_type: str | None = None


@dataclass(frozen=True, slots=True)
class Retired:
    """What became of an entity's IRI: merged into `successor`, or gone with its last mention."""

    iri: NamedNode
    successor: NamedNode | None
    label: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One result of a search: an entity, or a sentence of an article."""

    kind: str
    label: str
    snippet: str
    iri: NamedNode | None = None
    article_id: str | None = None
    span: Span | None = None


class JudgementKind:
    """The kinds of decision: two things are the same or not; a claim is accepted or rejected; a label is edited; a thing
    matches, or does not, what an IRI of another data set denotes."""

    SAME = "same"
    DIFFERENT = "different"
    ACCEPT = "accept"
    REJECT = "reject"
    LABEL = "label"
    MATCH = "match"
    MISMATCH = "mismatch"
    PAIRS = (SAME, DIFFERENT)
    CLAIMS = (ACCEPT, REJECT)
    TARGETS = (MATCH, MISMATCH)
    ALONE = (LABEL, *TARGETS)
    """About one thing, so that they have one anchor."""
    ALL = (*PAIRS, *CLAIMS, *ALONE)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's decision on anchors.

    `same` and `different`: `anchor` and `other` are mentions of the two things. `accept` and `reject`: they are a
    claim's subject and object mentions, and `predicate` is its predicate. `label`: `label` names the thing at `anchor`.
    `match`: it is what the IRI `target` denotes, as exactly as `predicate` says (of `vocab.MATCHES`); `mismatch`: it is not.
    """

    kind: str
    anchor: Anchor
    author: str
    other: Anchor | None = None
    predicate: str | None = None
    label: str | None = None
    reason: str | None = None
    id: int | None = None
    time: datetime | None = None
    undone_by: str | None = None
    undone_time: datetime | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A decision that does not hold: `against` is an earlier one that forbids it, None if the articles themselves do.

    They do when the two things are of classes that exclude each other, or when one article takes both mentions for one.
    """

    judgement: Judgement
    against: Judgement | None


@dataclass(slots=True)
class Touched:
    """What a change has touched and the graph must be told."""

    articles: set[str] = field(default_factory=set)
    entities: set[int] = field(default_factory=set)
    statements: set[int] = field(default_factory=set)
    judgements: set[int] = field(default_factory=set)
    successors: dict[int, int] = field(default_factory=dict)  # emptied entity → the one its mentions went to


@dataclass(frozen=True, slots=True)
class Pending:
    """What the graph does not show yet: article ids, entity IRIs, statements by their terms (in JSON), judgements."""

    articles: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    judgements: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.articles or self.entities or self.statements or self.judgements)
