"""Titles and appositions state leaders; deputies, kin and lists do not."""

from __future__ import annotations

import pytest

from kg.extract.patterns import embedded_people, pattern_facts
from tests.extract.test_coref import marked


def facts(text: str) -> list[tuple[str, str, str, bool]]:
    plain, mentions = marked(text)
    order = sorted(range(len(mentions)), key=lambda i: mentions[i].span)
    return [
        (mentions[s].span.of(plain), p, mentions[o].span.of(plain), former)
        for s, p, o, former in pattern_facts(plain, mentions, order)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{P:Ana Diaz}, the leader of the {G:Orkhon Front}, spoke.",
        "{P:Ana Diaz}, leader of {G:Orkhon Front}, spoke.",
        "{G:Orkhon Front} leader {P:Ana Diaz} spoke.",
        "{G:Orkhon Front}'s veteran commander, Gen. {P:Ana Diaz}, spoke.",
        "The {G:Orkhon Front}, led by {P:Ana Diaz}, left.",
        "the chairwoman of the {G:Orkhon Front}, {P:Ana Diaz}, left.",
        "{P:Ana Diaz}, who heads the {G:Orkhon Front}, left.",
        "{P:Ana Diaz}, the {G:Orkhon Front}'s general secretary, left.",
        "{P:Ana Diaz} is the president of the {G:Orkhon Front}.",
        "the {G:Orkhon Front}, whose leader, {P:Ana Diaz}, left",
    ],
)
def test_leaders(text: str) -> None:
    assert facts(text) == [("Ana Diaz", "leads", "Orkhon Front", False)]


@pytest.mark.parametrize(
    "text",
    [
        "{P:Ana Diaz}, a former leader of the {G:Orkhon Front}, spoke.",
        "{G:Orkhon Front}'s former leader {P:Ana Diaz} spoke.",
        "Former {G:Orkhon Front} leader {P:Ana Diaz} spoke.",
        "the ousted {G:Orkhon Front} leader {P:Ana Diaz}",
    ],
)
def test_former_leaders_are_former(text: str) -> None:
    assert facts(text) == [("Ana Diaz", "leads", "Orkhon Front", True)]


@pytest.mark.parametrize(
    "text",
    [
        "{P:Ana Diaz}, deputy leader of the {G:Orkhon Front}, spoke.",
        "{G:Orkhon Front} spokesman {P:Ana Diaz} spoke.",
        "{G:Orkhon Front} vice president {P:Ana Diaz} spoke.",
        "{P:Ana Diaz}, son of the leader of the {G:Orkhon Front}, spoke.",
        "{G:Orkhon Front} members met {P:Ana Diaz}, the chairwoman.",
        "{P:Ana Diaz} criticised the {G:Orkhon Front}.",
        "{P:Ana Diaz}, a critic of the {G:Orkhon Front}, spoke.",
        "{G:Orkhon Front}\n\nleader {P:Ana Diaz}",
    ],
)
def test_those_who_do_not_lead(text: str) -> None:
    assert facts(text) == []


def test_a_founder_after_his_fathers_name_is_not_the_father() -> None:
    assert facts("{P:Ana Diaz}, daughter of {P:Eva Diaz}, founded the {G:Orkhon Front}.") == []
    assert facts("{P:Eva Diaz} founded the {G:Orkhon Front}.") == [("Orkhon Front", "foundedBy", "Eva Diaz", False)]


@pytest.mark.parametrize(
    ("text", "head"),
    [
        pytest.param("{P:Ana Holt}, daughter of {P:Jens Holt}, founded it.", "Ana Holt", id="kin"),
        pytest.param(
            "{P:Ana Holt}, the only daughter of the late miller {P:Jens Holt}, left.", "Ana Holt", id="with a title"
        ),
        pytest.param("{P:Ana Holt}, a lawyer for the critic of {P:Jens Holt}, left.", None, id="not of the person"),
        pytest.param(
            "{P:Ana Holt}, daughter of {P:Jens Holt}, who led an army, left.", None, id="a relative clause is his"
        ),
        pytest.param("{P:Ana Holt} met {P:Jens Holt}, and left.", None, id="no apposition"),
        pytest.param("{P:Ana Holt}, {P:Jens Holt}, and others left.", None, id="a list"),
    ],
)
def test_what_follows_an_apposition_is_said_of_its_head(text: str, head: str | None) -> None:
    plain, mentions = marked(text)
    found = embedded_people(plain, mentions, range(len(mentions)))
    assert found == ({1: 0} if head else {})


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("{G*:Its} chairwoman, Dr {P:Ana Diaz}, left.", "Its"),
        ("{G~:The brigade}'s commander, {P:Ana Diaz}, left.", "The brigade"),
        ("{G~:a breakaway faction} led by {P:Ana Diaz}", "a breakaway faction"),
        ("{P:Ana Diaz}, who commands {G~:the brigade}, left.", "the brigade"),
        ("{P:Ana Diaz}, president of {G~:the league}, left.", "the league"),
    ],
)
def test_leaders_of_groups_that_have_no_name_there(text: str, group: str) -> None:
    assert facts(text) == [("Ana Diaz", "leads", group, False)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{P:Ana Diaz} led {G~:the crowd} in song.", id="a crowd is led in song"),
        pytest.param("{P:Ana Diaz}, who heads {G~:the league}'s northern office, left.", id="a part"),
        pytest.param("{G~:The army}'s northern commander, {P:Ana Diaz}, left.", id="an office with a field of its own"),
        pytest.param("{P:Ana Diaz} and the head of {G~:the league} left.", id="and another"),
        pytest.param("{P:Ana Diaz} and the head of the {G:Orkhon Front}, Jens, left.", id="and another, of a name"),
        pytest.param("{G*:Its} deputy chairwoman, {P:Ana Diaz}, left.", id="a deputy"),
        pytest.param("{G*:Its} bank and {P:Ana Diaz} left.", id="no office"),
    ],
)
def test_those_who_do_not_lead_groups_without_a_name(text: str) -> None:
    assert facts(text) == []
