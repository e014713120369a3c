"""What an extractor of others gives → the same, if it is true to the document and to the ontology."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kg import vocab
from kg.errors import ExtractorError, KgError
from kg.types import (
    Chain,
    Document,
    EntityClass,
    Extraction,
    Extractor,
    Mention,
    MentionKind,
    Modality,
    Phase,
    Relation,
    Span,
)

__all__ = ["Checked", "faults"]


class Checked:
    """An extractor whose every answer is checked; what goes wrong in it is an ExtractorError that names it.

    `model` names and versions it in the graph.
    """

    def __init__(self, inner: Extractor, *, name: str, model: str) -> None:
        self.inner = inner
        self._name = name
        self._model = model

    @property
    def model(self) -> str:
        """Name and version of the plug-in, and the model that it names."""
        return self._model

    def extract(self, document: Document) -> Extraction:
        """What the document says. Raises ExtractorError, or the KgError that the extractor raises on purpose."""
        try:
            found = self.inner.extract(document)
            fault = next(faults(document, found), None)
        except KgError:
            raise
        except Exception as error:
            raise ExtractorError(
                f"extractor {self._name}: failed on {document.id}: {type(error).__name__}: {error}",
                hint=f"tell whoever made {self._name}; without it: --extractor model",
            ) from error
        if fault is not None:
            raise ExtractorError(
                f"extractor {self._name}: wrong answer for {document.id}: {fault}",
                hint=f"tell whoever made {self._name}; without it: --extractor model",
            )
        return replace(found, document_id=document.id, model=self._model)


def faults(document: Document, extraction: object) -> Iterator[str]:
    """What is wrong with an extraction, in words; nothing when it may be kept."""
    if not isinstance(extraction, Extraction):
        yield f"{type(extraction).__name__} is no Extraction"
        return
    mentions, chains = extraction.mentions, extraction.chains
    for i, mention in enumerate(mentions):
        yield from (f"mention {i}: {what}" for what in _mention_faults(document, mention))
    owner: dict[int, int] = {}
    for c, chain in enumerate(chains):
        yield from (f"chain {c}: {what}" for what in _chain_faults(chain, len(mentions)))
        for m in chain.mentions:
            if owner.setdefault(m, c) != c:
                yield f"mention {m} is in chains {owner[m]} and {c}"
    for r, relation in enumerate(extraction.relations):
        yield from (f"relation {r}: {what}" for what in _relation_faults(document, extraction, owner, relation))


def _mention_faults(document: Document, mention: Mention) -> Iterator[str]:
    if mention.span.end > len(document.text):
        yield f"{mention.span} ends after the text, which has {len(document.text)} characters"
    yield from _kind_faults(mention.cls, EntityClass)
    yield from _kind_faults(mention.kind, MentionKind)
    yield from _score_faults(mention.score)
    yield from _type_faults(mention.event_type)


def _chain_faults(chain: Chain, mentions: int) -> Iterator[str]:
    if not chain.mentions or not all(0 <= m < mentions for m in chain.mentions):
        yield f"its mentions {chain.mentions} are not among the {mentions}"
    elif len(set(chain.mentions)) != len(chain.mentions):
        yield "a mention comes twice"
    yield from _kind_faults(chain.cls, EntityClass)
    if not chain.names or not all(map(_is_name, chain.names)):
        yield "it has no name"
    yield from _type_faults(chain.event_type)


def _relation_faults(
    document: Document, extraction: Extraction, owner: dict[int, int], relation: Relation
) -> Iterator[str]:
    ends = (relation.subject, relation.object)
    if any(end not in owner for end in ends):
        yield f"an end of it ({relation.subject} or {relation.object}) is in no chain"
        return
    subject, target = (extraction.chains[owner[end]] for end in ends)
    if relation.predicate not in vocab.PREDICATES:
        yield f"{relation.predicate!r} is no predicate of the ontology"
    elif not vocab.fits(subject.cls, relation.predicate, target.cls):
        yield f"{subject.cls} {relation.predicate} {target.cls} is outside the predicate's domain or range"
    if relation.sentence.end > len(document.text):
        yield f"{relation.sentence} ends after the text, which has {len(document.text)} characters"
    spans: list[Span] = [extraction.mentions[end].span for end in ends]
    if not any(relation.sentence.overlaps(span) for span in spans):
        yield "its sentence holds neither of its ends"
    yield from _kind_faults(relation.modality, Modality)
    yield from _kind_faults(relation.phase, Phase)
    yield from _score_faults(relation.score)


def _kind_faults(value: object, kind: type) -> Iterator[str]:
    if not isinstance(value, kind):
        yield f"{value!r} is no {kind.__name__}"


def _score_faults(score: object) -> Iterator[str]:
    if not isinstance(score, int | float) or not 0.0 <= score <= 1.0:  # false for nan too
        yield f"its score {score!r} is not in [0, 1]"


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _type_faults(event_type: str | None) -> Iterator[str]:
    if event_type is not None and event_type not in vocab.EVENT_TYPES:
        yield f"{event_type!r} is no event type of the ontology"
