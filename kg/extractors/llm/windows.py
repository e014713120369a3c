"""A document → the passages that a service is asked about, and how they are put to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kg.types import Document

__all__ = ["halves", "question", "windows"]

Window = Sequence[int]  # indexes of sentences that follow one another


def windows(document: Document, words: int) -> Iterator[Window]:
    """Whole paragraphs while they have not more than `words` words together; a longer paragraph is cut between sentences."""
    window: list[int] = []
    held = 0
    for paragraph in _paragraphs(document):
        sizes = {s: len(document.sentences[s].of(document.text).split()) for s in paragraph}
        size = sum(sizes.values())
        if window and held + size > words:
            yield window
            window, held = [], 0
        if size <= words:
            window += paragraph
            held += size
            continue
        for sentence in paragraph:
            if window and held + sizes[sentence] > words:
                yield window
                window, held = [], 0
            window.append(sentence)
            held += sizes[sentence]
    if window:
        yield window


def halves(window: Window) -> tuple[Window, Window]:
    """A window of two sentences or more as two."""
    middle = len(window) // 2
    return window[:middle], window[middle:]


def question(document: Document, window: Window, known: Iterable[Mapping[str, object]]) -> str:
    """What the service is told of a window: a JSON object, so that nothing in the text can end the text."""
    about = {
        "published": document.published.isoformat() if document.published else None,
        "title": document.title,
        "known": list(known),
        "sentences": [{"n": s, "text": document.sentences[s].of(document.text)} for s in window],
    }
    return json.dumps(about, ensure_ascii=False)


def _paragraphs(document: Document) -> Iterator[list[int]]:
    """The sentences of each paragraph."""
    ends = iter([paragraph.end for paragraph in document.paragraphs] or [len(document.text)])
    end = next(ends)
    group: list[int] = []
    for s, sentence in enumerate(document.sentences):
        while sentence.start >= end:
            if group:
                yield group
                group = []
            end = next(ends, len(document.text) + 1)
        group.append(s)
    if group:
        yield group
