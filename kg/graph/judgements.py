"""People's decisions → triples of the graph of judgements, and the update that sets them.

The catalogue decides; the graph shows what was decided, by whom, when and why, undone or not, on which anchors, and
which entities or claims carry those anchors now. An anchor's node says what an anchor is and never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from pyoxigraph import Literal, NamedNode, Triple

from kg import vocab
from kg.graph.facts import article_iri, judgements_graph
from kg.graph.oxigraph import insert_data
from kg.types import Anchor, EntityClass

__all__ = ["JudgementState", "anchor_iri", "judgement_iri", "judgement_triples", "judgements_update"]


@dataclass(frozen=True, slots=True)
class JudgementState:
    """All that the graph says of a judgement; `judges` are the entities or claims that carry its anchors now."""

    number: int
    decision: str
    anchor: Anchor
    author: str
    time: datetime
    other: Anchor | None = None
    predicate: str | None = None
    label: str | None = None
    reason: str | None = None
    undone_by: str | None = None
    undone_time: datetime | None = None
    judges: tuple[NamedNode, ...] = ()
    target: str | None = None


def judgement_iri(base: str, number: int) -> NamedNode:
    """The IRI of the judgement of a number."""
    return NamedNode(f"{base}judgement/{number}")


def anchor_iri(base: str, anchor: Anchor) -> NamedNode:
    """The IRI of an anchor: a hash of its parts, so that judgements of one mention share it."""
    parts = (anchor.article, anchor.text, anchor.cls, str(anchor.occurrence))
    digest = sha256("\0".join(parts).encode()).hexdigest()[:16]
    return NamedNode(f"{base}anchor/{digest}")


def judgement_triples(state: JudgementState, *, base: str) -> Iterator[Triple]:
    """Yield what the graph of judgements says of a judgement and of its anchors."""
    iri = judgement_iri(base, state.number)
    yield Triple(iri, vocab.rdf_type, vocab.Judgement)
    yield Triple(iri, vocab.decision, Literal(state.decision))
    for link, anchor in ((vocab.anchor, state.anchor), (vocab.otherAnchor, state.other)):
        if anchor is not None:
            yield Triple(iri, link, anchor_iri(base, anchor))
            yield from _anchor(anchor, base)
    for judged in state.judges:
        yield Triple(iri, vocab.judges, judged)
    if state.predicate is not None:
        yield Triple(iri, vocab.rdf_predicate, vocab.MATCHES.get(state.predicate) or vocab.term(state.predicate))
    if state.target is not None:
        yield Triple(iri, vocab.target, NamedNode(state.target))
    if state.label is not None:
        yield Triple(iri, vocab.newLabel, Literal(state.label))
    yield Triple(iri, vocab.schema_author, Literal(state.author))
    yield Triple(iri, vocab.prov_generatedAtTime, _instant(state.time))
    if state.reason is not None:
        yield Triple(iri, vocab.rdfs_comment, Literal(state.reason))
    yield Triple(iri, vocab.undone, Literal(state.undone_time is not None))
    if state.undone_by is not None:
        yield Triple(iri, vocab.undoneBy, Literal(state.undone_by))
    if state.undone_time is not None:
        yield Triple(iri, vocab.prov_invalidatedAtTime, _instant(state.undone_time))


def judgements_update(states: Iterable[JudgementState], *, base: str) -> str:
    """A SPARQL update that sets these judgements to their new, absolute values; empty when there are none."""
    states = tuple(states)
    if not states:
        return ""
    graph = judgements_graph(base)
    listed = "\n".join(str(judgement_iri(base, state.number)) for state in states)
    pattern = f"GRAPH {graph} {{ ?x ?p ?o }}"
    triples = dict.fromkeys(triple for state in states for triple in judgement_triples(state, base=base))
    delete = f"DELETE {{ {pattern} }} WHERE {{ VALUES ?x {{\n{listed}\n}} {pattern} }}"
    return " ;\n".join([delete, *insert_data(triples, graph)])


def _anchor(anchor: Anchor, base: str) -> Iterator[Triple]:
    iri = anchor_iri(base, anchor)
    yield Triple(iri, vocab.rdf_type, vocab.Anchor)
    yield Triple(iri, vocab.prov_wasDerivedFrom, article_iri(base, anchor.article))
    yield Triple(iri, vocab.oa_exact, Literal(anchor.text))
    if anchor.cls != EntityClass.DATE:
        yield Triple(iri, vocab.anchorClass, vocab.term(anchor.cls))
    yield Triple(iri, vocab.occurrence, Literal(anchor.occurrence))


def _instant(time: datetime) -> Literal:
    """The time in UTC to the second, as the store writes it."""
    text = time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return Literal(f"{text}Z", datatype=vocab.xsd_dateTime)
