"""The W3C's protocol tests as data: manifests that say which requests are sent, and what has to come back.

The suite is not part of this repository. `KG_TEST_SUITES` names the folder that holds `rdf-tests-sparql11.tar.gz` or
the unpacked `rdf-tests` (https://github.com/w3c/rdf-tests).
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, parse

VARIABLE = "KG_TEST_SUITES"
ARCHIVE = "rdf-tests-sparql11.tar.gz"
FOLDER = "rdf-tests/sparql/sparql11/"
BASE = "http://manifest.example/"

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
HT = "http://www.w3.org/2011/http#"
CNT = "http://www.w3.org/2011/content#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
STATUS = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}

Node = NamedNode | BlankNode


@dataclass(frozen=True)
class Exchange:
    """One request and what has to come back: statuses are `200` or a class, `2xx`."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statuses: frozenset[str]
    boolean: str | None = None
    form: str | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    graph: str | None = None
    location: str | None = None


@dataclass(frozen=True)
class ProtocolTest:
    """One test: graphs that are there beforehand (name, N-Triples), then exchanges."""

    name: str
    data: tuple[tuple[str, bytes], ...] = field(repr=False)
    exchanges: tuple[Exchange, ...] = field(repr=False)


def suite() -> Path | None:
    """Where the suite is, if it is anywhere."""
    value = os.environ.get(VARIABLE)
    if not value:
        return None
    for path in (Path(value), Path(value) / ARCHIVE):
        if path.name == ARCHIVE and path.is_file():
            return path
    return Path(value) if (Path(value) / FOLDER).is_dir() else None


def read_tests(*manifests: str) -> list[ProtocolTest]:
    """The tests of some manifests; none where the suite is absent."""
    return [test for name in manifests for test in _read(name)] if suite() else []


def read_texts(manifest: str) -> list[tuple[str, str]]:
    """The tests of a manifest that tells them in Markdown: names and texts, in order; none where it is absent."""
    if not suite():
        return []
    graph = ManifestGraph(manifest)
    entries = graph.entries()
    return [
        (entry.value.rpartition("#")[2], max((text.value for text in graph.values(entry, RDFS + "comment")), key=len))
        for entry in entries
    ]


def read_file(name: str) -> bytes:
    """A file of the suite, by its path below `sparql11`."""
    where = suite()
    assert where is not None
    return (where / FOLDER / name).read_bytes() if where.is_dir() else _unpacked(where)[name]


@cache
def _unpacked(archive: Path) -> dict[str, bytes]:
    """All files of the packed suite, by their paths below `sparql11`: one of many costs as much as all."""
    files: dict[str, bytes] = {}
    with tarfile.open(archive) as packed:
        for member in packed:
            if member.name.startswith(FOLDER) and (file := packed.extractfile(member)) is not None:
                files[member.name.removeprefix(FOLDER)] = file.read()
    return files


def _read(name: str) -> Iterator[ProtocolTest]:
    graph = ManifestGraph(name)
    folder = name.rpartition("/")[0]
    for entry in graph.entries():
        action = graph.value(entry, MF + "action")
        requests = graph.value(action, HT + "requests") if action is not None else None
        data = tuple(
            (
                graph.text(given, RDFS + "label"),
                read_file(f"{folder}/{graph.text(given, UT + 'graph').rpartition('/')[2]}"),
            )
            for given in graph.values(entry, UT + "graphData")
        )
        exchanges = tuple(map(graph.exchange, graph.list(requests))) if requests is not None else ()
        assert isinstance(entry, NamedNode)
        yield ProtocolTest(entry.value.rpartition("#")[2], data, exchanges)


class ManifestGraph:
    """The triples of the manifest at a path below `sparql11`; its files have IRIs below `BASE`."""

    def __init__(self, name: str) -> None:
        self.store = Store()
        self.store.extend(parse(read_file(name), RdfFormat.TURTLE, base_iri=BASE + name))

    def entries(self) -> Iterator[Node]:
        """Its tests, in order."""
        return self.list(self.one(self.subject(RDF + "type", MF + "Manifest"), MF + "entries"))

    def values(self, subject: Node, predicate: str) -> list[Node | Literal]:
        found = self.store.quads_for_pattern(subject, NamedNode(predicate), None)
        return [quad.object for quad in found]  # type: ignore[misc]

    def value(self, subject: Node, predicate: str) -> Node | None:
        found = self.values(subject, predicate)
        return found[0] if found else None  # type: ignore[return-value]

    def one(self, subject: Node, predicate: str) -> Node:
        value = self.value(subject, predicate)
        assert value is not None, (subject, predicate)
        return value

    def text(self, subject: object, predicate: str) -> str:
        return str(self.one(subject, predicate).value)  # type: ignore[arg-type]

    def optional(self, subject: Node, predicate: str) -> str | None:
        value = self.value(subject, predicate)
        return None if value is None else value.value

    def subject(self, predicate: str, object_: str) -> Node:
        return next(self.store.quads_for_pattern(None, NamedNode(predicate), NamedNode(object_))).subject  # type: ignore[return-value]

    def list(self, head: Node) -> Iterator[Node]:
        while head != NamedNode(RDF + "nil"):
            yield self.one(head, RDF + "first")
            head = self.one(head, RDF + "rest")

    def headers(self, subject: Node) -> tuple[tuple[str, str], ...]:
        head = self.value(subject, HT + "headers")
        found = self.list(head) if head is not None else iter(())
        return tuple((self.text(h, HT + "fieldName"), self.text(h, HT + "fieldValue")) for h in found)

    def exchange(self, request: Node) -> Exchange:
        body, response = self.value(request, HT + "body"), self.one(request, HT + "resp")
        content = self.value(response, HT + "body")
        names = [value.value.rpartition("#")[2] for value in self.values(response, MF + "expectedStatus")]
        return Exchange(
            method=self.text(request, HT + "methodName"),
            path=self.text(request, HT + "absolutePath"),
            headers=self.headers(request),
            body=b""
            if body is None
            else self.text(body, CNT + "chars").encode(self.text(body, CNT + "characterEncoding")),
            statuses=frozenset(STATUS.get(name) or name.removeprefix("StatusCode") for name in names),
            boolean=self.optional(response, MF + "expectedBoolean"),
            form=self.optional(response, MF + "expectedFormat"),
            response_headers=self.headers(response),
            graph=None if content is None else self.text(content, CNT + "chars"),
            location=self.optional(response, MF + "expectedLocation"),
        )
