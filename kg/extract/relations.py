"""Pair scores → Relations: one fact for each pair of chains, its best sentences as evidence, and how the text commits itself."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kg.extract.decode import sigmoid
from kg.extract.labels import FITS, PAIR_OUTPUTS, PREDICATES, STATUSES
from kg.extract.pairs import NEAR
from kg.extract.patterns import embedded_people, pattern_facts
from kg.extract.qualify import attribution, cues_for
from kg.types import Chain, Document, EntityClass, Mention, Modality, Phase, Relation

__all__ = ["KEEP", "Calibration", "Reading", "relations_of"]

KEEP = 0.2  # claims below are noise; between this and the graph's threshold they are kept, not asserted
ANOTHER = 0.5  # a further sentence becomes a claim of its own only at or above this confidence
PATTERN = 0.8  # confidence of a fact that a title or apposition states
# status → what the model must believe alone, and what it must believe beside a cue. Planned and former are learned well enough (9 of
# 14, 7 of 10 right on our fold); of denials and hearsay the model has seen too few to be trusted without a cue (November 2026)
_BELIEF = {
    "denied": (0.9, 0.02),
    "alleged": (0.9, 0.0),
    "planned": (0.9, 0.08),
    "former": (0.5, 0.08),
    "future": (0.5, 0.3),
}
_STATUS_AT = {name: PAIR_OUTPUTS.index(name) for name in STATUSES}
_ONE_WAY = frozenset({"childOf", "within", "partOf", "spouseOf"})

Key = tuple[int, str, int]  # subject chain, predicate of the model, object chain
Calibration = Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a document when its relations are read. sentences: index of each mention's sentence."""

    document: Document
    mentions: Sequence[Mention]
    sentences: Sequence[int]
    chains: Sequence[Chain]
    logits: Mapping[tuple[int, int], NDArray[np.float32]]

    def chain_of(self) -> dict[int, int]:
        """Mention → chain."""
        return {m: c for c, chain in enumerate(self.chains) for m in chain.mentions}


@dataclass(frozen=True, slots=True)
class _Stated:
    """A fact that a title or apposition states, by which two mentions."""

    subject: int
    object: int
    former: bool


def relations_of(reading: Reading, calibration: Calibration, keep: float = KEEP) -> list[Relation]:
    """The relations of a document at or above `keep`, in text order."""
    chain_of = reading.chain_of()
    told = _told(reading, chain_of)
    stated = _stated(reading, chain_of)
    for key, construction in stated.items():
        ends = (construction.subject, construction.object)
        if not any((i, j) == ends for _, i, j in told[key]):
            told[key].append((0.0, *ends))
    by_sentence: dict[int, list[int]] = defaultdict(list)
    for i, s in enumerate(reading.sentences):
        by_sentence[s].append(i)
    found: list[Relation] = []
    for key, entries in told.items():
        fact = stated.get(key)
        for score, (_, i, j) in _evidence(reading, calibration, key[1], entries, fact, keep):
            relation = _relation(reading, by_sentence, key[1], i, j, score, past=fact is not None and fact.former)
            found.append(relation)
            value = reading.chains[key[2]].value
            if key[1] == "occurredOn" and value is not None and value.end is not None:
                found.append(replace(relation, predicate="endDate"))
    return _consistent(found, chain_of)


def _told(reading: Reading, chain_of: Mapping[int, int]) -> defaultdict[Key, list[tuple[float, int, int]]]:
    """(raw logit, subject mention, object mention) of each fact that the ontology allows."""
    told: defaultdict[Key, list[tuple[float, int, int]]] = defaultdict(list)
    order = sorted(range(len(reading.mentions)), key=lambda i: reading.mentions[i].span)
    embedded = embedded_people(reading.document.text, reading.mentions, order)
    for (i, j), row in reading.logits.items():
        i, j = _said_of(reading, embedded, i, j), _said_of(reading, embedded, j, i)
        s, o = chain_of.get(i), chain_of.get(j)
        if s is None or o is None or s == o or abs(reading.sentences[i] - reading.sentences[j]) > NEAR:
            continue
        for p, name in enumerate(PREDICATES):
            if _allowed(name, reading.chains[s], reading.chains[o]):
                told[s, name, o].append((float(row[p]), i, j))
    return told


def _said_of(reading: Reading, embedded: Mapping[int, int], end: int, other: int) -> int:
    """The mention that a fact is about: what follows an apposition is said of its head, not of who is named in it."""
    head = embedded.get(end)
    follows = reading.mentions[other].span.start > reading.mentions[end].span.end
    same = reading.sentences[end] == reading.sentences[other]
    return head if head is not None and follows and same else end


def _allowed(predicate: str, subject: Chain, obj: Chain) -> bool:
    """Whether a fact about these two fits the ontology and can stand alone: a nameless person or place says nothing elsewhere."""
    subjects, objects = FITS[predicate]
    if subject.cls not in subjects or obj.cls not in objects:
        return False
    nameless = (EntityClass.PERSON, EntityClass.PLACE, EntityClass.POLITY)
    if any(not chain.named and chain.cls in nameless for chain in (subject, obj)):
        return False
    if predicate == "occurredOn":
        return obj.value is not None
    return predicate not in ("partOf", "foundedBy", "memberOf") or (subject.named and obj.named)


def _stated(reading: Reading, chain_of: Mapping[int, int]) -> dict[Key, _Stated]:
    found: dict[Key, _Stated] = {}
    order = sorted(range(len(reading.mentions)), key=lambda i: reading.mentions[i].span)
    for i, name, j, former in pattern_facts(reading.document.text, reading.mentions, order):
        key = (chain_of[i], name, chain_of[j])
        if key[0] != key[2] and _allowed(name, reading.chains[key[0]], reading.chains[key[2]]):
            found.setdefault(key, _Stated(i, j, former))
    return found


def _evidence(
    reading: Reading,
    calibration: Calibration,
    name: str,
    entries: Sequence[tuple[float, int, int]],
    stated: _Stated | None,
    keep: float,
) -> list[tuple[float, tuple[float, int, int]]]:
    """(confidence, mention pair) of the sentence that tells a fact best, and of every other that tells it well enough by itself.

    The mention pairs of one sentence are pooled as in training (logsumexp); sentences are not, or a hundred weak hints in a long text
    would make a fact.
    """
    places: dict[tuple[int, bool], list[tuple[float, int, int]]] = defaultdict(list)
    for entry in entries:
        a, b = reading.sentences[entry[1]], reading.sentences[entry[2]]
        places[max(a, b), a != b].append(entry)
    options = []
    for (at, across), here in places.items():
        score = _confidence(calibration, name, float(np.logaddexp.reduce([x for x, _, _ in here])), across)
        best = max(here, key=lambda e: (e[0], -e[1], -e[2]))
        if stated is not None and (stated.subject, stated.object) in [e[1:] for e in here]:
            score, best = max(score, PATTERN), (best[0], stated.subject, stated.object)
        options.append((score, not across, -at, best))
    options.sort(reverse=True)
    chosen: dict[int, tuple[float, tuple[float, int, int]]] = {}
    for rank, (score, within, at, best) in enumerate(options):
        if score >= keep and (rank == 0 or (within and score >= ANOTHER)):
            chosen.setdefault(at, (score, best))
    return list(chosen.values())


def _confidence(calibration: Calibration, predicate: str, logit: float, across: bool) -> float:
    """Calibrated confidence of a raw logit (Platt 1999), per predicate; facts told across sentences have an offset of their own."""
    a, b, c = calibration.get(predicate, (1.0, 0.0, 0.0))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, a * logit + b + c * across))))


def _relation(
    reading: Reading, by_sentence: Mapping[int, Sequence[int]], name: str, i: int, j: int, score: float, *, past: bool
) -> Relation:
    at = max(reading.sentences[i], reading.sentences[j])
    document, sentence = reading.document, reading.document.sentences[at]
    ends = (reading.mentions[i].span, reading.mentions[j].span)
    statuses = _statuses(reading, i, j, cues_for(document.text, sentence, *ends)) | ({"former"} if past else set())
    speaker = attribution(document.text, sentence, ends, reading.mentions, by_sentence[at])
    modality, phase = _commitment(statuses, speaker is not None)
    return Relation(
        subject=i,
        predicate="startDate" if name == "occurredOn" else name,
        object=j,
        sentence=sentence,
        score=round(score, 3),
        supports="denied" not in statuses,
        modality=modality,
        phase=phase,
        attributed_to=reading.mentions[speaker].span.of(document.text) if speaker is not None else None,
    )


def _statuses(reading: Reading, i: int, j: int, cues: frozenset[str]) -> set[str]:
    row = reading.logits.get((i, j))
    if row is None:
        return set(cues)
    believed = {status: float(sigmoid(row[k])) for status, k in _STATUS_AT.items()}
    return {
        status
        for status, (alone, supported) in _BELIEF.items()
        if believed[status] >= alone or (status in cues and believed[status] >= supported)
    }


def _commitment(statuses: set[str], attributed: bool) -> tuple[Modality, Phase]:
    if "alleged" in statuses:
        modality = Modality.ALLEGED
    elif "planned" in statuses or ("future" in statuses and "former" not in statuses):
        modality = Modality.PLANNED
    else:
        modality = Modality.REPORTED if attributed else Modality.STATED
    if "former" in statuses:
        return modality, Phase.FORMER
    return modality, Phase.FUTURE if modality is Modality.PLANNED else Phase.CURRENT


def _consistent(relations: Sequence[Relation], chain_of: Mapping[int, int]) -> list[Relation]:
    """Without the weaker of two facts that cannot both hold: A within B and B within A; spouses are told once."""
    strength: dict[Key, float] = defaultdict(float)
    for r in relations:
        key = (chain_of[r.subject], r.predicate, chain_of[r.object])
        strength[key] = max(strength[key], r.score)

    def loses(r: Relation) -> bool:
        s, o = chain_of[r.subject], chain_of[r.object]
        return r.predicate in _ONE_WAY and (strength.get((o, r.predicate, s), 0.0), -o) > (
            strength[s, r.predicate, o],
            -s,
        )

    kept = [r for r in relations if not loses(r)]
    return sorted(kept, key=lambda r: (r.sentence, r.subject, r.predicate, r.object))
