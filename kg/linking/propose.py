"""Entities → proposals: asks, scores, and keeps what comes of it, one chunk of entities after another."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode

from kg.catalogue import Catalogue, external_iri
from kg.linking.asking import Asker
from kg.linking.candidates import Candidate, candidate_of
from kg.linking.endpoint import RequestLimit
from kg.linking.ledger import Proposal
from kg.linking.profiles import Key
from kg.linking.score import scored
from kg.linking.subjects import Subject, subject_of
from kg.types import PlaceKind

__all__ = ["LEAST", "Linked", "propose"]

log = logging.getLogger(__name__)

CHUNK = 50  # entities that are finished before the next ones are begun
LEAST = 0.5  # below that a candidate is not proposed
MOST_CANDIDATES = 100  # of one name: more tell nobody anything
MOST_PROPOSED = 5
EVERY_IRI = "http"  # `items` of a profile that is of no data set in particular

Found = dict[str, set[str]]
"""Entity → the IRIs that its names or its GeoNames id found."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What a run did. `unfinished` entities were not looked at since the requests ran out; `nameless` ones have no name that
    may be looked for, `crowded` ones share theirs with too many things, `settled` ones are matched already."""

    proposals: tuple[Proposal, ...] = ()
    looked_at: int = 0
    unfinished: int = 0
    nameless: int = 0
    crowded: int = 0
    settled: int = 0


def propose(
    catalogue: Catalogue,
    asker: Asker,
    entities: Sequence[str],
    *,
    languages: Sequence[str] = (),
    least: float = LEAST,
    progress: Callable[[int], None] | None = None,
) -> Linked:
    """Look these entities up, and keep what they may be as proposals in the asker's ledger, in place of those before.

    When the requests run out it stops between two chunks; another run goes on there. Raises ServiceFailed.
    """
    verdicts = catalogue.matches.verdicts()
    matched = {
        iri: [target for target, how in decided.items() if how is not None and target.startswith(asker.profile.items)]
        for iri, decided in verdicts.items()
    }
    finished = _finished(asker, verdicts)
    open_ = [iri for iri in entities if iri not in finished]
    settled = len(entities) - len(open_)
    made: list[Proposal] = []
    looked_at = nameless = crowded = 0
    for at in range(0, len(open_), CHUNK):
        known = (subject_of(catalogue, iri, matched) for iri in open_[at : at + CHUNK])
        subjects = [one for one in known if one is not None]
        try:
            found, too_many = _found(asker, subjects, languages or asker.profile.languages)
            candidates = _candidates(asker, subjects, found)
        except RequestLimit as reached:
            log.info("%s", reached)
            return Linked(tuple(made), looked_at, len(open_) - at, nameless, crowded, settled)
        now = datetime.now(UTC)
        listed = {one.iri: _proposals(one, candidates[one.iri], verdicts, asker, least, now) for one in subjects}
        asker.ledger.propose(asker.endpoint.url, listed)
        made += (one for of in listed.values() for one in of)
        looked_at += len(subjects)
        crowded += len(too_many)
        nameless += sum(not one.names and not _geonames(one) for one in subjects)
        if progress is not None:
            progress(len(subjects))
    return Linked(tuple(made), looked_at, 0, nameless, crowded, settled)


def _finished(asker: Asker, verdicts: Mapping[str, Mapping[str, str | None]]) -> set[str]:
    """The entities that a person matched exactly in this data set: by what its IRIs begin with, or what it proposed before."""
    known = {one.target for one in asker.ledger.proposals() if one.endpoint == asker.endpoint.url}
    own = asker.profile.items if asker.profile.items != EVERY_IRI else None
    return {
        iri
        for iri, decided in verdicts.items()
        for target, how in decided.items()
        if how == "exactMatch" and (target in known or (own is not None and target.startswith(own)))
    }


def _found(asker: Asker, subjects: Sequence[Subject], languages: Sequence[str]) -> tuple[Found, set[str]]:
    """What the names and GeoNames ids of entities find, and the entities whose names find too much.

    Labels first: other names are asked for where no label was found.
    """
    found: Found = {one.iri: set() for one in subjects}
    crowded: set[str] = set()
    keys = {one.iri: [_named(name, tag) for name in one.names for tag in languages] for one in subjects}
    for question in ("labels", "aliases"):
        left = [one.iri for one in subjects if not found[one.iri] and one.iri not in crowded]
        answers = asker.ask(question, (key for iri in left for key in keys[iri]))
        for iri in left:
            items = {item for key in keys[iri] for item in _items(asker, answers[key])}
            if len(items) > MOST_CANDIDATES:
                crowded.add(iri)
            else:
                found[iri] |= items
    codes = {one.iri: code for one in subjects if (code := _geonames(one)) is not None}
    answers = asker.ask("identifiers", ((Literal(code),) for code in codes.values()))
    for iri, code in codes.items():
        found[iri] |= set(_items(asker, answers[(Literal(code),)]))
    return found, crowded


def _candidates(asker: Asker, subjects: Sequence[Subject], found: Found) -> Mapping[str, list[Candidate]]:
    """Entity → its candidates with what is known of them."""
    items = sorted({item for of in found.values() for item in of})
    facts = asker.ask("facts", ((NamedNode(item),) for item in items))
    pairs = {
        one.iri: [(NamedNode(i), NamedNode(o)) for i in sorted(found[one.iri]) for o in one.linked] for one in subjects
    }
    related = asker.ask("relations", (pair for listed in pairs.values() for pair in listed))
    return {
        one.iri: [
            candidate_of(
                item,
                facts[(NamedNode(item),)],
                (other.value for node, other in pairs[one.iri] if node.value == item and related[(node, other)]),
            )
            for item in sorted(found[one.iri])
        ]
        for one in subjects
    }


def _proposals(
    subject: Subject,
    candidates: Iterable[Candidate],
    verdicts: Mapping[str, Mapping[str, str | None]],
    asker: Asker,
    least: float,
    now: datetime,
) -> list[Proposal]:
    decided = verdicts.get(subject.iri, {})
    return [
        Proposal(
            subject.iri, one.candidate.iri, asker.endpoint.url, one.how, one.score, one.candidate.label,
            one.candidate.description, one.features, now,
        )
        for one in scored(subject, list(candidates))
        if one.score >= least and one.candidate.iri not in decided
    ][:MOST_PROPOSED]  # fmt: skip


def _items(asker: Asker, rows: Iterable[Mapping[str, NamedNode | Literal]]) -> Iterable[str]:
    """The things that rows name, as far as they are the data set's own and can be linked to."""
    for row in rows:
        item = row.get("item")
        if isinstance(item, NamedNode) and item.value.startswith(asker.profile.items) and external_iri(item.value):
            yield item.value


def _named(name: str, tag: str) -> Key:
    return (Literal(name, language=tag) if tag else Literal(name),)


def _geonames(subject: Subject) -> str | None:
    """The GeoNames id of a country or a place; a region of the gazetteer has an ISO code instead."""
    place = subject.place
    return place.id if place is not None and place.kind is not PlaceKind.REGION and place.id.isdigit() else None
