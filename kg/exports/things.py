"""A graph as the entities, statements and claims that it consists of, read by patterns: plain values for other formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from kg import vocab
from kg.graph import GraphStore
from kg.types import Modality

__all__ = ["ArticleHeader", "ClaimOf", "Entity", "Fact", "Things"]

_DEFAULT = DefaultGraph()
# the class that says most comes first: a polity is a group and a place too
_CLASSES = ("Polity", *(name for name in vocab.ENTITY_CLASSES if name != "Polity"))

Term = NamedNode | BlankNode | Literal | Triple
Node = dict[NamedNode, list[Term]]


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing with its most specific class, its names, and where it is; coordinates in decimal degrees, as written."""

    iri: NamedNode
    cls: str
    label: str
    altlabels: tuple[str, ...] = ()
    event_type: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    country: str | None = None
    """The ISO 3166-1 code of the country that it is, or lies in, as far as the gazetteer knows."""
    same_as: tuple[str, ...] = ()
    """The IRIs of other data sets that a person accepted as exact matches, sorted."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement: `object` is an entity, or a date. Counts are of articles, and of independent sources."""

    iri: NamedNode
    subject: NamedNode
    predicate: str
    object: NamedNode | Literal
    asserted: bool
    confidence: float | None
    phase: str | None
    supporting_articles: int
    supporting_sources: int
    disputing_articles: int
    disputing_sources: int
    first_reported: str | None
    last_reported: str | None
    valid_from: str | None
    valid_to: str | None


@dataclass(frozen=True, slots=True)
class ArticleHeader:
    """An article's metadata."""

    iri: NamedNode
    id: str
    title: str | None
    url: str | None
    publisher: str | None
    authors: tuple[str, ...]
    published: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class ClaimOf:
    """One article that supports or disputes a statement, with the sentence that does."""

    iri: NamedNode
    statement: NamedNode
    supports: bool
    article: NamedNode
    confidence: float
    modality: str
    phase: str | None
    attributed_to: str | None
    quote: str
    start: int
    end: int
    valid_from: str | None
    valid_to: str | None

    @property
    def asserts(self) -> bool:
        """Whether it is one of those for which the statement is asserted, whatever its confidence."""
        return self.supports and Modality(self.modality).commits


class Things:
    """Reads a store, in a stable order. The IRIs of all entities are held in memory, everything else is not."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store

    def entities(self) -> Iterator[Entity]:
        """Yield the entities, by class and IRI."""
        for cls in _CLASSES:
            for iri in self._of_class(vocab.term(cls)):
                entity = self.entity(iri)
                if entity is not None and entity.cls == cls:
                    yield entity

    def entity(self, iri: NamedNode) -> Entity | None:
        """The entity of an IRI; None when the graph has none, or does not name it."""
        node = self._node(iri)
        types = {vocab.local(term) for term in node.get(vocab.rdf_type, ()) if isinstance(term, NamedNode)}
        cls = next((name for name in _CLASSES if name in types), None)
        label = _least(node, vocab.rdfs_label)
        if cls is None or label is None:
            return None
        others = sorted({term.value for term in node.get(vocab.skos_altLabel, ()) if isinstance(term, Literal)})
        event_type = _least(node, vocab.eventType)
        return Entity(
            iri=iri,
            cls=cls,
            label=label,
            altlabels=tuple(others),
            event_type=event_type and vocab.local(NamedNode(event_type)),
            latitude=_least(node, vocab.wgs84_lat),
            longitude=_least(node, vocab.wgs84_long),
            country=_least(node, vocab.countryCode),
            same_as=tuple(
                sorted(term.value for term in node.get(vocab.skos_exactMatch, ()) if isinstance(term, NamedNode))
            ),
        )

    def facts(self) -> Iterator[Fact]:
        """Yield the statements, by subject; also those that are not asserted."""
        for entity in self.entities():
            yield from self.facts_of(entity.iri)

    def facts_of(self, subject: NamedNode) -> list[Fact]:
        """The statements about a subject, by predicate and object."""
        links = self._store.quads(None, vocab.rdf_subject, subject, _DEFAULT)
        found = (self.fact(link.subject) for link in links if isinstance(link.subject, NamedNode))
        return sorted(
            (fact for fact in found if fact is not None),
            key=lambda fact: (fact.predicate, fact.object.value, fact.iri.value),
        )

    def fact(self, iri: NamedNode) -> Fact | None:
        """The statement of an IRI."""
        node = self._node(iri)
        subject = next(iter(node.get(vocab.rdf_subject, ())), None)
        predicate = next(iter(node.get(vocab.rdf_predicate, ())), None)
        target = next(iter(node.get(vocab.rdf_object, ())), None)
        if not (
            isinstance(subject, NamedNode)
            and isinstance(predicate, NamedNode)
            and isinstance(target, NamedNode | Literal)
        ):
            return None
        confidence = _least(node, vocab.confidence)
        return Fact(
            iri=iri,
            subject=subject,
            predicate=vocab.local(predicate),
            object=target,
            asserted=_least(node, vocab.asserted) in ("true", "1"),
            confidence=None if confidence is None else float(confidence),
            phase=_least(node, vocab.phase),
            supporting_articles=_count(node, vocab.supportingArticles),
            supporting_sources=_count(node, vocab.supportingSources),
            disputing_articles=_count(node, vocab.disputingArticles),
            disputing_sources=_count(node, vocab.disputingSources),
            first_reported=_least(node, vocab.firstReported),
            last_reported=_least(node, vocab.lastReported),
            valid_from=_least(node, vocab.validFrom),
            valid_to=_least(node, vocab.validTo),
        )

    def is_end_of(self, iri: NamedNode, *predicates: str) -> bool:
        """Whether an asserted fact of one of these predicates points at an entity."""
        return any(self._store.quads(None, vocab.term(name), iri, _DEFAULT) for name in predicates)

    def claims_of(self, statement: NamedNode) -> list[ClaimOf]:
        """The claims about a statement: those that assert it first, the surest first."""
        links = [quad for verb in (vocab.supports, vocab.disputes) for quad in self._store.quads(None, verb, statement)]
        found = (self._claim(link) for link in links)
        return sorted(
            (claim for claim in found if claim is not None),
            key=lambda claim: (not claim.asserts, not claim.supports, -claim.confidence, claim.iri.value),
        )

    def article(self, iri: NamedNode) -> ArticleHeader:
        """The header of an article."""
        node = self._node(iri)
        return ArticleHeader(
            iri=iri,
            id=_least(node, vocab.dcterms_identifier) or iri.value,
            title=_least(node, vocab.dcterms_title),
            url=_least(node, vocab.schema_url),
            publisher=_least(node, vocab.schema_publisher),
            authors=tuple(
                sorted(term.value for term in node.get(vocab.schema_author, ()) if isinstance(term, Literal))
            ),
            published=_least(node, vocab.schema_datePublished),
            language=_least(node, vocab.schema_inLanguage),
        )

    def articles(self) -> Sequence[NamedNode]:
        """The IRIs of the articles."""
        return self._of_class(vocab.Article)

    def mentioned(self, article: NamedNode) -> dict[NamedNode, list[str]]:
        """Entity → the words by which an article names it, for the entities that it speaks of."""
        words: dict[NamedNode, set[str]] = {}
        for link in self._store.quads(None, vocab.denotes, None, article):
            assert isinstance(link.subject, NamedNode), "mentions have IRIs"
            mention = self._node(link.subject, article)
            exact = _least(mention, vocab.oa_exact)
            if isinstance(link.object, NamedNode) and exact and _least(mention, vocab.mentionKind) == "name":
                words.setdefault(link.object, set()).add(exact)
        return {iri: sorted(words[iri]) for iri in sorted(words, key=lambda iri: iri.value)}

    def _claim(self, link: Quad) -> ClaimOf | None:
        claim, graph = link.subject, link.graph_name
        if not isinstance(claim, NamedNode) or not isinstance(graph, NamedNode):
            return None
        node = self._node(claim, graph)
        passage = next((term for term in node.get(vocab.evidence, ()) if isinstance(term, NamedNode)), None)
        quoted = self._node(passage, graph) if passage is not None else {}
        assert isinstance(link.object, NamedNode), "a statement has an IRI"
        return ClaimOf(
            iri=claim,
            statement=link.object,
            supports=link.predicate == vocab.supports,
            article=graph,
            confidence=float(_least(node, vocab.confidence) or 0),
            modality=_least(node, vocab.modality) or "",
            phase=_least(node, vocab.phase),
            attributed_to=_least(node, vocab.attributedTo),
            quote=_least(quoted, vocab.oa_exact) or "",
            start=_count(quoted, vocab.oa_start),
            end=_count(quoted, vocab.oa_end),
            valid_from=_least(node, vocab.validFrom),
            valid_to=_least(node, vocab.validTo),
        )

    def _of_class(self, cls: NamedNode) -> list[NamedNode]:
        typed = self._store.quads(None, vocab.rdf_type, cls, _DEFAULT)
        return sorted((q.subject for q in typed if isinstance(q.subject, NamedNode)), key=lambda iri: iri.value)

    def _node(self, iri: NamedNode, graph: NamedNode | DefaultGraph = _DEFAULT) -> Node:
        node: Node = {}
        for quad in self._store.quads(iri, None, None, graph):
            node.setdefault(quad.predicate, []).append(quad.object)
        return node


def _least(node: Node, predicate: NamedNode) -> str | None:
    """The value of a property; the least of several, so that it is always the same one."""
    values = (term.value for term in node.get(predicate, ()) if isinstance(term, Literal | NamedNode))
    return min(values, default=None)


def _count(node: Node, predicate: NamedNode) -> int:
    return int(_least(node, predicate) or 0)
