"""Why a statement is not what it was: from its claims on both sides, their articles, models, and people's decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg.compare.states import Decision, Source, State

__all__ = ["Claimed", "Reason", "claims_about", "reasons_of"]

BATCH_TERMS = 200  # statements or claims of one query


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `kind` is one of `article added`, `article replaced`, `article withdrawn`, `new model`, `judgement`,
    `merge` (joined or parted otherwise), `reading` (read otherwise by the same model) and `threshold`."""

    kind: str
    article: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim, by the name that it has in every state, with all that may change about it."""

    name: str
    article: str
    supports: bool
    confidence: str
    modality: str
    phase: str


def claims_about(state: State, statements: Sequence[str]) -> dict[str, dict[str, Claimed]]:
    """Statement → its claims, by name."""
    ids = {source.iri: name for name, source in state.articles.items()}
    found: dict[str, dict[str, Claimed]] = {}
    for values in _batches(statements):
        for row in state.select(
            f"SELECT ?claim ?statement ?says ?article ?confidence ?modality ?phase {{ VALUES ?statement {{ {values} }}"
            " VALUES ?says { kg:supports kg:disputes } GRAPH ?article { ?claim ?says ?statement ;"
            " kg:confidence ?confidence ; kg:modality ?modality ; kg:phase ?phase } }"
        ):
            name, article = row["claim"].value.rpartition("/")[2], row["article"].value
            found.setdefault(row["statement"].value, {})[name] = Claimed(
                name,
                ids.get(article, state.local(article)),
                row["says"].value.endswith("supports"),
                row["confidence"].value,
                row["modality"].value,
                row["phase"].value,
            )
    return found


def reasons_of(
    before: State,
    after: State,
    old: Mapping[str, Claimed],
    new: Mapping[str, Claimed],
    ends: Iterable[str],
) -> tuple[Reason, ...]:
    """Why a statement with these claims before and after is not what it was; `ends` are its ends after."""
    decided = _decided(before, after)
    found: list[Reason] = []
    for name in sorted(old.keys() - new.keys()):
        article = old[name].article
        found.append(_article(before, after, article) or _elsewhere(after, name, decided, ends, article))
    for name in sorted(new.keys() - old.keys()):
        article = new[name].article
        found.append(_article(before, after, article) or _elsewhere(before, name, decided, ends, article))
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            article = new[name].article
            found.append(_article(before, after, article) or Reason("reading", article))
    names = {*old, *new}
    found += [
        _judgement(one)
        for one in decided
        if one.kind in ("accept", "reject") and any(iri.rpartition("/")[2] in names for iri in one.about)
    ]
    return tuple(dict.fromkeys(found)) or (Reason("threshold"),)


def _article(before: State, after: State, article_id: str) -> Reason | None:
    """What became of an article; None when its content and its reader are the same."""
    old, new = before.articles.get(article_id), after.articles.get(article_id)
    if new is None:
        gone = after.catalogue.articles.withdrawn(article_id) if after.catalogue is not None else None
        return Reason("article withdrawn", article_id, f"on {gone.time:%Y-%m-%d}" if gone else None)
    if old is None:
        return Reason("article added", article_id)
    if None not in (old.digest, new.digest) and old.digest != new.digest:
        return Reason("article replaced", article_id)
    return _model(old, new, article_id)


def _model(old: Source, new: Source, article_id: str) -> Reason | None:
    return Reason("new model", article_id, f"{old.model} → {new.model}") if old.model != new.model else None


def _elsewhere(state: State, name: str, decided: Iterable[Decision], ends: Iterable[str], article: str) -> Reason:
    """Why a claim is not about this statement on one side: about another one, or not made at all."""
    claim = NamedNode(f"{state.base}claim/{name}")
    there = state.store.query(f"ASK {{ GRAPH ?g {{ {claim} ?p ?o }} }}").boolean
    known = set(ends)
    for one in decided:
        if one.kind in ("same", "different") and (one.about & known):
            return _judgement(one)
    return Reason("merge" if there else "reading", article)


def _decided(before: State, after: State) -> list[Decision]:
    """The decisions that are in force on one side alone, as the side after knows them where it does."""
    old, new = before.decisions, after.decisions
    return [
        new.get(number) or old[number]
        for number in sorted(old.keys() | new.keys(), key=lambda n: (len(n), n))
        if (number in old and old[number].in_force) != (number in new and new[number].in_force)
    ]


def _judgement(one: Decision) -> Reason:
    undone = "" if one.in_force else ", taken back"
    return Reason("judgement", None, f"{one.number} ({one.kind}, by {one.author}{undone})")


def _batches(iris: Sequence[str]) -> Iterable[str]:
    for at in range(0, len(iris), BATCH_TERMS):
        yield " ".join(str(NamedNode(iri)) for iri in iris[at : at + BATCH_TERMS])
