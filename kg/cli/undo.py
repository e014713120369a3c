"""`kg undo`: take a decision back."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.deciding import AuthorOption, Desk, JsonOption, author_of, json_of
from kg.cli.options import StoreOption
from kg.cli.output import put


def command(
    judgement: Annotated[
        int | None, typer.Argument(metavar="[ID]", min=1, help="As kg judgements numbers it. [default: the last act]")
    ] = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Take a decision back.

    It stays in the list, as undone, with who took it back. Without an ID the last act goes, with all the decisions that it
    consisted of, whoever made it.

    \b
    Examples:
      kg undo
      kg undo 7
    """
    from kg.cli.outcome import lines_of

    outcome = Desk(store).take_back(judgement, author_of(author))
    if as_json:
        put(json_of(outcome))
        return
    for line in lines_of(outcome):
        put(line)
