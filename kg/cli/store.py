"""How commands reach a workspace: reading beside a writer, writing alone, or through the service that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kg.access import DEFAULT_STORE, ServiceAddress
from kg.cli.options import MisuseError
from kg.cli.output import note
from kg.errors import WorkspaceError

if TYPE_CHECKING:
    from kg.cli.client import ServiceClient
    from kg.lookup import Select
    from kg.workspace import Workspace

__all__ = ["location_of", "open_or_create", "reading", "refuse_missing", "selecting", "service_at", "writing"]


def location_of(store: str | None) -> str:
    """The workspace that `--store` or KG_STORE names; refuses the one that would be empty."""
    location = store or DEFAULT_STORE
    if location == "memory:":
        raise MisuseError("memory: ends with each command and would hold nothing", hint="give a directory: --store DIR")
    if location.startswith(("http://", "https://")):
        raise MisuseError(
            f"{location} is a server, and --store is a directory",
            hint=f"make a workspace that keeps its graph there: kg init --store {DEFAULT_STORE} --remote {location}",
        )
    return location


@contextmanager
def reading(store: str | None) -> Iterator[Workspace]:
    """The workspace, for reading: as it is, or, while another process holds it, its newest snapshot; says its age."""
    from kg.workspace import Workspace

    location = location_of(store)
    if not Workspace.exists(location):
        raise WorkspaceError(
            f"{location}: there is no workspace",
            hint=f"read some articles into one: kg ingest FILES --store {location}",
        )
    with Workspace.open(location, read_only=True) as workspace:
        age = workspace.snapshot_age_s
        if age is not None:
            note(f"another process is writing: this is the graph of {_ago(age)} ago")
        yield workspace


@contextmanager
def writing(store: str | None) -> Iterator[Workspace]:
    """The workspace, for writing. Raises StoreLocked when another process has it."""
    from kg.workspace import Workspace

    with Workspace.open(location_of(store)) as workspace:
        yield workspace


@contextmanager
def open_or_create(store: str | None, *, base: str | None = None) -> Iterator[Workspace]:
    """The workspace, for writing; made if there is none, with this base IRI."""
    from kg.workspace import Workspace

    location = location_of(store)
    if not Workspace.exists(location):
        with Workspace.create(location, base=base) as workspace:
            note(f"made the workspace {location}")
            yield workspace
        return
    with writing(store) as workspace:
        if base is not None and base != workspace.base:
            note(f"{location} keeps the base IRI it was made with, {workspace.base}: {base} is for a new workspace")
        yield workspace


def refuse_missing(store: str | None) -> None:
    """Raise WorkspaceError where there is no workspace: for commands that would be of no use on an empty one."""
    from kg.workspace import Workspace

    location = location_of(store)
    if not Workspace.exists(location):
        raise WorkspaceError(
            f"{location}: there is no workspace",
            hint=f"read some articles into one: kg ingest FILES --store {location}; or make an empty one: kg init",
        )


def service_at(store: str | None) -> ServiceClient | None:
    """The service that holds the workspace, if one runs; writes go to it."""
    folder = Path(location_of(store))
    address = ServiceAddress.read(folder)
    if address is None:
        return None
    from kg.cli.client import ServiceClient
    from kg.filelock import FileLock
    from kg.workspace.layout import Layout

    client = ServiceClient(address)
    # A service that was killed leaves its address, at which that of another workspace may answer now.
    return client if client.is_alive() and not FileLock(Layout(folder).lock).is_free() else None


def selecting(workspace: Workspace) -> Select:
    """A way to run our own, bounded queries on the workspace's graph."""
    return lambda query: workspace.store.query(query).rows()


def _ago(seconds: float) -> str:
    """A duration as people say it.

    >>> _ago(3.2), _ago(7200)
    ('3 s', '2 h')
    """
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
