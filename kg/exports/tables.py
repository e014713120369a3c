"""Entities, statements or claims as a table that spreadsheets open: CSV (RFC 4180) in UTF-8 with a byte order mark.

A cell of text that a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection"), since what
an article says may be anything; numbers and dates are ours and stay as they are. Without the mark, Excel would read
UTF-8 as a code page. Rows of named queries are marked in the same way, without the byte order mark, which programs would
take for a part of the first name. Answers of /sparql are another thing: their CSV is the W3C's, to the letter.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from pyoxigraph import NamedNode

from kg.exports.things import Things
from kg.graph import GraphStore

__all__ = ["safe", "safe_rows", "write_table"]

BUFFERED_ROWS = 500
LIST = "; "
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

Cell = str | int | float | bool | None

_ENTITIES = ("entity", "class", "label", "other_names", "event_type", "country", "latitude", "longitude", "same_as")
_STATEMENTS = (
    "statement", "subject_label", "predicate", "object_label", "asserted", "confidence", "phase", "supporting_articles",
    "supporting_sources", "disputing_articles", "disputing_sources", "first_reported", "last_reported", "valid_from",
    "valid_to", "subject", "object",
)  # fmt: skip
_CLAIMS = (
    "claim", "subject_label", "predicate", "object_label", "stance", "modality", "attributed_to", "confidence", "phase",
    "sentence", "title", "publisher", "published", "url", "article", "start", "end", "valid_from", "valid_to", "statement",
)  # fmt: skip


def write_table(store: GraphStore, table: str, out: IO[bytes]) -> None:
    """Write one of the tables entities, statements and claims."""
    things = Things(store)
    head, rows = {
        "entities": (_ENTITIES, _entities(things)),
        "statements": (_STATEMENTS, _statements(things)),
        "claims": (_CLAIMS, _claims(things)),
    }[table]
    out.write("\ufeff".encode())
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # its default is RFC 4180: CRLF, quotes where they are needed
    writer.writerow(head)
    for number, row in enumerate(rows, 1):
        writer.writerow([safe(cell) for cell in row])
        if number % BUFFERED_ROWS == 0:
            out.write(_taken(text))
    out.write(_taken(text))


def safe(cell: Cell) -> Cell:
    """The cell as a spreadsheet may see it: text that would be a formula is marked as text.

    >>> safe("=HYPERLINK(1)"), safe("-1"), safe(-1.5), safe(None), safe(True)
    ("'=HYPERLINK(1)", "'-1", -1.5, '', 'true')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell


def safe_rows(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A table in CSV as it comes, with its texts as a spreadsheet may see them; there, numbers are texts of digits.

    >>> b"".join(safe_rows([b"name,x\\r\\n=1", b"+1,-1.5\\r\\n"]))
    b"name,x\\r\\n'=1+1,-1.5\\r\\n"
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for number, row in enumerate(csv.reader(_lines(codecs.iterdecode(chunks, "utf-8"))), 1):
        writer.writerow([cell if _NUMBER.fullmatch(cell) else safe(cell) for cell in row])
        if number % BUFFERED_ROWS == 0:
            yield _taken(text)
    yield _taken(text)


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """The same text, cut after its line ends."""
    kept = ""
    for piece in pieces:
        *whole, kept = (kept + piece).split("\n")
        yield from (f"{line}\n" for line in whole)
    if kept:
        yield kept


def _taken(text: io.StringIO) -> bytes:
    """What was written, which is there no more."""
    written = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return written


def _entities(things: Things) -> Iterator[Sequence[Cell]]:
    for one in things.entities():
        yield (
            one.iri.value, one.cls, one.label, _listed(one.altlabels), one.event_type, one.country,
            _number(one.latitude), _number(one.longitude), _listed(one.same_as),
        )  # fmt: skip


def _statements(things: Things) -> Iterator[Sequence[Cell]]:
    for one in things.facts():
        yield (
            one.iri.value, _label(things, one.subject), one.predicate,
            _label(things, one.object) if isinstance(one.object, NamedNode) else one.object.value,
            one.asserted, one.confidence, one.phase,
            one.supporting_articles, one.supporting_sources, one.disputing_articles, one.disputing_sources,
            one.first_reported, one.last_reported, one.valid_from, one.valid_to,
            one.subject.value, one.object.value if isinstance(one.object, NamedNode) else None,
        )  # fmt: skip


def _claims(things: Things) -> Iterator[Sequence[Cell]]:
    for fact in things.facts():
        ends = (_label(things, fact.subject), fact.predicate)
        target = _label(things, fact.object) if isinstance(fact.object, NamedNode) else fact.object.value
        for one in things.claims_of(fact.iri):
            article = things.article(one.article)
            yield (
                one.iri.value, *ends, target, "supports" if one.supports else "disputes", one.modality,
                one.attributed_to, one.confidence, one.phase, one.quote, article.title, article.publisher,
                article.published, article.url, article.id, one.start, one.end, one.valid_from, one.valid_to,
                fact.iri.value,
            )  # fmt: skip


def _label(things: Things, iri: NamedNode) -> str:
    entity = things.entity(iri)
    return entity.label if entity is not None else iri.value


def _listed(values: Iterable[str]) -> str:
    return LIST.join(values)


def _number(lexical: str | None) -> float | None:
    return None if lexical is None else float(lexical)
