"""What waits for a person: contradicting decisions, names that may stand for several things, things that may be one,
claims that may be wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from kg import vocab
from kg.catalogue import Catalogue
from kg.decisions.factors import are_forbidden, compared
from kg.decisions.listing import judgement_views
from kg.decisions.models import JudgementView
from kg.types import Claim, Span

__all__ = ["KINDS", "Feature", "Question", "questions", "waiting"]

KINDS = ("contradiction", "pair", "claim")

WITHIN = 0.2  # of the threshold: beyond, a calibrated confidence says clearly enough what it thinks
PAIRS_READ = (50, 500, 5000)  # more of them as fewer can be asked: full names forbid that some are one
MOST_FEATURES = 6  # of a pair, the weightiest: kg explain shows all


@dataclass(frozen=True, slots=True)
class Feature:
    """What one feature adds to the log odds that two things are one."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to decide.

    `kind` is `claim` (accept or reject `claim`, whose sentence has its ends at `subject_at` and `object_at`, half-open code
    points of `sentence`), `pair` (are `entity` and `other` one? `sentence` speaks of the first, at `subject_at`; `score` in
    [0, 1] says how like they are, and `features` why), `match` (is `entity` what the IRI `target` of another data set denotes,
    which is called `object` and has a `description` there? `predicate` says how exactly; `kg.decisions.matching` asks it), or
    `contradiction` (`judgement` does not hold because of `against`; without it, because of the articles themselves).
    """

    kind: str
    entity: str | None = None
    other: str | None = None
    claim: str | None = None
    subject: str | None = None
    predicate: str | None = None
    object: str | None = None
    supports: bool | None = None
    modality: str | None = None
    attributed_to: str | None = None
    confidence: float | None = None
    sentence: str | None = None
    subject_at: tuple[int, int] | None = None
    object_at: tuple[int, int] | None = None
    article: str | None = None
    title: str | None = None
    published: str | None = None
    score: float | None = None
    features: tuple[Feature, ...] = ()
    judgement: JudgementView | None = None
    against: JudgementView | None = None
    target: str | None = None
    description: str | None = None


def waiting(catalogue: Catalogue, *, within: float = WITHIN, most: int = 1000) -> Mapping[str, int]:
    """How many questions of each kind wait, counted up to `most`."""
    return {
        "contradiction": min(most, len(catalogue.contradictions())),
        "pair": sum(1 for _ in islice(_pairs(catalogue), most)),
        "claim": len(catalogue.unsure_claims(within=within, limit=most)),
    }


def questions(
    catalogue: Catalogue, base: str, *, within: float = WITHIN, limit: int = 100, kinds: Collection[str] = KINDS
) -> Iterator[Question]:
    """Yield at most so many questions of these kinds, the ones on which most hangs first; read as they are asked for."""
    left = limit
    for found in catalogue.contradictions()[:limit] if "contradiction" in kinds else ():
        left -= 1
        views = judgement_views(catalogue, base, [one for one in (found.judgement, found.against) if one is not None])
        yield Question("contradiction", judgement=views[0], against=views[1] if len(views) > 1 else None)
    for one, two in islice(_pairs(catalogue), left) if "pair" in kinds else ():
        left -= 1
        yield _whether(catalogue, one, two)
    for iri in catalogue.unsure_claims(within=within, limit=left) if left and "claim" in kinds else ():
        if (claim := catalogue.claim(iri)) is not None:
            yield _about(catalogue, claim)


def _pairs(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Yield two entities each that may be one: what an acronym stands for, then what is much alike and not forbidden."""
    asked = set[frozenset[str]]()
    for one, two in catalogue.unclear_pairs(limit=PAIRS_READ[-1]):
        asked.add(frozenset((one, two)))
        yield one, two
    for most in PAIRS_READ:
        found = catalogue.like_pairs(limit=most)
        for one, two in found:
            if frozenset((one, two)) in asked:
                continue
            asked.add(frozenset((one, two)))
            if not are_forbidden(catalogue, catalogue.chains_of(one), catalogue.chains_of(two)):
                yield one, two
        if len(found) < most:
            return


def _whether(catalogue: Catalogue, one: str, two: str) -> Question:
    """Whether two entities are one, with the sentence that the first one stands in first."""
    labels = [row.label if (row := catalogue.entity(iri)) is not None else iri for iri in (one, two)]
    asked = Question("pair", entity=one, other=two, subject=labels[0], object=labels[1])
    alike = compared(catalogue, catalogue.chains_of(one), catalogue.chains_of(two))
    if alike is not None and alike[0].veto is None:
        weights = list(alike[0].contributions().items())[:MOST_FEATURES]
        why = tuple(Feature(name, round(weight, 2)) for name, weight in weights if weight)
        asked = replace(asked, score=alike[0].score, features=why)
    anchor = catalogue.anchor_of(one)
    document = catalogue.articles.document(anchor.article) if anchor is not None else None
    if anchor is None or document is None:
        return asked
    start = -1
    for _ in range(anchor.occurrence + 1):
        start = document.text.find(anchor.text, start + 1)
    sentence = document.sentence_of(Span(start, start + len(anchor.text)))
    return replace(
        asked,
        sentence=sentence.of(document.text),
        subject_at=(start - sentence.start, start - sentence.start + len(anchor.text)),
        article=document.id,
        title=document.title,
        published=document.published.isoformat() if document.published else None,
    )


def _about(catalogue: Catalogue, claim: Claim) -> Question:
    document = catalogue.articles.document(claim.article_id)
    text = document.text if document is not None else ""
    one, start = claim.statement, claim.sentence.start
    subject, target = catalogue.entity(one.subject), catalogue.entity(one.object.value)
    return Question(
        "claim",
        claim=claim.iri.value,
        subject=subject.label if subject else one.subject.value,
        predicate=vocab.local(one.predicate),
        object=target.label if target else one.object.value,
        supports=claim.supports,
        modality=claim.modality.value,
        attributed_to=claim.attributed_to,
        confidence=claim.confidence,
        sentence=claim.sentence.of(text),
        subject_at=(claim.subject_span.start - start, claim.subject_span.end - start),
        object_at=(claim.object_span.start - start, claim.object_span.end - start),
        article=claim.article_id,
        title=document.title if document is not None else None,
        published=document.published.isoformat() if document is not None and document.published else None,
    )
