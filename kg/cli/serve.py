"""`kg serve`: SPARQL, REST and pages over HTTP."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.options import ExtractorOption, ModelOption, StoreOption, ThreadsOption
from kg.cli.output import note
from kg.cli.store import open_or_create, refuse_missing, service_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kg.settings import Settings
    from kg.types import Extractor


class ReadKey(StrEnum):
    """Who may read."""

    OPEN = "open"
    REQUIRED = "required"


def command(
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADDRESS", help="Where to listen. [default: 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="0 takes a free one. [default: 8000]")
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", help="A further name to answer to, behind a proxy; * for any."),
    ] = None,
    read_key: Annotated[
        ReadKey | None,
        typer.Option("--read-key", help="Whether reading needs a key too. [default: open]"),
    ] = None,
    plain: Annotated[
        str | None,
        typer.Option("--plain", metavar="DIR", help="Serve an ordinary store, of no workspace; memory: for a new one."),
    ] = None,
    extractor: ExtractorOption = None,
    model: ModelOption = None,
    threads: ThreadsOption = None,
    store: StoreOption = None,
) -> None:
    """Serve the workspace: pages, REST, SPARQL at /sparql and graphs at /graphs.

    Reading is open, unless --read-key required; writing needs a key (kg key create, or KG_API_KEY). An address that other
    machines reach needs one too. When told to stop it finishes what runs.
    Other commands go on working: they read a snapshot, and hand what they write to the service.

    With --plain it serves the store that any RDF has been loaded into: /sparql and /graphs, all graphs writable with
    KG_API_KEY.

    \b
    Examples:
      kg serve
      kg serve --store archive --port 8080
      KG_API_KEY=secret kg serve --plain rdf-store
    """
    hosts = tuple(allow_host) if allow_host else None
    if plain is None:
        refuse_missing(store)
    else:
        run_plain(plain, {"host": host, "port": port, "allowed_hosts": hosts, "read_key": read_key})
        return
    run_service(
        store,
        host=host,
        port=port,
        extractor=extractor,
        model=model,
        threads=threads,
        allowed_hosts=hosts,
        read_key=read_key,
    )


def run_service(
    store: str | None,
    *,
    host: str | None = None,
    port: int | None = None,
    extractor: str | None = None,
    model: Path | None = None,
    threads: int | None = None,
    allowed_hosts: tuple[str, ...] | None = None,
    read_key: str | None = None,
) -> None:
    """Serve until interrupted."""
    from kg.api.server import serve
    from kg.cli.choose import llm_service
    from kg.errors import StoreLocked
    from kg.extractors import DEFAULT, open_extractor

    changes = {"host": host, "port": port, "extractor": extractor, "model": model, "threads": threads}
    settings = _settings({**changes, "allowed_hosts": allowed_hosts, "read_key": read_key})
    if (running := service_at(store)) is not None:
        raise StoreLocked(f"a service holds the workspace already: {running.url}")

    def load() -> Extractor:
        return open_extractor(
            settings.extractor, model=settings.model, threads=settings.threads, llm=lambda: llm_service(settings)
        )

    if settings.extractor != DEFAULT:
        load()  # a wrong name or setting fails now, not with the first article
    with open_or_create(store, base=settings.base_iri) as workspace:
        try:
            serve(workspace, settings, load=load, ready=lambda url: note(f"serving {workspace.location} at {url}"))
        except KeyboardInterrupt:
            note("stopped")


def run_plain(location: str, options: Mapping[str, object]) -> None:
    """Serve an ordinary store until interrupted."""
    from kg.api.server import serve_plain

    def ready(url: str, writable: bool) -> None:
        note(f"serving {location} at {url}")
        if not writable:
            note("nobody may write: set KG_API_KEY to a key")

    try:
        serve_plain(location, _settings(options), ready=ready)
    except KeyboardInterrupt:
        note("stopped")


def _settings(changes: Mapping[str, object]) -> Settings:
    """The settings of the environment, with those of the command line; logging is set up by them."""
    from kg.api.logs import set_up
    from kg.settings import read_settings

    settings = read_settings()
    settings = settings.model_copy(update={name: value for name, value in changes.items() if value is not None})
    set_up(settings.log_level, settings.log_format)
    return settings
