"""`kg key`: API keys of a workspace's service."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.access import KeyScope
from kg.cli.options import MisuseError, StoreOption
from kg.cli.output import note, put, table
from kg.cli.store import location_of

if TYPE_CHECKING:
    from kg.access import KeyRing

__all__ = ["group"]

group = typer.Typer(
    help="""Make, list or revoke API keys of the service.

    \b
    Examples:
      kg key create newsroom
      kg key list
      kg key revoke newsroom
    """,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_DAYS = re.compile(r"([1-9][0-9]{0,4})d")


@group.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who or what will use it.")],
    scope: Annotated[
        KeyScope, typer.Option("--scope", help="read, write (and read) or admin (all, with resolve and rebuild).")
    ] = KeyScope.WRITE,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="WHEN", help="After days, as 90d, or at the end of YYYY-MM-DD (UTC)."),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Make a key, and print it: it is kept only as a hash.

    It counts at once, also for a service that is running.

    \b
    Examples:
      kg key create newsroom
      kg key create dashboard --scope read --expires 90d
    """
    if not name.strip() or name.startswith("(") or len(name) > 100:
        raise MisuseError(f"{name!r} is no name for a key", hint="take one that says who uses it, as newsroom")
    ring = _ring(store)
    put(ring.add(name, scope=scope, expires=_moment(expires) if expires is not None else None))
    note("keep it: it cannot be shown again. Send it as Authorization: Bearer KEY")


@group.command("list")
def list_(store: StoreOption = None) -> None:
    """List the keys: their names, scopes, and when they were made and end."""
    now = datetime.now(UTC)
    table(
        ("name", "scope", "made", "ends"),
        (
            (key.name, key.scope, key.created, f"{key.expires or 'never'}{' (over)' if key.has_expired(now) else ''}")
            for key in _ring(store).list()
        ),
    )


@group.command()
def revoke(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key's name, as kg key list prints it.")],
    store: StoreOption = None,
) -> None:
    """Take a key away: it stops working at once."""
    _ring(store).revoke(name)
    put(f"revoked {name}")


def _ring(store: str | None) -> KeyRing:
    from kg.access import KeyRing
    from kg.errors import WorkspaceError
    from kg.workspace import Workspace

    location = location_of(store)
    if not Workspace.exists(location):
        raise WorkspaceError(f"{location}: there is no workspace", hint=f"make one: kg init --store {location}")
    return KeyRing(Path(location))


def _moment(expires: str) -> datetime:
    """When a key ends; raises MisuseError."""
    now = datetime.now(UTC)
    if days := _DAYS.fullmatch(expires):
        return now + timedelta(days=int(days[1]))
    try:
        day = datetime.strptime(expires, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise MisuseError(f"{expires!r} is no time", hint="give days, as 90d, or a day, as 2031-12-31") from error
    end = day + timedelta(days=1)
    if end <= now:
        raise MisuseError(f"{expires} is over")
    return end
