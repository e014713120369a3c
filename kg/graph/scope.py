"""Which part of a graph somebody asks for: an entity, an article, the answer of a query, a time, or all of it.

How much comes with it is its provenance: the facts alone; the statements with their counts; or everything: the claims
that speak of them, the passages they quote and the articles they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from kg import vocab
from kg.errors import UnknownEntity
from kg.graph.store import GraphStore

__all__ = ["WHOLE", "Provenance", "Scope", "is_in", "quads_in"]

_DEFAULT = DefaultGraph()
_DESCRIPTION = (
    vocab.rdf_type, vocab.rdfs_label, vocab.eventType, vocab.countryCode, vocab.wgs84_lat, vocab.wgs84_long,
)  # fmt: skip
_FACTS = frozenset(vocab.term(name) for name in vocab.PREDICATES)
_PASSAGES = (vocab.evidence, vocab.subjectMention, vocab.objectMention)
# what only statements, and what only articles, have in the default graph
_OF_STATEMENTS = frozenset({
    vocab.rdf_subject, vocab.rdf_predicate, vocab.rdf_object, vocab.asserted, vocab.confidence, vocab.phase,
    vocab.supportingArticles, vocab.disputingArticles, vocab.supportingSources, vocab.disputingSources,
    vocab.firstReported, vocab.lastReported, vocab.validFrom, vocab.validTo, vocab.prov_hadPrimarySource,
    vocab.firstCurrent, vocab.lastCurrent, vocab.reportedOver, NamedNode(f"{vocab.PROV}hadPrimarySource"),
})  # fmt: skip
_OF_ARTICLES = frozenset({
    vocab.dcterms_identifier, vocab.dcterms_title, vocab.schema_author, vocab.schema_datePublished,
    vocab.schema_inLanguage, vocab.schema_publisher, vocab.schema_url, vocab.copyOf,
})  # fmt: skip
_ENTITIES = frozenset(vocab.term(name) for name in vocab.ENTITY_CLASSES)


class Provenance(StrEnum):
    """How much of what stands behind the facts goes along."""

    NONE = "none"
    STATEMENTS = "statements"
    FULL = "full"

    @classmethod
    def of(cls, given: Provenance | str | bool) -> Provenance:
        """What was asked for; True means all of it, False nothing.

        >>> Provenance.of(False), Provenance.of("statements")
        (<Provenance.NONE: 'none'>, <Provenance.STATEMENTS: 'statements'>)
        """
        return cls(given) if isinstance(given, str) else cls.FULL if given else cls.NONE


@dataclass(frozen=True, slots=True)
class Scope:
    """What to take of a graph: one of these, or everything when none is given.

    entity: an entity with the facts about it; with a `depth` above 1 also those about its neighbours, and so on.
    article: what one article says. since, until: what the articles published in these days say, both included.
    query: a CONSTRUCT or DESCRIBE that the store runs itself; triples: the answer of one that ran elsewhere.
    rows: the IRIs in each row of a SELECT's answer: the things that they name and what is said between those of a row.
    """

    entity: NamedNode | None = None
    depth: int = 1
    article: NamedNode | None = None
    query: str | None = None
    triples: tuple[Triple, ...] | None = None
    rows: tuple[tuple[NamedNode, ...], ...] | None = None
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        parts = (self.entity, self.article, self.query, self.triples, self.rows, self.since or self.until)
        if sum(part is not None for part in parts) > 1:
            raise ValueError("a scope is one of entity, article, query, triples, rows and a time")
        if self.depth < 1:
            raise ValueError(f"a depth of {self.depth} is less than 1")

    @property
    def whole(self) -> bool:
        """Whether everything is meant."""
        return self == WHOLE


WHOLE = Scope()


def quads_in(store: GraphStore, scope: Scope, provenance: Provenance = Provenance.FULL) -> Iterator[Quad]:
    """Yield the quads of a scope, some more than once.

    Raises UnknownEntity, before the first one, when the graph says nothing of the entity or article.
    """
    if scope.entity is not None:
        return _around(store, scope.entity, scope.depth, provenance)
    if scope.article is not None:
        if not store.quads(scope.article, None, None, _DEFAULT) and not store.quads(graph=scope.article):
            raise UnknownEntity(f"the graph has no article {scope.article}")
        return _article(store, scope.article, provenance)
    if scope.query is not None:
        return _answer(store, store.query(scope.query, "application/n-triples").triples(), provenance)
    if scope.triples is not None:
        return _answer(store, scope.triples, provenance)
    if scope.rows is not None:
        return _named(store, scope.rows, provenance)
    if scope.since is not None or scope.until is not None:
        return _published(store, scope.since, scope.until, provenance)
    return (quad for quad in store.quads() if is_in(quad, provenance))


def is_in(quad: Quad, provenance: Provenance) -> bool:
    """Whether a quad belongs to so much provenance.

    The facts proper have no statement node, article header, claim, mention or judgement; with the statements come these.
    """
    if provenance is Provenance.FULL:
        return True
    if not isinstance(quad.graph_name, DefaultGraph) or quad.predicate in _OF_ARTICLES:
        return False
    is_type = quad.predicate == vocab.rdf_type
    if provenance is Provenance.STATEMENTS:
        return not (is_type and quad.object == vocab.Article)
    return quad.predicate not in _OF_STATEMENTS and not (is_type and quad.object in (vocab.Article, vocab.Statement))


def _article(store: GraphStore, article: NamedNode, provenance: Provenance) -> Iterator[Quad]:
    """Yield an article's header and graph, its statements with their triples, and what the entities in it are.

    Without provenance: the asserted triples that it supports and the entities.
    """
    own = store.quads(None, None, None, article)
    if provenance is Provenance.FULL:
        yield from store.quads(article, None, None, _DEFAULT)
        yield from own
    about = (vocab.supports,) if provenance is Provenance.NONE else (vocab.supports, vocab.disputes)
    statements = {quad.object for quad in own if quad.predicate in about and isinstance(quad.object, NamedNode)}
    entities = {quad.object for quad in own if quad.predicate == vocab.denotes and isinstance(quad.object, NamedNode)}
    for statement in _sorted(statements):
        node = store.quads(statement, None, None, _DEFAULT)
        entities |= _ends(node)
        yield from _fact_of(store, node)
        if provenance is not Provenance.NONE:
            yield from node
    yield from _described(store, entities)


def _published(store: GraphStore, since: date | None, until: date | None, provenance: Provenance) -> Iterator[Quad]:
    """Yield what the articles of some days say. One without a day belongs to no time."""
    first, last = since.isoformat() if since else "", until.isoformat() if until else "9999"
    for header in store.quads(None, vocab.schema_datePublished, None, _DEFAULT):
        if isinstance(header.object, Literal) and first <= header.object.value <= last:
            assert isinstance(header.subject, NamedNode), "articles have IRIs"
            yield from _article(store, header.subject, provenance)


def _around(store: GraphStore, iri: NamedNode, depth: int, provenance: Provenance) -> Iterator[Quad]:
    """Yield what is said of an entity, and of what lies fewer than `depth` facts away from it."""
    if not store.quads(iri, None, None, _DEFAULT):
        raise UnknownEntity(f"the graph has no entity {iri}")
    return _ring_by_ring(store, iri, depth, provenance)


def _ring_by_ring(store: GraphStore, iri: NamedNode, depth: int, provenance: Provenance) -> Iterator[Quad]:
    known, ring = {iri}, [iri]
    for _ in range(depth):
        outer: set[NamedNode] = set()
        for entity in ring:
            yield from _entity(store, entity, provenance, outer)
        ring = _sorted(outer - known)
        known |= outer
    yield from _described(store, ring)


def _entity(store: GraphStore, iri: NamedNode, provenance: Provenance, neighbours: set[NamedNode]) -> Iterator[Quad]:
    """Yield what is said of an entity, adding the other ends to `neighbours`."""
    own = store.quads(iri, None, None, _DEFAULT)
    incoming = [quad for quad in store.quads(None, None, iri, _DEFAULT) if quad.predicate in _FACTS]
    yield from own
    yield from incoming
    ends = {quad.object for quad in own if quad.predicate in _FACTS} | {quad.subject for quad in incoming}
    neighbours.update(end for end in ends if isinstance(end, NamedNode))
    if provenance is Provenance.NONE:
        return
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
    if provenance is Provenance.FULL:
        yield from _claims_about(store, statements)
        for mention in store.quads(None, vocab.denotes, iri):
            if isinstance(mention.subject, NamedNode) and isinstance(mention.graph_name, NamedNode):
                yield from store.quads(mention.subject, None, None, mention.graph_name)


def _answer(store: GraphStore, triples: Iterable[Triple], provenance: Provenance) -> Iterator[Quad]:
    facts = []
    for triple in triples:
        yield Quad(triple.subject, triple.predicate, triple.object, _DEFAULT)
        if triple.predicate in _FACTS and isinstance(triple.subject, NamedNode):
            facts.append(triple)
    if provenance is not Provenance.NONE:
        yield from _stated(store, facts, provenance)


def _named(store: GraphStore, rows: Iterable[tuple[NamedNode, ...]], provenance: Provenance) -> Iterator[Quad]:
    """Yield what rows name: entities, statements (also by their claims), and what is said between the things of a row."""
    entities: dict[NamedNode, bool] = {}
    statements: dict[NamedNode, None] = {}
    claims: list[Quad] = []
    pairs: dict[NamedNode, set[NamedNode]] = {}
    for row in rows:
        for iri in row:
            if iri not in entities:
                types = {quad.object for quad in store.quads(iri, vocab.rdf_type)}
                entities[iri] = not _ENTITIES.isdisjoint(types)
                if vocab.Statement in types:
                    statements[iri] = None
                elif vocab.Claim in types:
                    claims += (q for verb in (vocab.supports, vocab.disputes) for q in store.quads(iri, verb))
        things = {iri for iri in row if entities[iri]}
        for thing in things:
            pairs.setdefault(thing, set()).update(things - {thing})
    statements.update((claim.object, None) for claim in claims if isinstance(claim.object, NamedNode))
    for subject, others in pairs.items():
        for link in store.quads(None, vocab.rdf_subject, subject, _DEFAULT):
            assert isinstance(link.subject, NamedNode), "statements have IRIs"
            if _ends(store.quads(link.subject, vocab.rdf_object, None, _DEFAULT)) & others:
                statements[link.subject] = None
    ends: set[NamedNode] = set()
    for statement in statements:
        node = store.quads(statement, None, None, _DEFAULT)
        ends |= _ends(node)
        yield from _fact_of(store, node)
        if provenance is not Provenance.NONE:
            yield from node
    if provenance is Provenance.FULL:
        yield from _claims_about(store, statements)
    yield from _described(store, ends)
    for iri, is_entity in entities.items():
        if is_entity:
            yield from (q for q in store.quads(iri, None, None, _DEFAULT) if q.predicate not in _FACTS)


def _stated(store: GraphStore, facts: Iterable[Triple], provenance: Provenance) -> Iterator[Quad]:
    """Yield the statements of some facts and what their ends are, with the claims if these are wanted."""
    wanted: dict[NamedNode, set[tuple[object, object]]] = {}
    for fact in facts:
        assert isinstance(fact.subject, NamedNode), "facts are about things with IRIs"
        wanted.setdefault(fact.subject, set()).add((fact.predicate, fact.object))
    statements: list[NamedNode] = []
    ends: set[NamedNode] = set()
    for subject, said in wanted.items():
        for link in store.quads(None, vocab.rdf_subject, subject, _DEFAULT):
            assert isinstance(link.subject, NamedNode), "statements have IRIs"
            node = store.quads(link.subject, None, None, _DEFAULT)
            parts = {quad.predicate: quad.object for quad in node}
            if (parts.get(vocab.rdf_predicate), parts.get(vocab.rdf_object)) in said:
                statements.append(link.subject)
                ends |= _ends(node)
                yield from node
    yield from _described(store, ends)
    if provenance is Provenance.FULL:
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
