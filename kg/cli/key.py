"""`kg key`: API keys for the routes that write."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.options import MisuseError, StoreOption
from kg.cli.output import note, put, table
from kg.cli.store import location_of


def command(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="What to call the new key.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the keys.")] = False,
    revoke: Annotated[str | None, typer.Option("--revoke", metavar="NAME", help="Take a key away.")] = None,
    store: StoreOption = None,
) -> None:
    """Make, list or revoke API keys for the service.

    The key is printed once and kept only as a hash. It counts at once, also for a service that is running.

    \b
    Examples:
      kg key newsroom
      kg key --list
      kg key --revoke newsroom
    """
    from kg.access import KeyRing
    from kg.errors import WorkspaceError
    from kg.workspace import Workspace

    if sum((name is not None, list_, revoke is not None)) > 1:
        raise MisuseError("a new name, --list and --revoke exclude each other")
    location = location_of(store)
    if not Workspace.exists(location):
        raise WorkspaceError(f"{location}: there is no workspace", hint=f"make one: kg init --store {location}")
    ring = KeyRing(Path(location))
    if list_:
        table(("name", "made"), ((key.name, key.created) for key in ring.list()))
    elif revoke is not None:
        ring.revoke(revoke)
        put(f"revoked {revoke}")
    else:
        put(ring.add(name or "default"))
        note("keep it: it cannot be shown again. Send it as Authorization: Bearer KEY")
