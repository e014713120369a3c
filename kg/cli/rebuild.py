"""`kg rebuild`: make the graph again from the catalogue."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.choose import choose, tell
from kg.cli.options import ExtractorOption, MisuseError, ModelOption, StoreOption, ThreadsOption
from kg.cli.output import note, number, plain, progress, put
from kg.cli.store import service_at, writing


def command(
    context: typer.Context,
    extract: Annotated[
        bool,
        typer.Option("--extract", help="Clean and extract all articles again; --model and --extractor imply it."),
    ] = False,
    extractor: ExtractorOption = None,
    model: ModelOption = None,
    threads: ThreadsOption = None,
    store: StoreOption = None,
) -> None:
    """Make the graph again from the stored articles.

    Nothing is fetched. Entities keep their IRIs, decisions hold, and your own graphs stay. With another model, a run that
    was killed goes on where it was when it is given again. The graph as it was before stays until the next rebuild:
    kg diff STORE@before-rebuild STORE says what changed, and why.

    \b
    Examples:
      kg rebuild
      kg rebuild --model better-model/
      kg rebuild --extractor llm
    """
    # one that a variable names reads new articles: only a person asks for all the old ones
    asked = {name for name in ("extractor", "model") if _is_given(context, name)}
    extract = extract or bool(asked)
    service = service_at(store)
    if service is not None:
        if extract:
            raise MisuseError("a service holds the workspace", hint="stop it before extracting everything again")
        service.run("rebuild")
        put("rebuilt")
        return
    from kg.workspace.snapshots import BEFORE_REBUILD

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
        location = workspace.location
    put(f"rebuilt from {number(count, 'article')}")
    if not workspace.store.location.startswith(("http://", "https://")):
        note(f"what changed: kg diff {plain(location)}@{BEFORE_REBUILD} {plain(location)}")
    if kept:
        note(f"error: {number(len(kept), 'article')} could not be read again: what was found before is kept")
        raise typer.Exit(1)


def _is_given(context: typer.Context, option: str) -> bool:
    """Whether an option stands on the command line."""
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"
