"""`kg run`: the named queries."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.options import AnswerFormat, MisuseError, StoreOption, TimeoutOption
from kg.cli.output import number, plain, put, wrapped
from kg.cli.store import reading

if TYPE_CHECKING:
    from kg.query import NamedQuery

context_settings = {"ignore_unknown_options": True, "allow_extra_args": True}


def command(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The query; without it, all are listed.")] = None,
    form: Annotated[
        AnswerFormat, typer.Option("--format", "-f", help="How the answer is printed.")
    ] = AnswerFormat.TABLE,
    tag: Annotated[str | None, typer.Option("--tag", help="List only the queries with this tag.")] = None,
    describe: Annotated[bool, typer.Option("--describe", help="Say what the query takes, and do not ask it.")] = False,
    timeout: TimeoutOption = None,
    store: StoreOption = None,
) -> None:
    """Answer a named query, or list them.

    Values for its parameters are given as --name value or name=value. A parameter that is an entity takes its name, its
    slug or its IRI. One that is left out means any. A query is shown with its parameters instead when --describe is given.

    \b
    Examples:
      kg run
      kg run --tag checking
      kg run links-between --describe
      kg run leaders-of-group --group "Dockers' Union"
      kg run groups-in-place place=Rotterdam --format csv
    """
    from kg.errors import UnknownQuery
    from kg.query import bind, read_queries
    from kg.resources import resource

    queries = read_queries(resource("queries"))
    if name is None:
        found = [query for query in queries.values() if tag is None or tag in query.tags]
        if not found:
            known = sorted({tag for query in queries.values() for tag in query.tags})
            raise MisuseError(f"no query has the tag {plain(tag or '')}", hint=f"one of {', '.join(known)}")
        if describe:
            for query in found:
                _describe(query)
        else:
            _list(found)
        return
    if name not in queries:
        raise UnknownQuery(f"no query {plain(name)}", hint=f"one of {', '.join(queries)}")
    if describe:
        _describe(queries[name])
        return
    from kg.cli.answers import print_answer
    from kg.lookup.references import find_reference

    query = queries[name]
    given = _arguments(context.args)
    with reading(store) as workspace:
        text = bind(query, given, resolve=partial(find_reference, workspace.catalogue, workspace.base))
        print_answer(workspace, text, form, timeout_s=timeout)


def _list(queries: Sequence[NamedQuery]) -> None:
    """Print a line for each query, and what to ask next."""
    wide = max(len(query.name) for query in queries) + 2
    for query in queries:
        put(wrapped(query.title, indent=f"{query.name}: ".ljust(wide), then=" " * wide))
    tags = sorted({tag for query in queries for tag in query.tags})
    put(f"\n{number(len(queries), 'query', 'queries')}. kg run NAME --describe says what one takes.")
    put(wrapped(f"kg run --tag TAG lists fewer: {', '.join(tags)}.", then="  "))


def _describe(query: NamedQuery) -> None:
    """Print a query's title, what it takes, and how it is asked."""
    put(f"{query.name}: {query.title}")
    if query.description:
        put(wrapped(query.description, indent="    ", then="    "))
    if query.needs:
        put(wrapped(f"It needs {' or '.join('--' + name for name in query.needs)}.", indent="    ", then="    "))
    for parameter in query.parameters.values():
        default = f" = {parameter.default}" if parameter.default else ", required" if parameter.required else ""
        told = f"--{parameter.name} ({parameter.type}{default}): {parameter.description}"
        choices = f": {', '.join(parameter.choices)}" if parameter.choices else ""
        put(wrapped(told + choices, indent="    ", then="      "))
    if query.example:
        asked = " ".join(f"--{name} {shlex.quote(value)}" for name, value in query.example.items())
        put(wrapped(f"as in: kg run {query.name} {asked}", indent="    ", then="      "))


def _arguments(words: list[str]) -> dict[str, str]:
    """Name → value, of --name value, --name=value and name=value."""
    arguments: dict[str, str] = {}
    left = iter(words)
    for word in left:
        name, equals, value = word.partition("=")
        if word.startswith("--") and not equals:
            following = next(left, None)
            if following is None:
                raise MisuseError(f"{word} has no value", hint=f"{word} VALUE")
            value = following
        elif not equals:
            raise MisuseError(f"{plain(word)} is no parameter", hint="give them as --name value or name=value")
        name = name.removeprefix("--")
        if name in arguments:
            raise MisuseError(f"{plain(name)} is given twice")
        arguments[name] = value
    return arguments
