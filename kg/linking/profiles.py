"""Profiles: the queries that an endpoint is asked, as data files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from string import Template

from pyoxigraph import Literal, NamedNode

from kg.errors import KgError

__all__ = ["PROFILES", "Key", "Profile", "Question", "read_profile"]

_FOLDER = Path(__file__).parent / "profiles"
PROFILES = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))

Key = tuple[NamedNode | Literal, ...]
"""One row of a query's VALUES: what is asked about."""

# which variables of a question's answer say what the row is about
_KEYS = {
    "labels": ("name",),
    "aliases": ("name",),
    "identifiers": ("id",),
    "facts": ("item",),
    "relations": ("item", "other"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One of a profile's queries, to be asked about any number of keys at once."""

    name: str
    template: str
    batch: int

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables whose values make a key."""
        return _KEYS[self.name]

    @property
    def digest(self) -> str:
        """What tells this query from another one of the name: answers to another one are not its own."""
        return f"{self.name}:{sha256(self.template.encode()).hexdigest()[:12]}"

    def about(self, keys: Sequence[Key], *, limit: int) -> str:
        """The query about these keys, for at most so many rows. Terms are written as SPARQL escapes them."""
        rows = (" ".join(map(str, key)) for key in keys)
        values = " ".join(row if len(self.variables) == 1 else f"({row})" for row in rows)
        return Template(self.template).substitute(values=values, limit=limit)


@dataclass(frozen=True, slots=True)
class Profile:
    """What an endpoint is asked, and how its things are known: `items` begins the IRI of each."""

    name: str
    title: str
    items: str
    languages: tuple[str, ...]
    questions: Mapping[str, Question]


def read_profile(name: str) -> Profile:
    """The profile of a name. Raises KgError for one that there is not."""
    if name not in PROFILES:
        raise KgError(f"there is no profile {name}", hint=f"one of: {', '.join(PROFILES)}")
    found = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    questions = {one: Question(one, template, found["batch"]) for one, template in found["queries"].items()}
    return Profile(name, found["title"], found["items"], tuple(found["languages"]), questions)
