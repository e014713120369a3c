"""`kg diff`: what one state of a graph says that another does not, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.deciding import json_of
from kg.cli.options import MisuseError
from kg.cli.outcome import short
from kg.cli.output import note, number, plain, progress, put, table, wrapped
from kg.vocab import in_words

if TYPE_CHECKING:
    from kg.compare import Difference, Differences, Joined, Reason, View

SIGNS = {"gained": "+", "lost": "-", "changed": "~"}
REASONS_SHOWN = 3


class DiffFormat(StrEnum):
    """How differences are printed."""

    TABLE = "table"
    JSON = "json"


def command(
    before: Annotated[
        str,
        typer.Argument(
            metavar="BEFORE", help="A workspace, WORKSPACE@VERSION, WORKSPACE@before-rebuild, or .nq, .trig."
        ),
    ],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="Another one.")],
    predicate: Annotated[
        str | None, typer.Option("--predicate", metavar="NAME", help="Only statements of this kind, as leads.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000000, help="At most so many statements.")] = 100,
    form: Annotated[DiffFormat, typer.Option("--format", "-f", help="A table, or JSON.")] = DiffFormat.TABLE,
) -> None:
    """Say which statements one state of a graph gained, lost or changed against another, and why.

    Entities are compared by the words in articles that mean them, whatever they are called. The reasons: an article was
    added, replaced or withdrawn; another model read it; a judgement; a merge (things joined or parted otherwise); a
    reading (the same model read it otherwise, as after an update of this program); a threshold.

    \b
    Examples:
      kg diff archive@before-rebuild archive
      kg diff yesterday.nq archive --predicate leads
      kg diff one-workspace another --format json
    """
    from kg import vocab
    from kg.compare import compare, open_state

    if predicate is not None and predicate not in vocab.PREDICATES:
        raise MisuseError(f"--predicate {plain(predicate)} is none", hint=f"one of {', '.join(vocab.PREDICATES)}")
    with open_state(before) as one, open_state(after) as two, progress("comparing articles") as step:
        found = compare(one, two, predicate=predicate, limit=limit, progress=step)
    shown, total = found.statements[:limit], len(found.statements)
    counts = Counter(difference.kind for difference in found.statements)
    if form is DiffFormat.JSON:
        statements = [asdict(difference) for difference in shown]
        put(
            json_of({"counts": dict(counts), "statements": statements, "joined": [asdict(one) for one in found.joined]})
        )
    else:
        _print(shown, found)
    note(", ".join(f"{counts[kind]:,} {kind}" for kind in SIGNS) if total else "no statement differs")
    if total > limit:
        note(f"only {number(limit, 'statement')} shown: --limit shows more")


def _print(shown: Iterable[Difference], found: Differences) -> None:
    for one in found.joined:
        put(wrapped(_joined(one, found), then="    "))
    rows = [
        (
            SIGNS[one.kind],
            f"{one.subject_label} {in_words(one.predicate)} {one.object_label}",
            _change(one.before, one.after),
            _why(one.reasons),
        )
        for one in shown
    ]
    if rows:
        table(("", "statement", "what", "why"), rows)


def _joined(one: Joined, found: Differences) -> str:
    def named(iris: Iterable[str]) -> str:
        return " and ".join(f"{found.labels.get(iri, iri)} ({short(iri)})" for iri in iris)

    became = "are one now:" if len(one.before) > 1 else "is several now:"
    return f"{named(one.before)} {became} {named(one.after)}"


def _change(before: View | None, after: View | None) -> str:
    """What a state says of a statement, or what is different about it."""
    if before is None or after is None:
        one = before or after
        assert one is not None, "a difference has a side"
        return "; ".join(text for text in _told(one).values() if text)
    old, new = _told(before), _told(after)
    return "; ".join(f"{old[name] or 'no ' + name} → {new[name] or 'none'}" for name in old if old[name] != new[name])


def _told(view: View) -> dict[str, str]:
    return {
        "assertion": "asserted" if view.asserted else "not asserted",
        "confidence": "" if view.confidence is None else f"{view.confidence:.3f}",
        "phase": view.phase,
        "dates": f"{view.valid_from or '…'} to {view.valid_to or '…'}" if view.valid_from or view.valid_to else "",
    }


def _why(reasons: Iterable[Reason]) -> str:
    """The reasons, those of one kind together."""
    kinds: dict[str, list[str]] = {}
    for reason in reasons:
        parts = [part for part in (reason.article, reason.note) if part]
        kinds.setdefault(reason.kind, []).append(" ".join(parts))
    told = []
    for kind, details in kinds.items():
        listed = [detail for detail in details if detail]
        more = f" and {len(listed) - REASONS_SHOWN:,} more" if len(listed) > REASONS_SHOWN else ""
        told.append(f"{kind}: {', '.join(listed[:REASONS_SHOWN])}{more}" if listed else kind)
    return "; ".join(told)
