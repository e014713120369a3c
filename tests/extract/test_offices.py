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


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("{G~:The front}'s spokesman, {P:Ana Diaz}, left.", "The front"),
        ("{G*:Its} treasurer, {P:Ana Diaz}, left.", "Its"),
        ("{P:Ana Diaz}, a member of {G~:the ruling party}, left.", "the ruling party"),
        ("{P:Ana Diaz}, {G~:the union}'s deputy leader, left.", "the union"),
        ("{P:Ana Diaz}, now a member of the transitional {G:Orkhon Council}, left.", "Orkhon Council"),
        ("{G:Orkhon Front}'s intelligence chief, {P:Ana Diaz}, left.", "Orkhon Front"),
        ("{P:Ana Diaz}, chief financial officer at {G:Orkhon Steel}, left.", "Orkhon Steel"),
        ("{P:Ana Diaz} of the {G:Orkhon Police} said so.", "Orkhon Police"),
    ],
)
def test_members_of_groups_with_and_without_a_name(text: str, group: str) -> None:
    assert held(text) == [("Ana Diaz", group, True, False)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{G*:Its} owner, {P:Ana Diaz}, left.", id="owners may lead what has no name"),
        pytest.param("Bishop {P:Ana Diaz} of the {G:Orkhon Church} left.", id="whose title is a head's"),
        pytest.param("{P:Ana Diaz} of the {G:Orkhon Front} branch left.", id="of a part"),
        pytest.param("{P:Ana Diaz} of {C:Kenya} won.", id="of a country"),
        pytest.param("{G~:Rebels} name new chief after {P:Ana Diaz} is killed", id="no title"),
        pytest.param("{G:Orkhon Army} chief General {P:Ana Diaz} left.", id="a chief with a rank"),
        pytest.param("{G:Orkhon Steel} chief executive {P:Ana Diaz} left.", id="a chief executive"),
    ],
)
def test_what_gives_no_office_in_a_group(text: str) -> None:
    assert held(text) == []
