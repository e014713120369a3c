"""`kg extract`: what the model finds in articles, printed and not stored."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.options import ModelOption, ThreadsOption
from kg.cli.output import note, number, plain, progress, put, write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kg.errors import ArticleError
    from kg.types import Article, Document


class ExtractFormat(StrEnum):
    """How findings are printed."""

    JSONL = "jsonl"
    JSON = "json"
    TURTLE = "turtle"
    JSONLD = "jsonld"


def command(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files, folders, globs, or - for stdin.")],
    form: Annotated[
        ExtractFormat, typer.Option("--format", "-f", help="jsonl: facts; json: all findings; or RDF.")
    ] = ExtractFormat.JSONL,
    show_cut: Annotated[
        bool, typer.Option("--show-cut", help="Print what cleaning cut away, with the rule that did, and stop there.")
    ] = False,
    model: ModelOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Print what is found in articles, without storing it.

    jsonl prints one line per article with the facts that the graph would assert; the offsets of its mentions count
    code points of the text as it was given. json prints everything that was found, with offsets into the clean text.

    \b
    Examples:
      kg extract article.txt
      kg extract articles.jsonl --format jsonl > found.jsonl
      cat page.html | kg extract - --format turtle
      kg extract page.html --show-cut
    """
    from kg.articles import read_articles

    articles = read_articles(inputs, stdin=sys.stdin.buffer)
    skipped: list[ArticleError] = []
    if show_cut:
        _show_cut(_documents(articles, skipped))
    elif form in (ExtractFormat.TURTLE, ExtractFormat.JSONLD):
        _as_rdf(articles, skipped, form, model, threads)
    else:
        _as_json(_documents(articles, skipped), form, model, threads)
    for error in skipped:
        note(f"skipped: {plain(error)}")
    if skipped:
        note(f"error: {number(len(skipped), 'input')} skipped")
        raise typer.Exit(1)


def _documents(articles: Iterable[Article | ArticleError], skipped: list[ArticleError]) -> Iterator[Document]:
    """The clean documents of what was read; errors go on the list."""
    from kg.articles import clean
    from kg.errors import ArticleError

    for article in articles:
        if isinstance(article, ArticleError):
            skipped.append(article)
            continue
        try:
            document = clean(article)
        except ArticleError as error:
            skipped.append(error)
        else:
            yield document


def _show_cut(documents: Iterable[Document]) -> None:
    for document in documents:
        put(f"{plain(document.id)}: {number(len(document.cut), 'passage')} cut")
        for cut in document.cut:
            put(f"  {cut.rule}: {plain(cut.text)}")


def _as_json(documents: Iterable[Document], form: ExtractFormat, model: Path | None, threads: int | None) -> None:
    from dataclasses import asdict

    from kg.catalogue.catalogue import THRESHOLD
    from kg.evaluate.predictions import prediction
    from kg.extract import load_extractor

    extractor = load_extractor(model, threads=threads)
    with progress("extracting") as step:
        for document in documents:
            extraction = extractor.extract(document)
            if form is ExtractFormat.JSONL:
                line = prediction(document, extraction, THRESHOLD)
            else:
                line = {"document": asdict(document), "extraction": asdict(extraction)}
            put(json.dumps(line, ensure_ascii=False, default=str))
            step(1)


def _as_rdf(
    articles: Iterable[Article | ArticleError],
    skipped: list[ArticleError],
    form: ExtractFormat,
    model: Path | None,
    threads: int | None,
) -> None:
    """The graph of these articles alone: a workspace in memory, which forgets them."""
    from kg.errors import ArticleError
    from kg.extract import load_extractor
    from kg.workspace import Workspace

    def kept() -> Iterator[Article]:
        for article in articles:
            if isinstance(article, ArticleError):
                skipped.append(article)
            else:
                yield article

    extractor = load_extractor(model, threads=threads)
    workspace = Workspace.create("memory:")
    with progress("extracting") as step:
        report = workspace.ingest(kept(), extractor, progress=lambda name, outcome: step(1))
    skipped += [ArticleError(source, reason) for source, reason in report.skipped]
    body = BytesIO()
    workspace.export(form.value, body)
    write_bytes(body.getvalue())
