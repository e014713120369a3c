"""Long text → overlapping windows of whole sentences, and offsets back again."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kg.extract.tokens import Pieces
from kg.types import Span

__all__ = ["CONTEXT", "WINDOW", "Window", "windows"]

WINDOW = 254  # pieces; 256 with [CLS] and [SEP]: the fastest length of those measured (128, 256, 512), November 2026
CONTEXT = 64  # pieces of the preceding sentences that a window repeats, so that "he" sees its name


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces [start, end) of a text, of which [fresh, end) have not been in a window before."""

    start: int
    fresh: int
    end: int


def windows(pieces: Pieces, sentences: Sequence[Span], *, size: int = WINDOW, context: int = CONTEXT) -> list[Window]:
    """The windows of a text, in order; together their fresh parts are all its pieces, each once.

    A window holds whole sentences where they fit; a sentence longer than a window is cut at `size` pieces.
    """
    if not len(pieces):
        return []
    edges = np.searchsorted(pieces.starts, [s.start for s in sentences[1:]]).tolist()
    bounds = [0, *(edge for edge in edges if edge > 0), len(pieces)]
    units: list[tuple[int, int]] = []
    for low, high in itertools.pairwise(bounds):
        while high - low > size:
            units.append((low, low + size))
            low += size
        if high > low:
            units.append((low, high))
    found: list[Window] = []
    first = 0
    while first < len(units):
        start = first
        # repeat what came before, as far as it leaves the window half free for what is new
        while (
            start > 0
            and units[first][0] - units[start - 1][0] <= context
            and units[first][1] - units[start - 1][0] <= size
        ):
            start -= 1
        last = first
        while last + 1 < len(units) and units[last + 1][1] - units[start][0] <= size:
            last += 1
        found.append(Window(units[start][0], units[first][0], units[last][1]))
        first = last + 1
    return found
