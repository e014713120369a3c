"""Which media type an answer comes in: what a client accepts (RFC 9110, 12.5.1), against what can be written.

The one list of what the engine writes; `kg.api.negotiation` offers from it. Whether a query yields rows, a boolean or
triples is known only when it is parsed, in the worker: so both preferences are settled beforehand by `formats`, and the
worker takes the one that fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

__all__ = ["SOLUTION_OFFERS", "TRIPLE_OFFERS", "Formats", "Offer", "best", "formats"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A media type that can be written, its file extension, and other names that clients use for it."""

    media_type: str
    extension: str
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header; every text we write is UTF-8."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


# in our order of preference
SOLUTION_OFFERS = (
    Offer("application/sparql-results+json", "srj", ("application/json", "text/json")),
    Offer("application/sparql-results+xml", "srx", ("application/xml", "text/xml")),
    Offer("text/csv", "csv"),
    Offer("text/tab-separated-values", "tsv", ("text/tsv",)),
)
TRIPLE_OFFERS = (
    Offer("text/turtle", "ttl", ("application/x-turtle",)),
    Offer("application/n-triples", "nt", ("text/plain",)),
    Offer("application/ld+json", "jsonld", ("application/json",)),
    Offer("application/rdf+xml", "rdf", ("application/xml", "text/xml")),
    Offer("application/n-quads", "nq", ("text/x-nquads",)),
    Offer("application/trig", "trig", ("application/x-trig",)),
    Offer("text/n3", "n3", ("text/rdf+n3",)),
)


class Formats(NamedTuple):
    """The media types for rows or a boolean, and for triples; None where nothing the client accepts can carry them."""

    solutions: str | None
    triples: str | None


@lru_cache(maxsize=256)
def formats(accept: str | None = None) -> Formats:
    """What an `Accept` header comes to; a single media type is one too, and None is anything.

    >>> formats("text/csv;q=0.5, application/xml")
    Formats(solutions='application/sparql-results+xml', triples='application/rdf+xml')
    >>> formats("text/csv").triples is None
    True
    """
    solutions, triples = best(accept, SOLUTION_OFFERS), best(accept, TRIPLE_OFFERS)
    return Formats(solutions.media_type if solutions else None, triples.media_type if triples else None)


def best(accept: str | None, offers: Sequence[Offer]) -> Offer | None:
    """The offer that a client likes best, the earlier one among equals; None when it likes none.

    An alias counts as the media type itself, but loses to it at the same quality.
    """
    if accept is None or not accept.strip():
        return offers[0]
    return _best(accept, tuple(offers))


@lru_cache(maxsize=256)
def _best(accept: str, offers: tuple[Offer, ...]) -> Offer | None:
    ranges = tuple(_media_ranges(accept))
    liked = max(offers, key=lambda offer: _liking(offer, ranges))  # max() takes the first of equals
    return liked if _liking(liked, ranges)[0] > 0 else None


def _media_ranges(accept: str) -> Iterator[tuple[str, float]]:
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


def _liking(offer: Offer, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """(quality, specificity) of the most specific range that covers it: 3 its type, 2 an alias, 1 type/*, 0 */*."""
    names = {f"{offer.media_type.partition('/')[0]}/*": 1, "*/*": 0}
    names |= dict.fromkeys(offer.aliases, 2) | {offer.media_type: 3}
    found = ((names[name], quality) for name, quality in ranges if name in names)
    specificity, quality = max(found, default=(0, 0.0))
    return quality, specificity
