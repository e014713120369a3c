"""Which representation a client gets: `Accept` (RFC 9110, 12.5.1) against what a route offers, and file extensions.

offers = (Offer("text/turtle", "ttl"), …)      # the server's order of preference
choose("application/ld+json;q=0.9, */*;q=0.1", offers)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg.graph.accept import SOLUTION_TYPES, TRIPLE_TYPES, media_ranges

__all__ = ["DOCUMENTS", "SOLUTIONS", "TRIPLES", "NotAcceptable", "Offer", "by_extension", "choose"]


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


def _results(media_type: str, extension: str) -> Offer:
    """What answers with rows or a boolean."""
    return Offer(media_type, extension, SOLUTION_TYPES[media_type])


def _rdf(media_type: str, extension: str) -> Offer:
    """What answers with triples."""
    return Offer(media_type, extension, TRIPLE_TYPES[media_type])


HTML = Offer("text/html", "html", ("application/xhtml+xml",))
JSON = Offer("application/json", "json", ("application/ld+json", "text/json"))

JSON_LD = _rdf("application/ld+json", "jsonld")
TURTLE = _rdf("text/turtle", "ttl")
N_TRIPLES = _rdf("application/n-triples", "nt")
RDF_XML = _rdf("application/rdf+xml", "rdf")

JSON_RESULTS = _results("application/sparql-results+json", "srj")
XML_RESULTS = _results("application/sparql-results+xml", "srx")
CSV = _results("text/csv", "csv")
TSV = _results("text/tab-separated-values", "tsv")

SOLUTIONS = (JSON_RESULTS, XML_RESULTS, CSV, TSV)
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
    ranges = tuple(media_ranges(accept))
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
