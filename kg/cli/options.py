"""The options that several commands share, so that they are called and explained the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kg.errors import KgError

__all__ = [
    "AnswerFormat",
    "ExtractorOption",
    "MisuseError",
    "ModelOption",
    "StoreOption",
    "ThreadsOption",
    "TimeoutOption",
]

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store", "-s", metavar="DIR", envvar="KG_STORE", show_envvar=True, help="The workspace. [default: kg-store]"
    ),
]
ModelOption = Annotated[
    Path | None,
    typer.Option("--model", metavar="DIR", envvar="KG_MODEL", help="Another model than the one in the package."),
]
ExtractorOption = Annotated[
    str | None,
    typer.Option(
        "--extractor", metavar="NAME", envvar="KG_EXTRACTOR", help="What reads articles; extract --list-extractors."
    ),
]
ThreadsOption = Annotated[
    int | None,
    typer.Option("--threads", min=1, max=256, envvar="KG_THREADS", help="Threads of the model. [default: all cores]"),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option("--timeout", min=0.001, metavar="SECONDS", help="Give up after this long. [default: 30]"),
]


class AnswerFormat(StrEnum):
    """How the answer to a query is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    TSV = "tsv"
    XML = "xml"
    TURTLE = "turtle"
    NTRIPLES = "ntriples"
    JSONLD = "jsonld"


class MisuseError(KgError):
    """Arguments that do not go together: exit status 2."""
