"""One run over articles: what can be read, in batches to commit, and what became of each."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from kg.catalogue import Catalogue, Change
from kg.errors import ArticleError, KgError
from kg.pipeline import Prepared, prepare
from kg.types import Article, Extractor, Report

__all__ = ["BATCH_ARTICLES", "Counts", "Progress", "Reread", "batches", "extracted"]

log = logging.getLogger(__name__)

BATCH_ARTICLES, BATCH_S = 64, 2.0  # a commit waits for the disk: one for so many articles, or for so much time

Progress = Callable[[str, str], None]
"""Called with each input's source or id and its outcome: added, replaced, unchanged, skipped; rebuilt, kept."""


@dataclass(frozen=True, slots=True)
class Reread:
    """How far a run that reads all articles again has come: those up to the id `last` are read by `model`."""

    model: str
    last: str

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self | None:
        """That of a run that has not come to its end."""
        noted = catalogue.meta("reread")
        return None if noted is None else cls(*json.loads(noted))

    def has(self, catalogue: Catalogue, article_id: str) -> bool:
        """Whether the run has read an article, and nobody has read it with another model since."""
        version = catalogue.articles.version(article_id)
        return article_id <= self.last and version is not None and version[1] == self.model

    def note(self, change: Change) -> None:
        """Note, with a change, that the run has come so far."""
        change.set_meta("reread", json.dumps([self.model, self.last]))

    @staticmethod
    def forget(change: Change) -> None:
        """Note, with a change, that the run is at its end."""
        change.set_meta("reread", None)


class Counts:
    """What a run has done so far, told to `progress` as it happens."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress
        self._outcomes = {"added": 0, "replaced": 0, "unchanged": 0}
        self._skipped: list[tuple[str, str]] = []
        self._hints: dict[str, str] = {}

    def count(self, outcome: str, article_id: str) -> None:
        """Note what became of an article."""
        self._outcomes[outcome] += 1
        log.debug("%s: %s", article_id, outcome)
        if self._progress is not None:
            self._progress(article_id, outcome)

    def skip(self, error: ArticleError) -> None:
        """Note what could not be read."""
        self._skipped.append((error.source, error.reason))
        if error.hint:
            self._hints[error.source] = error.hint
        if self._progress is not None:
            self._progress(error.source, "skipped")

    def report(self) -> Report:
        """All of it."""
        return Report(**self._outcomes, skipped=tuple(self._skipped), hints=self._hints)


def batches(
    catalogue: Catalogue, articles: Iterable[Article | ArticleError], extractor: Extractor, counts: Counts
) -> Iterator[list[Prepared]]:
    """Yield the new and changed articles, read and extracted, in batches that the caller commits at once.

    An article that comes twice is never twice in a batch. Where the extractor itself fails, what it read before comes first.
    """
    from kg.articles import clean

    batch: dict[str, Prepared] = {}
    begun = 0.0
    for article in articles:
        if isinstance(article, ArticleError):
            counts.skip(article)
            continue
        if article.id in batch:
            yield list(batch.values())
            batch.clear()
        try:
            prepared = prepare(catalogue, article, extractor, clean)
        except ArticleError as error:
            counts.skip(error)
            continue
        except KgError:
            if batch:
                yield list(batch.values())
            raise
        if prepared is None:
            counts.count("unchanged", article.id)
            continue
        if not batch:
            begun = time.monotonic()
        batch[article.id] = prepared
        if len(batch) >= BATCH_ARTICLES or time.monotonic() - begun >= BATCH_S:
            yield list(batch.values())
            batch.clear()
    if batch:
        yield list(batch.values())


def extracted(catalogue: Catalogue, ids: Iterable[str], extractor: Extractor) -> Iterator[Prepared]:
    """Yield these articles, cleaned and extracted anew from what the catalogue holds, but those that the extractor cannot read."""
    from kg.articles import clean

    for article_id in ids:
        if (article := catalogue.articles.article(article_id)) is not None:
            document = clean(article)
            try:
                extraction = extractor.extract(document)
            except ArticleError as error:
                log.warning("%s: what was found before is kept: %s", article_id, error.reason)
            else:
                yield Prepared(article, document, extraction)
