"""What the words of a mention, and the place where it stands, say of who can be meant."""

from __future__ import annotations

import pytest

from kg.extract.anaphora import Traits, modifiers, traits_of
from tests.extract.test_coref import marked


def last(text: str) -> Traits:
    """The traits of a text's last mention."""
    plain, mentions = marked(text)
    return traits_of(plain, mentions)[-1]


@pytest.mark.parametrize(
    ("text", "gender"),
    [
        ("{P*:She} left.", -1),
        ("{P*:him}", 1),
        ("Mrs {P:Lund} left.", -1),
        ("Sir {P:Robin Holt} left.", 1),
        ("{P:Lund} left.", 0),
        ("{P~:the board's chairwoman}", -1),
        ("{P~:his widow}", -1),
        ("{P~:the man}", 1),
        ("{P~:the wife's lawyer}", 0),
        ("{P*:I}", 0),
    ],
)
def test_gender(text: str, gender: int) -> None:
    assert last(text).gender == gender


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("{G*:its}", -1),
        ("{G*:they}", 1),
        ("{G~:the rebels}", 1),
        ("{G~:two carriers}", 1),
        ("{G~:the police}", 1),
        ("{G~:the press}", -1),
        ("{G~:the front}", -1),
        ("{G:Kestrel Lines}", 0),
    ],
)
def test_number(text: str, number: int) -> None:
    assert last(text).number == number


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("{P*:He} left.", "s"),
        ("They met {P*:him}.", "o"),
        ("{P*:her} house", "p"),
        ("They met {P*:her}.", "o"),
        ("They met {P*:her} in May.", "o"),
        ("{G*:It} said so.", "s"),
        ("They accused {G*:it} of lies.", "o"),
        ("For {G*:it} was all lost", "o"),
        ("{G*:its} men", "p"),
    ],
)
def test_role(text: str, role: str) -> None:
    assert last(text).role == role


def test_a_sentence_begins_with_what_acts() -> None:
    plain, mentions = marked("In {L:Lund} the {G:Front} met {P:Ana Diaz}. With {P:Holt}, {P*:she} left.")
    assert [t.leads for t in traits_of(plain, mentions)] == [False, True, False, False, True]
    assert [t.sentence for t in traits_of(plain, mentions)] == [0, 0, 0, 1, 1]


def test_quotations_are_told_apart_and_end_with_their_paragraph() -> None:
    plain, mentions = marked('"{P*:I} came," {P*:he} said, "and {P*:I} saw.\n\n{P*:She} left. “{P*:We} won.”')
    assert [t.quotation for t in traits_of(plain, mentions)] == [0, -1, 1, -1, 2]


def test_a_mention_inside_another_is_nested() -> None:
    from kg.types import EntityClass, Mention, MentionKind, Span

    text = "the Front's leader left"
    outer = Mention(Span(0, 18), EntityClass.PERSON, MentionKind.NOMINAL)
    inner = Mention(Span(4, 9), EntityClass.GROUP)
    assert [t.nested for t in traits_of(text, [outer, inner])] == [False, True]


def test_what_says_which_is_neither_determiner_nor_head() -> None:
    assert modifiers(last("{G~:the coastal front}")) == {"coastal"}
