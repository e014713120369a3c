"""The published snapshot: which version SPARQL reads see, who answers from it, the answers given before."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from kg.api.cache import AnswerCache, is_repeatable
from kg.api.protocol import QueryRequest
from kg.errors import KgError, QueueFull
from kg.graph import Answer, GraphStore
from kg.graph.admission import Admission
from kg.graph.federation import Federation, calls_others
from kg.graph.guard import check_query
from kg.graph.points import Points
from kg.graph.short import looks_short
from kg.graph.workers import Cancellation, QueryOptions, QueryPool, QueryStream
from kg.settings import Settings

__all__ = ["Publication", "Published", "Source"]

log = logging.getLogger(__name__)

REFRESH_S = 0.25
WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Published:
    """The version of the graph that queries read, when it was taken (monotonic seconds), and look-ups in it."""

    version: int
    at: float
    points: Points | None = None


class Source(Protocol):
    """What is published: a workspace, or an ordinary store."""

    base: str
    store: GraphStore

    @property
    def version(self) -> int:
        """How often the graph was changed."""

    def snapshot(self) -> Path:
        """A directory that holds the store as it is now, for reading."""


class Publication:
    """The workers of one service. A remote store answers queries itself: it has no snapshots, and others may write to it.

    So its answers are not kept, and a query that nobody waits for any more goes on there until its deadline.
    """

    def __init__(self, source: Source, settings: Settings) -> None:
        self._source = source
        self._settings = settings
        self.is_remote = source.store.location.startswith(("http://", "https://"))
        """Whether the graph lies on a SPARQL server."""
        self._cache = AnswerCache(settings.query_cache_mb << 20)
        self._pool: QueryPool | None = None
        self._published = Published(-1, 0.0)
        self._following: asyncio.Task[None] | None = None
        self._publishing = asyncio.Lock()
        self._federation = Federation(settings.service_hosts)
        self._room = settings.query_workers + settings.query_queue  # each that runs or waits does so on a thread
        self._asking = 0
        self.looked_up = 0
        """How many queries were answered without a worker."""
        self._threads = ThreadPoolExecutor(self._room, thread_name_prefix="query")
        self._server = Admission(
            settings.query_workers,
            reserved=min(1, settings.query_workers - 1),
            max_waiting=settings.query_queue,
            wait_s=WAIT_S,
            max_per_client=settings.queries_per_client,
        )

    @property
    def published(self) -> Published:
        """What queries read; of a remote store, what it holds now."""
        return Published(self._source.version, time.monotonic()) if self.is_remote else self._published

    def protections(self) -> dict[str, bool]:
        """What keeps queries in bounds here."""
        return self._pool.protections() if self._pool else {"token_check": True, "deadline": True, "process": False}

    @property
    def pool(self) -> QueryPool | None:
        """The workers; None before `start`, and where a remote store answers itself."""
        return self._pool

    @property
    def cache(self) -> AnswerCache:
        """The answers given before."""
        return self._cache

    async def start(self) -> None:
        """Publish the workspace as it stands and begin to follow it."""
        if not self.is_remote:
            await asyncio.to_thread(self._publish)
            self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """End the workers and the task that follows the workspace."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        if self._pool is not None:
            await asyncio.to_thread(self._pool.close)
        self._threads.shutdown(wait=False)
        self._published = replace(self._published, points=None)

    def known(
        self, published: Published, request: QueryRequest, media_type: str, *, at_most: int | None = None
    ) -> Answer | None:
        """The answer that nobody has to wait for: one given before, of so many bytes, or a look-up's.

        For the event loop: a look-up takes a tenth of a millisecond, and to change the thread takes half of that.
        """
        query = request.query
        if query is None or self.is_remote:
            return None
        key = _key(published.version, request, media_type)
        if (answer := self._cache.peek(key, at_most=at_most)) is not None:
            return answer
        if published.points is None or request.default_graphs or request.named_graphs:
            return None
        if (answer := published.points.answer(query, media_type)) is not None:
            self.looked_up += 1
            self._cache.missed()
            self._cache.put(key, answer)
        return answer

    async def ask(
        self,
        request: QueryRequest,
        media_type: str,
        *,
        short: bool = False,
        client: Hashable = None,
        cancel: Cancellation | None = None,
    ) -> Answer | QueryStream:
        """The answer to a query in a media type: whole when it is small or known, else as a stream of chunks.

        Raises QueryError and its kind. The stream raises too: who sends it on must then break the transfer off.
        """
        assert request.query is not None
        if (known := self.known(self._published, request, media_type)) is not None:
            return known
        if self._asking >= self._room:
            raise QueueFull
        if not self.is_remote:
            self._cache.missed()
        key = _key(self.published.version, request, media_type)
        self._asking += 1
        try:
            answer = await self._ask_workers(request, media_type, short=short, client=client, cancel=cancel)
            if answer is None:
                ask = partial(self._ask, request, media_type, short=short, client=client, cancel=cancel)
                answer = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        finally:
            self._asking -= 1
        if not self.is_remote and is_repeatable(request.query) and not calls_others(request.query):
            if isinstance(answer, Answer):
                self._cache.put(key, answer)
            else:
                media = answer.media_type
                answer.keep(self._cache.largest, lambda body: self._cache.put(key, Answer(body, media)))
        return answer

    async def _ask_workers(
        self, request: QueryRequest, media_type: str, *, short: bool, client: Hashable, cancel: Cancellation | None
    ) -> Answer | QueryStream | None:
        """The answer of a worker; None where another server has to be asked first, or there are no workers."""
        assert request.query is not None
        if self._pool is None or (self._settings.service_hosts and calls_others(request.query)):
            return None
        options = self._options(request, client, cancel, short=short)
        return _whole(await self._pool.ask(request.query, media_type, threads=self._threads, **options))

    def _options(
        self, request: QueryRequest, client: Hashable, cancel: Cancellation | None, *, short: bool
    ) -> QueryOptions:
        return {
            "short": short or None,
            "timeout_s": request.timeout_s,
            "default_graphs": request.default_graphs,
            "named_graphs": request.named_graphs,
            "base_iri": self._source.base,
            "client": client,
            "cancel": cancel,
        }

    def _ask(
        self,
        request: QueryRequest,
        media_type: str,
        *,
        short: bool,
        client: Hashable,
        cancel: Cancellation | None,
    ) -> Answer | QueryStream:
        assert request.query is not None
        asked = request.timeout_s or self._settings.query_timeout_s
        timeout_s = min(asked, self._settings.query_timeout_max_s)
        text = self._federation.answered(request.query, timeout_s=timeout_s)
        if self._pool is None:
            if text is request.query:
                check_query(text)
            short = short or looks_short(request.query)
            self._server.enter(short=short, client=client, cancel=cancel)
            try:
                return self._ask_server(request, text, media_type, timeout_s)
            finally:
                self._server.leave(short=short, client=client)
        options = self._options(request, client, cancel, short=short)
        if text is not request.query:
            options["checked"] = True
        return _whole(self._pool.stream(text, media_type, **options))

    def _ask_server(self, request: QueryRequest, text: str, media_type: str, timeout_s: float) -> Answer:
        """The answer of a remote store, whole."""
        from kg.graph.remote import RemoteStore

        store = self._source.store
        assert isinstance(store, RemoteStore), "all others have workers"
        return store.query(
            text,
            media_type,
            base=self._source.base,
            default_graphs=request.default_graphs,
            named_graphs=request.named_graphs,
            timeout_s=timeout_s,
            max_bytes=self._settings.query_result_mb << 20,
        )

    async def refresh(self) -> int:
        """Wait until all that was committed before this call is published; the version that then is.

        Raises StoreError or OSError when no snapshot can be taken.
        """
        if not self.is_remote:
            wanted = self._source.version
            async with self._publishing:
                if self._published.version < wanted:
                    await asyncio.to_thread(self._publish)
        return self.published.version

    async def _follow(self) -> None:
        """Publish each new version."""
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                await self.refresh()
            except (KgError, OSError) as error:  # a full disk, perhaps: the old snapshot goes on answering
                log.warning("the newest version cannot be published: %s", error)

    def _publish(self) -> None:
        """Take a snapshot and move the workers to it; makes them the first time."""
        version, now = self._source.version, time.monotonic()
        snapshot = self._source.snapshot()
        points = Points(snapshot, base=self._source.base)
        if self._pool is None:
            settings = self._settings
            self._pool = QueryPool(
                snapshot,
                size=settings.query_workers,
                timeout_s=settings.query_timeout_s,
                memory_bytes=settings.query_memory_mb << 20,
                max_timeout_s=settings.query_timeout_max_s,
                max_result_bytes=settings.query_result_mb << 20,
                max_waiting=settings.query_queue,
                max_per_client=settings.queries_per_client,
                wait_s=WAIT_S,
            )
        else:
            self._pool.switch(snapshot, remove=False)  # the workspace removes its old snapshots itself
        self._published = Published(version, now, points)


def _key(version: int, request: QueryRequest, media_type: str) -> Hashable:
    """What an answer is kept under."""
    return version, request.query, request.default_graphs, request.named_graphs, media_type


def _whole(stream: QueryStream) -> Answer | QueryStream:
    """The answer itself once all of it is there."""
    return stream if stream.content_length is None else Answer(b"".join(stream), stream.media_type)
