"""Examples → arrays for one training step: windows, tag targets with masks, mention pairs with targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.extract.labels import (
    CLASSES,
    COREFERENCE,
    EVENT_TYPES,
    FITS,
    KINDS,
    NAME_TAGS,
    NOMINAL_CLASSES,
    PREDICATES,
    STATUSES,
    distance_bucket,
)
from kg.extract.tokens import CLS, SEP, SHAPES, WordPieces
from kg.extract.windows import windows
from kg.train.corpora import INCIDENTS, PARTIAL_NAMES, Example, ExampleMention
from kg.types import EntityClass, MentionKind, Span

__all__ = ["Item", "PairTargets", "items", "pair_targets"]

IGNORE = -100
LOWER = SHAPES.index("lower")
NEAR = 2  # sentences: mention pairs farther apart are neither trained nor scored


@dataclass(slots=True)
class PairTargets:
    """Mention pairs of a window and what is known of them.

    subjects, objects, gaps (p,). Bags of pairs, flat: member (k,) pair and bag (k,) of each membership; output, target, weight (b,)
    of each bag: logsumexp over a bag's logits of that output should say target. status_pairs (q,), statuses (q, 5), nan: unknown.
    """

    subjects: NDArray[np.int64]
    objects: NDArray[np.int64]
    gaps: NDArray[np.int64]
    members: NDArray[np.int64]
    bag_of: NDArray[np.int64]
    outputs: NDArray[np.int64]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]
    status_pairs: NDArray[np.int64]
    statuses: NDArray[np.float32]
    kinds: NDArray[np.int64]
    pieces: list[tuple[int, int]]


@dataclass(slots=True)
class Item:
    """One window. Arrays are (n,) over its pieces, [CLS] and [SEP] included.

    `allowed` (n, tags) bool: the tags that a piece may have.
    """

    source: str
    ids: NDArray[np.int64]
    shapes: NDArray[np.int64]
    allowed: NDArray[np.bool_] | None
    nominals: NDArray[np.int64] | None
    triggers: NDArray[np.float32] | None  # nan: unknown
    types: NDArray[np.int64]
    mentions: list[ExampleMention]
    pieces: list[tuple[int, int]]  # of each mention, in the window
    sentences: list[int]  # of each mention
    kinds: NDArray[np.int64]
    example: Example
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    first: NDArray[np.bool_]
    sentence_of: NDArray[np.int64]
    pairs: PairTargets | None = None  # of the annotated mentions alone, once they were asked for


def _pad(values: NDArray[Any], edge: int | bool) -> NDArray[Any]:
    """With a place for [CLS] and [SEP]."""
    return np.concatenate([[edge], values, [edge]])


def items(example: Example, tokenizer: WordPieces) -> list[Item]:
    """The windows of an example."""
    pieces = tokenizer.pieces(example.text)
    found = []
    sentence_starts = np.array([s for s, _ in example.sentences])
    for window in windows(pieces, [Span(s, e) for s, e in example.sentences if e > s]):
        at = slice(window.start, window.end)
        starts, ends = _pad(pieces.starts[at], -1), _pad(pieces.ends[at], -1)
        inside: list[ExampleMention] = []
        where: list[tuple[int, int]] = []
        low, high = pieces.starts[window.start], pieces.ends[window.end - 1]
        for mention in example.mentions:
            if low <= mention.start and mention.end <= high:
                hit = np.flatnonzero((starts >= 0) & (starts < mention.end) & (ends > mention.start))
                if len(hit):
                    inside.append(mention)
                    where.append((int(hit[0]), int(hit[-1]) + 1))
        sentence_of = np.maximum(np.searchsorted(sentence_starts, starts, side="right") - 1, 0)
        complete = None
        if example.complete is not None:
            complete = np.isin(sentence_of, list(example.complete))
        item = Item(
            source=example.source,
            ids=np.concatenate([[CLS], pieces.ids[at], [SEP]]),
            shapes=_pad(pieces.shapes[at], 0),
            allowed=None,
            nominals=None,
            triggers=None,
            types=np.full(len(starts), IGNORE),
            mentions=inside,
            pieces=where,
            sentences=[int(sentence_of[a]) for a, _ in where],
            kinds=np.array([CLASSES.index(m.cls) * len(KINDS) + KINDS.index(m.kind) for m in inside], dtype=np.int64),
            example=example,
            starts=starts,
            ends=ends,
            first=_pad(pieces.first[at], False),
            sentence_of=sentence_of,
        )
        _tag_targets(item, complete)
        found.append(item)
    return found


def _tag_targets(item: Item, complete: NDArray[np.bool_] | None) -> None:
    example, n = item.example, len(item.ids)
    if example.names:
        tags = np.zeros(n, dtype=np.int64)
        length = np.full(n, 10**6)
        for mention, (a, b) in zip(item.mentions, item.pieces, strict=True):
            if mention.kind is MentionKind.NAME and b - a < length[a:b].min():  # the inner name wins
                k = 1 + 2 * CLASSES.index(mention.cls)
                tags[a:b], length[a:b] = k + 1, b - a
                tags[a] = k
        item.allowed = np.zeros((n, len(NAME_TAGS)), dtype=bool)
        item.allowed[np.arange(n), tags] = True
        for cls in example.free_names:
            k = 1 + 2 * CLASSES.index(cls)
            free = tags == 0
            if example.source in PARTIAL_NAMES and cls is not EntityClass.DATE:
                free &= (
                    item.shapes != LOWER
                )  # a word without a capital is no name: without this every word there becomes one
            item.allowed[free, k : k + 2] = True
    if example.nominals:
        item.nominals = np.zeros(n, dtype=np.int64)
        for mention, (a, b) in zip(item.mentions, item.pieces, strict=True):
            if mention.kind is MentionKind.NOMINAL and mention.cls in NOMINAL_CLASSES:
                k = 1 + 2 * NOMINAL_CLASSES.index(mention.cls)
                item.nominals[a:b] = k + 1
                item.nominals[a] = k
    if example.triggers:
        item.triggers = np.zeros(n, dtype=np.float32)
        if complete is not None:
            item.triggers[~complete] = np.nan
        for mention, (a, b) in zip(item.mentions, item.pieces, strict=True):
            if mention.kind is not MentionKind.TRIGGER:
                continue
            known = mention.event_type is not None
            item.triggers[a:b] = np.nan  # later pieces of a word are not asked
            item.triggers[a] = 1.0 if known else np.nan
            if known and mention.event_type in EVENT_TYPES:
                item.types[a] = EVENT_TYPES.index(mention.event_type)
        item.triggers[~item.first] = np.nan


def pair_targets(
    item: Item, extra: list[tuple[int, int, EntityClass, MentionKind]], rng: np.random.Generator
) -> PairTargets | None:
    """Pairs and targets of a window. `extra`: predicted mentions that no annotation covers (first piece, end, class, kind): for
    corpora which annotate only what takes part in a fact they are the negatives."""
    example = item.example
    item = replace(item, mentions=list(item.mentions), pieces=list(item.pieces), sentences=list(item.sentences))
    for a, b, cls, kind in extra:
        item.mentions.append(
            ExampleMention(int(item.starts[a]), int(item.ends[b - 1]), cls, kind, -2 - len(item.mentions))
        )
        item.pieces.append((a, b))
        item.sentences.append(int(item.sentence_of[a]))
    if extra:
        codes = [CLASSES.index(m.cls) * len(KINDS) + KINDS.index(m.kind) for m in item.mentions]
        item.kinds = np.array(codes, dtype=np.int64)
    facts = example.facts
    pairs: dict[tuple[int, int], int] = {}
    groups: dict[tuple[int, int, int], list[int]] = {}  # (cluster, output, cluster) → pairs

    def pair(i: int, j: int) -> int:
        return pairs.setdefault((i, j), len(pairs))

    bags: list[tuple[NDArray[np.int64], int, int, float]] = []
    mentions = item.mentions
    if facts is not None:
        for p in sorted(facts.predicates):
            subject_classes, object_classes = FITS[PREDICATES[p]]
            for i, s in enumerate(mentions):
                if s.cls not in subject_classes:
                    continue
                for j, o in enumerate(mentions):
                    if i == j or o.cls not in object_classes or abs(item.sentences[i] - item.sentences[j]) > NEAR:
                        continue
                    if s.cluster == o.cluster or ((s.cluster == -1 or o.cluster == -1) and rng.random() > 0.3):
                        continue
                    groups.setdefault((_bag(example, s), p, o.cluster), []).append(pair(i, j))
        _fact_bags(item, groups, pairs, bags)
    if example.coreference:
        _coreference_bags(item, pair, bags)
    if not pairs:
        return None
    keys = np.array(list(pairs), dtype=np.int64)
    gaps = np.array([distance_bucket(item.pieces[j][0] - item.pieces[i][0]) for i, j in keys], dtype=np.int64)
    statuses = _statuses(item, pairs) if facts is not None and facts.statuses else []
    return PairTargets(
        subjects=keys[:, 0],
        objects=keys[:, 1],
        gaps=gaps,
        members=np.concatenate([members for members, *_ in bags]) if bags else np.zeros(0, dtype=np.int64),
        bag_of=np.repeat(np.arange(len(bags)), [len(members) for members, *_ in bags]),
        outputs=np.array([output for _, output, _, _ in bags], dtype=np.int64),
        targets=np.array([target for _, _, target, _ in bags], dtype=np.float32),
        weights=np.array([weight for *_, weight in bags], dtype=np.float32),
        status_pairs=np.array([index for index, _ in statuses], dtype=np.int64),
        statuses=np.array([target for _, target in statuses], dtype=np.float32).reshape(-1, len(STATUSES)),
        kinds=item.kinds,
        pieces=list(item.pieces),
    )


def _bag(example: Example, mention: ExampleMention) -> int:
    return -1000 if example.incidents and mention.cls is EntityClass.EVENT else mention.cluster


def _fact_bags(
    item: Item,
    groups: dict[tuple[int, int, int], list[int]],
    pairs: dict[tuple[int, int], int],
    bags: list[tuple[NDArray[np.int64], int, int, float]],
) -> None:
    facts = item.example.facts
    assert facts is not None
    holds, unknown = facts.holds, facts.unknown
    if item.example.incidents:  # the templates of a text as one incident, as MUC-4 is scored
        events = {s for s, p, _ in holds if PREDICATES[p].startswith(("inv", "occ"))}
        holds = {(-1000 if s in events else s, p, o): v for (s, p, o), v in holds.items()}
        unknown = {(-1000 if s in events else s, p, o) for s, p, o in unknown}
    ends = {index: key for key, index in pairs.items()}
    for key, members in groups.items():
        subject, p, obj = key
        if key in holds:
            evidence = {s for s, _ in holds[key]}
            near = members
            if -1 not in evidence:
                near = [m for m in members if {item.sentences[ends[m][0]], item.sentences[ends[m][1]]} & evidence]
                both = [m for m in near if item.sentences[ends[m][0]] == item.sentences[ends[m][1]]]
                near = both or near
            if near:
                bags.append((np.array(near), p, 1, 0.6 if item.example.incidents else 1.0))
        elif key not in unknown and facts.negatives and (obj, p, subject) not in holds:
            weight = 1.0
            if item.example.incidents:
                if not holds:
                    continue  # a text without incidents of the kind sought still has events and actors
                weight = 0.3
            bags.append((np.array(members), p, 0, weight))
        elif (obj, p, subject) in holds and PREDICATES[p] not in ("spouseOf",):
            bags.append((np.array(members), p, 0, 1.0))


def _coreference_bags(
    item: Item, pair: Callable[[int, int], int], bags: list[tuple[NDArray[np.int64], int, int, float]]
) -> None:
    output = len(PREDICATES)
    assert COREFERENCE == "sameAs"
    order = sorted(range(len(item.mentions)), key=lambda k: item.pieces[k])
    for position, j in enumerate(order):
        anaphor = item.mentions[j]
        for i in order[max(0, position - 40) : position]:
            other = item.mentions[i]
            if other.cls is not anaphor.cls and not _loose(other.cls, anaphor.cls):
                continue
            if anaphor.cls is EntityClass.DATE:
                continue
            same = other.cluster == anaphor.cluster and anaphor.cluster >= 0
            hard = anaphor.kind is not MentionKind.NAME
            if (
                not same
                and not hard
                and item.example.source != "newsgraph"
                and abs(item.pieces[i][0] - item.pieces[j][0]) > 60
            ):
                continue
            bags.append((np.array([pair(j, i)]), output, int(same), 0.5 if hard or same else 0.15))


def _loose(a: EntityClass, b: EntityClass) -> bool:
    return {a, b} in ({EntityClass.POLITY, EntityClass.GROUP}, {EntityClass.POLITY, EntityClass.PLACE})


def _statuses(item: Item, pairs: dict[tuple[int, int], int]) -> list[tuple[int, NDArray[np.float32]]]:
    """(pair, whether each status holds, nan: unknown) of the pairs by which the sentences of a fact tell it: those inside the sentence,
    or, where there are none, those with one end in it."""
    facts = item.example.facts
    assert facts is not None
    found = []
    of: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for i, j in pairs:
        of.setdefault((item.mentions[i].cluster, item.mentions[j].cluster), []).append((i, j))
    for (s, _, o), entries in facts.holds.items():
        for sentence, flags in entries:
            target = np.array(
                [float(status in flags) if status in facts.statuses else np.nan for status in STATUSES],
                dtype=np.float32,
            )
            told = [(i, j) for i, j in of.get((s, o), ()) if sentence in (-1, item.sentences[i], item.sentences[j])]
            inside = [(i, j) for i, j in told if item.sentences[i] == item.sentences[j]]
            found += [(pairs[ends], target) for ends in inside or told]
    return found


def is_incident(types: tuple[str, ...]) -> bool:
    """Whether a word with these event types may tell of a MUC-4 incident."""
    return bool(types) and types[0] in INCIDENTS
