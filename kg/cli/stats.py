"""`kg stats`: how much there is."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from kg.cli.options import StoreOption
from kg.cli.output import put, table
from kg.cli.store import reading


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    store: StoreOption = None,
) -> None:
    """Count articles, entities, statements and claims.

    \b
    Example:
      kg stats --store archive
    """
    with reading(store) as workspace:
        counts = workspace.stats()
        if as_json:
            put(json.dumps({"base": workspace.base, "version": workspace.version, **counts}))
            return
        table(("what", "how many"), ((name, f"{count:,}") for name, count in counts.items()))
