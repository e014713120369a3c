"""What clients send (JSON in a form field) → checked queries. Errors name the query and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from kg.api.problems import Refusal
from kg.api.reconcile.properties import Property, property_called
from kg.api.reconcile.types import ReconciledType, type_called

__all__ = ["Asked", "Extension", "Wanted", "read_batch", "read_extension"]

MAX_BATCH = 100
MAX_IDS = 500
MAX_PROPERTIES = 20
MAX_LIMIT = 50
DEFAULT_LIMIT = 10
MAX_TEXT = 400

_T = TypeVar("_T")
Strictness = Literal["any", "should", "all"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query: the name and what narrows it. A value is what a property should have: an identifier, or a text."""

    text: str
    types: tuple[ReconciledType, ...]
    strictness: Strictness
    limit: int
    properties: tuple[tuple[Property, tuple[Wanted, ...]], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value of a property: the text of a cell, or the identifier of an entity that was found for it before."""

    text: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """Which properties of which entities are wanted, each with its settings."""

    ids: tuple[str, ...]
    properties: tuple[tuple[Property, Mapping[str, Any]], ...]


class _Reference(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str = Field(max_length=2000)
    name: str | None = None


_Value = Annotated[bool | int | float | str | _Reference, Field(union_mode="smart")]


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


class _Mapping(BaseModel):
    model_config = ConfigDict(extra="ignore")

    pid: str
    v: Annotated[list[_Value], BeforeValidator(_listed), Field(max_length=20)]


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid")

    query: str | None = Field(default=None, max_length=MAX_TEXT)
    type: Annotated[list[str], BeforeValidator(_listed)] = Field(default=[], max_length=20)
    limit: float | None = None
    properties: list[_Mapping] = Field(default=[], max_length=MAX_PROPERTIES)
    type_strict: Strictness = "any"

    @model_validator(mode="after")
    def _something(self) -> _Query:
        if self.query is None and not self.properties:
            raise ValueError("neither a query nor properties")
        return self


class _Wish(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    settings: dict[str, Any] = {}


class _Extension(BaseModel):
    model_config = ConfigDict(extra="ignore")

    ids: list[str] = Field(max_length=MAX_IDS)
    properties: list[_Wish] = Field(max_length=MAX_PROPERTIES)


def read_batch(text: str) -> dict[str, Asked]:
    """The queries of a batch by their names; raises Refusal (400)."""
    queries = _read(TypeAdapter(dict[str, _Query]), "queries", text)
    if len(queries) > MAX_BATCH:
        raise Refusal(400, f"{len(queries)} queries at once", hint=f"send {MAX_BATCH} or fewer")
    return {name: _asked(name, query) for name, query in queries.items()}


def read_extension(text: str) -> Extension:
    """What a request for data asks for; raises Refusal (400)."""
    wanted = _read(TypeAdapter(_Extension), "extend", text)
    properties = tuple((_property("extend", wish.id), wish.settings) for wish in wanted.properties)
    return Extension(tuple(dict.fromkeys(wanted.ids)), properties)


def _asked(name: str, query: _Query) -> Asked:
    types = tuple(filter(None, map(type_called, query.type)))
    if len(types) < len(query.type):
        unknown = next(text for text in query.type if type_called(text) is None)
        raise Refusal(400, f"{name}: no type {unknown!r}", hint="/reconcile/suggest/type?prefix= finds them")
    limit = int(query.limit) if query.limit is not None and query.limit >= 1 else DEFAULT_LIMIT
    return Asked(
        (query.query or "").strip(),
        types,
        query.type_strict,
        min(limit, MAX_LIMIT),
        tuple((_property(name, one.pid), tuple(map(_wanted, one.v))) for one in query.properties),
    )


def _wanted(value: bool | float | str | _Reference) -> Wanted:
    if isinstance(value, _Reference):
        return Wanted(value.name or "", value.id)
    return Wanted(str(value).lower() if isinstance(value, bool) else str(value))


def _property(where: str, id_: str) -> Property:
    found = property_called(id_)
    if found is None:
        raise Refusal(400, f"{where}: no property {id_!r}", hint="/reconcile/suggest/property?prefix= finds them")
    return found


def _read(adapter: TypeAdapter[_T], field: str, text: str) -> _T:
    try:
        return adapter.validate_python(json.loads(text))
    except (json.JSONDecodeError, RecursionError) as error:
        raise Refusal(400, f"{field}: not JSON: {error}", hint=f"{field}= is a JSON object, percent-encoded") from error
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"]))
        raise Refusal(400, f"{field}: {at or 'the whole'}: {first['msg']}", hint="/docs says what it holds") from error
