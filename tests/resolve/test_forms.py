"""Words of names: spellings, initials, pet names, order, what one has more; numbers and points of the compass."""

from __future__ import annotations

import pytest

from kg.resolve.forms import aligned, content_words, numbers_in, phrase, skeleton


@pytest.mark.parametrize(
    "names",
    [
        ("mohammed", "muhammad", "mohamed", "mohammad"),
        ("qaddafi", "gaddafi", "kadhafi", "gadhafi"),
        ("hussein", "husayn", "hussain"),
        ("omar", "umar"),
        ("dinqinesh", "dinkinesh"),
    ],
)
def test_spellings_of_one_name_have_one_skeleton(names: tuple[str, ...]) -> None:
    assert len({skeleton(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("left", "right", "matched", "left_over"),
    [
        ("ana diaz", "diaz ana", 2, 0),
        ("aram betwata", "aram al baytwati", 2, 0),
        ("j holt", "jens holt", 2, 0),
        ("bill tanner", "william tanner", 2, 0),
        ("ahmad massoud", "ahmad shah massoud", 2, 1),
        ("ana diaz", "ana lund", 1, 2),
        ("rosnah idris", "rosnah binti idris", 2, 0),
    ],
)
def test_words_match_whatever_their_order_spelling_and_particles(
    left: str, right: str, matched: int, left_over: int
) -> None:
    found = aligned(content_words(left), content_words(right))
    assert (found.matched, found.left + found.right) == (matched, left_over)
    assert found.matched == aligned(content_words(right), content_words(left)).matched


def test_a_name_between_the_others_is_told_from_one_before_them() -> None:
    assert aligned(("ahmad", "massoud"), ("ahmad", "shah", "massoud")).inner
    assert not aligned(("hram", "bik"), ("salai", "hram", "bik")).inner


def test_of_two_names_of_as_many_words_either_may_have_one_between() -> None:
    names = ("ana", "maria", "diaz"), ("ana", "diaz", "cruz")
    assert aligned(*names).inner
    assert aligned(*reversed(names)).inner


def test_consonants_alone_are_not_enough() -> None:
    assert aligned(("irma", "lund"), ("aram", "lund")).matched == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [("9th brigade", "eleventh brigade"), ("north tripoli", "south tripoli"), ("corps ii", "corps iii")],
)
def test_numbers_tell_units_apart(left: str, right: str) -> None:
    assert numbers_in(left) != numbers_in(right)


def test_one_number_is_written_in_many_ways() -> None:
    assert (
        numbers_in("9th brigade") == numbers_in("ninth brigade") == numbers_in("brigade 9") == numbers_in("brigade ix")
    )


def test_a_phrase_is_one_for_the_spellings_of_a_place() -> None:
    assert phrase("karsakpay") == phrase("karsaqpay") == phrase("karsakpai")
