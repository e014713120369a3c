"""What belongs to the document about one IRI: what a client gets that dereferences it.

* an entity: its triples, those that point at it, the statements about it with their claims, and its neighbours' names
* an article: its header and its graph (claims, mentions, passages), with the statements that it speaks of
* a statement: its node, and the claims about it with their passages
* a claim: its triples, its passages, its statement
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import DefaultGraph, NamedNode, Triple

from kg import vocab
from kg.graph import GraphStore
from kg.graph.scope import Scope

__all__ = ["ENTITY_KINDS", "KINDS", "scope_of"]

ENTITY_KINDS = ("person", "group", "place", "polity", "event")
KINDS = (*ENTITY_KINDS, "article", "statement", "claim")
"""The first path segment of the IRIs that can be dereferenced."""


def scope_of(store: GraphStore, kind: str, iri: NamedNode) -> Scope | None:
    """The part of the graph that the document about an IRI of this kind holds; None when the graph knows no such thing.

    A scope of `triples` is complete as it is; the others are to be exported with provenance.
    """
    if kind == "claim":
        triples = tuple(_claim(store, iri))
        return Scope(triples=triples) if triples else None
    own = store.quads(iri, graph=DefaultGraph())
    if not own:
        return None
    if kind == "statement":
        return Scope(triples=(*(quad.triple for quad in own), *_ends(store, iri), *_claims(store, iri)))
    return Scope(article=iri) if kind == "article" else Scope(entity=iri)


def _claims(store: GraphStore, statement: NamedNode) -> Iterator[Triple]:
    for stance in (vocab.supports, vocab.disputes):
        for quad in store.quads(predicate=stance, object=statement):
            if isinstance(quad.subject, NamedNode):
                yield from _claim(store, quad.subject, with_statement=False)


def _claim(store: GraphStore, iri: NamedNode, *, with_statement: bool = True) -> Iterator[Triple]:
    passages = (vocab.evidence, vocab.subjectMention, vocab.objectMention)
    for quad in store.quads(iri):
        yield quad.triple
        if not isinstance(quad.object, NamedNode):
            continue
        if quad.predicate in passages:
            yield from (passage.triple for passage in store.quads(quad.object))
        elif with_statement and quad.predicate in (vocab.supports, vocab.disputes):
            yield from (part.triple for part in store.quads(quad.object, graph=DefaultGraph()))
            yield from _ends(store, quad.object)


def _ends(store: GraphStore, statement: NamedNode) -> Iterator[Triple]:
    """Yield the types and labels of a statement's ends."""
    for part in store.quads(statement, graph=DefaultGraph()):
        if part.predicate in (vocab.rdf_subject, vocab.rdf_object) and isinstance(part.object, NamedNode):
            for name in (vocab.rdf_type, vocab.rdfs_label):
                yield from (quad.triple for quad in store.quads(part.object, name, graph=DefaultGraph()))
