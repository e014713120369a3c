"""`kg extract`: what the model finds in articles, printed and not stored."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.choose import choose, list_extractors, tell
from kg.cli.options import ExtractorOption, MisuseError, ModelOption, ThreadsOption
from kg.cli.others import Others
from kg.cli.output import note, number, plain, progress, put, table, write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.errors import ArticleError
    from kg.types import Article, Document, Extraction, Extractor


class ExtractFormat(StrEnum):
    """How findings are printed."""

    JSONL = "jsonl"
    JSON = "json"
    TURTLE = "turtle"
    JSONLD = "jsonld"


def command(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files, folders, globs, or - for stdin.")],
    form: Annotated[
        ExtractFormat | None,
        typer.Option("--format", "-f", help="jsonl: facts; json: all findings; or RDF. [default: jsonl]"),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the text with its mentions, and below each sentence its claims.")
    ] = False,
    show_cut: Annotated[
        bool, typer.Option("--show-cut", help="Print what cleaning cut away, with the rule that did, and stop there.")
    ] = False,
    extractor: ExtractorOption = None,
    _: Annotated[
        bool,
        typer.Option("--list-extractors", is_eager=True, callback=list_extractors, help="Print them, and stop there."),
    ] = False,
    model: ModelOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Print what is found in articles, without storing it.

    jsonl prints one line per article with the facts that the graph would assert; the offsets of its mentions count
    code points of the text as it was given. json prints everything that was found, with offsets into the clean text.

    --show is for people. [Ana Diaz P1] is a name, [the chairwoman ~P1] a description, [she *P1] a pronoun,
    [ousted E1:resignation] an event; P, G, L, C, E, D are people, groups, places, polities, events and dates. Below a
    sentence stand the claims that it is evidence of, with confidence, modality, phase and who says so.

    \b
    Examples:
      kg extract article.txt
      kg extract article.txt --show
      kg extract articles.jsonl --format jsonl > found.jsonl
      cat page.html | kg extract - --format turtle
      kg extract page.html --show-cut
    """
    from kg.articles import read_articles

    if (show or show_cut) and form is not None:
        raise MisuseError(f"{'--show' if show else '--show-cut'} has a form of its own", hint="leave out --format")
    others = Others()
    articles = read_articles(inputs, stdin=sys.stdin.buffer, passed_over=others)
    skipped: list[ArticleError] = []
    if show_cut and not show:
        _show_cut(_documents(articles, skipped))
    else:
        reader = choose(extractor, model, threads)
        try:
            if form in (ExtractFormat.TURTLE, ExtractFormat.JSONLD):
                _as_rdf(articles, skipped, form, reader)
            elif show:
                _show(_documents(articles, skipped), skipped, reader, show_cut=show_cut)
            else:
                _as_json(_documents(articles, skipped), skipped, form or ExtractFormat.JSONL, reader)
        finally:
            tell(reader)
    others.tell()
    for error in skipped:
        note(f"skipped: {plain(error)}")
        if error.hint:
            note(f"hint: {plain(error.hint)}")
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


def _extractions(
    documents: Iterable[Document], skipped: list[ArticleError], reader: Extractor
) -> Iterator[tuple[Document, Extraction]]:
    """The documents with what was found in them; those that the extractor cannot read go on the list."""
    from kg.errors import ArticleError

    with progress("extracting") as step:
        for document in documents:
            try:
                found = reader.extract(document)
            except ArticleError as error:
                skipped.append(error)
            else:
                yield document, found
            step(1)


def _show_cut(documents: Iterable[Document]) -> None:
    for document in documents:
        put(f"{plain(document.id)}: {number(len(document.cut), 'passage')} cut")
        _put_cut(document)


def _put_cut(document: Document) -> None:
    for cut in document.cut:
        put(f"  {cut.rule}: {plain(cut.text)}")


def _show(documents: Iterable[Document], skipped: list[ArticleError], reader: Extractor, *, show_cut: bool) -> None:
    """Print each article with its mentions and claims, and who is who in it."""
    from kg.catalogue.catalogue import THRESHOLD
    from kg.cli.annotated import article_lines, entity_rows, read
    from kg.cli.colours import print_lines

    for at, (document, found) in enumerate(_extractions(documents, skipped, reader)):
        if at:
            put()
        reading = read(document, found, THRESHOLD)
        print_lines(article_lines(reading))
        if rows := list(entity_rows(reading)):
            put()
            table(("id", "class", "called", "mentions"), rows)
        if show_cut:
            put()
            _put_cut(document)


def _as_json(
    documents: Iterable[Document], skipped: list[ArticleError], form: ExtractFormat, reader: Extractor
) -> None:
    from dataclasses import asdict

    from kg.catalogue.catalogue import THRESHOLD
    from kg.evaluate.predictions import prediction

    for document, found in _extractions(documents, skipped, reader):
        if form is ExtractFormat.JSONL:
            line = prediction(document, found, THRESHOLD)
        else:
            line = {"document": asdict(document), "extraction": asdict(found)}
        put(json.dumps(line, ensure_ascii=False, default=str))


def _as_rdf(
    articles: Iterable[Article | ArticleError], skipped: list[ArticleError], form: ExtractFormat, reader: Extractor
) -> None:
    """The graph of these articles alone: a workspace in memory, which forgets them."""
    from kg.errors import ArticleError
    from kg.workspace import Workspace

    def kept() -> Iterator[Article]:
        """Yield the articles that can be read, and note the others."""
        for article in articles:
            if isinstance(article, ArticleError):
                skipped.append(article)
            else:
                yield article

    workspace = Workspace.create("memory:")
    with progress("extracting") as step:
        report = workspace.ingest(kept(), reader, progress=lambda name, outcome: step(1))
    skipped += [ArticleError(source, reason, hint=report.hints.get(source)) for source, reason in report.skipped]
    body = BytesIO()
    workspace.export(form.value, body)
    write_bytes(body.getvalue())
