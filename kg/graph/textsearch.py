"""`?x kg:search "words"` in a query: found by the scanner of `kg.graph.guard` and replaced by VALUES before any parser.

The pattern may stand wherever a triple may, with a variable as its subject and one plain string as its object:

    SELECT ?leader { ?group kg:search "harbour pilots" ; a kg:Group . ?leader kg:leads ?group }

Anything else that names kg:search is refused: with a variable for the words, in a path, in the template of a CONSTRUCT.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg.errors import QueryRefused
from kg.graph.guard import position, tokens
from kg.vocab import KG

__all__ = ["MAX_SEARCHES", "SEARCH", "Find", "expand_search", "mentions_search"]

SEARCH = f"{KG}search"
MAX_SEARCHES = 5
"""In one query: each puts a few hundred IRIs into it."""

Find = Callable[[str], Iterable[NamedNode]]
"""What the words find."""

_QUICK = re.compile(r"[:#]search|<[^<>\s]*\\[uU]", re.IGNORECASE)  # an escape may spell it too
_STRING_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_CLAUSES = frozenset(("FILTER", "BIND"))  # what stands beside triples and ends with a bracket
_GROUPED = frozenset(("OPTIONAL", "UNION", "MINUS", "GRAPH", "WHERE", "VALUES", "EXISTS", "NOT"))
_HINT = 'write it as ?x kg:search "words", with a variable and one string, where a triple may stand'


def mentions_search(query: str) -> bool:
    """Whether a query may hold the pattern; no need to look closer where it does not."""
    return _QUICK.search(query) is not None


def expand_search(query: str, find: Find, *, prefixes: Mapping[str, str] | None = None) -> str:
    """The query with each `?x kg:search "words"` replaced by what the words find; without any, the same string.

    `prefixes` need no declaration. Raises QueryRefused for any other use of kg:search.

    >>> expand_search('PREFIX kg: <https://w3id.org/newsgraph/ontology#> ASK { ?x kg:search "a" }', lambda words: [])
    'PREFIX kg: <https://w3id.org/newsgraph/ontology#> ASK { VALUES ?x { } }'
    """
    if not mentions_search(query):
        return query
    pieces: list[str] = []
    end = 0
    for count, use in enumerate(_uses(query, list(tokens(query)), dict(prefixes or {})), 1):
        if count > MAX_SEARCHES:
            raise QueryRefused(
                f"{position(query, use.start)}: kg:search is used more than {MAX_SEARCHES} times",
                hint="ask in several queries",
            )
        found = " ".join(map(str, dict.fromkeys(find(use.words))))
        pieces += [
            query[end : use.start],
            use.before,
            f"VALUES {use.variable} {{ {found}{' ' if found else ''}}}",
            use.after,
        ]
        end = use.end
    return "".join([*pieces, query[end:]]) if pieces else query


@dataclass(frozen=True, slots=True)
class _Use:
    """One use: what of the text it takes, and what the text needs around the VALUES block in its place."""

    start: int
    end: int
    variable: str
    words: str
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class _Group:
    """Where the scan is within one pair of braces: the subject of the triple that is being read, if it has begun."""

    template: bool = False
    subject: str | None = None
    length: int = 0  # tokens since the last separator: 0 where a triple, or after `;` a predicate, may begin
    listed: bool = False  # after `;`
    clause: bool = False  # within FILTER or BIND
    bare: bool = False  # what comes next follows VALUES: nothing of the triple is left to be ended


def _uses(query: str, stream: list[re.Match[str]], prefixes: dict[str, str]) -> Iterator[_Use]:
    """Yield the uses of kg:search; raises QueryRefused for the first that cannot be replaced."""
    groups = [_Group()]
    depth, skip, previous, constructing = 0, 0, "", False
    for at, match in enumerate(stream):
        text, kind, here = match[0], match.lastgroup, groups[-1]
        if at < skip:
            continue
        word = text.upper() if kind == "word" else ""
        if kind == "pname" and previous == "PREFIX":
            iri = stream[at + 1][0] if at + 1 < len(stream) else ""
            prefixes[match["prefix"]] = iri[1:-1]
        elif _is_search(match, prefixes):
            if depth or len(groups) < 2:
                raise _wrong(query, match.start())
            use, skip = _use(query, stream, at, here, prefixes)
            yield use
            continue
        elif text == "{":
            groups.append(_Group(template=constructing))  # the short form, CONSTRUCT WHERE, takes no VALUES either
            constructing = False
        elif text == "}":
            if len(groups) > 1:
                groups.pop()
            _end(groups[-1])
        elif text in ("(", "["):
            depth += 1
            here.length += 1
        elif text in (")", "]"):
            depth = max(0, depth - 1)
            if here.clause and not depth:
                _end(here)
        elif depth:
            pass
        elif text == ".":
            _end(here)
        elif text == ";":
            here.length, here.listed = 0, True
        elif word in _CLAUSES:
            here.clause = True
        elif word in _GROUPED:
            _end(here)
        elif word == "CONSTRUCT":
            constructing = True
        elif not here.clause:
            if not here.length and not here.listed:
                here.subject = text
            here.length += 1
            if kind == "pname" and text.endswith(
                "."
            ):  # the scanner takes the dot that ends a triple for part of the name
                _end(here)
        previous = word


def _end(group: _Group) -> None:
    """Note that the next token may begin a triple."""
    group.subject, group.length, group.listed, group.clause, group.bare = None, 0, False, False, False


def _is_search(match: re.Match[str], prefixes: Mapping[str, str]) -> bool:
    if match.lastgroup == "iri":
        return _decoded(match[0][1:-1]) == SEARCH
    if match.lastgroup != "pname":
        return False
    prefix, _, name = match[0].partition(":")
    return prefix in prefixes and prefixes[prefix] + name.rstrip(".") == SEARCH


def _use(
    query: str, stream: list[re.Match[str]], at: int, group: _Group, prefixes: Mapping[str, str]
) -> tuple[_Use, int]:
    """The use whose predicate is at a token, and the token after it; the group is left as the rest of the text needs it."""
    predicate, subject = stream[at], group.subject
    first = group.length == 1 and not group.listed  # the subject alone stands before it
    listed = group.length == 0 and group.listed
    literal = stream[at + 1] if at + 1 < len(stream) else None
    if group.template or subject is None or subject[0] not in "?$" or not (first or listed) or literal is None:
        raise _wrong(query, predicate.start())
    following = at + 2
    after = stream[following][0] if following < len(stream) else ""
    if literal.lastgroup != "string" or after.startswith(("@", ",", "^", "|", "/")):
        raise _wrong(query, predicate.start())
    start = predicate.start() if group.bare else stream[at - 1].start()  # else with the subject, or the `;`
    before = " . " if listed and not group.bare else ""
    end, goes_on = literal.end(), False
    while following < len(stream) and stream[following][0] == ";":
        end, goes_on = stream[following].end(), True
        following += 1
    goes_on = goes_on and following < len(stream) and stream[following][0] not in (".", "}")
    searched_again = goes_on and _is_search(stream[following], prefixes)
    use = _Use(
        start, end, subject, _string(literal[0]), before, after=f" {subject}" if goes_on and not searched_again else ""
    )
    if goes_on:
        group.length, group.listed, group.bare = 0, True, searched_again
    else:
        _end(group)
    return use, following


def _string(token: str) -> str:
    """The text of a string as SPARQL writes it."""
    quotes = 3 if token[:3] in ('"""', "'''") else 1
    return _decoded(token[quotes:-quotes])


def _decoded(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        """The character that an escape stands for."""
        if match[3]:
            return _ESCAPES.get(match[3], match[3])
        number = int(match[1] or match[2], 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else ""

    return _STRING_ESCAPE.sub(plain, text)


def _wrong(query: str, at: int) -> QueryRefused:
    return QueryRefused(f"{position(query, at)}: kg:search cannot be used like this", hint=_HINT)
