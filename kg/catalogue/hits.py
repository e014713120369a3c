"""What a search finds, with the places in it that were looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.catalogue.rows import EntityRow
from kg.types import Span

__all__ = ["OPEN", "SENTENCE", "SHUT", "ArticleHit", "EntityHit", "Marked", "SentenceHit", "marked"]

SENTENCE = "Sentence"
"""The kind of a hit that is a sentence; the others are the classes of entities."""

OPEN, SHUT = "\ufdd0", "\ufdd1"
"""Noncharacters, which no text holds: the index puts them around what matched."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text, and the places in it that were looked for: half-open ranges of its code points."""

    text: str
    highlights: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityHit:
    """An entity that was found, with the name that matched; `similar` if that is only spelt nearly alike."""

    entity: EntityRow
    name: Marked
    mentions: int
    similar: bool = False


@dataclass(frozen=True, slots=True)
class SentenceHit:
    """A sentence that was found: its article, its place in that article's clean text, and the part that matched."""

    article_id: str
    title: str | None
    publisher: str | None
    published: str | None
    span: Span
    text: Marked
    snippet: Marked


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """An article that was found: by its title, or by its best sentence, of `sentences` that match."""

    article_id: str
    title: Marked
    publisher: str | None
    published: str | None
    sentences: int
    best: SentenceHit | None


def marked(text: str) -> Marked:
    """The text without the marks around what matched, and their places."""
    spans: list[Span] = []
    plain, start = "", None
    for piece in re.split(f"([{OPEN}{SHUT}])", text):
        if piece == OPEN:
            start = len(plain)
        elif piece == SHUT:
            if start is not None and start < len(plain):
                spans.append(Span(start, len(plain)))
            start = None
        else:
            plain += piece
    return Marked(plain, tuple(spans))
