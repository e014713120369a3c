"""Words → the IRIs that `?x kg:search "words"` stands for."""

from __future__ import annotations

from pyoxigraph import NamedNode

from kg.catalogue import Catalogue
from kg.graph.facts import article_iri, selector_iri

__all__ = ["FOUND_OF_A_KIND", "found_by"]

FOUND_OF_A_KIND = 100


def found_by(catalogue: Catalogue, base: str, words: str) -> list[NamedNode]:
    """The best entities, articles and sentences for what a person typed, FOUND_OF_A_KIND of each at most.

    A sentence is the IRI of its passage, `<article#char=start,end>`, which is the `kg:evidence` of the claims in it. Names that
    are only spelt nearly alike are not among them: a query is to mean the same tomorrow.
    """
    entities, _ = catalogue.words.entities(words, limit=FOUND_OF_A_KIND, similar=False)
    articles, _ = catalogue.words.articles(words, limit=FOUND_OF_A_KIND)
    sentences, _ = catalogue.words.sentences(words, limit=FOUND_OF_A_KIND)
    return [
        *(hit.entity.iri for hit in entities),
        *(article_iri(base, hit.article_id) for hit in articles),
        *(selector_iri(article_iri(base, hit.article_id), hit.span) for hit in sentences),
    ]
