"""Extraction → the line that `kg extract --format jsonl` prints: what the graph would assert.

The contract is that of the project's scorer: one triple per fact, an entity as every name found for it, both dates of
an event as `occurredOn`, and mention offsets that index the text as it was given, before cleaning.
"""

from __future__ import annotations

from kg.extract.labels import predicate_of
from kg.resolve import drafts_of
from kg.types import Chain, Document, EntityClass, Extraction, MentionKind

__all__ = ["prediction"]


def prediction(document: Document, extraction: Extraction, threshold: float) -> dict[str, object]:
    """One line of predictions, ready for `json.dumps`."""
    chain_of = extraction.chain_of()
    facts: dict[tuple[int, str, int], None] = {}
    for draft in drafts_of(extraction):
        if draft.supports and draft.modality.commits and draft.confidence >= threshold:
            predicate = predicate_of(draft.predicate)
            facts.setdefault((draft.subject, predicate, chain_of[draft.object_mention]))
    chains = extraction.chains
    triples = [
        {"subject": _end(chains[subject]), "predicate": predicate, "object": _end(chains[target])}
        for subject, predicate, target in facts
    ]
    mentions = []
    for mention in extraction.mentions:
        if mention.kind is not MentionKind.NAME:
            continue  # the scorer counts names; what is only described or told of by a verb would be an error to it
        span = document.source_span(mention.span)
        if span is not None:  # a title given apart from the text has no offsets in it
            mentions.append({"start": span.start, "end": span.end, "type": mention.cls.value})
    return {"id": document.id, "triples": triples, "mentions": mentions}


def _end(chain: Chain) -> dict[str, object]:
    names = list(chain.names)
    if chain.cls is EntityClass.DATE and chain.value is not None:
        names += [value for value in (chain.value.start, chain.value.end) if value and value not in names]
    return {"names": names or [chain.event_type or chain.cls.value.lower()], "type": chain.cls.value}
