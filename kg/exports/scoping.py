"""The answer of a query → the part of the graph that it speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.errors import ParameterError, QueryError
from kg.graph import Answer
from kg.graph.forms import QueryForm, form_of
from kg.graph.scope import Scope
from kg.vocab import PREFIXES

if TYPE_CHECKING:
    from kg.workspace import Workspace

__all__ = ["accept_for", "arguments_of", "scope_of_answer", "scope_of_query"]


def accept_for(query: str) -> str:
    """The media type in which a query is to be answered, for `scope_of_answer`. Raises QueryError for an ASK."""
    form = form_of(query)
    if form is QueryForm.ASK:
        raise QueryError("an export needs triples or rows, and ASK gives neither", hint="write a CONSTRUCT")
    return "application/n-triples" if form is not None and form.gives_triples else "application/sparql-results+json"


def scope_of_answer(answer: Answer) -> Scope:
    """The triples of a CONSTRUCT or DESCRIBE, or what the rows of a SELECT name."""
    if not answer.media_type.startswith("application/sparql-results"):
        return Scope(triples=tuple(answer.triples()))
    rows = (tuple(term for term in row.values() if isinstance(term, NamedNode)) for row in answer.rows())
    return Scope(rows=tuple(row for row in rows if row))


def scope_of_query(workspace: Workspace, query: str, *, timeout_s: float) -> Scope:
    """The scope of a query's answer, given by a worker that is killed at its deadline. Raises QueryError and its kind."""
    return scope_of_answer(workspace.query(query, accept_for(query), timeout_s=timeout_s, prefixes=PREFIXES))


def arguments_of(words: Iterable[str]) -> dict[str, str]:
    """Arguments of a named query, each NAME=VALUE. Raises ParameterError.

    >>> arguments_of(["group=Dockers' Union"])
    {'group': "Dockers' Union"}
    """
    arguments: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise ParameterError(f"{word} is no argument", hint="write NAME=VALUE")
        if name in arguments:
            raise ParameterError(f"{name} is given twice")
        arguments[name] = value
    return arguments
