"""What happened to a thing, in order of time: its events, and its relations by when they began, or were reported.

An entry's dates are, in this order: those of the event, those that articles state for the relation, and the days on which
it was reported; `basis` says which. Dates are as exact as articles are, and 2019 stands before 2019-03.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kg import vocab
from kg.catalogue import RelationFilter
from kg.catalogue.relations import RelationRow
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
    placed = [one for one in _placed(source, rows) if _within(one.entry, begin, end)]
    dated = sorted((one for one in placed if one.entry.day), key=_position, reverse=descending)
    total = len(dated)
    if after is not None:
        dated = [one for one in dated if (_position(one) < after if descending else _position(one) > after)]
    page = dated[:limit]
    return Timeline(
        entries=_entries(source, page, claims),
        total=total,
        undated=len(placed) - total,
        complete=len(rows) < COMPARED,
        next=cursor_of(_position(page[-1]), *asked) if len(dated) > limit else None,
    )


class _Placed(NamedTuple):
    """An entry whose relations are not looked up yet: their keys, and what tells it from others of the same day."""

    entry: TimelineEntry
    name: str
    keys: tuple[str, ...]


def _placed(source: Source, rows: Iterable[RelationRow]) -> list[_Placed]:
    """One entry for each event and for each other relation, but for those that only date events.

    An event that has a date needs no look at what is said of it, and of a hub most are events.
    """
    events: dict[str, list[str]] = {}
    others: list[str] = []
    for row in rows:
        _, subject, predicate, *_ = row.position
        if predicate in DATING:
            continue
        if EntityClass.EVENT in vocab.domain(predicate):
            events.setdefault(subject, []).append(row.key)
        else:
            others.append(row.key)
    days = source.catalogue.relations.days_of_events(events)
    vague = [key for event, keys in events.items() if event not in days for key in keys]
    known = {key_of(relation): relation for relation in relations_called(source, [*others, *vague], claims=0)}
    found: list[_Placed] = []
    for key in others:
        if (relation := known.get(key)) is None:  # gone since it was listed
            continue
        if relation.valid_from or relation.valid_to:
            entry = TimelineEntry(relation.valid_from, relation.valid_to, "stated", None, ())
        else:
            entry = TimelineEntry(*_reported((relation,)), "reported", None, ())
        found.append(_Placed(entry, relation.statement, (key,)))
    for event, keys in events.items():
        if event in days:
            entry = TimelineEntry(*days[event], "event", event, ())
        else:
            entry = TimelineEntry(*_reported(known[key] for key in keys if key in known), "reported", event, ())
        found.append(_Placed(entry, event, tuple(keys)))
    return found


def _reported(relations: Iterable[Relation]) -> tuple[str | None, str | None]:
    """The days on which the first and the last article reported relations; no second one if it is the same."""
    told = tuple(relations)
    first = min((day for one in told if (day := one.first_reported)), default=None)
    last = max((day for one in told if (day := one.last_reported)), default=None)
    return first, last if last != first else None


def _within(entry: TimelineEntry, begin: str | None, end: str | None) -> bool:
    """Whether an entry's time and the window meet, as far as the dates go: 2019 meets 2019-06."""
    first, last = entry.start or entry.end, entry.end or entry.start
    if begin is not None and (last is None or last[: len(begin)] < begin[: len(last)]):
        return False
    return not (end is not None and (first is None or first[: len(end)] > end[: len(first)]))


def _position(placed: _Placed) -> tuple[str, str]:
    return placed.entry.day, placed.name


def _entries(source: Source, page: Sequence[_Placed], claims: int) -> tuple[TimelineEntry, ...]:
    """The entries with their relations and the strongest claims of these, looked up for all of them at once."""
    keys = [key for one in page for key in one.keys]
    known = {key_of(relation): relation for relation in relations_called(source, keys, claims=claims)}
    return tuple(replace(one.entry, relations=tuple(known[key] for key in one.keys if key in known)) for one in page)
