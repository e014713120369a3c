"""The head of a part does not lead the whole, and nobody leads beside whom a title names."""

from __future__ import annotations

import pytest

from kg.extract.heads import SUCCESSION, fights, only_founded, without_wholes
from kg.types import EntityClass, Relation, Span
from tests.extract.test_coref import marked
from tests.factory import relation


def led(text: str, score: float = 0.9) -> list[str]:
    """What the first mention leads, if it is first said to lead all others."""
    plain, mentions = marked(text)
    person = next(i for i, m in enumerate(mentions) if m.cls.value == "Person")
    others = [i for i in range(len(mentions)) if i != person]
    said: list[Relation] = [relation(person, "leads", i, sentence=Span(0, len(plain)), score=score) for i in others]
    chain_of = {i: i for i in range(len(mentions))}
    return [mentions[r.object].span.of(plain) for r in without_wholes(plain, mentions, chain_of, said)]


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("{G~:The youth wing} of the {G:Orkhon Front}, led by {P:Ana Diaz}", "The youth wing"),
        ("{P:Ana Diaz} heads the {G:General Council} of the {G:Harbour Church}.", "General Council"),
        ("The {G:Orkhon Front}, whose {G~:observer mission} was headed by {P:Ana Diaz}", "observer mission"),
    ],
)
def test_the_head_of_a_part_does_not_lead_the_whole(text: str, group: str) -> None:
    assert led(text) == [group]


def test_nor_where_the_words_for_the_part_have_the_name_of_the_whole() -> None:
    text = "Ana Diaz chairs the Orkhon Front bench."
    _, mentions = marked("{P:Ana Diaz} chairs the {G:Orkhon Front} bench.")
    bench = marked("Ana Diaz chairs {G~:the Orkhon Front bench}.")[1]
    said = [relation(0, "leads", i, sentence=Span(0, len(text))) for i in (1, 2)]
    assert without_wholes(text, [*mentions, *bench], {0: 0, 1: 1, 2: 2}, said) == said[1:]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{G~:members} of the {G:Orkhon Front}, led by {P:Ana Diaz}", id="the members act for it"),
        pytest.param("{P:Ana Diaz} leads the {G:Orkhon Front} and the {G:Harbour League}.", id="two groups"),
        pytest.param("{P:Ana Diaz} leads {G~:the government} of {C:Xavia}.", id="a government's country"),
    ],
)
def test_two_groups_may_be_led(text: str) -> None:
    assert len(led(text)) == 2


def test_a_doubtful_part_takes_nothing_away() -> None:
    assert len(led("{G~:The youth wing} of the {G:Orkhon Front}, led by {P:Ana Diaz}", score=0.4)) == 2


@pytest.mark.parametrize(
    "text", ["Ana succeeded Jens", "Ana, who took over from Jens", "the council elected Ana", "co-chairs"]
)
def test_two_may_lead_where_one_follows_the_other(text: str) -> None:
    assert SUCCESSION.search(text)
    assert not SUCCESSION.search("Ana met the head of the league, Jens.")


@pytest.mark.parametrize(
    "text",
    [
        "{P:Ana Diaz}, a minister in the government ousted by the {G:Dawn Front}",
        "{P:Ana Diaz} was captured by {G:Dawn Front} fighters.",
        "{P:Ana Diaz} fought the {G:Dawn Front} for years.",
        "{P:Ana Diaz}, colonel of the war against the {G:Dawn Front}",
        "{P:Ana Diaz}, who has battled the {G:Dawn Front}",
        "{P:Ana Diaz}, an anti-{G:Dawn Front} campaigner",
    ],
)
def test_nobody_belongs_to_whom_he_fights(text: str) -> None:
    plain, (person, group) = marked(text)
    assert fights(plain, person, group)


@pytest.mark.parametrize(
    "text",
    [
        "{P:Ana Diaz} was elected by the {G:Dawn Front}.",
        "{P:Ana Diaz} fought with the {G:Dawn Front}.",
        "{P:Ana Diaz} said nothing against {G*:them}.",
        "The attack on the {G:Dawn Front} killed {P:Ana Diaz}.",
        "{P:Ana Diaz} was wounded. The {G:Dawn Front} mourned.",
    ],
)
def test_who_fights_for_a_group_may_belong_to_it(text: str) -> None:
    plain, mentions = marked(text)
    person = next(m for m in mentions if m.cls.value == "Person")
    assert not fights(plain, person, next(m for m in mentions if m is not person))


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("The {G:Dawn Front}, founded in 1991 by {P:Ana Diaz}, left.", True),
        ("The {G:Dawn Front} was set up by {P:Ana Diaz}.", True),
        ("The {G:Dawn Front} was founded by {P:Ana Diaz}, who ran it until 2003.", False),
        ("{P:Ana Diaz} left the {G:Dawn Front}.", False),
        ("The {G:Dawn Front} elected {P:Ana Diaz}.", False),
    ],
)
def test_a_founder_of_whom_no_more_is_said(text: str, only: bool) -> None:
    plain, mentions = marked(text)
    group, person = sorted(mentions, key=lambda m: m.cls is EntityClass.PERSON)
    assert only_founded(plain, group, person, Span(0, len(plain))) is only
