"""Other names of the same kind for every person, group and place of a text, without knowing the text: for tests that an extractor
reads sentences and not names."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from kg.extract.words import DETERMINERS, country_of, honorifics
from kg.types import EntityClass, Extraction, MentionKind

GIVEN = ["Tomas", "Ilir", "Benedek", "Yusuf", "Oskar", "Matteo", "Henrik", "Samuel", "Viktor", "Andrei"]
FAMILY = [
    "Kovalen",
    "Brandt",
    "Oyelaran",
    "Castellan",
    "Lindqvist",
    "Moreau",
    "Petrenko",
    "Halloran",
    "Sandoval",
    "Nakamura",
]
PLACES = ["Orkhon", "Marrat", "Kestel", "Bogota", "Tarnow", "Lusaka", "Vardan", "Nampula", "Izmail", "Corvo"]
GROUPS = ["Zerrin", "Shabaka", "Kitara", "Velka", "Ostrog", "Yaruna", "Maraka", "Tindal", "Corvan", "Belisa"]
LETTERS = "KPLUMDFTSRV"
COUNTRIES = (("Kenya", "Kenyan", "Kenyans"), ("Peru", "Peruvian", "Peruvians"), ("Nepal", "Nepali", "Nepalis"))


@cache
def common_words() -> frozenset[str]:
    """Words that our corpus writes in lower case: parts of names that say what a thing is ("valley", "front"), not which."""
    folder = Path(__file__).parents[2] / "kg" / "train" / "corpus"
    texts = (path.read_text(encoding="utf-8").partition("---")[2] for path in folder.glob("*.txt"))
    words = {word for text in texts for word in re.findall(r"(?<![\w=@])[a-z]{3,}", text)}
    return frozenset(
        words | DETERMINERS | honorifics() | {"of", "for", "in", "and", "post", "times", "daily", "national"}
    )


class Renaming:
    """A mapping of the names of an extraction to others; the same word has the same new word everywhere."""

    def __init__(self, text: str, extraction: Extraction) -> None:
        self._new: dict[str, str] = {}
        lower = set(re.findall(r"\b[a-z]+\b", text))
        classes: dict[str, tuple[EntityClass, int]] = {}
        for mention in extraction.mentions:
            if mention.kind is MentionKind.NAME and mention.cls in ("Person", "Group", "Place", "Polity"):
                for k, word in enumerate(re.findall(r"\w+", mention.span.of(text))):
                    if len(word) > 1 and word[0].isupper() and word.lower() not in lower | common_words():
                        classes.setdefault(word, (mention.cls, k))
        countries: dict[str, int] = {}
        for n, (word, (cls, k)) in enumerate(sorted(classes.items())):
            country = country_of(word)
            if country:
                row = COUNTRIES[countries.setdefault(country, len(countries)) % len(COUNTRIES)]
                self._new[word] = row[0] if word == country else row[2] if word.endswith("s") else row[1]
            elif word.isupper():
                self._new[word] = "".join(LETTERS[(n + i * 3) % len(LETTERS)] for i in range(len(word)))
            elif cls is EntityClass.PERSON:
                self._new[word] = (FAMILY if k else GIVEN)[n % 10] if k < 2 else FAMILY[n % 10]
            else:
                self._new[word] = (PLACES if cls is EntityClass.PLACE else GROUPS)[n % 10]

    def __len__(self) -> int:
        return len(self._new)

    def __call__(self, text: str) -> str:
        """The text with the new names."""
        return re.sub(r"\w+", lambda match: self._new.get(match[0], match[0]), text)
