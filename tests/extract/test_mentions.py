"""Mentions of the shipped model where rules complete them."""

from __future__ import annotations

import pytest

from kg.extract import load_extractor
from kg.extract.extractor import ModelExtractor
from kg.types import Document, EntityClass, MentionKind, Segment, Span


@pytest.fixture(scope="module")
def extractor() -> ModelExtractor:
    return load_extractor(None, threads=1)


def _names(extractor: ModelExtractor, text: str) -> dict[str, EntityClass]:
    whole = Span(0, len(text))
    document = Document("a", text, (whole,), (whole,), None, (Segment(0, 0, len(text)),))
    found = extractor.extract(document).mentions
    return {m.span.of(text): m.cls for m in found if m.kind is MentionKind.NAME}


@pytest.mark.parametrize(
    "place", ["Port of Spain", "Gulf of Aden", "Strait of Malacca", "Horn of Africa", "Sea of Japan"]
)
def test_a_place_with_of_in_its_name_is_one(extractor: ModelExtractor, place: str) -> None:
    found = _names(extractor, f"Talks between the union and the shipping company were held in {place} on Monday.")
    assert found[place] is EntityClass.PLACE
    assert not any(name in place for name in found if name != place)


def test_a_gulf_in_the_name_of_a_war_stays_in_it(extractor: ModelExtractor) -> None:
    found = _names(extractor, "He fought in the Gulf War and later worked at the port of Sfax.")
    assert not any(name.startswith("port of") for name in found)
