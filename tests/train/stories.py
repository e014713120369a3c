"""Story files for tests: five short texts about one union, right in everything, with room for one thing that is wrong."""

from __future__ import annotations

from pathlib import Path

from kg.train.markup import read_story
from kg.train.story import Story

HEADER = """story: pilots-split
field: labour
region: northern Europe, Denmark
naming: Danish
brief: A union throws out its chairwoman;
  her deputy denies that he follows.
traps: deputy taken for leader
"""
GENRES = ("wire", "copy", "interview", "communique", "correction")
BODY = """[L1 Skagen], [D1=2019-03-14 14 March] — The [G1 PU] has [E1:resignation ousted] [P1 Ilse Brandt], [P1~ its head].
= P1 leads G1 former until=D1
= E1 involves G1 by=P2
= E1 involvesPerson P1
! G1 locatedIn L1
[P1* Her] deputy, [P2 Jens Holt], denied that [P2* he] would lead [G1~ the union] \\[sic\\].
= P2 leads G1 denied by=P2
= P2 memberOf G1
! P1 memberOf G1
! E1 involvesPerson P2
"""
# what no story but this says, long enough for a text
FILLER = "\n" + "".join(
    f"It rained on day {day} and nobody there came to look at the sea.\n= nothing\n" for day in range(7)
)


def markup(*, header: str = HEADER, bodies: dict[int, str] | None = None, heads: dict[int, str] | None = None) -> str:
    """The story; `bodies` and `heads` replace what texts say by default (a body, before the filler; header lines)."""
    parts = [header]
    for number, genre in enumerate(GENRES, 1):
        head = f"genre: {genre}\ndate: 2019-03-1{number}\noutlet: Kystposten\n" + "copy-of: 1\n" * (genre == "copy")
        parts.append(
            f"\n=== {number}\n{(heads or {}).get(number, head)}---\n{(bodies or {}).get(number, BODY)}{FILLER}"
        )
    return "".join(parts)


def written(path: Path, **changes: object) -> Story:
    """The story, written to a file and read again."""
    path.write_text(markup(**changes), encoding="utf-8")  # type: ignore[arg-type]
    return read_story(path)
