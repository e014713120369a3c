"""Sentences, as spans over clean text. They never cross a paragraph; what a full stop means is decided by the words
around it.

The word lists are data (`lexicon/en/sentences.toml`). Of a doubtful stop after an abbreviation we ask whether the
next word is one that begins sentences and hardly ever names ("Inc. The" against "Inc. Chief"): a missed border costs
the extractor less than a sentence cut inside a name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.types import Span

__all__ = ["sentences_of"]

_FILE = Path(__file__).parent / "lexicon" / "en" / "sentences.toml"
# Stops with closing marks (and Wikipedia's note numbers) before white space; or, where a site lost the space, a stop
# in "Monday.The".
_STOP = re.compile(
    r"[.!?…]+(?:[\"'”’»)\]}*_]|(?<=[\"'”’])[.!?])*(?:\s?\[\d{1,3}\])*(?=\s)"
    r"|(?<=[a-z]{3})[.!?](?=“?(?:[A-Z][a-z]+|A|I)\b(?!\.[a-z]))"
    r"|(?<=[a-z]{3}[.!?])[”\"](?=[A-Z][a-z]+\s)"
)
_NEXT = re.compile(r"\s*([\"'“‘«„(\[¿¡*_]*)(\S*)")
_OPENERS = "\"'“‘«„([{*_"
_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_TIME = re.compile(r"(?:\d*[ap]\.m)", re.I)
_NUMERAL = re.compile(r"\(?(?:\d|[IVXLC]+\b)")
_DOMAINS = frozenset({"Com", "Org", "Net", "Co", "Io", "Gov", "Info", "Tv"})
_LOOK_BACK = 40  # characters; longer words are not abbreviations


def sentences_of(text: str, paragraphs: Sequence[Span]) -> tuple[Span, ...]:
    """The sentences of the paragraphs, in order; together they cover all but the white space between them.

    >>> text = "Gen. J. R. Diaz left the U.S. on Sept. 3. He did not say why."
    >>> [span.of(text) for span in sentences_of(text, [Span(0, len(text))])]
    ['Gen. J. R. Diaz left the U.S. on Sept. 3.', 'He did not say why.']
    """
    return tuple(span for paragraph in paragraphs for span in _sentences(text, paragraph))


def _sentences(text: str, paragraph: Span) -> Iterator[Span]:
    words = _words()
    begin = paragraph.start
    # A headline has no stop of its own; in it "U.S." and "Gov." end nothing, and every word has a capital.
    headline = text[paragraph.end - 1].isalnum() and paragraph.end - paragraph.start <= 160
    for stop in _STOP.finditer(text, paragraph.start, paragraph.end):
        end = stop.end()
        if _ends(text, begin, stop, paragraph.end, words, headline=headline):
            yield Span(begin, end)
            begin = end
            while begin < paragraph.end and text[begin].isspace():
                begin += 1
    if begin < paragraph.end:
        yield Span(begin, paragraph.end)


def _ends(text: str, begin: int, stop: re.Match[str], limit: int, words: _Words, *, headline: bool) -> bool:
    """Whether a sentence that begins at `begin` ends with this stop."""
    following = _NEXT.match(text, stop.end(), limit)
    if following is None or not (following[1] or following[2]):
        return False  # the paragraph ends here anyway
    opener, token = following[1], following[2]
    first = token[:1]
    marks = stop[0]
    before = text[max(begin, stop.start() - _LOOK_BACK) : stop.start()]
    word = before.rpartition(" ")[2].lstrip(_OPENERS)
    if first.islower():
        return not opener and _particle_name(token, words) and not _abbreviated(word, words)
    if not (first.isalnum() or first in "$£€#@•<&" or opener):
        return False  # a dash, a comma: the sentence goes on
    if opener and not first:
        return False
    if "!" in marks or "?" in marks:
        return _ends_after_mark(text, stop, marks, word, token, words)
    if "…" in marks or ".." in marks:
        return first.isupper() and marks[-1] != ")" and token != before.rstrip().rpartition(" ")[2].lstrip(_OPENERS)
    if not word:
        return True
    if not stop.end() < limit or not text[stop.end()].isspace():
        return token.rstrip(".,") not in _DOMAINS and not _abbreviated(word, words)  # "Monday.The"
    return _ends_after_word(text, begin, stop, word, token, words, headline=headline)


def _ends_after_mark(text: str, stop: re.Match[str], marks: str, word: str, token: str, words: _Words) -> bool:
    """After ? and !."""
    if word in words.may_end:  # Yahoo!
        return _starts(token, words)
    if text[stop.start() - 1] in "([" and marks.rstrip(")]") != marks:  # "(!)", "(?)"
        return False
    return not (marks[-1] in "\"'”’»" and words.attribution.match(text, stop.end()))


def _ends_after_word(
    text: str, begin: int, stop: re.Match[str], word: str, token: str, words: _Words, *, headline: bool
) -> bool:
    """After a single full stop: what was the word before it?"""
    starts = _starts(token, words) and not headline
    digit = token[:1].isdigit()
    at_start = stop.start() - len(word) <= begin + 1
    if word in words.never_end or (word.isupper() and word.lower() in words.never_end and len(word) > 1):
        return False
    if word.isdigit() or (len(word) == 1 and word.isalpha()) or _ROMAN.fullmatch(word):
        if at_start and len(word) <= 4:
            return False  # "1. The first point", "A. We went home", "J. R. Diaz"
        if len(word) == 1 and word.isupper():
            return starts  # an initial
        return not (len(word) == 1 and word in words.numbers and digit)
    if _TIME.fullmatch(word):
        return token.rstrip(".,;:)") not in words.after_time and not digit
    if _ACRONYM.fullmatch(word):
        return starts
    known = word if word in words.known else _as_listed(word)
    if known in words.numbers and _NUMERAL.match(token):
        return False
    if known in words.months:
        return starts and not digit
    if known in words.titles or known in words.may_end:
        # "Pa." and "Col." in a text set in capitals; "St. The" after a street
        return starts
    if known in words.numbers and known not in ("No", "no") and not known[0].islower():
        return starts
    return True


_ROMAN = re.compile(r"[IVX]{1,4}")


def _as_listed(word: str) -> str:
    """GEN → Gen, for texts set in capitals."""
    return word.capitalize() if word.isupper() and len(word) > 1 else word


def _abbreviated(word: str, words: _Words) -> bool:
    return word in words.known or _ACRONYM.fullmatch(word) is not None or (len(word) == 1 and word.isupper())


def _starts(token: str, words: _Words) -> bool:
    """Whether a token is a word that begins sentences ("A." is an initial, "IN" in capitals counts)."""
    bare = token.rstrip(",;:”\"'’")
    return bare in words.starters or (len(bare) > 1 and bare.isupper() and bare.capitalize() in words.starters)


def _particle_name(token: str, words: _Words) -> bool:
    """Whether a token in lower case begins a name: al-Shabab."""
    head, hyphen, rest = token.partition("-")
    return bool(hyphen) and head in words.particles and rest[:1].isupper()


@dataclass(frozen=True, slots=True)
class _Words:
    """The lists of the file."""

    titles: frozenset[str]
    numbers: frozenset[str]
    months: frozenset[str]
    may_end: frozenset[str]
    never_end: frozenset[str]
    after_time: frozenset[str]
    starters: frozenset[str]
    particles: frozenset[str]
    known: frozenset[str]
    attribution: re.Pattern[str]


@cache
def _words() -> _Words:
    data: dict[str, list[str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    sets = {name: frozenset(entries) for name, entries in data.items()}
    names = ("titles", "numbers", "months", "may_end", "never_end")
    # A quotation's speaker: up to five words with a capital (and an apposition), then the verb.
    speaker = rf"\s+(?:(?:the|{'|'.join(data['titles'])})\.?\s+)?(?:[A-Z][\w'’.-]*\s+){{1,5}}"
    asking, saying = ("|".join(data[name]) for name in ("asking", "saying"))
    goes_on = r"(?=[.,;:]|\s+(?:in|on|at|as|to|when|after|before|during|of|with|from)\b)"
    attribution = rf"{speaker}(?:(?:{asking})\b|(?:{saying}){goes_on})"
    return _Words(
        known=frozenset[str]().union(*(sets[name] for name in names)),
        attribution=re.compile(attribution),
        **{name: sets[name] for name in (*names, "after_time", "starters", "particles")},
    )
