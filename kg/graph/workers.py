"""Queries that people write, each in a process that can be killed, on a snapshot that nobody writes to.

Nothing can cancel a pyoxigraph query from Python, not even Ctrl-C; a cross product takes gigabytes in seconds; a result
iterator used on another thread aborts the process. So the pool keeps processes ready that have the snapshot open, lends
each to one query at a time, and kills it at the deadline, when memory runs out, or when nobody waits for the answer any
more; a new one takes its place (0.06 s). Answers are serialised in the worker and come as bytes, in chunks.

    with QueryPool(snapshot) as pool:
        answer = pool.run("SELECT * { ?s ?p ?o } LIMIT 10", "text/csv")  # Ctrl-C here kills the query

From asyncio, read in threads, so that the loop stays free, and cancel when the client is gone:

    cancel = Cancellation()
    stream = await pool.ask(query, accept, threads=threads, cancel=cancel)  # errors are raised here …
    async for chunk in iterate_in_threadpool(stream): ...  # … before the response begins
    # on disconnect: cancel.cancel()
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import TypedDict, Unpack

from pyoxigraph import NamedNode

from kg.errors import KgError, QueryError, QueryTimeout, WorkerLost
from kg.graph.accept import formats
from kg.graph.admission import Admission, Cancellation
from kg.graph.diagnosis import failure
from kg.graph.fleet import Fleet, Generation
from kg.graph.guard import MAX_DEPTH, MAX_LENGTH, check_query
from kg.graph.process import Limits, WorkerProcess, packed
from kg.graph.short import looks_short
from kg.graph.store import Answer
from kg.graph.stream import Loan, QueryStream

__all__ = ["Cancellation", "QueryOptions", "QueryPool", "QueryStream"]

BUFFER_BYTES = 1 << 20
AT_ONCE = 2_000
"""Characters of a query that is checked and sent on the event loop: less than a millisecond, and it fits into a pipe."""
SHORT_S = 2.0
"""Seconds in which a short query has to be done. Point look-ups take milliseconds, and a busy machine a hundred times that."""
REMEMBERED = 1000  # texts of queries that were taken for short and were not


class QueryOptions(TypedDict, total=False):
    """What may be said about one query beside its text and the media types that are welcome."""

    timeout_s: float | None
    """Instead of the pool's, up to its maximum. It covers the run and the taking of the answer, not the wait for a worker."""
    default_graphs: Sequence[str | NamedNode]
    """With `named_graphs` the whole dataset, as in the SPARQL Protocol; without either, FROM counts."""
    named_graphs: Sequence[str | NamedNode]
    base_iri: str | None
    prefixes: Mapping[str, str] | None
    """Prefixes that the query need not declare."""
    short: bool | None
    """The query is expected to take little (None: if it looks so): it may use the room kept for such. If it is not done
    there after SHORT_S, or its answer is long, it begins again among the others."""
    checked: bool
    """The text has passed `check_query`, and holds data beyond its limit of length since."""
    client: Hashable
    """Who asks, for `max_per_client`."""
    cancel: Cancellation | None
    buffer_bytes: int
    """How much of the answer to have before the stream begins; with the pool's `max_result_bytes`, all of it."""


class _Attempt:
    """The attempts at one query, each a `with` block: what is left of its time, and which errors call for another one."""

    def __init__(self, timeout_s: float | None, short: bool | None, remember: Callable[[], None]) -> None:
        self.timeout_s = timeout_s
        self.short = short
        self._remember = remember
        self._left_s = timeout_s
        self._lost = False
        self._begun = 0.0

    @property
    def patience_s(self) -> float | None:
        """The seconds that this attempt may take."""
        return min((s for s in (self._left_s, SHORT_S if self.short else None) if s is not None), default=None)

    def __enter__(self) -> None:
        self._begun = time.monotonic()

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        before_s = self._left_s
        if before_s is not None:
            self._left_s = before_s - (time.monotonic() - self._begun)
        if isinstance(error, WorkerLost) and not self._lost:
            self._lost = True
            return True
        if isinstance(error, QueryTimeout) and self.short and (before_s is None or before_s > SHORT_S):
            self.demote()
            return True
        return False

    def demote(self) -> None:
        """It is not short: take it for one of the others from now on."""
        self._remember()
        self.short = False


class QueryPool:
    """Workers on the store in `source`: a snapshot directory, or a dump in N-Quads, which each worker loads.

    `size` queries run at once, `reserved` (by default one, of several) is kept for short ones; up to `max_waiting` more
    wait for `wait_s`. `timeout_s` (None: for ever; a query may ask for up to `max_timeout_s`), `memory_bytes` (beyond the
    open store's) and `max_result_bytes` bound one query. With `remove`, the source is deleted once no worker needs it.
    May be used from any thread.

    Raises StoreUnavailable if the source cannot be opened.
    """

    def __init__(
        self,
        source: Path,
        *,
        size: int = 3,
        reserved: int | None = None,
        timeout_s: float | None = 30.0,
        max_timeout_s: float | None = None,
        memory_bytes: int = 1 << 30,
        max_result_bytes: int = 256 << 20,
        max_waiting: int = 32,
        wait_s: float = 5.0,
        max_per_client: int | None = None,
        max_length: int = MAX_LENGTH,
        max_depth: int = MAX_DEPTH,
        remove: bool = False,
    ) -> None:
        self._limits = Limits(timeout_s, memory_bytes, max_result_bytes)
        self._max_timeout_s = max(filter(None, (timeout_s, max_timeout_s)), default=None) if timeout_s else None
        self._max_length = max_length
        self._max_depth = max_depth
        self._slow: OrderedDict[int, None] = OrderedDict()
        self._lock = threading.RLock()  # streams are counted by the garbage collector too, wherever it runs
        self.ended: Counter[str] = Counter()
        """How queries ended: the class of their error, answered, abandoned by their reader, or demoted (not short)."""
        self._admission = Admission(
            size,
            reserved=min(1, size - 1) if reserved is None else reserved,
            max_waiting=max_waiting,
            wait_s=wait_s,
            max_per_client=max_per_client,
        )
        self._fleet = Fleet(source, self._limits, size=size, remove=remove)

    def run(self, query: str, accept: str | None = None, **options: Unpack[QueryOptions]) -> Answer:
        """The whole answer to a query; `stream` says what is raised."""
        with self.stream(query, accept, **options) as stream:
            return Answer(b"".join(stream), stream.media_type)

    def stream(self, query: str, accept: str | None = None, **options: Unpack[QueryOptions]) -> QueryStream:
        """The answer in chunks, once it is complete or longer than `buffer_bytes`; blocks until then.

        `accept` is an Accept header or one media type; None gives JSON or Turtle.

        A worker that something else killed is replaced, and the query, which only reads, begins again, once. Raises
        QueryRefused, QuerySyntaxError, QueryBusy, QueryTimeout, QueryTooLarge, QueryCancelled, WorkerLost, or QueryError
        when the engine fails or no media type asked for can carry the answer.
        """
        request, attempt = self._prepared(query, accept, options)
        if attempt.short is None:
            attempt.short = self._may_be_short(query) and looks_short(query)
        while True:
            loan = self._borrow(options, short=bool(attempt.short))
            with attempt:
                stream = self._begin(loan, request, query, options, attempt)
                stream.fill()
                if stream.complete or not attempt.short:
                    return stream
                stream.close()
                attempt.demote()

    async def ask(
        self, query: str, accept: str | None = None, *, threads: Executor, **options: Unpack[QueryOptions]
    ) -> QueryStream:
        """`stream` on the event loop: what blocks is done in `threads`. A short answer needs none of them.

        A thread for each query would take as much time of the processor as a point look-up (measured).
        """
        in_thread = partial(asyncio.get_running_loop().run_in_executor, threads)
        if len(query) <= AT_ONCE:
            request, attempt = self._prepared(query, accept, options)
        else:
            request, attempt = await in_thread(self._prepared, query, accept, options)
        while True:
            loan = await self._borrow_soon(query, options, attempt, threads)
            with attempt:
                if len(query) <= AT_ONCE:
                    stream = self._begin(loan, request, query, options, attempt)
                else:
                    stream = await in_thread(self._begin, loan, request, query, options, attempt)
                if not await stream.hear():
                    await in_thread(stream.fill)
                if stream.complete or not attempt.short:
                    return stream
                await in_thread(stream.close)
                attempt.demote()

    def _prepared(self, query: str, accept: str | None, options: QueryOptions) -> tuple[bytes, _Attempt]:
        """The request to a worker, and how it is to be tried; raises QueryRefused."""
        if not options.get("checked", False):
            check_query(query, max_length=self._max_length, max_depth=self._max_depth)
        request = packed(self._request(query, accept, options))
        short = options.get("short", False)
        if short and not self._may_be_short(query):
            short = False
        return request, _Attempt(self._timeout(options.get("timeout_s")), short, lambda: self._remember(query))

    def _may_be_short(self, query: str) -> bool:
        return self._admission.reserved > 0 and hash(query) not in self._slow

    def _begin(self, loan: Loan, request: bytes, query: str, options: QueryOptions, attempt: _Attempt) -> QueryStream:
        """The answer that a worker has begun."""
        limits, short, prefixes = self._limits, attempt.short, options.get("prefixes") or {}

        def explain(payload: bytes) -> KgError:
            told = json.loads(payload)
            return failure(
                told["reason"],
                told["message"],
                query=query,
                memory_bytes=limits.memory_bytes,
                max_result_bytes=limits.max_result_bytes,
                prefixes=prefixes,
            )

        return QueryStream(
            loan,
            request,
            timeout_s=attempt.patience_s,
            told_s=attempt.timeout_s,
            buffer_bytes=options.get("buffer_bytes", BUFFER_BYTES),
            failure=explain,
            ended=lambda how: self._count("demoted" if short and how in ("QueryTimeout", "abandoned") else how),
        )

    def _timeout(self, asked: float | None) -> float | None:
        """The deadline of a query, in seconds."""
        if asked is None:
            return self._limits.timeout_s
        return asked if self._max_timeout_s is None else min(asked, self._max_timeout_s)

    def _remember(self, query: str) -> None:
        """Never take a query for short again."""
        with self._lock:
            self._slow[hash(query)] = None
            if len(self._slow) > REMEMBERED:
                self._slow.popitem(last=False)

    def _count(self, how: str) -> None:
        with self._lock:
            self.ended[how] += 1

    def switch(self, source: Path, *, remove: bool = True) -> None:
        """Move to a newer snapshot or dump; queries that begin after the return see it.

        Meanwhile the old workers serve, and queries that run on them finish there. With `remove`, the new source is
        deleted in its turn. Raises StoreUnavailable, and stays with the old one, if the new one cannot be opened.
        """
        self._fleet.switch(source, remove=remove)

    def protections(self) -> dict[str, bool]:
        """What keeps queries in bounds here, as the workers found it: some measures need Linux, or rights.

        `process` (killable, on a snapshot), `deadline`, `token_check`, `memory_limit` (of address space),
        `memory_watchdog` (on resident size), `network_namespace`, `user_namespace`, `no_sockets` (the system call is
        refused).
        """
        own = {"process": True, "deadline": self._limits.timeout_s is not None, "token_check": True}
        return own | self._fleet.protections

    @property
    def running(self) -> int:
        """How many queries run now, those included whose answers are still being read."""
        return self._admission.running

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return self._admission.waiting

    @property
    def replaced(self) -> int:
        """How many workers were killed, had died or had grown too large, and were replaced."""
        return self._fleet.replaced

    @property
    def source(self) -> Path:
        """The snapshot or dump that new queries see."""
        return self._fleet.source

    def close(self) -> None:
        """Kill all workers and whatever they run."""
        self._fleet.close()

    def __enter__(self) -> QueryPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _request(self, query: str, accept: str | None, options: QueryOptions) -> dict[str, object]:
        wanted = formats(accept)
        default, named = options.get("default_graphs", ()), options.get("named_graphs", ())
        return {
            "query": query,
            "solutions": wanted.solutions,
            "triples": wanted.triples,
            "dataset": [_iris(default), _iris(named)] if default or named else None,
            "base": options.get("base_iri"),
            "prefixes": dict(options.get("prefixes") or {}),
            "limit": self._limits.max_result_bytes,
        }

    def _borrow(self, options: QueryOptions, *, short: bool) -> Loan:
        """A worker, once there is room."""
        client, cancel = options.get("client"), options.get("cancel")
        self._admission.enter(short=short, client=client, cancel=cancel)
        try:
            generation, worker = self._fleet.take()
        except BaseException:
            self._admission.leave(short=short, client=client)
            raise
        return self._lent(generation, worker, client, cancel, short=short)

    async def _borrow_soon(self, query: str, options: QueryOptions, attempt: _Attempt, threads: Executor) -> Loan:
        """The same on the event loop. Whether the text looks short is asked only when the room for all others is taken."""
        client, cancel = options.get("client"), options.get("cancel")
        if attempt.short is not None or not self._admission.enter_now(short=False, client=client):
            if attempt.short is None:
                attempt.short = self._may_be_short(query) and looks_short(query)
            await self._admission.enter_soon(short=attempt.short, client=client, cancel=cancel)
        short = bool(attempt.short)
        try:
            taken = self._fleet.take_ready()
            if taken is None:
                taken = await asyncio.get_running_loop().run_in_executor(threads, self._fleet.take)
        except BaseException:
            self._admission.leave(short=short, client=client)
            raise
        return self._lent(*taken, client, cancel, short=short)

    def _lent(
        self,
        generation: Generation,
        worker: WorkerProcess,
        client: Hashable,
        cancel: Cancellation | None,
        *,
        short: bool,
    ) -> Loan:
        def give_back(worker: WorkerProcess, fit: bool) -> None:
            if cancel is not None:
                cancel.forget(loan.cancel)
            try:
                self._fleet.put(generation, worker, fit=fit)
            finally:
                self._admission.leave(short=short, client=client)

        loan = Loan(worker, give_back)
        if cancel is not None:
            cancel.when_cancelled(loan.cancel)
        return loan


def _iris(graphs: Sequence[str | NamedNode]) -> list[str]:
    try:
        return [graph.value if isinstance(graph, NamedNode) else NamedNode(graph).value for graph in graphs]
    except ValueError as error:
        raise QueryError(f"a graph of the dataset is no IRI: {error}") from error
