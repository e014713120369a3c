"""Mentions of the shipped model where rules complete them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from kg.extract import load_extractor
from kg.extract.extractor import ModelExtractor
from kg.extract.mentions import Found, _name, _whole_counts, _Words
from kg.types import Document, EntityClass, Mention, MentionKind, Segment, Span


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


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Hundreds of harbour rebels were ambushed.", "Hundreds of harbour rebels"),
        ("Dozens of Xavian soldiers fled.", "Dozens of Xavian soldiers"),
        ("Thousands of people marched past shops.", "Thousands of people"),
        ("Scores who fled the harbour returned.", "Scores"),
        ("Tens of thousands of miners marched.", "Tens of thousands of miners"),
    ],
)
def test_a_number_is_one_group_with_those_whom_it_counts(text: str, whole: str) -> None:
    at = [m.span() for m in re.finditer(r"\w+", text)]
    starts, ends = np.array(at).T
    index = np.arange(len(at))
    words = _Words(starts, ends, index, index + 1, index)
    nominals = [Found(Mention(Span(*at[0]), EntityClass.GROUP, MentionKind.NOMINAL), 0, 1)]
    if "Xavian" in text:
        nominals.append(Found(Mention(Span(*at[3]), EntityClass.GROUP, MentionKind.NOMINAL), 3, 4))
    (found,) = _whole_counts(text, words, nominals)
    assert found.mention.span.of(text) == whole
    assert (found.first, found.end) == (0, len(whole.split()))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Sana'a fell", "Sana'a"),
        ("Ma’an's mayor", "Ma’an"),
        ("Sana's mayor", "Sana"),
        ("Sana'll fall", "Sana"),
        ("Sanas' union", "Sanas"),
    ],
)
def test_a_name_ends_where_its_word_does(text: str, name: str) -> None:
    begin = re.match(r"\w+", text)
    assert begin is not None
    span = _name(text, Span(*begin.span()), EntityClass.PLACE)
    assert span is not None
    assert span.of(text) == name


@pytest.mark.parametrize(
    ("text", "name", "whole"),
    [
        ("LIMA, Ohio - Kestrel Lines sank.", "Ohio - Kestrel Lines", "Kestrel Lines"),
        ("Late news\nLUND, Sweden — Kestrel Lines sank.", "Sweden — Kestrel Lines", "Kestrel Lines"),
        ("He boarded the Oslo - Bergen Line.", "Oslo - Bergen Line", "Oslo - Bergen Line"),
        ("LIMA, Coca-Cola sank.", "Coca-Cola", "Coca-Cola"),
    ],
)
def test_the_place_of_a_dateline_is_no_part_of_a_name(text: str, name: str, whole: str) -> None:
    start = text.index(name)
    span = _name(text, Span(start, start + len(name)), EntityClass.GROUP)
    assert span is not None
    assert span.of(text) == whole
