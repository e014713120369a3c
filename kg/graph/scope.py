"""Which part of a graph somebody asks for: an entity, an article, the answer of a query, or all of it.

With provenance come the statements, the claims that speak of them, the passages they quote and the articles they come
from; without it, the facts alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from kg import vocab
from kg.errors import UnknownEntity
from kg.graph.store import GraphStore

__all__ = ["WHOLE", "Scope", "article_quads", "is_fact", "quads_in"]

_DEFAULT = DefaultGraph()
_DESCRIPTION = (vocab.rdf_type, vocab.rdfs_label, vocab.eventType)
_FACTS = frozenset(vocab.term(name) for name in vocab.PREDICATES)
_PASSAGES = (vocab.evidence, vocab.subjectMention, vocab.objectMention)
_RECORDS = frozenset({vocab.Article, vocab.Statement})
# what only articles and statements have in the default graph
_OF_RECORDS = frozenset({
    vocab.rdf_subject, vocab.rdf_predicate, vocab.rdf_object, vocab.asserted, vocab.confidence, vocab.phase,
    vocab.supportingArticles, vocab.disputingArticles, vocab.supportingSources, vocab.disputingSources,
    vocab.firstReported, vocab.lastReported, vocab.validFrom, vocab.validTo,
    vocab.dcterms_identifier, vocab.dcterms_title, vocab.schema_author, vocab.schema_datePublished,
    vocab.schema_inLanguage, vocab.schema_publisher, vocab.schema_url,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """What to take of a graph: one of these, or everything when none is given.

    `query` is a CONSTRUCT or DESCRIBE that the store runs itself; `triples` are the answer of one that ran elsewhere.
    """

    entity: NamedNode | None = None
    article: NamedNode | None = None
    query: str | None = None
    triples: tuple[Triple, ...] | None = None

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.entity, self.article, self.query, self.triples)) > 1:
            raise ValueError("a scope is one of entity, article, query and triples")

    @property
    def whole(self) -> bool:
        """Whether everything is meant."""
        return self == WHOLE


WHOLE = Scope()


def quads_in(store: GraphStore, scope: Scope, *, provenance: bool = True) -> set[Quad]:
    """The quads of a scope. Raises UnknownEntity when the graph says nothing of the entity or article."""
    if scope.entity is not None:
        return set(_entity(store, scope.entity, provenance=provenance))
    if scope.article is not None:
        return article_quads(store, scope.article, provenance=provenance)
    if scope.query is not None:
        answer = store.query(scope.query, "application/n-triples")
        return set(_answer(store, answer.triples(), provenance=provenance))
    if scope.triples is not None:
        return set(_answer(store, scope.triples, provenance=provenance))
    return {quad for quad in store.quads() if provenance or is_fact(quad)}


def is_fact(quad: Quad) -> bool:
    """Whether a quad belongs to the facts proper: no statement node, article header, claim, mention or judgement."""
    if not isinstance(quad.graph_name, DefaultGraph) or quad.predicate in _OF_RECORDS:
        return False
    return quad.predicate != vocab.rdf_type or quad.object not in _RECORDS


def article_quads(store: GraphStore, article: NamedNode, *, provenance: bool = True) -> set[Quad]:
    """An article's header and graph, its statements with their triples, and what the entities in it are.

    Without provenance: the asserted triples that it supports and the entities.
    """
    header = store.quads(article, None, None, _DEFAULT)
    own = store.quads(None, None, None, article)
    if not header and not own:
        raise UnknownEntity(f"the graph has no article {article}")
    about = (vocab.supports, vocab.disputes) if provenance else (vocab.supports,)
    statements = {quad.object for quad in own if quad.predicate in about and isinstance(quad.object, NamedNode)}
    entities = {quad.object for quad in own if quad.predicate == vocab.denotes and isinstance(quad.object, NamedNode)}
    found = set(header + own) if provenance else set()
    for statement in _sorted(statements):
        node = store.quads(statement, None, None, _DEFAULT)
        fact = _fact_of(store, node)
        entities |= _ends(node)
        found.update(fact)
        if provenance:
            found.update(node)
    return found | _described(store, entities)


def _entity(store: GraphStore, iri: NamedNode, *, provenance: bool) -> Iterator[Quad]:
    own = store.quads(iri, None, None, _DEFAULT)
    if not own:
        raise UnknownEntity(f"the graph has no entity {iri}")
    incoming = [quad for quad in store.quads(None, None, iri, _DEFAULT) if quad.predicate in _FACTS]
    yield from own
    yield from incoming
    ends = {quad.object for quad in own if quad.predicate in _FACTS} | {quad.subject for quad in incoming}
    neighbours = {end for end in ends if isinstance(end, NamedNode)}
    if provenance:
        statements = [
            quad.subject
            for end in (vocab.rdf_subject, vocab.rdf_object)
            for quad in store.quads(None, end, iri, _DEFAULT)
            if isinstance(quad.subject, NamedNode)
        ]
        for statement in statements:
            node = store.quads(statement, None, None, _DEFAULT)
            neighbours |= _ends(node)
            yield from node
        yield from _claims_about(store, statements)
        for mention in store.quads(None, vocab.denotes, iri):
            if isinstance(mention.subject, NamedNode) and isinstance(mention.graph_name, NamedNode):
                yield from store.quads(mention.subject, None, None, mention.graph_name)
    yield from _described(store, neighbours - {iri})


def _answer(store: GraphStore, triples: Iterable[Triple], *, provenance: bool) -> Iterator[Quad]:
    facts = []
    for triple in triples:
        yield Quad(triple.subject, triple.predicate, triple.object, _DEFAULT)
        if triple.predicate in _FACTS and isinstance(triple.subject, NamedNode):
            facts.append(triple)
    if not provenance:
        return
    statements = []
    for subject in dict.fromkeys(fact.subject for fact in facts):
        wanted = {(fact.predicate, fact.object) for fact in facts if fact.subject == subject}
        assert isinstance(subject, NamedNode)
        for link in store.quads(None, vocab.rdf_subject, subject, _DEFAULT):
            assert isinstance(link.subject, NamedNode)
            node = store.quads(link.subject, None, None, _DEFAULT)
            parts = {quad.predicate: quad.object for quad in node}
            if (parts.get(vocab.rdf_predicate), parts.get(vocab.rdf_object)) in wanted:
                statements.append(link.subject)
                yield from node
    yield from _claims_about(store, statements)


def _claims_about(store: GraphStore, statements: Iterable[NamedNode]) -> Iterator[Quad]:
    """Yield the claims about statements, what they quote, the runs that made them and the headers of their articles."""
    articles: set[NamedNode] = set()
    runs: set[tuple[NamedNode, NamedNode]] = set()
    for statement in statements:
        claims = [q for verb in (vocab.supports, vocab.disputes) for q in store.quads(None, verb, statement)]
        for link in claims:
            claim, graph = link.subject, link.graph_name
            if not isinstance(claim, NamedNode) or not isinstance(graph, NamedNode):
                continue
            articles.add(graph)
            for quad in store.quads(claim, None, None, graph):
                yield quad
                if quad.predicate in _PASSAGES and isinstance(quad.object, NamedNode):
                    yield from store.quads(quad.object, None, None, graph)
                elif quad.predicate == vocab.prov_wasGeneratedBy and isinstance(quad.object, NamedNode):
                    runs.add((quad.object, graph))
    for run, graph in runs:
        yield from store.quads(run, None, None, graph)
    for article in articles:
        yield from store.quads(article, None, None, _DEFAULT)


def _described(store: GraphStore, entities: Iterable[NamedNode]) -> set[Quad]:
    return {q for entity in entities for q in store.quads(entity, None, None, _DEFAULT) if q.predicate in _DESCRIPTION}


def _ends(node: Iterable[Quad]) -> set[NamedNode]:
    ends = (vocab.rdf_subject, vocab.rdf_object)
    return {quad.object for quad in node if quad.predicate in ends and isinstance(quad.object, NamedNode)}


def _fact_of(store: GraphStore, node: Iterable[Quad]) -> list[Quad]:
    """The triple of a statement, if the graph holds it."""
    parts = {quad.predicate: quad.object for quad in node}
    subject, predicate = parts.get(vocab.rdf_subject), parts.get(vocab.rdf_predicate)
    value = parts.get(vocab.rdf_object)
    whole = isinstance(subject, NamedNode) and isinstance(predicate, NamedNode)
    if whole and isinstance(value, NamedNode | Literal):
        return store.quads(subject, predicate, value, _DEFAULT)  # type: ignore[arg-type] # both were just checked
    return []


def _sorted(iris: Iterable[NamedNode]) -> list[NamedNode]:
    return sorted(iris, key=lambda iri: iri.value)
