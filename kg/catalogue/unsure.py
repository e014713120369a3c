"""What a person had better look at: claims about which the model is in two minds, names that stand for several things,
things that are much alike and yet two."""

from __future__ import annotations

import heapq
import sqlite3

__all__ = ["like_pairs", "unclear_pairs", "unsure_claims"]

_UNDECIDED = """
SELECT round(abs(confidence - :threshold), 6) AS far, iri, statement, key FROM claims
WHERE verdict IS NULL AND statement IS NOT NULL AND confidence {side} ORDER BY confidence {order}, iri {order}"""
_ABOVE = _UNDECIDED.format(side=">= :threshold AND confidence <= :threshold + :within", order="ASC")
_BELOW = _UNDECIDED.format(side="< :threshold AND confidence >= :threshold - :within", order="DESC")
_OTHERS = "SELECT 1 FROM claims WHERE statement = ? AND level = 2 AND key <> ? LIMIT 1"

_UNCLEAR = """
SELECT DISTINCT e.iri, f.iri FROM (
  SELECT acronym FROM definitions WHERE bucket <> acronym GROUP BY acronym HAVING count(DISTINCT bucket) > 1) u
JOIN chains c ON c.bucket = u.acronym AND c.weak
JOIN entities e ON e.key = c.entity
JOIN definitions d ON d.acronym = u.acronym AND d.bucket <> u.acronym AND (d.cls = c.cls OR 'Polity' IN (d.cls, c.cls))
JOIN entities f ON f.key IN (SELECT g.entity FROM chains g WHERE g.bucket = d.bucket AND g.cls = d.cls)
WHERE e.key <> f.key
  AND NOT EXISTS (SELECT 1 FROM chains k WHERE k.entity = e.key AND NOT k.weak)
  AND NOT EXISTS (
    SELECT 1 FROM judgements j
    JOIN anchored x ON x.judgement = j.key JOIN chains a ON a.key = x.chain
    JOIN anchored y ON y.judgement = j.key AND y.side <> x.side JOIN chains b ON b.key = y.chain
    WHERE j.kind = 'different' AND j.undone_time IS NULL AND a.entity = e.key AND b.entity = f.key)
ORDER BY e.iri, f.iri
LIMIT ?"""

# the likest first; the order of entities is that of their IRIs
_LIKE = """
SELECT DISTINCT min(e.iri, f.iri), max(e.iri, f.iri) FROM pairs p
JOIN shades a ON a.key = p.low JOIN shades b ON b.key = p.high
JOIN entities e ON e.key = (SELECT entity FROM chains WHERE bucket = a.bucket AND shade = a.shade LIMIT 1)
JOIN entities f ON f.key = (SELECT entity FROM chains WHERE bucket = b.bucket AND shade = b.shade LIMIT 1)
WHERE p.described = :described AND e.key <> f.key
  AND NOT EXISTS (
    SELECT 1 FROM judgements j
    JOIN anchored x ON x.judgement = j.key JOIN chains c ON c.key = x.chain
    JOIN anchored y ON y.judgement = j.key AND y.side <> x.side JOIN chains d ON d.key = y.chain
    WHERE j.kind = 'different' AND j.undone_time IS NULL AND c.entity = e.key AND d.entity = f.key)
ORDER BY p.score DESC, 1, 2
LIMIT :limit"""


def like_pairs(db: sqlite3.Connection, limit: int) -> list[tuple[str, str]]:
    """Two entities that are much alike, as IRIs: full names first, then what one or both of are only described.

    Without those that somebody has joined already or declared different.
    """
    found: dict[tuple[str, str], None] = {}
    for described in (0, 1, 2):
        rows = db.execute(_LIKE, {"described": described, "limit": limit})
        found |= dict.fromkeys((row[0], row[1]) for row in rows)
        if len(found) >= limit:
            break
    return list(found)[:limit]


def unclear_pairs(db: sqlite3.Connection, limit: int) -> list[tuple[str, str]]:
    """(what has only an acronym for a name, what that acronym may stand for), as IRIs, for ambiguous acronyms.

    Without those that somebody has joined already or declared different.
    """
    return [(row[0], row[1]) for row in db.execute(_UNCLEAR, (limit,))]


def unsure_claims(db: sqlite3.Connection, threshold: float, within: float, limit: int) -> list[str]:
    """The IRIs of the claims without a verdict whose confidence is within this distance of the threshold.

    First those without another claim that asserts their statement: there the answer changes a fact.
    """
    asked = {"threshold": threshold, "within": within}
    # from the threshold on up and down, in the order of an index: no more are read than it takes
    sides = (db.execute(side, asked) for side in (_ABOVE, _BELOW))
    alone: list[str] = []
    beside: list[str] = []
    for row in heapq.merge(*sides, key=lambda row: row["far"]):
        if len(alone) == limit:
            break
        others = db.execute(_OTHERS, (row["statement"], row["key"])).fetchone() is not None
        if not others or len(beside) < limit:
            (beside if others else alone).append(row["iri"])
    return (alone + beside)[:limit]
