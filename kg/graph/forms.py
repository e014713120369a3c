"""What is known of a query before it runs: its form, which decides the formats of its answer, and how many rows it wants."""

from __future__ import annotations

import re
from enum import StrEnum

from kg.graph.guard import tokens

__all__ = ["QueryForm", "form_of", "outer_limit"]


class QueryForm(StrEnum):
    """What a query asks for."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def gives_triples(self) -> bool:
        """Whether the answer is triples, rather than rows or true and false."""
        return self in (QueryForm.CONSTRUCT, QueryForm.DESCRIBE)


_PROLOGUE = re.compile(
    r"""(?:\s+ | \#[^\n\r]*+                                    # white space, comments
      | BASE \s* <[^<>]*>                                       # BASE <iri>
      | PREFIX (?:\s|\#[^\n\r]*+)*+ [^\s:<>]*:(?:\s|\#[^\n\r]*+)*+ <[^<>]*>  # PREFIX name: <iri>
      | VERSION \s* (?:"[^"\n\r]*"|'[^'\n\r]*') )*""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"(?:SELECT|ASK|CONSTRUCT|DESCRIBE)", re.IGNORECASE)


def form_of(query: str) -> QueryForm | None:
    """The form of a query, by its first word after the prologue; None when that is none of them.

    >>> form_of("PREFIX select: <http://e.org/>  # SELECT\\nask { ?s a select:x }").value
    'ASK'
    """
    start = _PROLOGUE.match(query)
    word = _WORD.match(query, start.end() if start else 0)
    return QueryForm(word[0].upper()) if word else None


def outer_limit(query: str) -> int | None:
    """The LIMIT of the whole query; None if it has none, though subqueries may.

    >>> outer_limit("SELECT * { { SELECT ?s { ?s ?p ?o } LIMIT 5 } } OFFSET 2 LIMIT 10"), outer_limit("ASK {}")
    (10, None)
    """
    depth, before, limit = 0, "", None
    for token in tokens(query):
        depth += (token[0] == "{") - (token[0] == "}")
        if depth == 0 and before == "LIMIT" and token[0].isdecimal():
            limit = int(token[0])
        before = token[0].upper() if token.lastgroup == "word" else ""
    return limit
