"""What a change does to the graph, in terms that people read: facts gained and lost, things merged, parted and renamed.

Measured between the commit of the catalogue and `show`: what is pending is what may change, the graph is still as it
was, and the catalogue is already as it will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg import vocab
from kg.catalogue import Catalogue, Contradiction
from kg.graph import GraphStore, Row
from kg.graph.facts import statement_iri
from kg.types import Statement

__all__ = ["Decided", "Effect", "Fact", "Merged", "Named", "Renamed", "effect_of"]

BATCH_TERMS = 400  # of one query to the graph
EVERYTHING = 2**31


@dataclass(frozen=True, slots=True)
class Named:
    """An entity with its label."""

    iri: str
    label: str


@dataclass(frozen=True, slots=True)
class Merged:
    """An entity that is part of another one now; its IRI answers 308 to `into`, whose label is the one from before."""

    iri: str
    label: str
    into: str
    into_label: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """An entity with another label than before."""

    iri: str
    label: str
    before: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A direct triple; `object` is an IRI, or the lexical form of a date."""

    subject: str
    subject_label: str
    predicate: str
    object: str
    object_label: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change did. A fact that went along when its end was merged is gained, and not lost."""

    gained: tuple[Fact, ...] = ()
    lost: tuple[Fact, ...] = ()
    merged: tuple[Merged, ...] = ()
    appeared: tuple[Named, ...] = ()
    vanished: tuple[Named, ...] = ()
    renamed: tuple[Renamed, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of decisions: their ids, their effect, and the decisions that did hold, or were to, and do not."""

    judgements: tuple[int, ...]
    effect: Effect
    contradictions: tuple[Contradiction, ...] = ()


def effect_of(catalogue: Catalogue, store: GraphStore, base: str) -> Effect:
    """What showing all that is pending will change in a store that does not show it yet."""
    pending = catalogue.pending(articles=0, judgements=0, entities=EVERYTHING, statements=EVERYTHING)
    before = _labels(store, pending.entities)
    now = {iri: row.label for iri in pending.entities if (row := catalogue.entity(iri)) is not None}
    gone = {iri: label for iri, label in before.items() if iri not in now}
    merged = tuple(_merged(catalogue, gone, before))

    def iri_of(statement: Statement) -> NamedNode:
        return statement_iri(base, statement)

    held: dict[Statement, bool] = {}
    for key in pending.statements:
        state = catalogue.statement(key, iri_of)
        held[catalogue.statement_of(key)] = state is not None and state.asserted
    shown = _asserted(store, map(iri_of, held))
    into = {one.iri: one.into for one in merged}
    gained = [one for one, holds in held.items() if holds and iri_of(one) not in shown]
    lost = [
        one
        for one, holds in held.items()
        if not holds and iri_of(one) in shown and not held.get(_followed(one, into), False)
    ]

    def label_of(iri: str) -> str:
        row = catalogue.entity(iri)
        return before.get(iri, iri) if row is None else row.label

    return Effect(
        gained=_facts(gained, label_of),
        lost=_facts(lost, label_of),
        merged=merged,
        appeared=tuple(Named(iri, label) for iri, label in now.items() if iri not in before),
        vanished=tuple(Named(iri, label) for iri, label in gone.items() if iri not in into),
        renamed=tuple(
            Renamed(iri, label, before[iri]) for iri, label in now.items() if before.get(iri, label) != label
        ),
    )


def _merged(catalogue: Catalogue, gone: Mapping[str, str], before: Mapping[str, str]) -> Iterator[Merged]:
    """Yield those of the entities that are gone whose mentions are another one's now."""
    for iri, label in gone.items():
        retired = catalogue.retired(iri)
        if retired is not None and retired.successor is not None:
            row = catalogue.entity(retired.successor)
            if row is not None:
                yield Merged(iri, label, row.iri.value, before.get(row.iri.value, row.label))


def _followed(statement: Statement, into: Mapping[str, str]) -> Statement:
    """The statement about what its ends were merged into."""
    subject, target = statement.subject, statement.object
    return Statement(
        NamedNode(into.get(subject.value, subject.value)),
        statement.predicate,
        NamedNode(into.get(target.value, target.value)) if isinstance(target, NamedNode) else target,
    )


def _facts(statements: Iterable[Statement], label_of: Callable[[str], str]) -> tuple[Fact, ...]:
    """The statements as facts, in an order that people can follow."""
    found = (
        Fact(
            subject=one.subject.value,
            subject_label=label_of(one.subject.value),
            predicate=vocab.local(one.predicate),
            object=one.object.value,
            object_label=label_of(one.object.value) if isinstance(one.object, NamedNode) else one.object.value,
        )
        for one in statements
    )
    return tuple(sorted(found, key=lambda f: (f.subject_label, f.predicate, f.object_label, f.subject, f.object)))


def _labels(store: GraphStore, iris: Iterable[str]) -> dict[str, str]:
    """The labels that the store shows of these entities."""
    found: dict[str, str] = {}
    for values in _batches(map(NamedNode, iris)):
        query = f"SELECT ?x ?label {{ VALUES ?x {{ {values} }} ?x {vocab.rdfs_label} ?label }}"
        found |= {_text(row, "x"): _text(row, "label") for row in store.query(query).rows()}
    return found


def _asserted(store: GraphStore, iris: Iterable[NamedNode]) -> set[NamedNode]:
    """Those of these statements that the store shows as asserted."""
    found: set[NamedNode] = set()
    for values in _batches(iris):
        query = f"SELECT ?x ?holds {{ VALUES ?x {{ {values} }} ?x {vocab.asserted} ?holds }}"
        rows = store.query(query).rows()
        found |= {NamedNode(_text(row, "x")) for row in rows if _text(row, "holds") in ("true", "1")}
    return found


def _text(row: Row, name: str) -> str:
    return str(getattr(row[name], "value", ""))


def _batches(terms: Iterable[NamedNode]) -> Iterator[str]:
    """Yield the terms, as SPARQL, in lists that a query may hold."""
    listed = list(terms)
    for at in range(0, len(listed), BATCH_TERMS):
        yield " ".join(map(str, listed[at : at + BATCH_TERMS]))
