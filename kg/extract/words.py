"""The word lists of `lexicon/en`, read once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

__all__ = ["DEFINITE", "DETERMINERS", "country_of", "generic_groups", "honorifics", "lines", "roles"]

_FOLDER = Path(__file__).parent / "lexicon" / "en"
DETERMINERS = frozenset(
    (
        *("the", "a", "an", "this", "that", "these", "those", "some", "any", "each", "every", "no", "all", "both"),
        *("another", "other", "one", "such", "his", "her", "its", "their", "our", "my", "your"),
    )
)


def lines(name: str) -> list[str]:
    """The lines of a list, without comments and empty ones."""
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


DEFINITE = frozenset(("the", "this", "that", "these", "those", "its", "their", "his", "her", "our", "my", "your"))


@cache
def honorifics() -> frozenset[str]:
    """Titles before a person's name."""
    return frozenset(word for line in lines("honorifics.txt") for word in line.split())


@cache
def generic_groups() -> frozenset[str]:
    """Nouns that name a side without a name."""
    return frozenset(word for line in lines("generic_groups.txt") for word in line.split())


@cache
def roles() -> str:
    """Titles of those who lead a group, as the alternatives of a regular expression, long ones first."""
    return "|".join(re.escape(r).replace(r"\ ", r"\s+") for r in sorted(lines("roles.txt"), key=len, reverse=True))


@cache
def _countries() -> dict[str, str]:
    table = {}
    for line in lines("countries.tsv"):
        country, _, others = line.partition("\t")
        for name in (country, *filter(None, others.split("|"))):
            table[name.casefold()] = country
    return table


def country_of(name: str) -> str | None:
    """The country that a name, adjective or people's name stands for.

    >>> country_of("Kenyan"), country_of("Nairobi")
    ('Kenya', None)
    """
    return _countries().get(re.sub(r"^the\s+", "", name.casefold()))
