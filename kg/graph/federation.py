"""SERVICE to hosts that whoever runs the service has named (SPARQL 1.1 Federated Query), without a network for workers.

The engine would call any server that a query names, and redirects would lead on from there. So it never sees SERVICE: a
call is found by the token scan, its pattern asked here of the host named, and its solutions put in its place as VALUES,
which has the same meaning (Federated Query, 4: the solutions of the pattern, joined). The workers stay cut off.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, QuerySolutions, parse_query_results

from kg.errors import CallRefused, QueryBusy, QueryTooLong, ResultTooLarge, ServiceFailed
from kg.graph.guard import MAX_LENGTH, check_query, position, tokens

__all__ = ["Federation", "calls_others"]

MAX_CALLS = 4  # in one query
AT_ONCE = 4  # of all queries
MAX_BYTES = 8 << 20
MAX_ROWS = 10_000
CONNECT_S = 5.0
_RESULTS = "application/sparql-results+json"
_PROLOGUE = {"PREFIX": 3, "BASE": 2}


def calls_others(query: str) -> bool:
    """Whether a query may hold a call: then it does not answer the same while this graph stands still."""
    return "service" in query.lower()


@dataclass(frozen=True, slots=True)
class _Call:
    """One SERVICE: from `start` to `end` in the text, its pattern from `inner` on."""

    start: int
    inner: int
    end: int
    server: str
    silent: bool


class Federation:
    """The hosts that queries may call: `name` at the standard port of its scheme, or `name:port`."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def answered(self, query: str, *, timeout_s: float) -> str:
        """The query with each call replaced by its solutions; as it is when it has none. Blocks while servers answer.

        Raises CallRefused for a host that is not named, ServiceFailed when one does not answer (unless SILENT).
        """
        if not self._hosts or not calls_others(query):
            return query
        if len(query) > MAX_LENGTH:
            raise QueryTooLong(f"the query has {len(query):,} characters, {MAX_LENGTH:,} are allowed")
        prologue, calls = self._calls(query)
        # what is left has to stand by itself, in every reading
        check_query(_spliced(query, calls, ["{ }" for _ in calls]))
        deadline = time.monotonic() + timeout_s
        return _spliced(query, calls, [self._solutions(query, prologue, call, deadline) for call in calls])

    def _calls(self, query: str) -> tuple[str, list[_Call]]:
        """The prologue and the calls of a query; raises CallRefused for one that is not allowed."""
        stream = list(tokens(query))
        at = 0
        while at < len(stream) and (length := _PROLOGUE.get(stream[at][0].upper())):
            at += length
        prologue = query[: stream[at].start()] if at < len(stream) else ""
        calls: list[_Call] = []
        while at < len(stream):
            if stream[at].lastgroup == "word" and stream[at][0].upper() == "SERVICE":
                call, at = self._call(query, stream, at)
                calls.append(call)
                if len(calls) > MAX_CALLS:
                    raise CallRefused(f"more than {MAX_CALLS} calls by SERVICE", hint="ask in several queries")
            else:
                at += 1
        return prologue, calls

    def _call(self, query: str, stream: list[re.Match[str]], at: int) -> tuple[_Call, int]:
        """The call that begins at a token, and the first token after it."""
        start = stream[at].start()
        where = position(query, start)
        at += 1
        silent = at < len(stream) and stream[at][0].upper() == "SILENT"
        at += silent
        if at + 1 >= len(stream) or stream[at].lastgroup != "iri" or stream[at + 1][0] != "{":
            raise CallRefused(f"{where}: SERVICE needs the IRI of a server, written in full, and a group")
        server = stream[at][0][1:-1]
        if not self._allows(server):
            raise CallRefused(
                f"{where}: SERVICE would call {server}, which is not allowed",
                hint=f"allowed are {', '.join(sorted(self._hosts))}",
            )
        inner = stream[at + 1].start()
        depth = 0
        for index in range(at + 1, len(stream)):
            kind = stream[index].lastgroup
            depth += (kind == "open") - (kind == "close")
            if kind == "word" and stream[index][0].upper() == "SERVICE":
                raise CallRefused(f"{position(query, stream[index].start())}: a SERVICE within a SERVICE")
            if depth == 0:
                return _Call(start, inner, stream[index].end(), server, silent), index + 1
        raise CallRefused(f"{where}: the group of SERVICE has no end")

    def _allows(self, server: str) -> bool:
        try:
            parts = urlsplit(server)
            port = parts.port
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or parts.username is not None or not parts.hostname:
            return False
        standard = {"http": 80, "https": 443}[parts.scheme]
        names = {f"{parts.hostname}:{port or standard}"}
        if port in (None, standard):
            names.add(parts.hostname)
        return not names.isdisjoint(self._hosts)

    def _solutions(self, query: str, prologue: str, call: _Call, deadline: float) -> str:
        """The solutions of a call's pattern, as a group with VALUES."""
        try:
            if not self._turns.acquire(timeout=max(0.0, deadline - time.monotonic())):
                raise QueryBusy
            try:
                body = _ask(call.server, f"{prologue}SELECT * WHERE {query[call.inner : call.end]}", deadline)
            finally:
                self._turns.release()
            return _values(body, call.server)
        except ServiceFailed:
            if call.silent:
                return "{ }"
            raise


def _ask(server: str, query: str, deadline: float) -> bytes:
    """What a server answers, as JSON; no redirects. Raises ServiceFailed, ResultTooLarge."""
    headers = {"Accept": _RESULTS, "Content-Type": "application/sparql-query; charset=utf-8"}
    left = max(0.1, deadline - time.monotonic())
    body = bytearray()
    try:
        with (
            httpx.Client(
                timeout=httpx.Timeout(left, connect=min(left, CONNECT_S)), follow_redirects=False, trust_env=False
            ) as client,
            client.stream("POST", server, content=query.encode(), headers=headers) as answer,
        ):
            if answer.status_code != 200:
                raise ServiceFailed(f"{server} answers {answer.status_code} {answer.reason_phrase}")
            if answer.headers.get("content-type", "").partition(";")[0].strip() not in (_RESULTS, "application/json"):
                raise ServiceFailed(f"{server} does not answer with {_RESULTS}")
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ResultTooLarge(
                        f"{server} answers with more than {MAX_BYTES >> 20} MB", hint="ask it for less"
                    )
                if time.monotonic() > deadline:
                    raise ServiceFailed(f"{server} takes too long")
    except httpx.HTTPError as error:
        raise ServiceFailed(f"{server} cannot be asked: {error or type(error).__name__}") from error
    return bytes(body)


def _values(body: bytes, server: str) -> str:
    """Solutions as a group that holds them; blank nodes get names of their own."""
    names: dict[BlankNode, str] = {}

    def shown(term: object) -> str:
        """A value as VALUES takes it."""
        if term is None:
            return "UNDEF"
        if isinstance(term, BlankNode):
            return names.setdefault(term, f"<urn:uuid:{uuid4()}>")
        if isinstance(term, NamedNode | Literal):
            return str(term)
        raise ServiceFailed(f"{server} answers with a triple as a value, which cannot be joined here")

    def rows(found: QuerySolutions) -> Iterator[str]:
        """Yield the solutions as VALUES takes them, up to MAX_ROWS."""
        for number, solution in enumerate(found, 1):
            if number > MAX_ROWS:
                raise ResultTooLarge(f"{server} answers with more than {MAX_ROWS:,} rows", hint="ask it for less")
            yield f"({' '.join(map(shown, solution))})"

    try:
        found = parse_query_results(body, QueryResultsFormat.JSON)
        if not isinstance(found, QuerySolutions):
            raise ServiceFailed(f"{server} answers with no table")
        return f"{{ VALUES ({' '.join(map(str, found.variables))}) {{ {' '.join(rows(found))} }} }}"
    except (SyntaxError, ValueError, OSError) as error:
        raise ServiceFailed(f"{server} answers with what is no table of solutions: {error}") from error


def _spliced(query: str, calls: Sequence[_Call], groups: Sequence[str]) -> str:
    """The query with a group in place of each call."""
    parts, at = [], 0
    for call, group in zip(calls, groups, strict=True):
        parts += [query[at : call.start], group]
        at = call.end
    return "".join([*parts, query[at:]])
