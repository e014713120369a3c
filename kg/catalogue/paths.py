"""The paths between two things over asserted statements: breadth-first from both ends at once.

A step is a look into the two indexes of `statements`, which costs as much as the thing has neighbours. Of a hub (a country,
a war) only the best supported HUB_STEPS statements are followed, and what is looked at in all is bounded as well; `complete`
says whether that cut anything off. This walks the catalogue, not the graph: the same for every kind of store, and there
the hubs' statements come sorted by their support.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from kg.catalogue.conditions import Conditions
from kg.catalogue.entities import entity_key
from kg.catalogue.filters import SIDES
from kg.catalogue.statements import STATEMENTS, statement_key

__all__ = ["ANY_STEP", "MAX_LENGTH", "PathFilter", "Paths", "find_paths"]

MAX_LENGTH = 6
"""Steps of a path: at six, nearly everything in a graph of news is joined with everything."""

HUB_STEPS = 500
EDGES_READ = 50_000  # about half a second
PATHS_TRIED = 20_000  # partial paths when all short ones are listed


@dataclass(frozen=True, slots=True)
class PathFilter:
    """Which statements may be steps, and of which classes no thing on the way may be."""

    predicates: tuple[str, ...] = ()
    min_sources: int = 0
    min_confidence: float = 0.0
    avoid: tuple[str, ...] = ()


ANY_STEP = PathFilter()


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths, the shortest first. Each has its things' IRIs and, for each step, the keys of the statements that join them.

    `hubs` are the IRIs of things of which not all statements were followed. Where `complete` is false there may be more
    paths, or shorter ones.
    """

    paths: tuple[tuple[tuple[str, ...], tuple[tuple[str, ...], ...]], ...]
    hubs: tuple[str, ...]
    complete: bool


Steps = dict[int, set[int]]  # neighbour → row numbers of the statements that join them


def find_paths(
    db: sqlite3.Connection,
    one: str,
    two: str,
    where: PathFilter = ANY_STEP,
    *,
    max_length: int = 4,
    shortest: bool = True,
    limit: int = 10,
) -> Paths:
    """The paths between the entities of two IRIs: all shortest ones, or all of at most `max_length` steps, up to `limit`."""
    ends = [entity_key(db, iri) for iri in (one, two)]
    if ends[0] is None or ends[1] is None or ends[0] == ends[1]:
        return Paths((), (), complete=True)
    walk = _Walk(db, where, (ends[0], ends[1]))
    length = walk.meet(max_length, shortest=shortest)
    found = list(walk.paths(length, limit, shortest=shortest)) if length is not None else []
    complete = not walk.cut and len(found) <= limit
    paths = tuple((tuple(map(walk.iri, path)), tuple(walk.statements(path))) for path in found[:limit])
    return Paths(paths, tuple(sorted(map(walk.iri, walk.hubs))), complete)


class _Walk:
    """One search: what was seen of the graph."""

    def __init__(self, db: sqlite3.Connection, where: PathFilter, ends: tuple[int, int]) -> None:
        self._db = db
        self._query, self._values = _edges_query(where)
        self._ends = ends
        self._steps: dict[int, Steps] = {}
        self._read = 0
        self._avoid = where.avoid
        self.hubs: set[int] = set()
        self.cut = False

    def meet(self, max_length: int, *, shortest: bool) -> int | None:
        """Look around both ends until they meet (all the way to `max_length`, unless `shortest` is enough).

        The number of steps within which all paths have been seen; None when the ends are not joined.
        """
        seen = [{self._ends[0]}, {self._ends[1]}]
        frontiers = [{self._ends[0]}, {self._ends[1]}]
        for length in range(1, max_length + 1):
            side = min((0, 1), key=lambda which: len(frontiers[which]))
            frontiers[side] = {
                near for thing in sorted(frontiers[side]) for near in self._look(thing) if near not in seen[side]
            }
            seen[side] |= frontiers[side]
            if shortest and not seen[1 - side].isdisjoint(frontiers[side]):
                return length
            if not frontiers[side]:
                break
        return max_length if not seen[0].isdisjoint(seen[1]) else None

    def paths(self, length: int, limit: int, *, shortest: bool) -> Iterator[tuple[int, ...]]:
        """Yield the paths of at most `length` steps, the shortest first; one more than `limit` if there are so many.

        Around a hub of which not all was followed, a path may turn out shorter than the way on which the ends met.
        """
        start, goal = self._ends
        near = self._distances(goal, length)
        left, tried = limit + 1, 0
        least = near.get(start, length + 1)
        for steps in range(least, (min(least, length) if shortest else length) + 1):
            unfinished: list[tuple[int, ...]] = [(start,)]
            while unfinished:
                path = unfinished.pop()
                if path[-1] == goal:
                    if len(path) == steps + 1:
                        yield path
                        left -= 1
                        if left == 0:
                            return
                    continue
                tried += 1
                if tried > PATHS_TRIED:
                    self.cut = True
                    return
                room = steps - len(path)
                ways = (way for way in self._both[path[-1]] if near.get(way, length + 1) <= room and way not in path)
                unfinished += [(*path, way) for way in sorted(ways, key=self._plainness, reverse=True)]

    def statements(self, path: Sequence[int]) -> Iterator[tuple[str, ...]]:
        """Yield, for each step of a path, the keys of the statements that join its ends, the best supported first."""
        for one, two in pairwise(path):
            rows = (
                self._db.execute(f"{STATEMENTS} WHERE t.key = ?", (number,)).fetchone()
                for number in self._both[one][two]
            )
            ranked = sorted(rows, key=lambda row: (-row["supporting_sources"], row["predicate"], row["key"]))
            yield tuple(statement_key(row) for row in ranked)

    def iri(self, key: int) -> str:
        """The IRI of an entity."""
        return str(self._db.execute("SELECT iri FROM entities WHERE key = ?", (key,)).fetchone()[0])

    @cached_property
    def _both(self) -> dict[int, Steps]:
        """What was seen, from either end of each statement; of a hub's, only what the other end shows is complete."""
        both: dict[int, Steps] = {}
        for one, steps in self._steps.items():
            for two, numbers in steps.items():
                joined = both.get(one, {}).get(two, set()) | numbers
                both.setdefault(one, {})[two] = both.setdefault(two, {})[one] = joined
        return both

    def _look(self, thing: int) -> Steps:
        """The neighbours of a thing."""
        if self._read > EDGES_READ:
            self.cut = True
            return {}
        if thing not in self._steps:
            rows = self._db.execute(self._query, (thing, thing, *self._values, HUB_STEPS + 1)).fetchall()
            if len(rows) > HUB_STEPS:
                self.hubs.add(thing)
                self.cut = True
            steps: Steps = {}
            for row in rows[:HUB_STEPS]:
                if row["other"] in self._ends or not self._avoid or row["cls"] not in self._avoid:
                    steps.setdefault(row["other"], set()).add(row["key"])
            self._read += len(rows)
            self._steps[thing] = steps
        return self._steps[thing]

    def _distances(self, goal: int, length: int) -> dict[int, int]:
        """How far things are from the goal, over what was seen."""
        near, frontier = {goal: 0}, [goal]
        for distance in range(1, length + 1):
            frontier = sorted({way for thing in frontier for way in self._both.get(thing, {}) if way not in near})
            near.update(dict.fromkeys(frontier, distance))
        return near

    def _plainness(self, thing: int) -> tuple[int, int]:
        """What paths of one length are sorted by: over things with few neighbours they say more than over a country."""
        return len(self._both[thing]), thing


def _edges_query(where: PathFilter) -> tuple[str, list[object]]:
    """The query for a thing's statements: two values for the thing, then these, then a limit."""
    best = "(SELECT max(weight) FROM claims WHERE statement = t.key AND level = 2)"  # NULL unless it is asserted
    asked = Conditions([f"{best} >= ?"], [where.min_confidence])
    asked.one_of("t.predicate", where.predicates)
    if where.min_sources:
        asked.add("t.supporting_sources >= ?", where.min_sources)
    query = (
        f"SELECT t.key, t.other, x.cls FROM {SIDES} JOIN entities x ON x.key = t.other"  # noqa: S608 - ours
        f" WHERE {asked.sql} ORDER BY t.supporting_sources DESC, t.key LIMIT ?"
    )
    return query, asked.values
