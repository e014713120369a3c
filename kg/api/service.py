"""What the routes share: the workspace, the query workers on its published snapshot, keys, named queries.

One lock goes around every write. After a commit the graph's version differs from the published one; a task notices
within REFRESH_S, takes a snapshot and moves the workers to it, so that SPARQL reads are at most about a second old. The
routes with fixed, bounded patterns read the live store.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal
from urllib.parse import unquote

from pyoxigraph import NamedNode

from kg import decisions
from kg.access import KeyRing
from kg.api.audit import AuditLog
from kg.api.publication import Publication, Source
from kg.errors import ArticleError
from kg.exports import Export, write
from kg.graph import Row, open_store
from kg.graph.facts import article_iri, statement_iri
from kg.graph.managed import ManagedGraphs
from kg.graph.rehearsal import RehearsalLimits
from kg.lookup import find_entity
from kg.query import NamedQuery, read_queries
from kg.resources import resource
from kg.settings import Settings
from kg.types import Article, Document, Extractor
from kg.workspace import Workspace
from kg.workspace.direct import DirectWriter
from kg.workspace.plain import PlainStore

__all__ = ["GraphService", "Outcome", "Service"]

Outcome = Literal["added", "replaced", "unchanged"]


class GraphService:
    """What /sparql and /graphs need: snapshots for reading, one writer, keys. `managed` graphs are not to be written.

    As it is, the service of an ordinary store: `start` before the first request and `stop` after the last.
    """

    def __init__(
        self,
        source: Workspace | PlainStore,
        settings: Settings,
        *,
        secrets: Sequence[str] = (),
        managed: ManagedGraphs | None = None,
    ) -> None:
        key = settings.api_key.get_secret_value() if settings.api_key else None
        self.base = source.base
        self.source: Source = source
        self.settings = settings
        self.keys = KeyRing(source.folder, further=[*secrets, *([key] if key else [])])
        self.audit = AuditLog(source.folder)
        self.queries: Mapping[str, NamedQuery] = {}
        self.publication = Publication(source, settings)
        limits = RehearsalLimits(settings.query_timeout_s, settings.query_memory_mb << 20)
        self.writer = DirectWriter(source, managed=managed, limits=limits)

    async def start(self) -> None:
        """Publish the graph as it stands and begin to follow it."""
        await self.publication.start()

    async def stop(self) -> None:
        """End the workers, the writer, and the task that follows the graph."""
        self.writer.close()
        await self.publication.stop()


class Service(GraphService):
    """One workspace being served; `start` before the first request and `stop` after the last.

    `load` gives the extractor when the first article comes, so that a service that is only read needs no model.
    """

    def __init__(
        self, workspace: Workspace, settings: Settings, *, token: str | None = None, load: Callable[[], Extractor]
    ) -> None:
        managed = ManagedGraphs(workspace.base, workspace.store.default_graph)
        super().__init__(workspace, settings, secrets=[token] if token else [], managed=managed)
        self.workspace = workspace
        self.queries = read_queries(resource("queries"))
        self._load = load
        self._extractor: Extractor | None = None
        self._writing = threading.Lock()
        self._counts: tuple[int, Mapping[str, int]] = (-1, {})

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

    def ingest(self, article: Article) -> Outcome:
        """Read an article into the graph: "added", "replaced" or "unchanged". Raises ArticleError, ModelError."""
        with self._writing:
            if self._extractor is None:
                self._extractor = self._load()
            report = self.workspace.ingest([article], self._extractor)
        for source, reason in report.skipped:
            raise ArticleError(source, reason)
        return "added" if report.added else "replaced" if report.replaced else "unchanged"

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

    def export(self, asked: Export, out: IO[bytes]) -> None:
        """Write the graph, or a part of it, as it is now: from a snapshot, so that no commit comes between."""
        if self.publication.is_remote:
            write(self.workspace.store, asked, out)
            return
        store = open_store(self.workspace.snapshot(), read_only=True)
        try:
            write(store, asked, out)
        finally:
            store.close()

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
