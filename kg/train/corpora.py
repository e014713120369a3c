"""Annotated corpora → `Example`s: text, sentences, mentions and facts, with what each corpus leaves unsaid.

The public corpora are read from a folder of `*.train.jsonl.gz` files (their form is described beside them and in
CONTRIBUTING.md); our own by `kg.train.own`.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.extract.events import event_types_of
from kg.extract.labels import PREDICATES, PRONOUNS, STATUSES, predicate_of
from kg.train.own import CORPUS, own_files, own_records, refuse_held_out, share
from kg.types import EntityClass, MentionKind

__all__ = [
    "CORPUS",
    "Example",
    "ExampleMention",
    "Facts",
    "own_files",
    "own_records",
    "read_jsonl",
    "refuse_held_out",
    "share",
    "to_example",
]

# corpora that mark the names which take part in facts and no others: what they mark is a name, the rest is unknown
PARTIAL_NAMES = ("KnowledgeNet", "MUC-4")
NAMED = frozenset(
    {
        EntityClass.PERSON,
        EntityClass.GROUP,
        EntityClass.PLACE,
        EntityClass.POLITY,
        EntityClass.EVENT,
        EntityClass.DATE,
    }
)
# encyclopedias and company profiles state: hardly a fact in them is denied, alleged or planned, while "former" goes unmarked
NOT_IN_REFERENCE_WORKS = ("denied", "alleged", "planned", "future")
INCIDENTS = frozenset({"attack", "bombing", "abduction", "killing", "raid"})  # what MUC-4 templates speak of


@dataclass(slots=True)
class ExampleMention:
    """A mention of an example; `cluster` is -1 for a pronoun that refers to nothing annotated."""

    start: int
    end: int
    cls: EntityClass
    kind: MentionKind
    cluster: int
    event_type: str | None = None


@dataclass(slots=True)
class Facts:
    """(subject cluster, predicate index, object cluster) → evidence sentences and status flags; None where the fact is unknown."""

    holds: dict[tuple[int, int, int], list[tuple[int, frozenset[str]]]] = field(default_factory=dict)
    unknown: set[tuple[int, int, int]] = field(default_factory=set)
    predicates: frozenset[int] = frozenset()  # those whose absence means something
    negatives: bool = True
    statuses: frozenset[str] = frozenset()  # the flags whose absence means something


@dataclass(slots=True)
class Example:
    """A text with annotation and, per layer, whether what is not annotated is known to be absent."""

    id: str
    source: str
    text: str
    sentences: list[tuple[int, int]]
    mentions: list[ExampleMention]
    facts: Facts | None
    names: bool  # every name is annotated (in `sentences_complete`)
    free_names: frozenset[EntityClass]  # classes which the corpus does not annotate: a token outside may be one of them
    nominals: bool
    triggers: str | None  # "typed", "untyped" or None
    coreference: bool
    complete: frozenset[int] | None = None  # the sentences that are annotated; None: all
    incidents: bool = False  # facts of events hang on unnamed incidents (MUC-4)


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The documents of a corpus file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


_CUT = re.compile(
    r"\s*(?:,|\(|;|:| - |\b(?:of|in|who|whom|whose|that|which|to|from|with|at|on|for|by|near|where|when|against|over|about|into"
    r"|after|before|under|like|as|including|between|during|and|or|is|are|was)\b)"
)
_INNER = frozenset(
    (
        *(
            "of",
            "the",
            "for",
            "and",
            "de",
            "la",
            "le",
            "el",
            "al",
            "bin",
            "ibn",
            "van",
            "von",
            "der",
            "den",
            "di",
            "da",
            "do",
        ),
        *("dos", "du", "in", "on", "y", "e", "&", "to"),
    )
)
_ENDS = re.compile(r"(?:['’]s|['’])$")


def minimal_phrase(phrase: str) -> str:
    """A noun phrase up to its head, as our guideline marks nominals: without what follows the head noun.

    >>> minimal_phrase("the commander of the brigade")
    'the commander'
    """
    match = _CUT.search(phrase, 1)
    return _ENDS.sub("", phrase[: match.start()] if match else phrase).rstrip()


def to_example(record: dict[str, Any]) -> Example:
    """A document of any corpus as an Example; what its corpus does not annotate is masked."""
    source = record["source"].split()[0]
    clusters: dict[str, int] = {}

    def number(cluster: str) -> int:
        return clusters.setdefault(cluster, len(clusters))

    entities = {e["cluster"]: e for e in record["entities"]}
    mentions: list[ExampleMention] = []
    for m in record["mentions"]:
        mention = _mention(record, m, source, entities, number(m["cluster"]))
        if mention is not None:
            mentions.append(mention)
    _add_pronouns(record["text"], mentions, source)
    names = source in {"newsgraph", "Re-DocRED", "DocRED", "WikiGold", "GUM", "re3d", *PARTIAL_NAMES}
    free = {
        "WikiGold": frozenset({EntityClass.EVENT, EntityClass.DATE}),
        "GUM": frozenset({EntityClass.EVENT, EntityClass.DATE}),
        "re3d": frozenset({EntityClass.EVENT}),
        **dict.fromkeys(PARTIAL_NAMES, NAMED),
    }
    complete = frozenset(record["annotated"]["sentences"]) if source == "ECB+" else None
    return Example(
        id=record["id"],
        source=source,
        text=record["text"],
        sentences=[(s, e) for s, e in record["sents"]],
        mentions=mentions,
        facts=_facts(record, source, number),
        names=names,
        free_names=free.get(source, frozenset()),
        nominals=source in {"newsgraph", "GUM", "re3d"},
        triggers={"newsgraph": "typed", "ECB+": "untyped"}.get(source),
        coreference=source in {"newsgraph", "Re-DocRED", "DocRED", "GUM", "ECB+", "KnowledgeNet"},
        complete=complete,
        incidents=source == "MUC-4",
    )


def _mention(
    record: dict[str, Any], m: dict[str, Any], source: str, entities: dict[str, Any], cluster: int
) -> ExampleMention | None:
    if m["type"] == "Other":
        return None
    cls, start, end = EntityClass(m["type"]), m["start"], m["end"]
    text = record["text"][start:end]
    kind = MentionKind(m["kind"]) if m.get("kind") else MentionKind.NAME
    if not m.get("kind"):  # ECB+ and MUC-4 do not tell
        if text.lower() in PRONOUNS:
            kind = MentionKind.PRONOUN
        elif cls is EntityClass.EVENT:
            kind = MentionKind.TRIGGER
        elif cls is not EntityClass.DATE and not any(w[0].isupper() for w in text.split()):
            kind = MentionKind.NOMINAL
    event_type = None
    if kind is MentionKind.PRONOUN:
        if text.lower() not in PRONOUNS:
            return None
        cls = PRONOUNS[text.lower()]
    elif cls is EntityClass.EVENT and source == "ECB+":
        words = text.split()
        word = words[-1] if words else text
        types = event_types_of(word)
        start = end - len(word)
        event_type = types[0] if types else None
        kind = MentionKind.TRIGGER
    elif cls is EntityClass.EVENT and source == "newsgraph":
        event_type = entities[m["cluster"]].get("event_type")
    elif cls is EntityClass.EVENT and (kind is not MentionKind.NAME or source == "GUM"):
        return None
    elif kind is MentionKind.NOMINAL and cls is not EntityClass.DATE:
        end = start + len(minimal_phrase(text))
    elif kind is MentionKind.NOMINAL and source == "GUM":
        return None  # "three years", "the same time": durations, not dates
    elif kind is MentionKind.NAME and source in ("GUM", "re3d", "ECB+"):
        # whole noun phrases: "the Turks", "an aid group's office", "al-Qaida operatives"
        determiner = re.match(r"(?:the|a|an|on|in|at|last|its|his|her|their)\s+", text, re.IGNORECASE)
        start += determiner.end() if determiner and cls is not EntityClass.DATE else 0
        end -= len(text) - len(_ENDS.sub("", text))
        words = record["text"][start:end].split()
        if not words:
            return None
        if cls is not EntityClass.DATE and words[-1][0].islower():
            start, kind = m["start"], MentionKind.NOMINAL
            end = start + len(minimal_phrase(text))
        elif any(w[0].islower() and w.lower() not in _INNER for w in words):
            return None
    if cls is EntityClass.POLITY and kind is MentionKind.NOMINAL:
        cls = EntityClass.PLACE
    return ExampleMention(start, end, cls, kind, cluster, event_type) if end > start else None


def _add_pronouns(text: str, mentions: list[ExampleMention], source: str) -> None:
    """Pronouns that the annotators left alone refer to nothing of ours: they must learn to stay alone."""
    if source not in {"newsgraph", "GUM"}:
        return
    taken = {(m.start, m.end) for m in mentions}
    for match in re.finditer(r"[A-Za-z]+", text):
        word = match.group().lower()
        if word in PRONOUNS and match.span() not in taken and match.group() != "US":
            mentions.append(ExampleMention(*match.span(), PRONOUNS[word], MentionKind.PRONOUN, -1))


def _facts(record: dict[str, Any], source: str, number: Callable[[str], int]) -> Facts | None:
    if source not in {"newsgraph", "Re-DocRED", "KnowledgeNet", "MUC-4", "Wiki80"}:
        return None
    index = {name: i for i, name in enumerate(PREDICATES)}
    scope = record["annotated"].get("predicates")
    facts = Facts(
        predicates=frozenset(index[p] for p in (PREDICATES if scope is None else scope) if p in index),
        negatives=source != "Wiki80",
        statuses=frozenset(STATUSES if source == "newsgraph" else NOT_IN_REFERENCE_WORKS),
    )
    if source == "MUC-4":
        facts.statuses = frozenset()
        facts.predicates = frozenset(index[p] for p in ("involves", "involvesPerson", "occurredAt"))
    for subject, predicate, obj, info in record["triples"]:
        predicate = predicate_of(predicate)
        if predicate not in index or subject == obj:
            continue
        key = (number(subject), index[predicate], number(obj))
        if info.get("optional") or (source == "Re-DocRED" and not info["co"] and not info["evidence"]):
            facts.unknown.add(key)
            continue
        evidence = info["evidence"] or info.get("co") or [-1]
        flags = info.get("flags") or [[]] * len(evidence)
        entries = facts.holds.setdefault(key, [])
        entries.extend((s, frozenset(f)) for s, f in zip(evidence, flags, strict=True))
    return facts
