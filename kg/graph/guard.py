"""What we refuse to run before any parser sees it: calls to other servers, updates, and texts that crash parsers.

pyoxigraph has no switch that keeps `SERVICE` off the network, and 5,000 nested brackets overflow its stack, so a query
is scanned token by token first. The scan has to agree with the engine's own reading, whose grammar has no word
boundaries (measured, 0.5.13): `SERVICE:x {…}`, `SERVICESILENT<…>` and `trueSERVICE<…>` all make a call, `\\r` ends a
comment, and inside parentheses `3<?x)SERVICE:u#>` is a comparison, not an IRI. Therefore the letters "service" are
allowed only where no reading makes them a keyword: in strings, comments, IRIs, local names, names of variables and
blank nodes, and prefixes of names that no group follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kg.errors import CallRefused, QueryRefused, QueryTooDeep, QueryTooLong

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_UPDATE_LENGTH",
    "check_query",
    "check_update",
    "code_of",
    "decoded",
    "position",
    "tokens",
    "undeclared_prefixes",
]

MAX_LENGTH = 250_000
"""Characters: five thousand IRIs in a VALUES block fit, and no text that people write is longer."""

MAX_UPDATE_LENGTH = 500_000
"""Characters: updates carry data. What is longer belongs into a document, which the graph store takes."""

MAX_DEPTH = 128
"""Nested brackets. Written queries stay below 30; the engine's parser needs 0.5 s for 100 nested lists, 4 s for 200."""

_NAME = r"A-Za-z0-9_\u0080-\U0010ffff"  # beyond ASCII the engine is stricter: what it then rejects never runs
_TOKEN = re.compile(
    rf"""
      (?P<comment> \#[^\n\r]* )
    | (?P<string>  \"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*\"\"\" | '''(?:'{{0,2}}(?:[^'\\]|\\.))*'''
                 | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
    | (?P<iri>     <(?:[^\x00-\x20<>"{{}}|^`\\]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*> )
    | (?P<var>     [?$][{_NAME}]+ )
    | (?P<bnode>   _:[{_NAME}](?:[{_NAME}.-]*[{_NAME}-])? )
    | (?P<pname>   (?P<prefix>(?:[A-Za-z\u0080-\U0010ffff](?:[{_NAME}.-]*[{_NAME}-])?)?) :
                   (?:(?:[{_NAME}:]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?\#@%])
                      (?:[{_NAME}:.-]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?\#@%])*)? )
    | (?P<word>    @?[{_NAME}](?:[{_NAME}.-]*[{_NAME}-])? )
    | (?P<open>    [{{(\[] )
    | (?P<close>   [}})\]] )
    | (?P<other>   \S )
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES = frozenset(("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"))
_PROLOGUE = frozenset(("PREFIX", "BASE", "VERSION"))
_SUSPICIOUS = re.compile(rf"service|\b(?:{'|'.join(_UPDATES)})\b", re.IGNORECASE | re.ASCII)
_REACHING = re.compile(r"service|load", re.IGNORECASE | re.ASCII)
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")  # surely an IRI: no expression has two slashes
_AMBIGUOUS = frozenset("'#([")  # what makes the two readings of <…> inside parentheses part ways
_MAX_READINGS = 100
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def check_query(text: str, *, max_length: int = MAX_LENGTH, max_depth: int = MAX_DEPTH) -> None:
    """Raise QueryRefused for a query that must not run; say nothing of whether it is SPARQL at all.

    Servers differ in when they decode `\\u0053`: the text is judged both as it lies and decoded.

    >>> check_query("PREFIX service: <http://example.org/> SELECT ?service { ?service service:load 'SERVICE <x>' }")
    >>> check_query("SELECT * { SERVICE <http://example.org/sparql> { ?s ?p ?o } }")
    Traceback (most recent call last):
    kg.errors.CallRefused: line 1, column 12: SERVICE would send the query to another server
    """
    if len(text) > max_length:
        raise QueryTooLong(
            f"the query has {len(text):,} characters, {max_length:,} are allowed", hint="ask in several queries"
        )
    _check(text, max_depth)
    if (unescaped := decoded(text)) != text:
        _check(unescaped, max_depth)


def check_update(text: str, *, max_length: int = MAX_UPDATE_LENGTH, max_depth: int = MAX_DEPTH) -> None:
    """Raise QueryRefused for an update that must not run: one that calls other servers, is too long or nested too deep.

    >>> check_update("INSERT DATA { <http://e.org/a> <http://e.org/b> 1 }")
    >>> check_update("LOAD <http://example.org/data.ttl>")
    Traceback (most recent call last):
    kg.errors.CallRefused: line 1, column 1: LOAD would fetch from another server
    """
    if len(text) > max_length:
        raise QueryTooLong(
            f"the update has {len(text):,} characters, {max_length:,} are allowed",
            hint="send data as RDF to /graphs, or update in several steps",
        )
    _check(text, max_depth, updating=True)
    if (unescaped := decoded(text)) != text:
        _check(unescaped, max_depth, updating=True)


def tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield the tokens of a text, without comments, where there is one way only to read it.

    `lastgroup` names the kind: string, iri, var, bnode, pname, word, open, close, other. Raises QueryRefused where a
    comparison and an IRI look alike and the difference matters, and at a string without an end.
    """
    parentheses = 0
    for match in _TOKEN.finditer(text):
        kind, lexeme = match.lastgroup, match[0]
        if kind == "comment":
            continue
        if kind == "iri" and parentheses and _ambiguous(lexeme):
            raise QueryRefused(
                f"{position(text, match.start())}: a comparison that looks like an IRI",
                hint="put spaces around < and >",
            )
        if kind == "other" and lexeme in "\"'":
            raise QueryRefused(f"{position(text, match.start())}: a string without an end")
        parentheses += (lexeme == "(") - (lexeme == ")")
        yield match


def code_of(text: str) -> str:
    """The text with its comments and strings blanked out: what is left can be searched for code, at the same offsets.

    >>> code_of("ASK { ?s ?p '}' } # {")
    'ASK { ?s ?p     }    '
    """
    return _TOKEN.sub(lambda m: re.sub(r"[^\n\r]", " ", m[0]) if m.lastgroup in ("comment", "string") else m[0], text)


def undeclared_prefixes(text: str) -> list[str]:
    """The prefixes that a query uses and does not declare, in order of first use: engines explain these badly.

    >>> undeclared_prefixes("PREFIX a: <http://a/> SELECT * { ?s a:b c:d, ':e:f' }")
    ['c']
    """
    declared: set[str] = set()
    used: dict[str, None] = {}
    previous = ""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "comment":
            continue
        prefix = match["prefix"]
        if prefix is not None:
            if previous in ("PREFIX", "@PREFIX"):
                declared.add(prefix)
            else:
                used.setdefault(prefix)
        previous = match[0].upper() if match.lastgroup == "word" else ""
    return [prefix for prefix in used if prefix not in declared]


def _check(text: str, max_depth: int, *, updating: bool = False) -> None:
    """The scan proper, for the few queries that hold suspicious letters or enough brackets to nest."""
    suspicious = _REACHING if updating else _SUSPICIOUS
    if suspicious.search(text) or text.count("{") + text.count("(") + text.count("[") > max_depth:
        _scan(text, max_depth, _Reading(form="UPDATE" if updating else ""))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read the text, as far as `offset`: nearly always there is only one."""

    offset: int = 0
    depth: int = 0
    parentheses: int = 0
    form: str = ""  # SELECT, ASK, …: the first word after the prologue; UPDATE where all words are welcome
    previous: str = ""  # the last word, when nothing but comments followed it
    suspect: int = -1  # where a name lies that is a call if a group follows


def _scan(text: str, max_depth: int, start: _Reading) -> None:
    """Refuse the text if any of its readings is to be refused."""
    readings = [start]
    forks = 0
    seen: set[tuple[int, bool, bool, bool]] = set()  # so that readings that meet again are followed once
    while readings:
        reading = readings.pop()
        while match := _TOKEN.search(text, reading.offset):
            key = (match.start(), reading.parentheses > 0, reading.previous == "GRAPH", reading.suspect >= 0)
            if key in seen:
                break
            seen.add(key)
            if match.lastgroup == "iri" and reading.parentheses and _ambiguous(match[0]):
                # Inside parentheses `<` may be "less than", and what follows it code: 3<'a>b')SERVICE:u#'
                readings.append(replace(reading, offset=match.start() + 1, previous="", suspect=-1))
                forks += 1
                if forks > _MAX_READINGS:
                    raise QueryRefused(
                        f"{position(text, match.start())}: one comparison too many that looks like an IRI",
                        hint="put spaces around < and >",
                    )
            if match.lastgroup == "other" and match[0] in "\"'":
                break  # a string without an end: no engine reads on
            reading = _step(text, reading, match, max_depth)


def _ambiguous(iri: str) -> bool:
    """Whether a token that looks like an IRI may be a comparison whose reading matters."""
    return not _AMBIGUOUS.isdisjoint(iri) and not _ABSOLUTE.match(iri)


def _step(text: str, reading: _Reading, match: re.Match[str], max_depth: int) -> _Reading:
    """The reading after one token; raises QueryRefused."""
    kind, lexeme, at = match.lastgroup, match[0], match.start()
    if kind == "comment":
        return replace(reading, offset=match.end())
    after = replace(reading, offset=match.end(), previous="", suspect=-1)
    if kind == "open":
        if lexeme == "{" and reading.suspect >= 0:
            raise _call(text, reading.suspect)
        if reading.depth >= max_depth:
            raise QueryTooDeep(
                f"{position(text, at)}: brackets are nested more than {max_depth} deep",
                hint="flatten the query; deeper ones crash parsers",
            )
        return replace(after, depth=reading.depth + 1, parentheses=reading.parentheses + (lexeme == "("))
    if kind == "close":
        return replace(after, depth=reading.depth - 1, parentheses=reading.parentheses - (lexeme == ")"))
    if kind == "pname" and "service" in match["prefix"].lower() and reading.depth > 0 and reading.previous != "GRAPH":
        return replace(after, suspect=at)
    if kind == "word":
        return replace(after, previous=lexeme.upper(), form=_judge_word(text, lexeme.upper(), reading.form, at))
    return after


def _judge_word(text: str, word: str, form: str, at: int) -> str:
    """The query's form, now known or not; raises QueryRefused for a word that does not belong in a query."""
    if "SERVICE" in word:
        raise _call(text, at)
    if word == "LOAD":
        raise CallRefused(f"{position(text, at)}: LOAD would fetch from another server")
    if form or word in _PROLOGUE:
        return form
    if word in _UPDATES:
        raise QueryRefused(
            f"{position(text, at)}: {word} is an update, and this runs queries",
            hint="the graph changes with its articles: kg ingest, kg delete",
        )
    return word


def _call(text: str, at: int) -> CallRefused:
    return CallRefused(
        f"{position(text, at)}: SERVICE would send the query to another server",
        hint="ask that server itself and join the answers",
    )


def decoded(text: str) -> str:
    """The text with the characters that its `\\u` and `\\U` escapes stand for (SPARQL 1.1, 19.2); what stands for none stays.

    >>> decoded(r"CL\\u0045AR ALL"), decoded(r"\\uD800")
    ('CLEAR ALL', '\\\\uD800')
    """
    return _ESCAPE.sub(_decoded, text)


def _decoded(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else match[0]


def position(text: str, offset: int) -> str:
    """`line 3, column 5`, counted from 1, where `\\n`, `\\r\\n` and `\\r` end lines.

    >>> position("ASK\\n { }", 5)
    'line 2, column 2'
    """
    before = re.split(r"\r\n|\n|\r", text[:offset])
    return f"line {len(before)}, column {len(before[-1]) + 1}"
