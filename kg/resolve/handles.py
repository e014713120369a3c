"""What a chain is called → its *handles*: by what the chains beside it and related to it refer to it."""

from __future__ import annotations

from collections.abc import Sequence

from kg.resolve.forms import content_words, phrase, skeleton
from kg.resolve.names import normal_name
from kg.types import Chain, EntityClass

__all__ = ["handles", "normal_names", "short_handles"]

MOST_NAMES = 3  # of a thing that is no person


def normal_names(chain: Chain) -> tuple[str, ...]:
    """The distinct normal names of a chain that has names."""
    if not chain.named:
        return ()
    found = (normal_name(name, chain.cls) for name in chain.names)
    return tuple(dict.fromkeys(name for name in found if name))


def handles(chain: Chain, names: Sequence[str]) -> tuple[str, ...]:
    """What others call a chain of these normal names by: each word of a person's name, whole names of the rest."""
    if chain.cls is EntityClass.PERSON:
        words = {word for name in names for word in content_words(name) if len(word) > 2}
        return tuple(sorted(skeleton(word) for word in words))
    if chain.cls is EntityClass.EVENT:
        return ()
    return tuple(dict.fromkeys(phrase(name) for name in names))[:MOST_NAMES]


def short_handles(chain: Chain, names: Sequence[str]) -> tuple[str, ...]:
    """What a chain may be found by alone: of a person the whole names, and of their words the last and what is a name alone.

    A given name would find the groups of all leaders who bear it.
    """
    if chain.cls is not EntityClass.PERSON:
        return handles(chain, names)
    words = [content_words(name) for name in names]
    last = {skeleton(one[-1]) for one in words if one and len(one[-1]) > 2}
    return tuple(sorted(last | {" ".join(sorted(map(skeleton, one))) for one in words if len(one) > 1}))
