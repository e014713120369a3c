"""The dead, and those who resigned, lead nothing any more; rumours, fears and denials end nobody's office."""

from __future__ import annotations

import pytest

from kg.extract.departed import departed, fallen
from kg.types import Span
from tests.extract.test_coref import marked


def gone(text: str) -> list[str]:
    plain, mentions = marked(text)
    return [mentions[i].span.of(plain) for i in departed(plain, mentions, [Span(0, len(plain))])]


@pytest.mark.parametrize(
    "text",
    [
        "{P:Ana Diaz} died in January.",
        "{P:Ana Diaz}, 61, died in January.",
        "{P:Ana Diaz}, who founded the {G:Orkhon Front}, was shot dead on Monday.",
        "{P:Ana Diaz} had been killed in 1996.",
        "the founder, {P:Ana Diaz}, who was killed in 1996, had a son",
        "{P:Ana Diaz} was later executed.",
        "{P:Ana Diaz}'s funeral blocked the road.",
        "the assassination of former governor {P:Ana Diaz} in May",
        "the resignation of {P:Ana Diaz} surprised the {G:Orkhon Front}",
    ],
)
def test_gone(text: str) -> None:
    assert gone(text) == ["Ana Diaz"]


@pytest.mark.parametrize(
    "text",
    [
        "{P:Ana Diaz} killed two men.",
        "{P:Ana Diaz} was not killed.",
        "{P:Ana Diaz} was killed, a rumour said.",
        "Had {P:Ana Diaz} been killed, war would have come.",
        "They called for the death of {P:Ana Diaz}.",
        "{P:Ana Diaz}'s widow denied that he was dead.",
        "{P:Ana Diaz} said that eleven had died.",
        "{P:Ana Diaz} buried her brother.",
        "the killing of a judge by {P:Ana Diaz} in May",
        "{P:Ana Diaz}'s assassination of the judge",
        "the murder of {P:Ana Diaz}'s brother",
        "the dismissal of a case against {P:Ana Diaz}",
        "{P:Ana Diaz}'s body armour stopped it.",
        "the death of the brother who succeeded them all; {P:Ana Diaz} spoke",
    ],
)
def test_not_gone(text: str) -> None:
    assert gone(text) == []


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("a minister in {G~:the government} toppled by the {G:Orkhon Front}", True),
        ("{G~:the government} that was overthrown in May", True),
        ("the coup that ousted the transitional {G~:government}", True),
        ("They overthrew the {G:Orkhon Council}.", True),
        ("{G~:the government} hoped that the king would be ousted", False),
        ("{G~:the government} ousts its minister", False),
        ("They ousted {G*:its} chairman.", False),
        ("They ousted {G~:the party}'s chairman.", False),
    ],
)
def test_a_fallen_government_has_no_members_any_more(text: str, gone: bool) -> None:
    plain, mentions = marked(text)
    assert fallen(plain, mentions[0]) is gone
