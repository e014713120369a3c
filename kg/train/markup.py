"""The corpus markup: a plain text with inline mentions and facts below each sentence → the JSON Lines form of the public corpora.

`kg/train/corpus/GUIDELINE.md` defines it. `python -m kg.train.markup FILE...` lints files and prints `file:line: what is wrong`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.extract.labels import EVENT_TYPES

__all__ = ["Fact", "MarkedMention", "Passage", "Problem", "read_passage", "to_record"]

CLASSES = {"P": "Person", "G": "Group", "L": "Place", "C": "Polity", "E": "Event", "D": "Date"}
KINDS = {"": "name", "~": "nominal", "*": "pronoun", "!": "name"}
# predicate → (classes of the subject, classes of the object), by id letter
SIGNATURES = {
    "leads": ("P", "GC"),
    "locatedIn": ("G", "LC"),
    "involves": ("E", "GC"),
    "involvesPerson": ("E", "P"),
    "occurredAt": ("E", "LC"),
    "startDate": ("E", "D"),
    "endDate": ("E", "D"),
    "memberOf": ("P", "GC"),
    "foundedBy": ("GC", "P"),
    "partOf": ("GC", "GC"),
    "within": ("LC", "LC"),
    "childOf": ("P", "P"),
    "spouseOf": ("P", "P"),
    "citizenOf": ("P", "C"),
}
FLAGS = frozenset({"former", "future", "denied", "alleged", "planned"})
HEADERS = frozenset({"story", "genre", "region", "date", "outlet", "brief", "text", "title"})
_OPEN = re.compile(r"\[([PGLCED]\d+)([~*!]?)(?::([a-z]+))?(?:=([0-9/-]+))? ")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?(/\d{4}(-\d\d(-\d\d)?)?)?")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file: the line (from 1) and what."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class MarkedMention:
    """A mention: code points of the passage's text, entity id, kind (name, nominal, pronoun, trigger)."""

    start: int
    end: int
    entity: str
    kind: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact below a sentence; `holds` is False for a trap (`!`)."""

    subject: str
    predicate: str
    object: str
    sentence: int
    flags: frozenset[str]
    by: str | None
    holds: bool
    line: int


@dataclass(slots=True)
class Passage:
    """One annotated text."""

    header: dict[str, str] = field(default_factory=dict)
    text: str = ""
    sentences: list[tuple[int, int]] = field(default_factory=list)
    mentions: list[MarkedMention] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def entities(self) -> dict[str, list[MarkedMention]]:
        """Entity id → its mentions, in text order."""
        found: dict[str, list[MarkedMention]] = {}
        for mention in self.mentions:
            found.setdefault(mention.entity, []).append(mention)
        return found


def read_passage(path: Path) -> Passage:
    """The passage in a file; what is wrong with it is in `problems`, never raised."""
    passage = Passage()
    lines = path.read_text(encoding="utf-8").splitlines()
    body = _read_header(passage, lines)
    paragraph_open = False
    for number, raw in enumerate(lines[body:], body + 1):
        line = raw.strip()
        if line.startswith("#"):
            continue
        if not line:
            paragraph_open = False
        elif line[:2] in ("= ", "! "):
            _read_fact(passage, line, number)
        else:
            passage.text += (" " if paragraph_open else "\n\n") if passage.text else ""
            start = len(passage.text)
            _read_sentence(passage, line, number)
            passage.sentences.append((start, len(passage.text)))
            paragraph_open = True
    _check(passage, len(lines))
    return passage


def _read_header(passage: Passage, lines: list[str]) -> int:
    for number, line in enumerate(lines, 1):
        if line.strip() == "---":
            return number
        key, colon, value = line.partition(":")
        if line.strip() and (not colon or key.strip() not in HEADERS):
            passage.problems.append(Problem(number, f"not a header line: {line[:40]!r}"))
        passage.header[key.strip()] = value.strip()
    passage.problems.append(Problem(1, "no '---' after the header"))
    return len(lines)


def _read_sentence(passage: Passage, line: str, number: int) -> None:
    """Append the line's plain text to the passage and its mentions to the list."""

    def problem(what: str) -> None:
        passage.problems.append(Problem(number, what))

    out: list[str] = []
    base, length = len(passage.text), 0
    stack: list[tuple[str, str, int]] = []
    position = 0
    while position < len(line):
        character = line[position]
        if character == "\\" and line[position + 1 : position + 2] in ("[", "]", "\\"):
            out.append(line[position + 1])
            length += 1
            position += 2
        elif character == "[":
            match = _OPEN.match(line, position)
            if match is None:
                problem(f"not a mention: {line[position : position + 30]!r} (literal brackets are written \\[ \\])")
                position += 1
                continue
            entity, mark, kind_of_event, value = match.groups()
            if kind_of_event is not None:
                if entity[0] != "E" or kind_of_event not in EVENT_TYPES:
                    problem(f"{entity}: no such event type: {kind_of_event}")
                elif passage.types.setdefault(entity, kind_of_event) != kind_of_event:
                    problem(f"{entity} has two types")
            if value is not None:
                if entity[0] != "D" or not _DATE.fullmatch(value):
                    problem(f"{entity}: not a date value: {value}")
                elif passage.values.setdefault(entity, value) != value:
                    problem(f"{entity} has two values")
            stack.append((entity, mark, length))
            position = match.end()
        elif character == "]":
            if not stack:
                problem("']' without '['")
            else:
                entity, mark, start = stack.pop()
                surface = "".join(out)[start:]
                if not surface.strip() or surface != surface.strip():
                    problem(f"{entity}: empty mention or outer space: {surface!r}")
                else:
                    kind = "trigger" if entity[0] == "E" and not mark else KINDS[mark]
                    passage.mentions.append(MarkedMention(base + start, base + length, entity, kind))
            position += 1
        else:
            out.append(character)
            length += 1
            position += 1
    if stack:
        problem(f"unclosed mention: {stack[-1][0]}")
    passage.text += "".join(out)


def _read_fact(passage: Passage, line: str, number: int) -> None:
    words = line.split("#")[0].split()
    if len(words) < 4:
        passage.problems.append(Problem(number, f"not a fact: {line!r}"))
        return
    if not passage.sentences:
        passage.problems.append(Problem(number, "a fact before the first sentence"))
        return
    by: str | None = None
    flags: set[str] = set()
    for flag in words[4:]:
        if flag.startswith("by="):
            by = flag[3:]
        elif flag in FLAGS:
            flags.add(flag)
        else:
            passage.problems.append(Problem(number, f"no such flag: {flag}"))
    passage.facts.append(
        Fact(words[1], words[2], words[3], len(passage.sentences) - 1, frozenset(flags), by, words[0] == "=", number)
    )


def _check(passage: Passage, last_line: int) -> None:
    entities = passage.entities()

    def problem(line: int, what: str) -> None:
        passage.problems.append(Problem(line, what))

    for key in ("story", "genre", "region", "date", "outlet"):
        if not passage.header.get(key):
            problem(1, f"header '{key}' is missing")
    for entity in entities:
        if entity[0] == "E" and entity not in passage.types:
            problem(last_line, f"{entity} has no type ([{entity}:attack …] at one of its mentions)")
        if entity[0] == "D" and entity not in passage.values:
            problem(last_line, f"{entity} has no value ([{entity}=2019-03-12 …])")
    seen: set[tuple[str, str, str, int]] = set()
    for fact in passage.facts:
        signature = SIGNATURES.get(fact.predicate)
        if signature is None:
            problem(fact.line, f"no such predicate: {fact.predicate}")
            continue
        for end, letters in ((fact.subject, signature[0]), (fact.object, signature[1])):
            if end not in entities:
                problem(fact.line, f"{end} is not mentioned")
            elif end[0] not in letters and fact.holds:
                problem(fact.line, f"{fact.predicate}: {end} is a {CLASSES[end[0]]}")
        if fact.by and fact.by not in entities:
            problem(fact.line, f"by={fact.by} is not mentioned")
        if fact.subject == fact.object:
            problem(fact.line, f"{fact.subject} {fact.predicate} itself")
        place = (fact.subject, fact.predicate, fact.object, fact.sentence)
        if place in seen:
            problem(fact.line, "the same fact twice below one sentence")
        seen.add(place)
        here = passage.sentences[fact.sentence]
        if fact.holds and not any(
            here[0] <= mention.start < here[1]
            for end in (fact.subject, fact.object)
            for mention in entities.get(end, ())
        ):
            problem(fact.line, f"neither {fact.subject} nor {fact.object} is mentioned in the sentence above")
    held = {
        (f.subject, f.predicate, f.object)
        for f in passage.facts
        if f.holds and not f.flags & {"denied", "alleged", "planned"}
    }
    for fact in passage.facts:
        if not fact.holds and (fact.subject, fact.predicate, fact.object) in held:
            problem(fact.line, "a trap that is a fact elsewhere in the text")


def to_record(passage: Passage, identifier: str) -> dict[str, Any]:
    """The passage in the form of the public corpora (JSON Lines); facts keep their flags, traps are left out (all else is negative)."""
    entities = passage.entities()
    triples: dict[tuple[str, str, str], dict[str, Any]] = {}
    for fact in passage.facts:
        if fact.holds:
            info = triples.setdefault((fact.subject, fact.predicate, fact.object), {"evidence": [], "flags": []})
            info["evidence"].append(fact.sentence)
            info["flags"].append(sorted(fact.flags | ({f"by={fact.by}"} if fact.by else set())))
    where = {
        m: i for i, (start, end) in enumerate(passage.sentences) for m in passage.mentions if start <= m.start < end
    }
    for (subject, _, obj), info in triples.items():
        sentences = [{where[m] for m in entities[end]} for end in (subject, obj)]
        info["co"] = sorted(sentences[0] & sentences[1])
    return {
        "id": identifier,
        "source": "newsgraph",
        "licence": "CC BY 4.0",
        "date": passage.header.get("date"),
        "text": passage.text,
        "sents": [list(sentence) for sentence in passage.sentences],
        "mentions": [
            {
                "id": f"m{i}",
                "start": m.start,
                "end": m.end,
                "type": CLASSES[m.entity[0]],
                "cluster": m.entity,
                "kind": m.kind,
            }
            for i, m in enumerate(passage.mentions)
        ],
        "entities": [
            {
                "cluster": entity,
                "type": CLASSES[entity[0]],
                "names": list(dict.fromkeys(passage.text[m.start : m.end] for m in sorted(mentions, key=_by_kind))),
                **({"event_type": passage.types[entity]} if entity in passage.types else {}),
                **({"value": passage.values[entity]} if entity in passage.values else {}),
            }
            for entity, mentions in entities.items()
        ],
        "triples": [[s, p, o, info] for (s, p, o), info in triples.items()],
        "annotated": {"triples": "all", "mentions": "all"},
    }


def _by_kind(mention: MarkedMention) -> int:
    return ("name", "nominal", "trigger", "pronoun").index(mention.kind)


def _lint(paths: list[Path]) -> Iterator[str]:
    counts: Counter[str] = Counter()
    for path in paths:
        passage = read_passage(path)
        counts["passages"] += 1
        counts["words"] += len(passage.text.split())
        counts["mentions"] += len(passage.mentions)
        for fact in passage.facts:
            counts[fact.predicate if fact.holds else "traps"] += 1
        for problem in sorted(passage.problems, key=lambda p: p.line):
            counts["problems"] += 1
            yield f"{path}:{problem.line}: {problem.what}"
    yield ", ".join(f"{name} {count}" for name, count in counts.most_common())


def main(arguments: list[str]) -> int:
    """Lint files (or folders of .txt files); exit 1 if anything is wrong."""
    paths = [file for a in arguments for file in (sorted(Path(a).glob("*.txt")) if Path(a).is_dir() else [Path(a)])]
    lines = list(_lint(paths))
    print("\n".join(lines))
    return 1 if len(lines) > 1 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
