"""Which earlier thing a nominal or pronoun means: what the model says of pairs of mentions, weighed with what it does not see.

The model compares two mentions. Of the thing that one of them belongs to it does not know whether a text calls it "she" or "they", how
often and how lately it was named, nor how many others could be meant. Durrett and Klein (2013) show how far such plain features go.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kg.extract.anaphora import KINDS, modifiers, traits_of
from kg.extract.labels import may_corefer
from kg.extract.weights import BELIEF, BIAS, LEAST, SURE, WEIGHTS
from kg.types import EntityClass, Mention, MentionKind

__all__ = ["Antecedents"]

_RIVALS = 5  # others named since then: more make no difference
_LOOKED_AT = 60  # things looked at for these
_CLAUSE = re.compile(
    r"[,;:—–()\"“”]|\b(?:that|which|who|whom|whose|where|when|while|because|although|though|if|and|but|or|after|before|since|until"
    r"|as|to)\b"
)


@dataclass(slots=True)
class _Thing:
    """What is known of a thing from its mentions so far. `spoke`: the quotations in which it says "I" or "we"."""

    first: int
    last: int
    count: int = 0
    gender: int = 0
    many: int = 0
    one: int = 0
    named: bool = False
    polity: bool = False
    pronouns: dict[str, int] = field(default_factory=dict)
    spoke: set[int] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)
    name_words: set[str] = field(default_factory=set)

    def add(self, other: _Thing) -> None:
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.count += other.count
        self.gender += other.gender
        self.many += other.many
        self.one += other.one
        self.named |= other.named
        self.polity |= other.polity
        self.pronouns |= other.pronouns
        self.spoke |= other.spoke
        self.heads |= other.heads
        self.name_words |= other.name_words


class Antecedents:
    """The things that a text has told of up to some mention. Mentions are to be in text order, a mention before those inside it."""

    def __init__(self, text: str, mentions: Sequence[Mention]) -> None:
        self._text = text
        self._mentions = mentions
        order = sorted(range(len(mentions)), key=lambda i: mentions[i].span)
        self._rank = {i: k for k, i in enumerate(order)}
        self._order = order
        self._traits = traits_of(text, mentions)
        self._things: dict[int, _Thing] = {}  # root → thing, that of the last mention last

    def has(self, root: int) -> bool:
        """Whether a root has a mention that was read."""
        return root in self._things

    def add(self, i: int, root: int) -> None:
        """Mention i was read and is one of those of a root."""
        m, t = self._mentions[i], self._traits[i]
        one = _Thing(t.sentence, self._rank[i], 1, t.gender)
        if m.cls is EntityClass.POLITY:
            one.polity = True
        else:
            one.many, one.one = int(t.number > 0), int(t.number < 0)
        if m.kind is MentionKind.NAME:
            one.named, one.name_words = True, set(t.words)
        elif m.kind is MentionKind.NOMINAL:
            one.heads = {t.head}
        elif m.kind is MentionKind.PRONOUN:
            one.pronouns = {t.kind: t.sentence}
            one.spoke = {t.quotation} if t.kind in ("I", "we") else set()
        self._put(root, one)

    def join(self, root: int, other: int) -> None:
        """Two roots are one thing, the first of them its root."""
        if root != other and (thing := self._things.pop(other, None)) is not None:
            self._put(root, thing)

    def _put(self, root: int, thing: _Thing) -> None:
        known = self._things.pop(root, None)
        if known is not None:
            known.add(thing)
        self._things[root] = known or thing

    def choose(self, i: int, candidates: Mapping[int, float]) -> int | None:
        """The root that mention i means, None if that is not sure enough.

        candidates: root → the most that the model believes of one of its mentions.
        """
        kind = self._traits[i].kind
        beliefs = {root: p for root, p in candidates.items() if p >= LEAST and self.fits(i, root)}
        if not kind or not beliefs:
            return None
        column = KINDS.index(kind)
        scores = {}
        for root, p in beliefs.items():
            logit = min(math.log(p / (1 - p)), 6.0) if p < 1 else 6.0
            told = sum(WEIGHTS[name][column] * value for name, value in self.features(i, root))
            scores[root] = BIAS[column] + BELIEF[column] * logit + told
        best = max(scores, key=lambda root: (scores[root], root))
        rest = math.exp(-scores[best]) + sum(
            math.exp(s - scores[best]) for s in scores.values()
        )  # the first: none of them
        return best if 1 / rest >= SURE[column] else None

    def fits(self, i: int, root: int) -> bool:
        """Whether mention i may mean a root at all: nothing of the other gender, which is right in 9 of 310 cases of our annotation, and
        "they" no country, which is in none of 34 (November 2026)."""
        t, thing = self._traits[i], self._things.get(root)
        return thing is not None and t.gender * thing.gender >= 0 and not (thing.polity and t.kind == "they")

    def features(self, i: int, root: int) -> Iterator[tuple[str, float]]:
        """(name, value) of what speaks for or against a root as what mention i means."""
        t, m, thing = self._traits[i], self._mentions[i], self._things[root]
        last = self._order[thing.last]
        before, lt = self._mentions[last], self._traits[last]
        apart = t.sentence - lt.sentence
        yield "same sentence", float(apart == 0)
        yield "sentences apart", math.log1p(min(apart, 10))
        yield "rivals", self._rivals(m, root)
        yield "named", float(thing.named)
        yield "leads", float(lt.leads)
        yield "size", math.log(thing.count)
        yield "from the start", float(thing.first <= 1)
        yield "nested", float(lt.nested)
        yield "last is pronoun", float(before.kind is MentionKind.PRONOUN)
        yield "same gender", float(t.gender * thing.gender > 0)
        yield "speaks", float(t.quotation >= 0 and t.quotation in thing.spoke)
        if m.cls is not EntityClass.PERSON:
            yield "polity", float(thing.polity)
            balance = thing.many - thing.one
            yield "other number", float(t.number * balance < 0)
            yield "same number", float(t.number * balance > 0)
        if t.role:
            yield "so called before", float(t.sentence - thing.pronouns.get(t.kind, -9) <= 1)
            yield "last is plural", float(before.kind is MentionKind.NOMINAL and lt.number > 0)
            if apart == 0 and _CLAUSE.search(self._text, before.span.end, m.span.start) is None:
                yield "object of its clause", float(t.role == "o")
                yield "owner in its clause", float(t.role == "p")
        else:
            which = modifiers(t)
            yield "same head", float(t.head in thing.heads)
            yield "other head", float(bool(thing.heads) and t.head not in thing.heads)
            yield (
                "head in name",
                float(not thing.name_words.isdisjoint((t.head, t.head + "s", t.head.removesuffix("s")))),
            )
            yield "modifier not in name", float(bool(which) and which.isdisjoint(thing.name_words))
            yield "beside", float(0 <= m.span.start - before.span.end <= 3)

    def _rivals(self, m: Mention, root: int) -> float:
        """How many things of a class that fits were mentioned since this one."""
        found = 0
        for seen, (other, thing) in enumerate(reversed(self._things.items())):
            if other == root or found == _RIVALS or seen == _LOOKED_AT:
                break
            found += may_corefer(m.cls, self._mentions[self._order[thing.last]].cls)
        return float(found)
