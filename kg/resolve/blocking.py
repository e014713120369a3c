"""What a chain is called and what stands beside it → the keys by which like chains are found.

Keys are of 64 bits: chains that share none are never compared. A name gives a few; a description, or a surname alone, is
found together with a name beside it, because alone it would find half the world. The strings that a key is made of begin
with its family, so that keys of people, groups and events never meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import combinations

from kg.resolve.forms import content_words, phrase, skeleton
from kg.resolve.names import initials_of, is_acronym, lexicon

__all__ = ["Parts", "block", "described_blocks", "event_blocks", "person_blocks", "thing_blocks"]

ANCHORS = 6  # of each kind of what is said, and of the names beside it, those that an event is found with
FOUND_BY = 8  # words of an article that an event is found with

Parts = tuple[str, ...]
"""The strings that a key is the hash of."""


def block(*parts: str) -> int:
    """The key of 64 bits, signed as SQLite has them, of some strings."""
    return int.from_bytes(blake2b("\0".join(parts).encode(), digest_size=8).digest(), "big", signed=True)


def person_blocks(names: Iterable[str], anchors: Sequence[str]) -> Iterator[Parts]:
    """Yield those of a person's normal names: two words, a word and an initial, a word and a name beside it, a word."""
    for name in names:
        words = content_words(name)
        bones = sorted({skeleton(word) for word in words if len(word) > 1})
        yield from (("p2", *pair) for pair in combinations(bones, 2))
        for word in words:
            if len(word) > 1:
                yield from (("pi", skeleton(word), other[0]) for other in words if other is not word)
                yield from (("p1", skeleton(word), anchor) for anchor in anchors)
                yield "pw", skeleton(word)


def thing_blocks(names: Iterable[str], anchors: Sequence[str]) -> Iterator[Parts]:
    """Yield those of the normal names of a group, place or polity: the name, its words, words and a name beside it, initials."""
    for name in names:
        yield "o", phrase(name)
        words = [word for word in dict.fromkeys(phrase(name).split()) if len(word) > 1]
        if len(words) > 1:
            yield from (("o2", *pair) for pair in combinations(sorted(words)[:5], 2))
        yield from (("ow", word) for word in words[:6])
        yield from (("o1", word, anchor) for word in words[:4] for anchor in anchors)
        if letters := initials_of(name):
            yield "oa", letters
        if is_acronym(name.upper()) and " " not in name:
            yield "oa", name


def described_blocks(
    family: str, heads: Iterable[str], anchors: Sequence[str], about: Sequence[str]
) -> Iterator[Parts]:
    """Yield those of a description: a head noun and a name beside it, or a word that its article is about.

    family: "p" for people, "o" for groups, places and polities.
    """
    heads = tuple(heads)
    telling = [head for head in heads if (head,) not in lexicon("generic_heads")]
    yield from ((f"{family}h", head, anchor) for head in telling for anchor in anchors)
    yield from ((f"{family}x", head, word) for head in heads for word in about)


def event_blocks(said: Iterable[str], anchors: Sequence[str], names: Iterable[str]) -> Iterator[Parts]:
    """Yield those of an event: its type or a word that tells of it, with where, who or when, or with what is beside it.

    said: the values of its situation.
    """
    by: dict[str, list[str]] = {}
    for value in sorted(said):
        by.setdefault(value[0], []).append(value[2:])
    about = sorted(by.get("x", ()), key=lambda one: block("x", one))[:FOUND_BY]
    for kind in by.get("t", ()):
        if kind != "other":
            for letter in "wad":
                yield from (("e", kind, letter, one) for one in by.get(letter, ())[:ANCHORS])
    for word in by.get("l", ()):
        for letter in "wad":
            yield from (("el", word, letter, one) for one in by.get(letter, ())[:ANCHORS])
        yield from (("el", word, anchor) for anchor in anchors)
        yield from (("ex", word, one) for one in about)
    yield from (("en", phrase(name)) for name in names)
