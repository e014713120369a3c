"""Content → lines and paragraphs of settled characters, each of which knows where it came from.

Settled means: NFC, no control or invisible characters, every run of white space one space. Offsets are kept as
`Piece`s: text that stands, code point for code point, at one place of the content.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kg.types import Segment

__all__ = ["Line", "Piece", "join_wrapped", "lines_of", "segments_of", "settle"]

_NEWLINE = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
# Invisible: controls, soft hyphen, zero-width space and joiner marks, direction marks, byte order mark, object
# replacement.
_INVISIBLE = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffc"
_RUN = re.compile(rf"[\s{_INVISIBLE}]+")
_IRREGULAR = re.compile(rf"[{_INVISIBLE}]|[^\S ]|  ")
_SPACE = re.compile(r"\s")
# Lines wrapped by a mailer or an archive are 60 to 80 wide; beyond 120 nobody wraps, below 40 it is verse or a list.
_WIDTHS = range(40, 121)
_SLACK = 6
_ENDS = re.compile(r"[.!?…:;][\"'”’»)\]]*$")


class Piece(NamedTuple):
    """Settled text, made of `source_length` code points at `start` of the content (None: of no place in it)."""

    start: int | None
    text: str
    source_length: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a paragraph of joined lines. `gap`: a blank line stands before it. `alone`: it joins no other line."""

    text: str
    pieces: tuple[Piece, ...]
    gap: bool = False
    alone: bool = False


def settle(text: str) -> str:
    """The text as one settled line.

    >>> settle(" Jose\\u0301\\u00a0 met  the\\u200b press\\n")
    'José met the press'
    """
    return "".join(piece.text for piece in _pieces(text, 0))


def lines_of(content: str, *, mapped: bool = True) -> Iterator[Line]:
    """The lines that hold anything, settled; without `mapped` (text made from HTML) they have no place in it."""
    position, gap = 0, False
    while position <= len(content):
        newline = _NEWLINE.search(content, position)
        end = newline.start() if newline else len(content)
        pieces = tuple(_pieces(content[position:end], position))
        text = "".join(piece.text for piece in pieces)
        if text:
            yield Line(text, pieces if mapped else (Piece(None, text, 0),), gap)
        gap = not text
        position = newline.end() if newline else len(content) + 1


def join_wrapped(lines: Sequence[Line]) -> list[Line]:
    """The paragraphs: lines that a fixed width broke are joined, other lines are paragraphs of their own.

    A line was broken by the width when the next line's first word would not have fitted on it; it is also joined
    when the next line goes on in lower case (a <br> in the middle of a sentence).
    """
    width = _width_of(lines)
    paragraphs: list[Line] = []
    pieces: list[Piece] = []
    gap = False
    for index, line in enumerate(lines):
        if not pieces:
            gap = line.gap
        pieces += line.pieces
        following = lines[index + 1] if index + 1 < len(lines) else None
        so_far = sum(len(piece.text) for piece in pieces)
        if following is not None and _goes_on(line, following, width, so_far=so_far):
            pieces += _seam(line, following)
            continue
        paragraphs.append(Line("".join(piece.text for piece in pieces), tuple(pieces), gap))
        pieces = []
    return paragraphs


def segments_of(pieces: Iterable[Piece], start: int) -> Iterator[Segment]:
    """The segments of a paragraph that begins at `start`; pieces that are neighbours at the source are one segment."""
    pieces = list(pieces)
    run: list[int] | None = None  # start, source start, length
    for index, piece in enumerate(pieces):
        length = len(piece.text)
        followed = index + 1 < len(pieces) and pieces[index + 1].start is not None
        # Characters that NFC composed have no end of their own at the source: it is where the next piece begins.
        usable = length == piece.source_length or (length == 1 < piece.source_length and followed)
        if piece.start is None or not usable:
            if run:
                yield Segment(*run)
            run = None
        elif run and run[1] + run[2] == piece.start:
            run[2] += length
        else:
            if run:
                yield Segment(*run)
            run = [start, piece.start, length]
        if run and length != piece.source_length:
            yield Segment(*run)
            run = None
        start += length
    if run:
        yield Segment(*run)


def _pieces(raw: str, start: int) -> Iterator[Piece]:
    """A line's settled pieces; `start` is its place in the content."""
    if not _IRREGULAR.search(raw) and unicodedata.is_normalized("NFC", raw):
        stripped = raw.strip()
        if stripped:
            yield Piece(start + raw.index(stripped), stripped, len(stripped))
        return
    words: list[Piece] = []
    position = 0
    for run in _RUN.finditer(raw):
        words += _composed(raw[position : run.start()], start + position)
        if (space := _SPACE.search(run[0])) and words:
            words.append(Piece(start + run.start() + space.start(), " ", 1))
        position = run.end()
    words += _composed(raw[position:], start + position)
    while words and words[-1].text == " ":
        words.pop()
    # Dropping an invisible character can bring two halves of a composed character together: then the line has no map.
    text = "".join(piece.text for piece in words)
    settled = unicodedata.normalize("NFC", text)
    if settled == text:
        yield from words
    else:
        yield Piece(None, settled, 0)


def _composed(word: str, start: int) -> Iterator[Piece]:
    """A stretch without white space in NFC, in pieces that keep its offsets."""
    if unicodedata.is_normalized("NFC", word):
        if word:
            yield Piece(start, word, len(word))
        return
    position = 0
    for index in range(1, len(word) + 1):
        # A cluster is a character and the marks (or Hangul letters) that NFC may compose with it.
        if index < len(word) and (unicodedata.combining(word[index]) or "\u1160" <= word[index] <= "\u11ff"):
            continue
        cluster = word[position:index]
        yield Piece(start + position, unicodedata.normalize("NFC", cluster), index - position)
        position = index


def _seam(line: Line, following: Line) -> list[Piece]:
    """What stands between two joined lines: a space, at the newline's place; nothing after a hyphen."""
    if re.search(r"\w-$", line.text):
        return []
    last = line.pieces[-1]
    if last.start is None or following.pieces[0].start is None:
        return [Piece(None, " ", 0)]
    return [Piece(last.start + last.source_length, " ", 1)]


def _goes_on(line: Line, following: Line, width: int | None, *, so_far: int) -> bool:
    """Whether a line's paragraph, of `so_far` characters, goes on in the following line."""
    if following.gap or following.alone or line.alone:
        return False
    if so_far >= 30 and following.text[0].islower() and not _ENDS.search(line.text):
        return True
    if width is None or len(line.text) > width:
        return False
    # Hands and some editors break a little early.
    slack = 0 if _ENDS.search(line.text) else _SLACK
    return _overflows(line, following, width - slack)


def _overflows(line: Line, following: Line, width: int) -> bool:
    """Whether the following line's first word would not have fitted on the line."""
    return len(line.text) + 1 + len(following.text.partition(" ")[0]) > width


def _width_of(lines: Sequence[Line]) -> int | None:
    """The width at which a text was wrapped, or None when its lines are paragraphs.

    The evidence: of the lines with a direct successor, four in five are as full as they could be, and half break off
    in a sentence.
    """
    pairs = [(line, after) for line, after in itertools.pairwise(lines) if not after.gap]
    if len(pairs) < 3 or 2 * len(pairs) < len(lines):
        return None
    lengths = [len(line.text) for pair in pairs for line in pair]
    width = max((length for length in lengths if length < _WIDTHS.stop), default=0)
    overlong = sum(length >= _WIDTHS.stop for length in lengths)  # an address that nothing could break
    if width not in _WIDTHS or overlong > 0.1 * len(lengths):
        return None
    full = [line for line, after in pairs if _overflows(line, after, width)]
    broken = [line for line in full if not _ENDS.search(line.text)]
    return width if len(full) >= 0.8 * len(pairs) and 2 * len(broken) >= len(full) else None
