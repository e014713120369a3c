"""Any SPARQL 1.1 server: queries and updates by POST, whole graphs by the Graph Store Protocol.

`kg.graph.endpoints` says what a URL may tell about a server, `kg.graph.virtuoso` what is different on a Virtuoso.
"""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from kg.errors import KgError, QueryTimeout, ResultTooLarge, StoreError
from kg.graph.endpoints import VIRTUOSO, Endpoints
from kg.graph.forms import form_of, outer_limit
from kg.graph.oxigraph import insert_data
from kg.graph.store import Answer, Row
from kg.graph.wire import Reply, Wire
from kg.vocab import PREFIXES

__all__ = ["JSON", "N_TRIPLES", "RemoteStore", "based", "cut_at", "open_remote", "too_large"]

TIMEOUT_S = 60.0
JSON, N_TRIPLES = "application/sparql-results+json", "application/n-triples"

# Servers cut answers off without a word, at round numbers: such answers are counted.
_SUSPECT_ROWS = 1_000
_RELATIVE = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.-]*:)[^<>\"{}|^`\\\x00-\x20]*>")

Pattern = Mapping[str, NamedNode | Literal | None]


def open_remote(location: str, *, read_only: bool = False) -> RemoteStore:
    """The store at a URL. Raises StoreUnavailable for one that is not understood; the server is not yet spoken to."""
    if Endpoints.of(location).server == VIRTUOSO:
        from kg.graph.virtuoso import VirtuosoStore

        return VirtuosoStore(location, read_only=read_only)
    return RemoteStore(location, read_only=read_only)


class RemoteStore:
    """A SPARQL 1.1 server. Patterns with blank nodes are refused: servers rename them, and nothing of ours has any."""

    embedded = False
    atomic = True
    keyed = False
    _keeps_names = False
    """Whether a blank node has the same name in each answer."""

    def __init__(self, location: str, *, read_only: bool = False, timeout_s: float = TIMEOUT_S) -> None:
        self._at = Endpoints.of(location)
        self._writable = not read_only
        self._timeout_s = timeout_s
        self._lock = threading.RLock()
        self._wire = Wire(self._at, timeout_s=timeout_s, explain=self._explain)

    @property
    def location(self) -> str:
        """The server's URL, without credentials."""
        return self._at.location

    @property
    def writable(self) -> bool:
        """Whether updates are allowed here; the server may still refuse them."""
        return self._writable

    @property
    def default_graph(self) -> NamedNode | None:
        """The named facts graph, on a server whose default graph is not one of its own."""
        return self._at.facts

    def update(self, sparql: str, *, base: str | None = None) -> None:
        """Run a SPARQL update. Whether several operations are one transaction is the server's affair."""
        self._check_writable()
        with self._lock:
            self._wire.update(self._at.update, {"update": based(sparql, base)})

    def query(
        self,
        sparql: str,
        accept: str | None = None,
        *,
        base: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        timeout_s: float | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        """The answer to a query, as the server serialises it, over the store's own dataset unless graphs are named.

        Raises QuerySyntaxError, QueryRefused, QueryTimeout, ResultTooLarge, StoreError and its kinds.
        """
        if accept is None:
            form = form_of(sparql)
            accept = N_TRIPLES if form is not None and form.gives_triples else JSON
        dataset = self._dataset(sparql, default_graphs, named_graphs)
        reply = self._ask(based(sparql, base), accept, dataset, timeout_s=timeout_s, max_bytes=max_bytes)
        if (cap := cut_at(reply, sparql)) is not None:
            raise too_large(cap, "rows")
        return Answer(reply.body, reply.media_type)

    def quads(
        self,
        subject: NamedNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | Literal | None = None,  # noqa: A002
        graph: NamedNode | DefaultGraph | None = None,
    ) -> list[Quad]:
        """The quads of a pattern, where None stands for anything."""
        bound = {"s": subject, "p": predicate, "o": object}
        pattern = " ".join(f"?{name}" if term is None else str(term) for name, term in bound.items())
        if isinstance(graph, DefaultGraph) or graph is None:
            where = self._default(pattern)
            found = [self._quad(row, bound, DefaultGraph()) for row in self._rows(where, bound, named=False)]
            if graph is not None:
                return found
            named = [
                self._quad(row, bound, name)
                for row in self._rows(self._named(pattern), bound, named=True)
                if isinstance(name := row["g"], NamedNode)
            ]
            return found + named
        return [
            self._quad(row, bound, graph) for row in self._rows(f"GRAPH {graph} {{ {pattern} }}", bound, named=False)
        ]

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads, graph by graph."""
        graphs: dict[NamedNode | DefaultGraph, list[Triple]] = {}
        for quad in quads:
            if isinstance(quad.graph_name, BlankNode):
                raise StoreError(f"{self.location}: a graph without a name cannot be written to a server")
            graphs.setdefault(quad.graph_name, []).append(quad.triple)
        for graph, triples in graphs.items():
            self._write("POST", graph, triples)

    def replace_graph(self, graph: NamedNode | DefaultGraph, triples: Iterable[Triple]) -> None:
        """Make these triples the whole content of a graph: one PUT, else updates of a size that servers take."""
        self._write("PUT", graph, list(triples))

    def clear_graph(self, graph: NamedNode | DefaultGraph) -> None:
        """Remove a graph; one that is not there is fine."""
        self.update(self._drop(graph))

    def graph_names(self) -> list[NamedNode]:
        """The named graphs that hold something, sorted; not the facts graph."""
        rows = self._all_rows("SELECT DISTINCT ?g", self._named("?s ?p ?o"), "?g")
        return sorted((name for row in rows if isinstance(name := row["g"], NamedNode)), key=lambda name: name.value)

    def dump(self, form: RdfFormat, out: IO[bytes], *, graph: NamedNode | DefaultGraph | None = None) -> None:
        """Write all quads in a format that can hold graphs, one graph at a time; or one graph in any format."""
        prefixes = PREFIXES if form in (RdfFormat.TRIG, RdfFormat.TURTLE, RdfFormat.RDF_XML) else None
        if graph is not None:
            serialize(self._triples_of(graph), out, form, prefixes=prefixes)
            return
        graphs: list[NamedNode | DefaultGraph] = [DefaultGraph(), *self.graph_names()]
        quads = (Quad(t.subject, t.predicate, t.object, name) for name in graphs for t in self._triples_of(name))
        serialize(quads, out, form, prefixes=prefixes)

    def snapshot(self, directory: Path) -> None:
        """Raises StoreError: a server answers its queries itself."""
        raise StoreError(f"{self.location}: a remote store has no snapshots", hint="send queries to the server itself")

    def size(self, *, up_to: int | None = None) -> int:
        """How many quads there are; the server counts them all."""
        return self._count(self._default("?s ?p ?o")) + self._count(self._named("?s ?p ?o"))

    def flush(self) -> None:
        """Nothing: the server looks after its disk."""

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    # What other servers do otherwise.

    def _dataset(self, sparql: str, default: Sequence[str], named: Sequence[str]) -> dict[str, Sequence[str]]:
        """The parameters of the protocol that name the dataset of a query (SPARQL 1.1 Protocol, 2.1.4)."""
        return {"default-graph-uri": default, "named-graph-uri": named}

    def _ask(
        self,
        sparql: str,
        accept: str,
        dataset: Mapping[str, Sequence[str]],
        *,
        timeout_s: float | None = None,
        max_bytes: int | None = None,
    ) -> Reply:
        """A server's answer. Raises QueryTimeout for one that it says it broke off."""
        form = {"query": sparql, **dataset}
        reply = self._wire.query(self._at.query, form, accept, timeout_s=timeout_s, max_bytes=max_bytes)
        if reply.headers.get("server", "").startswith("Virtuoso/") and self._at.server is None:
            raise StoreError(
                f"{self.location}: this is a Virtuoso, which needs to be spoken to in its own way",
                hint="write #server=virtuoso after its address: http://name:password@host:8890#server=virtuoso",
            )
        if "S1TAT" in reply.headers.get("x-sql-state", ""):  # of a Virtuoso behind another name
            raise QueryTimeout(
                timeout_s or self._timeout_s, hint="the server stopped at its limit and sent a part of the answer"
            )
        return reply

    def _explain(self, kind: str, said: str, took_s: float) -> KgError | None:
        """The error for what a server of a known kind says; None where the HTTP status is all that is known."""
        return None

    def _terms(self, reply: Reply) -> Answer:
        """An answer in JSON as its terms can be read."""
        return Answer(reply.body, reply.media_type)

    def _check(self, graph: NamedNode | DefaultGraph, triples: Sequence[Triple]) -> None:
        """Raise StoreError for triples that the server could not give back as they are."""

    def _hidden(self) -> list[NamedNode]:
        """The graphs that are not the user's."""
        return [] if self._at.facts is None else [self._at.facts]

    def _triples_of(self, graph: NamedNode | DefaultGraph) -> Iterator[Triple]:
        """All triples of a graph, of any size."""
        if self._at.graphs is None:
            yield from (quad.triple for quad in self.quads(graph=graph))
            return
        with tempfile.TemporaryDirectory(prefix="newsgraph-") as folder:
            path = Path(folder) / "graph.nt"
            self._wire.download(self._at.graphs, self._parameters(graph), N_TRIPLES, path)
            yield from (quad.triple for quad in parse(path=path, format=RdfFormat.N_TRIPLES))

    def _rest(self, head: str, where: str, order: str, rows: list[Row], reply: Reply) -> list[Row]:
        """The solutions that came, or all of them, page by page, where the server has cut them off."""
        if len(rows) < _SUSPECT_ROWS or len(rows) % 100 or len(rows) == self._count(where, head):
            return rows
        page, rows = len(rows), []
        while batch := self._select(f"{head} WHERE {{ {where} }} ORDER BY {order} LIMIT {page} OFFSET {len(rows)}")[0]:
            rows += batch
        return rows

    # What all of them do.

    def _check_writable(self) -> None:
        if not self._writable:
            raise StoreError(f"{self.location}: the store is open for reading only")

    def _default(self, pattern: str) -> str:
        return f"{{ {pattern} }}" if self._at.facts is None else f"GRAPH {self._at.facts} {{ {pattern} }}"

    def _named(self, pattern: str) -> str:
        hidden = ", ".join(map(str, self._hidden()))
        return f"GRAPH ?g {{ {pattern} }}" + (f" FILTER(?g NOT IN ({hidden}))" if hidden else "")

    def _own(self, graph: NamedNode | DefaultGraph) -> NamedNode | DefaultGraph:
        """The graph's name on this server."""
        return self._at.facts if isinstance(graph, DefaultGraph) and self._at.facts is not None else graph

    def _drop(self, graph: NamedNode | DefaultGraph) -> str:
        own = self._own(graph)
        return "CLEAR DEFAULT" if isinstance(own, DefaultGraph) else f"DROP SILENT GRAPH {own}"

    def _write(self, method: str, graph: NamedNode | DefaultGraph, triples: list[Triple]) -> None:
        """PUT or POST a graph, or do the same by updates."""
        self._check_writable()
        self._check(graph, triples)
        if self._at.graphs is None:
            if any(isinstance(term, BlankNode) for triple in triples for term in (triple.subject, triple.object)):
                raise StoreError(
                    f"{self.location}: blank nodes cannot be written by updates, which rename them",
                    hint="give the server's Graph Store endpoint in the URL: #graphs=…",
                )
            operations = [*insert_data(triples, self._own(graph))]
            if method == "PUT":
                operations.insert(0, self._drop(graph))
            if operations:
                self.update(" ;\n".join(operations))
            return
        body = serialize(triples, format=RdfFormat.N_TRIPLES)
        with self._lock:
            self._wire.graph(method, self._at.graphs, self._parameters(graph), body, N_TRIPLES)

    def _parameters(self, graph: NamedNode | DefaultGraph) -> dict[str, str]:
        """The parameters by which the Graph Store Protocol names a graph."""
        own = self._own(graph)
        return {"default": ""} if isinstance(own, DefaultGraph) else {"graph": own.value}

    def _rows(self, where: str, bound: Pattern, *, named: bool) -> list[Row]:
        free = [f"?{name}" for name, term in bound.items() if term is None] + (["?g"] if named else [])
        if not free:
            return [{}] if self._terms(self._ask(f"ASK {{ {where} }}", JSON, {})).boolean else []
        return self._all_rows(f"SELECT {' '.join(free)}", where, " ".join(free))

    def _all_rows(self, head: str, where: str, order: str) -> list[Row]:
        """All solutions of a pattern that names its graphs."""
        rows, reply = self._select(f"{head} WHERE {{ {where} }}")
        return self._rest(head, where, order, rows, reply)

    def _select(self, query: str) -> tuple[list[Row], Reply]:
        reply = self._ask(query, JSON, {})
        return self._terms(reply).rows(), reply

    def _count(self, where: str, head: str = "SELECT *") -> int:
        count = self._select(f"SELECT (COUNT(*) AS ?n) WHERE {{ {{ {head} WHERE {{ {where} }} }} }}")[0][0]["n"]
        return int(count.value) if isinstance(count, Literal) else 0

    def _quad(self, row: Row, bound: Pattern, graph: NamedNode | DefaultGraph) -> Quad:
        subject, predicate, value = (term if term is not None else row[name] for name, term in bound.items())
        if not self._keeps_names and (isinstance(subject, BlankNode) or isinstance(value, BlankNode)):
            raise StoreError(
                f"the graph {graph} has blank nodes, which cannot be read from a server one pattern at a time"
            )
        assert isinstance(subject, NamedNode | BlankNode)
        assert isinstance(predicate, NamedNode)
        assert value is not None
        return Quad(subject, predicate, value, graph)


def cut_at(reply: Reply, sparql: str = "") -> int | None:
    """At how many rows the server cut an answer off; None if it is whole, because the query's LIMIT is no more, too."""
    told = reply.headers.get("x-sparql-maxrows", "")  # a Virtuoso sends it with as many rows as it gives at most
    if not told.isdigit():
        return None
    limit = outer_limit(sparql)
    return None if limit is not None and limit <= int(told) else int(told)


def too_large(cap: int, what: str) -> ResultTooLarge:
    """The error for an answer that the server cut off."""
    return ResultTooLarge(
        f"the server gives at most {cap:,} {what} at a time, and this answer has more",
        hint="use LIMIT, count instead, or have the server's limit raised (Virtuoso: ResultSetMaxRows)",
    )


def based(sparql: str, base: str | None) -> str:
    """The text with its base declared, if it has relative IRIs."""
    return f"BASE <{base}> {sparql}" if base is not None and _RELATIVE.search(sparql) else sparql
