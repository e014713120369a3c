"""People's decisions on the wire."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from kg.api.models import Model
from kg.decisions import Explanation, JudgementView, Outcome, Question

__all__ = [
    "EXAMPLES",
    "ExplanationOut",
    "JudgementIn",
    "JudgementList",
    "JudgementOut",
    "OutcomeOut",
    "QuestionKind",
    "QuestionList",
    "explanation_out",
    "judgement_out",
    "outcome_out",
    "question_out",
]

Kind = Literal["same", "different", "accept", "reject", "label", "match", "mismatch"]
How = Literal["exactMatch", "closeMatch"]
QuestionKind = Literal["claim", "pair", "contradiction", "match"]
State = Literal["holds", "contradicted", "overruled", "unmatched", "undone"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]

EXAMPLES: dict[str, Any] = {
    "same": {
        "summary": "Two entities are one",
        "value": {"kind": "same", "entity": "ilse-brandt-3f2a91c0", "other": "I. Brandt", "reason": "she signs so"},
    },
    "different": {
        "summary": "Two entities must never become one",
        "value": {"kind": "different", "entity": "Ana Diaz", "other": "Ana Maria Diaz"},
    },
    "split": {
        "summary": "What an article means by an entity is another thing",
        "value": {"kind": "different", "entity": "Ana Diaz", "articles": ["wire/2031-04-02"], "author": "desk"},
    },
    "accept": {"summary": "A claim is read rightly", "value": {"kind": "accept", "claim": "98ca7613d4745e46"}},
    "reject": {
        "summary": "A claim is read wrongly",
        "value": {"kind": "reject", "claim": "98ca7613d4745e46", "reason": "the sentence is about her brother"},
    },
    "label": {
        "summary": "What an entity is called",
        "value": {"kind": "label", "entity": "ilse-brandt-3f2a91c0", "label": "Ilse Brandt-Holt"},
    },
    "match": {
        "summary": "What an entity is in another data set",
        "value": {
            "kind": "match",
            "entity": "Berlin",
            "target": "http://www.wikidata.org/entity/Q64",
            "how": "exactMatch",
        },
    },
    "mismatch": {
        "summary": "What an entity is not in another data set, so that it is not proposed again",
        "value": {"kind": "mismatch", "entity": "Berlin", "target": "http://www.wikidata.org/entity/Q821244"},
    },
}


class JudgementIn(Model):
    """A decision. Entities are given by name, slug or IRI, a claim by its IRI or the hash at its end.

    `same` and `different` need `entity` and `other` (or, to part what some articles mean, `articles`); `accept` and `reject`
    need `claim`; `label` needs `entity` and `label`; `match` and `mismatch` need `entity` and `target`, an IRI of another data
    set, and `match` may say `how` they match: exactly, unless it says closely.
    """

    kind: Kind
    entity: Name | None = None
    other: Name | None = None
    articles: tuple[Name, ...] = Field(default=(), max_length=1000)
    claim: Name | None = None
    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)] | None = None
    author: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = Field(
        default=None, description="Who decides; the name of the API key when left out."
    )
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)] | None = None

    target: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] | None = Field(
        default=None, description="An IRI of another data set, http or https."
    )
    how: How | None = None

    @model_validator(mode="after")
    def _has_its_parts(self) -> Self:
        """Refuse a decision that lacks a part, or has one that would not count."""
        needs = {"accept": {"claim"}, "reject": {"claim"}, "label": {"entity", "label"}}.get(self.kind)
        if self.kind in ("match", "mismatch"):
            needs = {"entity", "target", *(("how",) if self.how and self.kind == "match" else ())}
        if needs is None:
            needs = {"entity", "articles" if self.kind == "different" and self.articles else "other"}
        parts = ("entity", "other", "articles", "claim", "label", "target", "how")
        given = {name for name in parts if getattr(self, name)}
        if given != needs:
            raise ValueError(f"a decision of kind {self.kind} has: {', '.join(sorted(needs))}")
        return self


class AnchorOut(Model):
    """The n-th time (`occurrence`, from 0) that an article has this text, taken for a thing of this class."""

    article: str = Field(examples=["harbour-2031-04-02"])
    text: str = Field(examples=["Ilse Brandt"])
    cls: str = Field(examples=["Person"])
    occurrence: int = Field(examples=[0])


class NamedOut(Model):
    """An entity with its label, or a claim with its statement in words."""

    iri: str = Field(examples=["http://localhost:8000/person/ilse-brandt-3f2a91c0"])
    label: str = Field(examples=["Ilse Brandt"])


class JudgementOut(Model):
    """A decision as it is kept, with its state and what it is about now."""

    id: int = Field(examples=[7])
    iri: str = Field(examples=["http://localhost:8000/judgement/7"])
    kind: Kind
    state: State = Field(
        description="`contradicted` and `overruled`: by the decision `against`, or by the articles themselves when that is "
        "null. `unmatched`: no mention carries its anchors now; it is kept, and counts again when one does."
    )
    author: str = Field(examples=["desk"])
    time: datetime
    anchor: AnchorOut
    other: AnchorOut | None
    predicate: str | None = Field(examples=["leads"])
    label: str | None
    reason: str | None = Field(examples=["she signs so"])
    against: int | None
    undone_by: str | None
    undone_time: datetime | None
    about: tuple[NamedOut, ...]
    target: str | None = Field(description="The IRI that the entity matches, or does not; `predicate` says how.")


class JudgementList(Model):
    """A page of decisions; ask again with `cursor=` the `next` of this one."""

    judgements: tuple[JudgementOut, ...]
    next: str | None = None


class FactOut(Model):
    """A direct triple of the graph; `object` is an IRI, or the lexical form of a date."""

    subject: str
    subject_label: str
    predicate: str = Field(examples=["leads"])
    object: str
    object_label: str


class MergedOut(NamedOut):
    """An entity that is part of another one now; its IRI answers 308."""

    into: str
    into_label: str


class RenamedOut(NamedOut):
    """An entity with another label than before."""

    before: str


class EffectOut(Model):
    """What changed in the graph. A fact that went along when its end was merged is gained, and not lost."""

    gained: tuple[FactOut, ...]
    lost: tuple[FactOut, ...]
    merged: tuple[MergedOut, ...]
    appeared: tuple[NamedOut, ...]
    vanished: tuple[NamedOut, ...]
    renamed: tuple[RenamedOut, ...]


class OutcomeOut(Model):
    """What came of a decision: the judgements written or taken back, their effect, and what does not hold because of it."""

    judgements: tuple[JudgementOut, ...]
    effect: EffectOut
    contradictions: tuple[JudgementOut, ...]


class FeatureOut(Model):
    """What one feature adds to the log odds that two things are one."""

    name: str = Field(examples=["relations in common"])
    weight: float


class QuestionOut(Model):
    """Something to decide: a `claim` to accept or reject, whether `entity` and `other` are one, whether `entity` is what
    `target` denotes in another data set (a `match`: `object` is its name there, `predicate` says how exactly), or a `judgement`
    that does not hold because of `against`."""

    kind: QuestionKind
    entity: str | None
    other: str | None
    claim: str | None
    subject: str | None
    predicate: str | None
    object: str | None
    supports: bool | None
    modality: str | None
    attributed_to: str | None
    confidence: float | None
    sentence: str | None
    subject_at: tuple[int, int] | None
    object_at: tuple[int, int] | None
    article: str | None
    title: str | None
    published: str | None
    score: float | None
    features: tuple[FeatureOut, ...]
    judgement: JudgementOut | None
    against: JudgementOut | None
    target: str | None
    description: str | None


class QuestionList(Model):
    """What waits for a person, the questions on which most hangs first."""

    questions: tuple[QuestionOut, ...]


class ThingOut(NamedOut):
    """One of two things that were compared."""

    given: str
    cls: str
    articles: int


class FactorOut(Model):
    """What one comparison found; `weight` is the contribution of a scored feature, null for what decides by itself."""

    name: str = Field(examples=["key"])
    points: Literal["same", "different", "neither"]
    left: str
    right: str
    note: str
    decides: bool
    weight: float | None


class ExplanationOut(Model):
    """Why two things are one (`one`), or two."""

    left: ThingOut
    right: ThingOut
    one: bool
    because: str
    factors: tuple[FactorOut, ...]
    judgements: tuple[JudgementOut, ...]


def judgement_out(view: JudgementView) -> JudgementOut:
    """A decision as the wire has it."""
    return JudgementOut.model_validate(asdict(view))


def outcome_out(outcome: Outcome) -> OutcomeOut:
    """An outcome as the wire has it."""
    return OutcomeOut.model_validate(asdict(outcome))


def question_out(question: Question) -> QuestionOut:
    """A question as the wire has it."""
    return QuestionOut.model_validate(asdict(question))


def explanation_out(explanation: Explanation) -> ExplanationOut:
    """An explanation as the wire has it."""
    return ExplanationOut.model_validate(asdict(explanation))
