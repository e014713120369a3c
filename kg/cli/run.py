"""`kg run`: the named queries."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from kg.cli.options import AnswerFormat, MisuseError, StoreOption, TimeoutOption
from kg.cli.output import plain, put, wrapped
from kg.cli.store import reading

context_settings = {"ignore_unknown_options": True, "allow_extra_args": True}


def command(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The query; without it, all are listed.")] = None,
    form: Annotated[
        AnswerFormat, typer.Option("--format", "-f", help="How the answer is printed.")
    ] = AnswerFormat.TABLE,
    timeout: TimeoutOption = None,
    store: StoreOption = None,
) -> None:
    """Answer a named query, or list them.

    Values for its parameters are given as --name value or name=value. A parameter that is an entity takes its name, its
    slug or its IRI. One that is left out means any.

    \b
    Examples:
      kg run
      kg run leaders-of-group --group "Dockers' Union"
      kg run groups-in-place place=Rotterdam --format csv
    """
    from kg.errors import UnknownQuery
    from kg.query import bind, read_queries
    from kg.resources import resource

    queries = read_queries(resource("queries"))
    if name is None:
        for query in queries.values():
            put(f"{query.name}: {query.title}")
            for parameter in query.parameters.values():
                default = f" = {parameter.default}" if parameter.default else ""
                told = f"--{parameter.name} ({parameter.type}{default}): {parameter.description}"
                put(wrapped(told, indent="    ", then="      "))
        return
    if name not in queries:
        raise UnknownQuery(f"no query {plain(name)}", hint=f"one of {', '.join(queries)}")
    from kg.cli.answers import print_answer
    from kg.lookup import find_entity

    query = queries[name]
    given = _arguments(context.args)
    with reading(store) as workspace:
        text = bind(query, given, resolve=partial(find_entity, workspace.catalogue, workspace.base))
        print_answer(workspace, text, form, timeout_s=timeout)


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
