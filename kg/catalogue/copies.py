"""Which articles are copies of one another (wire copies, light edits), and so which are one source.

MinHash over runs of words (Broder 1997), with banding: an article is only compared with those that share a band. A paper
cuts what an agency sends, or adds to it, so what counts is how much of the shorter text the longer one has; but only of
texts of comparable length, because a round-up has many reports and makes them no copies of one another.
Every pair's answer depends on the two texts alone; a source is a connected set of copies, named after its least
publisher, so neither depends on the order of arrival.
"""

from __future__ import annotations

import re
import zlib
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["are_copies", "bands_of", "identity_of", "publisher_key", "signature"]

SHINGLE = 4  # words
SHORT = 50  # words: below, chance resemblance is likely, so only equal texts are copies
PERMUTATIONS, ROWS = (
    96,
    3,
)  # 32 bands: a pair alike at 0.6 shares one with p = 0.99, at 0.4 with 0.88, at 0.05 with 0.004
CONTAINED = (
    0.65  # of the runs of the shorter text; two reports of one event written apart stay under 0.15, but quote alike
)
LENGTHS = 0.5  # of the shorter text to the longer, in runs, at the least


def signature(text: str) -> bytes:
    """What is kept of a text to compare it: its minima and how many runs it has (little-endian uint32), or a hash of its
    words if few."""
    import numpy as np

    words = re.findall(r"\w+", text.casefold())
    if len(words) < SHORT:
        return zlib.crc32(" ".join(words).encode()).to_bytes(4, "little") + len(words).to_bytes(4, "little")
    runs = {zlib.crc32(" ".join(words[i : i + SHINGLE]).encode()) for i in range(len(words) - SHINGLE + 1)}
    hashes = np.fromiter(runs, dtype=np.uint64, count=len(runs))
    factors, offsets = _permutations()
    # 2^31 - 1 keeps products below 2^64: crc32 is first folded under it
    mixed = (factors[:, None] * (hashes % _PRIME)[None, :] + offsets[:, None]) % _PRIME
    return bytes(mixed.min(axis=1).astype("<u4")) + len(runs).to_bytes(4, "little")


def bands_of(signed: bytes) -> tuple[int, ...]:
    """The keys under which a signature is found; two texts without a common key are no copies."""
    size = 4 * ROWS
    if len(signed) < PERMUTATIONS * 4:
        return (zlib.crc32(signed, 1),)
    starts = range(0, PERMUTATIONS * 4, size)
    return tuple((at // size) << 32 | zlib.crc32(signed[at : at + size]) for at in starts)


def identity_of(signed: bytes) -> int:
    """The key under which equal signatures are found; it is none of `bands_of`."""
    return (PERMUTATIONS // ROWS + 1) << 32 | zlib.crc32(signed)


def are_copies(left: bytes, right: bytes) -> bool:
    """Whether two signatures are those of copies."""
    import numpy as np

    if len(left) != len(right) or len(left) < PERMUTATIONS * 4:
        return left == right
    minima = [np.frombuffer(side[:-4], dtype="<u4") for side in (left, right)]
    sizes = [int.from_bytes(side[-4:], "little") for side in (left, right)]
    alike = float((minima[0] == minima[1]).mean())
    shared = alike / (1 + alike) * sum(sizes)  # what both have, of a share of what either has
    return min(sizes) >= LENGTHS * max(sizes) and shared >= CONTAINED * min(sizes)


def publisher_key(article_id: str, publisher: str | None, url: str | None) -> str:
    """Who answers for an article: its publisher, else its site, else the article itself.

    >>> publisher_key("a", " The Harbour  Times", None), publisher_key("a", None, "https://www.example.org/x")
    ('the harbour times', 'example.org')
    >>> publisher_key("a", None, None)
    'article:a'
    """
    if publisher and publisher.strip():
        return " ".join(publisher.casefold().split())
    host = (urlsplit(url).hostname or "") if url else ""
    return host.removeprefix("www.") or f"article:{article_id}"


_PRIME = (1 << 31) - 1


@cache
def _permutations() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    import numpy as np

    # a fixed linear congruential sequence, not numpy's generators, whose streams may change between versions
    state, numbers = 20260131, []
    for _ in range(2 * PERMUTATIONS):
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        numbers.append((state >> 33) % (_PRIME - 1) + 1)
    values = np.array(numbers, dtype=np.uint64)
    return values[:PERMUTATIONS], values[PERMUTATIONS:]
