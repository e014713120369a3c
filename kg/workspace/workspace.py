"""`Workspace`: opened, filled, corrected, rebuilt, asked and exported."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from kg import pipeline
from kg.catalogue import Change, Judgement
from kg.errors import ArticleError, KgError, StoreError, WorkspaceError
from kg.graph import Answer
from kg.pipeline import Decided
from kg.types import Article, Extractor, Report
from kg.workspace.asking import Worker, ask_server
from kg.workspace.layout import DEFAULT_BASE, MEMORY, Layout, Settings, checked_base, checked_remote
from kg.workspace.opening import Parts, for_reading, for_writing, in_memory
from kg.workspace.repair import complete, is_whole, order_rewrite
from kg.workspace.run import BATCH_ARTICLES, Counts, Progress, Reread, batches, extracted
from kg.workspace.snapshots import BEFORE_REBUILD, Snapshots, version_of

if TYPE_CHECKING:
    from kg.graph import GraphStore
    from kg.graph.scope import Provenance, Scope

__all__ = ["Workspace"]

log = logging.getLogger(__name__)


class Workspace:
    """An open workspace, to be closed or used as a context manager; one process at a time has it open for writing."""

    def __init__(self, parts: Parts) -> None:
        self.base = parts.base
        self.catalogue = parts.catalogue
        self.store = parts.store
        self.folder = parts.layout.folder if parts.layout is not None else None
        self.location = MEMORY if self.folder is None else str(self.folder)
        self._parts = parts
        self._writing = threading.RLock()
        self._snapshots = Snapshots(parts.layout)
        self._worker = Worker()

    @classmethod
    def create(cls, location: str | Path, *, base: str | None = None, remote: str | None = None) -> Workspace:
        """A new workspace, open for writing; its base IRI is fixed from now on.

        Raises WorkspaceError when there is a workspace already, or files or facts of something else.
        """
        base = checked_base(base or DEFAULT_BASE)
        if str(location) == MEMORY:
            return cls(in_memory(base))
        layout = Layout(Path(location))
        layout.write(Settings(base, checked_remote(remote)))
        try:
            return cls.open(location)
        except KgError:  # a server that is away: the next attempt finds the directory as this one did
            layout.remove()
            raise

    @classmethod
    def open(cls, location: str | Path, *, read_only: bool = False) -> Workspace:
        """The workspace at a location, with anything completed that a killed process left undone.

        With `read_only` it opens the newest snapshot while another process writes, and never waits. Raises
        WorkspaceError when there is none, StoreLocked when another process has it open for writing.
        """
        if str(location) == MEMORY:
            return cls(in_memory(DEFAULT_BASE))
        layout = Layout(Path(location))
        settings = layout.read()
        return cls((for_reading if read_only else for_writing)(layout, settings))

    @staticmethod
    def exists(location: str | Path) -> bool:
        """Whether there is a workspace at a location; always in memory."""
        return str(location) == MEMORY or Layout(Path(location)).exists()

    def close(self) -> None:
        """Let go of the catalogue, the store and the lock. Closing twice is fine."""
        self._worker.close()
        self._parts.close()
        self._snapshots.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def writable(self) -> bool:
        """Whether it is open for writing."""
        return self.folder is None or self._parts.lock is not None

    @property
    def version(self) -> int:
        """How often the graph was changed."""
        return self.catalogue.version

    @property
    def snapshot_age_s(self) -> float | None:
        """How old the graph is that a reader beside a writer sees; None when it is the graph itself."""
        if self.writable or self._is_remote or version_of(Path(self.store.location)) == self.version:
            return None
        return max(0.0, time.time() - Path(self.store.location).stat().st_mtime)

    def ingest(
        self, articles: Iterable[Article | ArticleError], extractor: Extractor, *, progress: Progress | None = None
    ) -> Report:
        """Read articles into the graph, consuming the iterable; what cannot be read is skipped and named in the report.

        Articles are committed in batches. A killed run loses at most its last batch; running it again adds that.
        """
        started, counts = time.monotonic(), Counts(progress)
        for batch in batches(self.catalogue, articles, extractor, counts):
            outcomes = {}
            with self._change() as change:
                for prepared in batch:
                    article_id = prepared.article.id
                    outcomes[article_id] = "added" if change.articles.key(article_id) is None else "replaced"
                    pipeline.put(change, self.base, prepared)
            for article_id, outcome in outcomes.items():
                counts.count(outcome, article_id)
        done = counts.report()
        log.info(
            "ingested %d articles (%d replaced, %d unchanged, %d skipped) in %.1f s",
            done.added, done.replaced, done.unchanged, len(done.skipped), time.monotonic() - started,
        )  # fmt: skip
        return done

    def delete(self, article_id: str) -> None:
        """Remove an article and everything that only it supported. Raises UnknownEntity when there is none."""
        with self._change() as change:
            pipeline.remove(change, self.base, article_id)

    def judge(self, judgement: Judgement) -> int:
        """Write a person's decision and apply it; returns its id. Raises ResolutionError."""
        with self._change() as change:
            return pipeline.judge(change, self.base, judgement)

    def undo(self, judgement: int, *, author: str) -> None:
        """Take a decision back. Raises ResolutionError when there is none of that id in force."""
        with self._change() as change:
            pipeline.undo(change, self.base, judgement, author)

    def decide(self, act: Callable[[Change], Iterable[int]]) -> Decided:
        """Let `act` make or take back decisions, all or none, and say what that did; it returns their ids."""
        with self._writing:
            before = {one.judgement.id for one in self.catalogue.contradictions()}
            with self._writable_catalogue() as change:
                numbers = tuple(act(change))
            effect = pipeline.effect_of(self.catalogue, self.store, self.base)
            pipeline.show(self.catalogue, self.store, self.base)
            new = tuple(one for one in self.catalogue.contradictions() if one.judgement.id not in before)
            return Decided(numbers, effect, new)

    def resolve(self) -> int:
        """Link all chains anew, all at once; returns how many changed their entity.

        Afterwards the graph is that of any other order of the same articles.
        """
        with self._change() as change:
            return pipeline.link_again(change, self.base)

    def rebuild(self, *, extractor: Extractor | None = None, progress: Progress | None = None) -> None:
        """Make the graph anew from the catalogue; with an extractor, its articles are cleaned and extracted anew first.

        Of one that the extractor cannot read, what was found before stays: `progress` is told "kept". Entities keep their
        IRIs, judgements hold, and the user's own graphs stay. A run that was killed goes on where it was, given the same
        extractor. The graph as it was before stays as a snapshot, `BEFORE_REBUILD`, until the next rebuild.
        """
        begun = Reread.of(self.catalogue)
        done = begun if begun is not None and extractor is not None and begun.model == extractor.model else None
        if done is None and not self._is_remote:
            with self._writing:
                self._snapshots.keep(BEFORE_REBUILD, self.store)
        ids = self.catalogue.articles.ids()
        for at in range(0, len(ids), BATCH_ARTICLES):
            part = ids[at : at + BATCH_ARTICLES]
            unread = [name for name in part if done is None or not done.has(self.catalogue, name)]
            found = list(extracted(self.catalogue, unread, extractor)) if extractor else []
            with self._writing, self._writable_catalogue() as change:
                # what was deleted meanwhile stays so
                left = {article_id for article_id in part if change.articles.key(article_id) is not None}
                for prepared in found:
                    if prepared.article.id in left:
                        pipeline.put(change, self.base, prepared)
                read = {prepared.article.id for prepared in found}
                for article_id in sorted(left - read):
                    pipeline.put_again(change, self.base, article_id)
                if extractor is not None:
                    Reread(extractor.model, part[-1]).note(change)
            if progress is not None:
                kept = (left - read) & set(unread) if extractor else set()
                for article_id in part:
                    progress(article_id, "kept" if article_id in kept else "rebuilt")
        with self._writing:
            with self._writable_catalogue() as change:
                change.claims.weigh_again()
                pipeline.link_again(change, self.base)
                order_rewrite(change)
                Reread.forget(change)
            complete(self.catalogue, self.store, self.base)

    @contextmanager
    def direct(self) -> Iterator[GraphStore]:
        """The store, for a change of the user's own graphs, under the lock of all writes: a new version of the graph.

        The version comes first: after a crash in between, readers see what the change has left, and never too little.
        """
        with self._writing:
            with self._writable_catalogue() as change:
                change.set_meta("version", str(self.version + 1))
            yield self.store

    def set_threshold(self, threshold: float) -> None:
        """Set the confidence at and above which a claim asserts its statement, and apply it."""
        if not 0.0 <= threshold <= 1.0:
            raise KgError(f"a threshold of {threshold} is outside [0, 1]")
        with self._writing:
            with self._writable_catalogue() as change:
                change.set_meta("threshold", repr(float(threshold)))
            with self._change() as change:
                change.claims.weigh_again()

    def query(
        self,
        sparql: str,
        accept: str | None = None,
        *,
        timeout_s: float | None = None,
        prefixes: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to a query, run by a worker process on a snapshot, so that it can be stopped.

        `prefixes` need no declaration; `?x kg:search "words"` searches names, articles and sentences. A remote server
        answers itself. Raises QueryError and its kind.
        """
        sparql = self.searched(sparql, prefixes)
        if self._is_remote:
            return ask_server(self.store, sparql, accept, base=self.base, timeout_s=timeout_s, prefixes=prefixes)
        return self._worker.ask(self.snapshot(), sparql, accept, timeout_s=timeout_s, prefixes=prefixes)

    def searched(self, sparql: str, prefixes: Mapping[str, str] | None = None) -> str:
        """The query with what each `?x kg:search "words"` finds in the catalogue. Raises QueryRefused for any other use."""
        from kg.graph.textsearch import expand_search
        from kg.lookup import found_by

        return expand_search(sparql, partial(found_by, self.catalogue, self.base), prefixes=prefixes)

    @property
    def search_version(self) -> int | None:
        """The version of the graph that searches belong to; None while a change is on its way from catalogue to graph."""
        return self.version if is_whole(self.catalogue) else None

    def export(
        self,
        form: str,
        out: IO[bytes],
        *,
        scope: Scope | None = None,
        provenance: Provenance | str | bool = True,
        reifiers: bool = False,
        table: str = "statements",
    ) -> None:
        """Write the graph, or a part of it, in a format of `kg.exports.FORMATS`; `kg.exports.Export` has the choices."""
        from kg.exports import Export, write
        from kg.graph.scope import WHOLE, Provenance

        asked = Export(form, scope or WHOLE, Provenance.of(provenance), reifiers=reifiers, table=table)
        write(self.store, asked, out)

    def snapshot(self) -> Path:
        """A directory that holds the store as things stand now, for reading; made once for each version.

        Raises StoreError for a remote store, which has none.
        """
        if self._is_remote:
            raise StoreError(f"{self.store.location}: a remote store has no snapshots")
        if not self.writable:
            return Path(self.store.location)
        with self._writing:
            return self._snapshots.at(self.version, self.store)

    def stats(self) -> Mapping[str, int]:
        """Counts of everything, by name."""
        return self.catalogue.stats()

    @property
    def _is_remote(self) -> bool:
        return self.store.location.startswith(("http://", "https://"))

    @contextmanager
    def _change(self) -> Iterator[Change]:
        """A change of the catalogue that the graph shows when the block ends."""
        with self._writing:
            with self._writable_catalogue() as change:
                yield change
            pipeline.show(self.catalogue, self.store, self.base)

    @contextmanager
    def _writable_catalogue(self) -> Iterator[Change]:
        if not self.writable:
            raise WorkspaceError(f"{self.location}: open for reading only")
        with self.catalogue.change() as change:
            yield change
