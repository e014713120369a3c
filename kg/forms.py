"""Which of SPARQL's four forms a query has: that decides the formats in which it can be answered, before it runs."""

from __future__ import annotations

import re
from enum import StrEnum

__all__ = ["QueryForm", "form_of"]


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
