"""Place names as they are looked up: folded, and parted from the word that says what kind of place they name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from kg.resources import word_list
from kg.types import PlaceKind

__all__ = ["fold", "kind_words", "readings"]

# letters that Unicode does not decompose
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ə": "e", "ŋ": "n"}
)
_APOSTROPHES = re.compile(r"['’‘ʼʻʿʾ`´.]")
_ARTICLES = ("al", "el", "as", "ash", "ad", "an", "ar", "at", "az")  # of Arabic, as romanised


def fold(name: str) -> str:
    """The name without case, accents, punctuation and article: what equal names have in common.

    >>> fold("N'Djamena"), fold("Côte d’Ivoire"), fold("St. Louis"), fold("The U.S.A.")
    ('ndjamena', 'cote divoire', 'saint louis', 'usa')
    """
    text = unicodedata.normalize(
        "NFKD", _APOSTROPHES.sub("", name).casefold().translate(_LETTERS).replace("&", " and ")
    )
    words = re.findall(r"\w+", "".join(c for c in text if not unicodedata.combining(c)))
    if words[:1] == ["the"] and len(words) > 1:
        del words[0]
    if words[:1] == ["st"] and len(words) > 1:
        words[0] = "saint"
    return " ".join(words)


@cache
def kind_words() -> dict[str, PlaceKind]:
    """Common nouns that say what kind of place is meant (`province`, `town`), and that kind."""
    return {
        word: PlaceKind(kind)
        for kind, _, words in (line.partition("\t") for line in word_list("places", "kinds.tsv"))
        for word in words.split("|")
    }


def readings(name: str) -> Iterator[tuple[str, PlaceKind | None]]:
    """Yield the keys under which a name may be found, the best first, with the kind of place that its words demand.

    >>> list(readings("the Kidal region"))
    [('kidal region', None), ('kidal', <PlaceKind.REGION: 'region'>)]
    >>> list(readings("Province of Córdoba"))[-1]
    ('cordoba', <PlaceKind.REGION: 'region'>)
    """
    key = fold(name)
    if not key:
        return
    yield key, None
    words, kinds = key.split(), kind_words()
    if len(words) > 1 and words[-1] in kinds:
        yield " ".join(words[:-1]), kinds[words[-1]]
    if len(words) > 2 and words[0] in kinds and words[1] in ("of", "de"):
        yield " ".join(words[3:] if words[2] == "the" and len(words) > 3 else words[2:]), kinds[words[0]]
    if len(words) > 1 and words[0] in _ARTICLES:
        yield " ".join(words[1:]), None
    elif len(words) == 1:
        yield f"al {key}", None
