"""What is read of candidates, and what their facts are worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from pyoxigraph import Literal

from kg.linking.candidates import Candidate, candidate_of
from kg.linking.score import scored
from kg.linking.subjects import Subject
from kg.types import EntityClass, Grounding, PlaceKind

IRI = "http://e.org/1"
ANA = Subject(
    f"{IRI}/ana",
    EntityClass.PERSON,
    "Ana Diaz",
    ("Ana Diaz",),
    None,
    frozenset(),
    date(2024, 1, 5),
    date(2024, 3, 1),
    {},
)
HUMAN = Candidate(IRI, ("Ana Diaz",), classes=frozenset({EntityClass.PERSON}))
TOWN = Grounding("2747891", "Rotterdam", PlaceKind.CITY, "NL", (), 51.92, 4.48, "said so")
PLACE = Subject(f"{IRI}/town", EntityClass.PLACE, "Rotterdam", ("Rotterdam",), TOWN, frozenset({"NL"}), None, None, {})
THERE = Candidate(IRI, ("Rotterdam",), classes=frozenset({EntityClass.PLACE}))


def said(*pairs: tuple[str, str]) -> Candidate:
    return candidate_of(IRI, [{"what": Literal(what), "value": Literal(value)} for what, value in pairs])


def score(subject: Subject, candidate: Candidate) -> float | None:
    return next((one.score for one in scored(subject, [candidate])), None)


def test_facts_that_make_no_sense_are_left_out() -> None:
    read = said(
        ("point", "<http://www.wikidata.org/entity/Q405> Point(1 2)"), ("point", "Point(500 2)"), ("latitude", "nan"),
        ("longitude", "3"), ("country", "NLD"), ("class", "Dragon"), ("begin", "-0044-03-15T00:00:00Z"), ("end", "soon"),
        ("begin", "1970-13-40"),
    )  # fmt: skip
    assert read == Candidate(IRI)


def test_a_date_of_which_the_year_is_known_rules_nothing_out() -> None:
    assert said(("begin", "1970-01-01T00:00:00Z")).begin == date(1970, 1, 1)
    assert said(("end", "2020-01-01T00:00:00Z")).end == date(2020, 12, 31)
    assert said(("begin", "1971"), ("begin", "1970-05-06")).begin == date(1970, 5, 6)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"begin": date(2024, 3, 2)}, id="born after it was reported"),
        pytest.param({"classes": frozenset({EntityClass.GROUP})}, id="of a class that no person is"),
        pytest.param({"labels": ("Ana Maria Ruiz",)}, id="of another name"),
    ],
)
def test_what_cannot_be_is_not_proposed(changes: dict[str, object]) -> None:
    other = replace(HUMAN, **changes)  # type: ignore[arg-type]
    found = score(ANA, other)
    assert found is None or found < 0.5
    assert (score(ANA, HUMAN) or 0) > 0.5


def test_a_surname_that_two_share_is_no_name_in_common() -> None:
    known_as_diaz = replace(ANA, label="Diaz", names=("Diaz",))
    assert score(known_as_diaz, replace(HUMAN, labels=("Diaz",))) is None
    assert score(ANA, replace(HUMAN, labels=("Diaz",), aliases=("A. Diaz",))) is None


def test_places_are_told_apart_by_the_map_and_by_their_country() -> None:
    near, far = ((51.9, 4.5),), ((42.8, -74.0),)
    assert (score(PLACE, replace(THERE, points=near)) or 0) > (score(PLACE, THERE) or 0) > 0.5
    assert (score(PLACE, replace(THERE, points=far)) or 0) < 0.5
    assert (score(PLACE, replace(THERE, countries=frozenset({"US"}))) or 0) < 0.5
    (sure,) = scored(PLACE, [replace(THERE, geonames=frozenset({"2747891"}))])
    assert (sure.how, sure.features[0].name) == ("exactMatch", "one GeoNames id")
    assert (score(PLACE, replace(THERE, geonames=frozenset({"1"}))) or 0) < 0.5


def test_a_name_and_a_class_alone_are_never_an_exact_match() -> None:
    (one,) = scored(ANA, [replace(HUMAN, begin=date(1970, 1, 1))])
    assert one.how == "closeMatch"
