"""Any SPARQL 1.1 server: queries and updates by POST (SPARQLWrapper), whole graphs by the Graph Store Protocol (httpx).

The URL's fragment, which no server sees, says what cannot be guessed, as `#update=…&graphs=…&facts=…&auth=digest`:

    update  where updates go          (else: beside `…/query` as `…/update`; else the query URL itself)
    graphs  the Graph Store endpoint  (else: beside `…/query` as `…/store`; if none or empty, updates do its work)
    facts   the named graph that holds the facts, for servers whose default graph is the union of all (Virtuoso)
    auth    `basic` (the default) or `digest`, with the URL's user and password

    http://127.0.0.1:7878                                                 Oxigraph
    http://127.0.0.1:3030/ds/query#graphs=http://127.0.0.1:3030/ds/data   Fuseki
    http://dba:dba@127.0.0.1:8890/sparql-auth#auth=digest&graphs=http://127.0.0.1:8890/sparql-graph-crud-auth
        &facts=http://localhost:8000/graph/facts                          Virtuoso
"""

from __future__ import annotations

import ast
import math
import tempfile
import threading
import urllib.error
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

import httpx
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize
from SPARQLWrapper import BASIC, DIGEST, POST, URLENCODED, SPARQLExceptions, SPARQLWrapper

from kg.errors import QuerySyntaxError, QueryTimeout, StoreError, StoreUnavailable
from kg.graph.oxigraph import insert_data
from kg.graph.store import Answer, Row
from kg.vocab import PREFIXES

__all__ = ["Endpoints", "RemoteStore"]

TIMEOUT_S = 60.0
_ROWS, _TRIPLES = "application/sparql-results+json", "application/n-triples"
_XSD_BOOLEAN = NamedNode("http://www.w3.org/2001/XMLSchema#boolean")

# Servers cut answers off without a word, at round numbers (Virtuoso as shipped: 10,000 rows): such answers are counted.
_SUSPECT_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a server is spoken to, and with which credentials; `location` shows none of them."""

    location: str
    query: str
    update: str
    graphs: str | None = None
    facts: NamedNode | None = None
    user: str | None = None
    password: str | None = None
    digest: bool = False

    @classmethod
    def of(cls, location: str) -> Endpoints:
        """What a URL says.

        >>> Endpoints.of("http://127.0.0.1:7878").update
        'http://127.0.0.1:7878/update'
        """
        parts = urlsplit(location)
        netloc = parts.netloc.rpartition("@")[2]
        shown = urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))
        try:
            options = dict(parse_qsl(parts.fragment, keep_blank_values=True, strict_parsing=bool(parts.fragment)))
            facts = NamedNode(options["facts"]) if "facts" in options else None
        except ValueError as error:
            raise StoreUnavailable(f"{shown}#{parts.fragment}: {error}") from error
        if unknown := options.keys() - {"update", "graphs", "facts", "auth"}:
            raise StoreUnavailable(f"{shown}: the fragment of the URL has no {', '.join(sorted(unknown))}")
        path = parts.path.rstrip("/") or "/query"
        query = urlunsplit((parts.scheme, netloc, path, parts.query, ""))
        beside = query.removesuffix("/query") if path.endswith("/query") and not parts.query else None
        return cls(
            location=shown,
            query=query,
            update=options.get("update", f"{beside}/update" if beside else query),
            graphs=options.get("graphs", f"{beside}/store" if beside else "") or None,
            facts=facts,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            digest=options.get("auth") == "digest",
        )


class RemoteStore:
    """A SPARQL 1.1 server. Blank nodes are refused: servers rename them, and nothing of ours has any."""

    embedded = False
    keyed = False

    def __init__(self, location: str, *, read_only: bool = False, timeout_s: float = TIMEOUT_S) -> None:
        self._at = Endpoints.of(location)
        self._writable = not read_only
        self._timeout_s = timeout_s
        self._lock = threading.RLock()
        self._http: httpx.Client | None = httpx.Client(timeout=timeout_s, auth=self._auth())

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
        if not self._writable:
            raise StoreError(f"{self.location}: the store is open for reading only")
        with self._lock:
            self._post(self._at.update, sparql if base is None else f"BASE <{base}> {sparql}", "INSERT", "*/*")

    def query(self, sparql: str, accept: str | None = None) -> Answer:
        """The answer to a query, as the server serialises it."""
        if accept is None:
            # both in one Accept header, and Virtuoso answers CONSTRUCT with rows
            form = SPARQLWrapper(self._at.query)
            form.setQuery(sparql)
            accept = _TRIPLES if form.queryType in ("CONSTRUCT", "DESCRIBE") else _ROWS
        return self._post(self._at.query, sparql, "SELECT", accept)

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
            where = f"{{ {pattern} }}" if self._at.facts is None else f"GRAPH {self._at.facts} {{ {pattern} }}"
            found = [_quad(row, bound, DefaultGraph()) for row in self._rows(where, bound, named=False)]
            if graph is not None:
                return found
            named = [
                _quad(row, bound, name)
                for row in self._rows(f"GRAPH ?g {{ {pattern} }}", bound, named=True)
                if isinstance(name := row["g"], NamedNode) and name != self._at.facts
            ]
            return found + named
        return [_quad(row, bound, graph) for row in self._rows(f"GRAPH {graph} {{ {pattern} }}", bound, named=False)]

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads, by updates of a size that servers take."""
        graphs: dict[NamedNode | DefaultGraph, list[Triple]] = {}
        for quad in quads:
            if isinstance(quad.graph_name, BlankNode):
                raise StoreError(f"{self.location}: a graph without a name cannot be written to a server")
            graphs.setdefault(self._own(quad.graph_name), []).append(quad.triple)
        for graph, triples in graphs.items():
            for operation in insert_data(triples, graph):
                self.update(operation)

    def replace_graph(self, graph: NamedNode | DefaultGraph, triples: Iterable[Triple]) -> None:
        """Make these triples the whole content of a graph: one PUT, else updates of a size that servers take."""
        if not self._writable:
            raise StoreError(f"{self.location}: the store is open for reading only")
        if self._at.graphs is None:
            self.update(";\n".join([self._drop(graph), *insert_data(triples, self._own(graph))]))
            return
        body = serialize(triples, format=RdfFormat.N_TRIPLES)
        headers = {"Content-Type": RdfFormat.N_TRIPLES.media_type}
        with self._lock:
            self._graph_store("PUT", graph, content=body, headers=headers)

    def clear_graph(self, graph: NamedNode | DefaultGraph) -> None:
        """Remove a graph; one that is not there is fine."""
        self.update(self._drop(graph))

    def graph_names(self) -> list[NamedNode]:
        """The named graphs that hold something, sorted; not the facts graph."""
        rows = self._all_rows("SELECT DISTINCT ?g", "GRAPH ?g { ?s ?p ?o }", "?g")
        names = {name for row in rows if isinstance(name := row["g"], NamedNode) and name != self._at.facts}
        return sorted(names, key=lambda name: name.value)

    def dump(self, form: RdfFormat, out: IO[bytes], *, graph: NamedNode | DefaultGraph | None = None) -> None:
        """Write all quads in a format that can hold graphs, one graph at a time; or one graph in any format."""
        prefixes = PREFIXES if form in (RdfFormat.TRIG, RdfFormat.TURTLE, RdfFormat.RDF_XML) else None
        quads = self._everything(graph)
        serialize(quads if graph is None else (q.triple for q in quads), out, form, prefixes=prefixes)

    def snapshot(self, directory: Path) -> None:
        """Raises StoreError: a server answers its queries itself."""
        raise StoreError(f"{self.location}: a remote store has no snapshots", hint="send queries to the server itself")

    def size(self) -> int:
        """How many quads there are."""
        default = "{ ?s ?p ?o }" if self._at.facts is None else f"GRAPH {self._at.facts} {{ ?s ?p ?o }}"
        others = "" if self._at.facts is None else f"FILTER(?g != {self._at.facts})"
        return self._count(default) + self._count(f"GRAPH ?g {{ ?s ?p ?o }} {others}")

    def flush(self) -> None:
        """Nothing: the server looks after its disk."""

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _auth(self) -> httpx.Auth | None:
        at = self._at
        if at.user is None:
            return None
        kind = httpx.DigestAuth if at.digest else httpx.BasicAuth
        return kind(at.user, at.password or "")

    def _own(self, graph: NamedNode | DefaultGraph) -> NamedNode | DefaultGraph:
        """The graph's name on this server."""
        return self._at.facts if isinstance(graph, DefaultGraph) and self._at.facts is not None else graph

    def _drop(self, graph: NamedNode | DefaultGraph) -> str:
        own = self._own(graph)
        return "CLEAR DEFAULT" if isinstance(own, DefaultGraph) else f"DROP SILENT GRAPH {own}"

    def _post(self, url: str, sparql: str, kind: str, accept: str) -> Answer:
        if self._http is None:
            raise StoreError(f"{self.location}: the store is closed")
        wrapper = SPARQLWrapper(self._at.query, updateEndpoint=url)
        # set directly: setQuery guesses the kind with a regular expression, and warns when it cannot
        wrapper.queryString, wrapper.queryType = sparql, kind
        wrapper.setMethod(POST)
        wrapper.setRequestMethod(URLENCODED)
        wrapper.setOnlyConneg(True)
        wrapper.setTimeout(math.ceil(self._timeout_s))
        wrapper.addCustomHttpHeader("Accept", accept)
        if self._at.user is not None:
            wrapper.setHTTPAuth(DIGEST if self._at.digest else BASIC)
            wrapper.setCredentials(self._at.user, self._at.password or "", realm="SPARQL")
        with self._translated(), wrapper.query().response as response:
            body, headers = response.read(), response.headers
        # Virtuoso answers 200 with the rows it has when its time is up
        if "S1TAT" in headers.get("X-SQL-State", ""):
            raise QueryTimeout(
                self._timeout_s, hint="the server stopped at its own limit and sent a part of the answer"
            )
        return Answer(body, headers.get_content_type())

    def _graph_store(self, method: str, graph: NamedNode | DefaultGraph, **request: Any) -> None:
        with self._translated():
            answer = self._client.request(method, self._at.graphs or "", params=self._named(graph), **request)
            answer.raise_for_status()

    def _named(self, graph: NamedNode | DefaultGraph) -> dict[str, str]:
        """The parameters by which the Graph Store Protocol names a graph."""
        own = self._own(graph)
        if isinstance(own, DefaultGraph):
            return {"default": ""}
        # Virtuoso 7.2 calls it graph-uri; each server ignores the other's name
        return {"graph": own.value, "graph-uri": own.value}

    @property
    def _client(self) -> httpx.Client:
        if self._http is None:
            raise StoreError(f"{self.location}: the store is closed")
        return self._http

    def _rows(self, where: str, bound: dict[str, NamedNode | Literal | None], *, named: bool) -> list[Row]:
        free = [f"?{name}" for name, term in bound.items() if term is None] + (["?g"] if named else [])
        if not free:
            exists = self.query(f"ASK {{ {where} }}", "application/sparql-results+json").boolean
            return [{}] if exists else []
        return self._all_rows(f"SELECT {' '.join(free)}", where, " ".join(free))

    def _all_rows(self, head: str, where: str, order: str) -> list[Row]:
        """The solutions, page by page where the server cuts its answers off."""
        json = "application/sparql-results+json"
        rows = self.query(f"{head} WHERE {{ {where} }}", json).rows()
        if len(rows) < _SUSPECT_ROWS or len(rows) % 100 or len(rows) == self._count(where, head):
            return rows
        page, rows = len(rows), []
        while batch := self.query(
            f"{head} WHERE {{ {where} }} ORDER BY {order} LIMIT {page} OFFSET {len(rows)}", json
        ).rows():
            rows += batch
        return rows

    def _count(self, where: str, head: str = "SELECT *") -> int:
        inner = f"{{ {head} WHERE {{ {where} }} }}"
        row = self.query(f"SELECT (COUNT(*) AS ?n) WHERE {inner}", "application/sparql-results+json").rows()[0]
        count = row["n"]
        return int(count.value) if isinstance(count, Literal) else 0

    def _everything(self, only: NamedNode | DefaultGraph | None) -> Iterator[Quad]:
        graphs: list[NamedNode | DefaultGraph] = [DefaultGraph(), *self.graph_names()] if only is None else [only]
        for graph in graphs:
            if self._at.graphs is None:
                yield from self.quads(graph=graph)
                continue
            with tempfile.TemporaryDirectory(prefix="newsgraph-") as folder:
                path = Path(folder) / "graph.nt"
                self._download(graph, path)
                for quad in parse(path=path, format=RdfFormat.N_TRIPLES):
                    yield Quad(quad.subject, quad.predicate, quad.object, graph)

    def _download(self, graph: NamedNode | DefaultGraph, path: Path) -> None:
        headers = {"Accept": RdfFormat.N_TRIPLES.media_type}
        with (
            self._translated(),
            self._client.stream("GET", self._at.graphs or "", params=self._named(graph), headers=headers) as response,
            path.open("wb") as file,
        ):
            response.raise_for_status()
            for chunk in response.iter_bytes():
                file.write(chunk)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SPARQLExceptions.QueryBadFormed as error:
            raise QuerySyntaxError(_message(error)) from error
        except (SPARQLExceptions.EndPointNotFound, SPARQLExceptions.Unauthorized) as error:
            raise StoreUnavailable(f"{self.location}: {_message(error)}") from error
        except SPARQLExceptions.SPARQLWrapperException as error:
            raise StoreError(f"{self.location}: {_message(error)}") from error
        except urllib.error.HTTPError as error:
            with error:
                raise StoreUnavailable(f"{self.location}: HTTP {error.code} {error.reason}") from error
        except (urllib.error.URLError, httpx.TransportError, TimeoutError, ConnectionError) as error:
            hint = "is the server running, and is this its address?"
            raise StoreUnavailable(f"{self.location}: {getattr(error, 'reason', error)}", hint=hint) from error
        except httpx.HTTPStatusError as error:
            answer = error.response
            answer.read()
            text = f"{self.location}: HTTP {answer.status_code} {answer.reason_phrase}: {answer.text[:200]}"
            raise (StoreUnavailable if answer.status_code in (401, 403, 404, 502, 503) else StoreError)(text) from error


def _quad(row: Row, bound: dict[str, NamedNode | Literal | None], graph: NamedNode | DefaultGraph) -> Quad:
    subject, predicate, value = (term if term is not None else row[name] for name, term in bound.items())
    if isinstance(subject, BlankNode) or isinstance(value, BlankNode):
        raise StoreError(f"the graph {graph} has blank nodes, which cannot be read from a server one pattern at a time")
    assert isinstance(subject, NamedNode)
    assert isinstance(predicate, NamedNode)
    assert value is not None
    if isinstance(value, Literal) and value.datatype == _XSD_BOOLEAN and value.value in ("0", "1"):
        value = Literal("true" if value.value == "1" else "false", datatype=_XSD_BOOLEAN)  # as Virtuoso writes it
    return Quad(subject, predicate, value, graph)


def _message(error: SPARQLExceptions.SPARQLWrapperException) -> str:
    """What the server said: SPARQLWrapper shows its bytes as Python writes them."""
    text = str(error)
    said = text.partition("Response:")[2].strip()
    with suppress(ValueError, SyntaxError):
        text = ast.literal_eval(said).decode(errors="replace")
    return text.strip()[:500]
