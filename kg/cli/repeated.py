"""Articles of one run that have the same id and say different things: only the last of them stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg.cli.output import note, number, plain

if TYPE_CHECKING:
    from kg.errors import ArticleError
    from kg.types import Article

__all__ = ["Repeated"]

SHOWN = 3


class Repeated:
    """Watches the articles that pass. It keeps two hashes of each, 16 bytes and what a dict needs."""

    def __init__(self) -> None:
        self._said: dict[int, int] = {}
        self._again: dict[str, int] = {}

    def watch(self, articles: Iterable[Article | ArticleError]) -> Iterator[Article | ArticleError]:
        """The same articles, one by one."""
        from kg.types import Article

        for article in articles:
            if isinstance(article, Article):
                key, said = hash(article.id), hash(article.raw)
                if self._said.setdefault(key, said) != said:
                    self._said[key] = said
                    self._again[article.id] = self._again.get(article.id, 1) + 1
            yield article

    def tell(self) -> None:
        """Say on stderr which ids came more than once, if any did."""
        if self._again:
            some = ", ".join(f"{plain(name)} ({times} times)" for name, times in list(self._again.items())[:SHOWN])
            more = ", …" if len(self._again) > SHOWN else ""
            note(f"{number(len(self._again), 'id')} came with different texts, and the last stays: {some}{more}")
            note(
                "hint: give each article an id or a URL of its own; the same article in two versions is ingested in two runs"
            )
