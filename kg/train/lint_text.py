"""What is wrong within one text: offsets, types and values, facts and traps, sentences without mentions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date

from kg.train.convert import UNREAL
from kg.train.story import CLASSES, NOTHING, Passage, Problem
from kg.train.write import sentence_markup

__all__ = ["SIGNATURES", "is_day", "problems_of_sentences", "problems_of_text"]

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
LASTING = frozenset({"leads", "memberOf", "locatedIn", "partOf", "spouseOf", "citizenOf"})  # may hold from … until …


def problems_of_text(passage: Passage) -> Iterator[Problem]:
    """What is wrong with a text of any file."""
    yield from _of_offsets(passage)
    yield from _of_mentions(passage)
    yield from _of_facts(passage)
    yield from _of_traps(passage)


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, as 2019-03-12."""
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
        if not all(map(is_day, full)) or ends != sorted(ends):
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


def problems_of_sentences(passage: Passage) -> Iterator[Problem]:
    """Sentences without mentions that do not say so, and marks that are wrong: for texts of story files."""
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
