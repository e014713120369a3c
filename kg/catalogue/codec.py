"""Documents and extractions ↔ JSON, and bytes ↔ compressed bytes.

The JSON is compact (arrays, not objects, for what comes in thousands), so that 100,000 articles fit on a laptop.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import zstandard

from kg.types import (
    Chain,
    Cut,
    DateValue,
    Document,
    EntityClass,
    Extraction,
    Mention,
    MentionKind,
    Modality,
    Phase,
    Relation,
    Segment,
    Span,
)

__all__ = [
    "day_from",
    "document_from",
    "document_to",
    "extraction_from",
    "extraction_to",
    "pack",
    "pack_json",
    "unpack",
    "unpack_json",
]


def day_from(text: str | None) -> date | None:
    """The day of a column or of a JSON value that may have none."""
    return date.fromisoformat(text) if text else None


def pack(data: bytes) -> bytes:
    """The bytes, compressed."""
    return zstandard.ZstdCompressor(level=6).compress(data)


def unpack(blob: bytes) -> bytes:
    """The bytes that `pack` compressed."""
    return zstandard.ZstdDecompressor().decompress(blob)


def pack_json(value: object) -> bytes:
    """A JSON value, compressed."""
    return pack(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def unpack_json(blob: bytes) -> Any:
    """The JSON value that `pack_json` compressed."""
    return json.loads(unpack(blob).decode("utf-8", "surrogatepass"))


def document_to(document: Document) -> dict[str, Any]:
    """The document as a JSON value, without its id."""
    return {
        "text": document.text,
        "sentences": _pairs(document.sentences),
        "paragraphs": _pairs(document.paragraphs),
        "title": document.title,
        "title_span": _pairs([document.title_span])[0] if document.title_span else None,
        "url": document.url,
        "published": document.published.isoformat() if document.published else None,
        "publisher": document.publisher,
        "authors": list(document.authors),
        "language": document.language,
        "cut": [[cut.text, cut.rule] for cut in document.cut],
        "segments": [[s.start, s.source_start, s.length] for s in document.segments],
    }


def document_from(value: Mapping[str, Any], document_id: str) -> Document:
    """The document that `document_to` wrote, under this id."""
    return Document(
        id=document_id,
        text=value["text"],
        sentences=_spans(value["sentences"]),
        paragraphs=_spans(value["paragraphs"]),
        title=value["title"],
        title_span=Span(*value["title_span"]) if value["title_span"] else None,
        url=value["url"],
        published=day_from(value["published"]),
        publisher=value["publisher"],
        authors=tuple(value["authors"]),
        language=value["language"],
        cut=tuple(Cut(*cut) for cut in value["cut"]),
        segments=tuple(Segment(*segment) for segment in value["segments"]),
    )


def extraction_to(extraction: Extraction) -> dict[str, Any]:
    """The extraction as a JSON value, without its document's id and its model."""
    return {
        "mentions": [
            [m.span.start, m.span.end, m.cls.value, m.kind.value, m.score, m.event_type] for m in extraction.mentions
        ],
        "chains": [
            [
                list(c.mentions), c.cls.value, list(c.names), c.named, c.event_type,
                [c.value.start, c.value.end] if c.value else None,
            ]
            for c in extraction.chains
        ],
        "relations": [
            [
                r.subject, r.predicate, r.object, r.sentence.start, r.sentence.end, r.score, r.supports,
                r.modality.value, r.phase.value, r.attributed_to, r.valid_from, r.valid_to,
            ]
            for r in extraction.relations
        ],
    }  # fmt: skip


def extraction_from(value: Mapping[str, Any], document_id: str, model: str) -> Extraction:
    """The extraction that `extraction_to` wrote."""
    return Extraction(
        document_id=document_id,
        model=model,
        mentions=tuple(
            Mention(Span(start, end), EntityClass(cls), MentionKind(kind), score, event_type)
            for start, end, cls, kind, score, event_type in value["mentions"]
        ),
        chains=tuple(
            Chain(tuple(mentions), EntityClass(cls), tuple(names), named, kind, DateValue(*when) if when else None)
            for mentions, cls, names, named, kind, when in value["chains"]
        ),
        relations=tuple(
            Relation(
                subject, predicate, target, Span(start, end), score, supports, Modality(modality), Phase(phase),
                attributed_to, valid_from, valid_to,
            )
            for (
                subject, predicate, target, start, end, score, supports, modality, phase, attributed_to,
                valid_from, valid_to,
            ) in value["relations"]
        ),
    )  # fmt: skip


def _pairs(spans: Iterable[Span]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def _spans(pairs: Iterable[Iterable[int]]) -> tuple[Span, ...]:
    return tuple(Span(*pair) for pair in pairs)
