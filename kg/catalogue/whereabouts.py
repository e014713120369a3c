"""Where places are: what each article takes its places for, what that makes of an entity, and which entity lies in which.

A grounding goes with its chain: triggers keep `groundings` in step with `chains`. An entity is the place that its articles agree on. Where
they disagree it is unknown, and all groundings stay for whoever reviews it. That a city lies in a region and a region in a country is known
from the gazetteer, and holds between entities as long as articles speak of both.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from pyoxigraph import Literal, NamedNode

from kg import vocab
from kg.catalogue.rows import Touched
from kg.types import Grounding, Phase, PlaceKind, Statement, StatementState

__all__ = ["GroundedIn", "Whereabouts", "described"]

_MOST = 20  # different places of one entity that are looked at; more is disagreement all the same


@dataclass(frozen=True, slots=True)
class GroundedIn:
    """What one article takes an entity for."""

    article_id: str
    grounding: Grounding


class Whereabouts:
    """Reads and changes groundings, and what follows from them for the entities that a change has touched."""

    def __init__(self, db: sqlite3.Connection, touched: Touched) -> None:
        self._db = db
        self._touched = touched

    def add(self, groundings: Mapping[int, Grounding]) -> None:
        """Catalogue what chains (by key) that are not linked yet are taken for."""
        self._db.executemany(
            "INSERT INTO groundings (chain, sure, place, reason, name, kind, country, regions, latitude, longitude)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (chain, one.sure, one.id, one.reason, one.name, one.kind.value, one.country, " ".join(one.regions),
                 one.latitude, one.longitude)
                for chain, one in groundings.items()
            ),
        )  # fmt: skip

    def refresh(self) -> tuple[set[str], set[str]]:
        """Bring touched entities up to date; returns the IRIs of those that are another place now, and the keys of
        statements that the gazetteer knows now, or did before. To be called while the rows of emptied entities are there."""
        moved: set[str] = set()
        affected: set[int] = set()
        for entity in sorted(self._touched.entities):
            before, now = self._located(entity), self._agreed(entity)
            if before == now:
                continue
            self._locate(entity, now)
            moved.add(self._iri(entity))
            affected.add(entity)
            for place in (before, now):
                affected.update(self._may_lie_in(place))
        statements = {key for entity in sorted(affected) for key in self._contain(entity)}
        return moved, statements

    def place_of(self, iri: str) -> Grounding | None:
        """The place that an entity is, as its articles agree."""
        row = self._db.execute(f"{_LOCATED} WHERE e.iri = ?", (iri,)).fetchone()
        return None if row is None else _grounding(row)

    def groundings_of(self, iri: str, *, limit: int = 100) -> list[GroundedIn]:
        """What articles take an entity for, by article; an article may do so twice."""
        rows = self._db.execute(
            "SELECT a.id AS article_id, g.* FROM groundings g JOIN chains c ON c.key = g.chain"
            " JOIN articles a ON a.key = c.article JOIN entities e ON e.key = g.entity"
            " WHERE e.iri = ? ORDER BY a.id, c.number LIMIT ?",
            (iri, limit),
        )
        return [GroundedIn(row["article_id"], _grounding(row)) for row in rows]

    def disputed(self, *, limit: int = 100) -> list[str]:
        """The IRIs of entities whose articles take them for different places, for review."""
        rows = self._db.execute(
            "SELECT e.iri FROM entities e LEFT JOIN located l ON l.entity = e.key WHERE l.entity IS NULL"
            " AND EXISTS (SELECT 1 FROM groundings g WHERE g.entity = e.key) ORDER BY e.iri LIMIT ?",
            (limit,),
        )
        return [row[0] for row in rows]

    def keys(self) -> Iterator[str]:
        """Yield the key of each statement that the gazetteer knows."""
        for row in self._db.execute(_CONTAINMENTS):
            yield _key(row["inner_iri"], row["outer_iri"])

    def known(
        self, key: str, state: StatementState | None, iri: NamedNode, statement: Statement
    ) -> StatementState | None:
        """A statement's state with what the gazetteer knows; None when neither that nor an article says anything."""
        subject, predicate, target, _ = json.loads(key)
        if predicate != vocab.local(vocab.within) or target is None:
            return state
        row = self._db.execute(f"{_CONTAINMENTS} WHERE i.iri = ? AND o.iri = ?", (subject, target)).fetchone()
        if row is None:
            return state
        if state is None:
            return StatementState(iri, statement, True, 0, 0, 0, 0, None, Phase.CURRENT, known=True)
        return replace(state, asserted=True, known=True)

    def _agreed(self, entity: int) -> Grounding | None:
        """What the sure groundings of an entity agree on; where there is none, the others.

        A city and the region around it that bears its name are one place to most readers: the smaller one is meant.
        """
        for sure in (True, False):
            places = [row[0] for row in self._db.execute(_PLACES, {"entity": entity, "sure": sure, "most": _MOST})]
            found = sorted((self._first(entity, sure, place) for place in places), key=_smallest_first)
            if found:
                nested = all(outer.contains(inner) for inner, outer in pairwise(found))
                return found[0] if nested else None
        return None

    def _first(self, entity: int, sure: bool, place: str) -> Grounding:
        return _grounding(
            self._db.execute(
                "SELECT * FROM groundings WHERE entity = ? AND sure = ? AND place = ? ORDER BY reason LIMIT 1",
                (entity, sure, place),
            ).fetchone()
        )

    def _located(self, entity: int) -> Grounding | None:
        row = self._db.execute("SELECT * FROM located WHERE entity = ?", (entity,)).fetchone()
        return None if row is None else _grounding(row)

    def _locate(self, entity: int, place: Grounding | None) -> None:
        self._db.execute("DELETE FROM located WHERE entity = ?", (entity,))
        if place is not None:
            self._db.execute(
                "INSERT INTO located VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    entity, place.id, place.name, place.kind.value, place.country, " ".join(place.regions), place.latitude,
                    place.longitude, place.reason, place.sure,
                ),
            )  # fmt: skip

    def _may_lie_in(self, place: Grounding | None) -> list[int]:
        """The entities that lie in a place."""
        if place is None or place.kind is PlaceKind.CITY:
            return []
        rows = self._db.execute("SELECT * FROM located WHERE country = ?", (place.country,)).fetchall()
        return [row["entity"] for row in rows if place.contains(_grounding(row))]

    def _outers(self, entity: int) -> set[int]:
        """The entities of the smallest place around an entity that articles speak of."""
        place = self._located(entity)
        if place is None or place.kind is PlaceKind.COUNTRY:
            return set()
        for region in place.regions:
            found = {row[0] for row in self._db.execute("SELECT entity FROM located WHERE place = ?", (region,))}
            if found:
                return found
        rows = self._db.execute("SELECT entity FROM located WHERE country = ? AND kind = 'country'", (place.country,))
        return {row[0] for row in rows}

    def _contain(self, entity: int) -> Iterator[str]:
        """Bring what an entity lies in up to date, yielding the keys of the statements that come or go."""
        before = {row[0] for row in self._db.execute("SELECT outer FROM containments WHERE inner = ?", (entity,))}
        now = self._outers(entity)
        for outer in sorted(before - now):
            self._db.execute("DELETE FROM containments WHERE inner = ? AND outer = ?", (entity, outer))
        for outer in sorted(now - before):
            self._db.execute("INSERT INTO containments VALUES (?, ?)", (entity, outer))
        for outer in sorted(before ^ now):
            yield _key(self._iri(entity), self._iri(outer))

    def _iri(self, entity: int) -> str:
        return str(self._db.execute("SELECT iri FROM entities WHERE key = ?", (entity,)).fetchone()[0])


def described(place: Grounding) -> tuple[tuple[NamedNode, NamedNode | Literal], ...]:
    """What the graph says of an entity that is a place of the gazetteer."""
    said: list[tuple[NamedNode, NamedNode | Literal]] = [
        (vocab.wgs84_lat, _degrees(place.latitude)),
        (vocab.wgs84_long, _degrees(place.longitude)),
        (vocab.countryCode, Literal(place.country)),
        (vocab.groundedBecause, Literal(place.reason, language="en")),
    ]
    if place.kind is PlaceKind.REGION:
        said.append((vocab.regionCode, Literal(place.id)))
    else:
        said.append((vocab.skos_closeMatch, NamedNode(f"{vocab.GEONAMES}{place.id}/")))
    return tuple(said)


def _degrees(value: float) -> Literal:
    return Literal(f"{value:.5f}".rstrip("0").rstrip("."), datatype=vocab.xsd_decimal)


def _grounding(row: sqlite3.Row) -> Grounding:
    return Grounding(
        row["place"], row["name"], PlaceKind(row["kind"]), row["country"], tuple(row["regions"].split()), row["latitude"],
        row["longitude"], row["reason"], bool(row["sure"]),
    )  # fmt: skip


def _smallest_first(place: Grounding) -> tuple[int, int, str]:
    """Cities, then regions, those with more around them first, then countries."""
    order = (PlaceKind.CITY, PlaceKind.REGION, PlaceKind.COUNTRY)
    return order.index(place.kind), -len(place.regions), place.id


def _key(inner: str, outer: str) -> str:
    """The statement's key, as `kg.catalogue.statements` writes it."""
    return json.dumps([inner, vocab.local(vocab.within), outer, ""], ensure_ascii=False)


_LOCATED = "SELECT l.* FROM located l JOIN entities e ON e.key = l.entity"

_CONTAINMENTS = """
SELECT i.iri AS inner_iri, o.iri AS outer_iri FROM containments c
JOIN entities i ON i.key = c.inner JOIN entities o ON o.key = c.outer"""

# each place is one step into an index, however many articles there are
_PLACES = """
WITH RECURSIVE places (place) AS (
  SELECT min(place) FROM groundings WHERE entity = :entity AND sure = :sure
  UNION ALL
  SELECT (SELECT min(place) FROM groundings WHERE entity = :entity AND sure = :sure AND place > places.place)
  FROM places WHERE places.place IS NOT NULL)
SELECT place FROM places WHERE place IS NOT NULL LIMIT :most"""
