"""One thing of which very much is said: further articles about what most articles of a workspace speak of.

A hub of `tests.benchmarks.graph` has some five thousand statements at 100,000 articles; what pages cost is judged by one of
ten thousand. So articles are added until there are as many, each about one event in that country, with a group that is based
there and its leader, who is a citizen. As with `tests.benchmarks.workspace`, nobody should ingest into the result.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from kg import vocab
from kg.catalogue.words import fold
from kg.graph.facts import article_state
from kg.types import Chain, Document, EntityClass, Extraction, Span, Statement
from kg.workspace.layout import Layout
from tests.benchmarks.graph import BASE, DAYS, FIRST_DAY, MODEL, Fact, Press, Reading, Thing, thing_called
from tests.benchmarks.workspace import Rows

__all__ = ["count_statements", "fill_hub"]

FIRST = 0x1000_0000  # numbers of the things that are added; those of the graph begin with 0
AT_HUB = 4  # statements of an article that are about the hub


class Chronicle(Press):
    """A press that writes of one place only; whatever else its articles speak of is new."""

    def __init__(self, hub: Thing, articles: int, *, seed: int = 0) -> None:
        super().__init__(20, seed=seed)
        self.hub, self.size = hub, articles
        kinds = EntityClass.EVENT, EntityClass.GROUP, EntityClass.PERSON
        self.world.things = {cls: [thing_called(cls, FIRST + n, self.random) for n in range(articles)] for cls in kinds}
        self.world.things[hub.cls] = [hub]

    def read(self) -> Iterator[Reading]:
        """Yield each article as it was read."""
        kinds = EntityClass.EVENT, EntityClass.GROUP, EntityClass.PERSON
        for number, (event, group, person) in enumerate(zip(*(self.world.things[cls] for cls in kinds), strict=True)):
            day = FIRST_DAY + timedelta(days=int(DAYS * self.random.random() ** 0.7))
            yield self._chronicled(number, day, event, group, person)

    def _chronicled(self, number: int, day: date, event: Thing, group: Thing, person: Thing) -> Reading:
        triples: tuple[tuple[Thing, str, Thing | str], ...] = (
            (event, "startDate", day.isoformat()), (event, "occurredAt", self.hub), (event, "involves", group),
            (event, "involves", self.hub), (group, "locatedIn", self.hub), (person, "leads", group),
            (person, "citizenOf", self.hub),
        )  # fmt: skip
        facts = [
            Fact(
                Statement(one.iri, vocab.term(name), Literal(other) if isinstance(other, str) else other.iri),
                one,
                other,
            )
            for one, name, other in triples
        ]
        name, publisher = f"chronicle/{number}.txt", number % 40
        text, claims, mentions, entities = self._told(name, day, publisher, facts)
        document = Document(
            name, text, tuple(claim.sentence for claim in claims), (Span(0, len(text)),), event.label, published=day,
            publisher=f"The Courier {publisher}", url=f"https://news.example/{name}",
        )  # fmt: skip
        chains = tuple(Chain((at,), mention.cls, (mention.span.of(text),)) for at, mention in enumerate(mentions))
        return Reading(document, Extraction(name, MODEL, tuple(mentions), chains, ()), claims, entities, None)


def count_statements(workspace: Path, iri: str) -> int:
    """How many statements have a thing at one of their ends."""
    with sqlite3.connect(Layout(workspace).catalogue) as db:
        key = "(SELECT key FROM entities WHERE iri = :iri)"
        asked = f"SELECT count(*) FROM statements WHERE subject = {key} OR object = {key}"
        return int(db.execute(asked, {"iri": iri}).fetchone()[0])


def fill_hub(workspace: Path, iri: str, statements: int) -> None:
    """Add articles to a workspace until a thing in it has so many statements."""
    missing = statements - count_statements(workspace, iri)
    if missing <= 0:
        return
    layout = Layout(workspace)
    db = sqlite3.connect(layout.catalogue, isolation_level=None)
    db.create_function("fold", 1, fold, deterministic=True)  # the triggers of names call it
    cls, label = db.execute("SELECT cls, label FROM entities WHERE iri = ?", (iri,)).fetchone()
    hub = Thing(NamedNode(iri), EntityClass(cls), label)
    press = Chronicle(hub, -(-missing // AT_HUB))
    readings = list(press.read())
    rows = Rows(db, [one for listed in press.world.things.values() for one in listed])
    db.execute("BEGIN")
    rows.add(readings)
    rows.finish()
    db.execute("COMMIT")
    db.close()
    store = Store(str(layout.store))
    for one in readings:
        state = article_state(one.document, one.extraction, one.claims, one.entities, base=BASE)
        store.extend(Quad(*triple, DefaultGraph()) for triple in state.header)
        store.extend(Quad(*triple, state.iri) for triple in state.graph)
    store.bulk_extend(press.totals())
    store.flush()
