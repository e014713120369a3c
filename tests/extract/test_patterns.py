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


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("the {G:Orkhon Front} under General {P:Ana Diaz} fled", "Orkhon Front"),
        ("{G~:about 300 men} under the command of Lt. Col. {P:Ana Diaz}", "about 300 men"),
        ('the {G:Orkhon Front} of "General" {P:Ana Diaz} signed', "Orkhon Front"),
        ("{G~:the government} of the late {P:Ana Diaz} signed", "the government"),
        ("the {G:Orkhon Front}, led by the trade unionist {P:Ana Diaz}, left", "Orkhon Front"),
        ("of the {G:Orkhon Front}, which is led by {P:Ana Diaz},", "Orkhon Front"),
        ("{P:Ana Diaz}, {G~:the union}'s president, left", "the union"),
        ("the second, {P:Ana Diaz}, now heads the {G:Orkhon Front}", "Orkhon Front"),
    ],
)
def test_whom_a_group_is_under(text: str, group: str) -> None:
    assert facts(text) == [("Ana Diaz", "leads", group, False)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a mission of the {G:Orkhon League}, led by {P:Ana Diaz}, left", id="a mission is led"),
        pytest.param("the column of the {G:Orkhon Front} under {P:Ana Diaz}", id="a column is under her"),
        pytest.param("{C:Kenya} under {P:Ana Diaz}", id="a country's time"),
        pytest.param("{G~:a newspaper} of {P:Ana Diaz}", id="a thing of hers"),
        pytest.param("{G~:the party} of {P:Ana Diaz}'s brother", id="of her kin"),
        pytest.param("{G:Orkhon Front} intelligence chief {P:Ana Diaz} left", id="the head of its spies"),
        pytest.param("{P:Ana Diaz}, chief technology officer of {G:Orkhon Steel}", id="an officer"),
        pytest.param("{P:Ana Diaz}, {G~:the union}'s head of research, left", id="the head of a part"),
        pytest.param("{P:Ana Diaz}, {G~:the home side}'s captain, left", id="a captain"),
    ],
)
def test_those_whom_a_group_is_not_under(text: str) -> None:
    assert facts(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "{P:Ana Diaz}, founder of the {G:Orkhon Front}, left",
        "{P:Ana Diaz}, later the founder of the {G:Orkhon Front}, left",
        "The {G:Orkhon Front} was founded in May 1991 by the schoolmaster {P:Ana Diaz}.",
        "{P:Ana Diaz}, who set up the {G:Orkhon Front}, left",
    ],
)
def test_founders(text: str) -> None:
    assert facts(text) == [("Orkhon Front", "foundedBy", "Ana Diaz", False)]


def test_the_founder_of_a_group_without_a_name() -> None:
    assert facts("{G~:The club} was founded in 1931 by {P:Ana Diaz}.") == [("The club", "foundedBy", "Ana Diaz", False)]
