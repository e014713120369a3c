"""`kg search`: words → entities, articles and sentences."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.options import MisuseError, StoreOption
from kg.cli.output import note, number, plain, table
from kg.cli.store import reading

if TYPE_CHECKING:
    from rich.text import Text

    from kg.catalogue import Marked


class SearchKind(StrEnum):
    """What is searched for."""

    ENTITY = "entity"
    ARTICLE = "article"
    SENTENCE = "sentence"


def command(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help="A name, or words of a text; '\"a phrase\"', beginn*.")
    ],
    kind: Annotated[SearchKind | None, typer.Option("--kind", help="Only these.")] = None,
    classes: Annotated[
        list[str] | None, typer.Option("--type", metavar="CLASS", help="Only a Person, Group, …; may be repeated.")
    ] = None,
    publisher: Annotated[
        list[str] | None, typer.Option("--publisher", metavar="NAME", help="Texts of it alone.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Texts from then on: 2031, 2031-04, 2031-04-02.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Texts until then.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="At most so many of each kind.")] = 10,
    store: StoreOption = None,
) -> None:
    """Find people, groups, places, events, articles, sentences.

    All words have to occur; case and accents do not count, and the last word may be unfinished. Where no name has the
    words, those spelt nearly alike are shown. What stands in the first column is what "kg show" takes.

    \b
    Examples:
      kg search dockers union
      kg search '"ceasefire talks"' --kind sentence --since 2031
    """
    from kg.catalogue import ArticleFilter
    from kg.query.parameters import Parameter, ParameterType
    from kg.vocab import ENTITY_CLASSES

    for name in classes or ():
        if name not in ENTITY_CLASSES:
            raise MisuseError(f"--type {plain(name)} is none of {', '.join(ENTITY_CLASSES)}")
    begin, end = (
        None if day is None else Parameter(name, ParameterType.DATE, "").parse(day).value
        for name, day in (("--since", since), ("--until", until))
    )
    text, only = " ".join(words), ArticleFilter(tuple(publisher or ()), begin, end)
    wanted = tuple(SearchKind) if kind is None else (kind,)
    rows: list[tuple[object, ...]] = []
    left = 0
    suggestions: list[str] = []
    with reading(store) as workspace:
        index, base = workspace.catalogue.words, workspace.base
        if SearchKind.ENTITY in wanted:
            things, total = index.entities(text, tuple(classes or ENTITY_CLASSES), limit=limit)
            for thing in things:
                where = thing.entity.iri.value.removeprefix(base)
                other = _shown(thing.name) if thing.name.text != thing.entity.label else ""
                label = _shown(thing.name) if not other else thing.entity.label
                rows.append((where, thing.entity.cls.value, label, "spelt nearly alike" if thing.similar else other))
            left += total - len(things)
            if not any(not thing.similar for thing in things):
                suggestions = index.suggestions(text)
        if SearchKind.ARTICLE in wanted:
            texts, total = index.articles(text, only, limit=limit)
            rows += [
                (
                    hit.article_id,
                    "Article",
                    _shown(hit.title),
                    number(hit.sentences, "sentence") if hit.sentences else "",
                )
                for hit in texts
            ]
            left += total - len(texts)
        if SearchKind.SENTENCE in wanted:
            sentences, total = index.sentences(text, only, limit=limit)
            rows += [
                (hit.article_id, "Sentence", hit.title or hit.article_id, _shown(hit.snippet)) for hit in sentences
            ]
            left += total - len(sentences)
    if suggestions:
        note(f"did you mean: {'; '.join(map(plain, suggestions))}")
    if not rows:
        note("nothing found")
        raise typer.Exit(1)
    table(("where", "kind", "name or title", "words"), rows)
    if left > 0:
        note(f"{number(left, 'more result')}: --limit, or --kind, shows more")


def _shown(marked: Marked) -> Text:
    """The text with what was looked for in bold."""
    from rich.text import Text

    shown = Text(plain(marked.text))  # as long as before
    for span in marked.highlights:
        shown.stylize("bold", span.start, span.end)
    return shown
