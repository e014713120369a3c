"""How pages say things: headings for predicates, dates and numbers as people write them, names that cannot do harm."""

from __future__ import annotations

import re
from datetime import date

from kg.types import Phase

__all__ = [
    "HEADINGS",
    "KEY_FACTS",
    "count_of",
    "day_words",
    "heading",
    "phase_words",
    "plain",
    "short",
    "span_words",
    "ticked",
    "words",
]

NAME_LENGTH = 120  # a longer name is cut: the longest label of Wikidata has 250, and a list shows many

HEADINGS: dict[tuple[str, bool], str] = {
    ("leads", False): "Led by",
    ("leads", True): "Leads",
    ("memberOf", True): "Member of",
    ("locatedIn", True): "Based or operating in",
    ("partOf", True): "Part of",
    ("citizenOf", True): "Citizen of",
    ("foundedBy", True): "Founded by",
    ("within", True): "Lies in",
    ("spouseOf", True): "Married to",
    ("childOf", True): "Child of",
    ("childOf", False): "Children",
    ("spouseOf", False): "Married to",
    ("startDate", True): "Began",
    ("endDate", True): "Ended",
    ("occurredAt", True): "Where it happened",
    ("involves", True): "Groups that took part",
    ("involvesPerson", True): "People who took part",
    ("memberOf", False): "Members",
    ("partOf", False): "Its parts",
    ("foundedBy", False): "Founded",
    ("locatedIn", False): "Groups based or operating here",
    ("within", False): "Places in it",
    ("citizenOf", False): "Its citizens",
    ("involves", False): "Events it took part in",
    ("involvesPerson", False): "Events they took part in",
    ("occurredAt", False): "Events here",
}
"""(predicate, whether the page's thing is its subject) → the heading above such statements, in the order of a page."""

KEY_FACTS: dict[str, tuple[tuple[str, bool], ...]] = {
    "Person": (("leads", True), ("memberOf", True), ("citizenOf", True), ("spouseOf", True), ("childOf", True)),
    "Group": (("leads", False), ("locatedIn", True), ("partOf", True), ("foundedBy", True)),
    "Polity": (("leads", False), ("within", True), ("partOf", True)),
    "Place": (("within", True), ("locatedIn", False)),
    "Event": (
        ("startDate", True), ("endDate", True), ("occurredAt", True), ("involves", True), ("involvesPerson", True),
    ),
}  # fmt: skip
"""Class → what a reader wants to know of a thing of that class first."""

_HARMFUL = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"  # combining
_PILED = re.compile(f"({_MARK}{{4}}){_MARK}+")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def ticked(text: str) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it stood between backticks.

    >>> ticked("`phase` tells")
    [('phase', True), (' tells', False)]
    """
    return [(piece, n % 2 == 1) for n, piece in enumerate(text.split("`")) if piece]


def words(predicate: str) -> str:
    """A predicate as people read it.

    >>> words("locatedIn")
    'located in'
    """
    return "".join(f" {c.lower()}" if c.isupper() else c for c in predicate)


def heading(predicate: str, outgoing: bool) -> str:
    """The heading above the statements of a predicate.

    >>> heading("leads", False), heading("startDate", False)
    ('Led by', 'Start date of')
    """
    known = HEADINGS.get((predicate, outgoing))
    return known or f"{words(predicate).capitalize()}{'' if outgoing else ' of'}"


def plain(text: str) -> str:
    """A text for places where it cannot be isolated (a title, an attribute, a drawing): nothing in it steers what follows.

    >>> plain("Ana\u202e Diaz")
    'Ana Diaz'
    """
    return _HARMFUL.sub("", text)


def short(text: str, length: int = NAME_LENGTH) -> str:
    """A name that fits its line: cut where no name is as long, without marks piled upon marks.

    >>> short("x" * 500, 10)
    'xxxxxxxxx…'
    """
    tidy = _PILED.sub(r"\1", plain(" ".join(text[: 8 * length].split())))
    return tidy if len(tidy) <= length and len(text) <= 8 * length else f"{tidy[: length - 1].rstrip()}…"


def day_words(lexical: str | date | None) -> str:
    """A date as it is written: as exact as it is known.

    >>> day_words("2019-03-12"), day_words("2019-03"), day_words("2019")
    ('12 March 2019', 'March 2019', '2019')
    """
    if lexical is None:
        return ""
    text = str(lexical)
    parts = text.split("-")
    if text.startswith("-") or not all(part.isdigit() for part in parts) or not 1 <= len(parts) <= 3:
        return plain(text)
    if len(parts) == 1:
        return parts[0]
    if not 1 <= int(parts[1]) <= 12:
        return plain(text)
    month = f"{_MONTHS[int(parts[1]) - 1]} {parts[0]}"
    return month if len(parts) == 2 else f"{int(parts[2])} {month}"


def span_words(begin: str | None, end: str | None) -> str:
    """When something holds, from stated dates.

    >>> span_words("2018", None), span_words(None, "2020-05"), span_words("2018", "2020")
    ('since 2018', 'until May 2020', '2018 to 2020')
    """
    if begin and end:
        return day_words(begin) if begin == end else f"{day_words(begin)} to {day_words(end)}"
    return f"since {day_words(begin)}" if begin else f"until {day_words(end)}" if end else ""


def phase_words(phase: str | None) -> str:
    """What a reader must know of when a fact holds; empty for one that says nothing.

    >>> phase_words("future"), phase_words("unknown")
    ('planned', '')
    """
    return {Phase.CURRENT.value: "current", Phase.FORMER.value: "former", Phase.FUTURE.value: "planned"}.get(
        phase or "", ""
    )


def count_of(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun.

    >>> count_of(1, "source"), count_of(1200, "person", "people")
    ('1 source', '1,200 people')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
