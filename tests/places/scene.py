"""Articles for the tests of places, written as marked text: `[Tripoli]` a place, `{Libya}` a polity, `<Rima Tripoli>` a person."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kg.places import Grounding, ground
from kg.types import Chain, Document, EntityClass, Extraction, Mention, Relation, Span
from tests.factory import document

CLASSES = {"[": EntityClass.PLACE, "{": EntityClass.POLITY, "<": EntityClass.PERSON}
MARK = re.compile(r"[\[{<]([^\]}>]+)[\]}>]")


def read(marked: str, within: Mapping[str, str] | None = None, id: str = "a.txt") -> tuple[Document, Extraction]:  # noqa: A002
    """The document and extraction of a marked text; equal names are one chain, `A|B` marks A as another name of B.

    `within` are the relations that the text states: name → the name of where it lies.
    """
    mentions: list[Mention] = []
    chains: dict[tuple[str, EntityClass], list[int]] = {}
    names: dict[tuple[str, EntityClass], dict[str, None]] = {}
    text, last = "", 0
    for mark in MARK.finditer(marked):
        name, _, main = mark[1].partition("|")
        cls = CLASSES[mark[0][0]]
        text += marked[last : mark.start()]
        key = (main or name, cls)
        chains.setdefault(key, []).append(len(mentions))
        names.setdefault(key, {})[name] = None
        mentions.append(Mention(Span(len(text), len(text) + len(name)), cls))
        text, last = text + name, mark.end()
    text += marked[last:]
    first = {key[0]: numbers[0] for key, numbers in chains.items()}
    relations = [Relation(first[a], "within", first[b], Span(0, len(text)), 0.9) for a, b in (within or {}).items()]
    built = [Chain(tuple(numbers), key[1], tuple(names[key])) for key, numbers in chains.items()]
    whole = document(text, id)
    return whole, Extraction(id, "scripted-1", tuple(mentions), tuple(built), tuple(relations))


def grounded(marked: str, within: Mapping[str, str] | None = None) -> dict[str, Grounding]:
    """Name → what it is, for the places of a marked text that can be told."""
    whole, found = read(marked, within)
    return {found.chains[number].names[0]: one for number, one in ground(whole, found).items()}


def where(marked: str, within: Mapping[str, str] | None = None) -> dict[str, str]:
    """Name → kind and code: `city LY`, `region US-GA`, `country LY`."""
    return {
        name: f"{one.kind} {one.id if one.kind == 'region' else one.country}"
        for name, one in grounded(marked, within).items()
    }
