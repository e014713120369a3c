"""`kg backup`: a copy of a workspace, taken while others write."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.options import StoreOption
from kg.cli.output import note, number, put
from kg.cli.store import location_of


def command(
    target: Annotated[
        Path, typer.Argument(metavar="FILE|DIR", help="NAME.tar, .tar.gz or .tar.zst; any other name is a directory.")
    ],
    keys: Annotated[bool, typer.Option("--keys", help="With the hashes of the API keys.")] = False,
    store: StoreOption = None,
) -> None:
    """Save the workspace: articles, decisions, graph, your own graphs and the audit log, as they are at one moment.

    Others may write meanwhile, and kg serve may run. Nothing is overwritten. API keys stay out unless asked for. Of a
    workspace on a SPARQL server, the server's graphs are not in it.

    \b
    Examples:
      kg backup archive-2031-05-02.tar.zst
      kg backup /mnt/backup/archive --store archive
    """
    from kg.workspace.backup import back_up

    done = back_up(location_of(store), target, keys=keys)
    put(f"saved {number(done.articles, 'article')}, {number(done.statements, 'statement')} to {target}")
    if done.remote:
        note("the graph lies on a server: save your own graphs there; the facts are written anew by a restore")
