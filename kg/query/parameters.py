"""The types of parameters, and what people type → RDF terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pyoxigraph import Literal, NamedNode

from kg import vocab
from kg.errors import ParameterError
from kg.types import DateValue, Modality, Phase

__all__ = ["Parameter", "ParameterType", "Resolve"]

XSD = vocab.XSD

Resolve = Callable[[str, str], str]
"""(entity, article or statement; what the caller typed) → its IRI; raises UnknownEntity or AmbiguousEntity."""


class ParameterType(StrEnum):
    """What a parameter takes; the last five are names that the ontology knows."""

    IRI = "iri"
    ENTITY = "entity"
    ARTICLE = "article"
    STATEMENT = "statement"
    TEXT = "text"
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CLASS = "class"
    EVENT_TYPE = "eventType"
    PREDICATE = "predicate"
    PHASE = "phase"
    MODALITY = "modality"


REFERENCES = frozenset((ParameterType.ENTITY, ParameterType.ARTICLE, ParameterType.STATEMENT))
CHOICES: Mapping[ParameterType, tuple[str, ...]] = {
    ParameterType.CLASS: vocab.ENTITY_CLASSES,
    ParameterType.EVENT_TYPE: vocab.EVENT_TYPES,
    ParameterType.PREDICATE: vocab.PREDICATES,
    ParameterType.PHASE: tuple(Phase),
    ParameterType.MODALITY: tuple(Modality),
}
WORDS = frozenset((ParameterType.PHASE, ParameterType.MODALITY))  # the graph has them as strings, the others as IRIs
EXAMPLES = {
    ParameterType.IRI: "an IRI, as https://w3id.org/newsgraph/ontology#leads",
    ParameterType.ENTITY: "an entity's IRI; kg search finds it by name",
    ParameterType.ARTICLE: "an article's id or IRI",
    ParameterType.STATEMENT: "a statement's IRI, as http://localhost:8000/statement/1f2e3d4c5b6a7980",
    ParameterType.TEXT: "some text",
    ParameterType.DATE: "a date: 2024, 2024-03 or 2024-03-09",
    ParameterType.INTEGER: "a whole number, as 10",
    ParameterType.NUMBER: "a number, as 0.8",
    ParameterType.BOOLEAN: "true or false",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a named query; without a default, leaving it out means any value, unless it is `required`."""

    name: str
    type: ParameterType
    description: str
    default: str | None = None
    required: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """The names that it takes, where these are all; () otherwise."""
        return CHOICES.get(self.type, ())

    def parse(
        self, raw: str, *, prefixes: Mapping[str, str] | None = None, resolve: Resolve | None = None
    ) -> NamedNode | Literal:
        """The RDF term that an argument stands for; raises ParameterError.

        >>> str(Parameter("since", ParameterType.DATE, "…").parse("2024-03"))
        '"2024-03"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>'
        """
        try:
            match self.type:
                case ParameterType.IRI:
                    return NamedNode(_expand(raw.strip(), prefixes or {}))
                case kind if kind in REFERENCES:
                    return NamedNode(raw.strip() if resolve is None else resolve(kind, raw.strip()))
                case kind if kind in CHOICES:
                    return self._choose(raw.strip())
                case _:
                    return _literal(self.type, raw)
        except ValueError as error:
            raise ParameterError(
                f"{self.name} takes {EXAMPLES[self.type].partition(',')[0].partition(':')[0]}, not {_short(raw)}",
                hint=f"give {EXAMPLES[self.type]}",
            ) from error

    def _choose(self, raw: str) -> NamedNode | Literal:
        """The term of one of the ontology's names: `strike`, `kg:strike` or its IRI."""
        name = raw.removeprefix("<").removesuffix(">").removeprefix(vocab.KG).removeprefix("kg:")
        for choice in self.choices:
            if choice.casefold() == name.casefold():
                return Literal(str(choice)) if self.type in WORDS else vocab.term(choice)
        raise ParameterError(f"{self.name} is not {_short(raw)}", hint=f"one of {', '.join(self.choices)}")


def _expand(raw: str, prefixes: Mapping[str, str]) -> str:
    """An IRI from itself, from `<IRI>`, or from a prefixed name."""
    if raw.startswith("<") and raw.endswith(">"):
        return raw[1:-1]
    prefix, colon, local = raw.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else raw


def _literal(kind: ParameterType, raw: str) -> Literal:
    text = raw.strip()
    match kind:
        case ParameterType.TEXT:
            return Literal(raw)
        case ParameterType.DATE:
            return _date(text)
        case ParameterType.BOOLEAN:
            _require(re.fullmatch("true|false|1|0", text.lower()))
            return Literal(text.lower() in ("true", "1"))
    _require(re.fullmatch(r"[+-]?\d{1,18}", text) if kind is ParameterType.INTEGER else _NUMBER.fullmatch(text))
    name = "integer" if kind is ParameterType.INTEGER else "double" if "e" in text.lower() else "decimal"
    return Literal(text, datatype=NamedNode(XSD + name))


_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][+-]?\d{1,3})?")


def _date(text: str) -> Literal:
    _require(re.fullmatch(r"\d{4}(?:-\d\d){0,2}", text, re.ASCII))
    date.fromisoformat(text + "0000-01-01"[len(text) :])  # 2024-02-30 is none
    return DateValue.literal(text)


def _require(match: re.Match[str] | None) -> None:
    if match is None:
        raise ValueError


def _short(raw: str) -> str:
    return repr(raw if len(raw) <= 80 else raw[:80] + "…")
