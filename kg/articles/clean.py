"""Article → Document: clutter out, white space and Unicode settled, sentences as spans, offsets that map back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kg.articles.clutter import find_clutter, lone_clutter
from kg.articles.dates import day_of
from kg.articles.language import check_english
from kg.articles.lines import Line, Piece, join_wrapped, lines_of, segments_of, settle
from kg.articles.segment import sentences_of
from kg.articles.webpage import text_of
from kg.errors import ArticleError
from kg.types import Article, Cut, Document, Segment, Span

__all__ = ["clean"]

_TITLE_LENGTH = 200  # characters; a longer first line is a paragraph
_TOP = 4  # paragraphs of the article above the last of which "Published 3 March 2021" gives its day
_BARE_DATE = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s+[a-z]{3,9}\.?,?\s+\d{4}|[a-z]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{4}-\d\d-\d\d)",
    re.I,
)
_SENTENCE_END = re.compile(r"(?<!\.)(?<![.\s][A-Z])\.[\"'”’)]*$")
_BYLINE = re.compile(r"(?:by|von|from) (?-i:[A-Z])|.{0,40}\((?:reuters|ap|afp|dpa|xinhua)\)", re.I)
_A_SENTENCE = re.compile(r"\w.*\s.*[.!?…]")
_NO_ARTICLE = "check that it is an article and not a menu, a login or an error page"
_LETTERS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Title:
    """A title and the paragraph that holds it (None: a sentence of the text begins with it)."""

    text: str | None
    paragraph: int | None


def clean(article: Article) -> Document:
    """The article's clean text with its sentences, and what was cut.

    Cleaning the clean text again changes nothing.

    Raises:
        ArticleError: no text is left, or it is not English.
    """
    paragraphs, cut, published = _paragraphs(article)
    if not any(char.isalnum() for paragraph in paragraphs for char in paragraph.text):
        reason = "nothing but clutter" if cut else "empty"
        raise ArticleError(article.source, reason, hint=_NO_ARTICLE)
    if article.media_type == "text/html" and not any(_A_SENTENCE.search(paragraph.text) for paragraph in paragraphs):
        raise ArticleError(article.source, "no sentence found in the HTML", hint=_NO_ARTICLE)
    paragraphs, title = _with_title(article.title, paragraphs)
    text = "\n\n".join(paragraph.text for paragraph in paragraphs)
    check_english(text, source=article.source)
    spans, segments = _laid_out(paragraphs)
    return Document(
        id=article.id,
        text=text,
        sentences=sentences_of(text, spans),
        paragraphs=spans,
        title=title.text,
        title_span=None if title.paragraph is None else spans[title.paragraph],
        url=article.url,
        published=article.published or published,
        publisher=article.publisher,
        authors=article.authors,
        language="en",
        cut=cut,
        segments=segments,
    )


def _paragraphs(article: Article) -> tuple[list[Line], tuple[Cut, ...], date | None]:
    """The paragraphs of the article, what was cut from between them, and the day that a line above them gave."""
    if article.media_type == "text/html":
        lines = lines_of(text_of(article.content, source=article.source), mapped=False)
    else:
        lines = lines_of(article.content)
    # Joined to the prose beside it, a share button could no longer be told.
    kept = [line if lone_clutter(line.text) is None else replace(line, alone=True) for line in lines]
    paragraphs = join_wrapped(kept)
    clutter = find_clutter([paragraph.text for paragraph in paragraphs])
    cut = tuple(Cut(paragraphs[index].text, clutter[index]) for index in sorted(clutter))
    left = [index for index in range(len(paragraphs)) if index not in clutter]
    return [paragraphs[index] for index in left], cut, _day_above(paragraphs, left, clutter)


def _day_above(paragraphs: Sequence[Line], left: Sequence[int], clutter: Mapping[int, str]) -> date | None:
    """The day that a line at the top gives: "Published: 3 March 2021", which was cut, or a bare date."""
    top = left[min(_TOP, len(left) - 1)] if left else 0
    lines = [
        paragraph.text
        for index, paragraph in enumerate(paragraphs[:top])
        if clutter.get(index) == "timestamp" or (index not in clutter and _BARE_DATE.fullmatch(paragraph.text))
    ]
    days = [day for text in sorted(lines, key=_of_update) if (day := day_of(text, search=True))]
    return days[0] if days else None


def _of_update(text: str) -> bool:
    return "updated" in text.casefold() or "modified" in text.casefold()


def _with_title(given: str | None, paragraphs: list[Line]) -> tuple[list[Line], _Title]:
    """The paragraphs with the title as the first of them, if there is one.

    A title given apart is put before the text, unless the text begins with it; else a first short line is the title.
    """
    title = settle(given) if given else ""
    first = paragraphs[0].text
    if not title:
        return paragraphs, _Title(first, 0) if len(paragraphs) > 1 and _is_title(first) else _Title(None, None)
    wanted = _letters(title)
    for index, paragraph in enumerate(paragraphs[:3]):
        if _letters(paragraph.text) == wanted:
            return paragraphs, _Title(title, index)
    if not wanted or _letters(first)[: len(wanted)] == wanted:
        return paragraphs, _Title(title, None)
    return [Line(title, (Piece(None, title, 0),)), *paragraphs], _Title(title, 0)


def _is_title(line: str) -> bool:
    """Whether a first line is short and no sentence, byline or dateline."""
    return len(line) <= _TITLE_LENGTH and not _SENTENCE_END.search(line) and not _BYLINE.match(line)


def _letters(text: str) -> list[str]:
    """The words of a text for comparison: case, punctuation and spacing do not matter."""
    return _LETTERS.findall(text.casefold())


def _laid_out(paragraphs: Sequence[Line]) -> tuple[tuple[Span, ...], tuple[Segment, ...]]:
    """Where the paragraphs lie in the text, and the segments that map them back."""
    spans: list[Span] = []
    segments: list[Segment] = []
    start = 0
    for paragraph in paragraphs:
        spans.append(Span(start, start + len(paragraph.text)))
        segments += segments_of(paragraph.pieces, start)
        start += len(paragraph.text) + 2
    return tuple(spans), tuple(segments)
