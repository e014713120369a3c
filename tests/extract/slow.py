"""The extractor as it is easiest to understand: every pair of mentions in a dict, every name compared with every name.

What `kg.extract` does with arrays and indexes must come out the same.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from kg.extract import ModelExtractor, coref, mentions, relations
from kg.extract import names as by_rule
from kg.extract.confidence import in_context
from kg.extract.coref import chains_of
from kg.extract.dates import date_value
from kg.extract.decode import sigmoid
from kg.extract.departed import departed, fallen
from kg.extract.heads import SUCCESSION, fights, only_founded, without_wholes
from kg.extract.labels import (
    CLASSES,
    COREFERENCE,
    FITS,
    KINDS,
    PAIR_OUTPUTS,
    PREDICATES,
    STATUSES,
    distance_bucket,
    may_corefer,
    says_enough,
)
from kg.extract.mentions import Found, agree_on_classes, mentions_in
from kg.extract.names import LINK, is_acronym, name_key
from kg.extract.offices import offices
from kg.extract.pairs import ANTECEDENTS, NEAR
from kg.extract.patterns import embedded_people, pattern_facts
from kg.extract.qualify import Source, sources_in
from kg.extract.seats import seats
from kg.extract.when import dated_otherwise
from kg.extract.windows import windows
from kg.extract.words import country_of
from kg.types import Chain, Document, EntityClass, Extraction, Mention, Relation

Rows = dict[tuple[int, int], NDArray[np.float32]]


def best_tags(log_p: NDArray[np.float32], breaks: NDArray[np.bool_]) -> list[int]:
    """Viterbi over the whole text, one matrix of steps for each word."""
    n, tags = log_p.shape
    if not n:
        return []
    fresh = np.zeros(tags)
    fresh[2::2] = -np.inf
    penalty = np.tile(fresh, (tags, 1))
    for inside in range(2, tags, 2):
        penalty[[inside - 1, inside], inside] = 0
    score = log_p[0] + fresh
    back = np.zeros((n, tags), dtype=np.int64)
    for i in range(1, n):
        steps = score[:, None] + (fresh if breaks[i] else penalty)
        back[i] = steps.argmax(axis=0)
        score = steps[back[i], np.arange(tags)] + log_p[i]
    found = [int(score.argmax())]
    for i in range(n - 1, 0, -1):
        found.append(int(back[i, found[-1]]))
    return found[::-1]


def _begins(short: str, long: str) -> bool:
    a, b = short.split(), long.split()
    return 2 <= len(a) < len(b) and b[: len(a)] == a and b[len(a)] not in ("of", "for", "in")


def join_names(
    text: str,
    of: Sequence[Mention],
    names: Sequence[int],
    scores: Mapping[tuple[int, int], float],
    found: by_rule.Sets,
) -> None:
    """Every name against every name."""
    keys = {i: name_key(of[i].span.of(text)) for i in names}
    by_key: dict[tuple[str, EntityClass], int] = {}
    for i in names:
        country = country_of(of[i].span.of(text)) if of[i].cls is EntityClass.POLITY else None
        found.join(by_key.setdefault((country.casefold() if country else keys[i], of[i].cls), i), i)
    _join_persons(of, [i for i in by_key.values() if of[i].cls is EntityClass.PERSON], names, keys, scores, found)
    for i, j in itertools.product(names, names):
        if of[i].cls is of[j].cls and of[i].cls in by_rule._SHORTENED and by_rule._defined(text, of[j], of[i]):
            found.join(i, j)
    short = [i for i in by_key.values() if of[i].cls in by_rule._SHORTENED]
    groups = [i for i in short if of[i].cls is EntityClass.GROUP]
    for i, j in itertools.product(short, short):
        if i != j and of[i].cls is of[j].cls and found.find(i) != found.find(j):
            if is_acronym(of[i].span.of(text), of[j].span.of(text)):
                found.join(i, j)
            elif of[i].cls is EntityClass.GROUP and _begins(keys[i], keys[j]):
                longer = {found.find(k) for k in groups if _begins(keys[i], keys[k])}
                if len(longer) == 1:
                    found.join(i, j)


def _short_for(short: Sequence[str], long: Sequence[str]) -> bool:
    if len(short) == 1:
        return short[0] in (long[-1], long[0]) or (len(long) > 2 and short[0] == long[-2])
    return list(long[-len(short) :]) == list(short)


def _join_persons(
    of: Sequence[Mention],
    persons: Sequence[int],
    names: Sequence[int],
    keys: Mapping[int, str],
    scores: Mapping[tuple[int, int], float],
    found: by_rule.Sets,
) -> None:
    words = {i: keys[i].split() for i in persons}
    full = [i for i in persons if len(words[i]) > 1]
    for i in persons:
        matching = [j for j in full if len(words[j]) > len(words[i]) and _short_for(words[i], words[j])]
        alike = [j for j in full if j != i and by_rule._initials_agree(words[i], words[j])]
        if len(words[i]) > 1 and len({found.find(j) for j in matching + alike}) == 1:
            found.join(i, (matching + alike)[0])
        elif len(words[i]) == 1 and matching:
            uses = [k for k in names if keys[k] == keys[i] and of[k].cls is EntityClass.PERSON]
            for k in uses:
                found.parent[k] = k
            for k in uses:
                found.parent[k] = found.find(_bearer(k, matching, names, keys, scores, found))


def _bearer(
    k: int,
    candidates: Sequence[int],
    names: Sequence[int],
    keys: Mapping[int, str],
    scores: Mapping[tuple[int, int], float],
    found: by_rule.Sets,
) -> int:
    if len({found.find(j) for j in candidates}) == 1:
        return candidates[0]
    uses = [j for j in names if keys[j] in {keys[c] for c in candidates}]
    liked = {j: scores.get((max(j, k), min(j, k)), 0.0) for j in uses}
    best = max(uses, key=lambda j: (liked[j], j < k, j if j < k else -j))
    before = [j for j in uses if j < k]
    if liked[best] >= LINK or not before:
        return best if liked[best] >= LINK else uses[0]
    named = [found.find(j) for j in before]
    most = max(named.count(root) for root in named)
    return next(j for j, root in zip(before, named, strict=True) if named.count(root) == most)


def _fits(subject: EntityClass, obj: EntityClass) -> bool:
    return any(subject in subjects and obj in objects for subjects, objects in FITS.values())


def _pairs(
    found: Sequence[Found], sentences: Sequence[int], inside: Sequence[int], fresh: int
) -> list[tuple[int, int]]:
    pairs = []
    for position, j in enumerate(inside):
        for back, i in enumerate(reversed(inside[:position]), 1):
            a, b = found[i].mention.cls, found[j].mention.cls
            near = abs(sentences[i] - sentences[j]) <= NEAR
            if j >= fresh and near and _fits(a, b):
                pairs.append((i, j))
            if j >= fresh and ((near and _fits(b, a)) or (back <= ANTECEDENTS and may_corefer(a, b))):
                pairs.append((j, i))
    return pairs


def extract(extractor: ModelExtractor, document: Document, patch: pytest.MonkeyPatch) -> Extraction:
    """What the extractor makes of a document, each pair's logits kept to the end."""
    patch.setattr(mentions, "best_tags", best_tags)
    patch.setattr(coref, "join_names", join_names)
    model = extractor._model
    pieces = model.tokenizer.pieces(document.text)
    starts = np.array([s.start for s in document.sentences])
    found: list[Found] = []
    sentences: list[int] = []
    rows: Rows = {}
    for window in windows(pieces, document.sentences):
        outputs = model.encode(pieces, window)
        fresh = len(found)
        found += mentions_in(document, starts, pieces, window, outputs)
        sentences += [sum(s <= f.mention.span.start for s in starts.tolist()) - 1 for f in found[fresh:]]
        inside = [i for i in range(len(found)) if found[i].first >= window.start]
        pairs = _pairs(found, sentences, inside, fresh)
        if pairs:
            local = {i: k for k, i in enumerate(inside)}
            spans = np.zeros((len(inside), len(outputs.states)), dtype=np.float32)
            for i, k in local.items():
                a, b = found[i].first - window.start + 1, found[i].end - window.start + 1
                spans[k, a:b] = 1 / (b - a)
            m = [found[i].mention for i in inside]
            kinds = np.array([CLASSES.index(x.cls) * len(KINDS) + KINDS.index(x.kind) for x in m])
            gaps = np.array([distance_bucket(found[j].first - found[i].first) for i, j in pairs])
            subjects, objects = np.array([(local[i], local[j]) for i, j in pairs]).T
            rows |= dict(zip(pairs, model.pairs(outputs, spans, kinds, subjects, objects, gaps), strict=True))
    final = tuple(f.mention for f in agree_on_classes(document.text, found))
    values = {
        i: value
        for i, m in enumerate(final)
        if m.cls is EntityClass.DATE and (value := date_value(m.span.of(document.text), document.published))
    }
    same = PAIR_OUTPUTS.index(COREFERENCE)
    scores = {(i, j): float(sigmoid(row[same])) for (i, j), row in rows.items() if i > j}
    chains = chains_of(document.text, final, scores, values)
    told = _relations(extractor, document, final, sentences, chains, rows)
    alone = Extraction(document.id, extractor.model, final, chains, tuple(told))
    return alone if extractor._context is None else in_context(alone, extractor._context, extractor._keep)


class _Statuses:
    """What the rows say of a fact's status."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def statuses(self, i: int, j: int, cues: frozenset[str], *, event: bool) -> set[str]:
        from kg.extract.scores import _BELIEF

        if (i, j) not in self.rows:
            return set(cues)
        believed = {s: float(sigmoid(self.rows[i, j][PAIR_OUTPUTS.index(s)])) for s in STATUSES}
        return {
            status
            for status, (of_event, standing, supported) in _BELIEF.items()
            if believed[status] >= (of_event if event else standing)
            or (status in cues and believed[status] >= supported)
        }


def _allowed(predicate: str, subject: Chain, obj: Chain) -> bool:
    subjects, objects = FITS[predicate]
    if subject.cls not in subjects or obj.cls not in objects:
        return False
    if not all(chain.named or says_enough(predicate, chain.cls) for chain in (subject, obj)):
        return False
    return predicate != "occurredOn" or obj.value is not None


def _relations(
    extractor: ModelExtractor,
    document: Document,
    of: Sequence[Mention],
    sentences: Sequence[int],
    chains: Sequence[Chain],
    rows: Rows,
) -> list[Relation]:
    reading = relations.Reading(document, of, sentences, chains, _Statuses(rows))  # type: ignore[arg-type]
    chain_of = reading.chain_of()
    order = sorted(range(len(of)), key=lambda i: of[i].span)
    embedded = embedded_people(document.text, of, order)
    told = defaultdict(list)
    for (a, b), row in rows.items():
        i, j = relations._said_of(reading, embedded, a, b), relations._said_of(reading, embedded, b, a)
        s, o = chain_of.get(i), chain_of.get(j)
        if s is None or o is None or s == o or abs(sentences[i] - sentences[j]) > NEAR:
            continue
        for p, name in enumerate(PREDICATES):
            if _allowed(name, chains[s], chains[o]):
                told[s, name, o].append((float(row[p]), i, j))
    held = list(offices(document.text, of, order))
    stated: dict[relations.Key, tuple[int, int, bool]] = {}
    for i, name, j, former in [
        *pattern_facts(document.text, of, order),
        *((g, "locatedIn", place, False) for g, place in seats(document.text, of, order)),
        *((o.person, "memberOf", o.of, o.former) for o in held if o.member),
    ]:
        s, o = chain_of.get(i), chain_of.get(j)
        if s is not None and o is not None and s != o and _allowed(name, chains[s], chains[o]):
            stated.setdefault((s, name, o), (i, j, former))
    for office in held:
        if office.person not in chain_of or office.of not in chain_of:
            continue
        key = (chain_of[office.person], "leads", chain_of[office.of])
        if key not in stated:
            told[key] = [e for e in told[key] if sentences[office.person] not in (sentences[e[1]], sentences[e[2]])]
    for (group, name, person), (i, j, _) in stated.items():
        key, at = (person, "leads", group), sentences[j]
        said = document.sentences[at]
        if name == "foundedBy" and key not in stated and only_founded(document.text, of[i], of[j], said):
            told[key] = [e for e in told[key] if at not in (sentences[e[1]], sentences[e[2]])]
    for key in told:
        if key[1] in ("leads", "memberOf"):
            told[key] = [
                e
                for e in told[key]
                if sentences[e[1]] != sentences[e[2]] or not fights(document.text, of[e[1]], of[e[2]])
            ]
    pairs = [(i, j) for i in range(len(of)) for j in range(len(of)) if of[i].cls == "Event" and of[j].cls == "Date"]
    others = dated_otherwise(document.text, of, [document.sentences[at] for at in sentences], pairs, chain_of)
    for key in told:
        if key[1] == "occurredOn":
            told[key] = [e for e in told[key] if e[1:] not in others]
    for (_, name, group), (leader, _, _) in stated.items():
        told_in = sentences[leader]
        if name == "leads" and not SUCCESSION.search(document.sentences[told_in].of(document.text)):
            for key in [(other, "leads", group) for other in range(len(chains)) if (other, "leads", group) in told]:
                if key not in stated:
                    told[key] = [e for e in told[key] if (sentences[e[1]], sentences[e[2]]) != (told_in, told_in)]
    for key, (i, j, _) in stated.items():
        if (i, j) not in [(a, b) for _, a, b in told[key]]:
            told[key].append((0.0, i, j))
    by_sentence = defaultdict(list)
    for i, at in enumerate(sentences):
        by_sentence[at].append(i)

    def sources_at(at: int) -> list[Source]:
        return sources_in(document.text, document.sentences[at], of, by_sentence[at])

    gone = {chain_of.get(i) for i in departed(document.text, of, document.sentences)}
    found = []
    for key, entries in told.items():
        fact = stated.get(key)
        for score, i, j in _evidence(extractor, sentences, key[1], entries, fact):
            past = fact is not None and fact[2]
            if key[1] in ("leads", "memberOf"):
                past = past or key[0] in gone or fallen(document.text, of[j])
            relation = relations._relation(reading, chain_of, sources_at, key[1], i, j, score, past=past)
            found.append(relation)
            value = chains[key[2]].value
            if key[1] == "occurredOn" and value is not None and value.end is not None:
                found.append(replace(relation, predicate="endDate"))
    return without_wholes(document.text, of, chain_of, relations._consistent(found, chain_of))


def _evidence(
    extractor: ModelExtractor,
    sentences: Sequence[int],
    name: str,
    entries: Sequence[tuple[float, int, int]],
    stated: tuple[int, int, bool] | None,
) -> list[tuple[float, int, int]]:
    places = defaultdict(list)
    for entry in entries:
        a, b = sentences[entry[1]], sentences[entry[2]]
        places[max(a, b), a != b].append(entry)
    options = []
    a, b, c = extractor._calibration.get(name, (1.0, 0.0, 0.0))
    for (at, across), here in places.items():
        z = a * float(np.logaddexp.reduce([x for x, _, _ in here])) + b + c * across
        score = 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))
        best = max(here, key=lambda e: (e[0], -e[1], -e[2]))
        if stated is not None and stated[:2] in [e[1:] for e in here]:
            score, best = max(score, relations.PATTERN), (best[0], *stated[:2])
        options.append((score, not across, -at, best))
    chosen: dict[int, tuple[float, int, int]] = {}
    for rank, (score, within, at, best) in enumerate(sorted(options, reverse=True)):
        if score >= extractor._first and (rank == 0 or (within and score >= relations.ANOTHER)):
            chosen.setdefault(at, (score, *best[1:]))
    return list(chosen.values())
