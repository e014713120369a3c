"""What the routes share: the workspace, the query workers on its published snapshot, keys, named queries.

One lock goes around every write. After a commit the graph's version differs from the published one; a task notices
within REFRESH_S, takes a snapshot and moves the workers to it, so that SPARQL reads are at most about a second old. The
routes with fixed, bounded patterns read the live store.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Literal
from urllib.parse import unquote

from pyoxigraph import NamedNode

from kg import decisions
from kg.access import KeyRing
from kg.api.audit import AuditLog
from kg.api.metrics import Metrics, Reading
from kg.api.publication import Publication, Source
from kg.articles import clean
from kg.errors import ArticleError
from kg.exports import Export, write
from kg.graph import Row, open_store
from kg.graph.facts import article_iri, statement_iri
from kg.graph.guard import MAX_DEPTH, MAX_LENGTH
from kg.graph.managed import ManagedGraphs
from kg.graph.rehearsal import RehearsalLimits
from kg.graph.workers import QueryPool
from kg.lookup import find_entity
from kg.query import NamedQuery, read_queries
from kg.resources import resource
from kg.settings import Settings
from kg.types import Article, Document, Extraction, Extractor
from kg.workspace import Workspace
from kg.workspace.direct import DirectWriter
from kg.workspace.plain import PlainStore
from kg.workspace.snapshots import version_of

__all__ = ["GraphService", "Outcome", "Service"]

Outcome = Literal["added", "replaced", "unchanged"]
ENVIRONMENT = "(environment)"
"""The name of the key in KG_API_KEY."""


class GraphService:
    """What /sparql and /graphs need: snapshots for reading, one writer, keys. `managed` graphs are not to be written.

    As it is, the service of an ordinary store: `start` before the first request and `stop` after the last. While
    `stopping`, what runs is finished and nothing new begins.
    """

    local_key = "(this machine)"
    """The name of the token with which commands on this machine write."""

    def __init__(
        self,
        source: Workspace | PlainStore,
        settings: Settings,
        *,
        token: str | None = None,
        managed: ManagedGraphs | None = None,
    ) -> None:
        key = settings.api_key.get_secret_value() if settings.api_key else None
        self.base = source.base
        self.source: Source = source
        self.settings = settings
        given = {ENVIRONMENT: key, self.local_key: token}
        self.keys = KeyRing(source.folder, {name: secret for name, secret in given.items() if secret})
        self.stopping = False
        self.audit = AuditLog(source.folder)
        self.queries: Mapping[str, NamedQuery] = {}
        self.publication = Publication(source, settings)
        limits = RehearsalLimits(settings.query_timeout_max_s, settings.query_memory_mb << 20)
        self.writer = DirectWriter(source, managed=managed, limits=limits)
        self.metrics = Metrics()
        self.metrics.read(self._readings())

    async def start(self) -> None:
        """Publish the graph as it stands and begin to follow it."""
        await self.publication.start()

    async def stop(self) -> None:
        """End the workers, the writer, and the task that follows the graph."""
        self.writer.close()
        await self.publication.stop()

    def readiness(self) -> dict[str, Any]:
        """Whether it can answer, what it reads, how fresh that is, what protects it, and its limits."""
        published, settings = self.publication.published, self.settings
        return {
            "status": "stopping" if self.stopping else "ready",
            "graph_version": self.source.version,
            "served_version": published.version,
            "snapshot_age_s": round(time.monotonic() - published.at, 3),
            "protections": {
                **self.publication.protections(),
                "write_key": bool(self.keys),
                "read_key": settings.read_key == "required",
                "service_allow_list": bool(settings.service_hosts),
            },
            "limits": {
                "query_timeout_s": settings.query_timeout_s,
                "query_timeout_max_s": settings.query_timeout_max_s,
                "query_memory_mb": settings.query_memory_mb,
                "query_result_mb": settings.query_result_mb,
                "query_characters": MAX_LENGTH,
                "query_depth": MAX_DEPTH,
                "queries_per_client": settings.queries_per_client,
                "query_queue": settings.query_queue,
            },
        }

    def _readings(self) -> tuple[Reading, ...]:
        """What others count: the workers, the cache, the versions."""
        publication = self.publication

        def of_pool(read: Callable[[QueryPool], float]) -> Callable[[], float]:
            return lambda: read(publication.pool) if publication.pool is not None else 0.0

        return (
            Reading("query_workers", "Query processes", lambda: float(self.settings.query_workers)),
            Reading("queries_running", "Queries that run or are being read", of_pool(lambda pool: pool.running)),
            Reading("queries_waiting", "Queries that wait for a worker", of_pool(lambda pool: pool.waiting)),
            Reading(
                "queries",
                "Queries that workers answered, by how they ended, and those that needed none (looked_up)",
                lambda: {**(publication.pool.ended if publication.pool else {}), "looked_up": publication.looked_up},
                label="outcome",
                counter=True,
            ),
            Reading(
                "query_workers_replaced",
                "Workers that were killed, had died or had grown too large",
                of_pool(lambda pool: pool.replaced),
                counter=True,
            ),
            Reading("cache_hits", "Answers that were there already", lambda: publication.cache.hits, counter=True),
            Reading("cache_misses", "Answers that were not", lambda: publication.cache.misses, counter=True),
            Reading("cache_bytes", "Size of the answers kept", lambda: publication.cache.size),
            Reading("graph_version", "How often the graph was changed", lambda: self.source.version),
            Reading("served_version", "The version that queries read", lambda: publication.published.version),
            Reading(
                "snapshot_age_seconds",
                "Time since that version was taken",
                lambda: time.monotonic() - publication.published.at,
            ),
            Reading("direct_writes_waiting", "Updates and graphs that wait or run", lambda: self.writer.waiting),
        )


class Service(GraphService):
    """One workspace being served; `start` before the first request and `stop` after the last.

    `load` gives the extractor when the first article comes, so that a service that is only read needs no model.
    """

    def __init__(
        self, workspace: Workspace, settings: Settings, *, token: str | None = None, load: Callable[[], Extractor]
    ) -> None:
        managed = ManagedGraphs(workspace.base, workspace.store.default_graph)
        super().__init__(workspace, settings, token=token, managed=managed)
        self.workspace = workspace
        self.queries = read_queries(resource("queries"))
        self._load = load
        self._extractor: Extractor | None = None
        self._writing = threading.Lock()
        self._counts: tuple[int, Mapping[str, int]] = (-1, {})
        self._counting = threading.Lock()
        self._quads = (-1, 0)

    def select(self, query: str) -> list[Row]:
        """The solutions of one of our own, bounded queries, on the live store."""
        return self.workspace.store.query(query).rows()

    def version(self) -> int:
        """The version of the live graph."""
        return self.workspace.version

    def counts(self) -> Mapping[str, int]:
        """Counts of everything, by name; counted once for each version."""
        version = self.workspace.version
        if self._counts[0] != version:
            self._counts = (version, self.workspace.stats())
        return self._counts[1]

    def quads(self) -> int:
        """How many quads the graph has, counted once for each version: seconds, for a graph of millions.

        Whoever asks while another counts is told the number before, so that counting holds one thread and not all.
        """
        if not self._counting.acquire(blocking=self._quads[0] < 0):
            return self._quads[1]
        try:
            version = self.workspace.version
            if self._quads[0] != version:
                self._quads = (version, self.workspace.store.size())
            return self._quads[1]
        finally:
            self._counting.release()

    def read(self, article: Article) -> tuple[Document, Extraction]:
        """What is in an article, of which nothing is kept. Raises ArticleError, ModelError."""
        document = clean(article)
        with self._writing:  # the extractor reads one text at a time
            if self._extractor is None:
                self._extractor = self._load()
            return document, self._extractor.extract(document)

    def ingest(self, article: Article) -> Outcome:
        """Read an article into the graph: "added", "replaced" or "unchanged". Raises ArticleError, ModelError."""
        with self._writing, self.metrics.reading.time():
            if self._extractor is None:
                self._extractor = self._load()
            report = self.workspace.ingest([article], self._extractor)
        for source, reason in report.skipped:
            self.metrics.articles.labels("skipped").inc()
            raise ArticleError(source, reason)
        outcome: Outcome = "added" if report.added else "replaced" if report.replaced else "unchanged"
        self.metrics.articles.labels(outcome).inc()
        return outcome

    def delete(self, article_id: str) -> None:
        """Remove an article and everything that only it supported."""
        with self._writing:
            self.workspace.delete(article_id)

    def decide(self, decision: decisions.Decision) -> decisions.Outcome:
        """Write a person's decision and apply it. Raises UnknownEntity, AmbiguousEntity, ResolutionError."""
        with self._writing:
            return decisions.decide(self.workspace, decision)

    def take_back(self, number: int | None, *, author: str) -> decisions.Outcome:
        """Take a decision back; the last act without a number. Raises UnknownEntity, ResolutionError."""
        with self._writing:
            return decisions.take_back(self.workspace, number, author=author)

    def resolve(self) -> None:
        """Link all names again."""
        with self._writing:
            self.workspace.resolve()

    def rebuild(self) -> None:
        """Make the graph again from the catalogue."""
        with self._writing:
            self.workspace.rebuild()

    def export(self, asked: Export, out: IO[bytes]) -> int | None:
        """Write the graph, or a part of it, as it is now: from a snapshot, so that no commit comes between.

        Returns the version that was written; None on a server that others may write to.
        """
        if self.publication.is_remote:
            write(self.workspace.store, asked, out)
            return None
        snapshot = self.workspace.snapshot()
        store = open_store(snapshot, read_only=True)
        try:
            write(store, asked, out)
        finally:
            store.close()
        return version_of(snapshot)

    def iri(self, kind: str, name: str) -> NamedNode | None:
        """The IRI of the thing of that kind and name; None when that is no IRI."""
        if kind == "article":
            return self.article_iri(name)
        try:
            return NamedNode(f"{self.workspace.base}{kind}/{name}")
        except ValueError:
            return None

    def article_iri(self, article_id: str) -> NamedNode:
        """The IRI of an article."""
        return article_iri(self.workspace.base, article_id)

    def find(self, text: str) -> str:
        """The IRI of an entity given as an IRI, as `person/slug`, as a slug or by its name."""
        return find_entity(self.workspace.catalogue, self.workspace.base, text)

    def document(self, article: NamedNode) -> Document | None:
        """The clean text of the article of an IRI."""
        name = article.value.removeprefix(f"{self.workspace.base}article/")
        return self.workspace.catalogue.articles.document(unquote(name))

    def statement_of(self, claim: NamedNode) -> str | None:
        """The IRI of the statement that a claim is about."""
        found = self.workspace.catalogue.claim(claim.value)
        return statement_iri(self.workspace.base, found.statement).value if found else None

    @property
    def folder(self) -> Path | None:
        """The workspace's folder; None in memory."""
        return self.workspace.folder
