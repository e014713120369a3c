"""The golden story: four invented articles, what a perfect extractor and resolver would make of them, and the graph.

`tests/golden/graph.trig` is `golden_store()` written out; its test compares the two as canonical graphs. Queries,
exports and shapes are tested on it, so it holds one of everything: every predicate, a polity that acts, a former and a
future leader, a denial, an allegation, dates of three precisions, an id that is a URL and one that is a path.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from kg import vocab
from kg.graph.facts import article_state, claim_iri, commit_update, ontology_graph, statement_iri
from kg.graph.oxigraph import OxigraphStore
from kg.types import (
    Chain,
    Claim,
    DateValue,
    Document,
    EntityClass,
    EntityState,
    Extraction,
    Mention,
    MentionKind,
    Modality,
    Phase,
    Span,
    Statement,
    StatementState,
)

BASE = "http://localhost:8000/"
GRAPH = Path(__file__).parent / "graph.trig"
MODEL = "scripted-1"


@dataclass(frozen=True)
class Thing:
    """An entity of the story, with all the names it goes by, the best first."""

    iri: NamedNode
    cls: EntityClass
    names: tuple[str, ...]
    event_type: str | None = None


def _thing(slug: str, cls: EntityClass, *names: str, event_type: str | None = None) -> Thing:
    return Thing(NamedNode(f"{BASE}{cls.lower()}/{slug}"), cls, names, event_type)


INES = _thing("ines-duarte-0a1b2c3d", EntityClass.PERSON, "Inês Duarte", "Duarte")
RUI = _thing("rui-duarte-1b2c3d4e", EntityClass.PERSON, "Rui Duarte")
TOMAS = _thing("tomas-vidal-2c3d4e5f", EntityClass.PERSON, "Tomás Vidal", "Vidal")
CARLA = _thing("carla-rossi-3d4e5f60", EntityClass.PERSON, "Carla Rossi")
LEAGUE = _thing("free-dockers-league-4e5f6071", EntityClass.GROUP, "Free Dockers' League", "FDL")
BRANCH = _thing("crane-drivers-branch-5f607182", EntityClass.GROUP, "Crane Drivers' Branch")
PARTY = _thing("harbour-party-60718293", EntityClass.GROUP, "Harbour Party")
URUGUAY = _thing("uruguay-718293a4", EntityClass.POLITY, "Uruguay")
MONTEVIDEO = _thing("montevideo-8293a4b5", EntityClass.PLACE, "Montevideo")
PORT = _thing("southern-quay-93a4b5c6", EntityClass.PLACE, "Southern Quay")
ELECTION = _thing("election-montevideo-a4b5c6d7", EntityClass.EVENT, "elected", event_type="election")
STRIKE = _thing("strike-montevideo-b5c6d7e8", EntityClass.EVENT, "strike", event_type="strike")
DEAL = _thing("agreement-uruguay-c6d7e8f9", EntityClass.EVENT, "agreement", event_type="agreement")

# Rui before Inês, whose surname alone would take his
THINGS = (RUI, INES, TOMAS, CARLA, LEAGUE, BRANCH, PARTY, URUGUAY, MONTEVIDEO, PORT, ELECTION, STRIKE, DEAL)


@dataclass(frozen=True)
class Said:
    """One claim: the words for subject and object, as they stand in the sentence that contains `where`."""

    where: str
    subject: tuple[str, Thing]
    predicate: str
    object: tuple[str, Thing | str]
    supports: bool = True
    modality: Modality = Modality.STATED
    phase: Phase = Phase.CURRENT
    confidence: float = 0.9
    attributed_to: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


@dataclass(frozen=True)
class Told:
    """An article of the story and all that it says."""

    id: str
    text: str
    published: date
    publisher: str
    said: tuple[Said, ...]
    url: str | None = None
    authors: tuple[str, ...] = field(default=())


STORY = (
    Told(
        "https://courier.example/dockers?id=1",
        "Dockers choose a new head\n\n"
        "Inês Duarte was elected president of the Free Dockers' League (FDL) in Montevideo on 2 March 2024. "
        "The League was founded by Rui Duarte, her father, who led the Free Dockers' League until 2019.\n\n"
        "The Free Dockers' League is based in Uruguay. Duarte, a citizen of Uruguay, is married to Tomás Vidal.",
        date(2024, 3, 4),
        "Coast Courier",
        (
            Said("was elected", ("Inês Duarte", INES), "leads", ("Free Dockers' League", LEAGUE), confidence=0.97),
            Said("was elected", ("elected", ELECTION), "involvesPerson", ("Inês Duarte", INES), confidence=0.95),
            Said("was elected", ("elected", ELECTION), "involves", ("FDL", LEAGUE), confidence=0.8),
            Said("was elected", ("elected", ELECTION), "occurredAt", ("Montevideo", MONTEVIDEO)),
            Said("was elected", ("elected", ELECTION), "startDate", ("2 March 2024", "2024-03-02"), confidence=1.0),
            Said("was founded", ("League", LEAGUE), "foundedBy", ("Rui Duarte", RUI), confidence=0.93),
            Said("her father", ("her", INES), "childOf", ("Rui Duarte", RUI), confidence=0.85),
            Said(
                "until 2019", ("Rui Duarte", RUI), "leads", ("Free Dockers' League", LEAGUE),
                phase=Phase.FORMER, valid_to="2019",
            ),
            Said("is based", ("Free Dockers' League", LEAGUE), "locatedIn", ("Uruguay", URUGUAY)),
            Said("a citizen", ("Duarte", INES), "citizenOf", ("Uruguay", URUGUAY)),
            Said("is married", ("Duarte", INES), "spouseOf", ("Tomás Vidal", TOMAS)),
        ),
        url="https://courier.example/dockers?id=1",
        authors=("Nuria Paz", "Leo Brandt"),
    ),
    Told(
        "wire/strike.txt",
        "Strike shuts the Southern Quay\n\n"
        "The Free Dockers' League began a strike at the Southern Quay on Monday. "
        "Inês Duarte, who heads the Free Dockers' League, said that the strike will last until 15 March 2024.\n\n"
        "The Southern Quay lies in Montevideo, and Montevideo in Uruguay. "
        "The Crane Drivers' Branch is part of the Free Dockers' League.",
        date(2024, 3, 11),
        "Plata Wire",
        (
            Said("began", ("strike", STRIKE), "involves", ("Free Dockers' League", LEAGUE), confidence=0.94),
            Said("began", ("strike", STRIKE), "occurredAt", ("Southern Quay", PORT)),
            Said("began", ("strike", STRIKE), "startDate", ("Monday", "2024-03-11"), confidence=0.75),
            Said("who heads", ("Inês Duarte", INES), "leads", ("Free Dockers' League", LEAGUE), confidence=0.99),
            Said(
                "will last", ("strike", STRIKE), "endDate", ("15 March 2024", "2024-03-15"),
                modality=Modality.REPORTED, phase=Phase.FUTURE, attributed_to="Inês Duarte",
            ),
            Said("lies in", ("Southern Quay", PORT), "within", ("Montevideo", MONTEVIDEO)),
            Said("lies in", ("Montevideo", MONTEVIDEO), "within", ("Uruguay", URUGUAY)),
            Said("is part", ("Crane Drivers' Branch", BRANCH), "partOf", ("Free Dockers' League", LEAGUE)),
        ),
    ),
    Told(
        "courier/denial.txt",
        "Ministry denies a change at the docks\n\n"
        "The ministry denied that Tomás Vidal leads the Free Dockers' League. "
        "Tomás Vidal, a member of the Harbour Party, did not answer.\n\n"
        "Carla Rossi will take over as head of the Harbour Party in June 2024.",
        date(2024, 3, 15),
        "Coast Courier",
        (
            Said(
                "denied", ("Tomás Vidal", TOMAS), "leads", ("Free Dockers' League", LEAGUE),
                supports=False, modality=Modality.REPORTED, attributed_to="The ministry",
            ),
            Said("a member", ("Tomás Vidal", TOMAS), "memberOf", ("Harbour Party", PARTY), confidence=0.88),
            Said(
                "take over", ("Carla Rossi", CARLA), "leads", ("Harbour Party", PARTY),
                modality=Modality.PLANNED, phase=Phase.FUTURE, valid_from="2024-06",
            ),
        ),
    ),
    Told(
        "courier/deal.txt",
        "Uruguay and dockers sign\n\n"
        "Uruguay signed an agreement with the Free Dockers' League in March 2024. "
        "A union source alleged that Tomás Vidal now runs the Free Dockers' League.",
        date(2024, 4, 2),
        "Coast Courier",
        (
            Said("signed", ("agreement", DEAL), "involves", ("Uruguay", URUGUAY), confidence=0.9),
            Said("signed", ("agreement", DEAL), "involves", ("Free Dockers' League", LEAGUE), confidence=0.9),
            Said("signed", ("agreement", DEAL), "startDate", ("March 2024", "2024-03"), confidence=0.9),
            Said(
                "alleged", ("Tomás Vidal", TOMAS), "leads", ("Free Dockers' League", LEAGUE),
                modality=Modality.ALLEGED, confidence=0.7, attributed_to="A union source",
            ),
        ),
    ),
)  # fmt: skip


def document(told: Told) -> Document:
    """The clean text of an article of the story; sentences end at a full stop or a paragraph."""
    text = told.text
    paragraphs = tuple(Span(*match.span()) for match in re.finditer(r"[^\n]+", text))
    sentences = tuple(
        Span(match.start() + paragraph.start, match.end() + paragraph.start)
        for paragraph in paragraphs
        for match in re.finditer(r"\S[^.]*(?:\.|$)", paragraph.of(text))
    )
    title = paragraphs[0]
    return Document(
        told.id,
        text,
        sentences,
        paragraphs,
        title.of(text),
        title,
        told.url,
        told.published,
        told.publisher,
        told.authors,
    )


def extraction(told: Told) -> tuple[Extraction, dict[int, NamedNode]]:
    """The mentions and chains of an article: every name of every thing in it; and which entity each chain is."""
    mentions: list[Mention] = []
    chains: list[Chain] = []
    entities: dict[int, NamedNode] = {}
    for thing in THINGS:
        pattern = "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in thing.names)
        kind = MentionKind.TRIGGER if thing.event_type else MentionKind.NAME
        own = [
            Mention(Span(*match.span()), thing.cls, kind, event_type=thing.event_type)
            for match in re.finditer(pattern, told.text)
            if not any(old.span.overlaps(Span(*match.span())) for old in mentions)
        ]
        if own and any(thing in (said.subject[1], said.object[1]) for said in told.said):
            names = tuple(dict.fromkeys(mention.span.of(told.text) for mention in own))
            entities[len(chains)] = thing.iri
            chains.append(Chain(tuple(range(len(mentions), len(mentions) + len(own))), thing.cls, names))
            mentions += own
    return Extraction(told.id, MODEL, tuple(mentions), tuple(chains), ()), entities


def claims(told: Told) -> list[Claim]:
    """What an article says, with the place of every word."""
    read = document(told)
    found = []
    for said in told.said:
        sentence = read.sentence_of(_find(said.where, told.text, Span(0, len(told.text))))
        subject_span = _find(said.subject[0], told.text, sentence)
        object_span = _find(said.object[0], told.text, sentence)
        value = said.object[1]
        target = DateValue.literal(value) if isinstance(value, str) else value.iri
        found.append(
            Claim(
                claim_iri(BASE, told.id, said.predicate, sentence, subject_span, object_span),
                told.id,
                Statement(said.subject[1].iri, vocab.term(said.predicate), target),
                said.supports,
                sentence,
                subject_span,
                object_span,
                said.confidence,
                said.modality,
                said.phase,
                said.attributed_to,
                said.valid_from,
                said.valid_to,
            )
        )
    return found


def statement_states(stories: Iterable[Told]) -> Iterator[StatementState]:
    """Statements with the counts of their claims; asserted from a confidence of 0.5 on."""
    about: dict[Statement, list[tuple[Told, Claim]]] = defaultdict(list)
    for told in stories:
        for claim in claims(told):
            about[claim.statement].append((told, claim))
    for statement, spoken in about.items():
        for_, against = ([pair for pair in spoken if pair[1].supports is side] for side in (True, False))
        asserting = [
            (told, claim)
            for told, claim in for_
            if claim.modality in (Modality.STATED, Modality.REPORTED) and claim.confidence >= 0.5
        ]
        sure = [claim for _, claim in asserting]
        current = sorted(told.published for told, claim in asserting if claim.phase is Phase.CURRENT)
        former = sorted(told.published for told, claim in asserting if claim.phase is Phase.FORMER)
        over = [day for day in former if not current or day > current[-1]]
        days = sorted(told.published for told, _ in spoken)
        first = spoken[0][1]
        yield StatementState(
            statement_iri(BASE, statement),
            statement,
            asserted=bool(sure),
            supporting_articles=len({told.id for told, _ in for_}),
            disputing_articles=len({told.id for told, _ in against}),
            supporting_sources=len({told.publisher for told, _ in for_}),
            disputing_sources=len({told.publisher for told, _ in against}),
            confidence=max((claim.confidence for claim in sure), default=None),
            phase=first.phase,
            first_reported=days[0],
            last_reported=days[-1],
            valid_from=first.valid_from,
            valid_to=first.valid_to,
            first_current=current[0] if current else None,
            last_current=current[-1] if current else None,
            reported_over=over[0] if over else None,
        )


def entity_states(stories: Iterable[Told]) -> Iterator[EntityState]:
    """The entities that the stories speak of."""
    spoken = {end for told in stories for said in told.said for end in (said.subject[1], said.object[1])}
    for thing in THINGS:
        if thing in spoken:
            label = thing.names[0] if thing.event_type is None else f"{thing.event_type} ({thing.iri.value[-8:]})"
            others = thing.names[1:] if thing.event_type is None else ()
            yield EntityState(thing.iri, thing.cls, label, others, event_type=thing.event_type)


def commit(stories: Iterable[Told] = STORY, default_graph: NamedNode | None = None) -> str:
    """The update that commits articles of the story to an empty store."""
    stories = tuple(stories)
    articles = []
    for told in stories:
        found, entities = extraction(told)
        articles.append(article_state(document(told), found, claims(told), entities, base=BASE))
    return commit_update(
        articles=articles,
        statements=tuple(statement_states(stories)),
        entities=tuple(entity_states(stories)),
        default_graph=default_graph,
    )


def golden_store(*, ontology: bool = False) -> OxigraphStore:
    """The story's graph in a new store in memory, with the ontology's graph if wanted."""
    from pyoxigraph import RdfFormat, parse

    from kg.resources import resource

    store = OxigraphStore.in_memory()
    store.update(commit())
    if ontology:
        quads = parse((resource("ontology") / "kg.ttl").read_bytes(), RdfFormat.TURTLE)
        store.replace_graph(ontology_graph(BASE), [quad.triple for quad in quads])
    return store


def objects(store: OxigraphStore, subject: NamedNode, predicate: NamedNode) -> set[str]:
    """The values of a property in the default graph, as text."""
    found = (quad.object for quad in store.quads(subject, predicate))
    return {term.value for term in found if isinstance(term, NamedNode | Literal)}


def _find(words: str, text: str, inside: Span) -> Span:
    match = re.search(rf"(?<!\w){re.escape(words)}", text[inside.start : inside.end])
    assert match is not None, f"{words!r} is not in {inside.of(text)!r}"
    return Span(inside.start + match.start(), inside.start + match.end())
