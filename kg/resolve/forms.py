"""The words of two names → how they match: spelling, order, initials, nicknames, transliteration, what one has more.

A person's name is compared word by word, in any order; rules of spelling are data (`lexicon/transliteration.tsv`), pet names
those of the package `nicknames`, distances those of rapidfuzz.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rapidfuzz.distance import JaroWinkler

from kg.resolve.names import lexicon

if TYPE_CHECKING:
    from nicknames import NickNamer

__all__ = ["Alignment", "aligned", "content_words", "numbers_in", "phrase", "skeleton", "word_likeness"]

_RULES = Path(__file__).resolve().parent / "lexicon" / "transliteration.tsv"

ALIKE = 0.88  # Jaro-Winkler of folded words: Karsakpay ~ Karsaqpay, Betwata !~ Barzani
VOWELLED = 0.75  # of words whose consonants agree: Muhammad ~ Mohamed, Omar ~ Umar, but not Irma ~ Aram
SHORTEST = 4  # letters of a word that may be misspelt
ROMAN = {word: str(n) for n, word in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi"), 1)}


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the words of two names match: of those matched, how; of those unmatched, how many each side has.

    `worst` is the likeness of the pair of words that match worst. `inner` says that all unmatched words of the longer name, or
    of one of two names of as many words, stand between matched ones ("Ahmad Shah Massoud").
    """

    matched: int
    exact: int
    initials: int
    nicknames: int
    respelt: int
    worst: float
    left: int
    right: int
    inner: bool
    in_order: bool


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    lines = _RULES.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((re.compile(pattern), replacement) for pattern, replacement in rows)


@cache
def _ordinals() -> dict[str, str]:
    lines = (_RULES.parent / "en" / "ordinals.txt").read_text(encoding="utf-8").splitlines()
    return {word: str(number) for number, word in enumerate((w for w in lines if w and w[0] != "#"), start=1)}


@lru_cache(maxsize=1 << 16)
def skeleton(word: str) -> str:
    """What is left of a folded word when spelling rules are applied and vowels after its beginning dropped.

    >>> {skeleton(word) for word in ("mohammed", "muhammad", "mohamed")}
    {'mhmd'}
    >>> skeleton("qaddafi") == skeleton("gaddafi") == skeleton("kadhafi"), skeleton("omar") == skeleton("umar")
    (True, True)
    """
    for pattern, replacement in _rules():
        word = pattern.sub(replacement, word)
    first = "a" if word[:1] in "aeiou" else word[:1]
    bare = first + re.sub("[aeiou]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", bare)


def phrase(name: str) -> str:
    """The skeletons of a normal name's words, joined: one key for its spellings.

    >>> phrase("karsakpay"), phrase("karsaqpay")
    ('krskp', 'krskp')
    """
    return " ".join(skeleton(word).removesuffix("i") for word in name.split())


@lru_cache(maxsize=1 << 15)
def content_words(name: str) -> tuple[str, ...]:
    """The words of a person's normal name without particles, as long as two are left.

    >>> content_words("rosnah binti idris"), content_words("aram al baytwati"), content_words("al gore")
    (('rosnah', 'idris'), ('aram', 'baytwati'), ('al', 'gore'))
    """
    words = name.split()
    particles = lexicon("particles")
    kept = [word for word in words if (word,) not in particles]
    return tuple(kept if len(kept) >= 2 or len(kept) == len(words) else words)


@lru_cache(maxsize=1 << 15)
def numbers_in(name: str) -> frozenset[str]:
    """The numbers and points of the compass in a normal name: what tells units of one army, or quarters of one city, apart.

    >>> sorted(numbers_in("9th northern brigade")), sorted(numbers_in("ninth brigade"))
    (['9', 'northern'], ['9'])
    """
    found = set()
    for word in name.split():
        if word[0].isdigit() and (match := re.fullmatch(r"(\d+)(?:st|nd|rd|th)?", word)) is not None:
            found.add(str(int(match[1])))
        elif word in _ordinals():
            found.add(_ordinals()[word])
        elif word in ROMAN and len(word) > 1:
            found.add(ROMAN[word])
        elif (word,) in lexicon("directions"):
            found.add(word)
    return frozenset(found)


@lru_cache(maxsize=1 << 16)
def word_likeness(left: str, right: str) -> tuple[float, str]:
    """How like two folded words of names are, in [0, 1], and why: exact, nickname, respelt, initial, or nothing.

    >>> word_likeness("muhammad", "mohamed")[1], word_likeness("bill", "william")[1], word_likeness("j", "jens")[1]
    ('respelt', 'nickname', 'initial')
    """
    if left == right:
        return 1.0, "exact"
    if min(len(left), len(right)) == 1:
        return (0.6, "initial") if left[0] == right[0] else (0.0, "")
    likeness = JaroWinkler.similarity(left, right)
    if likeness >= VOWELLED and skeleton(left).removesuffix("i") == skeleton(right).removesuffix("i"):
        return max(0.9, likeness), "respelt"
    if likeness >= ALIKE and min(len(left), len(right)) >= SHORTEST:
        return likeness * 0.95, "respelt"
    if right in _pet_names(left):
        return 0.85, "nickname"
    return 0.0, ""


@lru_cache(maxsize=1 << 15)
def aligned(left: tuple[str, ...], right: tuple[str, ...]) -> Alignment:
    """The words of two names, matched one to one, the likest first."""
    pairs = sorted(
        (
            (-likeness, i, j, how)
            for i, a in enumerate(left)
            for j, b in enumerate(right)
            for likeness, how in (word_likeness(a, b),)
            if how
        ),
    )
    taken_left: dict[int, int] = {}
    taken_right: set[int] = set()
    counts = {"exact": 0, "initial": 0, "nickname": 0, "respelt": 0}
    worst = 1.0
    for negative, i, j, how in pairs:
        if i in taken_left or j in taken_right:
            continue
        taken_left[i] = j
        taken_right.add(j)
        counts[how] += 1
        worst = min(worst, -negative)
    most = max(len(left), len(right))
    longer = [taken for words, taken in ((left, set(taken_left)), (right, taken_right)) if len(words) == most]
    order = [taken_left[i] for i in sorted(taken_left)]
    return Alignment(
        matched=len(taken_left),
        exact=counts["exact"],
        initials=counts["initial"],
        nicknames=counts["nickname"],
        respelt=counts["respelt"],
        worst=worst,
        left=len(left) - len(taken_left),
        right=len(right) - len(taken_right),
        inner=any(_stand_between(set(range(most)) - taken, taken) for taken in longer),
        in_order=order == sorted(order),
    )


def _stand_between(free: set[int], taken: set[int]) -> bool:
    return bool(free) and bool(taken) and min(taken) < min(free) and max(free) < max(taken)


@lru_cache(maxsize=1 << 12)
def _pet_names(word: str) -> frozenset[str]:
    lookup = _lookup()
    return frozenset(lookup.nicknames_of(word) | lookup.canonicals_of(word))


@cache
def _lookup() -> NickNamer:
    from nicknames import NickNamer  # reads its list, so only where names are compared

    return NickNamer()
