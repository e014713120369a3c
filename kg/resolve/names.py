"""Names as they are written → normal forms that tell whether two of them are the same name.

Careful on purpose: accents, case, punctuation, honorifics, titles and legal forms do not matter; every given name,
middle name and initial does. Word lists are data: `lexicon/<language>/*.txt`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from kg.types import EntityClass

__all__ = [
    "expands",
    "fold",
    "group_name",
    "initials_of",
    "is_acronym",
    "is_full_person_name",
    "lexicon",
    "normal_name",
    "person_name",
    "thing_name",
]

_LEXICON = Path(__file__).resolve().parent / "lexicon"

_APOSTROPHES = re.compile(r"[’‘ʼʻ`´′]")
_POSSESSIVE = re.compile(r"'s$", re.IGNORECASE)
_WORD = re.compile(r"\w+", re.UNICODE)
_STROKES = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "Æ": "Ae", "œ": "oe"}
)
"""Letters that NFKD leaves whole and that English-language papers write without their stroke."""

_ACRONYM = re.compile(r"[A-Z][A-Z0-9]{1,7}")
_NUMERALS = frozenset(["ii", "iii", "iv", "vi", "vii", "xi", "xii", "xiv", "xv", "xvi", "jr", "sr"])
_SMALL = frozenset(
    (
        "a",
        "an",
        "and",
        "at",
        "by",
        "de",
        "del",
        "der",
        "des",
        "di",
        "du",
        "et",
        "for",
        "fur",
        "in",
        "la",
        "le",
        "of",
        "on",
    )
) | {"the", "to", "und", "y"}
"""Words, folded, whose letters an acronym may skip."""
_SKIPPED = frozenset({"of", "the", "for", "and", "de", "la", "against"})
"""Those that it does skip, most times."""


@cache
def lexicon(name: str, language: str = "en") -> frozenset[tuple[str, ...]]:
    """The entries of a word list, each as its folded words; lines that begin with # are comments."""
    lines = (_LEXICON / language / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(tuple(fold(line)) for line in lines if line and not line.startswith("#"))


def fold(text: str) -> list[str]:
    """The words of a name without case, accents, punctuation and possessive; initials stand alone.

    >>> fold("Łukasz  O’Brien-Núñez's"), fold("J.R.R. Tolkien"), fold("AT&T")
    (['lukasz', 'obrien', 'nunez'], ['j', 'r', 'r', 'tolkien'], ['at', 'and', 't'])
    """
    return [word.casefold() for word in _words(text)]


def person_name(text: str) -> str:
    """A person's name as a key: titles, honorifics and degrees left out, everything else kept.

    A title that makes a given name whole stays ("Pope Francis").

    >>> person_name("former President Ana María Díaz"), person_name("Dr. A. Diaz, PhD"), person_name("King Abdullah")
    ('ana maria diaz', 'a diaz', 'king abdullah')
    """
    return " ".join(word.casefold() for word in _person_words(text))


def is_full_person_name(text: str) -> bool:
    """Whether a name is more than a surname, a given name, or a surname with one initial.

    >>> [is_full_person_name(name) for name in ("Gen. Diaz", "van Basten", "A. Diaz", "Ana Diaz", "Pope Francis")]
    [False, False, False, True, True]
    """
    words = _person_words(text)
    if not words:
        return False
    if tuple(fold(words[0])) in lexicon("regnal"):
        return len(words) > 1
    particles = lexicon("particles")
    # "al-Sadr", "van Basten"; but Al Gore and Van Morrison have a given name
    attached = {first for first, _ in re.findall(r"(\w+)-(\w+)", text)}
    content = [w for w in words if not ((w.casefold(),) in particles and (w.islower() or w in attached))]
    initials = sum(len(word) == 1 for word in content)
    whole = len(content) - initials
    return whole >= 2 or (whole == 1 and initials >= 2)


def group_name(text: str) -> str:
    """A group's name as a key: a leading "the" and a legal form at the end left out.

    >>> group_name("the Harbour Pilots' Association"), group_name("Kestrel Lines Ltd."), group_name("U.N.")
    ('harbour pilots association', 'kestrel lines', 'un')
    """
    words = thing_name(text).split()
    legal = lexicon("legal_forms")
    while len(words) > 1:
        size = next((n for n in (3, 2, 1) if len(words) > n and tuple(words[-n:]) in legal), 0)
        if not size:
            break
        del words[-size:]
    return " ".join(words)


def thing_name(text: str) -> str:
    """The name of a place or an event as a key: without a leading "the", dotted letters joined.

    >>> thing_name("The Gambia"), thing_name("U.S."), thing_name("São Tomé")
    ('gambia', 'us', 'sao tome')
    """
    words = _join_letters(fold(text))
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


def normal_name(name: str, cls: EntityClass) -> str:
    """The normal form of a name of a class."""
    if cls is EntityClass.PERSON:
        return person_name(name)
    return group_name(name) if cls in (EntityClass.GROUP, EntityClass.POLITY) else thing_name(name)


def is_acronym(text: str) -> bool:
    """Whether a name is written as an acronym.

    >>> [is_acronym(name) for name in ("HPA", "U.N.", "G20", "Hpa", "NEW YORK", "1984")]
    [True, True, True, False, False, False]
    """
    return _ACRONYM.fullmatch(text.replace(".", "")) is not None


def expands(name: str, acronym: str) -> bool:
    """Whether an acronym's letters are the first letters of a name's words, small words and hyphens at will.

    >>> expands("Harbour Pilots' Association", "HPA"), expands("Bank of the South", "BOTS")
    (True, True)
    >>> expands("Highland Front", "HPA")
    False
    """
    letters = "".join(fold(acronym.replace(".", "")))
    spelt = {0}  # how many letters the words so far may stand for
    for word in fold(name):
        skipped = spelt if word in _SMALL else set()
        spelt = skipped | {n + 1 for n in spelt if letters[n : n + 1] == word[0]}
    return len(letters) > 1 and len(letters) in spelt


@lru_cache(maxsize=1 << 15)
def initials_of(name: str) -> str:
    """The first letters of a normal name's words but the small ones, if there are at least three.

    >>> initials_of("horn of plenty party"), initials_of("the front")
    ('hpp', '')
    """
    letters = "".join(word[0] for word in name.split() if word not in _SKIPPED)
    return letters if len(letters) >= 3 else ""


def _words(text: str) -> list[str]:
    """The words of a name with their case."""
    text = _POSSESSIVE.sub("", _APOSTROPHES.sub("'", text.strip()))
    text = text.translate(_STROKES).replace("&", " and ").replace("'", "")
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(text.replace("_", " "))


def _join_letters(words: list[str]) -> list[str]:
    """Runs of single letters as one word: `u n` → `un`."""
    joined: list[str] = []
    run = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and run:
            joined[-1] += word
        else:
            joined.append(word)
        run = single
    return joined


def _is_initials(word: str) -> bool:
    return word.isupper() and len(word) in (2, 3) and word.casefold() not in _NUMERALS


def _person_words(text: str) -> list[str]:
    words = _words(text)
    if any(word != word.upper() for word in words):  # "JRR Tolkien", but not "ANA DIAZ" of a headline
        words = [part for word in words for part in (word if _is_initials(word) else (word,))]
    titles = lexicon("titles") | lexicon("honorifics")
    suffixes = lexicon("suffixes")
    while len(words) > 1:
        size = next((n for n in (3, 2, 1) if len(words) > n and tuple(w.casefold() for w in words[:n]) in titles), 0)
        if not size or (len(words) == 2 and (words[0].casefold(),) in lexicon("regnal")):
            break
        del words[:size]
    while len(words) > 1:
        degree = next((n for n in (3, 2, 1) if len(words) > n and ("".join(words[-n:]).casefold(),) in suffixes), 0)
        if not degree:
            break
        del words[-degree:]
    return words
