"""Chains → what their article says of them and around them: what is compared, and the keys by which like chains are found.

A `Situation` is a function of the article alone. Its `values` are short strings, a letter and what it says:

    n: another name   h: head noun of a description   t: type of an event   l: its trigger's stem   w: its place
    d: its date   a: who took part   r: relation and other end   c: person or group beside it   g: place beside it
    q: an acronym   p: entry of the gazetteer   b: the day of publication   (and z: the article, which the catalogue adds)
    x: a word that the article is about   k: a word of the sentences that speak of it; both of events, and of what has no full
       name where the article has no day

Its `blocks` are the keys (`kg.resolve.blocking`).

The surrounding text counts as words in common (x, k), not as an encoder's vector of it. Measured in November 2026: the cosine of
the sentences that speak of two things (mean states of the shipped encoder, centred; whitened in 64 dimensions; or its input
vectors, weighted by rarity) as one feature more, fitted on the part `train` and judged on the part `fold`, whose pairs are few.
Average precision without it and with the three: events, annotated .930, .932, .931, .930 (F1 .886, .870, .876, .886); events, the
model's mentions .880, .886, .887, .880; groups .853, .848, .850, .841; people .760, .769, .783, .811, at F1 .525, .533, .525, .532.
Nothing that is beyond chance, for a vector of each chain to be kept: it was left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.resolve.blocking import Parts, block, described_blocks, event_blocks, person_blocks, thing_blocks
from kg.resolve.handles import handles, normal_names, short_handles
from kg.resolve.names import fold, is_acronym, is_full_person_name, lexicon, normal_name
from kg.resolve.words import ABOUT, about, head_of, stem, telling
from kg.types import Chain, Document, EntityClass, Extraction, MentionKind, Relation

__all__ = ["Situation", "situations"]

PERSON, GROUP, PLACE, POLITY, EVENT = (
    EntityClass.PERSON,
    EntityClass.GROUP,
    EntityClass.PLACE,
    EntityClass.POLITY,
    EntityClass.EVENT,
)
BESIDE = 24  # names beside a thing that are kept, those of the least hash: articles of one story keep the same ones
SAID = 24  # words of the sentences that speak of a thing that are kept
SENTENCES = 8  # of those that speak of a thing, whose words are looked at
EVENT_ANCHORS, NAMED_ANCHORS, DESCRIBED_ANCHORS = 6, 4, 12
"""Names beside an event, part of a name and a description that it is found with; a description has few other keys."""
FOUND_ABOUT = 6  # words of its article that a description is found with
LED = 24  # keys by strong relations
STRONG = frozenset({"leads", "childOf", "spouseOf", "foundedBy"})
"""Relations that few have to one other end: a description may be found by them."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is compared, and by which keys it is found; both sorted. `alone` says that there is nothing to go by."""

    values: tuple[str, ...] = ()
    blocks: tuple[int, ...] = ()
    alone: bool = True


def situations(
    document: Document, extraction: Extraction, entries: Mapping[int, str] | None = None
) -> tuple[Situation, ...]:
    """The situation of each chain, in order; that of a date is empty. entries: chain → its entry of the gazetteer."""
    return tuple(_Article(document, extraction, entries or {}).situations())


class _Article:
    """One article's chains as they refer to each other; a chain goes by its number."""

    def __init__(self, document: Document, extraction: Extraction, entries: Mapping[int, str]) -> None:
        self.document, self.extraction, self.entries = document, extraction, entries
        self.chains = extraction.chains
        self.names = [normal_names(chain) for chain in self.chains]
        self.handles = [handles(chain, names) for chain, names in zip(self.chains, self.names, strict=True)]
        self.short = [short_handles(chain, names) for chain, names in zip(self.chains, self.names, strict=True)]
        self.is_full = [_is_full(chain) for chain in self.chains]
        self.heads = [self._heads(index) for index, _ in enumerate(self.chains)]
        self.about = about(document.text)
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
        """Yield the situation of each chain."""
        beside = _sampled({f"c:{handle}" for handle in self._handles_of(PERSON, GROUP)})
        around = _sampled({f"g:{handle}" for handle in self._handles_of(PLACE, POLITY)})
        for index, chain in enumerate(self.chains):
            if chain.cls is EntityClass.DATE or not chain.mentions:
                yield Situation()
            else:
                yield self._situation(index, beside, around)

    def _handles_of(self, *classes: EntityClass) -> Iterator[str]:
        """Yield what the named chains of these classes are called by."""
        for chain, found in zip(self.chains, self.handles, strict=True):
            if chain.named and chain.cls in classes:
                yield from found

    def _situation(self, index: int, beside: Sequence[str], around: Sequence[str]) -> Situation:
        chain, entry = self.chains[index], self.entries.get(index)
        own = {f"{letter}:{handle}" for handle in self.handles[index] for letter in "cg"}
        related = {f"r:{key}" for key in self._related(index)}
        said = {value for value in (*beside, *around) if value not in own} | related
        if chain.cls is POLITY or (chain.cls is PLACE and chain.named):
            said = {value for value in said if value[0] == "g"}  # a country is beside everybody
        said |= self.heads[index]
        said.update(self._called(index))
        if chain.cls is EVENT:
            said.update(self._told(index))
        if self._needs_more(index):
            said |= {f"x:{word}" for word in self.about} | {f"k:{word}" for word in self._around(chain)}
        if entry:
            said.add(f"p:{entry}")
        if self.document.published is not None and (chain.cls is EVENT or not self.is_full[index]):
            said.add(f"b:{self.document.published.isoformat()}")
        most = DESCRIBED_ANCHORS if not chain.named else EVENT_ANCHORS if chain.cls is EVENT else NAMED_ANCHORS
        anchors = [value[2:] for value in beside if value not in own][:most]
        known = self._needs_more(index) and len(self.about) == ABOUT
        blocks = {block(*parts) for parts in self._blocks(index, anchors, said)}
        if entry:
            blocks.add(block("p", entry))
        return Situation(tuple(sorted(said)), tuple(sorted(blocks)), alone=not (anchors or related or known))

    def _needs_more(self, index: int) -> bool:
        """Whether what its article is about is looked at: for an event, and where no day says when a thing was spoken of."""
        return not self.is_full[index] and (self.chains[index].cls is EVENT or self.document.published is None)

    def _called(self, index: int) -> Iterator[str]:
        """Yield the normal names of a chain, and which of them are acronyms."""
        chain = self.chains[index]
        acronyms = {normal_name(name, chain.cls) for name in chain.names if is_acronym(name)}
        yield from (f"{'q' if name in acronyms else 'n'}:{name}" for name in self.names[index])

    def _related(self, index: int) -> Iterator[str]:
        """Yield the relations that the article supports, each with its direction and a handle of the other end."""
        for relation, is_subject, other in self.relations.get(index, ()):
            if relation.supports:
                yield from (f"{_way(relation, is_subject)}{key}" for key in self.handles[other])

    def _heads(self, index: int) -> frozenset[str]:
        """Head nouns of the descriptions in a chain; those that describe anybody only where more is known (`_needs_more`)."""
        found: set[str] = set()
        for number in self.chains[index].mentions if self.chains[index].cls is not EVENT else ():
            mention = self.extraction.mentions[number]
            if mention.kind is MentionKind.NOMINAL:
                head, before = head_of(mention.span.of(self.document.text))
                if head and (self._needs_more(index) or (head,) not in lexicon("generic_heads")):
                    found |= {f"h:{head}", f"h:{before}"} if before else {f"h:{head}"}
        return frozenset(found)

    def _around(self, chain: Chain) -> list[str]:
        """Words of the first sentences that speak of a chain, without those that name it."""
        spans = [self.extraction.mentions[number].span for number in chain.mentions]
        told = sorted({bisect_right(self.starts, span.start) - 1 for span in spans} - {-1})[:SENTENCES]
        own = {word for span in spans for word in telling(span.of(self.document.text))}
        return _sampled({word for number in told for word in self._sentence(number)} - own)[:SAID]

    def _sentence(self, number: int) -> frozenset[str]:
        if number not in self.words:
            self.words[number] = frozenset(telling(self.document.sentences[number].of(self.document.text)))
        return self.words[number]

    def _told(self, index: int) -> Iterator[str]:
        """Yield what an event's relations say: where, when, who; and the words that tell of it."""
        chain = self.chains[index]
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
                yield from (f"a:{head}" for head in _single(self.heads[other]) if not _is_generic(head))
            elif relation.predicate == "startDate" and (value := self.chains[other].value) is not None:
                yield f"d:{value.start}" + (f"/{value.end}" if value.end else "")

    def _blocks(self, index: int, anchors: Sequence[str], said: Collection[str]) -> Iterator[Parts]:
        """Yield the parts of the keys by which a chain is found."""
        chain, names = self.chains[index], self.names[index]
        if chain.cls is EVENT:
            yield from event_blocks(said, anchors, names)
            return
        family = "p" if chain.cls is PERSON else "o"
        yield from person_blocks(names, anchors) if chain.cls is PERSON else thing_blocks(names, anchors)
        led = sorted(set(self._led(index, anchors)), key=lambda parts: (len(parts), parts))
        yield from ((f"{family}r", *parts) for parts in led[:LED])
        if not chain.named or chain.cls is PERSON:
            words = self.about[:FOUND_ABOUT] if self._needs_more(index) else ()
            yield from described_blocks(family, _single(self.heads[index]), anchors, words)

    def _led(self, index: int, anchors: Sequence[str]) -> Iterator[Parts]:
        """Yield the other ends of strong relations; a word of a name that is not enough, together with a name beside it."""
        for relation, is_subject, other in self.relations.get(index, ()):
            if relation.supports and relation.predicate in STRONG:
                way = _way(relation, is_subject)
                short = self.short[other]
                yield from ((f"{way}{one}",) for one in short)
                beside = [anchor for anchor in anchors if anchor not in self.handles[other]]
                yield from ((f"{way}{one}", by) for one in self.handles[other] if one not in short for by in beside)


def _is_full(chain: Chain) -> bool:
    """Whether a chain has a name that would do by itself."""
    return chain.named and (chain.cls is not PERSON or any(map(is_full_person_name, chain.names)))


def _way(relation: Relation, is_subject: bool) -> str:
    return f"{relation.predicate}{'>' if is_subject else '<'}"


def _single(heads: Iterable[str]) -> Iterator[str]:
    """Yield the head nouns among these values, without the word before."""
    return (value[2:] for value in heads if " " not in value)


def _is_generic(head: str) -> bool:
    return (head,) in lexicon("generic_heads")


def _sampled(values: set[str]) -> list[str]:
    return sorted(values, key=lambda value: block(value))[:BESIDE]
