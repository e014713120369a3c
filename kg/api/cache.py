"""Answers given before, as bytes: what makes a repeated query cost nothing while the graph is unchanged."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Hashable

from kg.graph import Answer

__all__ = ["AnswerCache", "is_repeatable"]

LARGEST_SHARE = 4  # an answer larger than a quarter of the cache would drive the others out
CHANGING = re.compile(r"\b(?:rand|now|uuid|struuid|bnode)\s*\(", re.IGNORECASE)


class AnswerCache:
    """The most recently used answers, within `max_bytes`; its keys name the graph's version, so none goes stale."""

    def __init__(self, max_bytes: int) -> None:
        self._max = max_bytes
        self._size = 0
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = threading.Lock()
        self.hits = self.misses = 0

    @property
    def size(self) -> int:
        """The bytes of the answers kept."""
        return self._size

    @property
    def largest(self) -> int:
        """The bytes that one answer may have to be kept."""
        return self._max // LARGEST_SHARE

    def get(self, key: Hashable) -> Answer | None:
        """The answer kept under the key, or None, which counts as a miss."""
        if (answer := self.peek(key)) is None:
            self.missed()
        return answer

    def peek(self, key: Hashable, *, at_most: int | None = None) -> Answer | None:
        """The answer kept under the key, or None if there is none of so many bytes, which does not count."""
        with self._lock:
            answer = self._answers.get(key)
            if answer is None or (at_most is not None and len(answer.body) > at_most):
                return None
            self.hits += 1
            self._answers.move_to_end(key)
            return answer

    def missed(self) -> None:
        """Count an answer that was not there and had to be made."""
        with self._lock:
            self.misses += 1

    def put(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer, at the expense of those unused for longest."""
        if len(answer.body) > self.largest:
            return
        with self._lock:
            if (old := self._answers.pop(key, None)) is not None:
                self._size -= len(old.body)
            self._answers[key] = answer
            self._size += len(answer.body)
            while self._size > self._max:
                _, oldest = self._answers.popitem(last=False)
                self._size -= len(oldest.body)


def is_repeatable(query: str) -> bool:
    """Whether a query gives the same answer each time while the graph stands still.

    >>> is_repeatable("SELECT (NOW() AS ?now) {}")
    False
    """
    return CHANGING.search(query) is None
