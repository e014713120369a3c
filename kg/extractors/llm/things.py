"""The things of one document, in the making: each with the mentions that the text was found to have of it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kg.extract.coref import bare_nominal
from kg.extract.dates import date_value
from kg.extract.names import name_key
from kg.extractors.llm.quotes import Quotes
from kg.types import Chain, DateValue, Document, EntityClass, Mention, MentionKind, Span

__all__ = ["Thing", "Things"]

KNOWN = 60  # things of earlier windows that are told to the service: the last ones mentioned
NAMES_TOLD = 3
MENTION_SCORE = 0.5  # services give none

_ORDER = (MentionKind.NAME, MentionKind.TRIGGER, MentionKind.NOMINAL, MentionKind.PRONOUN)
_LONG_FIRST = frozenset({EntityClass.PERSON, EntityClass.GROUP})
_WITHOUT_FIXED_NAMES = frozenset({EntityClass.EVENT, EntityClass.DATE})


@dataclass(slots=True)
class Thing:
    """A chain in the making: its class, and its mentions as indexes."""

    cls: EntityClass
    event_type: str | None = None
    mentions: list[int] = field(default_factory=list)


class Things:
    """Mentions and the things that they are of. A span is a mention of one thing, and mentions nest or are apart."""

    def __init__(self, document: Document, quotes: Quotes) -> None:
        self.mentions: list[Mention] = []
        self._document = document
        self._quotes = quotes
        self._things: list[Thing] = []
        self._starts = [sentence.start for sentence in document.sentences]
        self._owner: dict[Span, int] = {}
        self._spans: defaultdict[int, list[Span]] = defaultdict(list)  # sentence → the spans of its mentions
        self._named: dict[tuple[EntityClass, str], int] = {}  # normal form of a name → the first thing that has it
        self._bearers: defaultdict[str, set[int]] = defaultdict(set)  # name as written → all that have it

    def __getitem__(self, thing: int) -> Thing:
        return self._things[thing]

    def new(self, cls: EntityClass) -> int:
        """A new thing without mentions."""
        self._things.append(Thing(cls))
        return len(self._things) - 1

    def called(self, cls: EntityClass, names: Sequence[str]) -> int:
        """The thing that one of these names is known to be of, else a new one. A surname alone is no proof of a person."""
        if cls not in _WITHOUT_FIXED_NAMES:
            for name in names:
                key = name_key(name)
                if (cls, key) in self._named and (" " in key or cls is not EntityClass.PERSON):
                    return self._named[cls, key]
        return self.new(cls)

    def put(self, thing: int, span: Span, kind: MentionKind, event_type: str | None = None) -> str | None:
        """Add a mention to a thing; or the reason why not."""
        if (owner := self._owner.get(span)) is not None:
            return None if owner == thing else "of two things at once"
        sentence = self.sentence_at(span.start)
        if not self._document.sentences[sentence].contains(span):
            return "that run over the end of a sentence"
        if any(span.overlaps(o) and not span.contains(o) and not o.contains(span) for o in self._spans[sentence]):
            return "that run into others"
        it = self._things[thing]
        it.mentions.append(len(self.mentions))
        it.event_type = it.event_type or event_type
        self.mentions.append(Mention(span, it.cls, kind, MENTION_SCORE, event_type))
        self._owner[span] = thing
        self._spans[sentence].append(span)
        if kind is MentionKind.NAME:
            name = span.of(self._document.text)
            self._named.setdefault((it.cls, name_key(name)), thing)
            self._bearers[name].add(thing)
        return None

    def is_taken(self, span: Span) -> bool:
        """Whether a span is a mention already."""
        return span in self._owner

    def sentence_at(self, offset: int) -> int:
        """The index of the sentence that has an offset of the text."""
        return max(bisect_right(self._starts, offset) - 1, 0)

    def first_in(self, thing: int, sentence: Span) -> int | None:
        """The best mention of a thing in a sentence, a name before others; one of its names that nobody quoted is found too."""
        inside = [m for m in self._things[thing].mentions if sentence.contains(self.mentions[m].span)]
        if not inside:
            inside = self._unquoted(thing, sentence)
        return min(inside, key=lambda m: (_ORDER.index(self.mentions[m].kind), self.mentions[m].span), default=None)

    def last_in(self, thing: int, stretch: Span) -> int | None:
        """The last mention of a thing in a stretch of text."""
        inside = [m for m in self._things[thing].mentions if stretch.contains(self.mentions[m].span)]
        return max(inside, key=lambda m: self.mentions[m].span, default=None)

    def names(self, thing: int) -> list[str]:
        """The names of a thing, the best for a label first: long ones of people and groups, else the commonest."""
        return self._ranked(thing, {MentionKind.NAME})

    def value(self, thing: int) -> DateValue | None:
        """What a date means, by our own rules."""
        texts = (self.mentions[m].span.of(self._document.text) for m in self._things[thing].mentions)
        return next((value for text in texts if (value := date_value(text, self._document.published))), None)

    def known(self) -> list[Mapping[str, object]]:
        """The named things so far, in the words of the next window's question; `k7` is thing 7."""
        lasting = (t for t, thing in enumerate(self._things) if thing.cls is not EntityClass.DATE and thing.mentions)
        named = [t for t in lasting if self.names(t)]
        named.sort(key=lambda t: max(self.mentions[m].span for m in self._things[t].mentions))
        return [
            {"id": f"k{t}", "class": self._things[t].cls.value, "names": self.names(t)[:NAMES_TOLD]}
            for t in sorted(named[-KNOWN:])
        ]

    def chains(self, at: Mapping[int, int]) -> tuple[Chain, ...]:
        """The chains of all things, in the order of their first mentions; `at` maps mentions to their places in the text's order."""
        chains = []
        for t, thing in enumerate(self._things):
            if not thing.mentions:
                continue
            names = self.names(t)
            value = self.value(t) if thing.cls is EntityClass.DATE else None
            mentions = tuple(sorted(at[m] for m in thing.mentions))
            called = tuple(dict.fromkeys(names or self._descriptions(t)))
            chains.append(Chain(mentions, thing.cls, called, bool(names), thing.event_type, value))
        return tuple(sorted(chains, key=lambda chain: chain.mentions))

    def _descriptions(self, thing: int) -> list[str]:
        """What a nameless thing is called: by what describes it, else by the verb that tells of it, else by a pronoun."""
        nominals = [bare_nominal(phrase) for phrase in self._ranked(thing, {MentionKind.NOMINAL})]
        return nominals or self._ranked(thing, {MentionKind.TRIGGER}) or self._ranked(thing, {MentionKind.PRONOUN})

    def _ranked(self, thing: int, kinds: set[MentionKind]) -> list[str]:
        it = self._things[thing]
        mentions = [self.mentions[m] for m in it.mentions if self.mentions[m].kind in kinds]
        counts = Counter(" ".join(mention.span.of(self._document.text).split()) for mention in mentions)
        if it.cls in _LONG_FIRST and MentionKind.NAME in kinds:
            return sorted(counts, key=lambda name: (-len(name.split()), -counts[name], name))
        return sorted(counts, key=lambda name: (-counts[name], -len(name), name))

    def _unquoted(self, thing: int, sentence: Span) -> list[int]:
        """A name of the thing in a sentence, of which no answer told: added, if nothing else has that name."""
        if self._things[thing].cls in _WITHOUT_FIXED_NAMES:
            return []
        for name in self.names(thing):
            if self._bearers[name] != {thing}:
                continue
            for span in self._quotes.exact(name, sentence):
                inside_another = any(span.overlaps(other) for other in self._spans[self.sentence_at(span.start)])
                if not inside_another and self.put(thing, span, MentionKind.NAME) is None:
                    return [len(self.mentions) - 1]
        return []
