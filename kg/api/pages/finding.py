"""What a search finds: things by their names, sentences, articles; and what may have been meant where nothing is called so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.api.pages.reading import choice
from kg.api.service import Service
from kg.catalogue import Marked
from kg.lookup import Passage
from kg.vocab import ENTITY_CLASSES

__all__ = ["finding_values", "highlighted"]

THINGS = 12
SENTENCES = 10
ARTICLES = 6
LONGEST = 400  # characters of what is asked


def finding_values(service: Service, query: Mapping[str, str]) -> dict[str, Any]:
    """What the template of a search is handed."""
    words = service.workspace.catalogue.words
    q, cls = query.get("q", "")[:LONGEST].strip(), choice(query, "type", ENTITY_CLASSES)
    things, things_total = words.entities(q, (cls,) if cls else ENTITY_CLASSES, limit=THINGS)
    sentences, sentences_total = words.sentences(q, limit=SENTENCES)
    articles, articles_total = words.articles(q, limit=ARTICLES)
    exact = any(not hit.similar for hit in things)
    return {
        "q": q,
        "type": cls,
        "things": [(hit, highlighted(hit.name)) for hit in things],
        "things_total": things_total,
        "sentences": [
            (
                service.article_iri(hit.article_id).value,
                Passage(hit.span.start, hit.span.end, hit.text.text),
                hit,
                highlighted(hit.snippet),
            )
            for hit in sentences
        ],
        "sentences_total": sentences_total,
        "articles": [(service.article_iri(hit.article_id).value, hit) for hit in articles],
        "articles_total": articles_total,
        "meant": [] if exact or not q else list(words.suggestions(q)),
    }


def highlighted(text: Marked) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it was looked for."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for span in text.highlights:
        pieces += [(text.text[at : span.start], False), (span.of(text.text), True)]
        at = span.end
    pieces.append((text.text[at:], False))
    return [piece for piece in pieces if piece[0]]
