"""`kg export`: the graph, or a part of it, as a file."""

from __future__ import annotations

import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.options import MisuseError, StoreOption, TimeoutOption
from kg.cli.parts import Part, scope_of
from kg.cli.store import reading

WITH_TRIPLE_TERMS = ("turtle", "trig", "nquads", "ntriples")


class ExportFormat(StrEnum):
    """How the graph is written."""

    TURTLE = "turtle"
    TRIG = "trig"
    NQUADS = "nquads"
    NTRIPLES = "ntriples"
    JSONLD = "jsonld"
    RDFXML = "rdfxml"
    GRAPHML = "graphml"
    CSV = "csv"
    FTM = "ftm"


class ProvenanceLevel(StrEnum):
    """How much of what stands behind the facts goes along."""

    NONE = "none"
    STATEMENTS = "statements"
    FULL = "full"


class Table(StrEnum):
    """What of the graph a table of CSV holds."""

    ENTITIES = "entities"
    STATEMENTS = "statements"
    CLAIMS = "claims"


def command(
    form: Annotated[
        ExportFormat | None,
        typer.Option(
            "--format", "-f", help="[default: what the file's name says, else turtle]; trig and nquads keep the graphs."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write there, not to stdout; compressed if it ends in .gz or .zst."
        ),
    ] = None,
    entity: Annotated[
        str | None, typer.Option("--entity", metavar="ENTITY", help="Only what concerns this entity.")
    ] = None,
    depth: Annotated[
        int,
        typer.Option("--depth", min=1, max=5, help="With --entity: 2 adds what concerns its neighbours, and so on."),
    ] = 1,
    article: Annotated[str | None, typer.Option("--article", metavar="ID", help="Only what this article says.")] = None,
    query: Annotated[
        str | None,
        typer.Option(
            "--query", metavar="SPARQL", help="Only what this query gives, or what its rows name; @FILE reads it."
        ),
    ] = None,
    named: Annotated[
        str | None, typer.Option("--named", metavar="NAME", help="The same for a named query; see kg run.")
    ] = None,
    argument: Annotated[
        list[str] | None, typer.Option("--argument", "-a", metavar="NAME=VALUE", help="With --named: its parameters.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="Only what articles published from then on say.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="Only what articles published until then say.")
    ] = None,
    provenance: Annotated[
        ProvenanceLevel | None,
        typer.Option(
            "--provenance", help="The facts alone, with counts and confidence, or with all evidence. [default: full]"
        ),
    ] = None,
    no_provenance: Annotated[
        bool, typer.Option("--no-provenance", help="Short for --provenance none.", show_default=False)
    ] = False,
    reifiers: Annotated[
        bool,
        typer.Option("--reifiers", help="RDF 1.2: statements reify triple terms (turtle, trig, nquads, ntriples)."),
    ] = False,
    table: Annotated[Table | None, typer.Option("--table", help="With csv. [default: statements]")] = None,
    timeout: TimeoutOption = None,
    store: StoreOption = None,
) -> None:
    """Write the graph, or a part of it: RDF, JSON-LD, GraphML, CSV or FollowTheMoney.

    The order is stable: equal graphs give equal files. graphml and ftm hold asserted facts alone, as edges. csv is for
    spreadsheets: text that they would take for a formula begins with an apostrophe.

    \b
    Examples:
      kg export > graph.ttl
      kg export --output graph.nq.zst
      kg export --entity "Dockers' Union" --depth 2 --output union.graphml
      kg export --format csv --table claims --since 2031-04-01 > april.csv
      kg export --named leaders-of-group -a group="Dockers' Union" --output leaders.jsonld
      kg export --query 'CONSTRUCT WHERE { ?p kg:leads ?g }' --provenance statements
    """
    from kg.exports import format_of_name
    from kg.exports import output as written

    name = form.value if form else (format_of_name(output.name) if output else None) or "turtle"
    level = _provenance(provenance, no_provenance)
    if table is not None and name != "csv":
        raise MisuseError("--table is for --format csv")
    if reifiers and name not in WITH_TRIPLE_TERMS:
        raise MisuseError(f"{name} has no triple terms", hint="--reifiers goes with turtle, trig, nquads and ntriples")
    part = Part(entity, depth, article, query, named, tuple(argument or ()), since, until)
    with reading(store) as workspace:
        write = partial(
            workspace.export,
            name,
            scope=scope_of(workspace, part, timeout),
            provenance=level.value,
            reifiers=reifiers,
            table=(table or Table.STATEMENTS).value,
        )
        if output is None:
            sys.stdout.flush()
            write(sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        try:
            with written(output) as file:
                write(file)
        except OSError as error:
            raise MisuseError(f"{output}: {error.strerror or error}") from error


def _provenance(level: ProvenanceLevel | None, none: bool) -> ProvenanceLevel:
    """What --provenance and its short form --no-provenance ask for together."""
    if none and level not in (None, ProvenanceLevel.NONE):
        raise MisuseError(f"--no-provenance is not --provenance {level.value}")
    return ProvenanceLevel.NONE if none else level or ProvenanceLevel.FULL
