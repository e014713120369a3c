"""`kg resolve`: settle which names are one thing."""

from __future__ import annotations

from kg.cli.options import StoreOption
from kg.cli.output import number, put
from kg.cli.store import service_at, writing


def command(store: StoreOption = None) -> None:
    """Link all names again, over all articles at once.

    Afterwards the graph is the same whatever the order in which the articles came.

    \b
    Example:
      kg resolve --store archive
    """
    service = service_at(store)
    if service is not None:
        service.run("resolve")
        put("resolved")
        return
    with writing(store) as workspace:
        changed = workspace.resolve()
    put(f"resolved: {number(changed, 'chain')} of names moved to another entity" if changed else "resolved: no change")
