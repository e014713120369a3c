"""Which mentions of a window are worth asking about together, and what the network says of each pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kg.extract.labels import CLASSES, FITS, KINDS, distance_bucket
from kg.extract.mentions import Found
from kg.extract.model import Model, Outputs
from kg.extract.windows import Window
from kg.types import EntityClass

__all__ = ["ANTECEDENTS", "NEAR", "may_corefer", "score_pairs"]

NEAR = 3  # sentences between the two ends of a fact; as in training
ANTECEDENTS = 40  # mentions looked back at; as in training


def score_pairs(
    model: Model, window: Window, outputs: Outputs, found: Sequence[Found], sentences: Sequence[int], fresh_from: int
) -> dict[tuple[int, int], NDArray[np.float32]]:
    """(subject mention, object mention) → logits of the pair, for the pairs whose later mention is found[fresh_from:].

    For coreference the later mention is the subject. sentences: index of each mention's sentence.
    """
    inside = [i for i in range(len(found)) if found[i].first >= window.start]
    pairs = [
        pair
        for position, j in enumerate(inside)
        if j >= fresh_from
        for back, i in enumerate(reversed(inside[:position]), 1)
        for pair in _worth_asking(found, i, j, abs(sentences[i] - sentences[j]) <= NEAR, back <= ANTECEDENTS)
    ]
    if not pairs:
        return {}
    local = {i: k for k, i in enumerate(inside)}
    spans = np.zeros((len(inside), outputs.states.shape[0]), dtype=np.float32)
    for i, k in local.items():
        a, b = found[i].first - window.start + 1, found[i].end - window.start + 1  # + 1: [CLS]
        spans[k, a:b] = 1 / (b - a)
    kinds = [CLASSES.index(found[i].mention.cls) * len(KINDS) + KINDS.index(found[i].mention.kind) for i in inside]
    gaps = [distance_bucket(found[j].first - found[i].first) for i, j in pairs]
    ends = np.array([(local[i], local[j]) for i, j in pairs], dtype=np.int64)
    logits = model.pairs(
        outputs, spans, np.array(kinds, dtype=np.int64), ends[:, 0], ends[:, 1], np.array(gaps, dtype=np.int64)
    )
    return dict(zip(pairs, logits, strict=True))


def _worth_asking(found: Sequence[Found], i: int, j: int, near: bool, recent: bool) -> list[tuple[int, int]]:
    """The pairs of an earlier mention i and a later one j."""
    a, b = found[i].mention.cls, found[j].mention.cls
    pairs = [(i, j)] if near and _fits(a, b) else []
    if (near and _fits(b, a)) or (recent and may_corefer(a, b)):
        pairs.append((j, i))
    return pairs


def _fits(subject: EntityClass, obj: EntityClass) -> bool:
    return any(subject in subjects and obj in objects for subjects, objects in FITS.values())


def may_corefer(a: EntityClass, b: EntityClass) -> bool:
    """Whether mentions of these classes may be the same thing: a polity is a group and a place too."""
    if EntityClass.DATE in (a, b):
        return False
    polity = EntityClass.POLITY
    return a is b or (polity in (a, b) and not {a, b}.isdisjoint({EntityClass.GROUP, EntityClass.PLACE}))
