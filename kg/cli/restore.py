"""`kg restore`: a workspace from a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.options import StoreOption
from kg.cli.output import note, number, put
from kg.cli.store import location_of


def command(
    backup: Annotated[Path, typer.Argument(metavar="FILE|DIR", help="What kg backup made.", exists=True)],
    store: StoreOption = None,
) -> None:
    """Make a workspace of a backup, checked: every file by its SHA-256, the whole by opening it.

    The directory must be new or empty. API keys are those of the backup, if it has them; else make new ones.

    \b
    Examples:
      kg restore archive-2031-05-02.tar.zst --store archive
    """
    from kg.workspace.backup import restore

    location = location_of(store)
    done = restore(backup, location)
    put(f"restored {number(done.articles, 'article')}, {number(done.statements, 'statement')} to {location}")
    note(f"saved {done.created} by newsgraph {done.newsgraph}; base IRI {done.base}")
