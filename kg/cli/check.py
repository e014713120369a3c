"""`kg check`: does the graph respect its ontology?"""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.options import StoreOption
from kg.cli.output import note, number, plain, put
from kg.cli.store import reading

SHOWN = 50


def command(
    article: Annotated[str | None, typer.Option("--article", metavar="ID", help="Only this article.")] = None,
    store: StoreOption = None,
) -> None:
    """Check the graph against its SHACL shapes.

    What is wrong is listed, article by article, and the exit status is 1.

    \b
    Example:
      kg check --store archive
    """
    from kg.graph.check import shacl
    from kg.graph.facts import article_iri

    with reading(store) as workspace:
        found = shacl(workspace.store, article=article_iri(workspace.base, article) if article else None)
        for violation in found[:SHOWN]:
            parts = (violation.focus, violation.path, violation.value, violation.message)
            put("  ".join(plain(part) for part in parts if part))
        if len(found) > SHOWN:
            note(f"… and {len(found) - SHOWN:,} more")
    put(f"{number(len(found), 'violation')}" if found else "the graph conforms to its shapes")
    if found:
        raise typer.Exit(1)
