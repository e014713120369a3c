"""The values that flow through Newsgraph, without I/O.

bytes ─articles→ `Document` ─extract→ `Extraction` ─resolve→ `Claim`s ─graph→ store ─query→ answers

Offsets are code points, half-open. Scores are floats in [0, 1]. Times are aware UTC `datetime`s; a publication day is a `date`.
RDF terms are pyoxigraph terms: an IRI is a `NamedNode` from the moment it is minted.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol, runtime_checkable

from pyoxigraph import Literal, NamedNode

__all__ = [
    "Anchor",
    "Article",
    "Chain",
    "Claim",
    "Cut",
    "DateValue",
    "Document",
    "EntityClass",
    "EntityState",
    "Extraction",
    "Extractor",
    "Grounding",
    "Mention",
    "MentionKind",
    "Modality",
    "Phase",
    "PlaceKind",
    "Relation",
    "Report",
    "Segment",
    "Span",
    "Statement",
    "StatementState",
]


class EntityClass(StrEnum):
    """What a mention denotes; all but DATE are classes of the ontology."""

    PERSON = "Person"
    GROUP = "Group"
    PLACE = "Place"
    POLITY = "Polity"
    EVENT = "Event"
    DATE = "Date"


class MentionKind(StrEnum):
    """How a mention denotes it."""

    NAME = "name"
    NOMINAL = "nominal"
    PRONOUN = "pronoun"
    TRIGGER = "trigger"  # the verb or noun that tells of an event


class Modality(StrEnum):
    """How a text commits itself to a fact (`kg:modality`)."""

    STATED = "stated"
    REPORTED = "reported"
    ALLEGED = "alleged"
    PLANNED = "planned"

    @property
    def commits(self) -> bool:
        """Whether the text stands by the fact, itself or by whom it quotes: of such claims alone the graph asserts (DESIGN.md 4)."""
        return self in (Modality.STATED, Modality.REPORTED)


class Phase(StrEnum):
    """When a fact holds, seen from the article (`kg:phase`)."""

    CURRENT = "current"
    FORMER = "former"
    FUTURE = "future"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range [start, end) of code points in a document's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def of(self, text: str) -> str:
        """The characters of `text` that the span covers."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """Whether `other` lies inside this span (or equals it)."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a code point."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Article:
    """What a publisher sent, as it was read: `raw` bytes, decoded to `content`.

    `id` is the one its record gives, else its canonical URL, else its path relative to the folder ingested.
    `source` says where it was read (a path, `path:line`, `-`), for messages.
    """

    id: str
    raw: bytes
    content: str
    media_type: str  # "text/plain" or "text/html"
    source: str
    url: str | None = None
    title: str | None = None
    published: date | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None

    @property
    def digest(self) -> str:
        """The article's content hash: SHA-256 of its bytes and its given metadata, in hex.

        A corrected date or title makes a new revision, as a corrected text does.
        """
        given = (self.media_type, self.url, self.title, self.published, self.publisher, self.authors, self.language)
        return hashlib.sha256(self.raw + b"\0" + repr(given).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Cut:
    """A passage that cleaning removed, with the name of the rule that removed it."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Segment:
    """`length` code points at `start` of the clean text are those at `source_start` of the article's `content`."""

    start: int
    source_start: int
    length: int


@dataclass(frozen=True, slots=True)
class Document:
    """An article's clean text (NFC, paragraphs separated by a blank line, the title first) and its metadata.

    `sentences` are in order and do not cross `paragraphs`. `segments` map clean offsets to offsets of the article's `content`,
    for plain text; they are empty for HTML, and a title that was given apart from the text has none.
    """

    id: str
    text: str
    sentences: tuple[Span, ...]
    paragraphs: tuple[Span, ...]
    title: str | None = None
    title_span: Span | None = None
    url: str | None = None
    published: date | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    language: str = "en"
    cut: tuple[Cut, ...] = ()
    segments: tuple[Segment, ...] = ()

    def sentence_of(self, span: Span) -> Span:
        """The sentence in which a span begins (the last one that begins at or before it)."""
        low, high = 0, len(self.sentences) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.sentences[middle].start <= span.start:
                low = middle
            else:
                high = middle - 1
        return self.sentences[low]

    def source_span(self, span: Span) -> Span | None:
        """The span's place in the article's `content`, or None where it has none (HTML, a title given apart).

        There it reads the same but for white space, invisible characters and the form of accents: a span may run over
        several segments that follow one another in the clean text, as words do that a line break parts in the content.
        """
        first = bisect_right(self.segments, span.start, key=lambda segment: segment.start) - 1
        last = bisect_left(self.segments, span.end, key=lambda segment: segment.start) - 1
        if first < 0:
            return None
        run = self.segments[first : last + 1]
        ends = [segment.start + segment.length for segment in run]
        if ends[-1] < span.end or any(end != after.start for end, after in zip(ends, run[1:], strict=False)):
            return None
        end = run[-1].source_start + span.end - run[-1].start
        after = self.segments[last + 1] if last + 1 < len(self.segments) else None
        if after is not None and after.start == span.end == ends[-1]:
            end = after.source_start  # what was folded into the last character belongs to it
        return Span(run[0].source_start + span.start - run[0].start, end)


@dataclass(frozen=True, slots=True)
class Mention:
    """A span that names or denotes a thing. `event_type` is a concept of the SKOS scheme, for triggers and event names."""

    span: Span
    cls: EntityClass
    kind: MentionKind = MentionKind.NAME
    score: float = 1.0
    event_type: str | None = None


@dataclass(frozen=True, slots=True)
class DateValue:
    """A normalised date: lexical forms of xsd:date, xsd:gYearMonth or xsd:gYear; `end` only for a range."""

    start: str
    end: str | None = None

    @staticmethod
    def literal(lexical: str) -> Literal:
        """The typed literal of one lexical form.

        >>> DateValue.literal("2019-03").datatype.value.rpartition("#")[2]
        'gYearMonth'
        """
        name = {4: "gYear", 7: "gYearMonth", 10: "date"}[len(lexical.lstrip("-"))]
        return Literal(lexical, datatype=NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}"))


@dataclass(frozen=True, slots=True)
class Chain:
    """The mentions of one thing within one document, as indexes into `Extraction.mentions`, in text order.

    `names` are its distinct names (nominals, when it has no name), the best for a label first.
    """

    mentions: tuple[int, ...]
    cls: EntityClass
    names: tuple[str, ...]
    named: bool = True
    event_type: str | None = None
    value: DateValue | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """One fact as one sentence tells it: mention → predicate → mention, with everything that qualifies it.

    `subject` and `object` are indexes into `Extraction.mentions`; `predicate` is a local name of the ontology (`leads`).
    `supports` is False for a denial. `attributed_to` is the text of who says so. `sentence` is the evidence.
    """

    subject: int
    predicate: str
    object: int
    sentence: Span
    score: float
    supports: bool = True
    modality: Modality = Modality.STATED
    phase: Phase = Phase.CURRENT
    attributed_to: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a model found in one document: a pure function of the document and the model.

    Every mention belongs to at most one chain; `chain_of` maps mention index to chain index.
    """

    document_id: str
    model: str
    mentions: tuple[Mention, ...]
    chains: tuple[Chain, ...]
    relations: tuple[Relation, ...]

    def chain_of(self) -> dict[int, int]:
        """Mention index → chain index."""
        return {mention: index for index, chain in enumerate(self.chains) for mention in chain.mentions}


@runtime_checkable
class Extractor(Protocol):
    """Document → Extraction. `model` names and versions it; equal documents give equal extractions."""

    @property
    def model(self) -> str:
        """Name and version of the model."""

    def extract(self, document: Document) -> Extraction:
        """What the document says."""


class PlaceKind(StrEnum):
    """What a place of the gazetteer is."""

    COUNTRY = "country"  # or a territory with an ISO 3166-1 code
    REGION = "region"  # a subdivision of ISO 3166-2
    CITY = "city"  # any populated place


@dataclass(frozen=True, slots=True)
class Grounding:
    """Which place of the gazetteer a chain of one article is, and why.

    `id` is its GeoNames id, or the ISO 3166-2 code of a region. `country` is an ISO 3166-1 alpha-2 code; `regions` are the ISO 3166-2
    codes of the regions that it lies in, the smallest first. Degrees are of WGS 84. `reason` is a sentence for readers. `sure` is False
    where nothing in the article supports it and prominence alone decided.
    """

    id: str
    name: str
    kind: PlaceKind
    country: str
    regions: tuple[str, ...]
    latitude: float
    longitude: float
    reason: str
    sure: bool = True

    @property
    def admin1(self) -> str | None:
        """The ISO 3166-2 code of the first-level region that it lies in, or is, where that is known."""
        return self.regions[-1] if self.regions else self.id if self.kind is PlaceKind.REGION else None

    def contains(self, other: Grounding) -> bool:
        """Whether the other place lies in this one."""
        if self.kind is PlaceKind.COUNTRY:
            return other.kind is not PlaceKind.COUNTRY and other.country == self.country
        return self.kind is PlaceKind.REGION and self.id in other.regions


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """What a judgement or an IRI hangs on: article id + quoted text + class + occurrence (the n-th such mention, from 0)."""

    article: str
    text: str
    cls: str
    occurrence: int


@dataclass(frozen=True, slots=True)
class Statement:
    """(subject, predicate, object), whoever says it."""

    subject: NamedNode
    predicate: NamedNode
    object: NamedNode | Literal


@dataclass(frozen=True, slots=True)
class Claim:
    """One article supporting or disputing one statement, in one sentence, with exact spans of the clean text."""

    iri: NamedNode
    article_id: str
    statement: Statement
    supports: bool
    sentence: Span
    subject_span: Span
    object_span: Span
    confidence: float
    modality: Modality
    phase: Phase
    attributed_to: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


@dataclass(frozen=True, slots=True)
class EntityState:
    """All that the default graph says of an entity itself. `altlabels` exclude `label`; `extra` holds further (predicate, term)."""

    iri: NamedNode
    cls: EntityClass
    label: str
    altlabels: tuple[str, ...] = ()
    language: str = "en"
    event_type: str | None = None
    extra: tuple[tuple[NamedNode, NamedNode | Literal], ...] = ()


@dataclass(frozen=True, slots=True)
class StatementState:
    """All that the default graph says of a statement, aggregated from its surviving claims.

    Of the claims that assert it: `first_current` and `last_current` are the first and the last day of an article that
    says it holds on that day, `reported_over` is that of the first one after these that says it is over. `known` is for
    what the gazetteer says, whether or not articles do.
    """

    iri: NamedNode
    statement: Statement
    asserted: bool
    supporting_articles: int
    disputing_articles: int
    supporting_sources: int
    disputing_sources: int
    confidence: float | None
    phase: Phase
    first_reported: date | None = None
    last_reported: date | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    first_current: date | None = None
    last_current: date | None = None
    reported_over: date | None = None
    known: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did: counts, the inputs that were skipped with the reason, and for some of those the remedy."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    skipped: tuple[tuple[str, str], ...] = field(default=())
    hints: Mapping[str, str] = field(default_factory=dict)
