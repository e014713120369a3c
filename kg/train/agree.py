"""How far two annotations of the same texts agree: mentions, triggers, identity, facts and their flags.

Neither side is the truth, so everything is an F1, which is the same both ways. Mentions agree when span and class are equal. For
facts, the entities of both sides are aligned one to one where their mentions overlap most; a fact agrees when predicate, both ends
and the sentence below which it stands are equal.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field

from kg.errors import KgError
from kg.evaluate.metrics import ConllScore, Score, assignment, conll, set_score
from kg.train.story import CLASSES, FLAGS, Fact, MarkedMention, Passage, Story

__all__ = ["Agreement", "agreement"]

ENTITIES = frozenset("PGLC")
TOUCH = (
    0.01  # what an overlap without equal ends is worth beside an equal span: it only breaks ties and helps the helpless
)
SYMMETRIC = frozenset({"spouseOf"})
Spot = tuple[int, int, int]  # text, start, end


@dataclass(slots=True)
class Agreement:
    """Scores over all texts compared; in `Score`, the first annotation is the key.

    `identity` is per text, over all mentions; `shared_identity` over those that both sides have; `story_identity` across the texts of a
    story, over those too. `facts` by predicate; `facts_anywhere`, whatever the sentence. `flags` by flag, over facts on which both agree.
    """

    texts: int = 0
    mentions: dict[str, Score] = field(default_factory=dict)
    triggers: Score = field(default_factory=Score)
    typed_triggers: Score = field(default_factory=Score)
    identity: ConllScore = field(default_factory=ConllScore)
    shared_identity: ConllScore = field(default_factory=ConllScore)
    story_identity: ConllScore = field(default_factory=ConllScore)
    events: ConllScore = field(default_factory=ConllScore)
    facts: dict[str, Score] = field(default_factory=dict)
    facts_anywhere: dict[str, Score] = field(default_factory=dict)
    flags: dict[str, Score] = field(default_factory=dict)
    same_flags: Score = field(default_factory=Score)


def agreement(pairs: Iterable[tuple[Story, Story]]) -> Agreement:
    """The agreement of story pairs with the same plain texts. Raises KgError where the texts differ."""
    found = Agreement()
    for first, second in pairs:
        _check_same_texts(first, second)
        aligned = _aligned(first, second)
        for a, b in zip(first.texts, second.texts, strict=True):
            found.texts += 1
            _compare_mentions(found, a, b)
            _compare_facts(found, a, b, aligned)
        sides = [_clusters(story.texts, ENTITIES) for story in (first, second)]
        found.story_identity += conll(*_restricted(*sides))
    return found


def _check_same_texts(first: Story, second: Story) -> None:
    numbers = [[passage.number for passage in story.texts] for story in (first, second)]
    if numbers[0] != numbers[1]:
        raise KgError(f"{first.path} has the texts {numbers[0]}, {second.path} has {numbers[1]}")
    for a, b in zip(first.texts, second.texts, strict=True):
        for line, old, new in zip(b.lines, _plain(a), _plain(b), strict=False):
            if old != new:
                raise KgError(f"{second.path}:{line}: another text: {new[:60]!r} where {first.path} has {old[:60]!r}")
        if a.text != b.text:
            raise KgError(f"{second.path}: text {b.number} has other sentences or paragraphs than in {first.path}")


def _plain(passage: Passage) -> list[str]:
    return [passage.text[start:end] for start, end in passage.sentences]


def _clusters(texts: Iterable[Passage], letters: Set[str]) -> list[set[Spot]]:
    found: dict[str, set[Spot]] = {}
    for passage in texts:
        for m in passage.mentions:
            if m.entity[0] in letters:
                found.setdefault(m.entity, set()).add((passage.number, m.start, m.end))
    return list(found.values())


def _restricted(first: list[set[Spot]], second: list[set[Spot]]) -> tuple[list[set[Spot]], list[set[Spot]]]:
    """Both sides, with the mentions alone that both have."""
    both = set().union(*first) & set().union(*second)
    return [c & both for c in first if c & both], [c & both for c in second if c & both]


def _compare_mentions(found: Agreement, a: Passage, b: Passage) -> None:
    def spans(passage: Passage, *, trigger: bool) -> Iterator[MarkedMention]:
        return (m for m in passage.mentions if (m.kind == "trigger") == trigger)

    sides = [Counter((CLASSES[m.entity[0]], m.start, m.end) for m in spans(p, trigger=False)) for p in (a, b)]
    for cls in {key[0] for side in sides for key in side}:
        _add(found.mentions, cls, set_score(*({key for key in side if key[0] == cls} for side in sides)))
    found.triggers += set_score(*({(m.start, m.end) for m in spans(p, trigger=True)} for p in (a, b)))
    found.typed_triggers += set_score(
        *({(m.start, m.end, p.types.get(m.entity)) for m in spans(p, trigger=True)} for p in (a, b))
    )
    clusters = [_clusters([p], ENTITIES) for p in (a, b)]
    found.identity += conll(*clusters)
    found.shared_identity += conll(*_restricted(*clusters))
    found.events += conll(*(_clusters([p], frozenset("E")) for p in (a, b)))


def _add(scores: dict[str, Score], name: str, score: Score) -> None:
    scores[name] = scores.get(name, Score()) + score


def _aligned(first: Story, second: Story) -> dict[str, str]:
    """Entities of the second annotation → those of the first, in one alignment for the whole story."""
    worth: defaultdict[tuple[str, str], float] = defaultdict(float)
    for a, b in zip(first.texts, second.texts, strict=True):
        for m in a.mentions:
            for n in b.mentions:
                if m.entity[0] == n.entity[0] and m.start < n.end and n.start < m.end:
                    worth[m.entity, n.entity] += 1 if (m.start, m.end) == (n.start, n.end) else TOUCH
    rows, columns = sorted({pair[0] for pair in worth}), sorted({pair[1] for pair in worth})
    pairs = assignment([[worth[row, column] for column in columns] for row in rows])
    return {columns[j]: rows[i] for i, j in pairs}


def _compare_facts(found: Agreement, a: Passage, b: Passage, aligned: dict[str, str]) -> None:
    names = (None, aligned)
    sides = [
        {(_key(fact, name), fact.sentence): fact for fact in passage.facts if fact.holds}
        for passage, name in zip((a, b), names, strict=True)
    ]
    for predicate in {key[1] for side in sides for key, _ in side}:
        placed = [{spot for spot in side if spot[0][1] == predicate} for side in sides]
        _add(found.facts, predicate, set_score(*placed))
        _add(found.facts_anywhere, predicate, set_score(*({key for key, _ in side} for side in placed)))
    for spot in sides[0].keys() & sides[1].keys():
        one, other = (_flags(side[spot], name) for side, name in zip(sides, names, strict=True))
        found.same_flags += set_score({one}, {other})
        for flag in {flag for flag, _ in one | other}:
            _add(found.flags, flag, set_score(*({f for f in side if f[0] == flag} for side in (one, other))))


def _key(fact: Fact, aligned: dict[str, str] | None) -> tuple[str, str, str]:
    """The fact in the ids of the first annotation; what has no counterpart there keeps an id that the first does not use."""
    subject, obj = (_named(end, aligned) for end in (fact.subject, fact.object))
    if fact.predicate in SYMMETRIC and obj < subject:
        subject, obj = obj, subject
    return subject, fact.predicate, obj


def _named(entity: str, aligned: dict[str, str] | None) -> str:
    return entity if aligned is None else aligned.get(entity, f"?{entity}")


def _flags(fact: Fact, aligned: dict[str, str] | None) -> frozenset[tuple[str, str]]:
    named = {"by": fact.by, "from": fact.since, "until": fact.until}
    plain = {(flag, "") for flag in fact.flags & FLAGS}
    return frozenset(plain | {(flag, _named(value, aligned)) for flag, value in named.items() if value})
