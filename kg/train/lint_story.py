"""What is wrong with a story as a whole: headers, sizes, identity across its texts, names that stay unmarked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.train.lint_text import is_day
from kg.train.story import MarkedMention, Passage, Problem, Story
from kg.train.write import SECOND

__all__ = ["FIELDS", "GENRES", "doubts", "problems_of_header", "problems_of_story"]

CORE = ("leads", "locatedIn", "involves")
GENRES = frozenset(
    (
        *("wire", "feature", "local", "communique", "interview", "live", "opinion", "court", "translated", "explainer"),
        *("profile", "correction", "copy"),
    )
)
FIELDS = frozenset(
    (
        *("conflict", "politics", "companies", "labour", "sport", "crime", "courts", "religion", "disasters"),
        *("science", "culture", "agencies", "education", "protest"),
    )
)
WORDS = (100, 600)
TEXTS = 5
# capitalised words within a sentence (at its start they say nothing), pronouns of people, years and days of the week
_LIKELY = re.compile(
    r"(?<=[a-z,;] )[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*|\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er|him|hers|(?:1[5-9]|20)\d\d)\b"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
)


def problems_of_story(story: Story) -> Iterator[Problem]:
    """What is wrong between the texts of a story file."""
    if story.texts:
        yield from _of_sizes(story)
        yield from _of_identity(story)
    for passage in story.texts:
        yield from _of_unmarked_names(story, passage)


def problems_of_header(story: Story) -> Iterator[Problem]:
    """What is wrong with the headers of a story and of its texts."""
    wanted = ["story", "region"]
    if not story.single:
        wanted += ["field"] if _is_second(story) else ["field", "naming", "brief", "traps"]
    for key in wanted:
        if not story.header.get(key):
            yield Problem(1, f"header '{key}' is missing")
    if not story.single and story.header.get("field", "conflict") not in FIELDS:
        yield Problem(1, f"no such field: {story.header['field']} (one of {' '.join(sorted(FIELDS))})")
    for passage in story.texts:
        for key in ("genre", "date", "outlet"):
            if not passage.header.get(key):
                yield Problem(passage.line, f"header '{key}' is missing")
        if passage.header.get("genre", "wire") not in GENRES:
            yield Problem(passage.line, f"no such genre: {passage.header['genre']}")
        if not is_day(passage.header.get("date", "2000-01-01")):
            yield Problem(passage.line, f"not a day: {passage.header['date']}")


def _is_second(story: Story) -> bool:
    """Whether it was annotated by somebody who has not seen the brief: then it has none, and no traps."""
    return story.header.get("annotation") == SECOND


def _of_sizes(story: Story) -> Iterator[Problem]:
    numbers = [passage.number for passage in story.texts]
    if numbers != list(range(1, len(numbers) + 1)):
        yield Problem(story.texts[0].line, f"texts are numbered {numbers}")
    for passage in story.texts:
        copied, genre = passage.header.get("copy-of"), passage.header.get("genre")
        if copied and (not copied.isdigit() or int(copied) not in numbers or int(copied) == passage.number):
            yield Problem(passage.line, f"copy-of: {copied} is no other text of this story")
        if genre == "copy" and not copied:
            yield Problem(passage.line, "a copy without 'copy-of'")
        words = len(passage.text.split())
        if not WORDS[0] <= words <= WORDS[1]:
            yield Problem(passage.line, f"{words} words, not {WORDS[0]} to {WORDS[1]}")
    if len(story.texts) < TEXTS:
        yield Problem(1, f"{len(story.texts)} texts, fewer than {TEXTS}")
    genres = {passage.header.get("genre") for passage in story.texts}
    if len(genres) < TEXTS:
        yield Problem(1, f"{len(genres)} genres, fewer than {TEXTS}")
    facts = sum(len({f.key for f in p.facts if f.holds and f.predicate in CORE}) for p in story.texts)
    traps = sum(len({f.key for f in p.facts if not f.holds}) for p in story.texts)
    if traps < facts and not _is_second(story):
        yield Problem(1, f"{traps} traps for {facts} facts of {', '.join(CORE)} (distinct ones, text by text)")


def _of_identity(story: Story) -> Iterator[Problem]:
    """An id is one thing in all texts: one type, one value; and a name has one class."""
    types: dict[str, tuple[str, int]] = {}
    classes: dict[str, dict[str, MarkedMention]] = {}
    waived = story.waived.union(*(passage.waived for passage in story.texts))
    for passage in story.texts:
        entities = passage.entities()
        for entity, given in (*passage.types.items(), *passage.values.items()):
            before, number = types.setdefault(entity, (given, passage.number))
            if before != given and entity in entities:
                yield Problem(entities[entity][0].line, f"{entity} is {given} here and {before} in text {number}")
        for mention in passage.mentions:
            if mention.kind == "name" and mention.entity[0] in "PGLC":
                classes.setdefault(passage.surface(mention), {}).setdefault(mention.entity[0], mention)
    for surface, letters in classes.items():
        if len(letters) > 1 and surface not in waived:
            first, *others = sorted(letters.values(), key=lambda m: m.line)
            for other in others:
                yield Problem(
                    other.line,
                    f"{surface!r} is {other.entity} here and {first.entity} in line {first.line} ('# ok: {surface}' if it is meant)",
                )


def _of_unmarked_names(story: Story, passage: Passage) -> Iterator[Problem]:
    covered = [(m.start, m.end) for m in passage.mentions]
    covered += [passage.sentences[i] for i in passage.marks]
    names = {passage.surface(m) for m in passage.mentions if m.kind == "name" and m.entity[0] in "PGLC"}
    for name in sorted(names - story.waived - passage.waived):
        if not name[0].isupper():
            continue
        for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", passage.text):
            if not any(start <= match.start() and match.end() <= end for start, end in covered):
                line = next(
                    passage.lines[i] for i, (start, end) in enumerate(passage.sentences) if start <= match.start() < end
                )
                yield Problem(line, f"{name!r} is a name elsewhere and unmarked here ('# ok: {name}' if it is meant)")


def doubts(story: Story) -> Iterator[Problem]:
    """What is not wrong as such and worth a look: likely mentions that are unmarked, event pronouns, two ids of one date."""
    ids: dict[str, str] = {}
    for passage in story.texts:
        entities = passage.entities()
        for entity, value in passage.values.items():
            if ids.setdefault(value, entity) != entity and entity in entities:
                yield Problem(entities[entity][0].line, f"{entity} is {value}, as {ids[value]} is")
        covered = [(m.start, m.end) for m in passage.mentions]
        for sentence, (start, end) in enumerate(passage.sentences):
            line = passage.lines[sentence]
            if sentence in passage.marks:
                continue
            for match in _LIKELY.finditer(passage.text, start, end):
                if not any(a < match.end() and match.start() < b for a, b in covered):
                    yield Problem(line, f"unmarked: {match.group()}")
            for mention in passage.mentions_in(sentence):
                if mention.entity[0] == "E" and mention.kind in ("nominal", "pronoun"):
                    yield Problem(line, f"{mention.entity}: an event with '{mention.written[0]}'")
