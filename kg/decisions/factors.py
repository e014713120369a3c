"""The factors of an explanation, one function each: what it compares, what each side has, and where that points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from pyoxigraph import NamedNode

from kg import vocab
from kg.catalogue import Catalogue, ChainRow, EntityRow
from kg.decisions.models import JudgementView
from kg.lookup import Select
from kg.pipeline.clustering import canonical_slot, profile_at, same_at
from kg.resolve import DESCRIBED, Comparison, Profile, compare
from kg.types import EntityClass

__all__ = [
    "DIFFERENT",
    "NEITHER",
    "SAME",
    "Factor",
    "Thing",
    "are_forbidden",
    "articles_factor",
    "buckets_of",
    "class_factor",
    "compared",
    "facts_factors",
    "judgement_factors",
    "key_factor",
    "keys_of",
    "likeness_factors",
    "names_factor",
]

LISTED = 5  # keys, articles, neighbours: enough to see why
MOST_PLACES = 40  # names and descriptions of each side that are compared
MOST_FEATURES = 12
SAME, DIFFERENT, NEITHER = "same", "different", "neither"
MOST_NEIGHBOURS = 1000  # of each side

ORGANISED = frozenset((EntityClass.GROUP, EntityClass.PLACE, EntityClass.POLITY))


@dataclass(frozen=True, slots=True)
class Thing:
    """One of the two: the entity that the words name, and how much is known of it."""

    given: str
    iri: str
    label: str
    cls: str
    articles: int


@dataclass(frozen=True, slots=True)
class Factor:
    """What one comparison found: `points` is `same`, `different` or `neither`; `decides` if the outcome follows from it."""

    name: str
    points: str
    left: str
    right: str
    note: str
    decides: bool = False
    weight: float | None = None


def class_factor(things: tuple[Thing, Thing]) -> Factor:
    """Whether things of the two classes may be one at all."""
    left, right = things[0].cls, things[1].cls
    if left == right:
        return Factor("class", NEITHER, left, right, "of one class, so that they may be one")
    if {left, right} <= ORGANISED:
        return Factor("class", NEITHER, left, right, "a polity is both a group and a place, so that they may be one")
    return Factor("class", DIFFERENT, left, right, "things of these classes are never one", decides=True)


def key_factor(catalogue: Catalogue, left: Sequence[ChainRow], right: Sequence[ChainRow]) -> Factor:
    """The normal forms of the names: equal ones are one thing; `note` says why they do not join these."""
    keys = keys_of(left), keys_of(right)
    unclear = sorted({*_unclear(catalogue, left), *_unclear(catalogue, right)})
    shared = buckets_of(left) & buckets_of(right)
    if unclear:
        note = f"{', '.join(unclear[:LISTED])} is ambiguous, and what is ambiguous stays in its article"
        return Factor("key", NEITHER, *keys, note)
    if shared:
        return Factor("key", SAME, *keys, "one name, but what it names is told apart by class or by year")
    if not buckets_of(left) or not buckets_of(right):
        return Factor("key", NEITHER, *keys, "what has no full name of its own is joined only by what is said of it")
    return Factor("key", DIFFERENT, *keys, "the names differ, and no acronym is defined that would join them")


def compared(
    catalogue: Catalogue, left: Sequence[ChainRow], right: Sequence[ChainRow]
) -> tuple[Comparison, tuple[Profile, Profile]] | None:
    """The likest of what the chains of two things are called or described by; None when nothing is known of either."""
    sides = [_profiles(catalogue, chains) for chains in (left, right)]
    pairs = [(compare(a, b), (a, b)) for a, b in product(*sides) if (a.bucket, a.shade) != (b.bucket, b.shade)]
    return max(pairs, key=lambda pair: (pair[0].score, pair[1][0].bucket, pair[1][1].bucket), default=None)


def are_forbidden(catalogue: Catalogue, left: Sequence[ChainRow], right: Sequence[ChainRow]) -> bool:
    """Whether full names of two things forbid that they are one, however like what else is said of them."""
    sides = [[one for one in _profiles(catalogue, chains) if one.is_named] for chains in (left, right)]
    return any(compare(a, b).veto is not None for a, b in product(*sides))


def _profiles(catalogue: Catalogue, chains: Sequence[ChainRow]) -> list[Profile]:
    """What is known of the names and descriptions of a thing."""
    places = sorted({(chain.bucket, chain.shade) for chain in chains if chain.bucket is not None})
    numbers = (catalogue.likeness.place(*place) for place in places[:MOST_PLACES])
    found = (profile_at(catalogue.likeness, number) for number in numbers if number is not None)
    return [profile for profile in found if profile is not None]


def likeness_factors(comparison: Comparison, sides: tuple[Profile, Profile], *, decides: bool) -> Iterator[Factor]:
    """Yield the score of the likest names or descriptions of two things, and what each feature adds to its log odds."""
    one, two = (profile.names[0] if profile.names else _listed(sorted(profile.of("h"))) for profile in sides)
    if comparison.veto is not None:
        yield Factor(
            "likeness", DIFFERENT, one, two, f"{comparison.veto}: that forbids that they are one", decides=decides
        )
        return
    needed = same_at(sides[0])
    points = SAME if comparison.score >= needed else NEITHER
    note = f"score {comparison.score:.2f}; from {needed:.2f} two things are one"
    if comparison.capped:
        note += "; no more is possible when names differ like this"
    yield Factor("likeness", points, one, two, note, decides=decides)
    for name, weight in islice(comparison.contributions().items(), MOST_FEATURES):
        if weight:
            value = comparison.features[name]
            yield Factor(name, SAME if weight > 0 else DIFFERENT, "", "", f"value {value:.2f}", weight=round(weight, 2))


def names_factor(rows: tuple[EntityRow, EntityRow]) -> Factor:
    """The names that both bear, in whatever article."""
    names = [{name.casefold(): name for name in (row.label, *row.altlabels)} for row in rows]
    shared = sorted(names[0][name] for name in names[0].keys() & names[1].keys())
    shown = [_listed(sorted(one.values())) for one in names]
    note = f"both are called {_listed(shared)}" if shared else "no name in common"
    return Factor("names", SAME if shared else NEITHER, shown[0], shown[1], f"{note}; it does not count by itself")


def articles_factor(left: Sequence[ChainRow], right: Sequence[ChainRow]) -> Factor:
    """The articles that speak of both, and so take them for two."""
    articles = [{chain.anchor.article for chain in chains} for chains in (left, right)]
    shared = sorted(articles[0] & articles[1])
    note = f"taken for two in: {_listed(shared)}" if shared else "no article speaks of both"
    return Factor("articles", DIFFERENT if shared else NEITHER, str(len(articles[0])), str(len(articles[1])), note)


def facts_factors(select: Select, left: Thing, right: Thing) -> Iterator[Factor]:
    """Yield what the graph asserts between the two, and what both are related to in the same way."""
    around = [_neighbours(select, thing.iri) for thing in (left, right)]
    direct = sorted(way for way, iri in around[0] if iri == right.iri)
    if direct:
        note = f"a thing has no such relation to itself: {_listed(direct)}"
        yield Factor("relations", DIFFERENT, left.label, right.label, note)
    shared = sorted({f"{way} {label}" for (way, iri), label in around[0].items() if (way, iri) in around[1]})
    yield Factor(
        "neighbours",
        SAME if shared else NEITHER,
        str(len(around[0])),
        str(len(around[1])),
        f"{len(shared)} in common: {_listed(shared)}" if shared else "none in common",
    )


def _neighbours(select: Select, iri: str) -> dict[tuple[str, str], str]:
    """(predicate with its direction, other end) → label, for the asserted statements about an entity."""
    node, found = NamedNode(iri), {}
    for here, there, mark in ((vocab.rdf_subject, vocab.rdf_object, ""), (vocab.rdf_object, vocab.rdf_subject, "is ")):
        rows = select(
            f"SELECT ?p ?x ?label {{ ?s {here} {node} ; {vocab.asserted} true ; {vocab.rdf_predicate} ?p ; {there} ?x ."
            f" OPTIONAL {{ ?x {vocab.rdfs_label} ?label }} }} LIMIT {MOST_NEIGHBOURS}"
        )
        for row in rows:
            end, label = row["x"], row.get("label")
            way = f"{mark}{vocab.local(row['p'])}{' of' if mark else ''}"
            found[way, str(end.value)] = str((label if label is not None else end).value)
    return found


def buckets_of(chains: Sequence[ChainRow]) -> set[str]:
    """The name keys of chains, without class or year; descriptions have none."""
    return {chain.bucket for chain in chains if chain.bucket is not None and chain.bucket[0] != DESCRIBED}


def _unclear(catalogue: Catalogue, chains: Sequence[ChainRow]) -> set[str]:
    """The names of these chains that the rules hold for ambiguous."""
    places = {(chain.bucket, chain.shade, chain.label) for chain in chains if chain.bucket is not None}
    slot = canonical_slot
    return {
        label for bucket, shade, label in places if slot(catalogue.index, catalogue.likeness, bucket, shade) is None
    }


def keys_of(chains: Sequence[ChainRow]) -> str:
    """The keys of chains as people can read them: the normal form of the name, with the class or year that divides it."""
    keys = sorted({f"{chain.bucket[2:]} ({chain.shade})" if chain.shade else chain.bucket[2:]
                   for chain in chains if chain.bucket in buckets_of(chains) and chain.bucket})  # fmt: skip
    return _listed(keys) if keys else "none"


def _listed(values: Sequence[str]) -> str:
    more = f", … ({len(values) - LISTED} more)" if len(values) > LISTED else ""
    return ", ".join(values[:LISTED]) + more


def judgement_factors(views: Iterable[JudgementView], *, decides: bool) -> Iterator[Factor]:
    """Yield what people decided about the two; `decides` if the outcome follows from it."""
    for view in views:
        other = view.other.text if view.other is not None else ""
        note = f"judgement {view.id} by {view.author}, {view.time:%Y-%m-%d}"
        note += f": {view.reason}" if view.reason else ""
        holds = view.state == "holds"
        if not holds:
            note += f"; {view.state}" + (f" by judgement {view.against}" if view.against is not None else "")
        yield Factor("judgement", view.kind, view.anchor.text, other, note, decides=decides and holds)
