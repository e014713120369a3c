"""What is different on a Virtuoso (7.2, measured), so that it gives the answers that other servers give, or an error.

* No default graph of its own: it shows the union of all graphs, its own system graphs among them, with a triple as
  often as graphs hold it. So each query names the facts graph as its default graph, and updates name their graphs.
* Answers end silently at `ResultSetMaxRows` (10,000 as shipped): rows, the triples of a CONSTRUCT, the subjects of a
  DESCRIBE, and whole graphs by the Graph Store Protocol. Rows say so in a header, the rest in nothing.
* A query that reaches the time it was given is answered with what is there by then, and status 200.
* SPARQL reaches into SQL: `bif:exec(…)` runs statements, `define get:…` and OPTION fetch from the network.
* Truth comes back as 1 and 0, blank nodes as `nodeID://b1`, and some literals not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
    serialize,
)

from kg.errors import (
    KgError,
    QueryError,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    StoreError,
    StoreUnavailable,
)
from kg.graph.dialect import check_sql, graphs_in, without_undef
from kg.graph.forms import QueryForm, form_of
from kg.graph.remote import JSON, N_TRIPLES, RemoteStore, based, cut_at, too_large
from kg.graph.store import Answer, Row, Term
from kg.graph.wire import Reply

__all__ = ["SYSTEM_GRAPHS", "VirtuosoStore"]

SYSTEM_GRAPHS = tuple(
    NamedNode(iri)
    for iri in (
        "http://www.openlinksw.com/schemas/virtrdf#",
        "http://www.w3.org/ns/ldp#",
        "http://localuriqaserver/sparql",
        "http://www.w3.org/2002/07/owl#",
        "http://localhost:8890/DAV/",
        "http://localhost:8890/sparql",
        "urn:activitystreams-owl:map",
        "urn:core:services:sparql",
    )
)
"""Graphs that come with the server: none of its users', and clearing the first breaks it."""

SORTED_ROWS = 10_000
"""MaxSortedTopRows as shipped: ORDER BY with LIMIT and OFFSET reaches no further (SR353)."""

XSD = "http://www.w3.org/2001/XMLSchema#"
_BOOLEAN = f"{XSD}boolean"
_NOT_KEPT = frozenset(f"{XSD}{name}" for name in ("time", "duration", "dayTimeDuration", "yearMonthDuration"))
_WHOLE = frozenset(f"{XSD}{name}" for name in ("integer", "long", "nonNegativeInteger", "positiveInteger"))
_CALENDAR = {f"{XSD}date": "", f"{XSD}gYearMonth": "-01", f"{XSD}gYear": "-01-01"}
_DIGITS = 18
_DECIMALS = 15
_TRUTH = {"1": "true", "0": "false"}

_ERROR = re.compile(r"Virtuoso (\S+) Error (.*?)(?:\s*SPARQL query:.*)?$", re.DOTALL)
_SAID = 500


class VirtuosoStore(RemoteStore):
    """A Virtuoso whose facts lie in a named graph. Several operations in one update are no transaction there."""

    atomic = False  # and it takes 5 ms to compile each triple of an INSERT DATA
    _keeps_names = True
    _cap: int | None = None
    _asked_cap = False

    def update(self, sparql: str, *, base: str | None = None) -> None:
        """Run a SPARQL update; one that leaves its graphs open works on the facts."""
        self._check_writable()
        check_sql(sparql)
        # ours name all of their graphs and have no base; what people write may not
        text = based(sparql, base)
        dataset = {} if base is None else self._dataset(text, (), ())
        with self._lock:
            self._wire.update(self._at.update, {"update": text, **dataset})

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
        """The answer to a query, written by our own serialiser: the server's CSV, JSON and Turtle differ from others'.

        Raises QueryRefused too, for a query that reaches into SQL.
        """
        check_sql(sparql)
        if (form := form_of(sparql)) is None:  # the server takes updates for queries, of its own kinds too
            raise QuerySyntaxError("not a query: SELECT, ASK, CONSTRUCT or DESCRIBE comes after the prologue")
        accepted = N_TRIPLES if form.gives_triples else JSON
        text = without_undef(based(sparql, base))
        dataset = self._dataset(text, default_graphs, named_graphs)
        reply = self._ask(text, accepted, dataset, timeout_s=timeout_s, max_bytes=max_bytes)
        if not form.gives_triples:
            if (cap := cut_at(reply, sparql)) is not None:
                raise too_large(cap, "rows")
            return _rows_as(self._terms(reply), accept or JSON)
        triples = [_triple_as_written(quad.triple) for quad in parse(reply.body, RdfFormat.N_TRIPLES)]
        # these it cuts off without a word
        count = len({triple.subject for triple in triples} if form is QueryForm.DESCRIBE else triples)
        if count and (cap := self._row_cap()) is not None and count >= cap:
            raise too_large(cap, "triples of a CONSTRUCT, or things of a DESCRIBE,")
        return _triples_as(triples, accept or N_TRIPLES)

    def _dataset(self, sparql: str, default: Sequence[str], named: Sequence[str]) -> dict[str, Sequence[str]]:
        """The facts as the default graph, unless a dataset is named; and then just that one.

        With a default graph given, the server still shows all graphs to `GRAPH ?g`, but none by its name that was not
        given too, and if one is given, `GRAPH ?g` sees only those.
        """
        found = graphs_in(sparql)
        if (default or named) and found.dataset:
            raise QueryRefused(
                "the request names a dataset, and so does the text",
                hint="leave out one of them: this server would take both together",
            )
        if (default or named or found.dataset) and found.variable and not (named or found.named):
            raise QueryRefused(
                "this server shows all graphs to GRAPH with a variable, where a dataset without named graphs has none",
                hint="name them too: FROM NAMED, or the parameter named-graph-uri",
            )
        if default or named or found.dataset:
            return {"default-graph-uri": default, "named-graph-uri": named}
        if found.names and found.variable:
            raise QueryRefused(
                "this server cannot answer GRAPH with a name and GRAPH with a variable in one query",
                hint="write VALUES ?one { <name> } GRAPH ?one { … }, or name the dataset: FROM, FROM NAMED",
            )
        assert self._at.facts is not None, "the address of a Virtuoso names them, if nobody else does"
        return {"default-graph-uri": [self._at.facts.value], "named-graph-uri": found.names}

    def _ask(
        self,
        sparql: str,
        accept: str,
        dataset: Mapping[str, Sequence[str]],
        *,
        timeout_s: float | None = None,
        max_bytes: int | None = None,
    ) -> Reply:
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        # so that the server stops too; it then sends what it has
        with_limit = {**dataset, "timeout": str(max(1, int(timeout_s * 1000)))}
        return super()._ask(sparql, accept, with_limit, timeout_s=timeout_s, max_bytes=max_bytes)

    def _explain(self, kind: str, said: str, took_s: float) -> KgError | None:
        match = _ERROR.search(said)
        if match is None:
            return None
        state, message = match[1], f"{match[1]} {match[2].strip()}"[:_SAID]
        if state == "S1T00" and kind == "query":
            return QueryTimeout(
                round(took_s, 1), hint="MaxQueryExecutionTime of the server's virtuoso.ini is the limit"
            )
        if state == "42000" and "permission" in message:
            return StoreUnavailable(
                f"{self.location}: {message}",
                hint="give the URL the name and password of somebody who may write: http://dba:…@host:8890",
            )
        if state == "40001":
            return StoreUnavailable(
                f"{self.location}: {message}", hint="two changes stood in each other's way: try again"
            )
        if "SP030" in message or "SP031" in message:
            return QuerySyntaxError(message)
        return QueryError(message) if kind == "query" else StoreError(f"{self.location}: {message}")

    def _terms(self, reply: Reply) -> Answer:
        document = json.loads(reply.body)
        for row in document.get("results", {}).get("bindings", ()):
            for term in row.values():
                if term["type"] == "bnode":
                    term["value"] = term["value"].removeprefix("nodeID://")
                elif term.get("datatype") == _BOOLEAN:
                    term["value"] = _TRUTH.get(term["value"], term["value"])
        return Answer(json.dumps(document, ensure_ascii=False).encode(), reply.media_type)

    def _check(self, graph: NamedNode | DefaultGraph, triples: Sequence[Triple]) -> None:
        days: dict[object, Literal] = {}
        for triple in triples:
            value = triple.object
            if isinstance(value, Triple):
                raise StoreError(f"{self.location}: a Virtuoso has no triples about triples (RDF 1.2)")
            if not isinstance(value, Literal):
                continue
            why = _not_kept(value)
            # among the facts one of two such dates is lost, as the README says: their statements keep both
            if isinstance(graph, NamedNode) and (day := _first_day(value)) is not None:
                same = days.setdefault((triple.subject, triple.predicate, day), value)
                why = f"it takes it for the same as {same}" if same != value else why
            if why:
                raise StoreError(
                    f"{self.location}: a Virtuoso cannot keep {value}: {why}", hint="write it as a plain string"
                )

    def _hidden(self) -> list[NamedNode]:
        return [*super()._hidden(), *SYSTEM_GRAPHS]

    def _parameters(self, graph: NamedNode | DefaultGraph) -> dict[str, str]:
        own = self._own(graph)
        assert isinstance(own, NamedNode)
        return {"graph-uri": own.value}  # not `graph`, as the protocol has it

    def _rest(self, head: str, where: str, order: str, rows: list[Row], reply: Reply) -> list[Row]:
        if (page := cut_at(reply)) is None:
            return rows
        rows = []
        while True:  # sorted in a group of its own: else no OFFSET goes beyond SORTED_ROWS
            window = f"LIMIT {page} OFFSET {len(rows)}"
            batch, _ = self._select(f"SELECT * WHERE {{ {{ {head} WHERE {{ {where} }} ORDER BY {order} }} }} {window}")
            rows += batch
            if len(batch) < page:
                return rows

    def _triples_of(self, graph: NamedNode | DefaultGraph) -> Iterator[Triple]:
        """All triples of a graph, by the digests of their subjects: a GET ends at the cap, OFFSET sorts all each time.

        Digests, because strings that are not all ASCII compare otherwise when they come from an IRI (measured).
        """
        where = f"GRAPH {self._own(graph)} {{ ?s ?p ?o }} BIND(MD5(STR(?s)) AS ?k)"
        before = self._count(where)
        last, count, page, done = "", 0, SORTED_ROWS, False
        while not done:
            some = f"SELECT ?s ?p ?o ?k WHERE {{ {where} FILTER(?k > '{last}') }} ORDER BY ?k LIMIT {page}"
            rows, reply = self._select(some)
            keys = [_text(row["k"]) for row in rows]
            page = min(page, cut_at(reply) or page)
            done = len(rows) < page
            if not done and keys[0] != keys[-1]:  # the last subject may go on in the next page
                end = keys.index(keys[-1])
                rows, last = rows[:end], keys[end - 1]
            elif not done:  # it alone has more triples than fit
                last = keys[-1]
                rows = self._all_rows("SELECT ?s ?p ?o", f"{where} FILTER(?k = '{last}')", "?s ?p ?o")
            count += len(rows)
            yield from map(_triple, rows)
        if before == self._count(where) != count:
            raise StoreError(f"{self.location}: {count:,} of the {before:,} triples of {graph} could be read")

    def _row_cap(self) -> int | None:
        """ResultSetMaxRows of the server; None where there is none."""
        if not self._asked_cap:
            ini = "bif:virtuoso_ini_item_value('SPARQL', 'ResultSetMaxRows')"
            (row,) = self._select(f"SELECT ({ini} AS ?cap) WHERE {{}}")[0]
            cap = row["cap"]
            self._cap = int(cap.value) if isinstance(cap, Literal) and cap.value.isdigit() else None
            self._asked_cap = True
        return self._cap or None


def _not_kept(literal: Literal) -> str | None:
    """Why a Virtuoso would give another literal back, or none; None if it gives this one, or an equal one."""
    kind, value = literal.datatype.value, literal.value
    if kind in _NOT_KEPT:
        return "it takes no durations and times of day"
    if kind in (f"{XSD}double", f"{XSD}float") and value == "NaN":
        return "it can never be removed again"
    if kind in _WHOLE and len(value) > _DIGITS:
        return f"it has more than {_DIGITS} digits"
    if kind == f"{XSD}decimal" and len(value.partition(".")[2]) > _DECIMALS:
        return f"it has more than {_DECIMALS} decimal places"
    if kind in (f"{XSD}date", f"{XSD}dateTime") and value.startswith("-"):
        return "its year is before the first"
    return None


def _first_day(literal: Literal) -> str | None:
    """The day on which a date, month or year begins: those of one day are one value to a Virtuoso.

    >>> _first_day(Literal("2024-05", datatype=NamedNode(f"{XSD}gYearMonth")))
    '2024-05-01'
    """
    missing = _CALENDAR.get(literal.datatype.value)
    return None if missing is None else literal.value + missing


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, Literal) else ""


def _triple(row: Row) -> Triple:
    return Triple(row["s"], row["p"], row["o"])  # type: ignore[arg-type] # a pattern binds them to what may stand there


def _triple_as_written(triple: Triple) -> Triple:
    """The triple with truth as everybody else writes it."""
    value = triple.object
    if not isinstance(value, Literal) or value.datatype.value != _BOOLEAN or value.value not in _TRUTH:
        return triple
    return Triple(triple.subject, triple.predicate, Literal(_TRUTH[value.value], datatype=value.datatype))


def _rows_as(answer: Answer, accept: str) -> Answer:
    form = QueryResultsFormat.from_media_type(accept)
    if form is None:
        raise QueryError(f"{accept} cannot carry rows", hint="ask for text/csv, or write a CONSTRUCT")
    body = parse_query_results(answer.body, QueryResultsFormat.JSON).serialize(format=form)
    return Answer(body or b"", form.media_type)


def _triples_as(triples: list[Triple], accept: str) -> Answer:
    form = RdfFormat.from_media_type(accept)
    if form is None:
        raise QueryError(f"{accept} cannot carry triples", hint="ask for text/turtle, or write a SELECT")
    return Answer(serialize(triples, format=form) or b"", form.media_type)
