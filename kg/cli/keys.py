"""One key at a time: from the terminal as it is pressed, from a pipe as it comes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["keys"]

INTERRUPT, END = "\x03", ("\x04", "\x1a", "")


def keys() -> Iterator[str]:
    """Yield the keys that are pressed, until the input ends; from a pipe, its characters without white space."""
    while True:
        key = _pressed() if sys.stdin.isatty() else sys.stdin.read(1)
        if key == INTERRUPT:
            raise KeyboardInterrupt
        if key in END:
            return
        if sys.stdin.isatty() or not key.isspace():
            yield key


def _pressed() -> str:
    """The next key of a terminal, without waiting for Enter."""
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.getwch()
    with _raw():
        return sys.stdin.read(1)


@contextmanager
def _raw() -> Iterator[None]:
    """The terminal hands over each key at once and does not show it; as it was afterwards."""
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSADRAIN)  # what was typed ahead counts
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
