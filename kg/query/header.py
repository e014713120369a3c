"""The comment at the head of a query file → what it says of the query, each parameter with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kg.errors import ParameterError, QueryFileError
from kg.query.parameters import REFERENCES, Parameter, ParameterType

__all__ = ["Header", "read_header"]

RESERVED = frozenset(("format", "timeout", "fresh", "form"))
MAX_CACHE_S = 86_400
_PARAMETER = re.compile(
    r"""(?P<name>[A-Za-z_]\w*) \s*
        \( \s* (?P<type>[^()=]*?) \s* (?:= \s* (?P<default>[^()]*?) \s* | (?P<required>, \s* required) \s*)? \) \s*
        : \s* (?P<text>.*)""",
    re.VERBOSE | re.ASCII,
)
_PROPERTY = re.compile(r"(?P<name>tags|example|cache|short|needs)\s*:\s*(?P<value>.*)")
_TAG = re.compile(r"[a-z][a-z-]*")


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says; `lines` tells where each parameter, and each property (`tags:`), stands.

    `short` is whether the query answers in a moment, given one of the `anchors` if it has any; `cache_s` is for how
    many seconds an answer may be kept though the graph has changed; `needs` are parameters of which one has to be given.
    """

    title: str
    description: str
    parameters: dict[str, Parameter]
    lines: dict[str, int]
    tags: tuple[str, ...] = ()
    example: Mapping[str, str] = field(default_factory=dict)
    cache_s: int = 0
    short: bool = False
    anchors: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def read_header(path: str, text: str) -> Header:
    """The header of a query file; raises QueryFileError with the line and a remedy."""
    prose: list[str] = []
    parameters: dict[str, Parameter] = {}
    properties: dict[str, str] = {}
    lines: dict[str, int] = {}
    last = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#:"):
            if line.strip():
                break
            continue
        content = line[2:].removeprefix(" ")
        if last and content.startswith(" ") and content.strip():
            parameter = parameters[last]
            parameters[last] = replace(parameter, description=f"{parameter.description} {content.strip()}")
            continue
        for piece in re.split(r" {2,}", content.strip()):
            if (found := _PARAMETER.fullmatch(piece)) is not None:
                parameter = _parameter(path, number, found)
                _once(path, number, parameter.name, parameters)
                last = parameter.name
                parameters[last], lines[last] = parameter, number
            elif parameters and piece:
                raise QueryFileError(
                    path, number, f"{piece!r} is no parameter", hint="write `name (type): description`, prose first"
                )
            elif (found := _PROPERTY.fullmatch(piece)) is not None:
                _once(path, number, found["name"], properties)
                properties[found["name"]], lines[f"{found['name']}:"] = found["value"], number
            else:
                prose.append(piece)
    title, *description = prose or [""]
    if not title:
        raise QueryFileError(path, 1, "there is no title", hint="begin the file with `#: What the query answers.`")
    return _with_properties(path, Header(title, " ".join(" ".join(description).split()), parameters, lines), properties)


def _once(path: str, number: int, name: str, known: Mapping[str, object]) -> None:
    if name in known:
        raise QueryFileError(path, number, f"{name} is described twice", hint="keep one of them")


def _parameter(path: str, number: int, found: re.Match[str]) -> Parameter:
    name, kind, default = found["name"], found["type"], found["default"]
    if name in RESERVED:
        raise QueryFileError(
            path, number, f"{name} is the service's own", hint=f"choose another name than {', '.join(sorted(RESERVED))}"
        )
    if kind not in list(ParameterType):
        types = ", ".join(ParameterType)
        raise QueryFileError(path, number, f"{name} has the unknown type {kind!r}", hint=f"use one of {types}")
    if not found["text"]:
        raise QueryFileError(path, number, f"{name} is not described", hint="say after the colon what it means")
    parameter = Parameter(name, ParameterType(kind), found["text"], default, found["required"] is not None)
    if default is not None:
        try:
            parameter.parse(default)
        except ParameterError as error:
            raise QueryFileError(path, number, f"the default: {error}", hint=error.hint) from error
    return parameter


def _with_properties(path: str, header: Header, properties: Mapping[str, str]) -> Header:
    """The header with what its lines `tags:`, `example:`, `cache:`, `short:` and `needs:` say."""
    found: dict[str, Any] = {}
    for name, value in properties.items():
        try:
            found |= _PROPERTIES[name](value, header.parameters)
        except ParameterError as error:
            raise QueryFileError(path, header.lines[f"{name}:"], f"{name}: {error}", hint=error.hint) from error
    return replace(header, **found)


def _tags(value: str, _: Mapping[str, Parameter]) -> dict[str, Any]:
    tags = tuple(tag.strip() for tag in value.split(","))
    if wrong := [tag for tag in tags if not _TAG.fullmatch(tag)]:
        raise ParameterError(
            f"{wrong[0]!r} is no tag", hint="write a-z and hyphens, with commas between: people, events"
        )
    return {"tags": tags}


def _example(value: str, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """Arguments as in a URL, unescaped: `group=Dockers' Union & phase=current`."""
    example: dict[str, str] = {}
    for part in value.split("&"):
        name, equals, raw = (piece.strip() for piece in part.partition("="))
        if not equals or name not in parameters:
            raise ParameterError(f"{name!r} is no parameter of the query", hint="write `name=value`, with & between")
        if parameters[name].type not in REFERENCES:  # what those name is in one workspace and not in the next
            parameters[name].parse(raw)
        example[name] = raw
    return {"example": example}


def _cache(value: str, _: Mapping[str, Parameter]) -> dict[str, Any]:
    if not value.isdecimal() or int(value) > MAX_CACHE_S:
        raise ParameterError(f"{value!r} is no number of seconds", hint=f"write 0 to {MAX_CACHE_S}")
    return {"cache_s": int(value)}


def _short(value: str, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    if value in ("yes", "no"):
        return {"short": value == "yes"}
    hint = "write yes, no, or the parameters of which any one bounds it: group, person"
    return {"short": True, "anchors": _names(value, parameters, hint)}


def _needs(value: str, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    return {"needs": _names(value, parameters, "write the parameters of which one has to be given: subject, object")}


def _names(value: str, parameters: Mapping[str, Parameter], hint: str) -> tuple[str, ...]:
    """The parameters that a line lists."""
    names = tuple(name.strip() for name in value.split(","))
    if wrong := [name for name in names if name not in parameters]:
        raise ParameterError(f"{wrong[0]!r} is no parameter of the query", hint=hint)
    return names


_PROPERTIES: Mapping[str, Callable[[str, Mapping[str, Parameter]], dict[str, Any]]] = {
    "tags": _tags,
    "example": _example,
    "cache": _cache,
    "short": _short,
    "needs": _needs,
}
