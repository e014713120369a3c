"""An office below the head's makes a member and no leader; an occupation makes neither."""

from __future__ import annotations

import pytest

from kg.extract.offices import offices
from tests.extract.test_coref import marked


def held(text: str) -> list[tuple[str, str, bool, bool]]:
    plain, mentions = marked(text)
    order = sorted(range(len(mentions)), key=lambda i: mentions[i].span)
    return [
        (mentions[o.person].span.of(plain), mentions[o.of].span.of(plain), o.member, o.former)
        for o in offices(plain, mentions, order)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{P:Ana Diaz}, a spokeswoman for the {G:Orkhon Front}, spoke.",
        "{P:Ana Diaz}, deputy leader of the {G:Orkhon Front}, spoke.",
        "{P:Ana Diaz} is a member of the {G:Orkhon Front}.",
        "{P:Ana Diaz}, the {G:Orkhon Front}'s treasurer, spoke.",
        "{G:Orkhon Front} vice president {P:Ana Diaz} spoke.",
        "{G:Orkhon Front}'s chief negotiator, {P:Ana Diaz}, spoke.",
        "the spokesman of the {G:Orkhon Front}, Brig. {P:Ana Diaz}, left.",
        "The {G:Orkhon Front}, whose delegate, {P:Ana Diaz}, left early, agreed.",
    ],
)
def test_members(text: str) -> None:
    assert held(text) == [("Ana Diaz", "Orkhon Front", True, False)]


@pytest.mark.parametrize(
    "text",
    [
        "the {C:Kenyan} foreign minister, {P:Ana Diaz}, left.",
        "{C:Kenya}'s ambassador {P:Ana Diaz} left.",
        "{P:Ana Diaz}, a senator from {C:Kenya}, left.",
    ],
)
def test_servants_of_a_state_are_its_members(text: str) -> None:
    assert [(person, member) for person, _, member, _ in held(text)] == [("Ana Diaz", True)]


@pytest.mark.parametrize(
    "text",
    [
        "{P:Ana Diaz}, a former spokeswoman for the {G:Orkhon Front}, spoke.",
        "{G:Orkhon Front}'s former deputy commander {P:Ana Diaz} spoke.",
    ],
)
def test_former_members_are_former(text: str) -> None:
    assert held(text) == [("Ana Diaz", "Orkhon Front", True, True)]


@pytest.mark.parametrize(
    "text",
    [
        "{P:Ana Diaz}, the owner of {G:Orkhon Steel}, spoke.",
        "{G:Orkhon Steel}'s lawyer, {P:Ana Diaz}, spoke.",
        "{P:Ana Diaz}, a critic of the {G:Orkhon Front}, spoke.",
        "the {C:Kenyan} engineer {P:Ana Diaz} spoke.",
    ],
)
def test_an_occupation_makes_no_member(text: str) -> None:
    assert [(person, member) for person, _, member, _ in held(text)] == [("Ana Diaz", False)]


@pytest.mark.parametrize(
    "text",
    [
        "{C:Kenya}'s prime minister, {P:Ana Diaz}, left.",
        "{G:Orkhon Steel} chief executive officer {P:Ana Diaz} left.",
        "{P:Ana Diaz}, leader of the {G:Orkhon Front}, left.",
        "{G:Orkhon Front} fighters met deputy governor {P:Ana Diaz}.",
        "The {G:Orkhon Front} obeys senator {P:Ana Diaz}.",
        "Members of the {G:Orkhon Front} chose the lawyer {P:Ana Diaz}.",
        "In {C:Kenya} minister {P:Ana Diaz} met rebels.",
        "the ambassador to {C:Kenya}, {P:Ana Diaz}, left.",
        "{P:Ana Diaz}, the {G:Orkhon Front} reports. Professor Lind denies it.",
        "{P:Ana Diaz}, a member of the {G:Orkhon Front}'s board, left.",
        "{G:Orkhon Front}\n\nspokesman {P:Ana Diaz}",
        "{C:Kenya}'s mınıster {P:Ana Diaz} left.",  # which re.IGNORECASE takes for minister
    ],
)
def test_what_gives_no_office(text: str) -> None:
    assert held(text) == []
