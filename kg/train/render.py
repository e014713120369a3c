"""A story as one reads it to check it: mentions in brackets with their ids, facts and traps below their sentences with names.

Pure: lines of styled pieces, which the command line prints in colour or without. Nothing depends on colour: `[Ana Diaz P1]` is a name,
`[the chairwoman ~P1]` a nominal, `[she *P1]` a pronoun, `[ousted E1:resignation]` a trigger, `[Tuesday D1=2019-03-12]` a date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.marking import CLASSES, Line, Mark, Piece, marked
from kg.train.story import Fact, MarkedMention, Passage, Problem, Story

__all__ = ["entity_rows", "name_of", "story_lines", "text_lines"]


def story_lines(story: Story) -> Iterator[Line]:
    """The story's header."""
    for key, value in story.header.items():
        yield 0, ((f"{key}: ", "head"), (value, ""))


def text_lines(story: Story, passage: Passage, problems: Iterable[Problem] = ()) -> Iterator[Line]:
    """One text: header, sentences, and below each its facts, its traps and what the linter says of their lines."""
    if not story.single:
        about = ", ".join(f"{key} {value}" for key, value in passage.header.items())
        yield 0, ((f"=== {passage.number}  {about}, {len(passage.text.split())} words", "head"),)
    by_line: dict[int, list[Problem]] = {}
    for problem in problems:
        by_line.setdefault(problem.line, []).append(problem)
    yield from _problem_lines(by_line, passage.line)
    last = None
    for sentence, (start, end) in enumerate(passage.sentences):
        if last is None or passage.text[last:start] == "\n\n":
            yield 0, ()
        last = end
        yield 0, _sentence(passage, sentence)
        yield from _problem_lines(by_line, passage.lines[sentence])
        if sentence in passage.marks:
            yield 4, ((f"({passage.marks[sentence]})", "mark"),)
        for fact in (fact for fact in passage.facts if fact.sentence == sentence):
            yield _fact_line(passage, fact)
            yield from _problem_lines(by_line, fact.line)


def _problem_lines(by_line: dict[int, list[Problem]], line: int) -> Iterator[Line]:
    for problem in by_line.get(line, ()):
        yield 4, ((f"? line {line}: {problem.what}", "problem"),)


def _sentence(passage: Passage, sentence: int) -> tuple[Piece, ...]:
    start, end = passage.sentences[sentence]
    classes = [(mention, CLASSES[mention.entity[0]]) for mention in passage.mentions_in(sentence)]
    return marked(passage.text, start, end, [Mark(m.start, m.end, _tag(m), cls, f"{cls} id") for m, cls in classes])


def _tag(mention: MarkedMention) -> str:
    mark = mention.written[:1] if mention.written[:1] in ("~", "*", "!") else ""
    return f"{mark}{mention.entity}{mention.written.removeprefix(mark)}"


def _fact_line(passage: Passage, fact: Fact) -> Line:
    ends = [f"{name_of(passage, end)} ({end})" for end in (fact.subject, fact.object)]
    flags = [*sorted(fact.flags)]
    for name, value in (("by", fact.by), ("from", fact.since), ("until", fact.until)):
        if value:
            flags.append(f"{name} {name_of(passage, value)} ({value})")
    style = "fact" if fact.holds else "trap"
    text = f"{'=' if fact.holds else '!'} {ends[0]} {fact.predicate} {ends[1]}"
    return 4, ((text, style), (f"  [{', '.join(flags)}]" if flags else "", "mark"))


def name_of(passage: Passage, entity: str) -> str:
    """What a text calls an entity: its longest name, else its first nominal or trigger, else a pronoun; a date is called by its value."""
    if entity in passage.values:
        return passage.values[entity]
    mentions = passage.entities().get(entity, [])
    for kind in ("name", "nominal", "trigger", "pronoun"):
        surfaces = [passage.surface(m) for m in mentions if m.kind == kind]
        if surfaces:
            return max(surfaces, key=len) if kind == "name" else surfaces[0]
    return "?"


def entity_rows(story: Story) -> Iterator[tuple[str, str, str, str]]:
    """(id, class with type or value, what it is called, in which texts) of each entity of a story, by class and number."""
    texts: dict[str, list[Passage]] = {}
    for passage in story.texts:
        for entity in passage.entities():
            texts.setdefault(entity, []).append(passage)
    order = "".join(CLASSES)
    for entity in sorted(texts, key=lambda e: (order.index(e[0]), int(e[1:]))):
        called: dict[str, None] = {}
        for passage in texts[entity]:
            mentions = passage.entities()[entity]
            names = [m for m in mentions if m.kind == "name"] or [m for m in mentions if m.kind != "pronoun"]
            called |= dict.fromkeys(map(passage.surface, names))
        more = texts[entity][0].types.get(entity) or texts[entity][0].values.get(entity)
        cls = CLASSES[entity[0]] + (f" {more}" if more else "")
        yield entity, cls, "; ".join(called), " ".join(str(passage.number) for passage in texts[entity])
