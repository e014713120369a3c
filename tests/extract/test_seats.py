"""A group is where its words say that it is based."""

from __future__ import annotations

import pytest

from kg.extract.seats import seats
from kg.types import EntityClass, Mention, MentionKind, Span
from tests.extract.test_coref import marked


def seated(text: str) -> list[tuple[str, str]]:
    plain, mentions = marked(text)
    order = sorted(range(len(mentions)), key=lambda i: mentions[i].span)
    return [(mentions[g].span.of(plain), mentions[p].span.of(plain)) for g, p in seats(plain, mentions, order)]


@pytest.mark.parametrize(
    "text",
    [
        "the {L:Port Alder}-based {G:Kestrel Fund} sold it",
        "The {G:Kestrel Fund}, based in {L:Port Alder}, sold it",
        "The {G:Kestrel Fund}, which is headquartered in {L:Port Alder}, sold it",
        "The {G:Kestrel Fund} is now based near {L:Port Alder}.",
        "The {G:Kestrel Fund}, stationed in northern {L:Port Alder}, left",
        "The {G:Kestrel Fund} is located outside the {L:Port Alder}.",
    ],
)
def test_where_a_group_is_based(text: str) -> None:
    assert seated(text) == [("Kestrel Fund", "Port Alder")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a {L:Port Alder}-based judge told the {G:Kestrel Fund}", id="somebody else is"),
        pytest.param("The {G:Kestrel Fund} bought a mill based on {L:Port Alder} law.", id="no seat"),
        pytest.param("The {G:Kestrel Fund} met in {L:Port Alder}.", id="an event is there"),
        pytest.param("the {G:Kestrel Fund}-based {L:Port Alder}", id="no place before"),
    ],
)
def test_no_seat(text: str) -> None:
    assert seated(text) == []


def test_of_groups_around_a_place_the_one_that_is_based_there() -> None:
    text = "the Lund-based fund's staff left"
    nested = [
        Mention(Span(0, 27), EntityClass.GROUP, MentionKind.NOMINAL),
        Mention(Span(0, 19), EntityClass.GROUP, MentionKind.NOMINAL),
        Mention(Span(4, 8), EntityClass.PLACE),
    ]
    assert list(seats(text, nested, [0, 1, 2])) == [(1, 2)]
