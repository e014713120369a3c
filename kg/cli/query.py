"""`kg query`: SPARQL."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.options import AnswerFormat, MisuseError, StoreOption, TimeoutOption
from kg.cli.store import reading


def command(
    query: Annotated[
        str | None, typer.Argument(metavar="QUERY", help="The query; - or nothing reads it from stdin.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Read the query from a file.", exists=True, dir_okay=False),
    ] = None,
    form: Annotated[
        AnswerFormat, typer.Option("--format", "-f", help="How the answer is printed.")
    ] = AnswerFormat.TABLE,
    timeout: TimeoutOption = None,
    store: StoreOption = None,
) -> None:
    """Answer a SPARQL query.

    Rows are printed as table, json, csv, tsv or xml; triples (CONSTRUCT, DESCRIBE) as turtle, ntriples or jsonld.
    Ctrl-C and --timeout really stop the query. The prefixes kg, rdf, rdfs, skos, prov, oa, schema, dcterms and xsd need
    no declaration.

    \b
    Examples:
      kg query 'SELECT * { ?person kg:leads ?group } LIMIT 10'
      kg query --file question.rq --format csv > answer.csv
      cat question.rq | kg query --timeout 5
    """
    from kg.cli.answers import print_answer

    text = _text(query, file)
    with reading(store) as workspace:
        print_answer(workspace, text, form, timeout_s=timeout)


def _text(query: str | None, file: Path | None) -> str:
    """The query, from wherever it comes."""
    if query not in (None, "-") and file is not None:
        raise MisuseError("a query and a --file with another")
    try:
        if file is not None:
            return file.read_text("utf-8")
        if query is not None and query != "-":
            return query
        if sys.stdin.isatty():
            raise MisuseError("no query", hint="kg query 'SELECT …', or kg query --file FILE; kg run lists ready ones")
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise MisuseError(f"the query is not UTF-8: {error}") from error
    except OSError as error:
        raise MisuseError(f"{file}: {error.strerror or error}") from error
