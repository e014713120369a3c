"""Where a text says what it is said to say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extractors.llm.quotes import Quotes
from kg.types import Span

TEXT = "“Ana’s  union — the\nPilots’ Union – struck”, Ana said. Anatolia… — so"


def only(text: str, quote: str) -> str | None:
    span = Quotes(text).only(quote, Span(0, len(text)))
    return None if span is None else span.of(text)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        pytest.param("Ana said", "Ana said", id="as it stands"),
        pytest.param("the Pilots' Union", "the\nPilots’ Union", id="another apostrophe, a line break"),
        pytest.param("\"Ana's union - the", "“Ana’s  union — the", id="other quotation marks and dashes"),
        pytest.param("Anatolia...", "Anatolia…", id="three points"),
        pytest.param("  Anatolia ", "Anatolia", id="white space around"),
        pytest.param("Ana", None, id="at two places"),
        pytest.param(". — so", None, id="from within three points"),
        pytest.param("natolia", None, id="within a word"),
        pytest.param("Pilots’ Guild", None, id="not there"),
        pytest.param("", None, id="nothing"),
        pytest.param(" \n", None, id="white space"),
    ],
)
def test_a_quote_is_found_where_it_stands_alone(quote: str, found: str | None) -> None:
    assert only(TEXT, quote) == found


def test_a_quote_is_looked_for_only_where_it_is_said_to_stand() -> None:
    quotes = Quotes("Ana left. Ana came.")
    assert quotes.only("Ana", Span(10, 19)) == Span(10, 13)
    assert quotes.only("Ana came", Span(0, 12)) is None


@given(st.text(alphabet="ab “”‘’'\"\u00ad…–-\n", min_size=1), st.data())
def test_whatever_is_found_reads_like_the_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quotes = Quotes(text)
    for span in [*quotes.exact(text[start:end], Span(0, len(text))), *quotes.near(text[start:end], Span(0, len(text)))]:
        again = Quotes(span.of(text))
        words = Quotes(" ".join(text[start:end].split()))
        assert again._folded.split() == words._folded.split()


@given(st.lists(st.sampled_from(["Ana", "Lund", "the HPA", "“so”"]), min_size=1, max_size=8))
def test_every_word_of_a_text_is_found_at_its_place(words: list[str]) -> None:
    text = " ".join(words)
    spans = Quotes(text).exact(words[0], Span(0, len(text)))
    assert spans[0].start == 0
    assert len(spans) == words.count(words[0])
