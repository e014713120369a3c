"""Where articles disagree: statements that others deny, several leaders at one time, events of two days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg import lookup
from kg.api.pages.home import described
from kg.api.pages.reading import choice, entities_of, page_of, source_of, summary
from kg.api.service import Service
from kg.catalogue import RelationFilter
from kg.lookup import Entity, Relation

__all__ = ["Rivalry", "disagreements_values", "rivalry_of"]

KINDS = ("leaders", "denied", "dates")
FIRST = 4  # of each kind on the page of all
ON_A_PAGE = 15
GROUPS = 300  # with several leaders over time, of which it is asked whether they overlap
LEADERS = 40
EACH = 3  # sentences of each side


@dataclass(frozen=True, slots=True)
class Rivalry:
    """Something of which articles say several things that exclude each other: the statements, side by side."""

    about: Entity
    sides: tuple[Relation, ...]


def disagreements_values(service: Service, entity: Entity | None, query: Mapping[str, str]) -> dict[str, Any]:
    """What the template is handed: all kinds with their first ones, a page of one kind, or what is about one thing."""
    kind, page = choice(query, "kind", KINDS), page_of(query)
    first, limit = ((page - 1) * ON_A_PAGE, ON_A_PAGE) if kind else (0, FIRST)
    outlines = service.workspace.catalogue.outlines
    values: dict[str, Any] = {
        "entity": entity,
        "kind_wanted": kind,
        "FIRST": FIRST,
        "page": page,
        "leaders": [],
        "denied": [],
        "dates": [],
    }
    totals = dict.fromkeys(KINDS, 0)
    if entity is not None:
        rivalry = rivalry_of(service, entity)
        dates = _dates(service, entity) if entity.cls == "Event" else None
        keys, total = outlines.about(entity.iri).disputed(first=(page - 1) * ON_A_PAGE, limit=ON_A_PAGE)
        values["denied"] = described(service, keys, each=2 * EACH)
        values["leaders"], values["dates"] = (
            ([rivalry] if rivalry else [], [dates] if dates else []) if page == 1 else ([], [])
        )
        totals = {"leaders": len(values["leaders"]), "denied": total, "dates": len(values["dates"])}
    else:
        keys, totals["denied"] = outlines.disputed(first=first, limit=limit)
        conflicting = summary(service, "conflicting dates", outlines.conflicting_dates)
        iris, totals["dates"] = conflicting[first : first + limit], len(conflicting)
        if kind in (None, "leaders"):
            rivalries = _rivalries(service, first + limit + 1)  # one more than is shown: whether there are more
            totals["leaders"] = len(rivalries)
            values["leaders"] = rivalries[first : first + limit]
        if kind in (None, "denied"):
            values["denied"] = described(service, keys, each=2 * EACH)
        if kind in (None, "dates"):
            events = entities_of(service, iris).values()
            values["dates"] = [found for event in events if (found := _dates(service, event))]
    values["totals"] = totals
    counted = "denied" if entity is not None else kind
    values["pages"] = -(-totals[counted] // ON_A_PAGE) if counted else 1
    return values


def _rivalries(service: Service, limit: int) -> list[Rivalry]:
    """The first groups with several leaders at one time, the most reported first: no more are looked at than it takes."""
    found: list[Rivalry] = []
    for group in entities_of(service, service.workspace.catalogue.outlines.several_leaders(GROUPS)).values():
        if len(found) == limit:
            break
        if (rivalry := rivalry_of(service, group)) is not None:
            found.append(rivalry)
    return found


def rivalry_of(service: Service, group: Entity, *, claims: int = EACH) -> Rivalry | None:
    """The leaders that articles give a group at one time; None when there is one at a time."""
    source = source_of(service)
    rows = source.catalogue.relations.page(
        group.iri, RelationFilter(("leads",), "in", asserted=True), sort="sources", descending=True, limit=LEADERS
    )
    if len(rows) < 2:
        return None
    relations = lookup.relations_called(source, [row.key for row in rows], claims=claims)
    at_odds = {one.statement for pair in lookup.disagreements(relations) for one in _pair(pair)}
    sides = tuple(one for one in relations if one.statement in at_odds)
    return Rivalry(group, sides) if sides else None


def _pair(pair: lookup.Disagreement) -> Sequence[Relation]:
    return pair.one, pair.two


def _dates(service: Service, event: Entity) -> Rivalry | None:
    """The days on which articles say that an event began, if some exclude each other."""
    source = source_of(service)
    rows = source.catalogue.relations.page(
        event.iri, RelationFilter(("startDate",), "out", asserted=True), sort="sources", descending=True, limit=8
    )
    relations = lookup.relations_called(source, [row.key for row in rows], claims=EACH)
    return Rivalry(event, relations) if len(relations) > 1 else None
