"""What people type for an entity, an article or a statement → its IRI."""

from __future__ import annotations

from kg.catalogue import Catalogue
from kg.errors import UnknownEntity
from kg.graph.facts import article_iri
from kg.lookup.names import find_entity
from kg.lookup.versions import find_article

__all__ = ["find_reference"]


def find_reference(catalogue: Catalogue, base: str, kind: str, text: str) -> str:
    """The IRI of the entity, article or statement (`kind`) that `text` names: by IRI, `person/slug`, slug, id or name.

    An IRI need not be one that the workspace knows, so that asking about it finds nothing; that of an entity that was
    merged gives its successor's. Raises UnknownEntity, AmbiguousEntity.
    """
    if kind == "article":
        found = find_article(catalogue, base, text)
        if found is not None:
            return article_iri(base, found).value
        if "://" in text:
            return text
        raise UnknownEntity(f"there is no article {text}", hint="kg search finds articles by their sentences")
    if "://" in text:
        retired = catalogue.retired(text)
        return text if retired is None or retired.successor is None else retired.successor.value
    return (
        f"{base}statement/{text.removeprefix('statement/')}"
        if kind == "statement"
        else find_entity(catalogue, base, text)
    )
