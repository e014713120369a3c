"""The neighbourhood of a thing as a drawing, with the same in words below; and the ways between two things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from kg import lookup, vocab
from kg.api.pages import layout
from kg.api.pages.reading import choice, date_of, entities_of, source_of
from kg.api.pages.wording import words
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.catalogue import About
from kg.lookup import Entity, Relation

__all__ = ["drawings_of", "explore_values", "joined_words", "thumbnail"]

THINGS = 40  # with their names: what a person can read
LOOKED_AT = 300  # things of which it is asked whether they are sure enough, or of the time
EXPANDED = 8  # further things for each that is expanded
MOST_EXPANDED = 5
ACROSS = 40  # curves between neighbours
SMALL = 9  # things in the small drawing on a page
CONFIDENCES = ("0.5", "0.7", "0.9")
CLASSES = ("Person", "Group", "Place", "Polity", "Event")
_ORDER = {name: place for place, name in enumerate(vocab.PREDICATES)}


def explore_values(service: Service, entity: Entity, query: Mapping[str, str], expand: Sequence[str]) -> dict[str, Any]:
    """What the template of the neighbourhood is handed; `expand` are slugs of neighbours whose neighbours are wanted too."""
    wanted = _wanted(query)
    source = source_of(service)
    predicates = (wanted["predicate"],) if wanted["predicate"] else ()
    classes = (wanted["type"],) if wanted["type"] else ()
    narrowed = any(wanted[name] for name in ("confidence", "since", "until"))
    found = lookup.neighbourhood(
        source, entity.iri, predicates=predicates, classes=classes, limit=LOOKED_AT if narrowed else THINGS
    )
    passing = list(_passing(found.relations, wanted))
    joined = {end for one in passing for end in (one.subject, one.object) if entity.iri in (one.subject, one.object)}
    near = [thing for thing, _ in found.things if thing.iri in joined and thing.iri != entity.iri]
    things = {thing.iri: thing for thing in (entity, *near[:THINGS])}
    children = {entity.iri: [thing.iri for thing in near[:THINGS]]}
    relations = [one for one in passing if one.subject in things and one.object in things]
    open_slugs = [iri for iri in children[entity.iri] if iri.rpartition("/")[2] in expand][:MOST_EXPANDED]
    for iri in open_slugs:
        further = lookup.neighbourhood(source, iri, predicates=predicates, limit=EXPANDED + 1)
        new = {thing.iri: thing for thing, _ in further.things if thing.iri not in things}
        children[iri] = list(new)[:EXPANDED]
        things |= {child: new[child] for child in children[iri]}
        relations += [one for one in further.relations if one.subject in things and one.object in things]
    relations = list(_passing({one.statement: one for one in relations}.values(), wanted))
    shown = _reached(entity.iri, children, relations)
    address = {name: value for name, value in query.items() if name not in ("expand", "page") and value}
    return {
        "entity": entity,
        "things": things,
        "relations": sorted(relations, key=lambda r: (_ORDER.get(r.predicate, 99), r.subject_label, r.object_label)),
        "joined": joined_words(relations),
        "drawings": drawings_of(entity.iri, shown, relations),
        "count": sum(map(len, shown.values())),
        "total": service.workspace.catalogue.outlines.count_neighbours(entity.iri),
        "complete": found.complete and len(near) <= THINGS,
        "wanted": wanted,
        "predicates": vocab.PREDICATES,
        "classes": CLASSES,
        "confidences": CONFIDENCES,
        "opened": {iri.rpartition("/")[2] for iri in open_slugs},
        "address": f"?{urlencode(address)}&" if address else "?",
        "expand": [slug for slug in expand if any(iri.endswith(f"/{slug}") for iri in open_slugs)],
    }


def thumbnail(service: Service, entity: Entity, about: About) -> dict[str, Any] | None:
    """What the small drawing on the page of a thing needs; None for one without neighbours."""
    relations = lookup.relations_called(source_of(service), about.neighbours(SMALL), claims=0)
    near = dict.fromkeys(end for one in relations for end in (one.subject, one.object) if end != entity.iri)
    things = {entity.iri: entity, **entities_of(service, list(near))}
    children = {entity.iri: [iri for iri in things if iri != entity.iri]}
    if not children[entity.iri]:
        return None
    drawing = layout.narrow(entity.iri, _ordered(entity.iri, children, relations))
    return {"drawing": drawing, "things": things, "joined": joined_words(relations)}


def _wanted(query: Mapping[str, str]) -> dict[str, str | None]:
    return {
        "predicate": choice(query, "predicate", vocab.PREDICATES),
        "type": choice(query, "type", CLASSES),
        "confidence": _confidence(query),
        "since": date_of(query, "since"),
        "until": date_of(query, "until"),
    }


def _confidence(query: Mapping[str, str]) -> str | None:
    given = query.get("confidence") or None
    try:
        within = given is None or 0 <= float(given) <= 1
    except ValueError:
        within = False
    if not within:
        raise Refusal(400, f"confidence={str(given)[:40]} is no number from 0 to 1")
    return given


def _passing(relations: Iterable[Relation], wanted: Mapping[str, str | None]) -> Iterable[Relation]:
    """The relations that are as sure as wanted, and were reported in the time that is."""
    least = float(wanted["confidence"] or 0)
    since, until = wanted["since"], wanted["until"]
    for one in relations:
        first, last = one.first_reported or one.last_reported, one.last_reported or one.first_reported
        if (one.confidence or 0) < least:
            continue
        if since is not None and (last is None or last[: len(since)] < since):
            continue
        if until is not None and (first is None or first[: len(until)] > until):
            continue
        yield one


def _reached(centre: str, children: Mapping[str, Sequence[str]], relations: Sequence[Relation]) -> dict[str, list[str]]:
    """The tree without what no relation joins to its parent any more."""
    joined = {frozenset((one.subject, one.object)) for one in relations}
    first = [child for child in children[centre] if frozenset((centre, child)) in joined]
    tree = {centre: first}
    for child in first:
        below = [one for one in children.get(child, ()) if frozenset((child, one)) in joined]
        if below:
            tree[child] = below
    return _ordered(centre, tree, relations)


def _ordered(centre: str, tree: Mapping[str, Sequence[str]], relations: Sequence[Relation]) -> dict[str, list[str]]:
    """The tree with neighbours of one predicate side by side, in the order of the ontology."""
    places: dict[frozenset[str], int] = {}
    for one in relations:
        pair = frozenset((one.subject, one.object))
        places[pair] = min(places.get(pair, 99), _ORDER.get(one.predicate, 99))
    return {
        parent: sorted(below, key=lambda child, parent=parent: places.get(frozenset((parent, child)), 99))  # type: ignore[misc]
        for parent, below in tree.items()
    }


def joined_words(relations: Iterable[Relation]) -> dict[tuple[str, str], dict[str, str]]:
    """(parent, child) → the words of what joins them, as they stand on the line: with an arrow for the direction."""
    found: dict[tuple[str, str], list[tuple[str, bool, Relation]]] = {}
    for one in relations:
        for pair, outgoing in (((one.subject, one.object), True), ((one.object, one.subject), False)):
            if (words(one.predicate), outgoing) not in [(name, out) for name, out, _ in found.get(pair, ())]:
                found.setdefault(pair, []).append((words(one.predicate), outgoing, one))
    return {
        pair: {
            "right": ", ".join(f"{name} →" if outgoing else f"← {name}" for name, outgoing, _ in listed[:2])
            + (", …" if len(listed) > 2 else ""),
            "left": ", ".join(f"← {name}" if outgoing else f"{name} →" for name, outgoing, _ in listed[:2])
            + (", …" if len(listed) > 2 else ""),
            "full": "; ".join(f"{one.subject_label} {words(one.predicate)} {one.object_label}" for _, _, one in listed),
        }
        for pair, listed in found.items()
    }


def drawings_of(
    centre: str, tree: Mapping[str, Sequence[str]], relations: Sequence[Relation]
) -> tuple[layout.Drawing, layout.Drawing]:
    """The drawings of a tree, the wide one and the narrow one; relations that are not of the tree go across."""
    nodes = {centre, *(child for below in tree.values() for child in below)}
    hanging = {frozenset((parent, child)) for parent, below in tree.items() for child in below}
    across: dict[frozenset[str], tuple[str, str]] = {}
    for one in relations:
        pair = frozenset((one.subject, one.object))
        if len(pair) == 2 and pair not in hanging and pair <= nodes:
            across.setdefault(pair, (one.subject, one.object))
    return layout.wide(centre, tree, list(across.values())[:ACROSS]), layout.narrow(centre, tree)
