"""`kg export`: the graph, or a part of it, as a file."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.options import MisuseError, StoreOption
from kg.cli.store import reading

if TYPE_CHECKING:
    from kg.graph.scope import Scope
    from kg.workspace import Workspace


class ExportFormat(StrEnum):
    """How the graph is written."""

    TURTLE = "turtle"
    TRIG = "trig"
    NQUADS = "nquads"
    NTRIPLES = "ntriples"
    JSONLD = "jsonld"
    RDFXML = "rdfxml"


def command(
    form: Annotated[
        ExportFormat, typer.Option("--format", "-f", help="trig and nquads keep the graphs, the others merge them.")
    ] = ExportFormat.TURTLE,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write there instead of to stdout.")
    ] = None,
    entity: Annotated[
        str | None, typer.Option("--entity", metavar="ENTITY", help="Only what concerns this entity.")
    ] = None,
    article: Annotated[str | None, typer.Option("--article", metavar="ID", help="Only what this article says.")] = None,
    provenance: Annotated[
        bool, typer.Option("--provenance/--no-provenance", help="With claims and sentences, or the facts alone.")
    ] = True,
    store: StoreOption = None,
) -> None:
    """Write the graph as RDF.

    The order is stable: equal graphs give equal files.

    \b
    Examples:
      kg export > graph.ttl
      kg export --format jsonld --entity "Dockers' Union" --output union.jsonld
      kg export --format nquads | gzip > backup.nq.gz
    """
    with reading(store) as workspace:
        scope = _scope(workspace, entity, article)
        if output is None:
            sys.stdout.flush()
            workspace.export(form.value, sys.stdout.buffer, scope=scope, provenance=provenance)
            sys.stdout.buffer.flush()
            return
        draft = output.with_name(f"{output.name}.part")
        try:
            with draft.open("wb") as file:
                workspace.export(form.value, file, scope=scope, provenance=provenance)
            draft.replace(output)
        except OSError as error:
            raise MisuseError(f"{output}: {error.strerror or error}") from error
        finally:
            draft.unlink(missing_ok=True)


def _scope(workspace: Workspace, entity: str | None, article: str | None) -> Scope | None:
    from pyoxigraph import NamedNode

    from kg.graph.facts import article_iri
    from kg.graph.scope import Scope

    if entity is not None and article is not None:
        raise MisuseError("--entity and --article exclude each other")
    if entity is not None:
        from kg.lookup import find_entity

        return Scope(entity=NamedNode(find_entity(workspace.catalogue, workspace.base, entity)))
    return Scope(article=article_iri(workspace.base, article)) if article is not None else None
