"""`kg reject`: a claim is read wrongly."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.deciding import AuthorOption, JsonOption, ReasonOption, author_of
from kg.cli.options import StoreOption


def command(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="As kg show names it: claim/98ca7613d4745e46.")],
    reason: ReasonOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Decide that a claim was read wrongly from its article.

    The claim counts for nothing: a fact that only it supports is taken out of the graph. It is about what the model made of
    the sentence, not about whether the sentence is true. Of several decisions on one claim the last one counts.

    \b
    Examples:
      kg reject claim/98ca7613d4745e46
      kg reject 98ca7613d4745e46 --reason "the sentence is about her brother"
    """
    from kg.cli.outcome import decide
    from kg.decisions import Decision

    decide(store, Decision("reject", author_of(author), claim=claim, reason=reason), as_json=as_json)
