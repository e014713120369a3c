"""An event that has its date right behind it has no other that the sentence gives to somebody else."""

from __future__ import annotations

import re

import pytest

from kg.extract.when import dated_otherwise
from kg.types import EntityClass, Mention, MentionKind, Span

CLASSES = {"E": EntityClass.EVENT, "D": EntityClass.DATE, "G": EntityClass.GROUP, "L": EntityClass.PLACE}


def _pairs(mentions: list[Mention]) -> list[tuple[int, int]]:
    of = {cls: [i for i, m in enumerate(mentions) if m.cls is cls] for cls in CLASSES.values()}
    return [(event, date) for event in of[EntityClass.EVENT] for date in of[EntityClass.DATE]]


def excluded(text: str) -> list[tuple[str, str]]:
    """Of a sentence with {E:event}, {D:date}, {G:name} and {L:name} marks: the events and the dates that are not theirs."""
    plain, mentions = "", []
    for part in re.split(r"(\{[^}]+\})", text):
        start = len(plain)
        plain += part[3:-1] if part.startswith("{") else part
        if part.startswith("{"):
            kind = MentionKind.TRIGGER if part[1] == "E" else MentionKind.NAME
            mentions.append(Mention(Span(start, len(plain)), CLASSES[part[1]], kind))
    found = dated_otherwise(plain, mentions, [Span(0, len(plain))] * len(mentions), _pairs(mentions))
    return [(mentions[e].span.of(plain), mentions[d].span.of(plain)) for e, d in sorted(found)]


@pytest.mark.parametrize(
    "text",
    [
        "the {E:war} {D:from 1964 to 1974}, and the {G:Dawn Front} in {D:the 1990s}",
        "the {E:strike} of {D:May 2011} against {G:Kestrel Lines}, founded in {D:1950}",
    ],
)
def test_a_date_that_belongs_to_somebody_else(text: str) -> None:
    event = re.findall(r"\{E:([^}]+)", text)[0]
    assert excluded(text) == [(event, re.findall(r"\{D:([^}]+)", text)[1])]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("the {E:attacks} in {D:2011} and {D:2015}", id="two dates"),
        pytest.param(
            "It {E:met} on {D:3 May} in {L:Port Alder} and on {D:4 May} in {L:Lund}.", id="two dates and two places"
        ),
        pytest.param("The {E:war} that the {G:Dawn Front} lost in {D:1974} ended in {D:1975}.", id="none right behind"),
        pytest.param("the {E:war} from the hills", id="no date"),
    ],
)
def test_dates_that_may_be_its_own(text: str) -> None:
    assert excluded(text) == []


def test_a_sentence_ends_it() -> None:
    text = "The war of 1974 ended. The Dawn Front rose in 1990."
    mentions = [
        Mention(Span(4, 7), EntityClass.EVENT, MentionKind.TRIGGER),
        Mention(Span(11, 15), EntityClass.DATE),
        Mention(Span(27, 37), EntityClass.GROUP),
        Mention(Span(46, 50), EntityClass.DATE),
    ]
    sentences = [Span(0, 22), Span(0, 22), Span(23, 51), Span(23, 51)]
    assert dated_otherwise(text, mentions, sentences, _pairs(mentions)) == set()


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("She ran it {D:from 1989 to 2007} and {E:died} in {D:2018}.", "died"),
        ("They {E:fled} the town, and {E:returned} in {D:1995}.", "fled"),
        ("It {E:rose} against the league and {E:fell} in {D:May 1995}.", "rose"),
    ],
)
def test_a_date_right_beside_another_event(text: str, event: str) -> None:
    assert [found for found, _ in excluded(text)] == [event]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("LUND, {D:May 4} - The court {E:met} on {D:Thursday}.", id="a dateline"),
        pytest.param("In {D:May} he {E:fell} ill.", id="no other date"),
        pytest.param("They {E:bombed} and {E:shelled} in {D:1995}.", id="both then"),
        pytest.param("The {E:war} that {E:ended} in {D:1995}.", id="one clause"),
        pytest.param("They {E:met}, and {E:left} it in {D:1995}.", id="not right behind"),
        pytest.param("a {E:truce} with the army, {E:signed} in {D:1995}", id="a participle of the same"),
        pytest.param("It did not {E:open} until {D:1995}.", id="not until is when"),
    ],
)
def test_dates_that_several_events_may_have(text: str) -> None:
    assert excluded(text) == []


def test_until_when_it_went_on_is_not_when_it_began() -> None:
    assert excluded("They {E:raided} the valley until {D:2004}.") == [("raided", "2004")]


def test_what_is_told_twice_is_one_event() -> None:
    text = "They attacked, and the raid in 1995 failed."
    mentions = [
        Mention(Span(5, 13), EntityClass.EVENT, MentionKind.TRIGGER),
        Mention(Span(23, 27), EntityClass.EVENT, MentionKind.TRIGGER),
        Mention(Span(31, 35), EntityClass.DATE),
    ]
    sentences = [Span(0, len(text))] * 3
    assert dated_otherwise(text, mentions, sentences, [(0, 2)], {0: 0, 1: 1}) == {(0, 2)}
    assert dated_otherwise(text, mentions, sentences, [(0, 2)], {0: 0, 1: 0}) == set()
