"""What an article has been: its contents, oldest first, each with its hash, its days, who read it, and what changed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kg.articles.segment import sentences_of
from kg.catalogue import Catalogue, Revision
from kg.errors import UnknownEntity
from kg.types import Span

__all__ = ["Reading", "Version", "find_article", "text_of_version", "versions_of"]

_PARAGRAPH = re.compile(r"(?:(?!\n\n).)+", re.DOTALL)
CONTEXT_LINES = 1  # of an unchanged sentence around what changed


@dataclass(frozen=True, slots=True)
class Reading:
    """That a model read a version, and when."""

    model: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One content of an article, from 1. `changes` is a unified diff, sentence by sentence, from the version before."""

    number: int
    digest: str
    title: str | None
    published: date | None
    read: tuple[Reading, ...]
    current: bool
    changes: str = ""


def find_article(catalogue: Catalogue, base: str, name: str) -> str | None:
    """The id of the article of an id, `article/…` or an IRI; None when there is none."""
    from urllib.parse import unquote

    path = name.removeprefix(base)
    candidates = (name, path, unquote(path.removeprefix("article/")))
    return next((one for one in candidates if catalogue.articles.row(one) is not None), None)


def versions_of(catalogue: Catalogue, article_id: str) -> tuple[Version, ...]:
    """The versions of an article, oldest first. Raises UnknownEntity, which names the day of one that was withdrawn."""
    found: list[Version] = []
    before = ""
    groups = _grouped(catalogue, article_id)
    for number, (revisions, text) in enumerate(groups, 1):
        last = revisions[-1]
        found.append(
            Version(
                number=number,
                digest=last.digest,
                title=last.title,
                published=last.published,
                read=tuple(Reading(one.model, one.time) for one in revisions),
                current=number == len(groups),
                changes=_changes(before, text, number) if number > 1 else "",
            )
        )
        before = text
    return tuple(found)


def text_of_version(catalogue: Catalogue, article_id: str, number: int) -> str:
    """The clean text of a version, from 1. Raises UnknownEntity."""
    groups = _grouped(catalogue, article_id)
    if not 1 <= number <= len(groups):
        raise UnknownEntity(f"{article_id} has no version {number}", hint=f"it has versions 1 to {len(groups)}")
    return groups[number - 1][1]


def _grouped(catalogue: Catalogue, article_id: str) -> list[tuple[list[Revision], str]]:
    """The revisions of each content, with its text."""
    revisions = catalogue.articles.revisions(article_id)
    if not revisions:
        gone = catalogue.articles.withdrawn(article_id)
        if gone is not None:
            raise UnknownEntity(
                f"{article_id} was withdrawn on {gone.time:%Y-%m-%d}: its content had the hash {gone.digest}",
                hint="its texts were removed with it",
            )
        raise UnknownEntity(f"there is no article {article_id}", hint="kg search finds articles by their sentences")
    groups: list[tuple[list[Revision], str]] = []
    for revision, text in zip(revisions, catalogue.articles.texts(article_id), strict=True):
        if groups and groups[-1][0][-1].digest == revision.digest:
            groups[-1] = ([*groups[-1][0], revision], text)
        else:
            groups.append(([revision], text))
    return groups


def _changes(before: str, after: str, number: int) -> str:
    """A unified diff with a sentence a line: a corrected word shows the sentence that it stands in, not the paragraph."""
    lines = difflib.unified_diff(
        _sentences(before),
        _sentences(after),
        f"version {number - 1}",
        f"version {number}",
        n=CONTEXT_LINES,
        lineterm="",
    )
    return "\n".join(lines)


def _sentences(text: str) -> Sequence[str]:
    paragraphs = [Span(*match.span()) for match in _PARAGRAPH.finditer(text)]
    return [" ".join(span.of(text).split()) for span in sentences_of(text, paragraphs)]
