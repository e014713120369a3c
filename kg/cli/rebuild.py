"""`kg rebuild`: make the graph again from the catalogue."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.choose import choose, tell
from kg.cli.options import ExtractorOption, MisuseError, ModelOption, StoreOption, ThreadsOption
from kg.cli.output import note, number, progress, put
from kg.cli.store import service_at, writing


def command(
    extract: Annotated[
        bool, typer.Option("--extract", help="Clean and extract all articles again, as after a new model.")
    ] = False,
    extractor: ExtractorOption = None,
    model: ModelOption = None,
    threads: ThreadsOption = None,
    store: StoreOption = None,
) -> None:
    """Make the graph again from the stored articles.

    Nothing is fetched. Entities keep their IRIs, decisions hold, and your own graphs stay.

    \b
    Examples:
      kg rebuild
      kg rebuild --extract --model better-model
    """
    service = service_at(store)
    if service is not None:
        if extract:
            raise MisuseError("a service holds the workspace", hint="stop it before extracting everything again")
        service.run("rebuild")
        put("rebuilt")
        return
    reader = choose(extractor, model, threads) if extract else None
    with writing(store) as workspace:
        count = len(workspace.catalogue.articles.ids())
        kept: list[str] = []
        with progress("rebuilding", count) as step:

            def done(name: str, outcome: str) -> None:
                step(1)
                if outcome == "kept":
                    kept.append(name)

            try:
                workspace.rebuild(extractor=reader, progress=done)
            finally:
                tell(reader)
    put(f"rebuilt from {number(count, 'article')}")
    if kept:
        note(f"error: {number(len(kept), 'article')} could not be read again: what was found before is kept")
        raise typer.Exit(1)
