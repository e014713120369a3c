"""The facts as GraphML (http://graphml.graphdrawing.org/), which Gephi, yEd, Cytoscape and networkx read.

Entities are nodes, asserted statements between entities are directed edges, dates of events are attributes of theirs.
Written by hand and not by networkx, which would hold the whole graph in memory as Python objects and as a tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import Literal, NamedNode

from kg.exports.things import Entity, Fact, Things
from kg.graph import GraphStore

__all__ = ["sound", "write_graphml"]

LIST = "; "
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# key → (its type, whose it is)
_KEYS = {
    "label": ("string", "all"),
    "class": ("string", "node"),
    "otherNames": ("string", "node"),
    "eventType": ("string", "node"),
    "country": ("string", "node"),
    "latitude": ("double", "node"),
    "longitude": ("double", "node"),
    "sameAs": ("string", "node"),
    "startDate": ("string", "node"),
    "endDate": ("string", "node"),
    "predicate": ("string", "edge"),
    "confidence": ("double", "edge"),
    "phase": ("string", "edge"),
    "articles": ("int", "edge"),
    "sources": ("int", "edge"),
    "disputingSources": ("int", "edge"),
    "firstReported": ("string", "edge"),
    "lastReported": ("string", "edge"),
    "validFrom": ("string", "edge"),
    "validTo": ("string", "edge"),
}

Values = Iterable[tuple[str, str | float | int | None]]


def write_graphml(store: GraphStore, out: IO[bytes]) -> None:
    """Write the graph of the asserted facts; a node for each entity, an edge for each fact between two."""
    for line in _lines(Things(store)):
        out.write(f"{line}\n".encode())


def _lines(things: Things) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for key, (kind, of) in _KEYS.items():
        yield f'<key id="{key}" for="{of}" attr.name="{key}" attr.type="{kind}"/>'
    yield '<graph id="newsgraph" edgedefault="directed">'
    for entity in things.entities():
        dates = [fact for fact in things.facts_of(entity.iri) if fact.asserted and isinstance(fact.object, Literal)]
        yield f"<node id={_quoted(entity.iri.value)}>{_data(_node(entity, dates))}</node>"
    for fact in things.facts():
        # an edge to what has no node would make the file wrong: a part of a graph may not name an end
        if fact.asserted and isinstance(fact.object, NamedNode) and things.entity(fact.object) is not None:
            ends = f"source={_quoted(fact.subject.value)} target={_quoted(fact.object.value)}"
            yield f"<edge id={_quoted(fact.iri.value)} {ends}>{_data(_edge(fact))}</edge>"
    yield "</graph>"
    yield "</graphml>"


def _node(entity: Entity, dates: Iterable[Fact]) -> Values:
    told: dict[str, list[str]] = {}
    for fact in dates:
        told.setdefault(fact.predicate, []).append(fact.object.value)
    return (
        ("label", entity.label),
        ("class", entity.cls),
        ("otherNames", LIST.join(entity.altlabels) or None),
        ("eventType", entity.event_type),
        ("country", entity.country),
        ("latitude", entity.latitude),
        ("longitude", entity.longitude),
        ("sameAs", LIST.join(entity.same_as) or None),
        ("startDate", min(told.get("startDate", ()), default=None)),
        ("endDate", max(told.get("endDate", ()), default=None)),
    )


def _edge(fact: Fact) -> Values:
    return (
        ("label", fact.predicate),
        ("predicate", fact.predicate),
        ("confidence", fact.confidence),
        ("phase", fact.phase),
        ("articles", fact.supporting_articles),
        ("sources", fact.supporting_sources),
        ("disputingSources", fact.disputing_sources),
        ("firstReported", fact.first_reported),
        ("lastReported", fact.last_reported),
        ("validFrom", fact.valid_from),
        ("validTo", fact.valid_to),
    )


def _data(values: Values) -> str:
    return "".join(f'<data key="{key}">{escape(sound(value))}</data>' for key, value in values if value is not None)


def _quoted(value: str) -> str:
    return quoteattr(sound(value))


def sound(value: str | float | int) -> str:
    """The value without characters that no XML document may hold."""
    return _NOT_XML.sub("\ufffd", str(value))
