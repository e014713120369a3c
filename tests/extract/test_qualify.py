"""Cues of denial, hearsay, plans and phase count in the clause of the fact, and only there."""

from __future__ import annotations

import pytest

from kg.extract.qualify import attribution, cues_for, sources_in
from kg.types import Span
from tests.extract.test_coref import marked


def cues(text: str) -> set[str]:
    """The cues on the fact between the first two marked mentions of a one-sentence text."""
    plain, mentions = marked(text)
    return set(cues_for(plain, Span(0, len(plain)), mentions[0], mentions[1]))


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
        pytest.param("Since May {P:Ana} has led the {G:HPA}.", set(), id="has led"),
        pytest.param("The {G:HPA} is led by {P:Ana}.", set(), id="is led by"),
        pytest.param("{P:Ana} led the {G:HPA} for years.", {"former"}, id="led"),
        pytest.param(
            "It denied that {G*:their} leader, {P:Ana}, had died.",
            set(),
            id="denial of something else about the leader",
        ),
        pytest.param("They denied that {G:HPA} commander {P:Ana} fled.", set(), id="denial with an office in front"),
        pytest.param(
            "They denied that {P:Ana} was the leader of the {G:HPA}.", {"denied", "former"}, id="denial of leading"
        ),
        pytest.param("The former {G:HPA} leader {P:Ana} fled.", {"former"}, id="former before both"),
        pytest.param("The mayor denied it; {P:Ana} leads the {G:HPA}.", set(), id="denial in another clause"),
        pytest.param("He never spoke, but {P:Ana} leads the {G:HPA}.", set(), id="negation before but"),
        pytest.param("{P:Ana} leads the {G:HPA}, which denied the report.", set(), id="denial after the fact"),
        pytest.param("It does not cover {P:Ana}, who leads the {G:HPA}.", set(), id="denial before a relative clause"),
        pytest.param(
            "{P:Ana}, who never led the {G:HPA}, left.", {"denied", "former"}, id="denial inside a relative clause"
        ),
        pytest.param("The {G:HPA} is based in Rauma and not in {L:Pori}.", {"denied"}, id="not before the end"),
        pytest.param("{P:Ana} did not vote, said the {G:HPA}'s chief.", {"denied"}, id="negation between the ends"),
        pytest.param("I did not vote for {P:Ana} of the {G:HPA}.", set(), id="negation before both ends"),
        pytest.param("{P:Ana} is said to be the boss of the {G:HPA}.", {"alleged"}, id="said to be"),
        pytest.param("{P:Ana}, regarded as head of the {G:HPA}, fled.", {"alleged"}, id="regarded as"),
        pytest.param("{P:Ana} reported to the {G:HPA}.", set(), id="reporting to is no hearsay"),
        pytest.param("{P:Ana} is to lead the {G:HPA} from May.", {"planned", "future"}, id="is to lead"),
        pytest.param("{P:Ana} of the {G:HPA} will speak.", set(), id="plan of something else"),
        pytest.param("{P:Ana} no longer heads the {G:HPA}.", {"former"}, id="no longer"),
        pytest.param("{P:Ana} had led the {G:HPA}.", {"former"}, id="past perfect"),
        pytest.param("{P:Ana}, until 2014 head of the {G:HPA}, spoke.", {"former"}, id="until"),
    ],
)
def test_cues(text: str, expected: set[str]) -> None:
    assert cues(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{G:HPA} {E!:attacked} the port.", set(), id="plain"),
        pytest.param("{G:HPA} did not {E!:attack} the port.", {"denied"}, id="negated verb"),
        pytest.param("{G:HPA} had nothing to do with the {E!:attack}.", {"denied"}, id="nothing to do with"),
        pytest.param("{G:HPA} denied any role in the {E!:attack}.", {"denied"}, id="denied any role"),
        pytest.param("Since May {G:HPA} has held no {E!:talks}.", {"denied"}, id="no before a noun"),
        pytest.param("{G:HPA} called off the {E!:strike}.", {"denied"}, id="called off"),
        pytest.param("The {E!:attack} was the work not of the {G:HPA} but of smugglers.", {"denied"}, id="not X but Y"),
        pytest.param("{G:HPA} did not know who had led the {E!:attack}.", set(), id="negation of another verb"),
        pytest.param("{G:HPA} was denied bail and {E!:fled}.", set(), id="a refusal is no denial"),
        pytest.param("{P:Ana} allegedly {E!:shot} a guard.", {"alleged"}, id="allegedly of who did it"),
        pytest.param("{P:Ana} is accused of {E!:killing} a guard.", {"alleged"}, id="accused of"),
        pytest.param("Jens allegedly {E!:shot} {P:Ana}.", set(), id="a victim is not doubted"),
        pytest.param("{G:HPA} will {E!:attack} the port.", {"planned"}, id="will"),
        pytest.param("{G:HPA} called for {E!:talks} with the mayor.", {"planned"}, id="called for"),
        pytest.param(
            "News of possible wage {E!:talks} with the {G:HPA} spread.", {"planned"}, id="possible, a word between"
        ),
        pytest.param("A possible heir of the owner {E!:met} the {G:HPA}.", set(), id="possible, of something else"),
        pytest.param("{G:HPA} threatened to {E!:attack} the port.", {"planned"}, id="threat"),
        pytest.param(
            "The {E!:talks}, planned for May, bring together {G:HPA} and others.",
            {"planned"},
            id="due, after the trigger",
        ),
        pytest.param("{G:HPA} {E!:attacked} the port, which will be rebuilt.", set(), id="plan in another clause"),
        pytest.param("{G:HPA} will remember it; rebels {E!:attacked} the port.", set(), id="plan in the clause before"),
        pytest.param("{G:HPA}, the former rebels, {E!:attacked} the port.", set(), id="what happened is never former"),
    ],
)
def test_cues_of_events(text: str, expected: set[str]) -> None:
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
        pytest.param("A clerk told {P:Eva Holt} that {G:HPA} attacked {L:Oslo}.", None, id="who is told is no source"),
        pytest.param("{P:Eva Holt} denied that {G:HPA} attacked {L:Oslo}.", "Eva Holt", id="denied by"),
    ],
)
def test_attribution(text: str, speaker: str | None) -> None:
    plain, mentions = marked(text)
    order = [i for i, m in enumerate(mentions) if m.span.of(plain) != "Eva Holt"]
    ends = [mentions[order[0]].span, mentions[order[1]].span]
    found = attribution(sources_in(plain, Span(0, len(plain)), mentions, range(len(mentions))), ends, mentions)
    assert (mentions[found].span.of(plain) if found is not None else None) == speaker


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("A clerk said that the {G:HPA} had attacked {L:Oslo}.", [], id="behind said that"),
        pytest.param("{P*:She} said the {G:HPA} had attacked {L:Oslo}.", ["She"], id="behind said"),
        pytest.param(
            "{P:Eva Holt}, the chair, said its {G~:members} would stay.", ["Eva Holt"], id="one verb, one source"
        ),
        pytest.param("The port is shut,” said the {G:HPA} in a statement.", ["HPA"], id="behind what was said"),
        pytest.param(
            "{P:Eva Holt}, who ran the harbour until the strike of that year and now lives in a village near Bergen, said that "
            "the {G:HPA} attacked {L:Oslo}.",
            ["Eva Holt"],
            id="behind a long aside",
        ),
        pytest.param(
            "The {G:Harbour Peace Assembly} (HPA) has today again indicated that {L:Oslo} is safe.",
            ["Harbour Peace Assembly"],
            id="adverbs before the verb",
        ),
    ],
)
def test_sources(text: str, expected: list[str]) -> None:
    plain, mentions = marked(text)
    found = sources_in(plain, Span(0, len(plain)), mentions, range(len(mentions)))
    assert [mentions[source.mention].span.of(plain) for source in found] == expected
