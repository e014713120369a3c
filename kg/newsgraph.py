"""The Python API: a workspace in a few lines.

import kg

with kg.open("my-graph") as graph:
    graph.ingest("articles/")
    for row in graph.query("SELECT ?person ?group WHERE { ?person kg:leads ?group }"):
        print(row["person"], row["group"])
    graph.export("graph.ttl")
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pyoxigraph import Triple

from kg.articles import read_articles
from kg.catalogue import Hit
from kg.errors import ArticleError, StoreError
from kg.exports import FORMATS, format_of_name, output
from kg.graph import Row
from kg.graph.scope import Provenance
from kg.types import Article, Extractor, Report
from kg.vocab import PREFIXES
from kg.workspace import Workspace

__all__ = ["Newsgraph", "open_graph"]


class Newsgraph:
    """A workspace with the extractor that fills it, loaded when the first article comes."""

    def __init__(self, workspace: Workspace, *, extractor: Extractor | None = None) -> None:
        self.workspace = workspace
        self._extractor = extractor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the workspace. Closing twice is fine."""
        self.workspace.close()

    @property
    def extractor(self) -> Extractor:
        """What reads articles: the one given, else the model that comes with the package. Raises ModelError."""
        if self._extractor is None:
            from kg.extract import load_extractor

            self._extractor = load_extractor()
        return self._extractor

    def ingest(self, *inputs: str | Path | Article) -> Report:
        """Read files, folders, globs or articles into the graph; what cannot be read is named in the report."""
        return self.workspace.ingest(_articles(inputs), self.extractor)

    def delete(self, article_id: str) -> None:
        """Remove an article and everything that only it supported. Raises UnknownEntity."""
        self.workspace.delete(article_id)

    def query(self, sparql: str, *, timeout_s: float | None = 30.0) -> list[Row] | list[Triple] | bool:
        """The rows of a SELECT, the triples of a CONSTRUCT or DESCRIBE, or the truth of an ASK.

        The prefixes of `kg.vocab.PREFIXES` (kg, rdfs, skos, …) need no declaration. Raises QueryError and its kinds.
        """
        answer = self.workspace.query(sparql, timeout_s=timeout_s, prefixes=PREFIXES)
        if not answer.media_type.startswith("application/sparql-results"):
            return answer.triples()
        try:
            return answer.rows()
        except StoreError:
            return answer.boolean

    def search(self, text: str, kinds: Collection[str] | None = None, limit: int = 20) -> list[Hit]:
        """The best hits for some words: entities by their names, then sentences."""
        return self.workspace.catalogue.search(text, kinds, limit)

    def resolve(self) -> int:
        """Link everything anew at once; returns how many mentions' chains changed their entity."""
        return self.workspace.resolve()

    def export(
        self, target: str | Path | IO[bytes], form: str | None = None, *, provenance: Provenance | str | bool = True
    ) -> None:
        """Write the graph to a file, in the format that its name ends with, or in `form` (turtle, jsonld, ftm, …).

        A name that ends in .gz or .zst is compressed. `provenance` is none, statements or full; or False, or True.
        """
        if isinstance(target, str | Path):
            known = form or format_of_name(Path(target).name)
            if known is None:
                endings = ", ".join(f".{one.extension}" for one in FORMATS.values())
                raise StoreError(f"{target}: no format known by that ending", hint=f"one of: {endings}")
            with output(Path(target)) as out:
                self.workspace.export(known, out, provenance=provenance)
        else:
            self.workspace.export(form or "turtle", target, provenance=provenance)

    def stats(self) -> Mapping[str, int]:
        """Counts of everything, by name."""
        return self.workspace.stats()


def open_graph(
    location: str | Path = "memory:",
    *,
    base: str | None = None,
    extractor: Extractor | None = None,
    read_only: bool = False,
) -> Newsgraph:
    """The workspace at a location, made if there is none; `memory:` is one that ends with the process.

    Raises WorkspaceError, or StoreLocked when another process has it open for writing.
    """
    if read_only or (Workspace.exists(location) and str(location) != "memory:"):
        workspace = Workspace.open(location, read_only=read_only)
    else:
        workspace = Workspace.create(location, base=base)
    return Newsgraph(workspace, extractor=extractor)


def _articles(inputs: tuple[str | Path | Article, ...]) -> Iterator[Article | ArticleError]:
    paths: list[str | Path] = []
    for item in inputs:
        if isinstance(item, Article):
            yield item
        else:
            paths.append(item)
    if paths:
        yield from read_articles(paths)
