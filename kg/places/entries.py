"""What the gazetteer holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from kg.types import PlaceKind

__all__ = ["Entry", "Match", "is_near", "kilometres"]

_EARTH_KM = 6371.0
_DEGREE_KM = 111.0  # of latitude; a little less than it is, as a bound must be


class Match(StrEnum):
    """What a name is to an entry."""

    NAME = "name"
    OTHER = "other"  # another spelling, language or time
    DEMONYM = "demonym"  # the adjective or the people of a country


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the gazetteer.

    `id` is its GeoNames id where it has one, else its ISO 3166-2 code. `country` is an ISO 3166-1 alpha-2 code, `regions` are the ISO
    3166-2 codes of the regions that it lies in, the smallest first. Degrees are of WGS 84.
    """

    id: str
    kind: PlaceKind
    name: str
    country: str
    regions: tuple[str, ...]
    latitude: float
    longitude: float
    population: int
    capital: bool = False

    def contains(self, other: Entry) -> bool:
        """Whether another entry lies in this one."""
        if self.kind is PlaceKind.COUNTRY:
            return other.kind is not PlaceKind.COUNTRY and other.country == self.country
        return self.kind is PlaceKind.REGION and self.id in other.regions


def kilometres(left: Entry, right: Entry) -> float:
    """The great-circle distance between two entries' coordinates (haversine)."""
    a, b = math.radians(left.latitude), math.radians(right.latitude)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(right.longitude - left.longitude) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def is_near(left: Entry, right: Entry, limit_km: float) -> bool:
    """Whether two entries are at most so far apart; those far apart in latitude, nearly all, cost no trigonometry."""
    return abs(left.latitude - right.latitude) * _DEGREE_KM <= limit_km and kilometres(left, right) <= limit_km
