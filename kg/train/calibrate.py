"""Raw scores → calibrated confidence, per predicate: Platt's sigmoid (Platt 1999) fitted on documents that training left out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.extract.extractor import ModelExtractor
from kg.types import Document, Extraction, Span

__all__ = ["expected_calibration_error", "fit_platt", "samples"]

Sample = tuple[float, bool, float, bool]  # raw logit, right?, weight, told across sentences?
NAMES = {"startDate": "occurredOn"}
OWN = "newsgraph"
PUBLIC = 0.25  # weight of a public corpus's sample: encyclopedic text, incomplete labels, but many of them
ENOUGH = 15  # wrong and right samples each; below, a predicate borrows the fit over all predicates


def document_of(record: Mapping[str, Any]) -> Document:
    """A corpus document as the extractor reads it, with the corpus's own sentences."""
    text = record["text"]
    return Document(
        id=record["id"],
        text=text,
        sentences=tuple(Span(a, b) for a, b in record["sents"] if b > a),
        paragraphs=(Span(0, len(text)),),
        published=date.fromisoformat(record["date"]) if record.get("date") else None,
    )


def samples(records: Sequence[Mapping[str, Any]], extractor: ModelExtractor) -> dict[str, list[Sample]]:
    """Predicate → a Sample of every fact that an uncalibrated extractor finds in annotated documents."""
    found: dict[str, list[Sample]] = defaultdict(list)
    for record in records:
        extraction = extractor.extract(document_of(record))
        for predicate, score, right, across in judged(record, extraction):
            p = min(max(score, 1e-4), 1 - 1e-4)
            found[predicate].append((math.log(p / (1 - p)), right, 1.0 if record["source"] == OWN else PUBLIC, across))
    return found


def judged(record: Mapping[str, Any], extraction: Extraction) -> list[tuple[str, float, bool, bool]]:
    """(predicate, score, right?, across sentences?) of each fact of an extraction that the annotation can judge."""
    gold_at = {(m["start"], m["end"]): m["cluster"] for m in record["mentions"]}
    for m in record["mentions"]:  # spans of nominals differ by a determiner
        gold_at.setdefault((-1, m["end"]), m["cluster"])
    scope = record["annotated"].get("predicates")
    # public corpora leave whole kinds of mentions out (triggers, nominals): what they do not mark, they do not judge
    partial = record["source"] != OWN
    gold: set[tuple[Any, str, Any]] = set()
    unknown: set[tuple[Any, str, Any]] = set()
    for s, p, o, info in record["triples"]:
        key = (s, NAMES.get(p, "occurredOn" if p == "endDate" else p), o)
        known = info.get("co") or info.get("evidence") or record["source"] == OWN
        (gold if known and not info.get("optional") else unknown).add(key)
    cluster_of: dict[int, Any] = {}
    for index, chain in enumerate(extraction.chains):
        spans = [extraction.mentions[m].span for m in chain.mentions]
        votes = Counter(c for s in spans if (c := gold_at.get((s.start, s.end), gold_at.get((-1, s.end)))) is not None)
        cluster_of[index] = votes.most_common(1)[0][0] if votes else None
    best: dict[tuple[int, str, int], tuple[float, bool]] = {}
    chain_of = extraction.chain_of()
    for r in extraction.relations:
        if r.predicate != "endDate":
            at = (chain_of[r.subject], NAMES.get(r.predicate, r.predicate), chain_of[r.object])
            across = not all(r.sentence.contains(extraction.mentions[m].span) for m in (r.subject, r.object))
            best[at] = max(best.get(at, (0.0, False)), (r.score, across))
    result = []
    for (s, p, o), (score, across) in best.items():
        key = (cluster_of[s], p, cluster_of[o])
        mirrored = (key[2], p, key[0])
        if (scope is not None and p not in scope) or key in unknown or (partial and None in key):
            continue
        result.append((p, score, key in gold or (p == "spouseOf" and mirrored in gold), across))
    return result


def fit_platt(data: Mapping[str, Sequence[Sample]]) -> dict[str, tuple[float, float, float]]:
    """Predicate → (a, b, c) of sigmoid(a · logit + b + c · across), by Newton's method with a weak pull towards the fit over all."""
    pooled = [sample for of in data.values() for sample in of]
    common = _newton(pooled, (1.0, 0.0, 0.0)) if pooled else (1.0, 0.0, 0.0)
    result = {}
    for predicate, of in sorted(data.items()):
        right = sum(r for _, r, _, _ in of)
        enough = min(right, len(of) - right) >= ENOUGH
        a, b, c = _newton(of, common) if enough else common
        result[predicate] = (round(a, 4), round(b, 4), round(c, 4))
    return result


def _newton(of: Sequence[Sample], prior: tuple[float, float, float]) -> tuple[float, float, float]:
    x = np.array([logit for logit, *_ in of])
    y = np.array([float(right) for _, right, _, _ in of])
    w = np.array([weight for _, _, weight, _ in of])
    across = np.array([float(a) for *_, a in of])
    design = np.stack([x, np.ones_like(x), across], axis=1)
    theta, centre, pull = np.array(prior), np.array(prior), 3.0

    def loss(theta: NDArray[np.float64]) -> float:
        z = design @ theta
        return float((w * (np.logaddexp(0, z) - y * z)).sum() + pull / 2 * ((theta - centre) ** 2).sum())

    for _ in range(50):
        p = np.exp(-np.logaddexp(0, -(design @ theta)))
        gradient = design.T @ (w * (p - y)) + pull * (theta - centre)
        hessian = (design * (w * p * (1 - p))[:, None]).T @ design + pull * np.eye(3)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while (
            loss(theta - size * step) > loss(theta) and size > 1e-4
        ):  # a full step may overshoot where p is near 0 or 1
            size /= 2
        theta = theta - size * step
        if np.abs(size * step).max() < 1e-6:
            break
    return max(float(theta[0]), 0.05), float(theta[1]), float(theta[2])


def expected_calibration_error(scores: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean distance of confidence and accuracy over equal-width bins, weighted by size (Naeini et al. 2015)."""
    error = 0.0
    for low in range(bins):
        inside = (scores >= low / bins) & ((scores < (low + 1) / bins) | (low == bins - 1))
        if inside.any():
            error += inside.mean() * abs(scores[inside].mean() - right[inside].mean())
    return float(error)
