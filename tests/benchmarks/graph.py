"""An invented graph of any size, as a workspace would hold it, for whoever measures queries, exports or the service.

    python -m tests.benchmarks.graph FOLDER --articles 100000

makes `FOLDER/store` (Oxigraph), `FOLDER/*.nq` (N-Quads, what was loaded) and `FOLDER/known.json` (what to ask about). The
same number and seed give the same graph. Triples come from `kg.graph.facts`, so that the layout is the real one.

The world: polities with places in trees; groups that are based, led one after another, founded, and part of one another;
people; events at places and days, in which groups and people take part. How often something is spoken of falls off as a
power law, as in news: few hubs are in every twentieth article, most things in one or two. An article tells of one event
in a few sentences, with what is to be known of those who took part; some articles are copies, some claims are denials,
allegations or plans.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain, islice
from pathlib import Path
from random import Random

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple, serialize

from kg import vocab
from kg.graph.facts import (
    article_iri,
    article_state,
    claim_iri,
    entity_triples,
    ontology_graph,
    statement_iri,
    statement_triples,
)
from kg.resources import resource
from kg.types import (
    Chain,
    Claim,
    DateValue,
    Document,
    EntityClass,
    EntityState,
    Extraction,
    Mention,
    Modality,
    Phase,
    Span,
    Statement,
    StatementState,
)

BASE = "http://localhost:8000/"
MODEL = "invented-1"
FIRST_DAY, DAYS = date(2019, 1, 1), 6 * 365
SHARD = 10_000  # articles
SKEW = 3.0  # a thing's rank is N * u ** SKEW: the first of 10,000 is chosen in every 22nd draw
PUBLISHERS = 200
POLITIES = 150
PER_ARTICLE = {EntityClass.PLACE: 0.04, EntityClass.GROUP: 0.1, EntityClass.PERSON: 0.25, EntityClass.EVENT: 0.5}
_SYLLABLES = (
    "ba",
    "ce",
    "dri",
    "fo",
    "gal",
    "hu",
    "in",
    "ka",
    "lo",
    "mer",
    "ni",
    "or",
    "pa",
    "que",
    "ro",
    "sta",
    "tu",
    "van",
    "wi",
    "zu",
)


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity, by its rank in its class: 0 is spoken of most."""

    iri: NamedNode
    cls: EntityClass
    label: str
    event_type: str | None = None


@dataclass(slots=True)
class Fact:
    """A statement with its phase, and what is counted of its claims."""

    statement: Statement
    subject: Thing
    object: Thing | str
    phase: Phase = Phase.CURRENT
    valid_from: str | None = None
    valid_to: str | None = None
    supporting: int = 0
    disputing: int = 0
    for_: set[int] = field(default_factory=set)
    against: set[int] = field(default_factory=set)
    confidence: float | None = None
    days: tuple[date, date] | None = None
    current: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """An article with what was found in it; `entities` are its things by the number of their mention."""

    document: Document
    extraction: Extraction
    claims: list[Claim]
    entities: dict[int, NamedNode]
    copy_of: str | None


@dataclass
class World:
    """Everything there is, before anyone writes of it."""

    things: dict[EntityClass, list[Thing]]
    background: dict[NamedNode, list[Fact]]
    events: list[tuple[Thing, date, list[Fact]]]


def world(articles: int, random: Random) -> World:
    """The things and facts that so many articles will speak of."""
    things = {EntityClass.POLITY: [thing_called(EntityClass.POLITY, n, random) for n in range(POLITIES)]}
    for cls, share in PER_ARTICLE.items():
        things[cls] = [thing_called(cls, n, random) for n in range(max(20, int(articles * share)))]
    background: dict[NamedNode, list[Fact]] = defaultdict(list)

    def fact(subject: Thing, predicate: str, target: Thing | str, **more: object) -> Fact:
        value = DateValue.literal(target) if isinstance(target, str) else target.iri
        return Fact(Statement(subject.iri, vocab.term(predicate), value), subject, target, **more)  # type: ignore[arg-type]

    def note(*facts: Fact) -> None:
        for one in facts:
            background[one.subject.iri].append(one)
            if isinstance(one.object, Thing):
                background[one.object.iri].append(one)

    places, polities = things[EntityClass.PLACE], things[EntityClass.POLITY]
    people, groups = things[EntityClass.PERSON], things[EntityClass.GROUP]
    for n, place in enumerate(places):
        inner = n > 20 and random.random() < 0.5
        note(fact(place, "within", places[_rank(random, n)] if inner else polities[_rank(random, POLITIES)]))
    for n, group in enumerate(groups):
        note(fact(group, "locatedIn", _drawn(random, places)))
        if random.random() < 0.3:
            note(fact(group, "locatedIn", _drawn(random, polities)))
        if n > 5 and random.random() < 0.25:
            note(fact(group, "partOf", groups[_rank(random, n)]))
        if random.random() < 0.2:
            note(fact(group, "foundedBy", _drawn(random, people)))
        leaders = {_drawn(random, people): None for _ in range(1 + _rank(random, 5))}
        year = 2024 - 2 * len(leaders)
        for at, leader in enumerate(leaders):
            last = at == len(leaders) - 1
            span = {"valid_from": str(year + 2 * at), "valid_to": None if last else str(year + 2 * at + 2)}
            note(fact(leader, "leads", group, phase=Phase.CURRENT if last else Phase.FORMER, **span))
    for n, person in enumerate(people):
        note(fact(person, "citizenOf", _drawn(random, polities)))
        if random.random() < 0.4:
            note(fact(person, "memberOf", _drawn(random, groups)))
        if n > 5 and random.random() < 0.05:
            note(fact(person, random.choice(("childOf", "spouseOf")), people[random.randrange(n)]))
    events = []
    for event in things[EntityClass.EVENT]:
        day = FIRST_DAY + timedelta(days=int(DAYS * random.random() ** 0.7))  # more of what is recent
        length = random.choices((10, 7, 4), (16, 3, 1))[0]
        facts = [fact(event, "startDate", day.isoformat()[:length])]
        facts.append(fact(event, "occurredAt", _drawn(random, places if random.random() < 0.8 else polities)))
        who = {
            _drawn(random, groups if random.random() < 0.85 else polities): None for _ in range(random.randint(1, 4))
        }
        facts += [fact(event, "involves", actor) for actor in who]
        actors = {_drawn(random, people): None for _ in range(random.randint(0, 2))}
        facts += [fact(event, "involvesPerson", person) for person in actors]
        if random.random() < 0.2:
            facts.append(fact(event, "endDate", (day + timedelta(days=random.randint(0, 40))).isoformat()))
        events.append((event, day, facts))
    return World(things, background, events)


class Press:
    """Articles about a world, one after another, and what they add up to."""

    def __init__(self, articles: int, *, seed: int = 0, base: str = BASE) -> None:
        self.random = Random(seed)
        self.size = articles
        self.base = base
        self.world = world(articles, self.random)
        self.facts: dict[Statement, Fact] = {}
        self.spoken: Counter[NamedNode] = Counter()
        self.said: Counter[str] = Counter()
        self.written: list[tuple[str, int]] = []

    def articles(self) -> Iterator[list[Quad]]:
        """Yield for each article the quads of its header and of its graph."""
        for one in self.read():
            state = article_state(
                one.document, one.extraction, one.claims, one.entities, base=self.base, copy_of=one.copy_of
            )
            header = [_in(DefaultGraph(), triple) for triple in state.header]
            yield header + [_in(state.iri, triple) for triple in state.graph]

    def read(self) -> Iterator[Reading]:
        """Yield each article as it was read."""
        for number in range(self.size):
            yield self._article(number)

    def totals(self) -> Iterator[Quad]:
        """Yield the quads of the statements and of the entities that the articles spoke of; ask last."""
        for fact in self.facts.values():
            yield from (_in(DefaultGraph(), triple) for triple in statement_triples(self._state(fact)))
        for cls, things in self.world.things.items():
            for thing in things:
                if self.spoken[thing.iri]:
                    others = (thing.label.rpartition(" ")[2],) if cls is EntityClass.PERSON else ()
                    entity = EntityState(thing.iri, cls, thing.label, others, event_type=thing.event_type)
                    yield from (_in(DefaultGraph(), triple) for triple in entity_triples(entity))

    def known(self) -> dict[str, dict[str, str]]:
        """For each kind of argument: the `hub` and a `typical` one."""
        found = {}
        for cls, things in self.world.things.items():
            ranked = sorted((t for t in things if self.spoken[t.iri]), key=lambda t: -self.spoken[t.iri])
            found[cls.value] = {"hub": ranked[0].iri.value, "typical": ranked[len(ranked) // 2].iri.value}
        facts = sorted(self.facts.values(), key=lambda fact: -(fact.supporting + fact.disputing))
        iris = [statement_iri(self.base, facts[at].statement).value for at in (0, len(facts) // 2)]
        found["statement"] = dict(zip(("hub", "typical"), iris, strict=True))
        copied, _ = Counter(name for name, _ in self.written).most_common(1)[0]
        found["article"] = {
            "hub": article_iri(self.base, copied).value,
            "typical": article_iri(self.base, self.written[self.size // 2][0]).value,
        }
        publishers = [name for name, _ in self.said.most_common()]
        found["publisher"] = {"hub": publishers[0], "typical": publishers[len(publishers) // 2]}
        return found

    def _article(self, number: int) -> Reading:
        random = self.random
        rank = _rank(random, PUBLISHERS)
        event, day, told = self.world.events[int(len(self.world.events) * random.random() ** 1.5)]
        published = day + timedelta(days=random.randint(0, 20))
        own = random.sample(told, min(len(told), random.randint(1, 4)))
        others = [fact.object for fact in own if isinstance(fact.object, Thing)]
        beside = [fact for thing in others for fact in self._known_of(thing)]
        own += random.sample(beside, min(len(beside), random.randint(0, 2)))
        name = f"{_words(random, 1).lower()}/{number}.txt"
        copied = number > 100 and random.random() < 0.1
        original = self.written[-1 - _rank(random, 100)][0] if copied else None
        self.written.append((original or name, number))
        publisher = f"The {['Courier', 'Gazette', 'Herald', 'Post', 'Wire'][rank % 5]} {rank}"
        self.said[publisher] += 1
        text, claims, mentions, entities = self._told(name, published, rank, own)
        sentences = tuple(claim.sentence for claim in claims) or (Span(0, len(text)),)
        title = f"{event.label}: {_words(random, 4)}"
        document = Document(
            name, text, sentences, (Span(0, len(text)),), title, published=published, publisher=publisher,
            url=f"https://news.example/{name}",
        )  # fmt: skip
        chains_ = tuple(Chain((at,), mention.cls, (mention.span.of(text),)) for at, mention in enumerate(mentions))
        extraction = Extraction(name, MODEL, tuple(mentions), chains_, ())
        return Reading(document, extraction, claims, entities, original)

    def _known_of(self, thing: Thing) -> list[Fact]:
        """Some of what can be said of a thing beside the news."""
        known = self.world.background[thing.iri]
        return known if len(known) <= 3 else [known[_rank(self.random, len(known))] for _ in range(3)]

    def _told(
        self, name: str, published: date, publisher: int, facts: Iterable[Fact]
    ) -> tuple[str, list[Claim], list[Mention], dict[int, NamedNode]]:
        """The text that tells these facts, with claims, mentions and what these denote."""
        text, claims, mentions = "", [], []
        entities: dict[int, NamedNode] = {}
        for fact in {id(fact): fact for fact in facts}.values():
            target = fact.object if isinstance(fact.object, str) else fact.object.label
            start = len(text)
            text += f"{fact.subject.label} {vocab.local(fact.statement.predicate)} "
            subject = Span(start, start + len(fact.subject.label))
            value = Span(len(text), len(text) + len(target))
            text += target + ", "
            text += f"{_words(self.random, 6).lower()}. "
            for span, thing in ((subject, fact.subject), (value, fact.object)):
                if isinstance(thing, Thing):
                    entities[len(mentions)] = thing.iri
                    mentions.append(Mention(span, thing.cls))
                    self.spoken[thing.iri] += 1
            claims.append(self._claim(name, published, publisher, fact, Span(start, len(text) - 1), subject, value))
        return text or "Nothing.", claims, mentions, entities

    def _claim(
        self, name: str, published: date, publisher: int, fact: Fact, sentence: Span, subject: Span, value: Span
    ) -> Claim:
        random = self.random
        supports = random.random() >= 0.03
        modality = random.choices(list(Modality), (80, 12, 6, 2))[0]
        confidence = round(0.35 + 0.65 * random.random() ** 0.5, 3)
        told_of = {"valid_from": fact.valid_from, "valid_to": fact.valid_to}
        speaker = f"Spokesman {_rank(random, 2000)}" if modality is not Modality.STATED or not supports else None
        fact = self.facts.setdefault(fact.statement, fact)
        (fact.for_ if supports else fact.against).add(publisher)
        fact.supporting += supports
        fact.disputing += not supports
        fact.days = _stretched(fact.days, published)
        if supports and modality in (Modality.STATED, Modality.REPORTED) and confidence >= 0.5:
            fact.confidence = max(fact.confidence or 0.0, confidence)
            if fact.phase is Phase.CURRENT:
                fact.current = _stretched(fact.current, published)
        predicate = vocab.local(fact.statement.predicate)
        return Claim(
            claim_iri(self.base, name, predicate, sentence, subject, value), name, fact.statement, supports, sentence,
            subject, value, confidence, modality, fact.phase, speaker, **told_of,
        )  # fmt: skip

    def _state(self, fact: Fact) -> StatementState:
        first, last = fact.days or (None, None)
        current = fact.current or (None, None)
        return StatementState(
            statement_iri(self.base, fact.statement), fact.statement, fact.confidence is not None, fact.supporting,
            fact.disputing, len(fact.for_), len(fact.against), fact.confidence, fact.phase, first, last,
            fact.valid_from, fact.valid_to, *current,
        )  # fmt: skip


def make(folder: Path, articles: int, *, seed: int = 0) -> Path:
    """The store of such a graph in a folder, made if it is not there; the folder then has known.json too."""
    known = folder / "known.json"
    if known.exists():
        return folder / "store"
    folder.mkdir(parents=True, exist_ok=True)
    store, press = Store(folder / "store"), Press(articles, seed=seed)
    written = press.articles()
    for shard in range(-(-articles // SHARD)):
        _load(store, folder / f"articles-{shard}.nq", chain.from_iterable(islice(written, SHARD)))
    _load(store, folder / "facts.nq", press.totals())
    store.load(path=resource("ontology") / "kg.ttl", format=RdfFormat.TURTLE, to_graph=ontology_graph(BASE))
    store.flush()
    known.write_text(json.dumps(press.known(), indent=1), encoding="utf-8")
    return folder / "store"


def _load(store: Store, path: Path, quads: Iterable[Quad]) -> None:
    with path.open("wb") as file:
        serialize(quads, file, RdfFormat.N_QUADS)
    store.bulk_load(path=path, format=RdfFormat.N_QUADS)


def _in(graph: NamedNode | DefaultGraph, triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def _rank(random: Random, size: int) -> int:
    """A rank below `size`, small ones far more often."""
    return int(size * random.random() ** SKEW)


def _drawn(random: Random, things: list[Thing]) -> Thing:
    return things[_rank(random, len(things))]


def _stretched(days: tuple[date, date] | None, day: date) -> tuple[date, date]:
    return (day, day) if days is None else (min(days[0], day), max(days[1], day))


def _words(random: Random, count: int) -> str:
    return " ".join("".join(random.choices(_SYLLABLES, k=random.randint(2, 3))).capitalize() for _ in range(count))


def thing_called(cls: EntityClass, number: int, random: Random) -> Thing:
    """A thing with a name made up for it; its number tells it from all others."""
    event_type = vocab.EVENT_TYPES[_rank(random, len(vocab.EVENT_TYPES))] if cls is EntityClass.EVENT else None
    name = f"{event_type} ({number})" if event_type else _words(random, 1 if cls is EntityClass.POLITY else 2)
    slug = name.lower().replace(" ", "-").replace("(", "").replace(")", "")
    return Thing(NamedNode(f"{BASE}{cls.lower()}/{slug}-{number:08x}"), cls, name, event_type)


def main() -> None:
    """Make the graph that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    store = Store.read_only(str(make(given.folder, given.articles, seed=given.seed)))
    print(f"{len(store)} quads")


if __name__ == "__main__":
    main()
