"""Which representation a client gets: `Accept` (RFC 9110, 12.5.1) against what a route offers, and file extensions.

offers = (TURTLE, JSON_LD, …)      # the server's order of preference
choose("application/ld+json;q=0.9, */*;q=0.1", offers)
"""

from __future__ import annotations

from collections.abc import Sequence

from kg.graph.accept import SOLUTION_OFFERS, TRIPLE_OFFERS, Offer, best

__all__ = ["DOCUMENTS", "SOLUTIONS", "TRIPLES", "NotAcceptable", "Offer", "by_extension", "choose"]

HTML = Offer("text/html", "html", ("application/xhtml+xml",))
JSON = Offer("application/json", "json", ("application/ld+json", "text/json"))

_RDF = {offer.extension: offer for offer in TRIPLE_OFFERS}
TURTLE, JSON_LD, N_TRIPLES, RDF_XML = _RDF["ttl"], _RDF["jsonld"], _RDF["nt"], _RDF["rdf"]
JSON_RESULTS = SOLUTION_OFFERS[0]

SOLUTIONS = SOLUTION_OFFERS
TRIPLES = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
DOCUMENTS = (JSON_LD, TURTLE, N_TRIPLES, RDF_XML, HTML)


class NotAcceptable(Exception):
    """None of the offers is acceptable to the client (406)."""

    def __init__(self, accept: str, offers: Sequence[Offer]) -> None:
        super().__init__(f"nothing here is {accept!r}; offered: {', '.join(o.media_type for o in offers)}")
        self.offers = tuple(offers)


def choose(accept: str | None, offers: Sequence[Offer]) -> Offer:
    """The offer that the client likes best, the earlier one among equals; raises NotAcceptable.

    >>> choose("text/csv;q=0.5, application/json", SOLUTIONS).media_type
    'application/sparql-results+json'
    >>> choose(None, TRIPLES).media_type
    'text/turtle'
    """
    found = best(accept, offers)
    if found is None:
        raise NotAcceptable(accept or "", offers)
    return found


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
