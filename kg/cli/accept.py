"""`kg accept`: a claim is read rightly."""

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
    """Decide that a claim was read rightly from its article.

    The claim counts in full, whatever its confidence; what is alleged, planned or denied stays so. It is about what the model made of
    the sentence, not about whether the sentence is true. Of several decisions on one claim the last one counts.

    \b
    Examples:
      kg accept claim/98ca7613d4745e46
      kg accept 98ca7613d4745e46 --reason "checked against the tape"
    """
    from kg.cli.outcome import decide
    from kg.decisions import Decision

    decide(store, Decision("accept", author_of(author), claim=claim, reason=reason), as_json=as_json)
