"""What a look-up returns: plain values, for whoever prints them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Entity", "Evidence", "Location", "Passage", "Relation"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A quote with its place: `clean text[start:end] == exact`."""

    start: int
    end: int
    exact: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim: an article that supports or disputes a statement in one sentence, with its two ends."""

    claim: str
    statement: str
    supports: bool
    article: str
    article_id: str
    sentence: Passage
    subject: Passage | None
    object: Passage | None
    confidence: float
    modality: str
    phase: str | None = None
    attributed_to: str | None = None
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """Which place of the world a place is: coordinates in degrees, the ISO 3166 code of its country and, of a region, its own,
    the place at GeoNames, why it is taken for that one, and the entities that it therefore lies in, as (IRI, label)."""

    latitude: float
    longitude: float
    country: str
    because: str
    region: str | None = None
    geonames: str | None = None
    within: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing's IRI, its most specific class, its names and, where it is a place that the gazetteer knows, its location.

    `matches` are what people decided that it is in other data sets: (`exactMatch` or `closeMatch`, IRI).
    """

    iri: str
    cls: str
    label: str
    altlabels: tuple[str, ...] = ()
    event_type: str | None = None
    location: Location | None = None
    matches: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """One statement about a thing, with the labels of its ends (a date's lexical form) and its claims, surest first."""

    statement: str
    subject: str
    subject_label: str
    predicate: str
    object: str
    object_label: str
    asserted: bool
    confidence: float | None
    phase: str | None
    supporting_articles: int
    disputing_articles: int
    supporting_sources: int
    disputing_sources: int
    first_reported: str | None = None
    last_reported: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    first_current: str | None = None
    last_current: str | None = None
    reported_over: str | None = None
    object_is_literal: bool = False
    claims: tuple[Evidence, ...] = ()
