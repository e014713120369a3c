"""A state of a graph, opened: a workspace, one of its snapshots, or an export."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, parse

from kg import vocab
from kg.catalogue import Catalogue
from kg.errors import QuerySyntaxError, RdfSyntaxError, WorkspaceError
from kg.graph import GraphStore, open_store
from kg.graph.facts import article_iri, judgements_graph
from kg.workspace import DEFAULT_BASE, Workspace
from kg.workspace.layout import Layout

__all__ = ["Decision", "Source", "State", "open_state"]

PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in sorted(vocab.PREFIXES.items()))
EXPORTS = {".nq": RdfFormat.N_QUADS, ".trig": RdfFormat.TRIG}
SHAPES = "give a workspace, WORKSPACE@VERSION, WORKSPACE@before-rebuild, or an export as N-Quads or TriG"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """An article of a state: its IRI there, the hash of its content if the graph tells it, and the model that read it."""

    iri: str
    digest: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A judgement of a state: what it says, whether it is in force, and what it is about there."""

    number: str
    kind: str
    author: str
    in_force: bool
    about: frozenset[str]


@dataclass
class State:
    """A graph as it is or was. `name` is what a person called it; `catalogue` is that of its workspace, as it is now."""

    name: str
    base: str
    store: GraphStore
    catalogue: Catalogue | None = None
    _cached: dict[str, Any] = field(default_factory=dict)

    def select(self, query: str) -> list[Row]:
        """The solutions of a query of ours."""
        return list(self.store.query(PREFIXES + query).rows())

    def local(self, iri: str) -> str:
        """An IRI without the state's base: `person/ana-diaz-1f2e3d4c`."""
        return iri.removeprefix(self.base)

    @cached_property
    def articles(self) -> dict[str, Source]:
        """The articles by their ids."""
        models = {
            row["article"].value: row["model"].value
            for row in self.select("SELECT ?article ?model { GRAPH ?article { ?run a kg:Run ; kg:model ?model } }")
        }
        rows = self.select(
            "SELECT ?article ?id ?digest { ?article a kg:Article ; dcterms:identifier ?id"
            " OPTIONAL { ?article kg:digest ?digest } }"
        )
        return {
            row["id"].value: Source(
                row["article"].value, row["digest"] and row["digest"].value, models.get(row["article"].value)
            )
            for row in rows
        }

    @cached_property
    def decisions(self) -> dict[str, Decision]:
        """The judgements by their numbers."""
        rows = self.select(
            f"SELECT ?j ?kind ?author ?undone ?about {{ GRAPH {judgements_graph(self.base)} {{"
            " ?j a kg:Judgement ; kg:decision ?kind ; schema:author ?author ; kg:undone ?undone"
            " OPTIONAL { ?j kg:judges ?about } } }"
        )
        about: dict[str, set[str]] = {}
        for row in rows:
            about.setdefault(row["j"].value, set()).update([row["about"].value] if row["about"] else [])
        return {
            (number := row["j"].value.rpartition("/")[2]): Decision(
                number,
                row["kind"].value,
                row["author"].value,
                row["undone"].value in ("false", "0"),
                frozenset(about[row["j"].value]),
            )
            for row in rows
        }


@contextmanager
def open_state(location: str) -> Iterator[State]:
    """The state of a location, open while the block lasts. Raises WorkspaceError, RdfSyntaxError.

    A location is a workspace; one of its snapshots, as `archive@12` or `archive@before-rebuild`; or a file of N-Quads or
    TriG, which is read into memory.
    """
    path = Path(location)
    if path.is_file():
        yield _export(path, location)
        return
    folder, at, name = location.rpartition("@")
    if at and not path.exists():
        with _snapshot(Path(folder), name, location) as state:
            yield state
        return
    if not Workspace.exists(location):
        raise WorkspaceError(f"{location}: no workspace and no file", hint=SHAPES)
    with Workspace.open(location, read_only=True) as workspace:
        yield State(location, workspace.base, workspace.store, workspace.catalogue)


@contextmanager
def _snapshot(folder: Path, name: str, location: str) -> Iterator[State]:
    layout = Layout(folder)
    settings = layout.read()
    path = layout.snapshots / (f"v{int(name):012d}" if name.isascii() and name.isdigit() else name)
    if not name or "/" in name or name.startswith(".") or not path.is_dir():
        known = sorted(p.name.removeprefix("v").lstrip("0") or "0" for p in layout.snapshots.glob("[!.]*"))
        raise WorkspaceError(
            f"{location}: the workspace keeps no such snapshot",
            hint=f"it keeps {', '.join(known)}" if known else "it keeps none yet",
        )
    catalogue = Catalogue.open(layout.catalogue, read_only=True)
    try:
        store = open_store(path, read_only=True)
        try:
            yield State(location, settings.base, store, catalogue)
        finally:
            store.close()
    finally:
        catalogue.close()


def _export(path: Path, location: str) -> State:
    form = EXPORTS.get(path.suffix)
    if form is None:
        raise WorkspaceError(
            f"{location}: an export to compare is N-Quads (.nq) or TriG (.trig), which keep each article's claims apart",
            hint="kg export --format nquads --output FILE.nq",
        )
    store = open_store("memory:")
    try:
        store.extend(parse(path=str(path), format=form))
    except QuerySyntaxError as error:  # the store names so what it cannot parse
        raise RdfSyntaxError(f"{location}: {error}") from error
    state = State(location, DEFAULT_BASE, store)
    for row in state.select("SELECT ?article ?id { ?article a kg:Article ; dcterms:identifier ?id } LIMIT 1"):
        own = article_iri("x:", row["id"].value).value.removeprefix("x:")
        state.base = row["article"].value.removesuffix(own)
    return state
