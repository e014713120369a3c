"""What every graph store can do, and which one serves a location.

A store is `memory:`, a directory (both pyoxigraph), or an http(s) SPARQL 1.1 server. All of them are spoken to in the
same words: `DefaultGraph()` means the store's default graph, also where a named facts graph stands in for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, runtime_checkable

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from kg.errors import StoreError

__all__ = ["Answer", "GraphStore", "Row", "Term", "open_store"]

Term = NamedNode | BlankNode | Literal | Triple
Row = dict[str, Term | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """The serialised answer of one query and its media type: it may cross threads and processes."""

    body: bytes
    media_type: str

    def rows(self) -> list[Row]:
        """The solutions of a SELECT: variable name → term, or None where it is unbound."""
        results = self._results()
        if not isinstance(results, QuerySolutions):
            raise StoreError("the answer is true or false, not rows")
        names = [variable.value for variable in results.variables]
        try:
            return [{name: solution[name] for name in names} for solution in results]
        except SyntaxError as error:
            raise StoreError(f"the answer breaks off: {error}") from error

    @property
    def boolean(self) -> bool:
        """The answer of an ASK."""
        results = self._results()
        if not isinstance(results, QueryBoolean):
            raise StoreError("the answer is rows, not true or false")
        return bool(results)

    def triples(self) -> list[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE."""
        form = RdfFormat.from_media_type(self.media_type)
        if form is None:
            raise StoreError(f"an answer in {self.media_type} holds no triples")
        try:
            return [quad.triple for quad in parse(self.body, form)]
        except SyntaxError as error:
            raise StoreError(f"the answer is no {form.name}: {error}") from error

    def _results(self) -> QuerySolutions | QueryBoolean:
        form = QueryResultsFormat.from_media_type(self.media_type)
        if form is None or form == QueryResultsFormat.CSV:
            raise StoreError(f"terms cannot be read from an answer in {self.media_type}")
        try:
            return parse_query_results(self.body, form)
        except SyntaxError as error:
            raise StoreError(f"the answer is no {form.name}: {error}") from error


@runtime_checkable
class GraphStore(Protocol):
    """A set of graphs that can be asked and changed. Methods may be called from any thread and return plain values."""

    @property
    def location(self) -> str:
        """Where the store is: `memory:`, a directory or a URL without credentials."""

    @property
    def writable(self) -> bool:
        """Whether updates are allowed."""

    @property
    def default_graph(self) -> NamedNode | None:
        """The named graph that stands in for the default graph on servers without one; None where it is real."""

    @property
    def embedded(self) -> bool:
        """Whether the store lives in this process, so that reading a pattern takes microseconds."""

    @property
    def atomic(self) -> bool:
        """Whether an update of several operations is done whole or not at all, and takes data in bulk."""

    @property
    def keyed(self) -> bool:
        """Whether `dump` comes in an order that depends on the content alone, never on the order of writes."""

    def update(self, sparql: str, *, base: str | None = None) -> None:
        """Run a SPARQL update, which may hold several operations; relative IRIs are resolved against `base`."""

    def query(self, sparql: str, accept: str | None = None) -> Answer:
        """The answer to a query as `accept` (one media type), else as JSON results or N-Triples."""

    def quads(
        self,
        subject: NamedNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | Literal | None = None,  # noqa: A002 - an RDF object is called that
        graph: NamedNode | DefaultGraph | None = None,
    ) -> list[Quad]:
        """The quads of a pattern, where None stands for anything."""

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads, as fast as the store can; a failure may leave a part of them."""

    def replace_graph(self, graph: NamedNode | DefaultGraph, triples: Iterable[Triple]) -> None:
        """Make these triples the whole content of a graph."""

    def clear_graph(self, graph: NamedNode | DefaultGraph) -> None:
        """Remove a graph; one that is not there is fine."""

    def graph_names(self) -> list[NamedNode]:
        """The named graphs, sorted."""

    def dump(self, form: RdfFormat, out: IO[bytes], *, graph: NamedNode | DefaultGraph | None = None) -> None:
        """Write all quads in a format that can hold graphs (N-Quads, TriG), streamed; or one graph in any format."""

    def snapshot(self, directory: Path) -> None:
        """Make `directory`, which must not exist, a store of its own as things stand now, to be opened read-only."""

    def size(self, *, up_to: int | None = None) -> int:
        """How many quads there are; a store that would have to count them may stop at `up_to`."""

    def flush(self) -> None:
        """Make everything written so far survive a power loss."""

    def close(self) -> None:
        """Let go of the store; using it afterwards raises StoreError. Closing twice is fine."""


def open_store(location: str | Path, *, read_only: bool = False) -> GraphStore:
    """The store at a location: `memory:`, a directory (made if need be), or the URL of a SPARQL 1.1 server.

    Raises StoreUnavailable when it cannot be opened, StoreLocked when another process writes to it. A server is first
    spoken to when it is first asked. `kg.graph.endpoints` says what a URL may tell about a server.
    """
    from kg.graph.oxigraph import OxigraphStore

    if location == "memory:":
        return OxigraphStore.in_memory()
    if isinstance(location, str) and location.startswith(("http://", "https://")):
        from kg.graph.remote import open_remote

        return open_remote(location, read_only=read_only)
    return OxigraphStore.on_disk(Path(location), read_only=read_only)
