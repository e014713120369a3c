"""`kg delete`: take articles away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from kg.cli.options import StoreOption
from kg.cli.output import note, number, plain, put
from kg.cli.store import service_at, writing


def command(
    articles: Annotated[
        list[str], typer.Argument(metavar="ARTICLE...", help="Ids of articles, as kg ingest or a URL gave them.")
    ],
    store: StoreOption = None,
) -> None:
    """Remove articles with everything that only they supported.

    \b
    Examples:
      kg delete harbour-2031-04-02
      kg delete https://example.org/retracted-story
    """
    service = service_at(store)
    if service is not None:
        _delete(articles, service.delete)
        return
    with writing(store) as workspace:
        _delete(articles, workspace.delete)


def _delete(articles: list[str], delete: Callable[[str], None]) -> None:
    """Delete each; those that do not exist are named, and the exit status is 1."""
    from kg.errors import UnknownEntity

    done = 0
    for article in articles:
        try:
            delete(article)
            done += 1
        except UnknownEntity as error:
            note(f"error: {plain(error)}")
    put(f"{number(done, 'article')} deleted")
    if done < len(articles):
        note("hint: kg search finds articles by their sentences")
        raise typer.Exit(1)
