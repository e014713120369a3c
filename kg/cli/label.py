"""`kg label`: what an entity is called."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.deciding import AuthorOption, JsonOption, ReasonOption, author_of
from kg.cli.options import MisuseError, StoreOption


def command(
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="A name, a slug, or an IRI.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What it is to be called.")],
    reason: ReasonOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Decide what an entity is called.

    Its other names stay, and its IRI does. Of several labels the last one counts.

    \b
    Examples:
      kg label ilse-brandt-3f2a91c0 "Ilse Brandt-Holt"
      kg label "HPA" "Harbour Pilots' Association" --reason "spelt out on its site"
    """
    from kg.cli.outcome import decide
    from kg.decisions import Decision

    if not text.strip():
        raise MisuseError("a label has letters")
    decide(store, Decision("label", author_of(author), entity, label=text, reason=reason), as_json=as_json)
