"""What happened to a thing, in order of time: its events, and its relations by when they began, or were reported.

An entry's dates are, in this order: those of the event, those that articles state for the relation, and the days on which
it was reported; `basis` says which. Dates are as exact as articles are, and 2019 stands before 2019-03.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kg import vocab
from kg.catalogue import RelationFilter
from kg.lookup.cursors import cursor_of, position_of
from kg.lookup.listing import COMPARED, key_of, relations_called
from kg.lookup.models import Relation
from kg.lookup.source import Source
from kg.types import EntityClass

__all__ = ["Timeline", "TimelineEntry", "timeline"]

DATING = ("startDate", "endDate")
ASSERTED = RelationFilter(asserted=True)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An event with all that is said of it and the thing, or one relation; `event` is the event's IRI.

    `start` and `end` are lexical forms of xsd:date, gYearMonth or gYear; `basis` is event, stated or reported.
    """

    start: str | None
    end: str | None
    basis: str
    event: str | None
    relations: tuple[Relation, ...]

    @property
    def day(self) -> str:
        """What the entry is sorted by."""
        return self.start or self.end or ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of entries, how many there are, and the next page's cursor.

    `undated` counts what no article dates and no day of publication is known of. Not `complete` if only the best supported
    statements were placed, of more than COMPARED.
    """

    entries: tuple[TimelineEntry, ...]
    total: int
    undated: int
    complete: bool
    next: str | None = None


def timeline(
    source: Source,
    iri: str,
    where: RelationFilter = ASSERTED,
    *,
    begin: str | None = None,
    end: str | None = None,
    descending: bool = False,
    cursor: str | None = None,
    limit: int = 100,
    claims: int = 3,
) -> Timeline:
    """The entries of a thing between two dates (both included, as exact as they are), each with its strongest claims.

    Raises ParameterError for a foreign cursor.
    """
    asked = (iri, where, begin, end, descending, "timeline")
    after = position_of(cursor, *asked) if cursor else None
    index = source.catalogue.relations
    rows = index.page(iri, where, sort="sources", descending=True, limit=COMPARED)
    compared = len(rows)
    rows = [row for row in rows if row.position[2] not in DATING]
    relations = relations_called(source, [row.key for row in rows], claims=0)
    entries = [entry for entry in _entries(source, relations) if _within(entry, begin, end)]
    dated = sorted((entry for entry in entries if entry.day), key=_position, reverse=descending)
    total = len(dated)
    if after is not None:
        dated = [one for one in dated if (_position(one) < after if descending else _position(one) > after)]
    page = dated[:limit]
    return Timeline(
        entries=tuple(_with_claims(source, entry, claims) for entry in page),
        total=total,
        undated=len(entries) - total,
        complete=compared < COMPARED,
        next=cursor_of(_position(page[-1]), *asked) if len(dated) > limit else None,
    )


def _entries(source: Source, relations: Iterable[Relation]) -> list[TimelineEntry]:
    """One entry for each event and for each other relation."""
    events: dict[str, list[Relation]] = {}
    entries: list[TimelineEntry] = []
    for relation in relations:
        if EntityClass.EVENT in vocab.domain(relation.predicate):
            events.setdefault(relation.subject, []).append(relation)
        elif relation.valid_from or relation.valid_to:
            entries.append(TimelineEntry(relation.valid_from, relation.valid_to, "stated", None, (relation,)))
        else:
            entries.append(_reported((relation,), None))
    days = source.catalogue.relations.days_of_events(events)
    for event, told in events.items():
        if event in days:
            entries.append(TimelineEntry(*days[event], "event", event, tuple(told)))
        else:
            entries.append(_reported(tuple(told), event))
    return entries


def _reported(relations: tuple[Relation, ...], event: str | None) -> TimelineEntry:
    first = min((day for one in relations if (day := one.first_reported)), default=None)
    last = max((day for one in relations if (day := one.last_reported)), default=None)
    return TimelineEntry(first, last if last != first else None, "reported", event, relations)


def _within(entry: TimelineEntry, begin: str | None, end: str | None) -> bool:
    """Whether an entry's time and the window meet, as far as the dates go: 2019 meets 2019-06."""
    first, last = entry.start or entry.end, entry.end or entry.start
    if begin is not None and (last is None or last[: len(begin)] < begin[: len(last)]):
        return False
    return not (end is not None and (first is None or first[: len(end)] > end[: len(first)]))


def _position(entry: TimelineEntry) -> tuple[str, str]:
    return entry.day, entry.event or entry.relations[0].statement


def _with_claims(source: Source, entry: TimelineEntry, claims: int) -> TimelineEntry:
    if not claims:  # they are there without
        return entry
    return replace(entry, relations=relations_called(source, [key_of(one) for one in entry.relations], claims=claims))
