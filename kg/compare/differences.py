"""The statements of two states, side by side: gained, lost, changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from kg import vocab
from kg.compare.naming import Joined, Naming, naming_of
from kg.compare.reasons import Claimed, Reason, claims_about, reasons_of
from kg.compare.states import State

__all__ = ["Difference", "Differences", "View", "compare"]

Key = tuple[str, str, str]
"""Subject, predicate, object: as IRIs after, or a date's lexical form."""


@dataclass(frozen=True, slots=True)
class View:
    """What a state says of a statement."""

    statement: str
    asserted: bool
    confidence: float | None
    phase: str
    valid_from: str | None = None
    valid_to: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A statement that one state alone has (`gained`, `lost`), or of which the two say different things (`changed`)."""

    kind: str
    subject: str
    subject_label: str
    predicate: str
    object: str
    object_label: str
    before: View | None
    after: View | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Differences:
    """All of them, asserted statements first; and the entities that are joined or parted otherwise, with their labels."""

    statements: tuple[Difference, ...]
    joined: tuple[Joined, ...]
    labels: Mapping[str, str]


def compare(
    before: State,
    after: State,
    *,
    predicate: str | None = None,
    limit: int | None = None,
    progress: Callable[[int], None] = lambda step: None,
) -> Differences:
    """What differs between two states, with the reasons of the first `limit` statements; the others are only counted.

    All statements are held in memory at once, some hundred bytes for each.
    """
    old, new = _statements(before, predicate), _statements(after, predicate)
    naming = naming_of(before, after, {end for key in new for end in (key[0], key[2])}, step=progress)
    moved: dict[Key, list[View]] = {}
    named_before: dict[Key, Key] = {}
    for key, views in old.items():
        target = (naming.after_of[key[0]], key[1], naming.after_of[key[2]])
        moved.setdefault(target, []).extend(views)
        named_before[target] = key
    pairs = {
        key: (tuple(moved.get(key, ())), tuple(new.get(key, ())))
        for key in moved.keys() | new.keys()
        if _summed(moved.get(key, ())) != _summed(new.get(key, ()))
    }
    labels = {**_labels(before), **_labels(after)}
    found = sorted(
        (_difference(key, named_before.get(key, key), *views, labels) for key, views in pairs.items()), key=_rank
    )
    shown = found if limit is None else found[:limit]
    explained = list(_explained(before, after, naming, shown, pairs, named_before))
    return Differences((*explained, *found[len(shown) :]), naming.joined, labels)


def _statements(state: State, only: str | None) -> dict[Key, list[View]]:
    """All statements of a state; read predicate by predicate, which bounds what a store has in hand at once."""
    found: dict[Key, list[View]] = {}
    for name in vocab.PREDICATES if only is None else (only,):
        for row in state.select(
            f"SELECT ?statement ?s ?o ?asserted ?confidence ?phase ?from ?to {{ ?statement rdf:predicate kg:{name} ;"
            " rdf:subject ?s ; rdf:object ?o ; kg:asserted ?asserted ; kg:phase ?phase"
            " OPTIONAL { ?statement kg:confidence ?confidence } OPTIONAL { ?statement kg:validFrom ?from }"
            " OPTIONAL { ?statement kg:validTo ?to } }"
        ):
            view = View(
                row["statement"].value,
                row["asserted"].value in ("true", "1"),
                float(row["confidence"].value) if row["confidence"] else None,
                row["phase"].value,
                row["from"] and row["from"].value,
                row["to"] and row["to"].value,
            )
            found.setdefault((row["s"].value, name, row["o"].value), []).append(view)
    return found


def _summed(views: Sequence[View]) -> View | None:
    """Several statements that are one on the other side, as one; without its name."""
    if not views:
        return None
    best = max(views, key=lambda view: (view.asserted, view.confidence or 0.0, view.statement))
    return replace(best, statement="")


def _difference(
    key: Key, old: Key, before: Sequence[View], after: Sequence[View], labels: Mapping[str, str]
) -> Difference:
    one = max(before, key=lambda v: (v.asserted, v.confidence or 0.0, v.statement)) if before else None
    two = after[0] if after else None
    subject, predicate, target = key
    return Difference(
        kind="gained" if one is None else "lost" if two is None else "changed",
        subject=subject,
        subject_label=labels.get(subject) or labels.get(old[0], subject),
        predicate=predicate,
        object=target,
        object_label=labels.get(target) or labels.get(old[2], target),
        before=one,
        after=two,
    )


def _rank(one: Difference) -> tuple[bool, str, str, str, str, str]:
    asserted = any(view.asserted for view in (one.before, one.after) if view is not None)
    return not asserted, one.kind, one.subject_label, one.predicate, one.object_label, one.subject


def _explained(
    before: State,
    after: State,
    naming: Naming,
    shown: Sequence[Difference],
    pairs: Mapping[Key, tuple[tuple[View, ...], tuple[View, ...]]],
    named_before: Mapping[Key, Key],
) -> Iterator[Difference]:
    """Yield the differences with their reasons."""
    keys = [(one.subject, one.predicate, one.object) for one in shown]
    old = claims_about(before, [view.statement for key in keys for view in pairs[key][0]])
    new = claims_about(after, [view.statement for key in keys for view in pairs[key][1]])
    joined = {iri for one in naming.joined for iri in (*one.before, *one.after)}
    for key, one in zip(keys, shown, strict=True):
        claimed = _claims(old, pairs[key][0]), _claims(new, pairs[key][1])
        ends = (key[0], key[2], *named_before.get(key, ()))
        reasons = reasons_of(before, after, claimed[0], claimed[1], ends)
        if all(reason.kind == "reading" for reason in reasons) and {key[0], key[2]} & joined:
            reasons = (Reason("merge"),)  # a statement of a thing about itself is none
        yield replace(one, reasons=reasons)


def _claims(known: Mapping[str, Mapping[str, Claimed]], views: Iterable[View]) -> dict[str, Claimed]:
    """The claims about one side of a difference."""
    return {name: claim for view in views for name, claim in known.get(view.statement, {}).items()}


def _labels(state: State) -> dict[str, str]:
    """Entity → label."""
    rows = state.select(
        "SELECT ?x ?label { ?x a ?class ; rdfs:label ?label"
        " FILTER(?class IN (kg:Person, kg:Group, kg:Place, kg:Event)) }"
    )
    return {row["x"].value: row["label"].value for row in rows if isinstance(row["x"], NamedNode)}
