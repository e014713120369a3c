"""Annotated texts as values: stories, their texts, mentions and facts. `kg.train.markup` reads them from files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kg.marking import CLASSES

__all__ = ["CLASSES", "CLUTTER", "FLAGS", "NOTHING", "Fact", "MarkedMention", "Passage", "Problem", "Story"]

FLAGS = frozenset({"former", "future", "denied", "alleged", "planned"})
NOTHING, CLUTTER = "nothing", "clutter"  # what a sentence without mentions is


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file: the line (from 1) and what."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class MarkedMention:
    """A mention: code points of the text, entity id, kind (name, nominal, pronoun, trigger), and as it is written: mark, type or value."""

    start: int
    end: int
    entity: str
    kind: str
    written: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact below a sentence; `holds` is False for a trap (`!`). `since` and `until` are dates of the text."""

    subject: str
    predicate: str
    object: str
    sentence: int
    flags: frozenset[str]
    by: str | None
    holds: bool
    line: int
    since: str | None = None
    until: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Subject, predicate, object."""
        return self.subject, self.predicate, self.object


@dataclass(slots=True)
class Passage:
    """One annotated text. Per sentence: `lines`, its line number; `source`, its line; `marks`, that it is nothing or clutter."""

    number: int = 1
    line: int = 1
    header: dict[str, str] = field(default_factory=dict)
    text: str = ""
    sentences: list[tuple[int, int]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    marks: dict[int, str] = field(default_factory=dict)
    mentions: list[MarkedMention] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    waived: set[str] = field(default_factory=set)

    def entities(self) -> dict[str, list[MarkedMention]]:
        """Entity id → its mentions, in text order."""
        found: dict[str, list[MarkedMention]] = {}
        for mention in self.mentions:
            found.setdefault(mention.entity, []).append(mention)
        return found

    def mentions_in(self, sentence: int) -> list[MarkedMention]:
        """The mentions of a sentence, in the order in which they close."""
        start, end = self.sentences[sentence]
        return [m for m in self.mentions if start <= m.start < end]

    def surface(self, mention: MarkedMention) -> str:
        """The words of a mention."""
        return self.text[mention.start : mention.end]


@dataclass(slots=True)
class Story:
    """The texts of a file, with what was wrong while reading. `single`: a file without headings, which is a story of one text."""

    path: Path
    single: bool = False
    header: dict[str, str] = field(default_factory=dict)
    texts: list[Passage] = field(default_factory=list)
    waived: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The story's name: splits go by it."""
        return self.header.get("story") or self.path.stem
