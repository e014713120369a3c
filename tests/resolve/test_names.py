"""Which spellings are one name, and which names are too little to go by."""

from __future__ import annotations

import pytest

from kg.resolve.names import expands, group_name, is_acronym, is_full_person_name, person_name, thing_name


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        pytest.param("Ana Díaz", "ANA DIAZ", True, id="accent and case"),
        pytest.param("President Ana Diaz", "Ana Diaz", True, id="title"),
        pytest.param("former Deputy Prime Minister Ana Diaz", "Ana Diaz", True, id="titles in a row"),
        pytest.param("Lt. Gen. Ana Diaz", "Ana Diaz", True, id="rank of two words"),
        pytest.param("Dr Ana Diaz, PhD", "Ana Diaz", True, id="degree"),
        pytest.param("Ana Diaz's", "Ana Diaz", True, id="possessive"),
        pytest.param("Ana Diaz’s", "Ana Diaz", True, id="curly possessive"),
        pytest.param("Jean-Claude Morel", "Jean Claude Morel", True, id="hyphen"),
        pytest.param("J.R.R. Tolkien", "JRR Tolkien", True, id="initials"),
        pytest.param("J. R. R. Tolkien", "J.R.R. Tolkien", True, id="spaced initials"),
        pytest.param("Conor O’Brien", "Conor O'Brien", True, id="apostrophe"),
        pytest.param("Omar al-Sadr", "Omar Al Sadr", True, id="particle"),
        pytest.param("Søren Łącki", "Soren Lacki", True, id="stroked letters"),
        pytest.param("Ana Diaz", "Ana Maria Diaz", False, id="middle name"),
        pytest.param("Ana Diaz", "Ana M. Diaz", False, id="middle initial"),
        pytest.param("Ana Diaz", "Eva Diaz", False, id="given name"),
        pytest.param("Ana Diaz", "A. Diaz", False, id="initial for a given name"),
        pytest.param("Ana Diaz", "Ana Diaz Jr.", False, id="generation"),
    ],
)
def test_person_names(left: str, right: str, same: bool) -> None:
    assert (person_name(left) == person_name(right)) is same


@pytest.mark.parametrize("name", ["Ana Diaz", "Al Gore", "Ben Adams", "J. K. Rowling", "Pope Francis", "Omar al-Sadr"])
def test_full_names_go_beyond_their_article(name: str) -> None:
    assert is_full_person_name(name)


@pytest.mark.parametrize(
    "name", ["Diaz", "General Diaz", "Mr Diaz", "A. Diaz", "al-Sadr", "van Basten", "de la Cruz", "Ana", "President"]
)
def test_a_surname_or_a_given_name_alone_is_not_full(name: str) -> None:
    assert not is_full_person_name(name)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        pytest.param("the Harbour Pilots' Association", "Harbour Pilots Association", True, id="article, apostrophe"),
        pytest.param("Kestrel Lines Ltd.", "Kestrel Lines", True, id="legal form"),
        pytest.param("Kestrel Lines S.A.", "Kestrel Lines", True, id="dotted legal form"),
        pytest.param("Smith & Sons", "Smith and Sons", True, id="ampersand"),
        pytest.param("U.N.", "UN", True, id="dotted acronym"),
        pytest.param("Kestrel Lines", "Kestrel Airlines", False, id="another word"),
        pytest.param("Company", "Corporation", False, id="nothing but a legal form"),
    ],
)
def test_group_names(left: str, right: str, same: bool) -> None:
    assert (group_name(left) == group_name(right)) is same


def test_a_place_keeps_the_words_that_look_like_a_legal_form() -> None:
    assert thing_name("The Gambia") == "gambia"
    assert thing_name("Port San") == "port san"


@pytest.mark.parametrize(
    ("name", "acronym", "fits"),
    [
        ("Harbour Pilots' Association", "HPA", True),
        ("Bank of the South", "BS", True),
        ("Bank of the South", "BOTS", True),
        ("Union for the Rights of Sailors", "URS", True),
        ("Union für Seefahrt", "US", True),
        ("Highland Front", "HPA", False),
        ("Harbour Pilots' Association", "HP", False),
        ("Highland", "H", False),
    ],
)
def test_an_acronym_is_the_first_letters_of_a_name(name: str, acronym: str, fits: bool) -> None:
    assert expands(name, acronym) is fits


def test_what_is_written_as_an_acronym() -> None:
    assert [name for name in ("HPA", "U.N.", "G20", "Hpa", "ANA DIAZ", "1984", "A") if is_acronym(name)] == [
        "HPA",
        "U.N.",
        "G20",
    ]


def test_an_acronym_is_looked_for_once_in_a_name_of_many_small_words() -> None:
    assert not expands("of " * 80 + "front", "OOOOOOOX")
    assert expands("of " * 80 + "front", "OOOOOOOF")
