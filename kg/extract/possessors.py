"""The group inside what is called by it: "the union" of "the union's president", "the party" of "the party's youth wing".

The tags of nominals do not nest. In our annotation of news and stories (November 2026) a group stands inside 75 of 78 such people with an
office, places and other people left out, and inside 49 of 51 groups with the nouns below.
"""

from __future__ import annotations

import re
from functools import cache

from kg.extract.offices import PART_HEAD, offices_words
from kg.extract.words import generic_groups, honorifics, lines, roles
from kg.types import EntityClass, Mention, MentionKind, Span

__all__ = ["possessor"]


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(
        r"(?:[Tt]he|[Tt]his|[Tt]hat)\s+(?:[a-z][\w-]*\s+){0,2}?(?P<noun>[A-Z]?[a-z][\w-]*)(?:['’]s|(?<=s)['’])\s+"
    )


@cache
def _office() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{roles()}|{offices_words()}|{PART_HEAD})$", re.IGNORECASE)


@cache
def _nouns(kind: str) -> frozenset[str]:
    return frozenset(noun for noun, of in (line.split("\t") for line in lines("possessors.tsv")) if of == kind)


@cache
def _nobody() -> frozenset[str]:
    """Nouns of people, whose aides and heirs are theirs alone, of places and of things."""
    people = re.split(r"\||\\s\+", f"{roles()}|{offices_words()}")
    return frozenset(people) | honorifics() | _nouns("other")


def possessor(text: str, mention: Mention) -> Span | None:
    """Where the group stands that a person or a group without a name is called by.

    >>> text = "The union's president spoke."
    >>> possessor(text, Mention(Span(0, 21), EntityClass.PERSON, MentionKind.NOMINAL)).of(text)
    'The union'
    """
    if mention.kind is not MentionKind.NOMINAL or mention.cls not in (EntityClass.PERSON, EntityClass.GROUP):
        return None
    match = _pattern().match(text, mention.span.start, mention.span.end)
    if match is None:
        return None
    noun = match["noun"].lower()
    known = noun in _nouns("group") or (noun in generic_groups() and not noun.endswith("s"))
    short = match["noun"][0].isupper()  # "the Council's chairman", but "the Army" of "the Army's troops" is a name
    if mention.cls is EntityClass.GROUP:
        wanted = known and not short
    else:
        wanted = (known or not (short or noun in _nobody())) and bool(
            _office().search(text, match.end(), mention.span.end)
        )
    return Span(mention.span.start, match.end("noun")) if wanted else None
