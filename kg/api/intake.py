"""Articles that somebody hands in on a page: looked at before they are kept, and kept in the background.

A batch is a folder of files, of its own and temporary, that belongs to one session. Nothing of it is in the graph until its
owner says so; it goes with the process, with its session, or when others come after it. Each article takes its turn with
all other writers, so that a large batch holds nobody up for longer than one article.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
import secrets
import tempfile
import time
from collections import Counter, OrderedDict
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from kg.api.problems import Refusal
from kg.api.service import Service
from kg.api.turns import Turns
from kg.articles import read_articles
from kg.errors import ArticleError, KgError
from kg.lookup import Passage
from kg.resolve import Draft, drafts_of
from kg.types import Article, Document, Extraction, Span

__all__ = ["Batch", "Found", "Intake", "Preview", "Trouble", "event", "file_called"]

log = logging.getLogger(__name__)

PREVIEWED = 10  # articles that are shown before they are kept
CLAIMS = 40  # of an article
NAMES = 12  # of a class
MOST = 5000  # articles of a batch: more is work for kg ingest
TROUBLES = 50
BATCHES, LASTS_S = 24, 3600.0
RUNNING = ("looking", "keeping")


@dataclass(frozen=True, slots=True)
class Trouble:
    """An input that is no article: what is wrong with it and, where known, the remedy."""

    source: str
    reason: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A claim that an article would bring, in words; `asserted` if the graph would have a fact for it."""

    subject_label: str
    predicate: str
    object_label: str
    supports: bool
    asserted: bool
    confidence: float
    modality: str
    phase: str
    attributed_to: str | None
    sentence: Passage
    subject: Passage
    object: Passage


@dataclass(frozen=True, slots=True)
class Preview:
    """What is in an article: its metadata, what is there already, the names by class, and the claims."""

    id: str
    title: str | None
    published: str | None
    publisher: str | None
    url: str | None
    words: int
    here: str
    names: tuple[tuple[str, tuple[str, ...], int], ...]
    claims: tuple[Found, ...]
    total: int


@dataclass(slots=True)
class Batch:
    """Files that were handed in, and what became of them so far."""

    id: str
    owner: str
    folder: tempfile.TemporaryDirectory[str]
    files: list[Path]
    begun: float
    state: str = "looking"
    previews: list[Preview] = field(default_factory=list)
    more: bool = False
    troubles: list[Trouble] = field(default_factory=list)
    failed: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[str, str, str]] = field(default_factory=list)  # (id, title, outcome)

    @property
    def is_running(self) -> bool:
        """Whether something is being done with it."""
        return self.state in RUNNING

    def progress(self) -> dict[str, object]:
        """How far it is, for whoever watches."""
        done = len(self.previews) if self.state in ("looking", "looked") else sum(self.counts.values())
        return {"state": self.state, "done": done, "failed": self.failed}

    def fail(self, error: ArticleError | KgError, source: str) -> None:
        """Note what could not be read."""
        self.failed += 1
        if len(self.troubles) < TROUBLES:
            reason = error.reason if isinstance(error, ArticleError) else str(error)
            self.troubles.append(Trouble(source, reason, error.hint))


class Intake:
    """The batches of one service."""

    def __init__(self, service: Service, turns: Turns) -> None:
        self._service = service
        self._turns = turns
        self._batches: OrderedDict[str, Batch] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, owner: str, folder: tempfile.TemporaryDirectory[str], files: list[Path]) -> Batch:
        """Begin to look at files in a folder, which is the batch's from now on."""
        self._make_room()
        batch = Batch(secrets.token_urlsafe(12), owner, folder, files, time.monotonic())
        self._batches[batch.id] = batch
        self._start(self._look(batch), batch)
        return batch

    def of(self, name: str, owner: str) -> Batch:
        """The batch of this name, if it is this session's. Raises Refusal."""
        batch = self._batches.get(name)
        if batch is None or not hmac.compare_digest(batch.owner.encode(), owner.encode()):
            raise Refusal(404, "this batch is not here any more", hint="hand the articles in again: /add")
        return batch

    def keep(self, batch: Batch) -> None:
        """Begin to read a batch into the graph, unless that was begun before."""
        if batch.state != "looked":
            raise Refusal(
                409, "this batch is being read, or was read already", hint=f"/add/{batch.id} shows how far it is"
            )
        batch.state, batch.troubles, batch.failed = "keeping", [], 0
        self._start(self._keep(batch), batch)

    def drop(self, batch: Batch) -> None:
        """Forget a batch with its files; what is kept already stays."""
        if batch.is_running:
            raise Refusal(409, "this batch is being read", hint="wait until it is done")
        self._batches.pop(batch.id, None)
        batch.folder.cleanup()

    async def close(self) -> None:
        """End what runs, after the article that is being read, and remove all files."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for batch in self._batches.values():
            batch.folder.cleanup()
        self._batches.clear()

    def _make_room(self) -> None:
        now = time.monotonic()
        for batch in list(self._batches.values()):
            if not batch.is_running and (now - batch.begun > LASTS_S or len(self._batches) >= BATCHES):
                self.drop(batch)
        if len(self._batches) >= BATCHES:
            raise Refusal(
                503, f"{BATCHES} batches are being read", hint="wait until one is done", kind="too-many-waiting"
            )

    def _start(self, work: Coroutine[None, None, None], batch: Batch) -> None:
        async def run() -> None:
            """Do the work; what stops it is told in the batch, for nobody awaits this."""
            try:
                await work
            except KgError as error:  # no model, no store: nothing of the batch can be read
                batch.fail(error, "the whole batch")
                batch.state = "stopped"
            except Exception:
                log.exception("a batch failed")
                batch.troubles.append(Trouble("the whole batch", "the service failed; its log says why"))
                batch.state = "stopped"

        task = asyncio.get_running_loop().create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look(self, batch: Batch) -> None:
        items = read_articles(batch.files)
        while (item := await run_in_threadpool(_next, items)) is not None:
            if isinstance(item, ArticleError):
                batch.fail(item, _called(item.source, batch))
                continue
            if len(batch.previews) == PREVIEWED:
                batch.more = True
                break
            try:
                async with self._turns.one():
                    document, extraction = await run_in_threadpool(self._service.read, item)
            except ArticleError as error:
                batch.fail(error, _called(error.source, batch))
            else:
                batch.previews.append(await run_in_threadpool(_preview, self._service, item, document, extraction))
        batch.state = "looked"

    async def _keep(self, batch: Batch) -> None:
        items = read_articles(batch.files)
        count = 0
        while (item := await run_in_threadpool(_next, items)) is not None:
            count += 1
            if count > MOST:
                limit = ArticleError("the rest", f"more than {MOST:,} articles", hint="kg ingest reads any number")
                batch.fail(limit, limit.source)
                break
            if isinstance(item, ArticleError):
                batch.fail(item, _called(item.source, batch))
                continue
            try:
                async with self._turns.one():
                    outcome = await run_in_threadpool(self._service.ingest, item)
            except ArticleError as error:
                batch.fail(error, _called(error.source, batch))
                continue
            batch.counts[outcome] += 1
            if len(batch.kept) < TROUBLES:
                batch.kept.append((item.id, item.title or item.id, outcome))
        batch.state = "kept"


def file_called(name: str, taken: Mapping[str, object]) -> str:
    """A file name that is safe in a folder of our own, and not taken: an article without a URL has it for its id.

    >>> file_called("../../etc/pass\\0wd.txt", {}), file_called("a.txt", {"a.txt": 1})
    ('pass_wd.txt', 'a-2.txt')
    """
    plain = (
        re.sub(r"[^\w.() '&,-]", "_", name.replace("\\", "/").rpartition("/")[2]).lstrip(". ")[-120:] or "article.txt"
    )
    stem, dot, ending = plain.partition(".")
    found, number = plain, 2
    while found in taken:
        found, number = f"{stem}-{number}{dot}{ending}", number + 1
    return found


def _next(items: Iterator[Article | ArticleError]) -> Article | ArticleError | None:
    return next(items, None)


def _called(source: str, batch: Batch) -> str:
    """A source as whoever handed it in knows it: without our folder."""
    return source.replace(f"{batch.folder.name}/", "")


def _preview(service: Service, article: Article, document: Document, extraction: Extraction) -> Preview:
    row = service.workspace.catalogue.articles.row(article.id)
    here = "new" if row is None else "unchanged" if row.digest == article.digest else "replaces"
    names: dict[str, list[str]] = {}
    for chain in extraction.chains:
        if chain.named and chain.names and chain.cls.value != "Date":
            names.setdefault(chain.cls.value, []).append(chain.names[0])
    drafts = drafts_of(extraction)
    threshold = service.workspace.catalogue.threshold
    return Preview(
        id=article.id,
        title=document.title,
        published=document.published.isoformat() if document.published else None,
        publisher=document.publisher,
        url=document.url,
        words=len(document.text.split()),
        here=here,
        names=tuple((cls, tuple(found[:NAMES]), len(found)) for cls, found in sorted(names.items())),
        claims=tuple(_found(document, extraction, draft, threshold) for draft in drafts[:CLAIMS]),
        total=len(drafts),
    )


def _found(document: Document, extraction: Extraction, draft: Draft, threshold: float) -> Found:
    def passage(span: Span) -> Passage:
        return Passage(span.start, span.end, span.of(document.text))

    def name(chain: int | None, span: Span) -> str:
        names = extraction.chains[chain].names if chain is not None else ()
        return names[0] if names else span.of(document.text)

    return Found(
        subject_label=name(draft.subject, draft.subject_span),
        predicate=draft.predicate,
        object_label=draft.literal or name(draft.object, draft.object_span),
        supports=draft.supports,
        asserted=draft.supports and draft.modality.commits and draft.confidence >= threshold,
        confidence=draft.confidence,
        modality=draft.modality.value,
        phase=draft.phase.value,
        attributed_to=draft.attributed_to,
        sentence=passage(draft.sentence),
        subject=passage(draft.subject_span),
        object=passage(draft.object_span),
    )


def event(batch: Batch) -> bytes:
    """A server-sent event (HTML Living Standard, 9.2) with how far a batch is."""
    return f"data: {json.dumps(batch.progress())}\n\n".encode()
