"""Publication dates as publishers write them → days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

__all__ = ["day_of"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6}|T\d{4,6}Z?)?$")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})")
_MONTH_DAY = re.compile(r"([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")


def day_of(value: object, *, search: bool = False) -> date | None:
    """The day of a publication date as records write it (ISO 8601, RFC 2822, "3 March 2021", a Unix time), or None.

    The day is the one written: no time zone is applied to it. With `search` it may stand anywhere in a text.

    >>> day_of("2021-03-04T23:30:00-05:00"), day_of("Mar 4, 2021"), day_of("soon")
    (datetime.date(2021, 3, 4), datetime.date(2021, 3, 4), None)
    """
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, tz=UTC).date()
        return _day_in(str(value).strip(), search=search)
    except (ValueError, OverflowError, OSError):
        return None


def _day_in(text: str, *, search: bool) -> date | None:
    if match := (_ISO_DAY.search(text) if search else _ISO_DAY.match(text) or _COMPACT_DAY.match(text)):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if (match := _DAY_MONTH.search(text)) and match[2][:3].casefold() in _MONTHS:
        return date(int(match[3]), _MONTHS.index(match[2][:3].casefold()) + 1, int(match[1]))
    if (match := _MONTH_DAY.search(text)) and match[1][:3].casefold() in _MONTHS:
        return date(int(match[3]), _MONTHS.index(match[1][:3].casefold()) + 1, int(match[2]))
    return None if search else parsedate_to_datetime(text).date()
