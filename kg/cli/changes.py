"""`kg changes`: which statements were gained, lost and changed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.deciding import json_of
from kg.cli.options import MisuseError, StoreOption
from kg.cli.output import note, number, plain, put, wrapped, write_bytes
from kg.cli.store import reading

if TYPE_CHECKING:
    from kg.exports.feeds import Entry


class ChangesFormat(StrEnum):
    """How changes are printed."""

    TEXT = "text"
    JSON = "json"
    ATOM = "atom"
    JSONFEED = "jsonfeed"


class ChangeKind(StrEnum):
    """What became of a statement."""

    GAINED = "gained"
    LOST = "lost"
    CHANGED = "changed"


def command(
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only from this day, or time, on.")
    ] = None,
    after: Annotated[
        int, typer.Option("--after", metavar="N", min=0, help="Only what came after the change of this number.")
    ] = 0,
    before: Annotated[
        int | None,
        typer.Option("--before", metavar="N", min=0, help="Only what came before the change of this number."),
    ] = None,
    entity: Annotated[str | None, typer.Option("--entity", metavar="ENTITY", help="Only about this entity.")] = None,
    kind: Annotated[ChangeKind | None, typer.Option("--kind", help="Only these.")] = None,
    predicate: Annotated[str | None, typer.Option("--predicate", help="Only this predicate, such as leads.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100_000, help="How many at most.")] = 50,
    form: Annotated[
        ChangesFormat, typer.Option("--format", "-f", help="As text, JSON, or a feed: Atom, JSON Feed 1.1.")
    ] = ChangesFormat.TEXT,
    store: StoreOption = None,
) -> None:
    """Say which facts the graph gained and lost, and which changed: newest first, each with its reason.

    Only facts count: what articles merely allege, plan or deny is no change of the graph. A program that remembers the
    highest number it saw gets everything new with --after.

    \b
    Examples:
      kg changes --since 2031-04-01
      kg changes --entity "Dockers' Union" --kind lost
      kg changes --format atom > changes.atom
    """
    from kg import vocab
    from kg.exports import feeds
    from kg.lookup import find_entity

    if predicate is not None and predicate not in vocab.PREDICATES:
        raise MisuseError(f"{plain(predicate)} is no predicate", hint=f"one of {', '.join(vocab.PREDICATES)}")
    with reading(store) as workspace:
        catalogue, base = workspace.catalogue, workspace.base
        found = catalogue.changes(
            after=after,
            before=before,
            since=None if since is None else feeds.moment(since),
            entity=None if entity is None else find_entity(catalogue, base, entity),
            kind=None if kind is None else kind.value,
            predicate=predicate,
            limit=limit + 1,
        )
        shown = feeds.entries(catalogue, workspace.store, base, found[:limit])
    if len(found) > limit:
        note(f"there are older ones: --before {shown[-1].number}")
    if form is ChangesFormat.JSON:
        put(json_of([feeds.record(one) for one in shown]))
    elif form is ChangesFormat.ATOM:
        write_bytes(feeds.atom(shown, feeds.Links(base, f"{base}changes.atom")))
    elif form is ChangesFormat.JSONFEED:
        write_bytes(feeds.json_feed(shown, feeds.Links(base, f"{base}changes.json")))
    elif not shown:
        put("no changes")
    else:
        for one in shown:
            _print(one)
        put(number(len(shown), "change"))


def _print(one: Entry) -> None:
    put(f"{one.number}  {one.time:%Y-%m-%d %H:%M}Z  {plain(one.headline)}")
    about = one.title or one.article_id
    named = f": {about}{f' ({one.publisher})' if one.publisher else ''}" if about else ""
    put(wrapped(f"{one.why}{named}", indent="    "))
    if one.sentence:
        put(wrapped(f"“{one.sentence}”", indent="    "))
