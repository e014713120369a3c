"""`kg explain`: why two things are one, or two."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from kg.cli.deciding import JsonOption, json_of
from kg.cli.options import StoreOption
from kg.cli.output import put, table, wrapped
from kg.cli.store import reading, selecting


def command(
    left: Annotated[str, typer.Argument(metavar="A", help="A name, a slug such as ana-diaz-1f2e3d4c, or an IRI.")],
    right: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Say why two things are one, or two.

    Each row is one comparison: what each side has, and where that points. Those marked * decide.

    \b
    Examples:
      kg explain "Ana Diaz" "Ana Maria Diaz"
      kg explain HPA "Harbour Pilots' Association" --json
    """
    from kg.decisions import explain

    with reading(store) as workspace:
        found = explain(workspace.catalogue, selecting(workspace), workspace.base, left, right)
    if as_json:
        put(json_of(asdict(found)))
        return
    one, two = found.left, found.right
    if found.one:
        put(wrapped(f"{one.given} and {two.given} are one: {one.label} ({one.iri})", then="  "))
    else:
        put(wrapped(f"{one.label} ({one.iri}) and {two.label} ({two.iri}) are two", then="  "))
    put(wrapped(found.because, indent="  "))
    put()
    scored = any(factor.weight is not None for factor in found.factors)
    table(
        ("", "", one.given, two.given, "points to", *(("weight",) if scored else ()), ""),
        (
            (
                "*" if factor.decides else "",
                factor.name,
                factor.left,
                factor.right,
                factor.points if factor.points != "neither" else "",
                *((("" if factor.weight is None else f"{factor.weight:+.2f}"),) if scored else ()),
                factor.note,
            )
            for factor in found.factors
        ),
    )
