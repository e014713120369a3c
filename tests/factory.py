"""Builders for tests: spans found by their text, documents, articles, and an extractor that follows a script.

`FakeExtractor` reads simple English: names it was told of, a verb of its list between two of them, event words, ISO
dates. It is deterministic and real enough for what comes after extraction: chains, acronyms, denials, plans, dates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad

from kg.errors import StoreError
from kg.graph import GraphStore
from kg.types import (
    Anchor,
    Article,
    Chain,
    DateValue,
    Document,
    EntityClass,
    Extraction,
    Mention,
    MentionKind,
    Modality,
    Phase,
    Relation,
    Span,
)

__all__ = [
    "Failing",
    "FakeExtractor",
    "World",
    "anchor",
    "article",
    "canonical",
    "chain",
    "document",
    "extraction",
    "facts",
    "mention",
    "relation",
]

BASE = "http://localhost:8000/"
Person, Group, Place = EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE
Polity, Event, Date = EntityClass.POLITY, EntityClass.EVENT, EntityClass.DATE


def mention(
    text: str, cls: EntityClass, *, within: str | Document | None = None, nth: int = 0, **more: object
) -> Mention:
    """The mention of a text: its `nth` occurrence in `within`, or all of it."""
    whole = within.text if isinstance(within, Document) else text if within is None else within
    start = -1
    for _ in range(nth + 1):
        start = whole.index(text, start + 1)
    return Mention(Span(start, start + len(text)), cls, **more)  # type: ignore[arg-type]


def chain(cls: EntityClass, *names: str, mentions: Sequence[int] = (0,), **more: object) -> Chain:
    """The chain of some mentions (the first one, unless given), with its names."""
    return Chain(tuple(mentions), cls, names, **more)  # type: ignore[arg-type]


def relation(subject: int, predicate: str, target: int, *, sentence: Span | None = None, **more: object) -> Relation:
    """A stated relation between two mentions, of score 0.9 unless told otherwise."""
    score = more.pop("score", 0.9)
    return Relation(subject, predicate, target, sentence or Span(0, 1), score, **more)  # type: ignore[arg-type]


def extraction(
    document: Document, chains: Iterable[tuple[Chain, Iterable[Mention]]], relations: Iterable[Relation] = ()
) -> Extraction:
    """An extraction of these chains; their mentions are numbered here."""
    mentions: list[Mention] = []
    numbered = []
    for item, its in chains:
        first = len(mentions)
        mentions += its
        indexes = tuple(range(first, len(mentions)))
        numbered.append(Chain(indexes, item.cls, item.names, item.named, item.event_type, item.value))
    return Extraction(document.id, "scripted-1", tuple(mentions), tuple(numbered), tuple(relations))


def document(text: str, id: str = "a.txt", **more: object) -> Document:  # noqa: A002 - as in Document
    """The document of a clean text: paragraphs at blank lines, sentences at full stops."""
    paragraphs = tuple(Span(m.start(), m.end()) for m in re.finditer(r"(?:(?!\n\n).)+", text, re.DOTALL))
    sentences = tuple(
        Span(p.start + m.start(), p.start + m.end())
        for p in paragraphs
        for m in re.finditer(r"\S.*?(?:[.!?](?=\s|$)|$)", p.of(text), re.DOTALL)
    )
    return Document(id, text, sentences, paragraphs, **more)  # type: ignore[arg-type]


def article(text: str, id: str = "a.txt", *, published: str | date | None = None, **more: object) -> Article:  # noqa: A002
    """The article of a plain text."""
    day = date.fromisoformat(published) if isinstance(published, str) else published
    return Article(id, text.encode(), text, "text/plain", id, published=day, **more)  # type: ignore[arg-type]


def anchor(article_id: str, text: str, cls: EntityClass, occurrence: int = 0) -> Anchor:
    """The anchor of a mention."""
    return Anchor(article_id, text, cls.value, occurrence)


def canonical(store: GraphStore, *, base: str = BASE, judgements: bool = False) -> list[str]:
    """The store's quads, sorted, with entities and statements renamed: graphs equal up to naming become equal.

    Claims, articles and passages keep their IRIs, which do not depend on what was resolved to what. The graph of
    judgements, which remembers what was undone and when, is left out unless asked for.
    """
    left_out = {NamedNode(f"{base}graph/ontology"), *([] if judgements else [NamedNode(f"{base}graph/judgements")])}
    entities = re.compile(rf"{re.escape(base)}(person|group|place|polity|event|statement)/(.*)")

    def renamed(term: object) -> object:
        if isinstance(term, NamedNode) and (match := entities.fullmatch(term.value)):
            return BlankNode(re.sub(r"\W", lambda m: f"_{ord(m[0])}_", match[1] + match[2]))
        return term

    quads = Dataset(
        Quad(renamed(q.subject), q.predicate, renamed(q.object), q.graph_name)  # type: ignore[arg-type]
        for q in store.quads()
        if q.graph_name not in left_out
    )
    quads.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, quads))


def facts(store: GraphStore, *, base: str = BASE) -> set[str]:
    """The direct triples of the default graph in words: `Ana Diaz leads Kestrel Lines`."""
    rows = store.query(
        "PREFIX kg: <https://w3id.org/newsgraph/ontology#> SELECT ?s ?p ?o WHERE {"
        " ?n a kg:Statement ; <http://www.w3.org/1999/02/22-rdf-syntax-ns#subject> ?si ;"
        " <http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate> ?p ;"
        " <http://www.w3.org/1999/02/22-rdf-syntax-ns#object> ?oi . ?si ?p ?oi ."
        " ?si <http://www.w3.org/2000/01/rdf-schema#label> ?s ."
        " OPTIONAL { ?oi <http://www.w3.org/2000/01/rdf-schema#label> ?l } BIND(COALESCE(?l, ?oi) AS ?o) }"
    ).rows()
    return {f"{row['s'].value} {row['p'].value.rpartition('#')[2]} {row['o'].value}" for row in rows}  # type: ignore[union-attr]


class Failing:
    """A store that fails at its nth writing call, before or after doing it."""

    def __init__(self, store: GraphStore, nth: int, *, after: bool) -> None:
        self._store = store
        self._left = nth
        self._after = after

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def update(self, sparql: str) -> None:
        self._fail_around(lambda: self._store.update(sparql))

    def clear_graph(self, graph: object) -> None:
        self._fail_around(lambda: self._store.clear_graph(graph))  # type: ignore[arg-type]

    def extend(self, quads: object) -> None:
        self._fail_around(lambda: self._store.extend(quads))  # type: ignore[arg-type]

    def replace_graph(self, graph: object, triples: object) -> None:
        self._fail_around(lambda: self._store.replace_graph(graph, triples))  # type: ignore[arg-type]

    def _fail_around(self, call: Callable[[], None]) -> None:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise StoreError("the disk is full")
        call()
        if self._left == 0:
            raise StoreError("the connection broke")


VERBS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("does not lead", "leads", {"supports": False}),
    ("reportedly leads", "leads", {"modality": Modality.REPORTED}),
    ("allegedly leads", "leads", {"modality": Modality.ALLEGED}),
    ("will lead", "leads", {"modality": Modality.PLANNED, "phase": Phase.FUTURE}),
    ("formerly led", "leads", {"phase": Phase.FORMER}),
    ("leads", "leads", {}),
    ("is based in", "locatedIn", {}),
    ("is a member of", "memberOf", {}),
    ("was founded by", "foundedBy", {}),
    ("is part of", "partOf", {}),
    ("lies in", "within", {}),
    ("is a child of", "childOf", {}),
    ("is married to", "spouseOf", {}),
    ("is a citizen of", "citizenOf", {}),
)
EVENTS = {"attacked": "attack", "clashed": "battle", "protested": "protest", "talks": "talks"}
PATTERNS = {"Harbour Summit": Event}


class FakeExtractor:
    """An extractor that knows `things` (regular expression → class) and the words above.

    "perhaps" in a sentence lowers its relations' score to 0.3; "since YYYY" and "until YYYY" give their validity.
    """

    def __init__(self, things: Mapping[str, EntityClass], *, model: str = "fake-1") -> None:
        self._things = dict(things)
        self._model = model
        self.extracted: list[str] = []

    @property
    def model(self) -> str:
        return self._model

    def extract(self, document: Document) -> Extraction:
        self.extracted.append(document.id)
        mentions = sorted(self._mentions(document.text), key=lambda m: m.span)
        chains = tuple(_chains(document.text, mentions))
        relations = tuple(_relations(document, mentions))
        return Extraction(document.id, self._model, tuple(mentions), chains, relations)

    def _mentions(self, text: str) -> Iterator[Mention]:
        taken: list[Span] = []
        kinds = [(pattern, cls, MentionKind.NAME, None) for pattern, cls in {**self._things, **PATTERNS}.items()]
        kinds += [(r"(?i)\bthe rebels\b", Group, MentionKind.NOMINAL, None)]
        kinds += [(rf"\b{word}\b", Event, MentionKind.TRIGGER, kind) for word, kind in EVENTS.items()]
        kinds += [(r"(?<=on )\d{4}-\d\d-\d\d\b|(?<=in )\d{4}\b", Date, MentionKind.NAME, None)]
        found = (
            (match, cls, kind, event_type)
            for pattern, cls, kind, event_type in kinds
            for match in re.finditer(pattern, text)
        )
        for match, cls, kind, event_type in sorted(found, key=lambda f: (f[0].start() - f[0].end(), f[0].start())):
            span = Span(match.start(), match.end())
            if not any(span.overlaps(other) for other in taken):
                taken.append(span)
                yield Mention(span, cls, kind, event_type=event_type)


def _chains(text: str, mentions: Sequence[Mention]) -> Iterator[Chain]:
    groups: dict[tuple[str, str], list[int]] = {}
    quotes = [mention.span.of(text) for mention in mentions]
    for index, item in enumerate(mentions):
        key = quotes[index]
        if item.kind is MentionKind.TRIGGER or item.cls is Date:
            key = f"{key} {index}"
        elif item.cls is Person and " " not in key:  # a surname alone joins the one full name that ends with it
            full = {q for q, m in zip(quotes, mentions, strict=True) if m.cls is Person and q.endswith(f" {key}")}
            key = full.pop() if len(full) == 1 else key
        elif key.isupper():  # an acronym joins the name that it follows in brackets
            full = {q for q, m in zip(quotes, mentions, strict=True) if m.cls is item.cls and f"{q} ({key})" in text}
            key = full.pop() if len(full) == 1 else key
        groups.setdefault((item.cls.value, key), []).append(index)
    for (cls, key), indexes in groups.items():
        first = mentions[indexes[0]]
        names = tuple(
            dict.fromkeys((key, *(quotes[i] for i in indexes)) if key in quotes else [quotes[i] for i in indexes])
        )
        value = DateValue(quotes[indexes[0]]) if cls == Date else None
        named = first.kind is MentionKind.NAME
        yield Chain(tuple(indexes), EntityClass(cls), names, named, first.event_type, value)


def _relations(document: Document, mentions: Sequence[Mention]) -> Iterator[Relation]:
    for sentence in document.sentences:
        text = sentence.of(document.text)
        inside = [i for i, m in enumerate(mentions) if sentence.contains(m.span)]
        more: dict[str, object] = {}
        for word, name in (("since", "valid_from"), ("until", "valid_to")):
            if match := re.search(rf"\b{word} (\d{{4}})\b", text):
                more[name] = match[1]
        score = 0.3 if "perhaps" in text.lower() else 0.9
        for verb, predicate, how in VERBS:
            at = text.find(f" {verb} ")
            if at < 0:
                continue
            place = sentence.start + at
            before = [i for i in inside if mentions[i].span.end <= place]
            after = [i for i in inside if mentions[i].span.start >= place + len(verb)]
            if before and after:
                settings = {**how, **more}
                yield Relation(before[-1], predicate, after[0], sentence, score, **settings)  # type: ignore[arg-type]
            break
        for event in (i for i in inside if mentions[i].cls is Event):
            for other in inside:
                predicate = {
                    Group: "involves",
                    Polity: "involves",
                    Person: "involvesPerson",
                    Place: "occurredAt",
                    Date: "startDate",
                }.get(mentions[other].cls, "")
                if predicate:
                    yield Relation(event, predicate, other, sentence, score)


class World:
    """A small world with everything that linking must tell apart, for generated articles.

    Norland is a state, a town and a firm; two groups are called HPA; two women differ in a middle name.
    """

    things: Mapping[str, EntityClass] = {
        "Ana Diaz": Person,
        "Ana Maria Diaz": Person,
        "Boris Lund": Person,
        r"(?<![a-z] )Diaz": Person,
        "Harbour Pilots' Association": Group,
        "Highland Peoples' Army": Group,
        "HPA": Group,
        "Kestrel Lines": Group,
        "Port Alder": Place,
        "(?<=state of )Norland": Polity,
        "(?<=town of )Norland": Place,
        "(?<=firm of )Norland": Group,
    }
    sentences: tuple[str, ...] = (
        "Ana Diaz leads the Harbour Pilots' Association (HPA), as everyone in the town knows.",
        "Ana Maria Diaz leads the Highland Peoples' Army (HPA), as everyone in the hills knows.",
        "Boris Lund reportedly leads the HPA, it was said in the market.",
        "Boris Lund does not lead the HPA, it was said at the quay.",
        "Ana Diaz allegedly leads Kestrel Lines, and nobody would say more about it.",
        "Boris Lund will lead Kestrel Lines, as the board has said.",
        "Ana Diaz formerly led Kestrel Lines until 2019, and it was a good time.",
        "Perhaps it is so, but perhaps Boris Lund leads the firm of Norland.",
        "Kestrel Lines is based in Port Alder, where it has its ships.",
        "Kestrel Lines is based in the state of Norland, where it has its taxes.",
        "Port Alder lies in the town of Norland, and it always did.",
        "Kestrel Lines is part of the firm of Norland, as the papers have it.",
        "Ana Diaz is a child of Ana Maria Diaz, and they are often seen together.",
        "The rebels attacked Kestrel Lines in Port Alder on 2024-03-01, and then they left.",
        "The Harbour Summit was held with Kestrel Lines in 2023, and it was dull.",
        "The Harbour Summit was held with the HPA in 2024, and it was loud.",
        "The Harbour Summit was a success for Boris Lund, and he said so.",
        "Ana Diaz is a citizen of the state of Norland, and so are her friends.",
    )

    @classmethod
    def extractor(cls, *, model: str = "fake-1") -> FakeExtractor:
        """The extractor that knows this world."""
        return FakeExtractor(cls.things, model=model)

    @classmethod
    def article(
        cls,
        id: str,  # noqa: A002 - as in Article
        numbers: Iterable[int],
        *,
        published: str | None = None,
        publisher: str | None = None,
    ) -> Article:
        """The article that consists of these sentences."""
        text = "\n\n".join(cls.sentences[number % len(cls.sentences)] for number in numbers)
        return article(text, id, published=published, publisher=publisher)
