"""What a page's address asks for, and where its values are read."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar
from weakref import WeakKeyDictionary

from kg import lookup
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.lookup import Entity, Relation

__all__ = ["choice", "date_of", "entities_of", "page_of", "source_of", "statements_of", "summary"]

Value = TypeVar("Value")
_SUMMARIES: WeakKeyDictionary[Service, tuple[int, dict[Hashable, object]]] = WeakKeyDictionary()
_SUMMARIES_LOCK = threading.Lock()

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def source_of(service: Service) -> lookup.Source:
    """The workspace as look-ups see it."""
    return lookup.Source(service.workspace.catalogue, service.workspace.store, service.workspace.base)


def entities_of(service: Service, iris: Sequence[str]) -> dict[str, Entity]:
    """The entities of these IRIs that are in use."""
    rows = (service.workspace.catalogue.entity(iri) for iri in dict.fromkeys(iris))
    return {row.iri.value: lookup.entity_from(row) for row in rows if row is not None}


def statements_of(service: Service, iri: str, each: int = 4) -> list[Relation]:
    """The statements that have an entity as their subject, of each predicate the `each` best supported."""
    sections = service.workspace.catalogue.outlines.about(iri).sections(each=each)
    keys = [key for section in sections if section.outgoing for key in section.statements]
    return list(lookup.relations_called(source_of(service), keys, claims=0))


def summary(service: Service, name: Hashable, make: Callable[[], Value]) -> Value:
    """What is to be known of the whole graph, worked out once for each of its versions: several pages show it.

    Whoever else asks meanwhile works it out too, rather than to wait.
    """
    version = service.version()
    with _SUMMARIES_LOCK:
        held, values = _SUMMARIES.get(service, (-1, {}))
        if held != version:
            values = {}
            _SUMMARIES[service] = version, values
    if name not in values:
        values[name] = make()
    return values[name]  # type: ignore[return-value]


def page_of(query: Mapping[str, str]) -> int:
    """The number of the page that is asked for, from 1. Raises Refusal."""
    given = query.get("page") or "1"
    if not (given.isascii() and given.isdigit() and len(given) < 7 and int(given) > 0):
        raise Refusal(400, f"page={given[:40]} is no number of a page")
    return int(given)


def date_of(query: Mapping[str, str], name: str) -> str | None:
    """A day, month or year that is asked for. Raises Refusal.

    >>> date_of({"since": "2019-03"}, "since")
    '2019-03'
    """
    given = (query.get(name) or "").strip()
    if given and not _DATE.fullmatch(given):
        raise Refusal(400, f"{name}={given[:40]} is no date", hint="write 2019, 2019-03 or 2019-03-12")
    return given or None


def choice(query: Mapping[str, str], name: str, known: Sequence[str]) -> str | None:
    """One of the values that are known, or None. Raises Refusal."""
    given = query.get(name) or None
    if given is not None and given not in known:
        raise Refusal(400, f"{name}={given[:40]} is none of {', '.join(known)}")
    return given
