"""Documents, entities, statements and claims → triples, and the one SPARQL update that commits an article.

The default graph holds entities, article headers, statements and the triples of those that are asserted; the graph
named by an article's IRI holds its claims and mentions. There are no blank nodes: a quoted passage is the IRI
`<article#char=start,end>` (RFC 5147), in code points of the clean text. Numbers and dates are RDF 1.1 literals.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import quote

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kg import vocab
from kg.graph.oxigraph import insert_data
from kg.graph.store import GraphStore
from kg.types import (
    Claim,
    DateValue,
    Document,
    EntityState,
    Extraction,
    MentionKind,
    Span,
    Statement,
    StatementState,
)

__all__ = [
    "ArticleState",
    "article_graph",
    "article_iri",
    "article_state",
    "claim_iri",
    "commit_in_steps",
    "commit_update",
    "entity_triples",
    "header_triples",
    "judgements_graph",
    "normalised",
    "ontology_graph",
    "run_iri",
    "selector_iri",
    "statement_iri",
    "statement_triples",
]

VALUES_PER_DELETE = 1_000
"""A Virtuoso takes 2,000 values in one operation and fails at 5,000 (measured, 7.2.5); others don't mind the limit."""

# 64 bits: two among ten million statements collide with a probability of 3 in a million
_HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class ArticleState:
    """All that is said of one article: its header (default graph) and its own graph; both are empty when it is gone."""

    iri: NamedNode
    header: tuple[Triple, ...] = ()
    graph: tuple[Triple, ...] = ()


def article_iri(base: str, article_id: str) -> NamedNode:
    """The IRI of an article and of its graph; the id can be read back from it by percent-decoding.

    Slashes stay where paths are meant; an id with empty or dot segments, as a URL has, is encoded whole, since clients
    and proxies rewrite such paths.

    >>> article_iri("http://localhost:8000/", "wire/2.txt").value
    'http://localhost:8000/article/wire/2.txt'
    >>> article_iri("http://localhost:8000/", "https://e.org/a").value
    'http://localhost:8000/article/https%3A%2F%2Fe.org%2Fa'
    """
    plain = all(segment not in ("", ".", "..") for segment in article_id.split("/"))
    encoded = quote(article_id, safe="/" if plain else "")
    return NamedNode(f"{base}article/{encoded}")


def claim_iri(
    base: str, article_id: str, predicate: str, sentence: Span, subject_span: Span, object_span: Span
) -> NamedNode:
    """The IRI of a claim: it hangs on the article and its words, never on what they were resolved to."""
    spans = (f"{span.start},{span.end}" for span in (sentence, subject_span, object_span))
    return NamedNode(f"{base}claim/{_digest(article_id, predicate, *spans)}")


def statement_iri(base: str, statement: Statement) -> NamedNode:
    """The IRI of a statement: a hash of its terms as the store keeps them, so that 1.50 and 1.5 are one object."""
    value = statement.object
    terms = (statement.subject, statement.predicate, normalised(value) if isinstance(value, Literal) else value)
    return NamedNode(f"{base}statement/{_digest(*map(str, terms))}")


def selector_iri(article: NamedNode, span: Span) -> NamedNode:
    """The IRI of a passage of an article's clean text.

    >>> selector_iri(NamedNode("http://localhost:8000/article/a"), Span(3, 9)).value
    'http://localhost:8000/article/a#char=3,9'
    """
    return NamedNode(f"{article.value}#char={span.start},{span.end}")


def run_iri(base: str, model: str) -> NamedNode:
    """The IRI of the runs of one model in one version."""
    return NamedNode(f"{base}run/{quote(model, safe='')}")


def ontology_graph(base: str) -> NamedNode:
    """The graph that holds the ontology."""
    return NamedNode(f"{base}graph/ontology")


def judgements_graph(base: str) -> NamedNode:
    """The graph that shows people's judgements."""
    return NamedNode(f"{base}graph/judgements")


@lru_cache(maxsize=4096)
def normalised(literal: Literal) -> Literal:
    """The literal as Oxigraph keeps it, which may write a number otherwise.

    >>> normalised(Literal("01", datatype=vocab.xsd_integer)).value
    '1'
    """
    store = Store()  # in memory: asking the engine is the only way to know
    store.add(Quad(vocab.Statement, vocab.rdf_object, literal))
    kept = next(iter(store)).object
    assert isinstance(kept, Literal)
    return kept


def entity_triples(state: EntityState) -> Iterator[Triple]:
    """Yield what the default graph says of an entity itself: its classes (all that it has), names, type and extras."""
    for cls in vocab.super_classes(state.cls):
        yield Triple(state.iri, vocab.rdf_type, cls)
    yield Triple(state.iri, vocab.rdfs_label, Literal(state.label, language=state.language))
    for name in state.altlabels:
        yield Triple(state.iri, vocab.skos_altLabel, Literal(name, language=state.language))
    if state.event_type is not None:
        yield Triple(state.iri, vocab.eventType, vocab.term(state.event_type))
    for predicate, value in state.extra:
        yield Triple(state.iri, predicate, value)


def statement_triples(state: StatementState) -> Iterator[Triple]:
    """Yield a statement's node with its counts and, if it is asserted, the triple itself."""
    iri, said = state.iri, state.statement
    if state.asserted:
        yield Triple(said.subject, said.predicate, said.object)
    yield Triple(iri, vocab.rdf_type, vocab.Statement)
    yield Triple(iri, vocab.rdf_subject, said.subject)
    yield Triple(iri, vocab.rdf_predicate, said.predicate)
    yield Triple(iri, vocab.rdf_object, said.object)
    yield Triple(iri, vocab.asserted, Literal(state.asserted))
    yield Triple(iri, vocab.supportingArticles, Literal(state.supporting_articles))
    yield Triple(iri, vocab.disputingArticles, Literal(state.disputing_articles))
    yield Triple(iri, vocab.supportingSources, Literal(state.supporting_sources))
    yield Triple(iri, vocab.disputingSources, Literal(state.disputing_sources))
    yield Triple(iri, vocab.phase, Literal(state.phase.value))
    if state.confidence is not None:
        yield Triple(iri, vocab.confidence, _decimal(state.confidence))
    days = (
        (vocab.firstReported, state.first_reported),
        (vocab.lastReported, state.last_reported),
        (vocab.firstCurrent, state.first_current),
        (vocab.lastCurrent, state.last_current),
        (vocab.reportedOver, state.reported_over),
    )
    for predicate, day in days:
        if day is not None:
            yield Triple(iri, predicate, _day(day))
    yield from _validity(iri, state.valid_from, state.valid_to)
    if state.known:
        yield Triple(iri, vocab.prov_hadPrimarySource, vocab.gazetteer)


def header_triples(
    document: Document, iri: NamedNode, *, digest: str | None = None, copy_of: NamedNode | None = None
) -> Iterator[Triple]:
    """Yield an article's header: type, id, title, URL, publisher, authors, day, language, hash, and of what it is a copy."""
    yield Triple(iri, vocab.rdf_type, vocab.Article)
    yield Triple(iri, vocab.dcterms_identifier, Literal(document.id))
    yield Triple(iri, vocab.schema_inLanguage, Literal(document.language))
    if document.title:
        yield Triple(iri, vocab.dcterms_title, Literal(document.title, language=document.language))
    if document.url:
        yield Triple(iri, vocab.schema_url, _url(document.url))
    if document.publisher:
        yield Triple(iri, vocab.schema_publisher, Literal(document.publisher))
    for author in document.authors:
        yield Triple(iri, vocab.schema_author, Literal(author))
    if document.published is not None:
        yield Triple(iri, vocab.schema_datePublished, _day(document.published))
    if digest is not None:
        yield Triple(iri, vocab.digest, Literal(digest))
    if copy_of is not None:
        yield Triple(iri, vocab.copyOf, copy_of)


def article_graph(
    document: Document,
    extraction: Extraction,
    claims: Iterable[Claim],
    entities: Mapping[int, NamedNode],
    *,
    base: str,
) -> list[Triple]:
    """The triples of an article's own graph: its claims, the passages they quote, its mentions and the run.

    `entities` maps indexes of the extraction's chains to what they were resolved to; a chain that is not in it (a date)
    leaves no mentions. Pronouns are kept only where a claim rests on one: they would double the graph and say nothing
    that the catalogue does not.
    """
    article = article_iri(base, document.id)
    run = run_iri(base, extraction.model)
    spans: set[Span] = set()
    triples = [Triple(run, vocab.rdf_type, vocab.Run), Triple(run, vocab.model, Literal(extraction.model))]
    for claim in claims:
        spans |= {claim.sentence, claim.subject_span, claim.object_span}
        triples += _claim(claim, statement_iri(base, claim.statement), article, run)
    mentioned: set[Span] = set()
    for chain, entity in entities.items():
        for mention in (extraction.mentions[index] for index in extraction.chains[chain].mentions):
            if mention.kind is not MentionKind.PRONOUN or mention.span in spans:
                mentioned.add(mention.span)
                triples += _mention(selector_iri(article, mention.span), entity, mention.kind)
    for span in sorted(spans | mentioned):
        triples += _passage(selector_iri(article, span), span, document.text, typed=span in mentioned)
    return triples


def article_state(
    document: Document,
    extraction: Extraction,
    claims: Iterable[Claim],
    entities: Mapping[int, NamedNode],
    *,
    base: str,
    digest: str | None = None,
    copy_of: str | None = None,
) -> ArticleState:
    """All that the graph is to say of an article, for `commit_update`; `copy_of` is the id of another one."""
    iri = article_iri(base, document.id)
    original = article_iri(base, copy_of) if copy_of is not None else None
    graph = article_graph(document, extraction, claims, entities, base=base)
    return ArticleState(iri, tuple(header_triples(document, iri, digest=digest, copy_of=original)), tuple(graph))


def commit_update(
    *,
    articles: Iterable[ArticleState] = (),
    statements: Iterable[StatementState] = (),
    entities: Iterable[EntityState] = (),
    removed_statements: Iterable[NamedNode] = (),
    removed_entities: Iterable[NamedNode] = (),
    default_graph: NamedNode | None = None,
) -> str:
    """One SPARQL update that sets all of this to its new, absolute values; running it again changes nothing.

    The triple of a removed or no longer asserted statement goes with its node, so removed statements are given by IRI.
    `default_graph` is that of the store. An embedded store takes the update as one transaction; elsewhere the order of
    the operations lets a second run complete a first one that was cut short.
    """
    parts = _Parts(
        tuple(articles), tuple(statements), tuple(entities), tuple(removed_statements), tuple(removed_entities)
    )
    operations = [*parts.removals(default_graph), *insert_data(parts.facts(), default_graph or DefaultGraph())]
    for state in parts.articles:
        operations.append(f"DROP SILENT GRAPH {state.iri}")
        operations += insert_data(state.graph, state.iri)
    return " ;\n".join(operations)


def commit_in_steps(
    store: GraphStore,
    *,
    articles: Iterable[ArticleState] = (),
    statements: Iterable[StatementState] = (),
    entities: Iterable[EntityState] = (),
    removed_statements: Iterable[NamedNode] = (),
    removed_entities: Iterable[NamedNode] = (),
) -> None:
    """Do as `commit_update`, on a server where an update is no transaction anyway and data in one takes long.

    Graphs go whole, by the Graph Store Protocol. Done again after it was cut short, it ends the same.
    """
    parts = _Parts(
        tuple(articles), tuple(statements), tuple(entities), tuple(removed_statements), tuple(removed_entities)
    )
    for removal in parts.removals(store.default_graph):
        store.update(removal)
    store.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in parts.facts())
    for state in parts.articles:
        store.replace_graph(state.iri, state.graph)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What one commit sets and removes."""

    articles: tuple[ArticleState, ...]
    statements: tuple[StatementState, ...]
    entities: tuple[EntityState, ...]
    removed_statements: tuple[NamedNode, ...]
    removed_entities: tuple[NamedNode, ...]

    def facts(self) -> list[Triple]:
        """The triples of the default graph."""
        facts = [triple for state in self.articles for triple in state.header]
        facts += [triple for entity in self.entities for triple in entity_triples(entity)]
        return facts + [triple for state in self.statements for triple in statement_triples(state)]

    def removals(self, default_graph: NamedNode | None) -> Iterator[str]:
        """The updates that remove what the default graph says of all this, in this order."""

        def within(pattern: str) -> str:
            return pattern if default_graph is None else f"GRAPH {default_graph} {{ {pattern} }}"

        def delete(pattern: str, values: Iterable[NamedNode], more: str = "") -> Iterator[str]:
            """Deletion of `pattern` where `more` (the pattern itself, unless given) holds for one of the values of ?x."""
            every = list(dict.fromkeys(values))
            for start in range(0, len(every), VALUES_PER_DELETE):
                listed = "\n".join(map(str, every[start : start + VALUES_PER_DELETE]))
                where = f"VALUES ?x {{\n{listed}\n}} {within(more or pattern)}"
                yield f"DELETE {{ {within(pattern)} }} WHERE {{ {where} }}"

        nodes = [*(state.iri for state in self.statements), *self.removed_statements]
        ends = f"?x {vocab.rdf_subject} ?s ; {vocab.rdf_predicate} ?p ; {vocab.rdf_object} ?o ."
        yield from delete("?s ?p ?o", nodes, ends)
        yield from delete("?x ?p ?o", [*nodes, *(state.iri for state in self.articles)])
        # the facts about an entity belong to their statements
        kept = ", ".join(str(vocab.term(name)) for name in vocab.PREDICATES)
        names = [*(entity.iri for entity in self.entities), *self.removed_entities]
        yield from delete("?x ?p ?o", names, f"?x ?p ?o FILTER(?p NOT IN ({kept}))")


def _claim(claim: Claim, statement: NamedNode, article: NamedNode, run: NamedNode) -> Iterator[Triple]:
    iri = claim.iri
    yield Triple(iri, vocab.rdf_type, vocab.Claim)
    yield Triple(iri, vocab.supports if claim.supports else vocab.disputes, statement)
    yield Triple(iri, vocab.confidence, _decimal(claim.confidence))
    yield Triple(iri, vocab.modality, Literal(claim.modality.value))
    yield Triple(iri, vocab.phase, Literal(claim.phase.value))
    if claim.attributed_to is not None:
        yield Triple(iri, vocab.attributedTo, Literal(claim.attributed_to))
    yield from _validity(iri, claim.valid_from, claim.valid_to)
    yield Triple(iri, vocab.evidence, selector_iri(article, claim.sentence))
    yield Triple(iri, vocab.subjectMention, selector_iri(article, claim.subject_span))
    yield Triple(iri, vocab.objectMention, selector_iri(article, claim.object_span))
    yield Triple(iri, vocab.prov_wasDerivedFrom, article)
    yield Triple(iri, vocab.prov_wasGeneratedBy, run)


def _mention(iri: NamedNode, entity: NamedNode, kind: MentionKind) -> Iterator[Triple]:
    yield Triple(iri, vocab.rdf_type, vocab.Mention)
    yield Triple(iri, vocab.denotes, entity)
    yield Triple(iri, vocab.mentionKind, Literal(kind.value))


def _passage(iri: NamedNode, span: Span, text: str, *, typed: bool) -> Iterator[Triple]:
    if not typed:  # kg:Mention, which the mentions have, is a subclass of both
        yield Triple(iri, vocab.rdf_type, vocab.oa_TextQuoteSelector)
        yield Triple(iri, vocab.rdf_type, vocab.oa_TextPositionSelector)
    yield Triple(iri, vocab.oa_exact, Literal(span.of(text)))
    yield Triple(iri, vocab.oa_start, Literal(span.start))
    yield Triple(iri, vocab.oa_end, Literal(span.end))


def _validity(iri: NamedNode, valid_from: str | None, valid_to: str | None) -> Iterator[Triple]:
    for predicate, lexical in ((vocab.validFrom, valid_from), (vocab.validTo, valid_to)):
        if lexical is not None:
            yield Triple(iri, predicate, DateValue.literal(lexical))


def _decimal(score: float) -> Literal:
    return Literal(f"{score:.3f}".rstrip("0").rstrip("."), datatype=vocab.xsd_decimal)


def _day(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=vocab.xsd_date)


def _url(url: str) -> NamedNode | Literal:
    try:
        return NamedNode(url)
    except ValueError:  # as a publisher wrote it: kept, but no IRI
        return Literal(url, datatype=vocab.xsd_anyURI)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_HASH_DIGITS]
