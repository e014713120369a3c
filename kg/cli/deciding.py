"""What the commands that decide share: who decides and why, and the desk that takes decisions, here or at the service."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.options import MisuseError
from kg.cli.store import service_at, writing

if TYPE_CHECKING:
    from kg.cli.client import ServiceClient
    from kg.decisions import Decision, JudgementView, Outcome

__all__ = ["AuthorOption", "Desk", "JsonOption", "ReasonOption", "author_of", "json_of", "plain_of"]

AuthorOption = Annotated[
    str | None,
    typer.Option(
        "--author", metavar="NAME", envvar="KG_AUTHOR", show_envvar=True, help="Who decides. [default: your user name]"
    ),
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", "-r", metavar="TEXT", help="Why; it is kept with the decision.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, as the REST route answers.")]


def author_of(author: str | None) -> str:
    """Who decides: the one given, else the user that runs the command. Raises MisuseError when neither has a name."""
    if author is not None and author.strip():
        return author.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container whose user has no name
        raise MisuseError("a decision has an author", hint="say who: --author NAME, or KG_AUTHOR") from None


class Desk:
    """Takes decisions on a workspace: sends them to the service that holds it, else opens it for each.

    So a long review does not keep others from writing. Answers are plain data, as the REST routes have it.
    """

    def __init__(self, store: str | None) -> None:
        self._store = store
        self._service: ServiceClient | None = service_at(store)

    def decide(self, decision: Decision) -> dict[str, Any]:
        """Make a decision; what came of it. Raises UnknownEntity, AmbiguousEntity, ResolutionError."""
        if self._service is not None:
            given = {f.name: value for f in fields(decision) if (value := getattr(decision, f.name)) not in (None, ())}
            return self._service.decide(given)
        from kg.decisions import decide

        with writing(self._store) as workspace:
            return plain_of(decide(workspace, decision))

    def take_back(self, number: int | None, author: str) -> dict[str, Any]:
        """Take a decision back, the last act without a number; what came of it. Raises UnknownEntity, ResolutionError."""
        if self._service is not None:
            return self._service.take_back(number, author)
        from kg.decisions import take_back

        with writing(self._store) as workspace:
            return plain_of(take_back(workspace, number, author=author))


def json_of(value: object) -> str:
    """Plain data as JSON for people and programs."""

    def default(one: object) -> str:
        return one.isoformat() if isinstance(one, datetime) else str(one)

    return json.dumps(value, ensure_ascii=False, indent=2, default=default)


def plain_of(value: Outcome | JudgementView) -> dict[str, Any]:
    """A value as the REST routes have it."""
    plain: dict[str, Any] = json.loads(json_of(asdict(value)))
    return plain
