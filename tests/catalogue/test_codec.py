"""What is stored comes back as it was."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from kg.catalogue.codec import (
    document_from,
    document_to,
    extraction_from,
    extraction_to,
    pack,
    pack_json,
    unpack,
    unpack_json,
)
from kg.types import Cut, Document, Segment, Span
from tests.factory import World, document


def test_a_document_survives() -> None:
    whole = Document(
        "a", "Title\n\nOne. Two.", (Span(0, 5), Span(7, 11), Span(12, 16)), (Span(0, 5), Span(7, 16)),
        "Title", Span(0, 5),
        "https://e.org/a", date(2024, 3, 1), "The Times", ("A. Writer", "Ö. Other"), "en", (Cut("Share", "share bar"),),
        (Segment(0, 3, 5),),
    )  # fmt: skip
    assert document_from(unpack_json(pack_json(document_to(whole))), "a") == whole


def test_an_extraction_survives() -> None:
    doc = document(" ".join(World.sentences))
    found = World.extractor().extract(doc)
    assert found.relations
    assert extraction_from(unpack_json(pack_json(extraction_to(found))), doc.id, found.model) == found


@given(st.binary(max_size=200))
def test_bytes_survive(data: bytes) -> None:
    assert unpack(pack(data)) == data


@given(st.text(st.characters(), max_size=50))
def test_any_text_survives(text: str) -> None:
    assert unpack_json(pack_json(text)) == text
