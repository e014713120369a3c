"""Chains → what their article says of them and around them: what is compared, and the keys by which like chains are found.

A `Situation` is a function of the article alone. Its `values` are short strings, a letter and what it says:

    n: another name   h: head noun of a description   t: type of an event   l: its trigger's stem   w: its place
    d: its date   a: who took part   r: relation and other end   c: person or group beside it   g: place beside it
    q: an acronym   p: entry of the gazetteer   b: the day of publication   (and z: the article, which the catalogue adds)
    x: a word that the article is about   k: a word of the sentences that speak of it; both of events, and of what has no full
       name where the article has no day

Its `blocks` are keys of 64 bits: chains that share none are never compared. A name gives a few; a description, or a surname
alone, is found together with a name beside it, because alone it would find half the world.

The surrounding text counts as words in common (x, k), not as an encoder's vector of it. Measured in November 2026: the cosine of
the sentences that speak of two things (mean states of the shipped encoder, centred; whitened in 64 dimensions; or its input
vectors, weighted by rarity) as one feature more, fitted on the part `train` and judged on the part `fold`, whose pairs are few.
Average precision without it and with the three: events, annotated .930, .932, .931, .930 (F1 .886, .870, .876, .886); events, the
model's mentions .880, .886, .887, .880; groups .853, .848, .850, .841; people .760, .769, .783, .811, at F1 .525, .533, .525, .532.
Nothing that is beyond chance, for a vector of each chain to be kept: it was left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import combinations
from math import log

from kg.resolve.forms import content_words, phrase, skeleton
from kg.resolve.names import fold, group_name, is_acronym, is_full_person_name, lexicon, person_name, thing_name
from kg.types import Chain, Document, EntityClass, Extraction, MentionKind, Relation

__all__ = ["Situation", "block", "common_stems", "initials_of", "normal_name", "situations", "stem"]

PERSON, GROUP, PLACE, POLITY, EVENT = (
    EntityClass.PERSON,
    EntityClass.GROUP,
    EntityClass.PLACE,
    EntityClass.POLITY,
    EntityClass.EVENT,
)
BESIDE = 24  # names beside a thing that are kept, those of the least hash: articles of one story keep the same ones
ANCHORS = 6  # of them, and of relations, those that an event is found with
NAMED_ANCHORS = 4  # those that part of a name is found with
SUFFIX = re.compile(r"(?:ations?|itions?|ings?|ments?|ed|es|al|s|e)$")
_AFTER_HEAD = re.compile(
    r"\s(?:of|in|for|from|who|whom|that|which|with|at|on|against|to|near|under|between|outside|inside|called|by|and)\s"
    r"|,",
)
ABOUT, SAID = 24, 24  # words of an article, and of the sentences that speak of a thing, that are kept
SENTENCES = 8  # of those that speak of a thing, whose words are looked at
FOUND_BY = 8  # words of an article that an event is found with
LED = 24  # keys by strong relations
DESCRIBED_ANCHORS = 12  # a description has few other keys
STRONG = frozenset({"leads", "childOf", "spouseOf", "foundedBy"})
"""Relations that few have to one other end: a description may be found by them."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is compared, and by which keys it is found; both sorted. `alone` says that there is nothing to go by."""

    values: tuple[str, ...] = ()
    blocks: tuple[int, ...] = ()
    alone: bool = True


def block(*parts: str) -> int:
    """The key of 64 bits, signed as SQLite has them, of some strings."""
    return int.from_bytes(blake2b("\0".join(parts).encode(), digest_size=8).digest(), "big", signed=True)


def normal_name(name: str, cls: EntityClass) -> str:
    """The normal form of a name of a class."""
    if cls is PERSON:
        return person_name(name)
    return group_name(name) if cls in (GROUP, POLITY) else thing_name(name)


@lru_cache(maxsize=1 << 14)
def stem(word: str) -> str:
    """The beginning of a word that its noun and its verb share.

    >>> stem("resigned") == stem("resignation"), stem("attacks") == stem("attack")
    (True, True)
    """
    bare = SUFFIX.sub("", word.casefold()) if len(word) > 4 else word.casefold()
    return bare[:6]


@cache
def common_stems() -> frozenset[str]:
    """The stems of words that most articles have, whatever they are about."""
    return frozenset(stem(word) for (word,) in lexicon("common_words"))


@lru_cache(maxsize=1 << 14)
def head_of(nominal: str) -> tuple[str, str]:
    """The head noun of a description, and it with the word before.

    >>> head_of("its supervisory board in Tallinn"), head_of("the police")
    (('board', 'supervisory board'), ('police', ''))
    """
    words = fold(_AFTER_HEAD.split(nominal.strip(), maxsplit=1)[0])
    if not words:
        return "", ""
    head = words[-1].removesuffix("s") if len(words[-1]) > 4 else words[-1]
    before = (
        f"{words[-2]} {head}" if len(words) > 1 and words[-2] not in ("the", "a", "an", "its", "his", "her") else ""
    )
    return head, before


@lru_cache(maxsize=1 << 15)
def initials_of(name: str) -> str:
    """The first letters of a normal name's words but the small ones, if there are at least three.

    >>> initials_of("horn of plenty party"), initials_of("the front")
    ('hpp', '')
    """
    letters = "".join(
        word[0] for word in name.split() if word not in ("of", "the", "for", "and", "de", "la", "against")
    )
    return letters if len(letters) >= 3 else ""


def situations(
    document: Document, extraction: Extraction, entries: Mapping[int, str] | None = None
) -> tuple[Situation, ...]:
    """The situation of each chain, in order; that of a date is empty. entries: chain → its entry of the gazetteer."""
    return tuple(_Article(document, extraction, entries or {}).situations())


class _Article:
    """One article's chains as they refer to each other."""

    def __init__(self, document: Document, extraction: Extraction, entries: Mapping[int, str]) -> None:
        self.document, self.extraction, self.entries = document, extraction, entries
        self.chains = extraction.chains
        self.names = [_normal_names(chain) for chain in self.chains]
        self.handles = [_handles(chain, names) for chain, names in zip(self.chains, self.names, strict=True)]
        self.short = [_short(chain, names) for chain, names in zip(self.chains, self.names, strict=True)]
        self.about = _about(document.text)
        self.starts = [sentence.start for sentence in document.sentences]
        self.words: dict[int, frozenset[str]] = {}
        owner = extraction.chain_of()
        self.relations: dict[int, list[tuple[Relation, bool, int]]] = {}
        for relation in extraction.relations:
            ends = owner.get(relation.subject), owner.get(relation.object)
            if ends[0] is None or ends[1] is None or ends[0] == ends[1]:
                continue
            self.relations.setdefault(ends[0], []).append((relation, True, ends[1]))
            self.relations.setdefault(ends[1], []).append((relation, False, ends[0]))

    def situations(self) -> Iterator[Situation]:
        beside = _sampled(
            {f"c:{handle}" for i, _ in enumerate(self.chains) for handle in self._beside(i, PERSON, GROUP)}
        )
        around = _sampled(
            {f"g:{handle}" for i, _ in enumerate(self.chains) for handle in self._beside(i, PLACE, POLITY)}
        )
        for index, chain in enumerate(self.chains):
            if chain.cls is EntityClass.DATE or not chain.mentions:
                yield Situation()
                continue
            yield self._situation(index, chain, beside, around)

    def _beside(self, index: int, *classes: EntityClass) -> Sequence[str]:
        chain = self.chains[index]
        return self.handles[index] if chain.named and chain.cls in classes else ()

    def _situation(self, index: int, chain: Chain, beside: Sequence[str], around: Sequence[str]) -> Situation:
        own = {f"{letter}:{handle}" for handle in self.handles[index] for letter in "cg"}
        related = sorted(self._related(index))
        values = {value for value in (*beside, *around) if value not in own}
        values |= {f"r:{predicate}{way}{key}" for predicate, way, key in related}
        if chain.cls is POLITY or (chain.cls is PLACE and chain.named):
            values = {value for value in values if value[0] == "g"}  # a country is beside everybody
        said = values | self._described(index, chain)
        if chain.cls is EVENT:
            said |= set(self._told(index, chain))
        if self._needs_more(chain):
            said |= {f"x:{word}" for word in self.about}
            said |= {f"k:{word}" for word in self._around(chain)}
        acronyms = {normal_name(name, chain.cls) for name in chain.names if is_acronym(name)} if chain.named else set()
        said |= {f"{'q' if name in acronyms else 'n'}:{name}" for name in self.names[index]}
        if entry := self.entries.get(index):
            said.add(f"p:{entry}")
        if self.document.published is not None and (chain.cls is EVENT or not self._is_full(chain)):
            said.add(f"b:{self.document.published.isoformat()}")
        most = DESCRIBED_ANCHORS if not chain.named else ANCHORS if chain.cls is EVENT else NAMED_ANCHORS
        anchors = [value[2:] for value in beside if value not in own][:most]
        known = self._needs_more(chain) and len(self.about) == ABOUT
        blocks = {block(*parts) for parts in self._blocks(index, chain, anchors, said)}
        if entry:
            blocks.add(block("p", entry))
        return Situation(tuple(sorted(said)), tuple(sorted(blocks)), alone=not (anchors or related or known))

    def _related(self, index: int) -> Iterator[tuple[str, str, str]]:
        for relation, is_subject, other in self.relations.get(index, ()):
            if relation.supports:
                for key in self.handles[other]:
                    yield relation.predicate, ">" if is_subject else "<", key

    def _led(self, index: int, anchors: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the other ends of strong relations; a word of a name that is not enough, together with a name beside it."""
        for relation, is_subject, other in self.relations.get(index, ()):
            if relation.supports and relation.predicate in STRONG:
                way = f"{relation.predicate}{'>' if is_subject else '<'}"
                short = self.short[other]
                yield from ((f"{way}{one}",) for one in short)
                beside = [anchor for anchor in anchors if anchor not in self.handles[other]]
                yield from ((f"{way}{one}", by) for one in self.handles[other] if one not in short for by in beside)

    def _is_full(self, chain: Chain) -> bool:
        """Whether a chain has a name that would do by itself."""
        return chain.named and (chain.cls is not PERSON or any(map(is_full_person_name, chain.names)))

    def _needs_more(self, chain: Chain) -> bool:
        """Whether what its article is about is looked at: for an event, and where no day says when a thing was spoken of."""
        return not self._is_full(chain) and (chain.cls is EVENT or self.document.published is None)

    def _around(self, chain: Chain) -> list[str]:
        """Words of the first sentences that speak of a chain, without those that name it."""
        spans = [self.extraction.mentions[number].span for number in chain.mentions]
        told = sorted({bisect_right(self.starts, span.start) - 1 for span in spans} - {-1})[:SENTENCES]
        own = {word for span in spans for word in _telling(span.of(self.document.text))}
        return _sampled({word for number in told for word in self._sentence(number)} - own)[:SAID]

    def _sentence(self, number: int) -> frozenset[str]:
        if number not in self.words:
            self.words[number] = frozenset(_telling(self.document.sentences[number].of(self.document.text)))
        return self.words[number]

    def _described(self, index: int, chain: Chain) -> set[str]:
        """Head nouns of the descriptions in a chain; those that describe anybody only where more is known (`_needs_more`)."""
        if chain.cls is EVENT:
            return set()
        found = set()
        for number in chain.mentions:
            mention = self.extraction.mentions[number]
            if mention.kind is MentionKind.NOMINAL:
                head, before = head_of(mention.span.of(self.document.text))
                if head and (self._needs_more(chain) or (head,) not in lexicon("generic_heads")):
                    found.add(f"h:{head}")
                    if before:
                        found.add(f"h:{before}")
        return found

    def _told(self, index: int, chain: Chain) -> Iterator[str]:
        """What an event's relations say: where, when, who; and the words that tell of it."""
        if chain.event_type:
            yield f"t:{chain.event_type}"
        for number in chain.mentions:
            mention = self.extraction.mentions[number]
            if mention.kind is not MentionKind.PRONOUN:
                words = fold(mention.span.of(self.document.text))
                if words:
                    yield f"l:{stem(words[-1] if mention.kind is MentionKind.NOMINAL else words[0])}"
        for relation, is_subject, other in self.relations.get(index, ()):
            if not is_subject:
                continue
            if relation.predicate == "occurredAt":
                yield from (f"w:{key}" for key in self.handles[other])
            elif relation.predicate in ("involves", "involvesPerson"):
                yield from (f"a:{key}" for key in self.handles[other])
                heads = (value[2:] for value in self._described(other, self.chains[other]))
                yield from (
                    f"a:{head}" for head in heads if " " not in head and (head,) not in lexicon("generic_heads")
                )
            elif relation.predicate == "startDate" and (value := self.chains[other].value) is not None:
                yield f"d:{value.start}" + (f"/{value.end}" if value.end else "")

    def _blocks(
        self,
        index: int,
        chain: Chain,
        anchors: Sequence[str],
        said: Iterable[str],
    ) -> Iterator[tuple[str, ...]]:
        """Yield the parts of the keys by which a chain is found."""
        match chain.cls:
            case EntityClass.PERSON:
                yield from _person_blocks(self.names[index], anchors)
                family = "p"
            case EntityClass.EVENT:
                yield from _event_blocks(said, anchors, self.names[index] if chain.named else ())
                return
            case _:
                yield from _thing_blocks(self.names[index], anchors)
                family = "o"
        yield from (
            (f"{family}r", *parts)
            for parts in sorted(set(self._led(index, anchors)), key=lambda parts: (len(parts), parts))[:LED]
        )
        heads = [value[2:] for value in said if value[:2] == "h:" and " " not in value]
        if not chain.named or chain.cls is PERSON:
            telling = [head for head in heads if (head,) not in lexicon("generic_heads")]
            yield from ((f"{family}h", head, anchor) for head in telling for anchor in anchors)
            about = self.about[:ANCHORS] if self._needs_more(chain) else ()
            yield from ((f"{family}x", head, word) for head in heads for word in about)


def _normal_names(chain: Chain) -> tuple[str, ...]:
    """The distinct normal names of a chain that has names."""
    if not chain.named:
        return ()
    found = (normal_name(name, chain.cls) for name in chain.names)
    return tuple(dict.fromkeys(name for name in found if name))


def _handles(chain: Chain, names: Sequence[str]) -> tuple[str, ...]:
    """What others call a chain by: each word of a person's name, whole names of the rest."""
    if chain.cls is PERSON:
        words = {word for name in names for word in content_words(name) if len(word) > 2}
        return tuple(sorted(skeleton(word) for word in words))
    if chain.cls is EVENT:
        return ()
    return tuple(dict.fromkeys(phrase(name) for name in names))[:3]


def _short(chain: Chain, names: Sequence[str]) -> tuple[str, ...]:
    """What a thing may be found by alone: of a person the whole names, and of their words the last and what is a name alone.

    A given name would find the groups of all leaders who bear it.
    """
    if chain.cls is not PERSON:
        return _handles(chain, names)
    words = [content_words(name) for name in names]
    last = {skeleton(one[-1]) for one in words if one and len(one[-1]) > 2}
    return tuple(sorted(last | {" ".join(sorted(map(skeleton, one))) for one in words if len(one) > 1}))


def _telling(text: str) -> Iterator[str]:
    """Yield the stems of the words that tell one text from another."""
    common = lexicon("common_words")
    for word in fold(text):
        if len(word) > 2 and not word.isdigit() and (word,) not in common:
            yield stem(word)


def _about(text: str) -> list[str]:
    """The words that an article is about: a weighted sample, in which a word's chance grows with its number.

    Of articles with like words the samples are alike (Efraimidis and Spirakis 2006, with hashes for random numbers).
    """
    counts = Counter(_telling(text))
    return sorted(counts, key=lambda word: (-log((block("x", word) + 2**63 + 1) / 2**64) / counts[word], word))[:ABOUT]


def _sampled(values: set[str]) -> list[str]:
    return sorted(values, key=lambda value: block(value))[:BESIDE]


def _person_blocks(names: Sequence[str], anchors: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for name in names:
        words = content_words(name)
        bones = sorted({skeleton(word) for word in words if len(word) > 1})
        yield from (("p2", *pair) for pair in combinations(bones, 2))
        for word in words:
            if len(word) > 1:
                yield from (("pi", skeleton(word), other[0]) for other in words if other is not word)
                yield from (("p1", skeleton(word), anchor) for anchor in anchors)
                yield "pw", skeleton(word)


def _thing_blocks(names: Sequence[str], anchors: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for name in names:
        yield "o", phrase(name)
        words = [word for word in dict.fromkeys(phrase(name).split()) if len(word) > 1]
        if len(words) > 1:
            yield from (("o2", *pair) for pair in combinations(sorted(words)[:5], 2))
        yield from (("ow", word) for word in words[:6])
        yield from (("o1", word, anchor) for word in words[:4] for anchor in anchors)
        if letters := initials_of(name):
            yield "oa", letters
        if is_acronym(name.upper()) and " " not in name:
            yield "oa", name


def _event_blocks(said: Iterable[str], anchors: Sequence[str], names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    by: dict[str, list[str]] = {}
    for value in sorted(said):
        by.setdefault(value[0], []).append(value[2:])
    about = sorted(by.get("x", ()), key=lambda one: block("x", one))[:FOUND_BY]
    types = [kind for kind in by.get("t", ()) if kind != "other"]
    for kind in types:
        for letter in "wad":
            yield from (("e", kind, letter, one) for one in by.get(letter, ())[:ANCHORS])
    for word in by.get("l", ()):
        for letter in "wad":
            yield from (("el", word, letter, one) for one in by.get(letter, ())[:ANCHORS])
        yield from (("el", word, anchor) for anchor in anchors)
        yield from (("ex", word, one) for one in about)
    yield from (("en", phrase(name)) for name in names)
