"""`Conditions`: the part of a query behind WHERE, put together from what is asked."""

from __future__ import annotations

from collections.abc import Collection, Sized
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ASSERTED", "Conditions", "marks"]

ASSERTED = "EXISTS (SELECT 1 FROM claims WHERE statement = t.key AND level = 2)"
"""That the statement `t` is asserted."""


@dataclass(slots=True)
class Conditions:
    """Conditions that have to hold all together, with the values of their question marks, in order."""

    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    @property
    def sql(self) -> str:
        """All conditions as one; TRUE when there are none."""
        return " AND ".join(self.parts) or "TRUE"

    def add(self, condition: str, *values: object) -> None:
        """Ask one thing more."""
        self.parts.append(condition)
        self.values += values

    def one_of(self, expression: str, wanted: Collection[str]) -> None:
        """Ask that an expression has one of these values, if there are any."""
        if wanted:
            self.add(f"{expression} IN ({marks(wanted)})", *wanted)

    def days(self, column: str, since: str | None, until: str | None) -> None:
        """Ask that a day lies between two days, months or years, both included."""
        if since:
            self.add(f"{column} >= ?", since)
        if until:
            self.add(f"{column} < ?", f"{until}~")  # `~` sorts behind what follows: all days of 2019 are before `2019~`

    def extend(self, other: Conditions) -> None:
        """Ask all that others ask, too."""
        self.parts += other.parts
        self.values += other.values


def marks(values: Sized) -> str:
    """As many question marks as there are values.

    >>> marks(["a", "b"])
    '?, ?'
    """
    return ", ".join("?" * len(values))
