"""What of a query or update concerns a Virtuoso before it is sent: ways into SQL, which graphs it names, what it misreads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from re import Match

from pyoxigraph import NamedNode, QuerySolutions, Store

from kg.errors import CallRefused, QuerySyntaxError
from kg.graph.guard import code_of, decoded, position, tokens

__all__ = ["GraphsNamed", "check_sql", "graphs_in", "without_undef"]

_SUSPICIOUS = re.compile(r"bif|sql|define|defmacro|option|\\u", re.IGNORECASE)
_SQL_IRI = re.compile(r"(?:^|:)(?:bif|sql):", re.IGNORECASE)
_PRAGMAS = frozenset(("DEFINE", "DEFMACRO", "OPTION"))
_ANY = re.compile(r"\bVALUES\s*[?$]\w+\s*\{\s*UNDEF\s*\}", re.IGNORECASE)


def check_sql(text: str) -> None:
    """Raise CallRefused for a query or update that would run SQL, or fetch from elsewhere.

    `bif:` and `sql:` name functions of the database, also within an IRI, which is how `<LONG::bif:now>` works; pragmas
    and OPTION may have graphs fetched over the network.

    >>> check_sql("SELECT * { ?s <http://e.org/sql> 'bif:now() define' }")
    >>> check_sql("SELECT (bif:exec('shutdown') AS ?x) {}")
    Traceback (most recent call last):
    kg.errors.CallRefused: line 1, column 9: bif:exec would run SQL in the server
    """
    if not _SUSPICIOUS.search(text):
        return
    for reading in {text, decoded(text)}:
        _check(reading)


def _check(text: str) -> None:
    prefixes: dict[str, str] = {}
    before = declared = ""
    for token in tokens(text):
        kind, lexeme = token.lastgroup, token[0]
        iri = lexeme[1:-1] if kind == "iri" else ""
        if kind == "pname":
            prefix, _, local = lexeme.partition(":")
            iri = f"{prefixes.get(prefix, prefix + ':')}{local}"
            declared = prefix if before == "PREFIX" else ""
        elif kind == "iri" and declared:
            prefixes[declared] = iri
            declared = ""
        if _SQL_IRI.search(iri):
            raise CallRefused(f"{position(text, token.start())}: {lexeme} would run SQL in the server")
        if kind == "word" and lexeme.upper() in _PRAGMAS:
            raise CallRefused(
                f"{position(text, token.start())}: {lexeme} could have the server run SQL or fetch from elsewhere"
            )
        before = lexeme.upper() if kind == "word" else ""


@dataclass(slots=True)
class GraphsNamed:
    """Which graphs the patterns of a query or update name."""

    dataset: bool = False
    """Whether it names a dataset itself: FROM, USING, WITH."""
    named: bool = False
    """Whether that has named graphs: FROM NAMED, USING NAMED."""
    variable: bool = False
    """Whether a pattern stands for any graph: GRAPH ?g."""
    names: tuple[str, ...] = ()
    """The graphs of patterns that name one: GRAPH <g>."""


def graphs_in(text: str) -> GraphsNamed:
    """The graphs that a query's patterns name; of an update, those of its WHERE clauses.

    >>> found = graphs_in("PREFIX e: <http://e.org/> SELECT * { GRAPH e:g { ?s ?p ?o } GRAPH ?g { ?s a ?c } }")
    >>> found.names, found.variable, found.dataset
    (('http://e.org/g',), True, False)
    """
    found = GraphsNamed()
    names: dict[str, None] = {}
    stream = list(tokens(text))
    prologue, reading, depth = _prologue(text, stream), True, 0
    for token, following in zip(stream, [*stream[1:], None], strict=True):
        word = token[0].upper() if token.lastgroup == "word" else ""
        depth += (token[0] == "{") - (token[0] == "}")
        if depth == 0 and word in ("INSERT", "DELETE"):
            reading = False  # until its WHERE: a template writes
        elif word == "WHERE":
            reading = True
        if following is None or not word:
            continue
        if word in ("FROM", "USING", "WITH"):
            found.dataset = True
            found.named = found.named or following[0].upper() == "NAMED"
        elif word == "GRAPH" and reading:
            if following.lastgroup == "var":
                found.variable = True
            elif following.lastgroup in ("iri", "pname"):
                names[following[0]] = None
    found.names = tuple(_resolved(prologue, name) for name in names)
    return found


def without_undef(text: str) -> str:
    """The query without `VALUES ?any { UNDEF }` in its inner groups, where it says nothing.

    There a Virtuoso takes it for a value like no other (measured, 7.2.5); in the outermost group it reads it aright.

    >>> without_undef("SELECT ?o { VALUES ?s { UNDEF } { VALUES ?o { UNDEF } ?s ?p ?o } }")
    'SELECT ?o { VALUES ?s { UNDEF } {                     ?s ?p ?o } }'
    """
    code = code_of(text)
    for match in _ANY.finditer(code):
        before = code[: match.start()]
        if before.count("{") - before.count("}") > 1:
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    return text


def _prologue(text: str, stream: list[Match[str]]) -> str:
    """The declarations before the first operation, and before any later one."""
    parts = []
    for number, token in enumerate(stream):
        word = token[0].upper() if token.lastgroup == "word" else ""
        if word in ("PREFIX", "BASE") and (last := number + (2 if word == "PREFIX" else 1)) < len(stream):
            parts.append(text[token.start() : stream[last].end()])
    return "\n".join(parts)


def _resolved(prologue: str, name: str) -> str:
    """The IRI that a name stands for."""
    try:
        solutions = Store().query(f"{prologue}\nSELECT ({name} AS ?name) {{}}")
    except (SyntaxError, ValueError) as error:
        raise QuerySyntaxError(f"{name} is no name of a graph: {error}") from error
    assert isinstance(solutions, QuerySolutions)
    found = next(solutions)["name"]
    assert isinstance(found, NamedNode)
    return found.value
