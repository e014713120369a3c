"""The comment at the head of a query file → title, description and parameters, each with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.errors import ParameterError, QueryFileError
from kg.query.parameters import Parameter, ParameterType

__all__ = ["Header", "read_header"]

RESERVED = frozenset(("format", "timeout", "form"))
_PARAMETER = re.compile(
    r"""(?P<name>[A-Za-z_]\w*) \s*
        \( \s* (?P<type>[^()=]*?) \s* (?:= \s* (?P<default>[^()]*?) \s*)? \) \s*
        : \s* (?P<text>.*)""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says; `lines` tells where each parameter stands."""

    title: str
    description: str
    parameters: dict[str, Parameter]
    lines: dict[str, int]


def read_header(path: str, text: str) -> Header:
    """The header of a query file; raises QueryFileError with the line and a remedy."""
    prose: list[str] = []
    parameters: dict[str, Parameter] = {}
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
            more = f"{parameter.description} {content.strip()}"
            parameters[last] = Parameter(last, parameter.type, more, parameter.default)
            continue
        for piece in re.split(r" {2,}", content.strip()):
            found = _PARAMETER.fullmatch(piece)
            if found is None:
                if parameters and piece:
                    raise QueryFileError(
                        path, number, f"{piece!r} is no parameter", hint="write `name (type): description`, prose first"
                    )
                prose.append(piece)
                continue
            parameter = _parameter(path, number, found)
            if parameter.name in parameters:
                raise QueryFileError(path, number, f"{parameter.name} is described twice", hint="keep one of them")
            last = parameter.name
            parameters[last], lines[last] = parameter, number
    title, *description = prose or [""]
    if not title:
        raise QueryFileError(path, 1, "there is no title", hint="begin the file with `#: What the query answers.`")
    return Header(title, " ".join(" ".join(description).split()), parameters, lines)


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
    parameter = Parameter(name, ParameterType(kind), found["text"], default)
    if default is not None:
        try:
            parameter.parse(default)
        except ParameterError as error:
            raise QueryFileError(path, number, f"the default: {error}", hint=error.hint) from error
    return parameter
