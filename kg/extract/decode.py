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
    """The likeliest sequence of BIO tags (Viterbi; Forney 1973), one per word.

    log_p: (n, 1 + 2 C) log-probabilities, tag 0 is O, 1 + 2 c begins and 2 + 2 c continues class c. An I may only follow the B or I of
    its class, and never a break: breaks (n,) is True where a word begins a sentence.
    """
    n, tags = log_p.shape
    if not n:
        return []
    allowed = np.ones((tags, tags), dtype=bool)  # allowed[previous, next]
    for inside in range(2, tags, 2):
        allowed[:, inside] = False
        allowed[[inside - 1, inside], inside] = True
    penalty = np.where(allowed, 0.0, -np.inf)
    fresh = np.zeros(tags)
    fresh[2::2] = -np.inf
    score = log_p[0] + fresh
    back = np.zeros((n, tags), dtype=np.int64)
    for i in range(1, n):
        steps = score[:, None] + (np.broadcast_to(fresh, (tags, tags)) if breaks[i] else penalty)
        back[i] = steps.argmax(axis=0)
        score = steps[back[i], np.arange(tags)] + log_p[i]
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
