"""The embedded store: pyoxigraph, in memory or on disk.

Result iterators abort the process when another thread touches them, so each method here reads its result to the end on
the calling thread and returns plain values. One lock goes around every write: concurrent updates of a store on disk
lose isolation (measured, pyoxigraph 0.5.13).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
)

from kg.errors import QueryError, QuerySyntaxError, StoreError, StoreLocked, StoreUnavailable
from kg.graph.store import Answer
from kg.vocab import PREFIXES

__all__ = ["OxigraphStore", "insert_data", "serialise"]

# Virtuoso takes 1,000 triples in one INSERT DATA and fails at 2,000 (measured, 7.2.5); others don't mind the limit.
TRIPLES_PER_INSERT = 500

# what the engine says of a lock that this process, or another one, holds
_LOCKED = ("lock hold by current process", "Resource temporarily unavailable")


class OxigraphStore:
    """A store of this process: `in_memory()` or `on_disk(path)`."""

    default_graph: NamedNode | None = None
    embedded = True
    atomic = True

    def __init__(self, store: Store, location: str, *, writable: bool, keyed: bool) -> None:
        self._opened: Store | None = store
        self._lock = threading.RLock()
        self._location = location
        self._writable = writable
        self._keyed = keyed

    @classmethod
    def in_memory(cls) -> OxigraphStore:
        """A store that ends with the process."""
        return cls(Store(), "memory:", writable=True, keyed=False)

    @classmethod
    def on_disk(cls, path: Path, *, read_only: bool = False) -> OxigraphStore:
        """The store in a directory.

        `read_only` never waits for the writer's lock, but opens a directory that nobody writes to (a snapshot): beside
        a live writer the engine promises nothing.
        """
        if read_only and not path.is_dir():
            raise StoreUnavailable(f"{path}: there is no store")
        try:
            if not read_only:
                path.mkdir(parents=True, exist_ok=True)
            store = Store.read_only(str(path)) if read_only else Store(path)
        except OSError as error:
            if any(sign in str(error) for sign in _LOCKED):
                raise StoreLocked(
                    f"{path}: another process holds the store for writing",
                    hint="stop it, or send the work to its service",
                ) from error
            raise StoreUnavailable(f"{path}: {error}") from error
        except (RuntimeError, ValueError) as error:
            raise StoreUnavailable(f"{path}: {error}", hint="is this the directory of a store?") from error
        return cls(store, str(path), writable=not read_only, keyed=True)

    @property
    def location(self) -> str:
        """`memory:` or the directory."""
        return self._location

    @property
    def writable(self) -> bool:
        """Whether updates are allowed."""
        return self._writable

    @property
    def keyed(self) -> bool:
        """Whether `dump` follows the keys on disk, which are hashes of the terms, not the order of insertion."""
        return self._keyed

    @property
    def _store(self) -> Store:
        if self._opened is None:
            raise StoreError(f"{self._location}: the store is closed")
        return self._opened

    def update(self, sparql: str, *, base: str | None = None) -> None:
        """Run a SPARQL update: all of its operations or none. Relative IRIs are resolved against `base`."""
        with self._writing() as store:
            store.update(sparql, base_iri=base)

    def query(self, sparql: str, accept: str | None = None) -> Answer:
        """The answer to a query, serialised on the calling thread.

        Nothing can stop it, so queries that people write go to `kg.graph.workers` instead.
        """
        with self._translated():
            results = self._store.query(sparql)
            return serialise(results, accept)

    def quads(
        self,
        subject: NamedNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | Literal | None = None,  # noqa: A002
        graph: NamedNode | DefaultGraph | None = None,
    ) -> list[Quad]:
        """The quads of a pattern, where None stands for anything."""
        with self._translated():
            return list(self._store.quads_for_pattern(subject, predicate, object, graph))

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads: by a bulk load on disk, which is no transaction."""
        with self._writing() as store:
            (store.bulk_extend if self._keyed else store.extend)(quads)

    def replace_graph(self, graph: NamedNode | DefaultGraph, triples: Iterable[Triple]) -> None:
        """Make these triples the whole content of a graph, at once."""
        self.update(";\n".join([_drop(graph), *insert_data(triples, graph)]))

    def clear_graph(self, graph: NamedNode | DefaultGraph) -> None:
        """Remove a graph; one that is not there is fine."""
        with self._writing() as store:
            if isinstance(graph, DefaultGraph):
                store.clear_graph(graph)  # an update would hold all that it removes in memory
            else:
                store.remove_graph(graph)

    def load(self, path: Path, form: RdfFormat) -> None:
        """Load a file of any size; for first builds and restores, when nobody else needs the store."""
        with self._writing() as store:
            store.bulk_load(path=path, format=form)

    def graph_names(self) -> list[NamedNode]:
        """The named graphs, sorted."""
        with self._translated():
            return sorted(
                (name for name in self._store.named_graphs() if isinstance(name, NamedNode)),
                key=lambda name: name.value,
            )

    def dump(self, form: RdfFormat, out: IO[bytes], *, graph: NamedNode | DefaultGraph | None = None) -> None:
        """Write all quads in a format that can hold graphs, streamed; or one graph in any format."""
        prefixes = PREFIXES if form in (RdfFormat.TRIG, RdfFormat.TURTLE, RdfFormat.RDF_XML) else None
        with self._translated():
            self._store.dump(out, form, from_graph=graph, prefixes=prefixes)

    def snapshot(self, directory: Path) -> None:
        """Make `directory` a store of its own as things stand now: hard links on disk, a copy of a store in memory."""
        with self._lock, self._translated():
            if self._keyed:
                self._store.backup(directory)
                return
            if directory.exists():
                raise StoreError(f"{directory}: exists already")
            copy = Store(directory)
            copy.bulk_extend(self._store)
            copy.flush()

    def size(self, *, up_to: int | None = None) -> int:
        """How many quads there are, counted no further than `up_to`.

        By a query, because `len` of a pyoxigraph store lets no other thread run: two seconds for eleven million quads.
        """
        end = "" if up_to is None else f" LIMIT {up_to}"
        quads = f"{{ SELECT * {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}{end} }}"
        (row,) = self.query(f"SELECT (COUNT(*) AS ?n) {{ {quads} }}").rows()
        assert isinstance(row["n"], Literal)
        return int(row["n"].value)

    def flush(self) -> None:
        """Make everything written so far survive a power loss."""
        if self._keyed and self._writable:
            with self._writing() as store:
                store.flush()

    def close(self) -> None:
        """Let go of the store. The lock on the directory goes when nothing else refers to the engine's store."""
        self._opened = None

    @contextmanager
    def _writing(self) -> Iterator[Store]:
        if not self._writable:
            raise StoreError(f"{self._location}: the store is open for reading only")
        with self._lock, self._translated():
            yield self._store

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SyntaxError as error:
            raise QuerySyntaxError(str(error)) from error
        except (OSError, RuntimeError, ValueError) as error:
            raise StoreError(f"{self._location}: {error}") from error


def serialise(results: QuerySolutions | QueryBoolean | QueryTriples, accept: str | None = None) -> Answer:
    """The answer that a query's results make, in the media type `accept`, else as JSON results or N-Triples.

    Call it on the thread that ran the query. Raises QueryError for a media type that cannot carry such an answer.
    """
    if isinstance(results, QueryTriples):
        rdf = RdfFormat.N_TRIPLES if accept is None else RdfFormat.from_media_type(accept)
        if rdf is not None:
            return Answer(results.serialize(format=rdf) or b"", rdf.media_type)
        raise QueryError(f"{accept} cannot carry triples", hint="ask for text/turtle, or write a SELECT")
    form = QueryResultsFormat.JSON if accept is None else QueryResultsFormat.from_media_type(accept)
    if form is None:
        raise QueryError(f"{accept} cannot carry rows", hint="ask for text/csv, or write a CONSTRUCT")
    return Answer(results.serialize(format=form) or b"", form.media_type)


def insert_data(triples: Iterable[Triple], graph: NamedNode | DefaultGraph) -> Iterator[str]:
    """INSERT DATA operations that add the triples to a graph, none longer than every server takes."""
    lines = [f"{triple} ." for triple in triples]
    before, after = ("", "") if isinstance(graph, DefaultGraph) else (f"GRAPH {graph} {{\n", "\n}")
    for start in range(0, len(lines), TRIPLES_PER_INSERT):
        body = "\n".join(lines[start : start + TRIPLES_PER_INSERT])
        yield f"INSERT DATA {{\n{before}{body}{after}\n}}"


def _drop(graph: NamedNode | DefaultGraph) -> str:
    return "CLEAR DEFAULT" if isinstance(graph, DefaultGraph) else f"DROP SILENT GRAPH {graph}"
