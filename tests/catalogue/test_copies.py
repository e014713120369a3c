"""Which texts are copies of one another."""

from __future__ import annotations

import random

import pytest

from kg.catalogue.copies import are_copies, bands_of, signature

WORDS = [f"word{n}" for n in range(600)]


def text_of(seed: int, length: int = 300) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def alike(left: str, right: str) -> bool:
    """Whether two texts are copies, as the catalogue finds out: a common band, then alike signatures."""
    a, b = signature(left), signature(right)
    return bool(set(bands_of(a)) & set(bands_of(b))) and are_copies(a, b)


@pytest.mark.parametrize("seed", range(5))
def test_a_wire_copy_with_another_headline_and_a_cut_end_is_a_copy(seed: int) -> None:
    words = text_of(seed)
    copy = ["another", "headline", "here", *words[:270]]
    assert alike(" ".join(words), " ".join(copy))


@pytest.mark.parametrize("seed", range(5))
def test_a_wire_copy_of_which_a_paper_prints_two_thirds_is_a_copy(seed: int) -> None:
    words = text_of(seed, 400)
    assert alike(" ".join(words), " ".join(words[:260]))
    assert alike(" ".join(words), " ".join([*words, *text_of(seed + 100, 200)]))


@pytest.mark.parametrize("seed", range(5))
def test_case_and_punctuation_do_not_matter(seed: int) -> None:
    words = text_of(seed)
    assert alike(" ".join(words), ", ".join(words).upper() + ".")


@pytest.mark.parametrize("seed", range(5))
def test_two_texts_that_share_a_passage_are_no_copies(seed: int) -> None:
    words = text_of(seed)
    assert not alike(" ".join(words), " ".join(words[:60] + text_of(seed + 100, 240)))


def test_short_texts_are_copies_only_if_equal() -> None:
    assert alike("Ana Diaz leads the union.", "ANA DIAZ leads the union")
    assert not alike("Ana Diaz leads the union.", "Ana Diaz leads the guild.")


def test_a_signature_is_the_same_on_every_machine() -> None:
    assert signature(" ".join(text_of(1)))[:8].hex() == "db8a560059ee3a00"
