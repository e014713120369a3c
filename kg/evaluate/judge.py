"""Facts with their confidence against an annotation: the ground of calibration, of thresholds and of how facts are qualified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.evaluate.metrics import ConllScore, Score, conll, set_score
from kg.extract.labels import predicate_of
from kg.types import Document, EntityClass, Extraction, Modality, Phase, Relation, Segment, Span

__all__ = [
    "OWN",
    "calibration_table",
    "document_of",
    "expected_calibration_error",
    "judged",
    "judged_relations",
    "score_coreference",
    "score_statuses",
]

OWN = "newsgraph"


def document_of(record: Mapping[str, Any]) -> Document:
    """A corpus document as the extractor reads it, with the corpus's own sentences."""
    text = record["text"]
    return Document(
        id=record["id"],
        text=text,
        sentences=tuple(Span(a, b) for a, b in record["sents"] if b > a),
        paragraphs=(Span(0, len(text)),),
        published=date.fromisoformat(record["date"]) if record.get("date") else None,
        segments=(Segment(0, 0, len(text)),),
    )


class _Aligned:
    """Chains of an extraction → clusters of an annotation, by the mentions that they share."""

    def __init__(self, record: Mapping[str, Any], extraction: Extraction) -> None:
        self._at = {(m["start"], m["end"]): m["cluster"] for m in record["mentions"]}
        for m in record["mentions"]:  # spans of nominals differ by a determiner
            self._at.setdefault((-1, m["end"]), m["cluster"])
        self.chain_of = extraction.chain_of()
        self.cluster: dict[int, str | None] = {}
        for index, chain in enumerate(extraction.chains):
            spans = [extraction.mentions[m].span for m in chain.mentions]
            votes = Counter(c for s in spans if (c := self.of(s)) is not None)
            self.cluster[index] = votes.most_common(1)[0][0] if votes else None

    def of(self, span: Span) -> str | None:
        """The cluster of a mention's span."""
        return self._at.get((span.start, span.end), self._at.get((-1, span.end)))

    def key(self, relation: Relation) -> tuple[str | None, str, str | None]:
        """A relation in terms of the annotation; both dates of an event are `occurredOn`."""
        return (
            self.cluster[self.chain_of[relation.subject]],
            predicate_of(relation.predicate),
            self.cluster[self.chain_of[relation.object]],
        )


def judged(record: Mapping[str, Any], extraction: Extraction) -> list[tuple[str, float, bool, bool]]:
    """(predicate, score, right?, across sentences?) of each fact of an extraction that the annotation can judge."""
    found = []
    for index, right in judged_relations(record, extraction):
        r = extraction.relations[index]
        across = not all(r.sentence.contains(extraction.mentions[m].span) for m in (r.subject, r.object))
        found.append((predicate_of(r.predicate), r.score, right, across))
    return found


def judged_relations(record: Mapping[str, Any], extraction: Extraction) -> list[tuple[int, bool]]:
    """(index of its surest relation, right?) of each fact of an extraction that the annotation can judge."""
    aligned = _Aligned(record, extraction)
    scope = record["annotated"].get("predicates")
    # public corpora leave whole kinds of mentions out (triggers, nominals): what they do not mark, they do not judge
    partial = record["source"] != OWN
    gold: set[tuple[Any, str, Any]] = set()
    unknown: set[tuple[Any, str, Any]] = set()
    for s, p, o, info in record["triples"]:
        known = info.get("co") or info.get("evidence") or record["source"] == OWN
        (gold if known and not info.get("optional") else unknown).add((s, predicate_of(p), o))
    best: dict[tuple[int, str, int], int] = {}
    for index, r in enumerate(extraction.relations):
        if r.predicate != "endDate":
            at = (aligned.chain_of[r.subject], predicate_of(r.predicate), aligned.chain_of[r.object])
            if at not in best or r.score > extraction.relations[best[at]].score:
                best[at] = index
    result = []
    for (_, p, _), index in best.items():
        key = aligned.key(extraction.relations[index])
        if (scope is not None and p not in scope) or key in unknown or (partial and None in key):
            continue
        result.append((index, key in gold or (p == "spouseOf" and key[::-1] in gold)))
    return result


def score_statuses(record: Mapping[str, Any], extraction: Extraction) -> dict[str, Score]:
    """Status ("denied", "alleged", "planned", "former", "attributed") → score, over facts found where the annotation has them."""
    aligned = _Aligned(record, extraction)
    told: dict[tuple[Any, str, Any, int], set[str]] = {}
    for s, p, o, info in record["triples"]:
        for sentence, flags in zip(info["evidence"], info["flags"], strict=True):
            told[s, predicate_of(p), o, sentence] = {"attributed" if f.startswith("by=") else f for f in flags}
    sentence_at = {tuple(span): i for i, span in enumerate(record["sents"])}
    names = ("denied", "alleged", "planned", "former", "attributed")
    gold: dict[str, set[Any]] = {name: set() for name in names}
    found: dict[str, set[Any]] = {name: set() for name in names}
    for r in extraction.relations:
        key = (*aligned.key(r), sentence_at.get((r.sentence.start, r.sentence.end), -1))
        if key not in told:
            continue
        for name in names:
            if name in told[key]:
                gold[name].add(key)
            if name in _statuses(r):
                found[name].add(key)
    return {name: set_score(gold[name], found[name]) for name in names}


def _statuses(relation: Relation) -> set[str]:
    found = set() if relation.supports else {"denied"}
    if relation.modality in (Modality.ALLEGED, Modality.PLANNED):
        found.add(relation.modality.value)
    if relation.phase is Phase.FORMER:
        found.add("former")
    return found | ({"attributed"} if relation.attributed_to else set())


def score_coreference(record: Mapping[str, Any], extraction: Extraction) -> ConllScore:
    """MUC, B³ and CEAFφ4 of one document with predicted mentions: people, groups, places, polities and events, not dates.

    A mention is its span. Single mentions count on both sides.
    """
    key: dict[str, set[tuple[int, int]]] = {}
    for m in record["mentions"]:
        if m["type"] not in ("Date", "Other"):
            key.setdefault(m["cluster"], set()).add((m["start"], m["end"]))
    response = [
        {(extraction.mentions[m].span.start, extraction.mentions[m].span.end) for m in chain.mentions}
        for chain in extraction.chains
        if chain.cls is not EntityClass.DATE
    ]
    return conll(list(key.values()), response)


def expected_calibration_error(scores: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean distance of confidence and accuracy over equal-width bins, weighted by size (Naeini et al. 2015)."""
    rows = calibration_table(scores, right, bins)
    return sum(n * abs(confidence - accuracy) for _, n, confidence, accuracy in rows) / max(len(scores), 1)


def calibration_table(
    scores: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10
) -> list[tuple[float, int, float, float]]:
    """(lower edge, facts, mean confidence, share right) of each bin that holds any: the reliability table."""
    found = []
    for low in range(bins):
        inside = (scores >= low / bins) & ((scores < (low + 1) / bins) | (low == bins - 1))
        if inside.any():
            found.append((low / bins, int(inside.sum()), float(scores[inside].mean()), float(right[inside].mean())))
    return found
