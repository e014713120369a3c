"""What is kept of the pair scores as the windows go by: links of coreference, facts that may be told, what the text commits itself to.

A text of 100,000 words has half a million pairs of mentions. Nearly all say nothing, and what says nothing is dropped at once, by
a bound that keeps every relation as it would be:

* Coreference of names is only ever asked whether it reaches LINK, that of events EVENT_LINK; what is below LEAST says nothing of what a
  nominal or pronoun means.
* A sentence tells a fact by the logsumexp of those pairs of its two chains that end in it. It is at most that of all pairs that end in
  it and may tell such a fact: where that stays below what the confidence `keep` needs, no two chains can make a relation there.
* Elsewhere a pair that is 25 below changes the pooled logit by less than exp(-25) = 1e-11.
* Chains are not known yet, but the class of a chain can differ from that of its mentions in few ways.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.extract.decode import sigmoid
from kg.extract.labels import CLASSES, COREFERENCE, FITS, PAIR_OUTPUTS, PREDICATES, STATUSES
from kg.extract.names import EVENT_LINK, LINK
from kg.extract.weights import LEAST
from kg.types import EntityClass

__all__ = ["Calibration", "PairScores"]

_SAME = PAIR_OUTPUTS.index(COREFERENCE)
_SLACK = 3.0  # a sentence cut by windows is judged in parts, up to exp(3) = 20 of them
_NEGLIGIBLE = 25.0
_LEAST_LINKS = np.array(
    [EVENT_LINK if cls is EntityClass.EVENT else LEAST for cls in CLASSES] + [LINK]
)  # the last: of names
# status → what the model must believe alone of an event's fact, alone of a standing fact (who leads, belongs, is where), and beside a cue.
# Swept on the folds of our corpus and news. Standing facts ask for more: in prose unlike our corpus the model took plain statements for
# plans, and at 0.5 KnowledgeNet's F1 was 0.31 and not 0.54 (November 2026)
_BELIEF = {
    "denied": (0.9, 0.9, 0.0),
    "alleged": (0.4, 0.9, 0.0),
    "planned": (0.5, 0.9, 0.1),
    "former": (0.5, 0.5, 0.2),
    "future": (0.9, 0.5, 0.2),
}
_STATUS_AT = [PAIR_OUTPUTS.index(name) for name in STATUSES]
_ALONE_EVENT, _ALONE, _SUPPORTED = (np.array([_BELIEF[name][k] for name in STATUSES]) for k in range(3))
_BITS = 1 << np.arange(3 * len(STATUSES), dtype=np.uint16)

Calibration = Mapping[str, tuple[float, float, float]]


def _possible() -> NDArray[np.bool_]:
    """(6 + 1, 6 + 1, predicates): whether a fact about chains of two mentions may fit; class 6 is a name, whose class may still change."""
    group, place, polity = EntityClass.GROUP, EntityClass.PLACE, EntityClass.POLITY
    may_be = [{cls, polity} if cls in (group, place) else {cls} for cls in CLASSES]
    may_be.append(set(CLASSES) - {EntityClass.DATE})
    return np.array(
        [[[bool(s & FITS[p][0]) and bool(o & FITS[p][1]) for p in PREDICATES] for o in may_be] for s in may_be]
    )


_POSSIBLE = _possible()


class PairScores:
    """The pairs of a text. Those that may tell something of relations of confidence `keep` or more are kept with their logits."""

    def __init__(self, calibration: Calibration, keep: float) -> None:
        self._need = np.array([_needed(calibration.get(p, (1.0, 0.0, 0.0)), keep) for p in PREDICATES])
        self.links: dict[tuple[int, int], float] = {}
        self._ends: list[NDArray[np.int32]] = []
        self._flags: list[NDArray[np.uint16]] = []
        self._told: list[NDArray[np.int32]] = []
        self._logits: list[NDArray[np.float32]] = []
        self._count = 0
        self._index: tuple[NDArray[np.int64], NDArray[np.int64]] | None = (
            None  # keys of all pairs in order, and their rows
        )

    def add(
        self,
        ends: NDArray[np.int64],
        logits: NDArray[np.float32],
        *,
        classes: NDArray[np.int64],
        at: NDArray[np.int64],
        near: NDArray[np.bool_],
    ) -> None:
        """Keep what matters of some pairs.

        ends (p, 2): subject and object mention; logits (p, outputs); classes (p, 2): as in CLASSES, names that are no dates have the class
        len(CLASSES); at (p,): the later sentence of the two; near (p,): whether they are near enough for a fact.
        """
        back = np.flatnonzero(ends[:, 0] > ends[:, 1])
        same = sigmoid(logits[back, _SAME]).astype(np.float64)
        linked = same >= _LEAST_LINKS[classes[back, 0]]
        pairs = ends[back[linked]].tolist()
        self.links.update(zip(map(tuple, pairs), same[linked].tolist(), strict=True))

        believed = sigmoid(logits[:, _STATUS_AT]).astype(np.float64)
        self._flags.append(np.hstack([believed >= bound for bound in (_ALONE_EVENT, _ALONE, _SUPPORTED)]) @ _BITS)
        self._ends.append(ends.astype(np.int32))

        rows = np.flatnonzero(near)
        if len(rows):
            x = np.where(_POSSIBLE[classes[rows, 0], classes[rows, 1]], logits[rows, : len(PREDICATES)], -np.inf)
            first = np.flatnonzero(np.diff(at[rows], prepend=-1))
            size = np.diff(first, append=len(rows))
            pooled = np.log(np.add.reduceat(np.exp(x.clip(max=80)), first, axis=0) + 1e-30)
            tells = pooled >= self._need - _SLACK
            predicate, row = np.nonzero((np.repeat(tells, size, axis=0) & (x >= self._need - _NEGLIGIBLE)).T)
            self._told.append(np.stack([rows[row] + self._count, predicate], axis=1).astype(np.int32))
            self._logits.append(x[row, predicate])
        self._count += len(ends)
        self._index = None

    def told(self) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
        """(predicate, subjects, objects, raw logits) of the pairs that may tell a fact, (n,) each, in the order they came in."""
        if not self._told:
            return
        ends, logits = np.concatenate(self._ends), np.concatenate(self._logits)
        row, of = np.concatenate(self._told).T
        for predicate in range(len(PREDICATES)):
            here = np.flatnonzero(of == predicate)
            if len(here):
                subjects, objects = ends[row[here]].T.astype(np.int64)
                yield predicate, subjects, objects, logits[here].astype(np.float64)

    def statuses(self, subject: int, obj: int, cues: frozenset[str], *, event: bool) -> set[str]:
        """What the text says of its commitment to a fact of two mentions; what the cues say where the pair was not asked about.

        event: whether the fact is one of an event.
        """
        row = self._row(subject, obj)
        if row is None:
            return set(cues)
        flags, n = int(self._flags[0][row]), len(STATUSES)
        alone, supported = flags if event else flags >> n, flags >> 2 * n
        return {name for k, name in enumerate(STATUSES) if alone >> k & 1 or (name in cues and supported >> k & 1)}

    def asked(self, subject: int, obj: int) -> bool:
        """Whether the network was asked about a pair."""
        return self._row(subject, obj) is not None

    def _row(self, subject: int, obj: int) -> int | None:
        if not self._count:
            return None
        if self._index is None:
            self._ends, self._flags = ([np.concatenate(self._ends)], [np.concatenate(self._flags)])
            keys = _key(*self._ends[0].T.astype(np.int64))
            order = np.argsort(keys)
            self._index = keys[order], order
        keys, order = self._index
        at = int(np.searchsorted(keys, key := _key(subject, obj)))
        return int(order[at]) if at < len(keys) and keys[at] == key else None


def _key(subject: Any, obj: Any) -> Any:
    """One number for a pair of mentions, or for each of many."""
    return (subject << 32) + obj


def _needed(calibration: tuple[float, float, float], keep: float) -> float:
    """The smallest raw logit that gives a predicate the confidence `keep`."""
    a, b, c = calibration
    if a <= 0 or keep <= 1e-9:
        return -math.inf
    return (math.log(keep / (1 - keep)) - b - max(c, 0.0)) / a if keep < 1 else math.inf
