"""Text with marked spans → styled pieces that tell the marks in brackets, so that nothing depends on colour.

`[Ana Diaz P1]` is a name, `[the chairwoman ~P1]` a nominal, `[she *P1]` a pronoun, `[ousted E1:resignation]` a trigger,
`[Tuesday D1=2019-03-12]` a date; `[[Oslo L1] police G2]` is a mention inside another. Annotated stories and what a model finds in an
article are shown alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

__all__ = ["CLASSES", "KIND_MARKS", "Line", "Mark", "Piece", "marked"]

CLASSES = {"P": "Person", "G": "Group", "L": "Place", "C": "Polity", "E": "Event", "D": "Date"}
"""The letter that an id of a class begins with → the class."""

KIND_MARKS = {"name": "", "nominal": "~", "pronoun": "*", "trigger": ""}
"""How a mention denotes → what stands before its id; a trigger is known by the type behind it."""

Piece = tuple[str, str]  # text, style: names of `kg.cli.colours`, separated by spaces
Line = tuple[int, Sequence[Piece]]  # indent in columns, of the lines that it is wrapped to as well


@dataclass(frozen=True, slots=True)
class Mark:
    """A span [start, end) with what stands before its closing bracket, and the styles of its text and of its brackets."""

    start: int
    end: int
    tag: str
    style: str = ""
    frame: str = ""


def marked(text: str, start: int, end: int, marks: Iterable[Mark]) -> tuple[Piece, ...]:
    """The stretch [start, end) of a text with the marks in it; where they nest, the innermost gives the style.

    A mark that runs over an end of the stretch is closed or opened there.

    >>> marks = [Mark(0, 4, "L1"), Mark(0, 11, "G1")]
    >>> "".join(piece for piece, _ in marked("Oslo police left.", 0, 17, marks))
    '[[Oslo L1] police G1] left.'
    """
    inside = [m for m in marks if m.start < end and start < m.end]
    return tuple(
        ("".join(piece for piece, _ in run), style)
        for style, run in groupby(_pieces(text, start, end, inside), key=lambda piece: piece[1])
    )


def _pieces(text: str, start: int, end: int, marks: Sequence[Mark]) -> Iterator[Piece]:
    begins = [max(m.start, start) for m in marks]
    ends = [min(m.end, end) for m in marks]
    order = range(len(marks))
    cuts = sorted({start, end, *begins, *ends})
    around: list[int] = []
    for at, after in zip(cuts, [*cuts[1:], end], strict=True):
        for i in sorted((i for i in around if ends[i] == at), key=lambda i: (-marks[i].start, i)):
            around.remove(i)
            yield f" {marks[i].tag}]", marks[i].frame
        for i in sorted((i for i in order if begins[i] == at and ends[i] > at), key=lambda i: (-marks[i].end, -i)):
            around.append(i)
            yield "[", marks[i].frame
        if at < after:
            inner = min(around, key=lambda i: marks[i].end - marks[i].start, default=None)
            yield text[at:after], "" if inner is None else marks[inner].style
