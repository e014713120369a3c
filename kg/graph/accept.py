"""Which media type an answer comes in: what a client accepts, against what the engine writes.

Whether a query yields rows, a boolean or triples is known only when it is parsed, in the worker: so both preferences
are settled beforehand, and the worker takes the one that fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

__all__ = ["SOLUTION_TYPES", "TRIPLE_TYPES", "Formats", "formats", "media_ranges"]

# Media type → other names that clients use for it; our order of preference.
SOLUTION_TYPES: dict[str, tuple[str, ...]] = {
    "application/sparql-results+json": ("application/json", "text/json"),
    "application/sparql-results+xml": ("application/xml", "text/xml"),
    "text/csv": (),
    "text/tab-separated-values": ("text/tsv",),
}
TRIPLE_TYPES: dict[str, tuple[str, ...]] = {
    "text/turtle": ("application/x-turtle",),
    "application/n-triples": ("text/plain",),
    "application/ld+json": ("application/json",),
    "application/rdf+xml": ("application/xml", "text/xml"),
    "application/n-quads": ("text/x-nquads",),
    "application/trig": ("application/x-trig",),
    "text/n3": ("text/rdf+n3",),
}


class Formats(NamedTuple):
    """The media types for rows or a boolean, and for triples; None where nothing the client accepts can carry them."""

    solutions: str | None
    triples: str | None


@lru_cache(maxsize=256)
def formats(accept: str | None = None) -> Formats:
    """What an `Accept` header (RFC 9110, 12.5.1) comes to; a single media type is one too, and None is anything.

    >>> formats("text/csv;q=0.5, application/xml")
    Formats(solutions='application/sparql-results+xml', triples='application/rdf+xml')
    >>> formats("text/csv").triples is None
    True
    """
    if accept is None or not accept.strip():
        accept = "*/*"
    ranges = tuple(media_ranges(accept))
    return Formats(_best(ranges, SOLUTION_TYPES), _best(ranges, TRIPLE_TYPES))


def media_ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Yield the media ranges of an Accept header with their qualities; what cannot be read is passed over."""
    for part in accept.split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = min(1.0, max(0.0, float(value)))
                except ValueError:
                    quality = 0.0
        if "/" in media_type:
            yield media_type, quality


def _best(ranges: tuple[tuple[str, float], ...], offers: dict[str, tuple[str, ...]]) -> str | None:
    """The offer liked best, the earlier of equals; the most specific range that covers an offer gives its quality."""

    def liking(offer: str) -> tuple[float, int]:
        names = {f"{offer.partition('/')[0]}/*": 1, "*/*": 0} | dict.fromkeys(offers[offer], 2) | {offer: 3}
        specificity, quality = max(
            ((names[name], quality) for name, quality in ranges if name in names), default=(0, 0)
        )
        return quality, specificity

    best = max(offers, key=liking)  # max() takes the first of equals
    return best if liking(best)[0] > 0 else None
