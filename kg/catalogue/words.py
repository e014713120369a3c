"""What a person types into a search box → words and phrases; words as the indexes of names and spellings have them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz.distance import OSA

__all__ = ["Typed", "edits_allowed", "fold", "read_words", "spelt_alike", "trigrams", "words_in"]

_TYPED = re.compile(r'["“”„]([^"“”„]*)["“”„]?|([^\s"“”„]+)')
_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ŧ": "t"}
)
MAX_WORDS = 24


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: `parts` have to occur, each with its words side by side.

    A part that is `open` may go on: `ab*`, and the last word of all, unless it is quoted.
    """

    parts: tuple[tuple[tuple[str, ...], bool], ...]

    @property
    def words(self) -> tuple[str, ...]:
        """All words, in order."""
        return tuple(word for part, _ in self.parts for word in part)

    @property
    def match(self) -> str:
        """The parts as an FTS5 query (https://sqlite.org/fts5.html, section 3)."""
        return " ".join(f'"{" ".join(words)}"{" *" if more else ""}' for words, more in self.parts)

    def __bool__(self) -> bool:
        return bool(self.parts)


def read_words(text: str) -> Typed:
    """The words and phrases that a person typed.

    >>> read_words('"peace talks" al-Harb por').match
    '"peace talks" "al Harb" "por" *'
    """
    parts: list[tuple[tuple[str, ...], bool]] = []
    matches = list(_TYPED.finditer(text))
    for number, match in enumerate(matches, 1):
        quoted, bare = match.groups()
        found = tuple(_WORD.findall(quoted if bare is None else bare))
        if found:
            parts.append((found, bare is not None and (bare.endswith("*") or number == len(matches))))
    kept: list[tuple[tuple[str, ...], bool]] = []
    room = MAX_WORDS
    for words, more in parts:
        if room <= 0:
            break
        kept.append((words[:room], more))
        room -= len(words)
    return Typed(tuple(kept))


def words_in(text: str) -> tuple[str, ...]:
    """The folded words of a text.

    >>> words_in("Łódź O’Brien")
    ('lodz', 'o', 'brien')
    """
    return tuple(_WORD.findall(fold(text)))


def fold(text: str) -> str:
    """The text in small letters without accents, and letters like ø as people type them without.

    >>> fold("Łukasz Ærø, ÉCOLE, Straße")
    'lukasz aero, ecole, strasse'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LETTERS)


def trigrams(word: str) -> set[str]:
    """The runs of three letters in a folded word.

    >>> sorted(trigrams("lodz"))
    ['lod', 'odz']
    """
    return {word[at : at + 3] for at in range(len(word) - 2)}


def edits_allowed(word: str) -> int:
    """How many letters of a word may be wrong: one of four, two of eight; short words are as they are."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def spelt_alike(typed: str, word: str, *, more: bool = False) -> int | None:
    """How many edits (letters added, left out, changed, two swapped) lie between folded words; None if too many.

    With `more` the typed word may be the beginning.

    >>> spelt_alike("massuod", "massoud"), spelt_alike("ana", "eva"), spelt_alike("rotterd", "rotterdam", more=True)
    (1, None, 0)
    """
    allowed = edits_allowed(typed)
    targets = {word, *(word[: len(typed) + extra] for extra in (-1, 0, 1) if more)}
    least = min(OSA.distance(typed, target, score_cutoff=allowed) for target in targets)
    return least if least <= allowed else None
