"""What a worker's failure means, said to the person who asked: the engine's own words help few."""

from __future__ import annotations

import re
import signal
from collections.abc import Collection

from kg.errors import KgError, OutOfMemory, QueryError, QuerySyntaxError, QueryTooLarge, ResultTooLarge, WorkerLost
from kg.graph.guard import undeclared_prefixes
from kg.graph.sandbox import MEMORY_EXIT
from kg.vocab import PREFIXES

__all__ = ["death", "failure", "syntax_error"]

# The last words of Rust, C++ and Python when an allocation or a thread is refused.
_OUT_OF_MEMORY = re.compile(rb"memory allocation|bad_alloc|system_error|Cannot allocate|MemoryError|Resource temp")


def failure(
    kind: str,
    message: str,
    *,
    query: str,
    memory_bytes: int,
    max_result_bytes: int,
    prefixes: Collection[str] = (),
) -> KgError:
    """The error that a worker tells of; it lives on."""
    match kind:
        case "syntax":
            return syntax_error(message, query, prefixes)
        case "memory":
            return _out_of_memory(memory_bytes)
        case "result":
            return ResultTooLarge(
                f"the answer is larger than {_size(max_result_bytes)}",
                hint="ask for less: LIMIT, fewer variables, or an export",
            )
        case "format":
            return QueryError(
                f"the query answers with {message}, which no media type asked for can carry",
                hint="ask for text/turtle" if message == "triples" else "ask for text/csv or JSON",
            )
    return QueryError(f"the query failed: {message}")


def death(status: int | None, last_words: bytes, *, memory_bytes: int) -> KgError:
    """The error of a query whose worker ended with that exit status, a signal's number if negative."""
    if status == MEMORY_EXIT or (status not in (-signal.SIGKILL, 0) and _OUT_OF_MEMORY.search(last_words)):
        return _out_of_memory(memory_bytes)
    if status in (-signal.SIGSEGV, -signal.SIGBUS):
        return QueryTooLarge("the query is too long or nested too deep for the engine", hint="split it")
    if status == -signal.SIGKILL:
        return WorkerLost("the query's worker was killed from outside, perhaps for want of memory", hint="try again")
    words = last_words.decode(errors="replace").strip().rpartition("\n")[2]
    return QueryError(f"the query's worker ended with status {status}{f': {words}' if words else ''}")


def syntax_error(message: str, query: str, prefixes: Collection[str] = ()) -> QuerySyntaxError:
    """The parser's message with line and column, and what is most likely wrong; `prefixes` count as declared.

    >>> print(syntax_error("error at 1:20: expected OPTIONAL", "SELECT ?x {?s ex:p ?o}"))
    line 1, column 20: the prefix ex: is not declared
    """
    found = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not found:
        return QuerySyntaxError(message)
    line, column, expected = int(found[1]), int(found[2]), found[3]
    where = f"line {line}, column {column}"
    if missing := [name for name in undeclared_prefixes(query) if name not in prefixes]:
        names = ", ".join(f"{name}:" for name in missing)
        return QuerySyntaxError(f"{where}: the prefix {names} is not declared", hint=_declaration(missing))
    lines = re.split(r"\r\n|\n|\r", query)
    text = lines[line - 1] if line <= len(lines) else ""
    near = text[max(0, column - 30) : column + 10].strip()
    return QuerySyntaxError(f"{where}: {_expected(expected)}", hint=f"near: {near}" if near else None)


def _declaration(missing: list[str]) -> str:
    known = [f"PREFIX {name}: <{PREFIXES[name]}>" for name in missing if name in PREFIXES]
    if known:
        return f"put {' '.join(known)} before the query"
    if missing[0] in ("http", "https", "urn"):
        return f"write IRIs in angle brackets: <{missing[0]}:…>"
    return f"put PREFIX {missing[0]}: <…> before the query"


def _expected(message: str) -> str:
    """What the parser expected, as far as it helps: the keywords that it names are some of many, the rest classes.

    >>> _expected('expected one of ".", "}", [_], LATERAL')
    'not SPARQL from here; expected . or }'
    """
    plain = re.sub(r"\[[^\[\]]*\]", "", message)
    signs = re.findall(r'(?:one of|expected|,) "((?:[^"\\]|\\.)+)"', plain)
    return "not SPARQL from here" + (f"; expected {' or '.join(signs[:8])}" if signs else "")


def _out_of_memory(limit: int) -> OutOfMemory:
    return OutOfMemory(
        f"the query needs more than {_size(limit)} of memory", hint="join its patterns, or filter before sorting"
    )


def _size(count: int) -> str:
    return f"{count / (1 << 20):,.0f} MB" if count >= 1 << 20 else f"{count:,} bytes"
