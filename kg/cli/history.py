"""`kg history`: what an article has been."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.deciding import JsonOption, json_of
from kg.cli.options import MisuseError, StoreOption
from kg.cli.output import clean, number, plain, put
from kg.cli.store import reading

if TYPE_CHECKING:
    from kg.lookup import Version


def command(
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="The id of an article, or its IRI.")],
    version: Annotated[
        int | None, typer.Option("--text", metavar="N", min=1, help="Print the text of this version, and stop there.")
    ] = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Say what an article has been: its versions, and what its publisher changed.

    An article that comes again with another text, title, date or publisher is a new version; of the one before, the hash,
    the day and the clean text are kept. A new model makes no new version. Deleting an article removes the texts of all.

    \b
    Examples:
      kg history harbour-2031-04-02
      kg history harbour-2031-04-02 --text 1
    """
    from kg.lookup import find_article, text_of_version, versions_of

    if version is not None and as_json:
        raise MisuseError("--text prints a text, not JSON", hint="leave out one of them")
    with reading(store) as workspace:
        name = find_article(workspace.catalogue, workspace.base, article) or article
        if version is not None:
            put(clean(text_of_version(workspace.catalogue, name, version)))
            return
        versions = versions_of(workspace.catalogue, name)
    if as_json:
        put(json_of({"id": name, "versions": [asdict(one) for one in versions]}))
        return
    put(f"{plain(name)}: {number(len(versions), 'version')}")
    for one in versions:
        _print(one)


def _print(version: Version) -> None:
    """Print a version with what it changed."""
    put(f"\nversion {version.number}{' (current)' if version.current else ''}  {plain(version.title or '')}")
    put(f"  published {version.published or 'on an unknown day'}, sha256 {version.digest}")
    for one in version.read:
        put(f"  read {one.time:%Y-%m-%d %H:%M}Z by {plain(one.model)}")
    if version.number > 1 and not version.changes:
        put("  the same text: its title, day, publisher or form changed")
    for line in version.changes.splitlines():
        put(f"  {plain(line)}")
