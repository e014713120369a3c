"""Which representation a client gets: `Accept` (RFC 9110, 12.5.1) against what a route offers, and file extensions.

offers = (Offer("text/turtle", "ttl"), …)      # the server's order of preference
choose("application/ld+json;q=0.9, */*;q=0.1", offers)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["BOOLEANS", "DOCUMENTS", "SOLUTIONS", "TRIPLES", "NotAcceptable", "Offer", "by_extension", "choose"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A media type that a route can answer in, its file extension, and other names that clients use for it."""

    media_type: str
    extension: str
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header; every text we write is UTF-8."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


HTML = Offer("text/html", "html", ("application/xhtml+xml",))
JSON_LD = Offer("application/ld+json", "jsonld", ("application/json",))
TURTLE = Offer("text/turtle", "ttl", ("application/x-turtle",))
N_TRIPLES = Offer("application/n-triples", "nt", ("text/plain",))
RDF_XML = Offer("application/rdf+xml", "rdf", ("application/xml", "text/xml"))

JSON = Offer("application/json", "json", ("application/ld+json", "text/json"))
JSON_RESULTS = Offer("application/sparql-results+json", "srj", ("application/json", "text/json"))
XML_RESULTS = Offer("application/sparql-results+xml", "srx", ("application/xml", "text/xml"))
CSV = Offer("text/csv", "csv")
TSV = Offer("text/tab-separated-values", "tsv")

SOLUTIONS = (JSON_RESULTS, XML_RESULTS, CSV, TSV)
BOOLEANS = SOLUTIONS
TRIPLES = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
DOCUMENTS = (JSON_LD, TURTLE, N_TRIPLES, RDF_XML, HTML)


class NotAcceptable(Exception):
    """None of the offers is acceptable to the client (406)."""

    def __init__(self, accept: str, offers: Sequence[Offer]) -> None:
        super().__init__(f"nothing here is {accept!r}; offered: {', '.join(o.media_type for o in offers)}")
        self.offers = tuple(offers)


def choose(accept: str | None, offers: Sequence[Offer]) -> Offer:
    """The offer that the client likes best, the earlier one among equals; raises NotAcceptable.

    An alias counts as the media type itself, but loses to it at the same quality.

    >>> choose("text/csv;q=0.5, application/json", SOLUTIONS).media_type
    'application/sparql-results+json'
    >>> choose(None, TRIPLES).media_type
    'text/turtle'
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = tuple(_ranges(accept))
    best = max(range(len(offers)), key=lambda i: (*_liking(offers[i], ranges), -i))
    if _liking(offers[best], ranges)[0] <= 0:
        raise NotAcceptable(accept, offers)
    return offers[best]


def by_extension(path: str, offers: Sequence[Offer]) -> tuple[str, Offer | None]:
    """A path without its extension, and the offer that the extension names; (path, None) when it names none.

    >>> by_extension("ana-diaz-1f2e3d4c.ttl", TRIPLES)[0]
    'ana-diaz-1f2e3d4c'
    """
    stem, dot, extension = path.rpartition(".")
    if dot and stem:
        extension = {"json": "jsonld"}.get(extension, extension)
        for offer in offers:
            if offer.extension == extension:
                return stem, offer
    return path, None


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """The media ranges of an Accept header with their qualities; what cannot be read is passed over."""
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
    best = (-1, 0.0)
    for media_range, quality in ranges:
        if media_range == offer.media_type:
            specificity = 3
        elif media_range in offer.aliases:
            specificity = 2
        elif media_range == f"{offer.media_type.partition('/')[0]}/*":
            specificity = 1
        elif media_range == "*/*":
            specificity = 0
        else:
            continue
        best = max(best, (specificity, quality))
    return best[1], best[0]
