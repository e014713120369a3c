"""What travels over HTTP as JSON: requests and answers, with the examples that the documentation shows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "ArticleIn",
    "ArticleList",
    "ArticleOut",
    "ArticleVersions",
    "ClaimOut",
    "Deleted",
    "DisagreementOut",
    "EntityHit",
    "EntityList",
    "Health",
    "Ingested",
    "LeadershipOut",
    "NamedQueryOut",
    "ParameterOut",
    "PassageOut",
    "ProblemOut",
    "Readiness",
    "ReadingOut",
    "RelationList",
    "RelationOut",
    "Resolved",
    "VersionOut",
]


class Model(BaseModel):
    """A wire model: immutable, and strict about names that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProblemOut(BaseModel):
    """An RFC 9457 problem document."""

    type: str = Field(examples=["https://w3id.org/newsgraph/problems/query-timeout"])
    title: str = Field(examples=["Query timeout"])
    status: int = Field(examples=[503])
    detail: str = Field(examples=["the query did not finish within 30 s"])
    hint: str | None = Field(default=None, examples=["add a LIMIT, or raise the timeout"])
    instance: str | None = Field(default=None, examples=["/sparql"])


class ArticleIn(BaseModel):
    """An article to read: `text` or `html`, with what is known of it.

    Its id is the one given, else its URL, else made from its text. Fields of other names are those of crawlers
    (`maintext`, `date_publish`, …) or passed over.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "id": "harbour-2031-04-02",
                    "title": "Dockers' union elects new leader",
                    "date": "2031-04-02",
                    "publisher": "The Harbour Gazette",
                    "text": "Ilse Brandt was elected leader of the Dockers' Union in Rotterdam on Wednesday.",
                }
            ]
        },
    )

    id: str | int | None = Field(default=None, description="Names the article; sent again, it replaces it.")
    url: str | None = None
    title: str | None = None
    date: str | None = Field(default=None, description="The day of publication, best as YYYY-MM-DD.")
    publisher: str | None = None
    authors: list[str] | str | None = None
    language: str | None = None
    text: str | None = Field(default=None, description="The article as plain text.")
    html: str | None = Field(default=None, description="The article's web page.")


class Ingested(Model):
    """What came of an article that was sent."""

    id: str
    iri: str
    outcome: Literal["added", "replaced", "unchanged"]


class Deleted(Model):
    """An article that was taken away with everything that only it supported."""

    id: str
    iri: str


class Resolved(Model):
    """What came of a maintenance task."""

    task: Literal["resolve", "rebuild"]
    seconds: float


class ArticleOut(Model):
    """An article of the workspace."""

    id: str
    iri: str
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    published: date | None = None
    digest: str = Field(description="SHA-256 of what the publisher sent and its metadata, in hex.")
    copy_of: str | None = Field(
        default=None, description="The id of the earliest article of nearly the same text; both count as one source."
    )
    copies: tuple[str, ...] = Field(
        default=(), description="The ids of all articles of nearly the same text; not in lists."
    )
    text: str | None = Field(default=None, description="The clean text that offsets count in; not in lists.")


class ReadingOut(Model):
    """That a model read a version of an article."""

    model: str
    time: datetime


class VersionOut(Model):
    """One content of an article."""

    number: int
    digest: str
    title: str | None
    published: date | None
    read: tuple[ReadingOut, ...]
    current: bool
    changes: str = Field(description="A unified diff from the version before, with a sentence a line.")


class ArticleVersions(Model):
    """What an article has been, oldest first."""

    id: str
    iri: str
    versions: tuple[VersionOut, ...]


class ArticleList(Model):
    """A page of articles; ask again with `cursor=` the `next` of this one."""

    articles: tuple[ArticleOut, ...]
    next: str | None = None


class LocationOut(Model):
    """Which place of the world a place is, in degrees of WGS 84 and codes of ISO 3166, and why it is taken for that one."""

    latitude: float = Field(examples=[51.9225])
    longitude: float = Field(examples=[4.4792])
    country: str = Field(examples=["NL"])
    because: str = Field(examples=["Rotterdam in Netherlands: the article also names Antwerp"])
    region: str | None = Field(default=None, description="The ISO 3166-2 code, of a region.")
    geonames: str | None = Field(default=None, examples=["https://sws.geonames.org/2747891/"])
    within: tuple[str, ...] = Field(default=(), description="The IRIs of the entities that it therefore lies in.")


class MatchOut(Model):
    """What a person decided that an entity is in another data set."""

    how: Literal["exactMatch", "closeMatch"]
    target: str = Field(examples=["http://www.wikidata.org/entity/Q64"])


class EntityHit(Model):
    """An entity that a search found."""

    iri: str = Field(examples=["http://localhost:8000/person/ilse-brandt-3f2a91c0"])
    slug: str = Field(examples=["ilse-brandt-3f2a91c0"])
    type: str = Field(examples=["Person"])
    label: str = Field(examples=["Ilse Brandt"])
    altlabels: tuple[str, ...] = ()
    event_type: str | None = None
    location: LocationOut | None = Field(
        default=None, description="Where a place is, if the gazetteer knows it; not in lists."
    )
    matches: tuple[MatchOut, ...] = Field(
        default=(), description="What people decided that it is in other data sets; not in lists."
    )


class EntityList(Model):
    """A page of entities; ask again with `cursor=` the `next` of this one."""

    entities: tuple[EntityHit, ...]
    total: int | None = Field(default=None, description="How many there are in all; null for a search.")
    next: str | None = None


class PassageOut(Model):
    """A quote: `text[start:end] == exact`, in code points of the article's clean text."""

    start: int = Field(examples=[0])
    end: int = Field(examples=[78])
    exact: str = Field(examples=["Ilse Brandt was elected leader of the Dockers' Union in Rotterdam on Wednesday."])


class ClaimOut(Model):
    """One article that supports or disputes a relation in one sentence."""

    iri: str
    supports: bool
    article: str = Field(description="The article's IRI.")
    article_id: str
    title: str | None
    url: str | None
    publisher: str | None
    published: str | None
    sentence: PassageOut
    subject: PassageOut | None
    object: PassageOut | None
    confidence: float
    modality: str
    phase: str | None
    attributed_to: str | None


class RelationOut(Model):
    """A statement about the entity, with every claim about it."""

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
    first_reported: str | None
    last_reported: str | None
    valid_from: str | None
    valid_to: str | None
    first_current: str | None = Field(description="The day of the first article that calls it current.")
    last_current: str | None = Field(description="The day of the last one.")
    reported_over: str | None = Field(description="The day of the first one after these that calls it over.")
    claims: tuple[ClaimOut, ...]
    basis: str | None = Field(default=None, description="With `as-of`: stated, or article.", examples=["stated"])
    grounds: str | None = Field(default=None, description="The same in words.", examples=["from 2015 to 2018 (stated)"])


class LeadershipOut(Model):
    """One side of a disagreement, with what is known of its time."""

    statement: str
    person: str
    person_label: str
    known_from: str
    known_to: str
    supporting_sources: int


class DisagreementOut(Model):
    """Two leaders of one group at one time, in articles that do not name both as its leaders."""

    group: str
    group_label: str
    leaders: tuple[LeadershipOut, ...]


class RelationList(Model):
    """A page of an entity's relations; ask again with `cursor=` the `next` of this one."""

    entity: EntityHit
    relations: tuple[RelationOut, ...]
    disagreements: tuple[DisagreementOut, ...] = ()
    total: int
    complete: bool = Field(
        default=True, description="With `as-of`: false if only the best supported 2,000 statements were compared."
    )
    next: str | None = None


class ParameterOut(Model):
    """A parameter of a named query; any value when it is left out, unless it is required."""

    name: str
    type: str
    description: str
    default: str | None
    required: bool = False
    choices: tuple[str, ...] = Field(
        default=(), description="What it takes, where that is one of the ontology's names."
    )


class NamedQueryOut(Model):
    """A named query: `GET /queries/{name}?parameter=value` answers it."""

    name: str
    title: str
    description: str
    href: str
    parameters: tuple[ParameterOut, ...]
    tags: tuple[str, ...] = ()
    example: str | None = Field(default=None, description="An address that asks it.")
    cache_s: int = Field(
        default=0, description="For how many seconds an answer may be kept though the graph has changed."
    )
    short: bool = Field(
        default=False, description="Whether it answers in a moment, given one of the `anchors` if it has any."
    )
    anchors: tuple[str, ...] = ()
    needs: tuple[str, ...] = Field(default=(), description="Parameters of which one has to be given, whichever.")


class Health(Model):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str


class Readiness(Model):
    """Whether the service can answer: what it reads, how fresh that is, which protections are on, and its limits."""

    status: Literal["ready", "stopping"]
    graph_version: int
    served_version: int
    snapshot_age_s: float
    protections: dict[str, bool]
    limits: dict[str, float]


class ProblemTypeOut(Model):
    """A type of problem document: what it means and what to do."""

    type: str
    title: str
    status: int
    meaning: str
    remedy: str
    href: str
