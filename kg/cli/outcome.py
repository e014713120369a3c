"""What came of a decision, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from kg.cli.deciding import Desk, json_of
from kg.cli.output import note, number, put, wrapped
from kg.vocab import in_words

if TYPE_CHECKING:
    from kg.decisions import Decision

__all__ = ["contradiction_of", "decide", "lines_of", "named", "said"]

FACTS_SHOWN = 12

Json = Mapping[str, Any]


def decide(store: str | None, decision: Decision, *, as_json: bool = False) -> None:
    """Make a decision and print what came of it; exits with 1 when it is kept but does not hold."""
    outcome = Desk(store).decide(decision)
    if as_json:
        put(json_of(outcome))
    else:
        for line in lines_of(outcome):
            put(line)
    if any(judgement["state"] == "contradicted" for judgement in outcome["judgements"]):
        note("hint: kg undo takes it back; kg judgements --state contradicted lists what does not hold")
        raise typer.Exit(1)


def lines_of(outcome: Json) -> Iterator[str]:
    """Yield the lines that say what a decision, or its undoing, did."""
    made, effect = outcome["judgements"], outcome["effect"]
    for one in effect["merged"]:
        yield wrapped(f"{named(one)} is now part of {one['into_label']} ({short(one['into'])})", then="  ")
    for one in effect["appeared"]:
        yield wrapped(f"{named(one)} is an entity of its own", then="  ")
    for one in effect["vanished"]:
        yield wrapped(f"{named(one)} is gone", then="  ")
    for one in effect["renamed"]:
        yield wrapped(f"{one['before']} ({short(one['iri'])}) is now called {one['label']}", then="  ")
    yield from _facts(effect["gained"], "gained", "+")
    yield from _facts(effect["lost"], "lost", "-")
    if not any(effect.values()):
        yield "no entity and no fact changed"
    yield wrapped(_told(made), then="  ")
    for one in outcome["contradictions"]:
        yield wrapped(contradiction_of(one), then="  ")


def contradiction_of(judgement: Json) -> str:
    """Why a decision does not hold, in a sentence."""
    by = judgement["against"]
    forbids = (
        f"judgement {by} forbids it"
        if by is not None
        else "the articles forbid it: things of these classes are never one, or one article takes both for one"
    )
    return f"does not hold: judgement {said(judgement)}: {forbids}"


def said(judgement: Json) -> str:
    """A decision in short: its number, what it says, and who said so."""
    left = judgement["anchor"]["text"]
    right = judgement["other"]["text"] if judgement["other"] else judgement["label"] or judgement["target"] or ""
    verb = judgement["kind"] if judgement["predicate"] is None else f"{judgement['kind']} {judgement['predicate']}"
    return f"{judgement['id']} ({verb}: “{left}”, “{right}”, by {judgement['author']}, {judgement['time'][:10]})"


def named(one: Json) -> str:
    """An entity by its label and what names it on the command line."""
    return f"{one['label']} ({short(one['iri'])})"


def short(iri: str) -> str:
    """The last two segments of an IRI: `person/ana-diaz-1f2e3d4c`.

    >>> short("http://localhost:8000/person/ana-diaz-1f2e3d4c")
    'person/ana-diaz-1f2e3d4c'
    """
    return "/".join(iri.rsplit("/", 2)[-2:])


def _facts(facts: Sequence[Json], what: str, sign: str) -> Iterator[str]:
    if facts:
        yield f"{number(len(facts), 'fact')} {what}:"
    for one in facts[:FACTS_SHOWN]:
        text = f"{one['subject_label']} — {in_words(one['predicate'])} — {one['object_label']}"
        yield wrapped(text, indent=f"  {sign} ", then="      ")
    if len(facts) > FACTS_SHOWN:
        yield f"  … and {len(facts) - FACTS_SHOWN:,} more"


def _told(judgements: Sequence[Json]) -> str:
    """The decisions that were made or taken back, with the way back."""
    numbers = ", ".join(str(one["id"]) for one in judgements)
    which = f"{'judgement' if len(judgements) == 1 else 'judgements'} {numbers}"
    first = judgements[0]
    if first["state"] == "undone":
        return f"{which} taken back by {first['undone_by']}"
    way_back = f"kg undo {first['id']}" if len(judgements) == 1 else "kg undo"
    return f"{which} by {first['author']}; {way_back} takes {'it' if len(judgements) == 1 else 'them'} back"
