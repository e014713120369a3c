"""Cues of denial, hearsay, plans and phase count in the clause of the fact, and only there."""

from __future__ import annotations

import pytest

from kg.extract.qualify import attribution, cues_for
from kg.types import Span
from tests.extract.test_coref import marked


def cues(text: str) -> set[str]:
    """The cues on the fact between the first two marked mentions of a one-sentence text."""
    plain, mentions = marked(text)
    return set(cues_for(plain, Span(0, len(plain)), mentions[0].span, mentions[1].span))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{P:Ana} denied leading the {G:HPA}.", {"denied"}, id="denial"),
        pytest.param("{P:Ana} is not the leader of the {G:HPA}.", {"denied"}, id="negation"),
        pytest.param("{P:Ana} allegedly runs the {G:HPA}.", {"alleged"}, id="allegedly"),
        pytest.param("{P:Ana}, a suspected chief of the {G:HPA}, fled.", {"alleged"}, id="suspected"),
        pytest.param("{P:Ana} plans to take over the {G:HPA}.", {"planned"}, id="plan"),
        pytest.param("{P:Ana}, the former head of the {G:HPA}, fled.", {"former"}, id="former"),
        pytest.param("{P:Ana} leads the {G:HPA}.", set(), id="plain"),
        pytest.param("The mayor denied it; {P:Ana} leads the {G:HPA}.", set(), id="denial in another clause"),
        pytest.param("He never spoke, but {P:Ana} leads the {G:HPA}.", set(), id="negation before but"),
        pytest.param("{P:Ana} leads the {G:HPA}, which denied the report.", set(), id="denial after the fact"),
        pytest.param("It does not cover {P:Ana}, who leads the {G:HPA}.", set(), id="denial before a relative clause"),
        pytest.param("{P:Ana}, who never led the {G:HPA}, left.", {"denied"}, id="denial inside a relative clause"),
    ],
)
def test_cues(text: str, expected: set[str]) -> None:
    assert cues(text) == expected


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        pytest.param("{G:HPA} attacked {L:Oslo}, {P:Eva Holt} said.", "Eva Holt", id="said after the name"),
        pytest.param("According to {P:Eva Holt}, {G:HPA} attacked {L:Oslo}.", "Eva Holt", id="according to"),
        pytest.param(
            "{G:HPA} attacked {L:Oslo}, said police chief {P:Eva Holt}.", "Eva Holt", id="said before a title"
        ),
        pytest.param("{G:HPA} attacked {L:Oslo} and {P:Eva Holt} fled.", None, id="nobody says it"),
        pytest.param("{G:HPA} said it attacked {L:Oslo}.", None, id="an end of the fact is no other source"),
    ],
)
def test_attribution(text: str, speaker: str | None) -> None:
    plain, mentions = marked(text)
    order = [i for i, m in enumerate(mentions) if m.span.of(plain) != "Eva Holt"]
    ends = [mentions[order[0]].span, mentions[order[1]].span]
    found = attribution(plain, Span(0, len(plain)), ends, mentions, range(len(mentions)))
    assert (mentions[found].span.of(plain) if found is not None else None) == speaker
