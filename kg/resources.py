"""Where the data folders of the package lie: `ontology/` and `queries/`, and the word lists that several rooms read.

A wheel carries them inside the package; a clone and an editable install have them beside it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from kg.errors import KgError

__all__ = ["resource", "word_list"]

_PACKAGE = Path(__file__).resolve().parent


@cache
def resource(kind: Literal["ontology", "queries"]) -> Path:
    """The folder of that kind: inside the package, else in the package's parent folder.

    >>> (resource("ontology") / "kg.ttl").is_file()
    True
    """
    for folder in (_PACKAGE / kind, _PACKAGE.parent / kind):
        if folder.is_dir():
            return folder
    raise KgError(
        f"the {kind} folder is neither in {_PACKAGE} nor beside it",
        hint="the installation is incomplete: install newsgraph again",
    )


def word_list(room: str, name: str) -> list[str]:
    """The lines of a room's word list, without comments and empty ones."""
    text = (_PACKAGE / room / "lexicon" / "en" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
