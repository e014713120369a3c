"""How commands print: tables and sentences on stdout, progress on stderr and only when a terminal shows it.

Everything that came from an article, a query or a file goes through `plain`, so that it cannot steer a terminal.
"""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

__all__ = [
    "WIDTH_IN_A_PIPE",
    "clean",
    "note",
    "number",
    "plain",
    "progress",
    "put",
    "table",
    "wrapped",
    "write_bytes",
]

WIDTH_IN_A_PIPE = 160
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without characters that a terminal would obey, that would turn its order around, or that are none."""
    return _CONTROL.sub("\ufffd", text)


def plain(text: object) -> str:
    """The text on one line, and clean."""
    return clean(str(text).replace("\n", " ").replace("\t", " "))


def put(text: str = "") -> None:
    """Print a line of data."""
    print(text)


def note(text: str) -> None:
    """Print a line about the work, on stderr."""
    print(text, file=sys.stderr)


def number(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun.

    >>> number(1, "article"), number(2500, "entity", "entities")
    ('1 article', '2,500 entities')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def width() -> int:
    """The columns there are: those of the terminal, or WIDTH_IN_A_PIPE."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_IN_A_PIPE


def wrapped(text: str, *, indent: str = "", then: str | None = None) -> str:
    """The text in lines as wide as the terminal, the first after `indent`, the others after `then`."""
    after = indent if then is None else then
    lines = textwrap.wrap(plain(text), max(40, min(width(), 100)), initial_indent=indent, subsequent_indent=after)
    return "\n".join(lines)


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print rows in aligned columns; columns that do not fit the width are wrapped, never cut. A cell may be a rich Text."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, show_edge=False)
    for name in head:
        grid.add_column(Text(plain(name)), overflow="fold")
    for row in rows:
        grid.add_row(*(cell if isinstance(cell, Text) else Text(plain(cell)) for cell in row))
    Console(width=width(), highlight=False, emoji=False, markup=False, soft_wrap=False).print(grid)


def write_bytes(body: bytes) -> None:
    """Write an answer to stdout as it is, ended by a newline when a terminal shows it."""
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    if sys.stdout.isatty() and not body.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on stderr; yields the function that moves it on. Nothing is shown unless stderr is a terminal."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda step: bar.advance(task, step)
