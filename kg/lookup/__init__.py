"""Graph → what it says of one thing: its names, its relations, and the sentences that say so.

In comes a way to ask the graph (a live store, or workers on a snapshot) and an IRI; out come plain values, or the
triples of a document about the thing. Nothing here knows HTTP or the terminal: `kg show`, the REST routes and the pages
print it.
"""

from kg.lookup.documents import ENTITY_KINDS, KINDS, scope_of
from kg.lookup.models import Entity, Evidence, Passage, Relation
from kg.lookup.names import find_entity
from kg.lookup.relations import (
    Select,
    claims_of,
    count_relations,
    describe,
    labels_of,
    relations_in,
    relations_of,
    relations_where,
    statement,
)
from kg.lookup.versions import Reading, Version, find_article, text_of_version, versions_of

__all__ = [
    "ENTITY_KINDS",
    "KINDS",
    "Entity",
    "Evidence",
    "Passage",
    "Reading",
    "Relation",
    "Select",
    "Version",
    "claims_of",
    "count_relations",
    "describe",
    "find_article",
    "find_entity",
    "labels_of",
    "relations_in",
    "relations_of",
    "relations_where",
    "scope_of",
    "statement",
    "text_of_version",
    "versions_of",
]
