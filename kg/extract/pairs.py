"""Which mentions of a window are worth asking about together, and what the network says of each pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.extract.labels import CLASSES, FITS, KINDS, distance_bucket, may_corefer
from kg.extract.mentions import Found
from kg.extract.model import Model, Outputs
from kg.extract.scores import PairScores
from kg.extract.windows import Window
from kg.types import EntityClass, MentionKind

__all__ = ["ANTECEDENTS", "NEAR", "Inside", "score_pairs"]

NEAR = 2  # sentences between the two ends of a fact; as in training
ANTECEDENTS = 40  # mentions looked back at; as in training


def _fits(subject: EntityClass, obj: EntityClass) -> bool:
    return any(subject in subjects and obj in objects for subjects, objects in FITS.values())


_FITS, _MAY_COREFER = (np.array([[test(a, b) for b in CLASSES] for a in CLASSES]) for test in (_fits, may_corefer))
_CLASS_AT, _KIND_AT = ({x: k for k, x in enumerate(of)} for of in (CLASSES, KINDS))
_NAME, _DATE = _KIND_AT[MentionKind.NAME], _CLASS_AT[EntityClass.DATE]
_FARTHEST = 145  # pieces; farther ones share a bucket
_BUCKET = np.array([distance_bucket(d) for d in range(-_FARTHEST, _FARTHEST + 1)], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Inside:
    """The mentions inside a window, (m,) each: their index in the text, first and last piece + 1, class, kind and sentence.

    Those from `fresh` on are in no earlier window.
    """

    index: NDArray[np.int64]
    first: NDArray[np.int64]
    end: NDArray[np.int64]
    classes: NDArray[np.int64]
    kinds: NDArray[np.int64]
    sentences: NDArray[np.int64]
    fresh: int = 0

    @classmethod
    def of(cls, found: Sequence[Found], sentences: Sequence[int], index: int) -> Inside:
        """The mentions found in a window, the first of which is the text's mention `index`."""
        rows = [
            (index + k, f.first, f.end, _CLASS_AT[f.mention.cls], _KIND_AT[f.mention.kind], s)
            for k, (f, s) in enumerate(zip(found, sentences, strict=True))
        ]
        return cls(*np.array(rows, dtype=np.int64).reshape(-1, 6).T)

    def and_then(self, later: Inside, window: Window) -> Inside:
        """Those of this window that the next one repeats, with those that are fresh there."""
        repeated = self.first >= window.start
        columns = ("index", "first", "end", "classes", "kinds", "sentences")
        joined = {name: np.concatenate([getattr(self, name)[repeated], getattr(later, name)]) for name in columns}
        return Inside(**joined, fresh=int(repeated.sum()))


def score_pairs(model: Model, window: Window, outputs: Outputs, inside: Inside, scores: PairScores) -> None:
    """Ask the network about the pairs whose later mention is fresh in the window, and give what it says to `scores`.

    For coreference the later mention is the subject.
    """
    subjects, objects = _worth_asking(inside)
    if not len(subjects):
        return
    first, end = (inside.first[:, None] - window.start + 1, inside.end[:, None] - window.start + 1)  # + 1: [CLS]
    piece = np.arange(len(outputs.states))
    spans = (((piece >= first) & (piece < end)) / (end - first)).astype(np.float32)
    early, late = np.minimum(subjects, objects), np.maximum(subjects, objects)
    gaps = inside.first[objects] - inside.first[subjects]
    logits = model.pairs(
        outputs,
        spans,
        inside.classes * len(KINDS) + inside.kinds,
        subjects,
        objects,
        _BUCKET[np.clip(gaps, -_FARTHEST, _FARTHEST) + _FARTHEST],
    )
    at = inside.sentences
    classes = np.where((inside.kinds == _NAME) & (inside.classes != _DATE), len(CLASSES), inside.classes)
    scores.add(
        np.stack([inside.index[subjects], inside.index[objects]], axis=1),
        logits,
        classes=np.stack([classes[subjects], classes[objects]], axis=1),
        at=np.maximum(at[early], at[late]),
        near=np.abs(at[early] - at[late]) <= NEAR,
    )


def _worth_asking(inside: Inside) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(subject, object) of each pair, as indexes into `inside`; nearest antecedents first.

    A name is never joined to what is no name, so that is not asked.
    """
    m = len(inside.index)
    later, earlier = (np.arange(inside.fresh, m)[:, None], np.arange(m - 1, -1, -1)[None, :])
    a, b = inside.classes[earlier], inside.classes[later]
    before = earlier < later
    near = before & (np.abs(inside.sentences[earlier] - inside.sentences[later]) <= NEAR)
    recent = before & (later - earlier <= ANTECEDENTS) & _MAY_COREFER[a, b]
    recent &= (inside.kinds[later] != _NAME) | (inside.kinds[earlier] == _NAME)
    ask = np.stack([near & _FITS[a, b], (near & _FITS[b, a]) | recent], axis=-1)
    row, column, backwards = np.nonzero(ask)
    j, i = row + inside.fresh, m - 1 - column
    return np.where(backwards, j, i), np.where(backwards, i, j)
