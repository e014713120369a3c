"""`kg serve`: SPARQL, REST and pages over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.options import ModelOption, StoreOption, ThreadsOption
from kg.cli.output import note
from kg.cli.store import open_or_create, service_at

if TYPE_CHECKING:
    from pathlib import Path

    from kg.types import Extractor


def command(
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADDRESS", help="Where to listen. [default: 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="0 takes a free one. [default: 8000]")
    ] = None,
    model: ModelOption = None,
    threads: ThreadsOption = None,
    store: StoreOption = None,
) -> None:
    """Serve the workspace: pages, REST, and SPARQL at /sparql.

    Reading is open; writing needs a key (kg key, or KG_API_KEY). An address that other machines reach needs one too.
    Other commands go on working: they read a snapshot, and hand what they write to the service.

    \b
    Examples:
      kg serve
      kg serve --store archive --port 8080
    """
    run_service(store, host=host, port=port, model=model, threads=threads)


def run_service(
    store: str | None,
    *,
    host: str | None = None,
    port: int | None = None,
    model: Path | None = None,
    threads: int | None = None,
) -> None:
    """Serve until interrupted."""
    import logging

    from kg.api.server import serve
    from kg.errors import StoreLocked
    from kg.settings import read_settings

    settings = read_settings()
    changes = {"host": host, "port": port, "model": model, "threads": threads}
    settings = settings.model_copy(update={name: value for name, value in changes.items() if value is not None})
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if (running := service_at(store)) is not None:
        raise StoreLocked(f"a service holds the workspace already: {running.url}")

    def load() -> Extractor:
        from kg.extract import load_extractor

        return load_extractor(settings.model, threads=settings.threads)

    with open_or_create(store, base=settings.base_iri) as workspace:
        try:
            serve(workspace, settings, load=load, ready=lambda url: note(f"serving {workspace.location} at {url}"))
        except KeyboardInterrupt:
            note("stopped")
