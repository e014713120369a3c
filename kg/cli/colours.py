"""Styled lines on stdout: in colour where a terminal shows it, plain text in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from kg.cli.output import clean, put, width
from kg.marking import Line

__all__ = ["print_lines"]

STYLES = {
    "Person": "cyan",
    "Group": "magenta",
    "Place": "green",
    "Polity": "bright_green",
    "Event": "yellow",
    "Date": "bright_blue",
    "name": "bold",
    "nominal": "",
    "pronoun": "italic",
    "trigger": "underline",
    "id": "dim",
    "fact": "",
    "asserted": "bold",
    "unasserted": "",
    "unsure": "dim",
    "trap": "red",
    "problem": "bold reverse red",
    "mark": "dim",
    "head": "bold",
}


def print_lines(lines: Iterable[Line]) -> None:
    """Print lines of an indent and styled pieces: coloured and wrapped in a terminal, one line each in a pipe."""
    if not sys.stdout.isatty():
        for indent, pieces in lines:
            put(" " * indent + clean("".join(text for text, _ in pieces)))
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(width=width(), highlight=False, emoji=False, markup=False)
    for indent, pieces in lines:
        line = Text()
        for text, style in pieces:
            line.append(clean(text), " ".join(STYLES[name] for name in style.split()))
        console.print(Padding(line, (0, 0, 0, indent)) if indent else line)
