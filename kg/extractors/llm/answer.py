"""An answer's text → what it says, in our types; what is not of the form that was asked for is counted and left out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kg import vocab
from kg.types import EntityClass, MentionKind, Modality, Phase

__all__ = ["Answer", "SaidEntity", "SaidFact", "SaidMention", "Unreadable", "read_answer"]

_FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*)\n```\s*", re.DOTALL)
MALFORMED = "not of the form asked for"


class Unreadable(Exception):
    """An answer that is no answer: not JSON, or not an object of entities and facts. The message says what is wrong."""


@dataclass(frozen=True, slots=True)
class SaidMention:
    """A quote, with its kind and the number of the sentence in which it is said to stand."""

    sentence: int
    quote: str
    kind: MentionKind


@dataclass(frozen=True, slots=True)
class SaidEntity:
    """A thing, by an id that holds in one answer or is one of those that were sent."""

    id: str
    cls: EntityClass
    mentions: tuple[SaidMention, ...]
    event_type: str | None = None


@dataclass(frozen=True, slots=True)
class SaidFact:
    """A fact between two ids, of the classes that are said again with it, and what qualifies it."""

    subject: str
    subject_class: EntityClass
    predicate: str
    object: str
    object_class: EntityClass
    evidence: str
    denied: bool
    modality: Modality
    phase: Phase
    said_by: str | None
    since: str | None
    until: str | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer says; `dropped` counts, by reason, what of it could not be read."""

    entities: tuple[SaidEntity, ...]
    facts: tuple[SaidFact, ...]
    dropped: Counter[str] = field(default_factory=Counter)


def read_answer(text: str) -> Answer:
    """What an answer says. Raises Unreadable."""
    fenced = _FENCE.fullmatch(text)
    try:
        value = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON ({type(error).__name__})") from error
    if not isinstance(value, dict):
        raise Unreadable(f"JSON, but {type(value).__name__} instead of an object")
    entities, facts = value.get("entities"), value.get("facts")
    if not isinstance(entities, list) or not isinstance(facts, list):
        raise Unreadable('an object without the lists "entities" and "facts"')
    dropped: Counter[str] = Counter()
    return Answer(
        tuple(e for item in entities if (e := _entity(item, dropped)) is not None),
        tuple(f for item in facts if (f := _fact(item, dropped)) is not None),
        dropped,
    )


def _entity(item: object, dropped: Counter[str]) -> SaidEntity | None:
    try:
        value = _mapping(item)
        cls = EntityClass(value["class"])
        kind = value.get("event_type") if cls is EntityClass.EVENT else None
        if kind is not None and kind not in vocab.EVENT_TYPES:
            dropped["of an unknown event type"] += 1
            kind = None
        listed = value["mentions"]
        if not isinstance(listed, list):
            raise TypeError(listed)
        name = _text(value["id"])
    except (KeyError, TypeError, ValueError):
        dropped[f"entities {MALFORMED}"] += 1
        return None
    mentions = tuple(m for one in listed if (m := _mention(one, cls, dropped)) is not None)
    return SaidEntity(name, cls, mentions, kind)


def _mention(item: object, cls: EntityClass, dropped: Counter[str]) -> SaidMention | None:
    try:
        value = _mapping(item)
        kind = MentionKind(value["kind"])
        if kind is MentionKind.TRIGGER and cls is not EntityClass.EVENT:
            raise ValueError(kind)
        return SaidMention(_number(value["sentence"]), _text(value["quote"]), kind)
    except (KeyError, TypeError, ValueError):
        dropped[f"mentions {MALFORMED}"] += 1
        return None


def _fact(item: object, dropped: Counter[str]) -> SaidFact | None:
    try:
        value = _mapping(item)
        how = _mapping(value["how"])
        predicate = _text(value["predicate"])
        if predicate not in vocab.PREDICATES:
            dropped["facts of an unknown predicate"] += 1
            return None
        denied = how.get("denied", False)
        if not isinstance(denied, bool):
            raise TypeError(denied)
        return SaidFact(
            subject=_text(value["subject"]),
            subject_class=EntityClass(value["subject_class"]),
            predicate=predicate,
            object=_text(value["object"]),
            object_class=EntityClass(value["object_class"]),
            evidence=_text(how["evidence"]),
            denied=denied,
            modality=Modality(how["modality"]),
            phase=Phase(how["phase"]),
            said_by=_optional(how.get("said_by")),
            since=_optional(how.get("since")),
            until=_optional(how.get("until")),
            confidence=_confidence(how.get("confidence")),
        )
    except (KeyError, TypeError, ValueError):
        dropped[f"facts {MALFORMED}"] += 1
        return None


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError(value)
    return value


def _optional(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def _confidence(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:  # false for nan
        return float(value)
    return None
