"""What look-ups answer, as it travels over HTTP as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from kg.api.models import (
    ClaimOut,
    DisagreementOut,
    EntityHit,
    Model,
    RelationOut,
)

__all__ = [
    "AnswerOut",
    "BatchIn",
    "BatchOut",
    "CoMentionList",
    "CoMentionOut",
    "EvidenceList",
    "EvidenceOut",
    "Facets",
    "NeighbourOut",
    "NeighbourhoodOut",
    "PathList",
    "PathOut",
    "SelectedEvidence",
    "SelectedRelations",
    "StepOut",
    "TimelineEntryOut",
    "TimelineOut",
]


class SelectedRelations(Model):
    """A page of an entity's relations with the members that `fields` names."""

    entity: EntityHit
    relations: tuple[dict[str, Any], ...]
    disagreements: tuple[DisagreementOut, ...] = ()
    total: int
    complete: bool = True
    next: str | None = None


class EvidenceOut(Model):
    """One claim with the statement that it supports or disputes."""

    statement: str
    subject: str
    subject_label: str
    predicate: str
    object: str
    object_label: str
    asserted: bool
    claim: ClaimOut


class EvidenceList(Model):
    """A page of claims; ask again with `cursor=` the `next` of this one."""

    evidence: tuple[EvidenceOut, ...]
    total: int
    next: str | None = None


class SelectedEvidence(Model):
    """The same with the members that `fields` names."""

    evidence: tuple[dict[str, Any], ...]
    total: int
    next: str | None = None


class Facets(Model):
    """How many of the statements have which value, the most frequent 20 first."""

    entity: EntityHit
    total: int
    facets: dict[str, dict[str, int]] = Field(
        description="predicate (with the direction), class (of the other end), asserted, modality, publisher, year.",
        examples=[{"predicate": {"in leads": 4, "out locatedIn": 1}, "asserted": {"true": 3, "false": 2}}],
    )


class TimelineEntryOut(Model):
    """An event with what is said of it and the entity, or one relation."""

    start: str | None = Field(examples=["2031-04"])
    end: str | None
    basis: str = Field(description="Whose dates these are: event, stated or reported.", examples=["event"])
    event: str | None = Field(description="The event's IRI; null for a relation of another kind.")
    relations: tuple[RelationOut, ...]


class TimelineOut(Model):
    """A page of a timeline; ask again with `cursor=` the `next` of this one."""

    entity: EntityHit
    entries: tuple[TimelineEntryOut, ...]
    total: int
    undated: int = Field(description="What has neither a date nor an article with a day of publication.")
    complete: bool = Field(description="False if only the best supported 2,000 statements were placed.")
    next: str | None = None


class NeighbourOut(Model):
    """A thing and how many steps it is away."""

    entity: EntityHit
    distance: int


class NeighbourhoodOut(Model):
    """Things around an entity (itself the first, at distance 0) and the asserted statements between them, without claims."""

    entities: tuple[NeighbourOut, ...]
    relations: tuple[RelationOut, ...]
    complete: bool = Field(description="False if there are more than `limit`.")


class StepOut(Model):
    """One step of a path: what joins two entities, in either direction, with its evidence."""

    source: str
    target: str
    relations: tuple[RelationOut, ...]


class PathOut(Model):
    """A path: its entities, and the steps between them."""

    length: int
    entities: tuple[EntityHit, ...]
    steps: tuple[StepOut, ...]


class PathList(Model):
    """Paths between two entities, the shortest first."""

    source: EntityHit
    target: EntityHit
    paths: tuple[PathOut, ...]
    hubs: tuple[EntityHit, ...] = Field(description="Of these only the best supported statements were followed.")
    complete: bool = Field(description="False if there may be more paths, or shorter ones.")


class CoMentionOut(Model):
    """An entity that the same articles name."""

    entity: EntityHit
    articles: int
    sources: int
    examples: tuple[str, ...] = Field(description="The ids of the newest of these articles.")
    relations: int = Field(description="Statements between the two; 0 if being named together is all that is known.")


class CoMentionList(Model):
    """Entities named together with one, in most articles first; ask again with `cursor=` the `next` of this one."""

    entity: EntityHit
    entities: tuple[CoMentionOut, ...]
    articles: int = Field(description="The articles that name the entity and were looked at.")
    complete: bool = Field(description="False if only the newest 2,000 were.")
    next: str | None = None


class BatchIn(Model):
    """IRIs, slugs and names to look up."""

    entities: tuple[Annotated[str, Field(min_length=1, max_length=2000)], ...] = Field(
        max_length=200, examples=[["ilse-brandt-3f2a91c0", "Dockers' Union"]]
    )


class AnswerOut(Model):
    """What one of them is."""

    query: str
    status: str = Field(
        description="found; merged (`entity` is what it went into); ambiguous (`candidates`); gone; unknown.",
        examples=["found"],
    )
    entity: EntityHit | None = None
    candidates: tuple[EntityHit, ...] = ()


class BatchOut(Model):
    """The answers, in the order of the questions."""

    answers: tuple[AnswerOut, ...]
