"""The page of an article: its text with the mentions marked, beside each paragraph what it says, and what became of it.

A long article has several pages, cut between paragraphs; `?at=OFFSET` finds the page on which a passage stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg import lookup
from kg.api.pages.reading import source_of
from kg.api.pages.rendering import PAGE_OF_ARTICLE
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.catalogue import statement_key
from kg.lookup import Relation
from kg.types import Document, EntityClass, Extraction, MentionKind, Span, Statement
from kg.vocab import local

__all__ = ["Change", "Paragraph", "Piece", "article_values", "changes_of"]

STATEMENTS = 150  # on a page, with some 300 bytes each
BESIDE = 6  # of a paragraph that are shown before the reader asks for more
CUTS = 40
CUT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: a mention of a thing (with its class, and its IRI if it was resolved), or what lies between."""

    text: str
    cls: str = ""
    iri: str | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in pieces; its span is the fragment of the passages that claims rest on."""

    start: int
    end: int
    pieces: tuple[Piece, ...]
    claims: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph's sentences, and the statements that rest on one of them."""

    sentences: tuple[Sentence, ...]
    relations: tuple[Relation, ...]
    is_title: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the difference between two versions: "removed", "added" or "same"."""

    kind: str
    text: str


def article_values(service: Service, iri: NamedNode, document: Document, query: Mapping[str, str]) -> dict[str, Any]:
    """What the template of an article is handed."""
    catalogue = service.workspace.catalogue
    row = catalogue.articles.row(document.id)
    pages = list(_pages(document.paragraphs))
    number = _page_number(pages, query)
    extraction = catalogue.articles.extraction(document.id)
    entities = catalogue.entities_in(document.id)
    shown = pages[number - 1] if pages else ()
    relations = _relations(service, iri, document, shown)
    marks = _marks(extraction, entities) if extraction is not None else ()
    url = document.url or ""
    copies = catalogue.articles.copies(document.id)
    versions = lookup.versions_of(catalogue, document.id)
    return {
        "iri": iri.value,
        "id": document.id,
        "document": document,
        "row": row,
        "web": url.startswith(("http://", "https://")),  # never javascript: or data:, whatever the article claims
        "paragraphs": [_paragraph(document, span, marks, relations) for span in shown],
        "said": sum(len(found) for found in relations.values()),
        "classes": sorted({cls for _, cls, _ in marks}, key=[*EntityClass].index),
        "copies": [(name, service.article_iri(name).value) for name in copies],
        "copy_of": catalogue.articles.copy_of(document.id),
        "versions": [(version, changes_of(version.changes)) for version in versions],
        "cuts": [(cut.rule, cut.text[:CUT_LENGTH], len(cut.text) > CUT_LENGTH) for cut in document.cut[:CUTS]],
        "cut": len(document.cut),
        "page": number,
        "pages": len(pages),
        "beside": BESIDE,
    }


def changes_of(diff: str) -> list[Change]:
    """The lines of a unified diff that say something.

    >>> [change.kind for change in changes_of("--- a\\n+++ b\\n@@ -1 +1 @@\\n-old\\n+new")]
    ['removed', 'added']
    """
    kinds = {"-": "removed", "+": "added", " ": "same"}
    return [
        Change(kinds[line[0]], line[1:])
        for line in diff.splitlines()
        if line and line[0] in kinds and not line.startswith(("--- ", "+++ "))
    ]


def _pages(paragraphs: Sequence[Span]) -> Iterator[tuple[Span, ...]]:
    """Yield the paragraphs of each page: a page ends with the paragraph that makes it long enough."""
    page: list[Span] = []
    for paragraph in paragraphs:
        page.append(paragraph)
        if page[-1].end - page[0].start >= PAGE_OF_ARTICLE:
            yield tuple(page)
            page = []
    if page:
        yield tuple(page)


def _page_number(pages: Sequence[Sequence[Span]], query: Mapping[str, str]) -> int:
    """The number, from 1, of the page that is asked for, or on which an offset lies."""
    for name in ("page", "at"):
        given = query.get(name, "1")
        if not (given.isascii() and given.isdigit() and len(given) < 10):
            raise Refusal(400, f"{name}={given[:40]} is no number")
    if "at" in query:
        at = int(query["at"])
        return next((n for n, page in enumerate(pages, 1) if at < page[-1].end), max(1, len(pages)))
    number = int(query.get("page", "1"))
    if not 1 <= number <= max(1, len(pages)):
        raise Refusal(404, f"this article has {len(pages)} pages")
    return number


def _relations(
    service: Service, iri: NamedNode, document: Document, shown: Sequence[Span]
) -> dict[int, list[Relation]]:
    """Paragraph's start → the statements of its sentences, with the claims there."""
    if not shown:
        return {}
    first, last = shown[0].start, shown[-1].end
    here = [c for c in service.workspace.catalogue.claims_of(document.id) if first <= c.sentence.start < last]
    here = here[:STATEMENTS]
    said = {
        claim.claim: claim for claim in lookup.claims_of(service.select, (), only=[claim.iri.value for claim in here])
    }
    source = source_of(service)
    keys = list(dict.fromkeys(_key(claim.statement) for claim in here))
    relations = {one.statement: one for one in lookup.relations_called(source, keys, claims=0)}
    known = {
        claim.claim: (relations[claim.statement], claim)
        for claim in said.values()
        if claim.article == iri.value and claim.statement in relations
    }
    found: dict[int, list[Relation]] = {}
    for claim in here:
        if (pair := known.get(claim.iri.value)) is not None:
            place = next(span.start for span in reversed(shown) if span.start <= claim.sentence.start)
            found.setdefault(place, []).append(replace(pair[0], claims=(pair[1],)))
    return found


def _key(said: Statement) -> str:
    """The key of a statement in the catalogue."""
    literal = isinstance(said.object, Literal)
    return statement_key(
        {
            "subject_iri": said.subject.value,
            "predicate": local(said.predicate),
            "object_iri": None if literal else said.object.value,
            "literal": said.object.value if literal else "",
        }
    )


def _marks(extraction: Extraction, entities: Mapping[int, NamedNode]) -> tuple[tuple[Span, str, str | None], ...]:
    """(span, class, IRI) of the mentions to be marked, in text order: the longest of those that overlap, no pronouns."""
    chains = extraction.chain_of()
    found: list[tuple[Span, str, str | None]] = []
    order = sorted(enumerate(extraction.mentions), key=lambda pair: (pair[1].span.start, -pair[1].span.end))
    end = 0
    for index, mention in order:
        if mention.kind is MentionKind.PRONOUN or mention.span.start < end:
            continue
        entity = entities.get(chains.get(index, -1))
        found.append((mention.span, mention.cls.value, entity.value if entity else None))
        end = mention.span.end
    return tuple(found)


def _paragraph(
    document: Document,
    paragraph: Span,
    marks: Sequence[tuple[Span, str, str | None]],
    relations: Mapping[int, Sequence[Relation]],
) -> Paragraph:
    here = relations.get(paragraph.start, ())
    resting: dict[int, int] = {}
    for relation in here:
        start = relation.claims[0].sentence.start
        resting[start] = resting.get(start, 0) + 1
    sentences = tuple(
        Sentence(span.start, span.end, tuple(_pieces(document.text, span, marks)), resting.get(span.start, 0))
        for span in document.sentences
        if paragraph.start <= span.start < paragraph.end
    )
    return Paragraph(sentences, tuple(here), paragraph == document.title_span)


def _pieces(text: str, sentence: Span, marks: Sequence[tuple[Span, str, str | None]]) -> Iterator[Piece]:
    at = sentence.start
    for span, cls, iri in marks:
        if span.start < at or span.end > sentence.end:
            continue
        if span.start > at:
            yield Piece(text[at : span.start])
        yield Piece(span.of(text), cls, iri, span.start, span.end)
        at = span.end
    if at < sentence.end:
        yield Piece(text[at : sentence.end])
