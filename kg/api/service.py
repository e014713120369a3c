"""What the routes share: the workspace, the query workers on its published snapshot, keys, named queries.

One lock goes around every write. After a commit the graph's version differs from the published one; a task notices
within REFRESH_S, takes a snapshot and moves the workers to it, so that SPARQL reads are at most about a second old. The
routes with fixed, bounded patterns read the live store.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Literal
from urllib.parse import unquote

from pyoxigraph import NamedNode

from kg import decisions
from kg.access import KeyRing
from kg.api.publication import Publication
from kg.errors import ArticleError
from kg.graph import Row, open_store
from kg.graph.export import export
from kg.graph.facts import article_iri, statement_iri
from kg.graph.scope import Scope
from kg.lookup import find_entity
from kg.query import read_queries
from kg.resources import resource
from kg.settings import Settings
from kg.types import Article, Document, Extractor
from kg.workspace import Workspace

__all__ = ["Outcome", "Service"]

Outcome = Literal["added", "replaced", "unchanged"]


class Service:
    """One workspace being served; `start` before the first request and `stop` after the last.

    `load` gives the extractor when the first article comes, so that a service that is only read needs no model.
    """

    def __init__(
        self, workspace: Workspace, settings: Settings, *, token: str | None = None, load: Callable[[], Extractor]
    ) -> None:
        key = settings.api_key.get_secret_value() if settings.api_key else None
        self.workspace = workspace
        self.settings = settings
        self.keys = KeyRing(workspace.folder, further=[secret for secret in (token, key) if secret])
        self.queries = read_queries(resource("queries"))
        self.publication = Publication(workspace, settings)
        self._load = load
        self._extractor: Extractor | None = None
        self._writing = threading.Lock()
        self._counts: tuple[int, Mapping[str, int]] = (-1, {})

    async def start(self) -> None:
        """Publish the workspace as it stands and begin to follow it."""
        await self.publication.start()

    async def stop(self) -> None:
        """End the workers and the task that follows the workspace."""
        await self.publication.stop()

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

    def export(self, form: str, out: IO[bytes], *, scope: Scope, provenance: bool) -> None:
        """Write the graph, or a part of it, as it is now: from a snapshot, so that no commit comes between."""
        if self.publication.is_remote:
            export(self.workspace.store, form, out, scope=scope, provenance=provenance)
            return
        store = open_store(self.workspace.snapshot(), read_only=True)
        try:
            export(store, form, out, scope=scope, provenance=provenance)
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
