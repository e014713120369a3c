"""Direct writes: SPARQL updates and whole graphs, on the graphs that a workspace leaves to its users.

They run one after the other, on one thread that has the stack for long updates, under the lock of all writes. What may
take for ever is tried beforehand in a process that can be killed (`kg.graph.rehearsal`). Graphs that are a view of the
catalogue are refused; an ordinary store has none.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NoReturn, Protocol, TypeVar

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from kg.errors import QueryError, QueryRefused, QueueFull, StoreError, UnknownGraph
from kg.graph import GraphStore
from kg.graph.guard import check_update
from kg.graph.managed import ManagedGraphs
from kg.graph.rehearsal import STACK_BYTES, RehearsalLimits, parse_document, rehearse_update
from kg.graph.textsearch import expand_search
from kg.graph.updates import Operation, read_update

__all__ = ["DirectWriter", "Writable"]

log = logging.getLogger(__name__)

Graph = NamedNode | DefaultGraph
_T = TypeVar("_T")

MAX_WAITING = 32
_stack_lock = threading.Lock()


class Writable(Protocol):
    """What is written to: a workspace, or an ordinary store."""

    base: str
    store: GraphStore

    def direct(self) -> AbstractContextManager[GraphStore]:
        """The store, under the lock of all writes; a new version when the block ends."""


class DirectWriter:
    """The direct writes of one service. `managed` are the graphs that it refuses to touch, None for none.

    Each method returns a future; raised in it: QueryRefused, QuerySyntaxError, ProtectedGraph, RdfSyntaxError,
    QueryTimeout, QueryTooLarge, StoreError. QueueFull is raised at once, when too many writes wait.
    """

    def __init__(self, target: Writable, *, managed: ManagedGraphs | None, limits: RehearsalLimits) -> None:
        self._target = target
        self._managed = managed
        self._limits = limits
        self._waiting = 0
        self._lock = threading.Lock()
        self._thread = _thread_with_stack()

    def close(self) -> None:
        """End the thread, after the write that is under way."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    @property
    def waiting(self) -> int:
        """How many writes wait or run."""
        return self._waiting

    def check(self, graph: Graph) -> None:
        """Raise ProtectedGraph for a graph that is not to be written directly."""
        if self._managed is not None:
            self._managed.check(graph)

    def update(
        self, sparql: str, using: Sequence[NamedNode] = (), using_named: Sequence[NamedNode] = ()
    ) -> Future[tuple[Operation, ...]]:
        """Run a SPARQL update: all of it or nothing; its operations."""
        check_update(sparql)
        expand_search(sparql, _refuse_search, prefixes={})

        def run() -> tuple[Operation, ...]:
            base = self._target.base
            update = read_update(sparql, base)
            if self._managed is not None:
                self._managed.check_update(update)
            text = update.over(using, using_named)
            with self._target.direct() as store:
                if store.embedded and not update.bounded:
                    with _copy(store) as copy:
                        rehearse_update(copy, text, base, self._limits)
                with _explained():
                    store.update(text, base=base)
            return update.operations

        return self._submit(run)

    def put(self, graph: Graph, document: Path, form: RdfFormat, base: str) -> Future[bool]:
        """Make a document the whole content of a graph; whether the graph is new."""
        return self._submit(lambda: self._write(graph, [(document, form)], base, replacing=True))

    def add(self, graph: Graph, documents: Sequence[tuple[Path, RdfFormat]], base: str) -> Future[bool]:
        """Add the triples of documents to a graph, all or none; whether the graph is new."""
        return self._submit(lambda: self._write(graph, documents, base, replacing=False))

    def delete(self, graph: Graph) -> Future[None]:
        """Remove a graph; the default graph is emptied. Raises UnknownGraph in the future."""

        def run() -> None:
            self.check(graph)
            if not exists(self._target.store, graph):
                raise unknown(graph)
            with self._target.direct() as store:
                store.clear_graph(graph)

        return self._submit(run)

    def _write(self, graph: Graph, documents: Sequence[tuple[Path, RdfFormat]], base: str, *, replacing: bool) -> bool:
        self.check(graph)
        parsed = [parse_document(path, form, base, self._limits) for path, form in documents]
        new = not exists(self._target.store, graph)
        with self._target.direct() as store:
            if store.embedded:
                store.update(_replacement("".join(parsed), graph, replacing=replacing))
            else:
                triples = [quad.triple for text in parsed for quad in parse(text, RdfFormat.N_TRIPLES)]
                if replacing:
                    store.replace_graph(graph, triples)
                else:
                    store.extend(Quad(t.subject, t.predicate, t.object, graph) for t in triples)
        return new

    def _submit(self, run: Callable[[], _T]) -> Future[_T]:
        with self._lock:
            if self._waiting >= MAX_WAITING:
                raise QueueFull(retry_after_s=5)
            self._waiting += 1
        future = self._thread.submit(run)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: Future[_T]) -> None:
        with self._lock:
            self._waiting -= 1


def exists(store: GraphStore, graph: Graph) -> bool:
    """Whether there is a graph of that name, if only an empty one; the default graph always is."""
    if isinstance(graph, DefaultGraph):
        return True
    pattern = "" if store.embedded else "?s ?p ?o"  # servers that keep no empty graphs answer {} with true
    return store.query(f"ASK {{ GRAPH {graph} {{ {pattern} }} }}").boolean


def unknown(graph: Graph) -> UnknownGraph:
    """The error for a graph that is not there."""
    return UnknownGraph(f"there is no graph {graph}", hint="a PUT or POST to it makes it")


def _replacement(n_triples: str, graph: Graph, *, replacing: bool) -> str:
    """The update that writes triples into a graph: in one operation, within which blank nodes keep their identity."""
    if isinstance(graph, DefaultGraph):
        clear, create, before, after = "CLEAR DEFAULT", "", "", ""
    else:
        clear, create = f"DROP SILENT GRAPH {graph}", f"CREATE SILENT GRAPH {graph};\n"
        before, after = f"GRAPH {graph} {{\n", "}\n"
    return (
        f"{clear if replacing else ''}{';' if replacing else ''}\n{create}INSERT DATA {{\n{before}{n_triples}{after}}}"
    )


@contextmanager
def _copy(store: GraphStore) -> Iterator[Path]:
    """A copy of the store that lasts as long as the block."""
    beside = Path(store.location).parent if Path(store.location).is_dir() else None  # hard links need the same disk
    with tempfile.TemporaryDirectory(prefix=".rehearsal-", dir=beside) as folder:
        copy = Path(folder) / "store"
        store.snapshot(copy)
        yield copy


@contextmanager
def _explained() -> Iterator[None]:
    """Raise QueryError for what the engine only finds out while it runs: the client can mend it."""
    try:
        yield
    except StoreError as error:
        if "does not exist" in str(error) or "already exists" in str(error):
            raise QueryError(str(error).partition(": ")[2], hint="SILENT passes over it") from error
        raise


def _refuse_search(words: str) -> NoReturn:
    raise QueryRefused(f"kg:search for {words!r} in an update", hint="ask for what it finds first, and write that")


def _thread_with_stack() -> ThreadPoolExecutor:
    """One thread with a stack that is as large as that of the rehearsal."""
    with _stack_lock:
        before = threading.stack_size(STACK_BYTES)
        try:
            thread = ThreadPoolExecutor(1, thread_name_prefix="direct-writes")
            thread.submit(int).result()
        finally:
            threading.stack_size(before)
    return thread
