"""What the articles say of a name or of a description: a `Profile`, as it is compared with another.

The values of a profile are those of the situations (`kg.resolve.situation`, which lists their letters) of all chains of a
bucket and shade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from kg.types import EntityClass

__all__ = ["Called", "NameMatch", "Profile", "merged"]

_CLASSES = {"p": EntityClass.PERSON.value, "e": EntityClass.EVENT.value}


class Called(NamedTuple):
    """Names, and whether the first is a full name."""

    names: tuple[str, ...]
    is_named: bool


@dataclass(frozen=True, slots=True)
class NameMatch:
    """What two sides' names say: `features`, and of what kind the pair is, or a veto.

    `partial`: one is called by part of the other's name. `described`: one has no name, so the rest has to tell.
    """

    features: Mapping[str, float]
    veto: str | None = None
    partial: bool = False
    described: bool = False


@dataclass(frozen=True)
class Profile:
    """What is known of the chains of one bucket and shade: their name, none for a description, class, and `values`."""

    bucket: str
    shade: str
    values: frozenset[str]

    @cached_property
    def cls(self) -> str:
        """The class, as far as comparing goes."""
        return _CLASSES.get(self.bucket[0], self.shade.partition("@")[0])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Normal names, the one that is the key first, without acronyms."""
        own = (self.bucket[2:],) if self.is_named and f"q:{self.bucket[2:]}" not in self.values else ()
        return tuple(dict.fromkeys((*own, *sorted([v[2:] for v in self.values if v[:2] == "n:"]))))

    @cached_property
    def is_named(self) -> bool:
        """Whether it has a full name of its own."""
        return self.bucket[0] in "peo"

    @cached_property
    def entries(self) -> frozenset[str]:
        """The entries of the gazetteer that it is; the shade tells it even where there are too many values to read them all."""
        known = self.shade.partition("@")[2]
        return self.of("p") | {known} if known else self.of("p")

    @cached_property
    def called(self) -> Called:
        """All that counts where people are compared by their names."""
        return Called(self.names, self.is_named)

    @cached_property
    def by_kind(self) -> Mapping[str, frozenset[str]]:
        """Letter of a value → the values, without it."""
        found: dict[str, list[str]] = {}
        for value in self.values:
            found.setdefault(value[0], []).append(value[2:])
        return {letter: frozenset(of) for letter, of in found.items()}

    def of(self, letter: str) -> frozenset[str]:
        """The values of a kind."""
        return self.by_kind.get(letter, frozenset())


def merged(profiles: Sequence[Profile]) -> Profile:
    """One profile of several of one thing: the first one's name, all that is said; a polity is both group and place."""
    if len(profiles) == 1:
        return profiles[0]
    classes = {profile.cls for profile in profiles}  # not shades: a place with and without its entry is a place
    shade = profiles[0].shade if len(classes) == 1 else EntityClass.POLITY.value
    names = {f"n:{name}" for profile in profiles for name in profile.names}
    return Profile(profiles[0].bucket, shade, frozenset(names).union(*(profile.values for profile in profiles)))
