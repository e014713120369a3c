"""Lines that list names assert nothing; sentences do."""

from __future__ import annotations

import pytest

from kg.extract.lists import without_lists
from kg.types import EntityClass, Mention, MentionKind, Span
from tests.factory import relation

NAMES = ("Harbour League", "Dockers' Union", "Marek Zielonka", "Oslo")


def kept(text: str, predicate: str = "leads", kind: MentionKind = MentionKind.NAME) -> bool:
    spans = [Span(text.index(name), text.index(name) + len(name)) for name in NAMES if name in text]
    mentions = [Mention(span, EntityClass.GROUP, kind) for span in spans]
    return bool(without_lists(text, mentions, [relation(0, predicate, 1, sentence=Span(0, len(text)))]))


@pytest.mark.parametrize(
    "text",
    [
        "Harbour League, Dockers' Union, Marek Zielonka, Oslo.",
        "Oslo, Marek Zielonka and the Dockers' Union of Harbour League",
    ],
)
def test_a_list_of_names_states_nothing(text: str) -> None:
    assert not kept(text)


@pytest.mark.parametrize(
    "text",
    [
        "Marek Zielonka of Oslo heads the Harbour League and the Dockers' Union.",
        "Marek Zielonka, Dockers' Union",  # a signature
    ],
)
def test_sentences_and_signatures_do(text: str) -> None:
    assert kept(text)


def test_a_place_within_another_may_be_told_by_a_comma() -> None:
    assert kept("Harbour League, Dockers' Union, Marek Zielonka, Oslo.", predicate="within")


def test_words_that_are_marked_as_happenings_are_no_names() -> None:
    assert kept("Harbour League, Dockers' Union, Marek Zielonka, Oslo.", kind=MentionKind.TRIGGER)


@pytest.mark.parametrize(
    "text",
    [
        "(Reporting by Marek Zielonka in Oslo; Editing by the Dockers' Union, Harbour League)",
        "Additional reporting by Marek Zielonka of the Harbour League and the Dockers' Union",
    ],
)
def test_who_wrote_an_article_is_no_news(text: str) -> None:
    assert not kept(text, "within")


def test_reporting_is_told_of_elsewhere() -> None:
    assert kept("After reporting by Marek Zielonka the Dockers' Union left the Harbour League.")
