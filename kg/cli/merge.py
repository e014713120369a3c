"""`kg merge`: two entities are one."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.deciding import AuthorOption, JsonOption, ReasonOption, author_of
from kg.cli.options import StoreOption


def command(
    entity: Annotated[str, typer.Argument(metavar="A", help="A name, a slug such as ana-diaz-1f2e3d4c, or an IRI.")],
    other: Annotated[str, typer.Argument(metavar="B", help="The other one.")],
    reason: ReasonOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Decide that two entities are one.

    The IRI of the one that was catalogued later leads to the other one from then on (308). What follows is worked out too:
    if A is B and B is C, A is C. A decision that they are different forbids it; then this one is kept and shown as
    contradicted, and the exit status is 1.

    \b
    Examples:
      kg merge "Ilse Brandt" "I. Brandt" --reason "she signs so"
      kg merge ana-diaz-1f2e3d4c ana-maria-diaz-795d6fec
    """
    from kg.cli.outcome import decide
    from kg.decisions import Decision

    decision = Decision("same", author_of(author), entity, other, reason=reason)
    decide(store, decision, as_json=as_json)
