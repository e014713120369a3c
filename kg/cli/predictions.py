"""Extraction → the line that `kg extract --format jsonl` prints: what the graph would assert, with offsets into the given text.

The contract is that of the project's scorer: one triple per fact, an entity as every name found for it, both dates of an event as
`occurredOn`, and mention offsets that index the text as it was given, before cleaning.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.types import Chain, Document, EntityClass, Extraction, Modality, Relation

__all__ = ["asserted_relations", "prediction"]

ASSERTING = (Modality.STATED, Modality.REPORTED)


def asserted_relations(extraction: Extraction, threshold: float) -> Iterator[tuple[Relation, int, int]]:
    """The relations that would become triples, with the chains of their ends; one per fact, the surest."""
    chain_of = extraction.chain_of()
    seen: set[tuple[int, str, int]] = set()
    for relation in sorted(extraction.relations, key=lambda r: -r.score):
        if not relation.supports or relation.modality not in ASSERTING or relation.score < threshold:
            continue
        subject, target = chain_of.get(relation.subject), chain_of.get(relation.object)
        if subject is None or target is None or subject == target:
            continue
        fact = (subject, relation.predicate, target)
        if fact not in seen:
            seen.add(fact)
            yield relation, subject, target


def prediction(document: Document, extraction: Extraction, threshold: float) -> dict[str, object]:
    """One line of predictions, ready for `json.dumps`."""
    triples: list[dict[str, object]] = []
    for relation, subject, target in asserted_relations(extraction, threshold):
        predicate = "occurredOn" if relation.predicate in ("startDate", "endDate") else relation.predicate
        triple = {
            "subject": _end(extraction.chains[subject]),
            "predicate": predicate,
            "object": _end(extraction.chains[target]),
        }
        if triple not in triples:
            triples.append(triple)
    mentions = []
    for mention in extraction.mentions:
        span = document.source_span(mention.span)
        if span is not None:  # a title given apart from the text has no offsets in it
            mentions.append({"start": span.start, "end": span.end, "type": mention.cls.value})
    return {"id": document.id, "triples": triples, "mentions": mentions}


def _end(chain: Chain) -> dict[str, object]:
    names = list(chain.names)
    if chain.cls is EntityClass.DATE and chain.value is not None:
        names += [value for value in (chain.value.start, chain.value.end) if value and value not in names]
    return {"names": names or [chain.event_type or chain.cls.value.lower()], "type": chain.cls.value}
