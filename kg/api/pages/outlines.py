"""Outlines of countries for the map, cut to the part of the world that is seen.

The data come with the package countryinfo (some 10,000 points for the whole world): good for finding one's way on a map
of a continent, coarse on one of a town. What is outside the picture, or too small to see, is left out, so that a page
stays small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise

__all__ = ["Point", "drawn_outlines"]

Point = tuple[float, float]
"""Longitude and latitude in degrees, or x and y in a drawing."""

Ring = tuple[Point, ...]
NEAR = 2.2  # points of a drawing: nearer ones are one
EDGES: tuple[tuple[int, int], ...] = ((0, 1), (0, -1), (1, 1), (1, -1))  # of a box: axis, and which side is inside


def drawn_outlines(box: tuple[float, float, float, float], place: Callable[[float, float], Point]) -> str:
    """The SVG path of all outlines in a box (west, south, east, north), put on the drawing by `place`."""
    west, south, east, north = box
    beside = ((east - west) / 20, (north - south) / 20)  # the cut edges lie outside the drawing
    frame = (west - beside[0], south - beside[1], east + beside[0], north + beside[1])
    drawn = []
    for ring in _rings():
        points = _thinned([place(*point) for point in _clipped(ring, frame)])
        if len(points) > 2:
            drawn.append(_path(points))
    return "".join(drawn)


@cache
def _rings() -> tuple[Ring, ...]:
    """The rings of all countries, read once."""
    from countryinfo import all_countries  # reads 250 files

    return tuple(
        tuple((float(at[0]), float(at[1])) for at in ring)
        for country in all_countries()
        for feature in country.geo_json().get("features", ())
        for polygon in _polygons(feature.get("geometry") or {})
        for ring in polygon
    )


def _polygons(geometry: dict[str, object]) -> Sequence[Sequence[Sequence[Sequence[float]]]]:
    """The polygons of a GeoJSON geometry (RFC 7946, 3.1); none of one that is no area."""
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list):
        return ()
    return {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(geometry.get("type")), ())


def _clipped(ring: Ring, box: tuple[float, float, float, float]) -> Sequence[Point]:
    """The part of a ring in a box, after Sutherland and Hodgman (1974): cut at one edge after the other."""
    points: Sequence[Point] = ring
    for axis, side in EDGES:
        limit = box[axis] if side > 0 else box[axis + 2]
        points = list(_cut(points, axis, side, limit))
        if not points:
            break
    return points


def _cut(points: Sequence[Point], axis: int, side: int, limit: float) -> Iterator[Point]:
    for before, now in zip((points[-1], *points), points, strict=False):
        inside, was = side * (now[axis] - limit) >= 0, side * (before[axis] - limit) >= 0
        if inside != was:
            part = (limit - before[axis]) / (now[axis] - before[axis])
            yield before[0] + part * (now[0] - before[0]), before[1] + part * (now[1] - before[1])
        if inside:
            yield now


def _thinned(points: Sequence[Point]) -> list[tuple[int, int]]:
    """The points in whole units, without those that are too near the last one to be seen.

    >>> _thinned([(0.0, 0.0), (0.4, 0.2), (5.0, 5.1)])
    [(0, 0), (5, 5)]
    """
    kept: list[tuple[int, int]] = []
    for x, y in points:
        if not kept or abs(x - kept[-1][0]) > NEAR or abs(y - kept[-1][1]) > NEAR:
            kept.append((round(x), round(y)))
    return kept


def _path(points: Sequence[tuple[int, int]]) -> str:
    """A closed path in steps from point to point, which are shorter than places.

    >>> _path([(100, 200), (103, 204), (99, 205)])
    'M100 200l3 4-4 1z'
    """
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
    written = "".join(f"{'' if x < 0 or not n else ' '}{x}{'' if y < 0 else ' '}{y}" for n, (x, y) in enumerate(steps))
    return f"M{points[0][0]} {points[0][1]}l{written}z"
