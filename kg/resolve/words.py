"""The words of a text as they are compared: stems, head nouns of descriptions, the words that an article is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from math import log

from kg.resolve.blocking import block
from kg.resolve.names import fold, lexicon

__all__ = ["ABOUT", "about", "common_stems", "head_of", "stem", "telling"]

ABOUT = 24  # words of an article that are kept

_SUFFIX = re.compile(r"(?:ations?|itions?|ings?|ments?|ed|es|al|s|e)$")
_AFTER_HEAD = re.compile(
    r"\s(?:of|in|for|from|who|whom|that|which|with|at|on|against|to|near|under|between|outside|inside|called|by|and)\s"
    r"|,",
)
_DETERMINERS = frozenset({"the", "a", "an", "its", "his", "her"})


@lru_cache(maxsize=1 << 14)
def stem(word: str) -> str:
    """The beginning of a word that its noun and its verb share.

    >>> stem("resigned") == stem("resignation"), stem("attacks") == stem("attack")
    (True, True)
    """
    bare = _SUFFIX.sub("", word.casefold()) if len(word) > 4 else word.casefold()
    return bare[:6]


@cache
def common_stems() -> frozenset[str]:
    """The stems of words that most articles have, whatever they are about."""
    return frozenset(stem(word) for (word,) in lexicon("common_words"))


@lru_cache(maxsize=1 << 14)
def head_of(nominal: str) -> tuple[str, str]:
    """The head noun of a description, and it with the word before.

    >>> head_of("its supervisory board in Tallinn"), head_of("the police")
    (('board', 'supervisory board'), ('police', ''))
    """
    words = fold(_AFTER_HEAD.split(nominal.strip(), maxsplit=1)[0])
    if not words:
        return "", ""
    head = words[-1].removesuffix("s") if len(words[-1]) > 4 else words[-1]
    before = words[-2] if len(words) > 1 else "the"
    return head, "" if before in _DETERMINERS else f"{before} {head}"


def telling(text: str) -> Iterator[str]:
    """Yield the stems of the words that tell one text from another."""
    common = lexicon("common_words")
    for word in fold(text):
        if len(word) > 2 and not word.isdigit() and (word,) not in common:
            yield stem(word)


def about(text: str) -> list[str]:
    """The words that an article is about: a weighted sample, in which a word's chance grows with its number.

    Of articles with like words the samples are alike (Efraimidis and Spirakis 2006, with hashes for random numbers).
    """
    counts = Counter(telling(text))

    def rank(word: str) -> tuple[float, str]:
        return -log((block("x", word) + 2**63 + 1) / 2**64) / counts[word], word

    return sorted(counts, key=rank)[:ABOUT]
