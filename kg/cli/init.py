"""`kg init`: an empty workspace."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.options import StoreOption
from kg.cli.output import put
from kg.cli.store import location_of


def command(
    store: StoreOption = None,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="IRI", envvar="KG_BASE_IRI", help="What the graph's own IRIs begin with."),
    ] = None,
    remote: Annotated[
        str | None, typer.Option("--remote", metavar="URL", help="Keep the graph on this SPARQL 1.1 server.")
    ] = None,
) -> None:
    """Make an empty workspace.

    "kg ingest" makes one by itself; this is for choosing the base IRI, which stays as it is, or a remote server.

    \b
    Examples:
      kg init --store archive --base https://graph.example.org/
      kg init --store archive --remote http://localhost:7878
      kg init --store archive --remote 'http://dba:PASSWORD@localhost:8890#server=virtuoso'
    """
    from kg.workspace import Workspace

    with Workspace.create(location_of(store), base=base, remote=remote) as workspace:
        put(f"made {workspace.location}, whose IRIs begin with {workspace.base}")
