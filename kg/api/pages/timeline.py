"""What happened, in the order of the days that articles state; the days of the articles stand apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    parse,
    parse_query_results,
)

from kg import lookup, vocab
from kg.api.pages.reading import choice, date_of, entities_of, page_of, source_of, statements_of, summary
from kg.api.service import Service
from kg.catalogue import About, Joined
from kg.lookup import Entity, Relation

__all__ = ["Found", "Happening", "Window", "events_among", "events_of", "found_by", "timeline_values"]

ON_A_PAGE = 40
UNDATED = 30
FOUND = 1000  # events that a search or a query finds
ROWS = 20_000  # of a query's answer that are read
WORDS = 400  # characters of a search
_TELLING = ("involves", "involvesPerson", "occurredAt")


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a timeline: an event, or a relation that began or ended; `day` is stated, `reported` the articles'."""

    day: str | None
    end: str | None
    reported: tuple[str | None, str | None]
    event: Entity | None
    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """What of a timeline is asked for: a type of event, a time (days, months or years, both included), a page from 1."""

    type: str | None
    since: str | None
    until: str | None
    page: int

    def holds(self, begin: str | None, end: str | None) -> bool:
        """Whether a time meets this one, as far as the dates go: 2019 meets 2019-06."""
        first, last = begin or end, end or begin
        if self.since and (last is None or last[: len(self.since)] < self.since[: len(last)]):
            return False
        return not (self.until and (first is None or first[: len(self.until)] > self.until[: len(first)]))

    @property
    def first(self) -> int:
        """The number, from 0, of the first line of the page."""
        return (self.page - 1) * ON_A_PAGE

    @property
    def address(self) -> str:
        """As it stands in an address, without the page."""
        asked = {"type": self.type, "since": self.since, "until": self.until}
        return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True)
class Found:
    """Events that were looked for, by words or by a query; not `complete` if there are more than were read."""

    iris: tuple[str, ...]
    words: str = ""
    query: str = ""
    complete: bool = True


def timeline_values(
    service: Service, entity: Entity | None, query: Mapping[str, str], found: Found | None = None
) -> dict[str, Any]:
    """What the template of a timeline is handed: that of an entity, of events that were found, or that of all events."""
    window = Window(
        choice(query, "type", vocab.EVENT_TYPES), date_of(query, "since"), date_of(query, "until"), page_of(query)
    )
    values: dict[str, Any] = {"entity": entity, "window": window, "found": found, "types": vocab.EVENT_TYPES}
    if entity is not None:
        return values | _of_entity(service, entity, window)
    if found is not None:
        return values | _of_found(service, found, window)
    return values | _of_all(service, window)


def found_by(service: Service, words: str) -> Found:
    """The events whose names, or of which sentences, have these words."""
    iris = service.workspace.catalogue.words.events(words[:WORDS], limit=FOUND + 1)
    return Found(tuple(iris[:FOUND]), words=words, complete=len(iris) <= FOUND)


def events_among(base: str, body: bytes, media_type: str) -> tuple[str, ...]:
    """The IRIs of the events that an answer names: rows as JSON, or triples as Turtle."""
    terms: Iterable[object]
    if media_type.startswith("text/turtle"):
        triples = islice(parse(body, RdfFormat.TURTLE), ROWS)
        terms = (term for quad in triples for term in (quad.subject, quad.object))
    else:
        answer = parse_query_results(body, QueryResultsFormat.JSON)
        terms = () if isinstance(answer, QueryBoolean) else (term for row in islice(answer, ROWS) for term in row)
    events = f"{base}event/"
    return tuple(
        dict.fromkeys(term.value for term in terms if isinstance(term, NamedNode) and term.value.startswith(events))
    )


def events_of(service: Service, about: About, limit: int) -> list[tuple[Entity, str | None]]:
    """The last events of a thing that an article dates; then those that none does."""
    rows = about.events(limit)
    events = entities_of(service, [event for event, _ in rows])
    return [(events[event], day) for event, day in rows if event in events]


def _of_all(service: Service, window: Window) -> dict[str, Any]:
    """All events there are."""
    outlines = service.workspace.catalogue.outlines
    asked: dict[str, Any] = {"event_type": window.type, "since": window.since, "until": window.until}
    rows = outlines.events(**asked, first=window.first, limit=ON_A_PAGE)
    total = summary(service, ("events", *asked.values()), lambda: outlines.count_events(**asked))
    undated, undated_total = outlines.undated_events(event_type=window.type, limit=UNDATED)
    if window.since or window.until:
        undated, undated_total = [], 0
    shown = undated if window.page == 1 else []
    return _page(total, undated_total, _of_events(service, rows), _of_events(service, [(iri, None) for iri in shown]))


def _of_found(service: Service, found: Found, window: Window) -> dict[str, Any]:
    """Those of the events that were found."""
    catalogue = service.workspace.catalogue
    days = catalogue.relations.days_of_events(found.iris)
    events = [
        row
        for iri in found.iris
        if (row := catalogue.entity(iri)) is not None and window.type in (None, row.event_type)
    ]
    listed = [(row.iri.value, *days.get(row.iri.value, (None, None))) for row in events]
    dated = [(iri, begin or end) for iri, begin, end in listed if (begin or end) and window.holds(begin, end)]
    dated.sort(key=lambda one: (one[1] or "", one[0]), reverse=True)
    undated = [(iri, None) for iri, begin, end in listed if not (begin or end or window.since or window.until)]
    return _page(
        len(dated),
        len(undated),
        _of_events(service, dated[window.first : window.first + ON_A_PAGE]),
        _of_events(service, undated[:UNDATED] if window.page == 1 else []),
    )


def _of_entity(service: Service, entity: Entity, window: Window) -> dict[str, Any]:
    """What happened to an entity: its events, and what began or ended, the last first."""
    source, catalogue = source_of(service), service.workspace.catalogue
    about = catalogue.outlines.about(entity.iri)
    lines: list[tuple[str | None, str, Joined | Relation]] = [
        (one.day, one.event, one)
        for one in about.all_events()
        if window.type in (None, one.event_type) and window.holds(one.day, one.day)
    ]
    stated = lookup.relations_called(source, about.stated(), claims=0) if window.type is None else ()
    lines += [
        (one.valid_from or one.valid_to, one.statement, one)
        for one in stated
        if window.holds(one.valid_from, one.valid_to)
    ]
    dated = sorted((line for line in lines if line[0]), key=lambda line: line[:2], reverse=True)
    undated = [line for line in lines if not line[0]]
    shown = dated[window.first : window.first + ON_A_PAGE]
    rest = undated[:UNDATED] if window.page == 1 else []
    joined = [one for _, _, one in (*shown, *rest) if isinstance(one, Joined)]
    keys = about.keys(number for one in joined for number in one.statements)
    told = {lookup.key_of(one): one for one in lookup.relations_called(source, list(keys.values()), claims=0)}
    events = entities_of(service, [one.event for one in joined])
    ends = catalogue.relations.days_of_events([one.event for one in joined if one.day])

    def happening(line: tuple[str | None, str, Joined | Relation]) -> Happening:
        day, _, one = line
        if not isinstance(one, Joined):
            return Happening(day, one.valid_to if one.valid_from else None, _reported((one,)), None, (one,))
        relations = tuple(told[key] for number in one.statements if (key := keys.get(number)) in told)
        end = ends.get(one.event, (None, None))[1]
        return Happening(day, end if day else None, _reported(relations), events.get(one.event), relations)

    return _page(len(dated), len(undated), map(happening, shown), map(happening, rest))


def _page(total: int, undated_total: int, dated: Iterable[Happening], undated: Iterable[Happening]) -> dict[str, Any]:
    return {
        "dated": list(dated),
        "total": total,
        "pages": max(1, -(-total // ON_A_PAGE)),
        "undated": list(undated),
        "undated_total": undated_total,
    }


def _of_events(service: Service, rows: Iterable[tuple[str, str | None]]) -> Iterable[Happening]:
    listed = list(rows)
    events = entities_of(service, [iri for iri, _ in listed])
    for iri, day in listed:
        told = tuple(one for one in statements_of(service, iri) if one.predicate in _TELLING)
        yield Happening(day, None, service.workspace.catalogue.outlines.reported_on(iri), events.get(iri), told)


def _reported(relations: Iterable[Relation]) -> tuple[str | None, str | None]:
    told = list(relations)
    first = min((one.first_reported for one in told if one.first_reported), default=None)
    return first, max((one.last_reported for one in told if one.last_reported), default=None)
