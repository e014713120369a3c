"""`kg judgements`: what people decided."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from kg.cli.deciding import JsonOption, json_of, plain_of
from kg.cli.options import StoreOption
from kg.cli.output import note, number, put, table, wrapped
from kg.cli.store import reading


class State(StrEnum):
    """How a decision stands."""

    HOLDS = "holds"
    CONTRADICTED = "contradicted"
    OVERRULED = "overruled"
    UNMATCHED = "unmatched"
    UNDONE = "undone"


class Kind(StrEnum):
    """What a decision says."""

    SAME = "same"
    DIFFERENT = "different"
    ACCEPT = "accept"
    REJECT = "reject"
    LABEL = "label"
    MATCH = "match"
    MISMATCH = "mismatch"


def command(
    states: Annotated[
        list[State] | None, typer.Option("--state", help="Only those in this state; may be repeated.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="Only those of this kind.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those taken back, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100000, help="At most so many.")] = 100,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """List what people decided, and how it stands.

    "contradicted": another decision, or the articles, forbid it. "overruled": a later one has the last word. "unmatched":
    no mention carries its anchors now; it is kept, and counts again when one does.

    \b
    Examples:
      kg judgements
      kg judgements --state contradicted --state unmatched
      kg judgements --all --json > decisions.json
    """
    from kg.decisions import STATES, judgements_where

    chosen = states or [state for state in State if everything or state is not State.UNDONE]
    with reading(store) as workspace:
        found = judgements_where(
            workspace.catalogue,
            workspace.base,
            states=[state for state in STATES if state in chosen],
            kind=kind.value if kind is not None else None,
            limit=limit + 1,
        )
    rows = [plain_of(view) for view in found[:limit]]
    if as_json:
        put(json_of(rows))
    elif rows:
        _print(rows)
    else:
        note("no decisions")
    if len(found) > limit:
        note(f"only {number(limit, 'decision')} shown: --limit shows more")


def _print(rows: list[dict[str, Any]]) -> None:
    """The decisions as a table, and below it what does not hold and why."""
    from kg.cli.outcome import contradiction_of, short

    table(
        ("id", "decision", "state", "about", "elsewhere", "by", "on", "reason"),
        (
            (
                row["id"],
                row["kind"],
                f"{row['state']} ({row['against']})" if row["against"] is not None else row["state"],
                "; ".join(f"{one['label']} ({short(one['iri'])})" for one in row["about"]) or _anchors(row),
                row["target"] or "",
                row["author"],
                f"{row['time'][:10]} {row['time'][11:16]}Z",
                row["reason"] or "",
            )
            for row in rows
        ),
    )
    for row in rows:
        if row["state"] == State.CONTRADICTED:
            put(wrapped(contradiction_of(row), then="  "))
        elif row["state"] == State.UNMATCHED:
            put(wrapped(f"unmatched: judgement {row['id']} waits for {_anchors(row)}", then="  "))


def _anchors(row: dict[str, Any]) -> str:
    """The mentions that a decision hangs on."""
    found = (row["anchor"], row["other"])
    return "; ".join(f"“{one['text']}” in {one['article']}" for one in found if one is not None)
