"""Score arrays → spans. Pure numpy, testable without a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["best_tags", "sigmoid", "softmax", "spans_of", "words_of"]


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Elementwise probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), dtype=np.float32)


def words_of(first: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indexes of the pieces that begin a word, and the number of pieces at the end: word k is pieces [w[k], w[k + 1]).

    >>> words_of(np.array([True, False, True])).tolist()
    [0, 2, 3]
    """
    found: NDArray[np.int64] = np.append(np.flatnonzero(first), len(first)).astype(np.int64)
    return found


def best_tags(log_p: NDArray[np.float32], breaks: NDArray[np.bool_]) -> list[int]:
    """The likeliest sequence of BIO tags, one per word.

    log_p: (n, 1 + 2 C) log-probabilities, tag 0 is O, 1 + 2 c begins and 2 + 2 c continues class c. An I may only follow the B or I of
    its class, and never a break: breaks (n,) is True where a word begins a sentence.

    Sentences do not depend on each other, and where the likeliest tag of each word makes a legal sequence there is none better: only
    the other sentences are searched.
    """
    if not len(log_p):
        return []
    best = log_p.argmax(axis=1)
    begins = breaks.copy()
    begins[0] = True
    before = np.concatenate([[0], best[:-1]])
    before[begins] = 0
    illegal = (best > 0) & (best % 2 == 0) & (before != best) & (before != best - 1)
    if illegal.any():
        edges = np.append(np.flatnonzero(begins), len(log_p))
        for sentence in np.unique(np.searchsorted(edges, np.flatnonzero(illegal), side="right") - 1):
            at = slice(int(edges[sentence]), int(edges[sentence + 1]))
            best[at] = _search(log_p[at])
    found: list[int] = best.tolist()
    return found


def _search(log_p: NDArray[np.float32]) -> list[int]:
    """The likeliest legal tags of one sentence (Viterbi; Forney 1973)."""
    n, tags = log_p.shape
    begin, inside = np.arange(1, tags, 2), np.arange(2, tags, 2)
    score = log_p[0].astype(np.float64)
    score[inside] = -np.inf
    back = np.empty((n, tags), dtype=np.int64)
    for i in range(1, n):
        back[i] = score.argmax()
        back[i, inside] = np.where(score[inside] > score[begin], inside, begin)
        score = score[back[i]] + log_p[i]
    tag = int(score.argmax())
    found = [tag]
    for i in range(n - 1, 0, -1):
        tag = int(back[i, tag])
        found.append(tag)
    return found[::-1]


def spans_of(tags: Sequence[int]) -> list[tuple[int, int, int]]:
    """(first, end, class) of each run B I* in a tag sequence.

    >>> spans_of([1, 2, 0, 3, 1])
    [(0, 2, 0), (3, 4, 1), (4, 5, 0)]
    """
    found = []
    i = 0
    while i < len(tags):
        j = i + 1
        if tags[i]:
            cls = (tags[i] - 1) // 2
            while j < len(tags) and tags[j] == 2 * cls + 2:
                j += 1
            found.append((i, j, cls))
        i = j
    return found
