"""The confidence that a chat service gives → the one that its claim gets. Nobody has calibrated it: it is only put in its place."""

from __future__ import annotations

from kg.catalogue.catalogue import THRESHOLD

__all__ = ["CEILING", "SILENT", "TRUST", "score_of"]

TRUST = 0.8  # what a service must say for a claim to assert at the default threshold; language models say 0.8 to 1.0 of most facts
CEILING = 0.7  # what 1.0 becomes: such a claim never passes for one that our model is sure of, and a threshold above shuts all of them out
SILENT = 0.4  # where it gives none, or no number in [0, 1]: kept, not asserted


def score_of(said: float | None) -> float:
    """The confidence of a claim of which a service says this: two straight lines that meet in (TRUST, THRESHOLD).

    >>> score_of(1.0), score_of(0.8), score_of(0.4), score_of(None)
    (0.7, 0.5, 0.25, 0.4)
    """
    if said is None or not 0.0 <= said <= 1.0:  # nan is not
        return SILENT
    if said < TRUST:
        return min(round(THRESHOLD * said / TRUST, 3), THRESHOLD - 0.001)
    return round(THRESHOLD + (CEILING - THRESHOLD) * (said - TRUST) / (1.0 - TRUST), 3)
