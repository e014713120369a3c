"""Rows of an endpoint's answers → what is known of its things, as far as it can be used and trusted."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal

from kg.linking.endpoint import Row
from kg.types import EntityClass

__all__ = ["Candidate", "candidate_of"]

LONGEST_NAME = 300
_POINT = re.compile(r"POINT\s*Z?\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)")
_GLOBE = re.compile(r"^\s*<([^>]*)>")
_EARTH = ("http://www.wikidata.org/entity/Q2", "http://www.opengis.net/def/crs/")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing of the other data set. `points` are (latitude, longitude) in degrees; `begin` and `end` years of its being."""

    iri: str
    labels: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    description: str = ""
    classes: frozenset[EntityClass] = frozenset()
    points: tuple[tuple[float, float], ...] = ()
    countries: frozenset[str] = frozenset()
    geonames: frozenset[str] = frozenset()
    begin: date | None = None
    end: date | None = None
    linked: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """What it is called first; its IRI when nothing says."""
        return next(iter(self.labels or self.aliases), self.iri)


def candidate_of(iri: str, rows: Iterable[Row], linked: Iterable[str] = ()) -> Candidate:
    """What the rows of the question `facts` say of a thing; what makes no sense is left out.

    Of several beginnings the earliest counts, of several ends the last, so that a doubtful date rules nothing out.
    """
    said: dict[str, set[str]] = {}
    for row in rows:
        what, value = row.get("what"), row.get("value")
        if isinstance(what, Literal) and isinstance(value, Literal):
            said.setdefault(what.value, set()).add(value.value)

    def texts(what: str) -> tuple[str, ...]:
        cleaned = (" ".join(text.split())[:LONGEST_NAME] for text in sorted(said.get(what, ())))
        return tuple(text for text in cleaned if text)

    points = [point for text in sorted(said.get("point", ())) if (point := _point(text)) is not None]
    for latitude, longitude in zip(sorted(said.get("latitude", ())), sorted(said.get("longitude", ())), strict=False):
        if len(said["latitude"]) == len(said["longitude"]) == 1 and (at := _degrees(latitude, longitude)) is not None:
            points.append(at)
    begins = [day for text in said.get("begin", ()) if (day := _day(text, last=False)) is not None]
    ends = [day for text in said.get("end", ()) if (day := _day(text, last=True)) is not None]
    return Candidate(
        iri,
        texts("label"),
        texts("alias"),
        next(iter(texts("description")), ""),
        frozenset(cls for cls in EntityClass if cls.value in said.get("class", ())),
        tuple(points),
        frozenset(code.upper() for code in said.get("country", ()) if re.fullmatch("[A-Za-z]{2}", code)),
        frozenset(said.get("geonames", ())),
        min(begins, default=None),
        max(ends, default=None),
        frozenset(linked),
    )


def _point(text: str) -> tuple[float, float] | None:
    """(latitude, longitude) of a WKT literal, which has the longitude first; None for one on another globe."""
    globe = _GLOBE.match(text)
    if globe is not None and not globe[1].startswith(_EARTH):
        return None
    found = _POINT.search(text)
    return _degrees(found[2], found[1]) if found is not None else None


def _degrees(latitude: str, longitude: str) -> tuple[float, float] | None:
    try:
        at = float(latitude), float(longitude)
    except ValueError:
        return None
    return at if math.isfinite(sum(at)) and abs(at[0]) <= 90 and abs(at[1]) <= 180 else None


def _day(text: str, *, last: bool) -> date | None:
    """The first (or last) day of a date as XML Schema writes it, of which only the year may be known; none before our era."""
    found = _DATE.match(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    # a day in January stands for the whole year in data sets that know no better
    if month <= 1 and day <= 1:
        month, day = (12, 31) if last else (1, 1)
    try:
        return date(year, month, day or (28 if last else 1))
    except ValueError:
        return None
