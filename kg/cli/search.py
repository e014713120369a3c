"""`kg search`: words → entities and sentences."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.options import StoreOption
from kg.cli.output import note, plain, table
from kg.cli.store import reading


def command(
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="A name, or words of a sentence.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="At most so many results.")] = 20,
    store: StoreOption = None,
) -> None:
    """Find people, groups, places, events, sentences.

    Entities come first; what stands in the first column is what "kg show" takes. The last word may be unfinished.

    \b
    Examples:
      kg search dockers union
      kg search ceasefire talks --limit 50
    """
    with reading(store) as workspace:
        hits = workspace.catalogue.search(" ".join(words), None, limit)
        rows = [
            (
                hit.iri.value.removeprefix(workspace.base) if hit.iri is not None else plain(hit.article_id),
                hit.kind,
                hit.label,
                hit.snippet if hit.snippet != hit.label else "",
            )
            for hit in hits
        ]
    if not rows:
        note("nothing found")
        raise typer.Exit(1)
    table(("where", "kind", "name or title", "words"), rows)
