"""Which queries take little by the look of them: those whose every pattern hangs on something named.

From a constant subject, or an object that is not a class, the look-ups go from thing to thing; nothing is scanned. That
is a guess: a hub has many neighbours. So `kg.graph.workers` gives such a query little time and, if that is not enough,
begins it again among the others. What is not understood here is not short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from kg.errors import QueryRefused
from kg.graph.guard import tokens

__all__ = ["looks_short"]

_FORMS = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
_JOINING = frozenset(("OPTIONAL", "UNION", "GRAPH", "MINUS"))
_CONSTANTS = frozenset(("iri", "pname", "string", "word"))
_TYPE = frozenset(("a", "rdf:type", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"))
MAX_PATTERNS = 12
MAX_CHARACTERS = 4000


class _NotPlain(Exception):
    """Something that this reader does not follow."""


@dataclass(slots=True)
class _Found:
    patterns: list[tuple[str, str, str]] = field(default_factory=list)
    bound: set[str] = field(default_factory=set)


@lru_cache(maxsize=1024)
def looks_short(query: str) -> bool:
    """Whether a query reads a few triples around named things.

    >>> looks_short("SELECT ?n { <http://e.org/a> <http://e.org/p> ?o . ?o <http://e.org/name> ?n } LIMIT 5")
    True
    >>> looks_short("SELECT * { ?s ?p ?o }"), looks_short("SELECT * { ?s a <http://e.org/Class> ; ?p ?o }")
    (False, False)
    """
    if len(query) > MAX_CHARACTERS:
        return False
    try:
        found = _read(list(tokens(query)))
    except (_NotPlain, QueryRefused, IndexError):
        return False
    if not 0 < len(found.patterns) <= MAX_PATTERNS:
        return False
    return _hangs_together(found)


def _hangs_together(found: _Found) -> bool:
    """Whether each pattern is reached from what is bound."""
    bound, left = found.bound, list(found.patterns)
    while left:
        reached = [
            (s, p, o)
            for s, p, o in left
            if not _variable(s)
            or s in bound
            or o in bound
            or (not _variable(o) and p not in _TYPE and not _variable(p))
        ]
        if not reached:
            return False
        for pattern in reached:
            bound.update(pattern)
            left.remove(pattern)
    return True


def _variable(term: str) -> bool:
    return term[0] in "?$_"


def _read(stream: list[re.Match[str]]) -> _Found:
    """The patterns of a query of plain groups; raises _NotPlain."""
    found = _Found()
    at = _skip_prologue(stream)
    if stream[at][0].upper() not in _FORMS:
        raise _NotPlain
    if stream[at][0].upper() == "DESCRIBE" and all(m.lastgroup in ("iri", "pname") for m in stream[at + 1 :]):
        found.patterns.append((stream[at + 1][0], "?p", "?o"))
        return found
    if stream[at][0].upper() == "CONSTRUCT":  # its template asks nothing
        at += 1
        if stream[at][0] == "{":
            at = _closing(stream, at)
    while stream[at][0] != "{":
        if stream[at][0] == "(" or stream[at][0].upper() in ("FROM", "COUNT"):
            raise _NotPlain
        at += 1
    end = _closing(stream, at)
    _read_group(stream[at + 1 : end], found)
    if any(match[0].upper() in ("GROUP", "VALUES") for match in stream[end:] if match.lastgroup == "word"):
        raise _NotPlain
    return found


def _skip_prologue(stream: list[re.Match[str]]) -> int:
    at = 0
    while stream[at][0].upper() in ("PREFIX", "BASE"):
        at += 3 if stream[at][0].upper() == "PREFIX" else 2
    return at


def _closing(stream: list[re.Match[str]], at: int) -> int:
    """Where the bracket that opens at `at` is closed."""
    depth = 0
    for index in range(at, len(stream)):
        kind = stream[index].lastgroup
        depth += (kind == "open") - (kind == "close")
        if depth == 0:
            return index
    raise _NotPlain


def _read_group(stream: list[re.Match[str]], found: _Found) -> None:
    """Take the patterns of a group, and of those within it."""
    at = 0
    terms: list[str] = []
    while at < len(stream):
        text, kind = stream[at][0], stream[at].lastgroup
        word = text.upper() if kind == "word" else ""
        if kind == "open" and text == "{":
            end = _closing(stream, at)
            _read_group(stream[at + 1 : end], found)
            at = end + 1
        elif word == "FILTER":
            at = _skip_filter(stream, at)
        elif word == "VALUES":
            at = _read_values(stream, at, found)
        elif word in _JOINING:
            at += 1 if word != "GRAPH" else 2
            terms = []
        elif kind == "other" and text in ".;,":
            terms = {".": [], ";": terms[:1], ",": terms[:2]}[text]
            at += 1
        elif kind in ("var", "bnode") or (
            kind in _CONSTANTS and (word not in _FORMS and word not in ("BIND", "SERVICE"))
        ):
            at += 1 + _suffix(stream, at)
            terms.append(text)
            if len(terms) == 3:
                found.patterns.append((terms[0], terms[1], terms[2]))
            elif len(terms) > 3:
                raise _NotPlain
        else:
            raise _NotPlain  # paths, lists, blank nodes with properties, triple terms, subqueries


def _suffix(stream: list[re.Match[str]], at: int) -> int:
    """How many tokens a literal's language or datatype takes."""
    rest = [match[0] for match in stream[at + 1 : at + 4]]
    if stream[at].lastgroup == "string" and rest[:2] == ["^", "^"]:
        return 3
    return int(stream[at].lastgroup == "string" and bool(rest) and rest[0].startswith("@"))


def _skip_filter(stream: list[re.Match[str]], at: int) -> int:
    """The end of a filter; one with patterns of its own is not plain."""
    at += 1
    if stream[at].lastgroup == "word":
        at += 1
    if stream[at][0] != "(":
        raise _NotPlain
    end = _closing(stream, at)
    if any(match[0] == "{" for match in stream[at:end]):
        raise _NotPlain
    return end + 1


def _read_values(stream: list[re.Match[str]], at: int, found: _Found) -> int:
    """The end of a VALUES block, whose variables are bound unless it leaves them open."""
    opening = next((index for index in range(at, len(stream)) if stream[index][0] == "{"), len(stream))
    end = _closing(stream, opening)
    if not any(match[0].upper() == "UNDEF" for match in stream[opening:end]):
        found.bound.update(_variables(stream[at:opening]))
    return end + 1


def _variables(stream: list[re.Match[str]]) -> Iterator[str]:
    return (match[0] for match in stream if match.lastgroup == "var")
