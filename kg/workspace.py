"""A workspace: the catalogue, the graph that shows it, and the one lock under which both change.

On disk it is a directory:

    workspace.json      format, base IRI, and the address of a remote store if it has one
    catalogue.sqlite    what was read and found, and what people decided: the truth
    store/              the graph (unless it is remote): a view of the catalogue
    snapshots/          the graph as it was at a version, hard-linked, for readers and query workers
    lock                held by the process that writes

`memory:` is a workspace that ends with the process.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Triple, parse

from kg import pipeline
from kg.catalogue import Catalogue, Change, Judgement
from kg.errors import ArticleError, KgError, StoreError, StoreLocked, WorkspaceError
from kg.filelock import FileLock
from kg.graph import Answer, GraphStore, open_store
from kg.graph.facts import ontology_graph
from kg.resources import resource
from kg.types import Article, Extractor, Report

if TYPE_CHECKING:
    from kg.graph.scope import Scope
    from kg.graph.workers import QueryPool

__all__ = ["DEFAULT_BASE", "MEMORY", "Workspace"]

log = logging.getLogger(__name__)

MEMORY = "memory:"
DEFAULT_BASE = "http://localhost:8000/"
FORMAT = 1
BATCH_ARTICLES, BATCH_S = 64, 2.0  # a commit waits for the disk: one for so many articles, or for so much time
SNAPSHOTS = 3  # kept: a reader may still be opening the one before the newest

Progress = Callable[[str, str], None]
"""Called with each input's source or id and its outcome: added, replaced, unchanged, skipped."""


class Workspace:
    """An open workspace, to be closed or used as a context manager; one process at a time has it open for writing."""

    def __init__(
        self,
        location: str,
        base: str,
        catalogue: Catalogue,
        store: GraphStore,
        *,
        folder: Path | None = None,
        lock: FileLock | None = None,
    ) -> None:
        self.location = location
        self.base = base
        self.catalogue = catalogue
        self.store = store
        self.folder = folder
        self._lock = lock
        self._writing = threading.RLock()
        self._asking = threading.Lock()
        self._pool: QueryPool | None = None
        self._scratch: Path | None = None

    @classmethod
    def create(cls, location: str | Path, *, base: str | None = None, remote: str | None = None) -> Workspace:
        """A new workspace, open for writing; its base IRI is fixed from now on.

        Raises WorkspaceError when there is a workspace already, or files of something else.
        """
        base = _checked_base(base or DEFAULT_BASE)
        if str(location) == MEMORY:
            return cls._in_memory(base)
        folder = Path(location)
        if (folder / _SETTINGS).exists():
            raise WorkspaceError(f"{folder}: there is a workspace already", hint="open it, or choose another directory")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise WorkspaceError(f"{folder}: not an empty directory", hint="choose a new directory for the workspace")
        folder.mkdir(parents=True, exist_ok=True)
        _write_settings(folder, {"format": FORMAT, "base": base, "remote": remote})
        return cls.open(folder)

    @classmethod
    def open(cls, location: str | Path, *, read_only: bool = False) -> Workspace:
        """The workspace at a location, with anything completed that a killed process left undone.

        With `read_only` it opens the newest snapshot while another process writes, and never waits. Raises
        WorkspaceError when there is none, StoreLocked when another process has it open for writing.
        """
        if str(location) == MEMORY:
            return cls._in_memory(DEFAULT_BASE)
        folder = Path(location)
        settings = _read_settings(folder)
        if read_only:
            return cls._open_reading(folder, settings)
        return cls._open_writing(folder, settings)

    @staticmethod
    def exists(location: str | Path) -> bool:
        """Whether there is a workspace at a location; always in memory."""
        return str(location) == MEMORY or (Path(location) / _SETTINGS).is_file()

    def close(self) -> None:
        """Let go of the catalogue, the store and the lock. Closing twice is fine."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        self.catalogue.close()
        self.store.close()
        if self._lock is not None:
            self._lock.release()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def writable(self) -> bool:
        """Whether it is open for writing."""
        return self.folder is None or self._lock is not None

    @property
    def version(self) -> int:
        """How often the graph was changed."""
        return self.catalogue.version

    @property
    def snapshot_age_s(self) -> float | None:
        """How old the graph is that a reader beside a writer sees; None when it is the graph itself."""
        if self.writable or not Path(self.store.location).is_dir():
            return None
        if _version_of(Path(self.store.location)) == self.version:
            return None
        return max(0.0, time.time() - Path(self.store.location).stat().st_mtime)

    def ingest(
        self, articles: Iterable[Article | ArticleError], extractor: Extractor, *, progress: Progress | None = None
    ) -> Report:
        """Read articles into the graph, consuming the iterable; what cannot be read is skipped and named in the report.

        Articles are committed in batches. A killed run loses at most its last batch; running it again adds that.
        """
        from kg.articles import clean

        started, report = time.monotonic(), _Counts()
        batch: dict[str, pipeline.Prepared] = {}
        begun = started
        for article in articles:
            if isinstance(article, ArticleError):
                report.skip(article, progress)
                continue
            if article.id in batch:
                self._commit(batch, report, progress)
            try:
                prepared = pipeline.prepare(self.catalogue, article, extractor, clean)
            except ArticleError as error:
                report.skip(error, progress)
                continue
            if prepared is None:
                report.count("unchanged", article.id, progress)
                continue
            if not batch:
                begun = time.monotonic()
            batch[article.id] = prepared
            if len(batch) >= BATCH_ARTICLES or time.monotonic() - begun >= BATCH_S:
                self._commit(batch, report, progress)
        self._commit(batch, report, progress)
        self.store.flush()
        done = report.report()
        log.info(
            "ingested %d articles (%d replaced, %d unchanged, %d skipped) in %.1f s",
            done.added, done.replaced, done.unchanged, len(done.skipped), time.monotonic() - started,
        )  # fmt: skip
        return done

    def delete(self, article_id: str) -> None:
        """Remove an article and everything that only it supported. Raises UnknownEntity when there is none."""
        with self._change() as change:
            pipeline.remove(change, self.base, article_id)
        self.store.flush()

    def judge(self, judgement: Judgement) -> int:
        """Write a person's decision and apply it; returns its id. Raises ResolutionError."""
        with self._change() as change:
            return pipeline.judge(change, self.base, judgement)

    def undo(self, judgement: int, *, author: str) -> None:
        """Take a decision back. Raises ResolutionError when there is none of that id in force."""
        with self._change() as change:
            pipeline.undo(change, self.base, judgement, author)

    def resolve(self) -> int:
        """Link all chains anew, all at once; returns how many changed their entity.

        Afterwards the graph is that of any other order of the same articles.
        """
        with self._change() as change:
            changed = pipeline.link_again(change, self.base)
        self.store.flush()
        return changed

    def rebuild(self, *, extractor: Extractor | None = None, progress: Progress | None = None) -> None:
        """Make the graph anew from the catalogue; with an extractor, its articles are cleaned and extracted anew first.

        Entities keep their IRIs, judgements hold, and the user's own graphs stay.
        """
        ids = self.catalogue.articles.ids()
        for at in range(0, len(ids), BATCH_ARTICLES):
            part = ids[at : at + BATCH_ARTICLES]
            prepared = list(self._extracted(part, extractor)) if extractor else []
            with self._writing, self._writable_catalogue() as change:
                # what was deleted meanwhile stays so
                left = {article_id for article_id in part if change.articles.key(article_id) is not None}
                for found in prepared:
                    if found.article.id in left:
                        pipeline.put(change, self.base, found)
                for article_id in () if extractor else sorted(left):
                    pipeline.put_again(change, self.base, article_id)
            for article_id in part:
                _tell(progress, article_id, "rebuilt")
        with self._writing:
            with self._writable_catalogue() as change:
                change.claims.weigh_again()
                pipeline.link_again(change, self.base)
                change.set_meta("rewrite", "1")
            self._complete()
            self.store.flush()

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

        `prefixes` need no declaration. A remote server answers itself. Raises QueryError and its kind.
        """
        from kg.graph.guard import check_query

        if not self._is_local:
            check_query(sparql)
            return self.store.query("".join(_declared(sparql, prefixes or {})) + sparql, accept)
        from kg.graph.workers import QueryPool

        source = self.snapshot()
        with self._asking:
            if self._pool is None:
                self._pool = QueryPool(source, size=1, timeout_s=None)
            elif self._pool.source != source:
                self._pool.switch(source, remove=False)
        return self._pool.run(sparql, accept, timeout_s=timeout_s, prefixes=prefixes)

    def export(self, form: str, out: IO[bytes], *, scope: Scope | None = None, provenance: bool = True) -> None:
        """Write the graph, or a part of it, in a format of `kg.graph.export.FORMATS`."""
        from kg.graph.export import export
        from kg.graph.scope import WHOLE

        export(self.store, form, out, scope=scope or WHOLE, provenance=provenance)

    def snapshot(self) -> Path:
        """A directory that holds the store as things stand now, for reading; made once for each version.

        Raises StoreError for a remote store, which has none.
        """
        if not self._is_local:
            raise StoreError(f"{self.store.location}: a remote store has no snapshots")
        if not self.writable:
            return Path(self.store.location)
        with self._writing:
            parent = self._snapshots()
            target = parent / f"v{self.version:012d}"
            if not target.exists():
                making = parent / f".{os.getpid()}-{time.monotonic_ns()}"
                self.store.flush()
                self.store.snapshot(making)
                making.rename(target)
                _prune(parent)
            return target

    def stats(self) -> Mapping[str, int]:
        """Counts of everything, by name."""
        return self.catalogue.stats()

    @property
    def _is_local(self) -> bool:
        return not self.store.location.startswith(("http://", "https://"))

    def _commit(self, batch: dict[str, pipeline.Prepared], report: _Counts, progress: Progress | None) -> None:
        """Put a batch into the catalogue and show it in the graph; empties the batch."""
        if not batch:
            return
        outcomes = {}
        with self._change() as change:
            for article_id, prepared in batch.items():
                outcomes[article_id] = "added" if change.articles.key(article_id) is None else "replaced"
                pipeline.put(change, self.base, prepared)
        for article_id, outcome in outcomes.items():
            report.count(outcome, article_id, progress)
        batch.clear()

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

    def _extracted(self, ids: Iterable[str], extractor: Extractor) -> Iterator[pipeline.Prepared]:
        """Yield these articles, cleaned and extracted anew from what the catalogue holds."""
        from kg.articles import clean

        for article_id in ids:
            if (article := self.catalogue.articles.article(article_id)) is not None:
                document = clean(article)
                yield pipeline.Prepared(article, document, extractor.extract(document))

    def _complete(self) -> None:
        """Do what a killed process left undone: show what is pending; write the graph anew if that was under way."""
        if self.catalogue.meta("ontology") is None:
            self.store.replace_graph(ontology_graph(self.base), _ontology())
            with self.catalogue.change() as change:
                change.set_meta("ontology", "1")
        rewriting = self.catalogue.meta("rewrite") is not None
        if rewriting:
            self._clear()
            with self.catalogue.change() as change:
                change.pend_everything()
        pipeline.show(self.catalogue, self.store, self.base)
        if rewriting:
            with self.catalogue.change() as change:
                change.set_meta("rewrite", None)

    def _clear(self) -> None:
        """Remove what the catalogue can make again; the user's own graphs stay."""
        for graph in self.store.graph_names():
            if graph.value.startswith(f"{self.base}article/"):
                self.store.clear_graph(graph)
        self.store.clear_graph(DefaultGraph())
        self.store.replace_graph(ontology_graph(self.base), _ontology())

    def _snapshots(self) -> Path:
        if self.folder is not None:
            parent = self.folder / _SNAPSHOTS
            parent.mkdir(exist_ok=True)
            return parent
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="newsgraph-"))
        return self._scratch

    @classmethod
    def _in_memory(cls, base: str) -> Workspace:
        workspace = cls(MEMORY, base, Catalogue.open(None), open_store(MEMORY))
        workspace._complete()
        return workspace

    @classmethod
    def _open_writing(cls, folder: Path, settings: Mapping[str, str]) -> Workspace:
        lock = FileLock(folder / _LOCK)
        if not lock.acquire():
            raise StoreLocked(
                f"{folder}: another process is writing to this workspace",
                hint="wait for it, or send the work to its service",
            )
        try:
            workspace = cls._opened(folder, settings, lock)
        except BaseException:
            lock.release()
            raise
        try:
            workspace._complete()
        except BaseException:
            workspace.close()
            raise
        return workspace

    @classmethod
    def _opened(cls, folder: Path, settings: Mapping[str, str], lock: FileLock) -> Workspace:
        catalogue = Catalogue.open(folder / _CATALOGUE)
        try:
            store = open_store(settings["remote"] or folder / _STORE)
        except BaseException:
            catalogue.close()
            raise
        return cls(str(folder), settings["base"], catalogue, store, folder=folder, lock=lock)

    @classmethod
    def _open_reading(cls, folder: Path, settings: Mapping[str, str]) -> Workspace:
        remote = settings["remote"]
        source: str | Path = remote or _newest_snapshot(folder, settings)
        catalogue = Catalogue.open(folder / _CATALOGUE, read_only=True)
        try:
            store = open_store(source, read_only=True)
        except BaseException:
            catalogue.close()
            raise
        return cls(str(folder), settings["base"], catalogue, store, folder=folder)


_SETTINGS, _CATALOGUE, _STORE, _SNAPSHOTS, _LOCK = "workspace.json", "catalogue.sqlite", "store", "snapshots", "lock"


class _Counts:
    """What a run has done so far."""

    def __init__(self) -> None:
        self._outcomes = {"added": 0, "replaced": 0, "unchanged": 0}
        self._skipped: list[tuple[str, str]] = []

    def count(self, outcome: str, article_id: str, progress: Progress | None) -> None:
        self._outcomes[outcome] += 1
        log.debug("%s: %s", article_id, outcome)
        _tell(progress, article_id, outcome)

    def skip(self, error: ArticleError, progress: Progress | None) -> None:
        self._skipped.append((error.source, error.reason))
        _tell(progress, error.source, "skipped")

    def report(self) -> Report:
        return Report(**self._outcomes, skipped=tuple(self._skipped))


def _tell(progress: Progress | None, name: str, outcome: str) -> None:
    if progress is not None:
        progress(name, outcome)


def _declared(sparql: str, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield the declarations of the prefixes that a query uses and does not declare."""
    from kg.graph.guard import undeclared_prefixes

    for prefix in undeclared_prefixes(sparql):
        if prefix in prefixes:
            yield f"PREFIX {prefix}: <{prefixes[prefix]}> "


def _checked_base(base: str) -> str:
    try:
        NamedNode(f"{base}x")
    except ValueError as error:
        raise WorkspaceError(f"{base}: no IRI: {error}") from error
    if not base.startswith(("http://", "https://")) or not base.endswith(("/", "#")):
        raise WorkspaceError(f"{base}: a base must be an http(s) IRI that ends with / or #")
    return base


def _read_settings(folder: Path) -> Mapping[str, str]:
    path = folder / _SETTINGS
    try:
        settings = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise WorkspaceError(f"{folder}: there is no workspace", hint=f"make one: kg init --store {folder}") from error
    except (OSError, ValueError) as error:
        raise WorkspaceError(f"{path}: {error}") from error
    if settings.get("format") != FORMAT:
        raise WorkspaceError(
            f"{folder}: a workspace of format {settings.get('format')}; this program reads format {FORMAT}",
            hint="use the version of newsgraph that wrote it",
        )
    return {"base": settings["base"], "remote": settings.get("remote") or ""}


def _write_settings(folder: Path, settings: Mapping[str, object]) -> None:
    """Write the settings at once; readable by their owner only, since a remote's URL may hold a password."""
    making = folder / f".{_SETTINGS}"
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(settings, out, indent=2)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())
    making.rename(folder / _SETTINGS)


def _newest_snapshot(folder: Path, settings: Mapping[str, str]) -> Path:
    """The store as it is now if nobody writes (completed if need be), else the newest snapshot there is."""
    found = sorted((folder / _SNAPSHOTS).glob("v*"))
    if found and _is_current(folder, found[-1]):
        return found[-1]
    lock = FileLock(folder / _LOCK)
    try:
        free = lock.acquire()
    except OSError:  # a workspace that this user may only read
        free = False
    if free:
        lock.release()
        try:
            with Workspace._open_writing(folder, settings) as workspace:
                return workspace.snapshot()
        except StoreLocked:  # someone was quicker
            log.debug("%s: a writer came first", folder)
    found = sorted((folder / _SNAPSHOTS).glob("v*"))
    if not found:
        raise StoreLocked(f"{folder}: another process is writing to this workspace, and has published nothing yet")
    return found[-1]


def _is_current(folder: Path, snapshot: Path) -> bool:
    """Whether a snapshot shows all that the catalogue holds."""
    catalogue = Catalogue.open(folder / _CATALOGUE, read_only=True)
    try:
        unfinished = (
            bool(catalogue.pending(articles=1, entities=1, statements=1)) or catalogue.meta("rewrite") is not None
        )
        return not unfinished and catalogue.version == _version_of(snapshot)
    finally:
        catalogue.close()


def _version_of(snapshot: Path) -> int | None:
    name = snapshot.name.removeprefix("v")
    return int(name) if name.isdigit() else None


def _prune(parent: Path) -> None:
    """Remove all but the newest snapshots, and what a killed process left half made."""
    for old in sorted(parent.glob("v*"))[:-SNAPSHOTS]:
        shutil.rmtree(old, ignore_errors=True)
    for half in parent.glob(".*"):
        if not half.name.startswith(f".{os.getpid()}-"):
            shutil.rmtree(half, ignore_errors=True)


def _ontology() -> list[Triple]:
    path = resource("ontology") / "kg.ttl"
    return [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)]
