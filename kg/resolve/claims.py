"""Relations → drafts of claims: the ends are chains yet, because which entities they are is decided by linking."""

from __future__ import annotations

from dataclasses import dataclass

from kg import vocab
from kg.types import EntityClass, Extraction, Modality, Phase, Relation, Span

__all__ = ["Draft", "drafts_of"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim whose ends are chains: `object` is a chain, or None for a date, which is then in `literal`."""

    predicate: str
    subject: int
    object: int | None
    literal: str | None
    subject_mention: int
    object_mention: int
    subject_span: Span
    object_span: Span
    sentence: Span
    confidence: float
    supports: bool = True
    modality: Modality = Modality.STATED
    phase: Phase = Phase.CURRENT
    attributed_to: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


def drafts_of(extraction: Extraction) -> tuple[Draft, ...]:
    """The claims that an extraction makes, one for each predicate and three spans (the surest), in text order.

    Left out: relations that break a domain or range, that relate a thing to itself, or whose date has no value.
    """
    chains = extraction.chain_of()
    best: dict[tuple[object, ...], Draft] = {}
    for relation in extraction.relations:
        draft = _draft(extraction, chains, relation)
        if draft is None:
            continue
        place = (draft.sentence, draft.subject_span, draft.object_span, draft.predicate)
        if place not in best or draft.confidence > best[place].confidence:
            best[place] = draft
    return tuple(best[place] for place in sorted(best, key=lambda p: (p[0], p[1], p[2], p[3])))


def _draft(extraction: Extraction, chains: dict[int, int], relation: Relation) -> Draft | None:
    subject, target = chains.get(relation.subject), chains.get(relation.object)
    if subject is None or target is None or subject == target:
        return None
    object_chain = extraction.chains[target]
    if not vocab.fits(extraction.chains[subject].cls, relation.predicate, object_chain.cls):
        return None
    literal = None
    if object_chain.cls is EntityClass.DATE:
        value = object_chain.value
        if value is None:
            return None
        literal = value.end or value.start if relation.predicate == "endDate" else value.start
    return Draft(
        predicate=relation.predicate,
        subject=subject,
        object=None if literal is not None else target,
        literal=literal,
        subject_mention=relation.subject,
        object_mention=relation.object,
        subject_span=extraction.mentions[relation.subject].span,
        object_span=extraction.mentions[relation.object].span,
        sentence=relation.sentence,
        confidence=relation.score,
        supports=relation.supports,
        modality=relation.modality,
        phase=relation.phase,
        attributed_to=relation.attributed_to,
        valid_from=relation.valid_from,
        valid_to=relation.valid_to,
    )
