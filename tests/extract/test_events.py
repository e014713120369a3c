"""The event lexicon: inflected words find their types, speech and thought have none."""

from __future__ import annotations

import pytest

from kg.extract.events import _lexicon, event_types_of
from kg.extract.labels import EVENT_TYPES


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("ambushed", "attack"), ("Bombings", "bombing"), ("seized", "capture"), ("protesters", None), ("shot", "attack"),
        ("rallies", "protest"), ("signing", "agreement"), ("withdrew", "withdrawal"), ("overthrown", "coup"), ("stabbed", "attack"),
    ],
)  # fmt: skip
def test_inflections_find_their_types(word: str, first: str | None) -> None:
    assert (event_types_of(word) or (None,))[0] == first


@pytest.mark.parametrize("word", ["said", "think", "became", "using", "reported", "wanted", "table"])
def test_words_of_speech_and_thought_tell_of_no_event(word: str) -> None:
    assert event_types_of(word) == ()


def test_every_type_of_the_lexicon_is_in_the_scheme() -> None:
    assert {t for types in _lexicon().values() for t in types} <= set(EVENT_TYPES)
