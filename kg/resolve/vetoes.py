"""What forbids that two things are one, besides their names and their days: kinship, and an article that tells them apart.

No weight can outvote a veto.
"""

from __future__ import annotations

from kg.resolve.forms import content_words, skeleton
from kg.resolve.profile import Profile
from kg.types import EntityClass

__all__ = ["kinship", "names_apart", "taken_for_two"]

KIN = ("childOf", "spouseOf")


def kinship(left: Profile, right: Profile) -> str | None:
    """A veto where one is said to be of the other's family: of a relation's other end the words of its name are known."""
    for one, other in ((left, right), (right, left)):
        if one.cls == EntityClass.PERSON and other.is_named:
            words = {skeleton(word) for word in content_words(other.names[0]) if len(word) > 2}
            kin = {key[len(p) + 1 :] for p in KIN for key in one.of("r") if key.startswith(p)}
            if words and words <= kin:
                return "one is of the other's family"
    return None


def names_apart(left: Profile, right: Profile) -> str | None:
    """A veto where an article speaks of both by name, without taking them for one.

    Readers, people or models, seldom take one name for two things, but often miss whom a description is of: of those, and of
    one full name, it is only a feature (`taken_for_two`).
    """
    if left.names and right.names and not _one_full_name(left, right) and left.of("z") & right.of("z"):
        return "one article takes them for two"
    return None


def taken_for_two(left: Profile, right: Profile) -> dict[str, float]:
    """The articles that speak of both without taking them for one, as features."""
    here, there = left.of("z"), right.of("z")
    shared = here & there
    if not shared:
        return {}
    return {
        "one article takes them for two": 1.0,
        "articles that take them for two": len(shared) / min(len(here), len(there)),
    }


def _one_full_name(left: Profile, right: Profile) -> bool:
    """Whether two things of one class have a full name in common."""
    shared = set(left.names) & set(right.names)
    person = EntityClass.PERSON
    return left.cls == right.cls and any(left.cls != person or len(content_words(name)) > 1 for name in shared)
