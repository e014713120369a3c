"""The group that people and parts are called by stands inside their words."""

from __future__ import annotations

import pytest

from kg.extract.possessors import possessor
from kg.types import EntityClass, Mention, MentionKind, Span


def inside(words: str, cls: EntityClass) -> str | None:
    text = f"{words} left early."
    span = possessor(text, Mention(Span(0, len(words)), cls, MentionKind.NOMINAL))
    return None if span is None else span.of(text)


@pytest.mark.parametrize(
    ("words", "group"),
    [
        ("The union's president", "The union"),
        ("the harbour pilots' spokesman", "the harbour pilots"),
        ("the Council's chairwoman", "the Council"),
        ("the shipping company's new managing director", "the shipping company"),
        ("the front's intelligence chief", "the front"),
    ],
)
def test_of_people_with_an_office(words: str, group: str) -> None:
    assert inside(words, EntityClass.PERSON) == group


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("the president's spokesman", id="of a person"),
        pytest.param("the town's mayor", id="of a place"),
        pytest.param("the film's director", id="of a thing"),
        pytest.param("the union's oldest son", id="no office"),
        pytest.param("the Minister's adviser", id="a title"),
        pytest.param("the president", id="of nobody"),
        pytest.param("a union's president", id="of none in particular"),
    ],
)
def test_people_who_have_no_group_inside(words: str) -> None:
    assert inside(words, EntityClass.PERSON) is None


def test_parts_of_a_group_are_called_by_it() -> None:
    assert inside("the party's youth wing", EntityClass.GROUP) == "the party"
    assert inside("the attorney's office", EntityClass.GROUP) is None
    assert inside("the Army's troops", EntityClass.GROUP) is None


def test_a_name_is_no_such_phrase() -> None:
    text = "the union's president"
    assert possessor(text, Mention(Span(0, 21), EntityClass.PERSON, MentionKind.NAME)) is None
