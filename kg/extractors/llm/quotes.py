"""What somebody says that a text says → where it says so."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from kg.types import Span

__all__ = ["Quotes"]

_SAME = str.maketrans(
    {
        **dict.fromkeys("’‘ʼʻ‚‛`´′", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    }
)


class Quotes:
    """A text in which quotes are looked up: as they are, else with white space, quotation marks and dashes made one."""

    def __init__(self, text: str) -> None:
        self.text = text
        folded: list[str] = []
        self._at: list[int] = []  # offset in the text of each folded character
        for i, char in enumerate(text):
            for same in _fold(char):
                if same != " " or not folded or folded[-1] != " ":
                    folded.append(same)
                    self._at.append(i)
        self._folded = "".join(folded)

    def exact(self, quote: str, within: Span) -> list[Span]:
        """Where the quote stands, letter by letter, as whole words, in order."""
        return list(self._whole(self._found(self.text, quote.strip(), within.start, within.end)))

    def near(self, quote: str, within: Span) -> list[Span]:
        """Where it stands when white space, quotation marks and dashes are not told apart."""
        words = " ".join("".join(map(_fold, quote)).split())
        start, end = (bisect_left(self._at, offset) for offset in (within.start, within.end))
        found = (
            Span(self._at[span.start], self._at[span.end - 1] + 1)
            for span in self._found(self._folded, words, start, end)
            if not (self._parts(span.start) or self._parts(span.end))
        )
        return list(self._whole(found))

    def only(self, quote: str, within: Span) -> Span | None:
        """The one place where the quote stands; None when there is none or several."""
        found = self.exact(quote, within) or self.near(quote, within)
        return found[0] if len(found) == 1 else None

    def _parts(self, folded: int) -> bool:
        """Whether a place in the folded text lies inside what one character of the text became: three points are one sign."""
        return 0 < folded < len(self._at) and self._at[folded - 1] == self._at[folded]

    @staticmethod
    def _found(text: str, quote: str, start: int, end: int) -> Iterator[Span]:
        at = text.find(quote, start, end) if quote else -1
        while at >= 0:
            yield Span(at, at + len(quote))
            at = text.find(quote, at + 1, end)

    def _whole(self, spans: Iterator[Span]) -> Iterator[Span]:
        """Those that neither begin nor end inside a word: "Ana" is not in "Anatolia"."""
        for span in spans:
            if not (self._inside(span.start) or self._inside(span.end)):
                yield span

    def _inside(self, offset: int) -> bool:
        return 0 < offset < len(self.text) and self.text[offset - 1].isalnum() and self.text[offset].isalnum()


def _fold(char: str) -> str:
    return " " if char.isspace() else char.translate(_SAME)
