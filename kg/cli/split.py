"""`kg split`: one entity is two."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.deciding import AuthorOption, JsonOption, ReasonOption, author_of
from kg.cli.options import MisuseError, StoreOption
from kg.cli.output import plain
from kg.cli.store import reading

ARTICLES_SHOWN = 30


def command(
    entity: Annotated[str, typer.Argument(metavar="A", help="A name, a slug such as ana-diaz-1f2e3d4c, or an IRI.")],
    other: Annotated[
        str | None, typer.Argument(metavar="[B]", help="Another entity, with which A must never become one.")
    ] = None,
    articles: Annotated[
        list[str] | None,
        typer.Option(
            "--article", "-a", metavar="ID", help="An article that means something else by A; may be repeated."
        ),
    ] = None,
    reason: ReasonOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Decide that one entity is two.

    What the articles given mean by A becomes an entity of its own, all of them the same one; new articles go on joining A.
    The smallest thing that can leave is what one article takes for one thing. With B instead, two entities that are apart
    stay so. With neither, the articles that speak of A are listed.

    \b
    Examples:
      kg split "Ana Diaz"
      kg split "Ana Diaz" --article wire/2031-04-02 --reason "a namesake"
      kg split "Ana Diaz" "Ana Maria Diaz"
    """
    from kg.cli.outcome import decide
    from kg.decisions import Decision

    if other is not None and articles:
        raise MisuseError("another entity and --article exclude each other")
    if other is None and not articles:
        raise MisuseError(_articles_of(entity, store), hint="name those that mean something else: --article ID")
    decision = Decision("different", author_of(author), entity, other, tuple(articles or ()), reason=reason)
    decide(store, decision, as_json=as_json)


def _articles_of(name: str, store: str | None) -> str:
    """What there is to choose from: the articles that speak of an entity, with what they call it."""
    from kg.lookup import find_entity

    with reading(store) as workspace:
        iri = find_entity(workspace.catalogue, workspace.base, name)
        called: dict[str, list[str]] = {}
        for chain in workspace.catalogue.chains_of(iri):
            called.setdefault(chain.anchor.article, []).append(chain.label)
    lines = [
        f"\n  {plain(article)}  “{'”, “'.join(map(plain, dict.fromkeys(names)))}”"
        for article, names in list(called.items())[:ARTICLES_SHOWN]
    ]
    more = f"\n  … and {len(called) - ARTICLES_SHOWN:,} more" if len(called) > ARTICLES_SHOWN else ""
    return f"which of the articles that speak of {plain(name)} mean something else?{''.join(lines)}{more}"
