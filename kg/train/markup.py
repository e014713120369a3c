"""The corpus markup: stories in plain text with inline mentions, and below each sentence its facts → `Story` and `Passage`.

`kg/train/corpus/GUIDELINE.md` defines it. A story file holds several texts (`=== 1`, `=== 2`, …); a file without such headings is
a story of one text. Reading never raises for what a file says: what is wrong is in `problems`, and `kg.train.lint` finds the rest.
`python -m kg.train.markup FILE...` is the linter.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from kg.extract.labels import EVENT_TYPES
from kg.train.story import CLUTTER, FLAGS, NOTHING, Fact, MarkedMention, Passage, Problem, Story

__all__ = ["read_story", "story_paths"]

KINDS = {"": "name", "~": "nominal", "*": "pronoun", "!": "name"}
STORY_HEADER = frozenset({"story", "field", "region", "naming", "brief", "traps", "annotation"})
TEXT_HEADER = frozenset({"genre", "date", "outlet", "copy-of"})
SINGLE_HEADER = frozenset({"story", "genre", "region", "date", "outlet", "brief", "text", "title", "annotation"})
_OPEN = re.compile(r"\[([PGLCED]\d+)([~*!]?)(?::([a-z]+))?(?:=([0-9/-]+))? ")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?(/\d{4}(-\d\d(-\d\d)?)?)?")
_HEADING = re.compile(r"=== *(\d+)")
_WAIVER = re.compile(r"# *ok: *(.+)")


def story_paths(path: Path) -> list[Path]:
    """The file itself, or the corpus files of a folder and of its `stories`."""
    return sorted(path.glob("*.txt")) + sorted(path.glob("stories/*.txt")) if path.is_dir() else [path]


def read_story(path: Path) -> Story:
    """The story in a file; what cannot be read of it is in `problems`, never raised (except OSError)."""
    story = Story(path)
    try:
        lines = path.read_text(encoding="utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        story.problems.append(Problem(1, f"not UTF-8: {error}"))
        return story
    headings = [i for i, line in enumerate(lines) if line.startswith("===")]
    if not headings:
        story.single = True
        passage = Passage(header=story.header)
        body = _read_header(story, story.header, SINGLE_HEADER, lines, 0, story.waived)
        story.texts.append(passage)
        _read_body(story, passage, lines, body)
        return story
    _read_header(story, story.header, STORY_HEADER, lines[: headings[0]], 0, story.waived, fence=False)
    for start, end in zip(headings, [*headings[1:], len(lines)], strict=True):
        match = _HEADING.fullmatch(lines[start].strip())
        if match is None:
            story.problems.append(Problem(start + 1, f"not a heading (=== 1): {lines[start][:30]!r}"))
        passage = Passage(int(match[1]) if match else len(story.texts) + 1, start + 1)
        body = _read_header(story, passage.header, TEXT_HEADER, lines[:end], start + 1, passage.waived)
        story.texts.append(passage)
        _read_body(story, passage, lines[:end], body)
    return story


def _read_header(
    story: Story,
    header: dict[str, str],
    allowed: frozenset[str],
    lines: list[str],
    start: int,
    waived: set[str],
    *,
    fence: bool = True,
) -> int:
    """Read header lines from `start` into `header`; returns where the body begins. `fence`: it ends with `---`."""
    last = ""
    for at in range(start, len(lines)):
        line = lines[at]
        if fence and line.strip() == "---":
            return at + 1
        if line.startswith("#"):
            _read_comment(line, waived)
        elif line.startswith("  ") and last:
            header[last] += " " + line.strip()
        elif line.strip():
            key, colon, value = line.partition(":")
            last = key.strip()
            if not colon or last not in allowed:
                story.problems.append(Problem(at + 1, f"not a header line: {line[:40]!r}"))
            elif last in header:
                story.problems.append(Problem(at + 1, f"a second header line '{last}'"))
            header[last] = value.strip()
    if fence:
        story.problems.append(Problem(start + 1, "no '---' after the header"))
    return len(lines)


def _read_comment(line: str, waived: set[str]) -> None:
    if match := _WAIVER.match(line.strip()):
        waived.add(match[1].strip())


def _read_body(story: Story, passage: Passage, lines: list[str], start: int) -> None:
    paragraph_open = False
    for number, raw in enumerate(lines[start:], start + 1):
        line = raw.strip()
        if line.startswith("#"):
            _read_comment(line, passage.waived)
        elif not line:
            paragraph_open = False
        elif line[:2] in ("= ", "! "):
            _read_below(story, passage, line, number)
        else:
            passage.text += (" " if paragraph_open else "\n\n") if passage.text else ""
            begin = len(passage.text)
            _read_sentence(story, passage, line, number)
            passage.sentences.append((begin, len(passage.text)))
            passage.lines.append(number)
            passage.source.append(line)
            paragraph_open = True


def _read_sentence(story: Story, passage: Passage, line: str, number: int) -> None:
    """Append the line's plain text to the passage and its mentions to the list."""

    def problem(what: str) -> None:
        story.problems.append(Problem(number, what))

    base, out = len(passage.text), ""
    stack: list[tuple[re.Match[str], int]] = []
    position = 0
    while position < len(line):
        character = line[position]
        if character == "\\" and line[position + 1 : position + 2] in ("[", "]", "\\"):
            out += line[position + 1]
            position += 2
            continue
        if character == "[":
            match = _OPEN.match(line, position)
            if match is None:
                problem(f"not a mention: {line[position : position + 30]!r} (literal brackets are written \\[ \\])")
            else:
                _note_opening(story, passage, match, number)
                stack.append((match, len(out)))
                position = match.end()
                continue
        elif character == "]" and stack:
            match, start = stack.pop()
            entity, mark = match[1], match[2]
            surface = out[start:]
            if not surface.strip() or surface != surface.strip():
                problem(f"{entity}: empty mention or outer space: {surface!r}")
            else:
                kind = "trigger" if entity[0] == "E" and not mark else KINDS[mark]
                written = match[0][1:-1].removeprefix(entity)
                found = MarkedMention(base + start, base + len(out), entity, kind, written, number)
                passage.mentions.append(found)
        elif character == "]":
            problem("']' without '['")
        else:
            out += character
        position += 1
    if stack:
        problem(f"unclosed mention: {stack[-1][0][1]}")
    passage.text += out


def _note_opening(story: Story, passage: Passage, match: re.Match[str], number: int) -> None:
    """Check and keep the type or the value that a mention carries."""
    entity, _, event_type, value = match.groups()
    if event_type is not None:
        if entity[0] != "E" or event_type not in EVENT_TYPES:
            story.problems.append(Problem(number, f"{entity}: no such event type: {event_type}"))
        elif passage.types.setdefault(entity, event_type) != event_type:
            story.problems.append(Problem(number, f"{entity} has two types"))
    if value is not None:
        if entity[0] != "D" or not _DATE.fullmatch(value):
            story.problems.append(Problem(number, f"{entity}: not a date value: {value}"))
        elif passage.values.setdefault(entity, value) != value:
            story.problems.append(Problem(number, f"{entity} has two values"))


def _read_below(story: Story, passage: Passage, line: str, number: int) -> None:
    """Read a fact, a trap, or a mark below a sentence."""

    def problem(what: str) -> None:
        story.problems.append(Problem(number, what))

    words = line.split("#")[0].split()
    if not passage.sentences:
        problem("a fact before the first sentence")
        return
    sentence = len(passage.sentences) - 1
    if words in (["=", NOTHING], ["=", CLUTTER]):
        passage.marks[sentence] = words[1]
        return
    if len(words) < 4:
        problem(f"not a fact: {line!r}")
        return
    named: dict[str, str] = {}
    flags: set[str] = set()
    for flag in words[4:]:
        name, equals, value = flag.partition("=")
        if equals and value and name in ("by", "from", "until"):
            named[name] = value
        elif flag in FLAGS:
            flags.add(flag)
        else:
            problem(f"no such flag: {flag}")
    passage.facts.append(
        Fact(
            *(words[1], words[2], words[3], sentence, frozenset(flags), named.get("by"), words[0] == "=", number),
            since=named.get("from"),
            until=named.get("until"),
        )
    )


if __name__ == "__main__":
    from kg.train.lint import main

    sys.exit(main(sys.argv[1:]))
