"""What a person had better look at: claims about which the model is in two minds."""

from __future__ import annotations

import sqlite3

__all__ = ["unsure_claims"]

_UNSURE = """
SELECT c.iri FROM claims c WHERE c.verdict IS NULL AND c.statement IS NOT NULL
  AND c.confidence BETWEEN :threshold - :within AND :threshold + :within
ORDER BY EXISTS (SELECT 1 FROM claims o WHERE o.statement = c.statement AND o.level = 2 AND o.key <> c.key),
  round(abs(c.confidence - :threshold), 6), c.iri
LIMIT :limit"""


def unsure_claims(db: sqlite3.Connection, threshold: float, within: float, limit: int) -> list[str]:
    """The IRIs of the claims without a verdict whose confidence is within this distance of the threshold.

    First those without another claim that asserts their statement: there the answer changes a fact.
    """
    return [row[0] for row in db.execute(_UNSURE, {"threshold": threshold, "within": within, "limit": limit})]
