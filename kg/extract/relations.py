"""Pair scores → Relations: one fact for each pair of chains, its best sentences as evidence, and how the text commits itself."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kg.extract.departed import departed, fallen
from kg.extract.heads import SUCCESSION, fights, only_founded, without_wholes
from kg.extract.labels import CLASSES, FITS, PREDICATES, says_enough
from kg.extract.offices import Office, offices
from kg.extract.pairs import NEAR
from kg.extract.patterns import embedded_people, pattern_facts
from kg.extract.qualify import Source, attribution, cues_for, sources_in
from kg.extract.scores import Calibration, PairScores
from kg.extract.seats import seats
from kg.extract.when import dated_otherwise
from kg.types import Chain, Document, EntityClass, Mention, MentionKind, Modality, Phase, Relation

__all__ = ["KEEP", "Calibration", "Reading", "relations_of"]

KEEP = 0.2  # claims below are noise; between this and the graph's threshold they are kept, not asserted
ANOTHER = 0.5  # a further sentence becomes a claim of its own only at or above this confidence
PATTERN = 0.8  # confidence of a fact that a title or apposition states
_OF_THE_LIVING = frozenset({"leads", "memberOf"})
_ONE_WAY = frozenset({"childOf", "within", "partOf", "spouseOf"})
_FITS = np.array([[[s in FITS[p][0] and o in FITS[p][1] for o in CLASSES] for s in CLASSES] for p in PREDICATES])
_SAYS_ENOUGH = np.array([[says_enough(p, cls) for cls in CLASSES] for p in PREDICATES])

Key = tuple[int, str, int]  # subject chain, predicate of the model, object chain
_Entry = tuple[float, int, int]  # raw logit, subject mention, object mention


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a document when its relations are read. sentences: index of each mention's sentence."""

    document: Document
    mentions: Sequence[Mention]
    sentences: Sequence[int]
    chains: Sequence[Chain]
    scores: PairScores

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
    order = sorted(range(len(reading.mentions)), key=lambda i: reading.mentions[i].span)
    embedded = embedded_people(reading.document.text, reading.mentions, order)
    held = list(offices(reading.document.text, reading.mentions, order))
    stated = _stated(reading, chain_of, order, held)
    told = _told(reading, chain_of, embedded, stated, calibration, keep)
    for office in held:
        if office.person not in chain_of or office.of not in chain_of:
            continue  # a pronoun that stands for nobody known
        key = (chain_of[office.person], "leads", chain_of[office.of])
        if (
            key in told and key not in stated
        ):  # whose deputy or spokesman somebody is, he does not lead in that sentence
            at = reading.sentences[office.person]
            told[key] = [entry for entry in told[key] if at not in (reading.sentences[e] for e in entry[1:])]
    _keep_to_holders(reading, told, stated)
    _keep_to_dates(reading, told, chain_of)
    for key, construction in stated.items():
        ends = (construction.subject, construction.object)
        if not any((i, j) == ends for _, i, j in told[key]):
            # a pair that the network was asked about is below all that is kept
            told[key].append((-math.inf if _asked(reading, embedded, *ends) else 0.0, *ends))
    by_sentence: dict[int, list[int]] = defaultdict(list)
    for i, s in enumerate(reading.sentences):
        by_sentence[s].append(i)

    @cache
    def sources_at(at: int) -> list[Source]:
        """Once for each sentence: one of a thousand facts has a thousand mentions, too."""
        return sources_in(reading.document.text, reading.document.sentences[at], reading.mentions, by_sentence[at])

    gone = {chain_of.get(i) for i in departed(reading.document.text, reading.mentions, reading.document.sentences)}
    found: list[Relation] = []
    for key, entries in told.items():
        fact = stated.get(key)
        left = key[1] in _OF_THE_LIVING and key[0] in gone
        for score, (_, i, j) in _evidence(reading, calibration, key[1], entries, fact, keep):
            past = left or (fact is not None and fact.former)
            past = past or (key[1] in _OF_THE_LIVING and fallen(reading.document.text, reading.mentions[j]))
            relation = _relation(reading, chain_of, sources_at, key[1], i, j, score, past=past)
            found.append(relation)
            value = reading.chains[key[2]].value
            if key[1] == "occurredOn" and value is not None and value.end is not None:
                found.append(replace(relation, predicate="endDate"))
    return without_wholes(reading.document.text, reading.mentions, chain_of, _consistent(found, chain_of))


def _told(
    reading: Reading,
    chain_of: Mapping[int, int],
    embedded: Mapping[int, int],
    stated: Iterable[Key],
    calibration: Calibration,
    keep: float,
) -> defaultdict[Key, list[_Entry]]:
    """The mention pairs of each fact that the ontology allows, from the sentences that tell it with confidence `keep` or may state it."""
    found: defaultdict[Key, list[_Entry]] = defaultdict(list)
    chain = np.full(len(reading.mentions), -1)
    chain[list(chain_of)] = list(chain_of.values())
    sentence = np.array(reading.sentences)
    allowed = _Allowed(reading.chains)
    for p, i, j, logits in reading.scores.told():
        i, j = _heads(reading, embedded, i, j), _heads(reading, embedded, j, i)
        s, o = chain[i], chain[j]
        ok = np.flatnonzero((s >= 0) & (o >= 0) & (s != o) & (np.abs(sentence[i] - sentence[j]) <= NEAR))
        ok = ok[allowed(p, s[ok], o[ok])]
        if not len(ok):
            continue
        i, j, logits, s, o = i[ok], j[ok], logits[ok], s[ok], o[ok]
        at, across = np.maximum(sentence[i], sentence[j]), sentence[i] != sentence[j]
        key = s * len(reading.chains) + o
        order = np.lexsort((across, at, key))
        changes = [np.diff(column[order].astype(np.int64), prepend=-1) != 0 for column in (key, at, across)]
        changes[0][0] = True
        first = np.flatnonzero(np.any(changes, axis=0))
        lead = order[first]
        a, b, c = calibration.get(PREDICATES[p], (1.0, 0.0, 0.0))
        pooled = a * np.logaddexp.reduceat(logits[order], first) + b + c * across[lead]
        sure = 1 / (1 + np.exp(-np.clip(pooled, -30, 30)))
        wanted = [s * len(reading.chains) + o for s, name, o in stated if name == PREDICATES[p]]
        kept = (sure >= keep - 1e-6) | np.isin(key[lead], wanted)
        ends = np.append(first[1:], len(order))
        for group in np.flatnonzero(kept).tolist():
            k = lead[group]
            rows = order[first[group] : ends[group]]
            found[int(s[k]), PREDICATES[p], int(o[k])] += zip(
                logits[rows].tolist(), i[rows].tolist(), j[rows].tolist(), strict=True
            )
    return found


def _heads(
    reading: Reading, embedded: Mapping[int, int], ends: NDArray[np.int64], others: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The mentions that facts are about (see `_said_of`)."""
    if not embedded:
        return ends
    result = ends.copy()
    for k in np.flatnonzero(np.isin(ends, list(embedded))).tolist():
        result[k] = _said_of(reading, embedded, int(ends[k]), int(others[k]))
    return result


def _asked(reading: Reading, embedded: Mapping[int, int], i: int, j: int) -> bool:
    """Whether the network was asked about a pair that is said of these two mentions."""
    subjects, objects = ([end, *(e for e, head in embedded.items() if head == end)] for end in (i, j))
    return abs(reading.sentences[i] - reading.sentences[j]) <= NEAR and any(
        reading.scores.asked(a, b) and (_said_of(reading, embedded, a, b), _said_of(reading, embedded, b, a)) == (i, j)
        for a in subjects
        for b in objects
    )


def _said_of(reading: Reading, embedded: Mapping[int, int], end: int, other: int) -> int:
    """The mention that a fact is about: what follows an apposition is said of its head, not of who is named in it."""
    head = embedded.get(end)
    follows = reading.mentions[other].span.start > reading.mentions[end].span.end
    same = reading.sentences[end] == reading.sentences[other]
    return head if head is not None and follows and same else end


class _Allowed:
    """Whether facts about chains fit the ontology and say something where one of the two has no name."""

    def __init__(self, chains: Sequence[Chain]) -> None:
        self._cls = np.array([CLASSES.index(chain.cls) for chain in chains], dtype=np.int64)
        self._named = np.array([chain.named for chain in chains], dtype=np.bool_)
        self._dated = np.array([chain.value is not None for chain in chains], dtype=np.bool_)

    def __call__(self, p: int, s: NDArray[np.int64], o: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n,) of facts of one predicate, given as indexes of predicates and chains."""
        subject, obj = self._cls[s], self._cls[o]
        allowed = _FITS[p, subject, obj] & (self._named[s] | _SAYS_ENOUGH[p, subject])
        result: NDArray[np.bool_] = allowed & (self._named[o] | _SAYS_ENOUGH[p, obj])
        return result & self._dated[o] if PREDICATES[p] == "occurredOn" else result


def _stated(
    reading: Reading, chain_of: Mapping[int, int], order: Sequence[int], held: Sequence[Office]
) -> dict[Key, _Stated]:
    found: dict[Key, _Stated] = {}
    facts = list(pattern_facts(reading.document.text, reading.mentions, order))
    facts += [(g, "locatedIn", place, False) for g, place in seats(reading.document.text, reading.mentions, order)]
    facts += [(office.person, "memberOf", office.of, office.former) for office in held if office.member]
    allowed = _Allowed(reading.chains)
    for i, name, j, former in facts:
        if i not in chain_of or j not in chain_of:
            continue  # a pronoun that stands for nobody known
        key = (chain_of[i], name, chain_of[j])
        if key[0] != key[2] and allowed(PREDICATES.index(name), np.array([key[0]]), np.array([key[2]])).all():
            found.setdefault(key, _Stated(i, j, former))
    return found


def _keep_to_holders(reading: Reading, told: dict[Key, list[_Entry]], stated: Mapping[Key, _Stated]) -> None:
    """Where a title says who leads a group, nobody else in the sentence does, unless it tells of a succession; who founded it only
    founded it; and nobody belongs to those whom he fights."""
    held = {(reading.sentences[fact.subject], key[2]) for key, fact in stated.items() if key[1] == "leads"}
    sentences, text = reading.document.sentences, reading.document.text
    succeeded = {at for at in {at for at, _ in held} if SUCCESSION.search(text, sentences[at].start, sentences[at].end)}
    held = {(at, of) for at, of in held if at not in succeeded}
    for (group, name, person), fact in stated.items():
        key, at = (person, "leads", group), reading.sentences[fact.object]
        ends = reading.mentions[fact.subject], reading.mentions[fact.object]
        if name == "foundedBy" and key in told and key not in stated and only_founded(text, *ends, sentences[at]):
            told[key] = [e for e in told[key] if at not in (reading.sentences[e[1]], reading.sentences[e[2]])]
    for key, entries in told.items():
        if key[1] in _OF_THE_LIVING:
            told[key] = entries = [e for e in entries if not _fought(reading, *e[1:])]
        if key[1] == "leads" and key not in stated:
            told[key] = [e for e in entries if not all((reading.sentences[end], key[2]) in held for end in e[1:])]


def _keep_to_dates(reading: Reading, told: dict[Key, list[_Entry]], chain_of: Mapping[int, int]) -> None:
    """Drop the dates that a sentence gives to something else."""
    told_by = {e[1:] for key, entries in told.items() if key[1] == "occurredOn" for e in entries}
    own = [reading.document.sentences[at] for at in reading.sentences]
    others = dated_otherwise(reading.document.text, reading.mentions, own, told_by, chain_of)
    for key, entries in told.items():
        if key[1] == "occurredOn" and others:
            told[key] = [e for e in entries if e[1:] not in others]


def _fought(reading: Reading, person: int, group: int) -> bool:
    """Whether the sentence sets a group against a person."""
    same = reading.sentences[person] == reading.sentences[group]
    return same and fights(reading.document.text, reading.mentions[person], reading.mentions[group])


def _evidence(
    reading: Reading,
    calibration: Calibration,
    name: str,
    entries: Sequence[_Entry],
    stated: _Stated | None,
    keep: float,
) -> list[tuple[float, _Entry]]:
    """(confidence, mention pair) of the sentence that tells a fact best, and of every other that tells it well enough by itself.

    The mention pairs of one sentence are pooled as in training (logsumexp); sentences are not, or a hundred weak hints in a long text
    would make a fact.
    """
    places: dict[tuple[int, bool], list[_Entry]] = defaultdict(list)
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
    chosen: dict[int, tuple[float, _Entry]] = {}
    for rank, (score, within, at, best) in enumerate(options):
        if score >= keep and (rank == 0 or (within and score >= ANOTHER)):
            chosen.setdefault(at, (score, best))
    return list(chosen.values())


def _confidence(calibration: Calibration, predicate: str, logit: float, across: bool) -> float:
    """Calibrated confidence of a raw logit (Platt 1999), per predicate; facts told across sentences have an offset of their own."""
    a, b, c = calibration.get(predicate, (1.0, 0.0, 0.0))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, a * logit + b + c * across))))


def _relation(
    reading: Reading,
    chain_of: Mapping[int, int],
    sources_at: Callable[[int], Sequence[Source]],
    name: str,
    i: int,
    j: int,
    score: float,
    *,
    past: bool,
) -> Relation:
    at = max(reading.sentences[i], reading.sentences[j])
    document, sentence = reading.document, reading.document.sentences[at]
    a, b = reading.mentions[i], reading.mentions[j]
    cues = cues_for(document.text, sentence, a, b)
    statuses = reading.scores.statuses(i, j, cues, event=EntityClass.EVENT in (a.cls, b.cls))
    if past:
        statuses.add("former")
    if name == "occurredOn" and _to_come(reading, chain_of[j]):
        statuses.add("planned")
    speaker = attribution(sources_at(at), (a.span, b.span), reading.mentions)
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
        attributed_to=_called(reading, chain_of, speaker) if speaker is not None else None,
    )


def _to_come(reading: Reading, date: int) -> bool:
    """Whether a date is later than the publication: nothing that a text tells happened then."""
    value, published = reading.chains[date].value, reading.document.published
    if value is None or value.start is None or published is None:
        return False
    return value.start > published.isoformat()[: len(value.start)]


def _called(reading: Reading, chain_of: Mapping[int, int], mention: int) -> str:
    """What a source is called: in its own words, or by a name where it is a pronoun."""
    names = reading.chains[chain_of[mention]].names if mention in chain_of else ()
    if reading.mentions[mention].kind is MentionKind.PRONOUN and names:
        return names[0]
    return reading.mentions[mention].span.of(reading.document.text)


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
