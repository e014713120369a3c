"""The page that a visitor meets first: what the graph holds, and ways in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg import lookup, vocab
from kg.api.pages.reading import source_of, summary
from kg.api.service import Service
from kg.lookup import Relation

__all__ = ["described", "home_values", "most_spoken_of"]

ARTICLES = 8
REPORTED = 8
DISPUTED = 4
NAMES = 8
SPOKEN_OF = 16
NAMED = ("Group", "Person", "Place", "Polity")
TYPES = 16
TOLD = ("leads", "memberOf", "locatedIn", "partOf", "foundedBy")
"""What can be said in one line without more; of events the timeline tells."""


def home_values(service: Service) -> dict[str, Any]:
    """What the template of the first page is handed."""
    catalogue = service.workspace.catalogue
    outlines, counts = catalogue.outlines, service.counts()
    disputed, disputes = outlines.disputed(first=0, limit=DISPUTED)
    return {
        "counts": counts,
        "entities": sum(counts[name] for name in vocab.ENTITY_CLASSES),
        "articles": [
            (service.article_iri(row.id).value, row)
            for name in outlines.newest_articles(ARTICLES)
            if (row := catalogue.articles.row(name)) is not None
        ],
        "reported": described(service, outlines.most_reported(TOLD, REPORTED)),
        "disputed": described(service, disputed),
        "disputes": disputes,
        "ways": [(cls, _named(service, cls)[:NAMES]) for cls in NAMED],
        "types": outlines.event_types()[:TYPES],
    }


def described(service: Service, keys: Sequence[str], *, each: int = 2) -> list[Relation]:
    """The statements of these keys, each with its surest claims, one that disputes it among them."""
    return list(lookup.relations_called(source_of(service), keys, claims=each))


def most_spoken_of(service: Service, cls: str | None) -> list[tuple[str, str, int]]:
    """(IRI, label, articles) of the named entities, of a class or of all, that most articles speak of."""
    found = [one for name in ((cls,) if cls else NAMED) for one in _named(service, name)]
    return sorted(found, key=lambda one: -one[2])[:SPOKEN_OF]


def _named(service: Service, cls: str) -> list[tuple[str, str, int]]:
    """The same of one class, which the first page and the list of all show."""
    return summary(service, ("most mentioned", cls), lambda: _most_mentioned(service, cls))


def _most_mentioned(service: Service, cls: str) -> list[tuple[str, str, int]]:
    catalogue = service.workspace.catalogue
    found = []
    for iri, articles in catalogue.outlines.most_mentioned(cls, SPOKEN_OF):
        row = catalogue.entity(iri)
        if row is not None:
            found.append((iri, row.label, articles))
    return found
