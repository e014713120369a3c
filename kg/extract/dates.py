"""Dates as news writes them → xsd:date, xsd:gYearMonth, xsd:gYear, or a range of them.

Relative dates ("on Tuesday", "last month", "12 March") need the publication date; without it they stay text and are not guessed.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from kg.types import DateValue

__all__ = ["date_value", "dates_in"]

_MONTHS = {name: i for i in range(1, 13) for name in (calendar.month_name[i].lower(), calendar.month_abbr[i].lower())}
_MONTHS["sept"] = 9
_DAYS = {name: i for i in range(7) for name in (calendar.day_name[i].lower(), calendar.day_abbr[i].lower())}
_DAYS |= {"tues": 1, "wednes": 2, "thur": 3, "thurs": 3}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1\d{3}|20\d{2})"
_WEEKDAY = rf"(?:{'|'.join(sorted(_DAYS, key=len, reverse=True))})"

_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "a": 1,
    "an": 1,
}
_ABSOLUTE = [
    re.compile(r"(?P<year>\d{4})-(?P<m>\d\d)-(?P<day>\d\d)"),
    re.compile(rf"(?:{_WEEKDAY},?\s+)?(?:the\s+)?{_DAY}(?:\s+of)?\s+{_MONTH},?\s+{_YEAR}", re.IGNORECASE),
    re.compile(rf"(?:{_WEEKDAY},?\s+)?{_MONTH}\s+{_DAY},?\s+{_YEAR}", re.IGNORECASE),
    re.compile(rf"(?:early\s+|mid-?\s*|late\s+)?{_MONTH},?\s+(?:of\s+)?{_YEAR}", re.IGNORECASE),
    re.compile(rf"(?:early\s+|mid-?\s*|late\s+)?{_YEAR}", re.IGNORECASE),
]
_RANGE = re.compile(  # "2011 and 2015" are two years, unless they are between something
    r"(?:(?:from\s+)?(?P<a>1\d{3}|20\d{2})\s*(?:-|–|—|\bto\b|\buntil\b|\bthrough\b)"
    r"|between\s+(?P<c>1\d{3}|20\d{2})\s+and\b)\s*(?P<b>1\d{3}|20\d{2}|\d{2})",
    re.IGNORECASE,
)
_DAYS_OF_MONTH = re.compile(
    rf"(?:(?:between|from)\s+)?(?P<a>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:-|–|—|\bto\b|\band\b|\buntil\b|\bthrough\b)\s*(?P<rest>{_DAY}\s+(?:of\s+)?{_MONTH}"
    rf"(?:,?\s+{_YEAR})?)",
    re.IGNORECASE,
)
_DECADE = re.compile(r"(?:the\s+)?(?:early\s+|mid-?\s*|late\s+)?(?P<decade>1\d{2}|20\d)0['’]?s", re.IGNORECASE)
_SHORT = re.compile(rf"{_DAY}\s+{_MONTH}\s+['’]?(?P<yy>\d\d)", re.IGNORECASE)
_NO_YEAR = [
    re.compile(rf"(?:{_WEEKDAY},?\s+)?(?:the\s+)?{_DAY}(?:\s+of)?\s+{_MONTH}", re.IGNORECASE),
    re.compile(rf"(?:{_WEEKDAY},?\s+)?{_MONTH}\s+{_DAY}", re.IGNORECASE),
]
_MONTH_ONLY = re.compile(
    rf"(?:early\s+|mid-?\s*|late\s+|in\s+)?(?:(?P<which>last|this|next)\s+)?{_MONTH}", re.IGNORECASE
)
_RELATIVE_DAY = re.compile(
    rf"(?:(?P<which>last|this|next|coming|on|past)\s+)?(?P<weekday>{_WEEKDAY})(?:\s+(?:morning|afternoon|evening|night))?",
    re.IGNORECASE,
)
_AGO = re.compile(
    rf"(?P<n>\d{{1,2}}|{'|'.join(_WORDS)})\s+(?P<unit>day|week|month|year)s?\s+(?:ago|earlier|before)", re.IGNORECASE
)
_SPECIAL = {"today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0, "yesterday": -1, "last night": -1,
            "overnight": 0, "tomorrow": 1}  # fmt: skip
_LEADING = re.compile(r"^(?:(?:on|in|at|since|by|until|during|around|about|of|the|early|late|mid)\s+)+", re.IGNORECASE)


def date_value(text: str, published: date | None) -> DateValue | None:
    """What a date expression means; None if it is none, or relative and the publication date is unknown.

    >>> date_value("March 12, 2019", None), date_value("1979 to 1989", None)
    (DateValue(start='2019-03-12', end=None), DateValue(start='1979', end='1989'))
    >>> date_value("on Tuesday", date(2019, 3, 14)), date_value("Tuesday", None)
    (DateValue(start='2019-03-12', end=None), None)
    """
    text = re.sub(r"\s+", " ", text.strip(" ,.;:()[]"))
    if match := _DAYS_OF_MONTH.fullmatch(text):
        return _days(int(match["a"]), date_value(match["rest"], published))
    bare = _LEADING.sub("", text) or text
    return _absolute(text) or _absolute(bare) or (_relative(bare.lower(), published) if published else None)


def _days(first: int, last: DateValue | None) -> DateValue | None:
    """From a day of a month to a later one, which is known."""
    if last is None:
        return None
    year, month, day = map(int, last.start.split("-"))
    start = _day(year, month, first) if first < day else None
    return DateValue(start.start, last.start) if start else None


def _absolute(text: str) -> DateValue | None:
    if match := _RANGE.fullmatch(text):
        a, b = match["a"] or match["c"], match["b"]
        b = a[:2] + b if len(b) == 2 else b
        return DateValue(a, b) if a < b else None
    if match := _DECADE.fullmatch(text):
        return DateValue(match["decade"] + "0", match["decade"] + "9")
    if match := _SHORT.fullmatch(text):
        year = int(match["yy"])
        return _day(1900 + year if year > 49 else 2000 + year, _MONTHS[match["month"].lower()], int(match["day"]))
    for pattern in _ABSOLUTE:
        if match := pattern.fullmatch(text):
            given = match.groupdict()
            year = int(given["year"])
            month = _MONTHS[given["month"].lower()] if given.get("month") else int(given.get("m") or 0)
            if given.get("day"):
                return _day(year, month, int(given["day"]))
            return DateValue(f"{year:04}-{month:02}" if month else f"{year:04}")
    return None


def _day(year: int, month: int, day: int) -> DateValue | None:
    try:
        return DateValue(date(year, month, day).isoformat())
    except ValueError:
        return None


def _relative(text: str, published: date) -> DateValue | None:
    if text in _SPECIAL:
        return DateValue((published + timedelta(days=_SPECIAL[text])).isoformat())
    for pattern in _NO_YEAR:
        if match := pattern.fullmatch(text):
            return _nearest(published, _MONTHS[match["month"]], int(match["day"]))
    if match := _MONTH_ONLY.fullmatch(text):
        month, which = _MONTHS[match["month"]], match["which"]
        year = published.year
        if which == "next" and month <= published.month:
            year += 1
        elif which != "next" and (month > published.month or (which == "last" and month == published.month)):
            year -= 1
        return DateValue(f"{year:04}-{month:02}")
    if match := _RELATIVE_DAY.fullmatch(text):
        back = (published.weekday() - _DAYS[match["weekday"]]) % 7
        if match["which"] in ("next", "coming"):
            return DateValue((published + timedelta(days=7 - back)).isoformat())
        return DateValue((published - timedelta(days=back or 7 * (match["which"] == "last"))).isoformat())
    if match := _AGO.fullmatch(text):
        return _ago(published, _WORDS.get(match["n"]) or int(match["n"]), match["unit"])
    units = {"last year": -1, "this year": 0, "next year": 1}
    if text in units:
        return DateValue(f"{published.year + units[text]:04}")
    months = {"last month": -1, "this month": 0, "next month": 1}
    if text in months:
        index = published.year * 12 + published.month - 1 + months[text]
        return DateValue(f"{index // 12:04}-{index % 12 + 1:02}")
    return None


def _nearest(published: date, month: int, day: int) -> DateValue | None:
    """A day without a year: the last such day, or the next one if that is less than two months away."""
    for year in (published.year + 1, published.year, published.year - 1):
        value = _day(year, month, day)
        if value and date.fromisoformat(value.start) <= published + timedelta(days=60):
            return value
    return None


def _ago(published: date, count: int, unit: str) -> DateValue | None:
    if unit == "day":
        return DateValue((published - timedelta(days=count)).isoformat())
    if unit == "month":
        index = published.year * 12 + published.month - 1 - count
        return DateValue(f"{index // 12:04}-{index % 12 + 1:02}")
    return DateValue(f"{published.year - count:04}") if unit == "year" else None


_M = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_D = r"\d{1,2}(?:st|nd|rd|th)?"
_Y = r"(?:1\d{3}|20\d{2})"
_CANDIDATES = re.compile(
    r"\b(?:"
    + "|".join(
        (
            rf"(?:from\s+)?{_Y}\s*(?:-|–|—|\bto\b|\buntil\b|\bthrough\b)\s*(?:{_Y}|\d{{2}})\b",
            rf"between\s+{_Y}\s+and\s+(?:{_Y}|\d{{2}})\b",
            rf"(?:(?:between|from)\s+{_D}\s+(?:and|to|until)\s+|{_D}\s*[-–—]\s*){_D}\s+(?:of\s+)?{_M}(?:,?\s+{_Y})?\b",
            r"\d{4}-\d\d-\d\d\b",
            rf"(?:{_WEEKDAY},?\s+)?{_D}\s+(?:of\s+)?{_M}(?:,?\s+\d{{4}})?\b",
            rf"(?:{_WEEKDAY},?\s+)?{_M}\s+{_D}(?:,?\s+\d{{4}})?\b",
            rf"{_M}\s+\d{{4}}\b",
            r"the\s+(?:early\s+|mid-?\s*|late\s+)?(?:1\d{2}|20\d)0s\b",
            rf"{_WEEKDAY}\b",
            r"(?:yesterday|today|last\s+(?:month|year|week))\b",
        )
    )
    + ")",
    re.IGNORECASE,
)


def dates_in(text: str) -> list[tuple[int, int]]:
    """Spans of date expressions that can be read without a model, for what the model overlooks.

    >>> text = "It opened on 3 May 2011 and from 1979 to 1989."
    >>> [text[a:b] for a, b in dates_in(text)]
    ['3 May 2011', 'from 1979 to 1989']
    """
    return [
        m.span()
        for m in _CANDIDATES.finditer(text)
        if not re.fullmatch(r"(?:sun|sat|mon|wed|fri|tue|thu|may|march)", m[0])
    ]
