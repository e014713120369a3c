"""What is wrong with a story file: form, ids, classes, domains and ranges, completeness as far as a program sees it.

Everything it finds must be repaired; the two checks that guess (a name that stays unmarked, a name with two classes) are waived by a
comment line `# ok: NAME` in the text, or in the story's header for all its texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from kg.train.markup import CLASSES, NOTHING, MarkedMention, Passage, Problem, Story, read_story, story_paths
from kg.train.write import SECOND, sentence_markup

__all__ = ["FIELDS", "GENRES", "SIGNATURES", "main", "problems_of"]

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
CORE = ("leads", "locatedIn", "involves")
LASTING = frozenset({"leads", "memberOf", "locatedIn", "partOf", "spouseOf", "citizenOf"})  # may hold from … until …
UNREAL = frozenset({"denied", "alleged", "planned"})
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


def problems_of(story: Story) -> list[Problem]:
    """Everything wrong with a story, by line."""
    found = [*story.problems, *_of_header(story)]
    broken = {problem.line for problem in story.problems}
    for passage in story.texts:
        found += (problem for problem in _of_offsets(passage) if problem.line not in broken)
        found += _of_mentions(passage)
        found += _of_facts(passage)
        found += _of_traps(passage)
        if not story.single:
            found += _of_sentences(passage)
            found += _of_unmarked_names(story, passage)
    if not story.single and story.texts:
        found += _of_story(story)
        found += _of_identity(story)
    return sorted(set(found), key=lambda p: (p.line, p.what))


def _of_header(story: Story) -> Iterator[Problem]:
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
        if not _is_day(passage.header.get("date", "2000-01-01")):
            yield Problem(passage.line, f"not a day: {passage.header['date']}")


def _is_second(story: Story) -> bool:
    """Whether it was annotated by somebody who has not seen the brief: then it has none, and no traps."""
    return story.header.get("annotation") == SECOND


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _of_offsets(passage: Passage) -> Iterator[Problem]:
    """The mentions, put back into the plain text, give the line that was read."""
    for sentence, (line, source) in enumerate(zip(passage.lines, passage.source, strict=True)):
        if (again := sentence_markup(passage, sentence)) != source:
            yield Problem(line, f"does not come back as it is written: {again}")


def _of_mentions(passage: Passage) -> Iterator[Problem]:
    for entity, mentions in passage.entities().items():
        if entity[0] == "E" and entity not in passage.types:
            yield Problem(mentions[0].line, f"{entity} has no type in this text ([{entity}:attack …])")
        if entity[0] == "D" and entity not in passage.values:
            yield Problem(mentions[0].line, f"{entity} has no value in this text ([{entity}=2019-03-12 …])")
    for mention in passage.mentions:
        if mention.written.startswith("!") and mention.entity[0] != "E":
            yield Problem(mention.line, f"{mention.entity}: '!' marks names of events only")
        if mention.entity[0] == "D" and mention.written[:1] in ("~", "*"):
            yield Problem(mention.line, f"{mention.entity}: a date has no '{mention.written[0]}'")
    for entity, value in passage.values.items():
        ends = value.split("/")
        full = [end + "0000-01-01"[len(end) :] for end in ends]
        if not all(map(_is_day, full)) or ends != sorted(ends):
            yield Problem(
                passage.entities()[entity][0].line if entity in passage.entities() else passage.line,
                f"{entity}: not a date or range: {value}",
            )
    if not unicodedata.is_normalized("NFC", passage.text):
        yield Problem(passage.line, "characters that are not composed (Unicode NFC)")


def _of_facts(passage: Passage) -> Iterator[Problem]:
    entities = passage.entities()
    seen: set[tuple[str, str, str, int]] = set()
    for fact in passage.facts:
        signature = SIGNATURES.get(fact.predicate)
        if signature is None:
            yield Problem(fact.line, f"no such predicate: {fact.predicate}")
            continue
        for end, letters in ((fact.subject, signature[0]), (fact.object, signature[1])):
            if end not in entities:
                yield Problem(fact.line, f"{end} is not mentioned in this text")
            elif end[0] not in letters and fact.holds:
                yield Problem(fact.line, f"{fact.predicate}: {end} is a {CLASSES[end[0]]}")
        if fact.by and fact.by not in entities:
            yield Problem(fact.line, f"by={fact.by} is not mentioned in this text")
        elif fact.by and fact.by[0] not in "PGC":
            yield Problem(fact.line, f"by={fact.by} is a {CLASSES[fact.by[0]]}")
        for name, day in (("from", fact.since), ("until", fact.until)):
            if day and (day not in entities or day[0] != "D"):
                yield Problem(fact.line, f"{name}={day} is not a date of this text")
            elif day and fact.predicate not in LASTING:
                yield Problem(fact.line, f"{fact.predicate} takes no {name}=")
        if fact.subject == fact.object:
            yield Problem(fact.line, f"{fact.subject} {fact.predicate} itself")
        if (*fact.key, fact.sentence) in seen:
            yield Problem(fact.line, "the same fact twice below one sentence")
        seen.add((*fact.key, fact.sentence))
        here = {m.entity for m in passage.mentions_in(fact.sentence)}
        if fact.holds and not here & {fact.subject, fact.object}:
            yield Problem(fact.line, f"neither {fact.subject} nor {fact.object} is mentioned in the sentence above")


def _of_traps(passage: Passage) -> Iterator[Problem]:
    held = {fact.key for fact in passage.facts if fact.holds and not fact.flags & UNREAL}
    for fact in passage.facts:
        if not fact.holds and fact.key in held:
            yield Problem(fact.line, "a trap that is a fact elsewhere in the text")


def _of_sentences(passage: Passage) -> Iterator[Problem]:
    below = {fact.sentence for fact in passage.facts}
    for sentence, line in enumerate(passage.lines):
        mark, mentions = passage.marks.get(sentence), passage.mentions_in(sentence)
        if mark and mentions:
            hint = "; delete it if the sentence merely states no fact" if mark == NOTHING else ""
            yield Problem(line, f"'= {mark}' below a sentence with mentions ({mentions[0].entity}){hint}")
        elif mark and sentence in below:
            yield Problem(line, f"'= {mark}' and facts below one sentence")
        elif not mark and not mentions:
            yield Problem(
                line, "a sentence without mentions: '= nothing' or '= clutter' below it says that it is meant"
            )


def _of_story(story: Story) -> Iterator[Problem]:
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


def lint(paths: Iterable[Path]) -> Iterator[str]:
    """`file:line: what` for each problem of the files, among them story names used twice; the last line has the counts."""
    counts: Counter[str] = Counter()
    names: dict[str, Path] = {}
    for path in paths:
        story = read_story(path)
        found = problems_of(story)
        if not story.single and names.setdefault(story.name, path) != path:
            found.append(Problem(1, f"the story '{story.name}' is also in {names[story.name]}"))
        counts["passages" if story.single else "stories"] += 1
        for passage in story.texts:
            counts["texts"] += not story.single
            counts["words"] += len(passage.text.split())
            counts["mentions"] += len(passage.mentions)
            counts.update(fact.predicate if fact.holds else "traps" for fact in passage.facts)
        for problem in found:
            counts["problems"] += 1
            yield f"{path}:{problem.line}: {problem.what}"
    yield ", ".join(f"{name} {count}" for name, count in counts.most_common() if count)


def main(arguments: list[str]) -> int:
    """Lint files, or folders of them; exit 1 if anything is wrong."""
    lines = list(lint(path for argument in arguments for path in story_paths(Path(argument))))
    print("\n".join(lines))
    return 1 if len(lines) > 1 else 0
