"""What happened, in the order of the days that articles state; the days of the articles stand apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg import lookup, vocab
from kg.api.pages.reading import choice, date_of, entities_of, page_of, source_of, statements_of
from kg.api.service import Service
from kg.catalogue import About, RelationFilter
from kg.lookup import Entity, Relation

__all__ = ["Happening", "events_of", "timeline_values"]

ON_A_PAGE = 40
UNDATED = 30
_TELLING = ("involves", "involvesPerson", "occurredAt")


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a timeline: an event, or a relation that began or ended; `day` is stated, `reported` the articles'."""

    day: str | None
    end: str | None
    reported: tuple[str | None, str | None]
    event: Entity | None
    relations: tuple[Relation, ...]


def timeline_values(service: Service, entity: Entity | None, query: Mapping[str, str]) -> dict[str, Any]:
    """What the template of a timeline is handed: that of an entity, or that of all events of a type."""
    type_ = choice(query, "type", vocab.EVENT_TYPES)
    since, until, page = date_of(query, "since"), date_of(query, "until"), page_of(query)
    shared = {"entity": entity, "type": type_, "since": since, "until": until, "page": page, "types": vocab.EVENT_TYPES}
    if entity is not None:
        found = [one for one in _of_entity(service, entity.iri, since, until) if _is_of(one, type_)]
        dated = [one for one in found if one.day]
        undated = [one for one in found if not one.day]
        first = (page - 1) * ON_A_PAGE
        return shared | {
            "dated": dated[first : first + ON_A_PAGE],
            "total": len(dated),
            "pages": max(1, -(-len(dated) // ON_A_PAGE)),
            "undated": undated[:UNDATED] if page == 1 else [],
            "undated_total": len(undated),
        }
    outlines = service.workspace.catalogue.outlines
    rows, total = outlines.events(
        event_type=type_, since=since, until=until, first=(page - 1) * ON_A_PAGE, limit=ON_A_PAGE
    )
    undated_iris, undated_total = outlines.undated_events(event_type=type_, limit=UNDATED)
    if since or until or page > 1:
        undated_iris = []
    return shared | {
        "dated": list(_of_events(service, rows)),
        "total": total,
        "pages": max(1, -(-total // ON_A_PAGE)),
        "undated": list(_of_events(service, [(iri, None) for iri in undated_iris])),
        "undated_total": undated_total,
    }


def events_of(service: Service, about: About, limit: int) -> list[tuple[Entity, str | None]]:
    """The last events of a thing that an article dates; then those that none does."""
    rows = about.events(limit)
    events = entities_of(service, [event for event, _ in rows])
    return [(events[event], day) for event, day in rows if event in events]


def _of_entity(service: Service, iri: str, since: str | None, until: str | None) -> list[Happening]:
    """What happened to an entity, the last first."""
    source = source_of(service)
    found = lookup.timeline(
        source, iri, RelationFilter(asserted=True), begin=since, end=until, descending=True, limit=2000, claims=0
    )
    events = entities_of(service, [one.event for one in found.entries if one.event])
    happenings = []
    for entry in found.entries:
        stated = entry.basis != "reported"
        if entry.event is None and not stated:
            continue  # that something was reported is no event
        happenings.append(
            Happening(
                day=entry.start or entry.end if stated else None,
                end=entry.end if stated and entry.start else None,
                reported=_reported(entry.relations),
                event=events.get(entry.event) if entry.event else None,
                relations=entry.relations,
            )
        )
    return happenings


def _of_events(service: Service, rows: Iterable[tuple[str, str | None]]) -> Iterable[Happening]:
    listed = list(rows)
    events = entities_of(service, [iri for iri, _ in listed])
    for iri, day in listed:
        told = tuple(one for one in statements_of(service, iri) if one.predicate in _TELLING)
        yield Happening(day, None, service.workspace.catalogue.outlines.reported_on(iri), events.get(iri), told)


def _is_of(happening: Happening, type_: str | None) -> bool:
    return type_ is None or (happening.event is not None and happening.event.event_type == type_)


def _reported(relations: Iterable[Relation]) -> tuple[str | None, str | None]:
    told = list(relations)
    first = min((one.first_reported for one in told if one.first_reported), default=None)
    return first, max((one.last_reported for one in told if one.last_reported), default=None)
