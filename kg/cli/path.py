"""`kg path`: how two things are connected, with the sentences."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.options import StoreOption
from kg.cli.output import note, number, plain, put, wrapped
from kg.cli.show import print_relation
from kg.cli.store import reading


def command(
    one: Annotated[str, typer.Argument(metavar="A", help="A name, a slug such as ana-diaz-1f2e3d4c, or an IRI.")],
    two: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    every: Annotated[bool, typer.Option("--all", help="All paths up to --max-length, not only the shortest.")] = False,
    max_length: Annotated[int, typer.Option("--max-length", min=1, max=6, help="Steps of a path.")] = 4,
    avoid: Annotated[
        list[str] | None, typer.Option("--avoid", metavar="CLASS", help="Not over a Place, Polity, …; may be repeated.")
    ] = None,
    min_sources: Annotated[int, typer.Option("--min-sources", min=0, help="Independent sources of each step.")] = 0,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=50, help="At most so many paths.")] = 5,
    store: StoreOption = None,
) -> None:
    """Show how two people, groups, places or events are connected.

    Each step is a fact of the graph, in either direction, with its sentences. Of paths of one length, those over things
    with few neighbours come first; --avoid Polity keeps off the country that joins everything.

    \b
    Examples:
      kg path "Ana Diaz" "Kestrel Lines"
      kg path "Ana Diaz" Antwerp --all --max-length 3 --avoid Polity
    """
    from kg import lookup
    from kg.catalogue import PathFilter
    from kg.cli.options import MisuseError
    from kg.vocab import ENTITY_CLASSES

    for name in avoid or ():
        if name not in ENTITY_CLASSES:
            raise MisuseError(f"--avoid {plain(name)} is none of {', '.join(ENTITY_CLASSES)}")
    with reading(store) as workspace:
        source = lookup.Source(workspace.catalogue, workspace.store, workspace.base)
        a, b = (lookup.find_entity(workspace.catalogue, workspace.base, name) for name in (one, two))
        where = PathFilter(min_sources=min_sources, avoid=tuple(avoid or ()))
        found = lookup.paths(source, a, b, where, max_length=max_length, shortest=not every, limit=limit, claims=2)
    for path in found.paths:
        put(wrapped(" > ".join(thing.label for thing in path.things), then="  "))
        for step in path.steps:
            for relation in step.relations:
                print_relation(relation)
        put()
    if found.hubs:
        hubs = ", ".join(plain(hub.label) for hub in found.hubs)
        note(f"only the best supported facts were followed of {hubs}: there may be more paths, or shorter ones")
    elif not found.complete:
        note("there are more paths: --limit shows more, --min-sources or --avoid makes them fewer")
    if not found.paths:
        note(f"no path of at most {number(max_length, 'step')}")
        raise typer.Exit(1)
