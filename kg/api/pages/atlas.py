"""The map: places whose coordinates are known, and the events that happened there, as points on a graticule.

An equirectangular projection whose scale is true at the middle latitude (Snyder 1987, "Map Projections: A Working Manual",
section 12): straight parallels and meridians, which is what a reader who looks for a name needs, drawn on the server, with
the outlines of countries (`kg.api.pages.outlines`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg import vocab
from kg.api.pages.outlines import Point, drawn_outlines
from kg.api.pages.reading import choice, summary
from kg.api.problems import Refusal
from kg.api.service import Service

__all__ = ["Box", "Cluster", "Picture", "Spot", "atlas_values", "box_around", "picture"]

LISTED = 30
EVENTS = 3  # of a place in the list
CELL = 34.0  # points nearer than this are drawn as one
CELLS = (CELL, 50.0, 75.0, 110.0)  # the more there are, the farther they stand apart
POINTS = 60
WIDE, NARROW = 1000.0, 380.0
FLATTEST, FLATTEST_NARROW, TALLEST = 0.45, 0.8, 0.95  # height of a drawing by its width
LEAST = 0.2  # degrees: no reader needs to look closer at a town
STEPS = (45.0, 30.0, 15.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05)
REGIONS = {
    "World": "-180,-60,180,80",
    "Africa": "-20,-36,53,38",
    "Americas": "-130,-56,-33,60",
    "Asia": "45,-11,150,56",
    "Europe": "-12,35,42,71",
    "Middle East": "25,12,63,43",
    "Oceania": "110,-48,180,0",
}


@dataclass(frozen=True, slots=True)
class Box:
    """What is seen, in degrees of WGS 84."""

    west: float
    south: float
    east: float
    north: float

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return ",".join(f"{value:.4g}" for value in (self.west, self.south, self.east, self.north))

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a point lies in it."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north

    def scaled(self, factor: float, right: float = 0.0, up: float = 0.0) -> Box:
        """The box of another size around a middle that is moved by parts of its size."""
        x, y = self.east - self.west, self.north - self.south
        a, b = (self.west + self.east) / 2 + right * x, (self.south + self.north) / 2 + up * y
        x, y = min(360.0, max(LEAST, x * factor)), min(180.0, max(LEAST, y * factor))
        a, b = min(180 - x / 2, max(x / 2 - 180, a)), min(90 - y / 2, max(y / 2 - 90, b))
        return _within(Box(a - x / 2, b - y / 2, a + x / 2, b + y / 2))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, and how many events happened there."""

    iri: str
    label: str
    cls: str
    latitude: float
    longitude: float
    events: int = 0


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is drawn as one point; `label` is empty where there is no room for a name, `side` -1 for one that stands left."""

    x: float
    y: float
    radius: float
    spots: tuple[Spot, ...]
    label: str
    side: int
    box: Box | None

    @property
    def events(self) -> int:
        """How many events happened there."""
        return sum(one.events for one in self.spots)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing: its size, lines (position, degrees in words), points, and the path of the outlines of countries."""

    width: float
    height: float
    meridians: tuple[tuple[float, str], ...]
    parallels: tuple[tuple[float, str], ...]
    clusters: tuple[Cluster, ...]
    land: str


def atlas_values(service: Service, query: Mapping[str, str]) -> dict[str, Any]:
    """What the template of the map is handed."""
    type_ = choice(query, "type", vocab.EVENT_TYPES)
    asked = _box(query.get("box") or "")
    spots = summary(service, ("places", type_), lambda: _spots(service, type_))
    extent = box_around(spots) if spots else Box(-180.0, -60.0, 180.0, 80.0)
    box = asked or extent
    seen = sorted((s for s in spots if box.holds(s.longitude, s.latitude)), key=lambda s: (-s.events, s.label, s.iri))
    outlines = service.workspace.catalogue.outlines
    moves = {
        "Zoom in": box.scaled(0.5), "Zoom out": box.scaled(2.0), "West": box.scaled(1.0, right=-0.5),
        "North": box.scaled(1.0, up=0.5), "South": box.scaled(1.0, up=-0.5), "East": box.scaled(1.0, right=0.5),
    }  # fmt: skip
    return {
        "box": box,
        "is_extent": asked is None,
        "seen": seen,
        "listed": [(one, outlines.events_at(one.iri, type_, EVENTS) if one.events else ()) for one in seen[:LISTED]],
        "events": sum(one.events for one in seen),
        "total": len(spots),
        "pictures": (picture(seen, box, WIDE), picture(seen, box, NARROW)),
        "regions": REGIONS,
        "moves": {name: to.text for name, to in moves.items() if to != box},
        "type": type_,
        "types": vocab.EVENT_TYPES,
    }


def box_around(spots: Iterable[Spot]) -> Box:
    """The smallest box with some room around points; never less than a few degrees."""
    listed = list(spots)
    west, east = min(s.longitude for s in listed), max(s.longitude for s in listed)
    south, north = min(s.latitude for s in listed), max(s.latitude for s in listed)
    x, y = max(2.0, 0.12 * (east - west)), max(1.5, 0.12 * (north - south))
    return _within(Box(west - x, south - y, east + x, north + y))


def picture(spots: Sequence[Spot], box: Box, width: float) -> Picture:
    """The drawing of points in a box, the ones with most events first; the box is widened to a shape that fits a page."""
    stretch = max(0.2, math.cos(math.radians((box.south + box.north) / 2)))
    x, y = (box.east - box.west) * stretch, box.north - box.south
    ratio = min(TALLEST, max(FLATTEST if width > 500 else FLATTEST_NARROW, y / x))
    scale = min(width / x, width * ratio / y)
    height = width * ratio
    left, top = (width - x * scale) / 2, (height - y * scale) / 2

    def place(longitude: float, latitude: float) -> Point:
        return left + (longitude - box.west) * stretch * scale, top + (box.north - latitude) * scale

    drawn = [(*place(spot.longitude, spot.latitude), spot) for spot in spots]
    groups = next(found for cell in CELLS if len(found := _grouped(drawn, cell)) <= POINTS or cell == CELLS[-1])
    margins = left / scale / stretch, top / scale
    seen = Box(box.west - margins[0], box.south - margins[1], box.east + margins[0], box.north + margins[1])
    step = next(
        (one for one in reversed(STEPS) if (seen.east - seen.west) / one <= (9 if width > 500 else 5)), STEPS[0]
    )
    return Picture(
        width,
        height,
        tuple((place(at, 0)[0], _degrees(at, "E", "W")) for at in _lines(seen.west, seen.east, step, 180)),
        tuple((place(0, at)[1], _degrees(at, "N", "S")) for at in _lines(seen.south, seen.north, step, 90)),
        tuple(_clusters(groups, width, height)),
        drawn_outlines((seen.west, seen.south, seen.east, seen.north), place),
    )


def _grouped(drawn: Iterable[tuple[float, float, Spot]], cell: float) -> list[list[tuple[float, float, Spot]]]:
    """The spots that lie nearer than a cell to the first of each group, which are those given first."""
    groups: list[list[tuple[float, float, Spot]]] = []
    squares: dict[tuple[int, int], list[list[tuple[float, float, Spot]]]] = {}
    for at in drawn:
        column, row = int(at[0] // cell), int(at[1] // cell)
        around = (squares.get((column + x, row + y), ()) for x in (-1, 0, 1) for y in (-1, 0, 1))
        near = next((g for listed in around for g in listed if math.dist(g[0][:2], at[:2]) < cell), None)
        if near is None:
            groups.append([at])
            squares.setdefault((column, row), []).append(groups[-1])
        else:
            near.append(at)
    return groups


def _clusters(groups: Sequence[Sequence[tuple[float, float, Spot]]], width: float, height: float) -> Iterable[Cluster]:
    taken: list[tuple[float, float, float, float]] = []
    for group in groups:
        radius = min(22.0, 6.0 + 3.0 * math.log2(1 + sum(1 + spot.events for *_, spot in group)))
        taken.append((group[0][0] - radius, group[0][1] - radius, group[0][0] + radius, group[0][1] + radius))
    for place, group in enumerate(groups):
        x, y, first = group[0]
        radius = (taken[place][2] - taken[place][0]) / 2
        name = first.label if len(group) == 1 else f"{first.label} +{len(group) - 1}"
        long = 7.6 * min(len(name), 28) + 8
        places = ((1, x + radius + 3, x + radius + 3 + long), (-1, x - radius - 3 - long, x - radius - 3))
        label, side = "", 1
        for way, west, east in places:
            room = (west, y - 9, east, y + 9)
            inside = west >= 0 and east <= width and room[1] >= 0 and room[3] <= height
            if inside and not any(_overlap(room, other) for other in taken):
                taken.append(room)
                label, side = name, way
                break
        spots = tuple(spot for *_, spot in group)
        apart = len({(spot.latitude, spot.longitude) for spot in spots}) > 1
        yield Cluster(x, y, radius, spots, label, side, _close(spots) if apart else None)


def _close(spots: Sequence[Spot]) -> Box:
    """The box in which these points are told apart."""
    west, east = min(s.longitude for s in spots), max(s.longitude for s in spots)
    south, north = min(s.latitude for s in spots), max(s.latitude for s in spots)
    x, y = max(LEAST / 2, 0.3 * (east - west)), max(LEAST / 2, 0.3 * (north - south))
    return _within(Box(west - x, south - y, east + x, north + y))


def _overlap(one: tuple[float, float, float, float], two: tuple[float, float, float, float]) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def _within(box: Box) -> Box:
    return Box(max(-180.0, box.west), max(-90.0, box.south), min(180.0, box.east), min(90.0, box.north))


def _lines(low: float, high: float, step: float, end: float) -> list[float]:
    first = math.ceil(max(low, -end) / step)
    return [round(n * step, 4) for n in range(first, math.floor(min(high, end) / step) + 1)]


def _degrees(at: float, positive: str, negative: str) -> str:
    return f"{abs(at):g}° {positive if at > 0 else negative if at < 0 else ''}".strip()


def _box(given: str) -> Box | None:
    """The box of an address. Raises Refusal."""
    if not given:
        return None
    try:
        west, south, east, north = (float(part) for part in given[:100].split(","))
        if -180 <= west < east <= 180 and -90 <= south < north <= 90 and min(east - west, north - south) >= LEAST / 4:
            return Box(west, south, east, north)
    except ValueError:
        pass
    raise Refusal(
        400, f"box={given[:60]} is no part of the world", hint="write west,south,east,north in degrees: -12,35,42,71"
    )


def _spots(service: Service, type_: str | None) -> tuple[Spot, ...]:
    """The places whose coordinates are known, with the number of their events (of a type: these places alone)."""
    rows = service.workspace.catalogue.outlines.located(type_)
    return tuple(Spot(*row) for row in rows)
