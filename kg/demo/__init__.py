"""Eight articles that ship with the package, for `kg demo`: one war on a river and a strike, from 2019 to 2023.

They are as messy as what one finds: scraped text with clutter, HTML, JSON Lines, a text wrapped at a fixed width. They
hold a founder and his son of almost the same name, four leaders of one group, two people who share a surname, acronyms,
a wire copy in a second paper, a rumour with its denial, and sites' own noise about comments and cookies. See
LICENSE.md: they are invented, under CC BY 4.0, and never in training data.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["demo_paths"]

_ENDINGS = frozenset({".txt", ".html", ".jsonl"})


def demo_paths() -> tuple[Path, ...]:
    """The files of the demo, in the order of their stories; `kg.articles.read_articles` reads eight articles from them.

    >>> len(demo_paths())
    7
    """
    return tuple(sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in _ENDINGS))
