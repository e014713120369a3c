"""`kg ingest`: read articles into the graph."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.choose import choose, tell
from kg.cli.options import ExtractorOption, ModelOption, StoreOption, ThreadsOption
from kg.cli.others import Others
from kg.cli.output import note, number, plain, progress, put
from kg.cli.repeated import Repeated
from kg.cli.store import location_of, open_or_create, service_at
from kg.types import Report

if TYPE_CHECKING:
    from kg.cli.client import ServiceClient
    from kg.errors import ArticleError
    from kg.types import Article, Extractor

SKIPPED_SHOWN = 20


def command(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Files, folders, globs, JSON Lines, or - for stdin.")
    ],
    store: StoreOption = None,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="IRI", envvar="KG_BASE_IRI", help="For a new workspace: how its IRIs begin."),
    ] = None,
    extractor: ExtractorOption = None,
    model: ModelOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Read articles into the graph.

    An article that was read before is left alone; one that changed is replaced: the same article is what has the same
    id, which is that of its record, else its canonical URL, else its path below the folder given. What cannot be read
    is named and skipped, and the exit status is 1.

    \b
    Examples:
      kg ingest articles/
      kg ingest 'crawl/**/*.html' archive.jsonl.gz --store archive
      curl -s https://example.org/article.html | kg ingest -
    """
    from kg.articles import read_articles

    others = Others()
    repeated = Repeated()
    articles = repeated.watch(read_articles(inputs, stdin=sys.stdin.buffer, passed_over=others))
    service = service_at(store)
    with progress("reading articles") as step:
        if service is not None:
            report = _send(service, articles, step)
        else:
            report = _ingest(articles, store, base, extractor, model, threads, step)
    others.tell()
    repeated.tell()
    _tell(report, location_of(store))
    if report.skipped:
        raise typer.Exit(1)


def _ingest(
    articles: Iterable[Article | ArticleError],
    store: str | None,
    base: str | None,
    name: str | None,
    model: Path | None,
    threads: int | None,
    step: Callable[[int], None],
) -> Report:
    """Read them here. A workspace is made when there is an article for it, and a lock is tried before a model is loaded."""
    from kg.errors import ArticleError
    from kg.workspace import Workspace

    articles = iter(articles)
    first = list(_up_to_an_article(articles))
    extractor: Extractor | None = None
    if not Workspace.exists(location_of(store)):
        if all(isinstance(item, ArticleError) for item in first):
            return _report_of([item for item in first if isinstance(item, ArticleError)])
        extractor = choose(name, model, threads)  # what is wrong with it shows before there is a workspace
    with open_or_create(store, base=base) as workspace:
        extractor = extractor or choose(name, model, threads)
        try:
            return workspace.ingest(itertools.chain(first, articles), extractor, progress=lambda name, outcome: step(1))
        finally:
            tell(extractor)


def _up_to_an_article(articles: Iterator[Article | ArticleError]) -> Iterator[Article | ArticleError]:
    """What comes up to the first article, that included."""
    from kg.errors import ArticleError

    for item in articles:
        yield item
        if not isinstance(item, ArticleError):
            return


def _send(service: ServiceClient, articles: Iterable[Article | ArticleError], step: Callable[[int], None]) -> Report:
    """Have the service that holds the workspace read them."""
    from kg.errors import ArticleError

    note(f"the workspace is held by the service at {service.url}: its extractor reads the articles")
    counts = {"added": 0, "replaced": 0, "unchanged": 0}
    skipped: list[ArticleError] = []
    for article in articles:
        try:
            if isinstance(article, ArticleError):
                raise article
            counts[service.ingest(article)] += 1
        except ArticleError as error:
            skipped.append(error)
        step(1)
    return _report_of(skipped, **counts)


def _report_of(skipped: Sequence[ArticleError], **counts: int) -> Report:
    return Report(
        **counts,
        skipped=tuple((error.source, error.reason) for error in skipped),
        hints={error.source: error.hint for error in skipped if error.hint},
    )


def _tell(report: Report, location: str) -> None:
    """Print what was done, and on stderr what was not."""
    from kg.workspace import Workspace

    shown = report.skipped[:SKIPPED_SHOWN]
    for at, (source, reason) in enumerate(shown):
        note(f"skipped: {plain(source)}: {plain(reason)}")
        hint = report.hints.get(source)
        after = report.hints.get(shown[at + 1][0]) if at + 1 < len(shown) else None
        if hint and hint != after:  # what many inputs need is said once, below them
            note(f"hint: {plain(hint)}")
    if len(report.skipped) > SKIPPED_SHOWN:
        note(f"… and {len(report.skipped) - SKIPPED_SHOWN:,} more")
    there = f"in {plain(location)}" if Workspace.exists(location) else "no workspace was made"
    put(
        f"{number(report.added, 'article')} added, {report.replaced:,} replaced, {report.unchanged:,} unchanged, "
        f"{len(report.skipped):,} skipped, {there}"
    )
