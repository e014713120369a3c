"""Which part of the graph `kg export` is asked for → its scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kg.cli.options import MisuseError

if TYPE_CHECKING:
    from kg.graph.scope import Scope
    from kg.workspace import Workspace

__all__ = ["Part", "scope_of"]

TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the graph, as options name it; all of it when they name none. Raises MisuseError where they exclude each other.

    `query` is SPARQL, or `@` and a file that holds it; `arguments` are those of the query called `named`, as NAME=VALUE.
    """

    entity: str | None = None
    depth: int = 1
    article: str | None = None
    query: str | None = None
    named: str | None = None
    arguments: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def __post_init__(self) -> None:
        chosen = (self.entity, self.article, self.query, self.named, self.since or self.until)
        if sum(one is not None for one in chosen) > 1:
            raise MisuseError("--entity, --article, --query, --named and --since or --until exclude each other")
        if self.depth != 1 and self.entity is None:
            raise MisuseError("--depth goes with --entity")
        if self.arguments and self.named is None:
            raise MisuseError("--argument goes with --named")


def scope_of(workspace: Workspace, part: Part, timeout_s: float | None) -> Scope | None:
    """The scope of a part, None for the whole graph; a query has so many seconds, or TIMEOUT_S."""
    from pyoxigraph import NamedNode

    from kg.exports.scoping import scope_of_query
    from kg.graph.facts import article_iri
    from kg.graph.scope import Scope
    from kg.lookup import find_entity

    if part.query is not None:
        return scope_of_query(workspace, _text(part.query), timeout_s=timeout_s or TIMEOUT_S)
    if part.named is not None:
        return scope_of_query(
            workspace, _bound(workspace, part.named, part.arguments), timeout_s=timeout_s or TIMEOUT_S
        )
    if part.entity is not None:
        iri = find_entity(workspace.catalogue, workspace.base, part.entity)
        return Scope(entity=NamedNode(iri), depth=part.depth)
    if part.article is not None:
        return Scope(article=article_iri(workspace.base, part.article))
    if part.since is not None or part.until is not None:
        return Scope(since=_day(part.since), until=_day(part.until))
    return None


def _text(query: str) -> str:
    """A query that is written out, or stands in a file."""
    if not query.startswith("@"):
        return query
    try:
        return Path(query[1:]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"{query[1:]}: {error}") from error


def _bound(workspace: Workspace, name: str, words: tuple[str, ...]) -> str:
    """A named query with its arguments in place."""
    from kg.exports.scoping import arguments_of
    from kg.lookup import find_reference
    from kg.query import bind, read_queries
    from kg.resources import resource

    queries = read_queries(resource("queries"))
    if name not in queries:
        raise MisuseError(f"no query {name}", hint=f"one of {', '.join(queries)}")
    resolve = partial(find_reference, workspace.catalogue, workspace.base)
    return bind(queries[name], arguments_of(words), resolve=resolve)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise MisuseError(f"{text} is no day", hint="write it as 2031-04-02") from error
