"""Agreement of two annotations: each kind of difference costs what it should and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import KgError
from kg.train.agree import Agreement, agreement
from kg.train.markup import read_story

ONE = """[P1 Ana Diaz], [P1~ head] of the [G1 PU], [E1:resignation left] it on [D1=2019-03-14 Thursday], [G2 Radio] said.
= P1 leads G1 until=D1
= E1 involves G1 by=G2
[P1* She] [E2:meeting met] [P2 Bo Holt], who [P2* himself] is of the [G1 PU].
= P2 memberOf G1
= E2 involvesPerson P1
= E2 involvesPerson P2
"""


def compared(folder: Path, first: str, second: str) -> Agreement:
    stories = []
    for name, body in (("a", first), ("b", second)):
        path = folder / f"{name}.txt"
        path.write_text("story: s\n\n=== 1\ngenre: wire\n---\n" + body, encoding="utf-8")
        stories.append(read_story(path))
        assert not stories[-1].problems
    return agreement([(stories[0], stories[1])])


def renumbered(text: str) -> str:
    """The same annotation by somebody who counts from 7."""
    for letter in "PGE":
        for digit in "12":
            text = text.replace(f"{letter}{digit}", f"{letter}{int(digit) + 6}")
    return text


def test_other_ids_for_the_same_things_are_no_disagreement(tmp_path: Path) -> None:
    found = compared(tmp_path, ONE, renumbered(ONE))
    every = [*found.mentions.values(), found.triggers, found.typed_triggers, *found.facts.values(), found.same_flags]
    assert {score.f1 for score in [*every, *found.flags.values()]} == {1}
    assert found.identity.f1 == found.story_identity.f1 == found.events.b_cubed.f1 == 1
    assert set(found.facts) == {"leads", "involves", "memberOf", "involvesPerson"}
    assert set(found.flags) == {"until", "by"}


def test_a_shorter_span_is_another_mention_and_the_same_thing(tmp_path: Path) -> None:
    found = compared(tmp_path, ONE, ONE.replace("[P1 Ana Diaz]", "Ana [P1 Diaz]"))
    assert found.mentions["Person"].right == 4
    assert found.mentions["Person"].f1 == pytest.approx(4 / 5)
    assert found.facts["leads"].f1 == 1


def test_another_class_is_another_mention_and_another_thing(tmp_path: Path) -> None:
    found = compared(tmp_path, ONE, ONE.replace("[G2 Radio]", "[P9 Radio]").replace("by=G2", "by=P9"))
    assert (found.mentions["Group"].wanted, found.mentions["Group"].found, found.mentions["Group"].right) == (3, 2, 2)
    assert found.facts["involves"].f1 == 1
    assert found.flags["by"].f1 == 0
    assert (found.same_flags.right, found.same_flags.found) == (4, 5)


def test_a_trigger_of_another_type_is_half_an_agreement(tmp_path: Path) -> None:
    found = compared(tmp_path, ONE, ONE.replace("E2:meeting", "E2:talks"))
    assert (found.triggers.f1, found.typed_triggers.f1) == (1, 0.5)


def test_a_pronoun_given_to_somebody_else_costs_identity_alone(tmp_path: Path) -> None:
    found = compared(tmp_path, ONE, ONE.replace("[P1* She]", "[P2* She]"))
    assert found.mentions["Person"].f1 == 1
    # key {1 2 3} {4 5} and groups {6 7} {8}; response {1 2} {3 4 5}, groups alike: two of three links of people kept
    assert found.identity.muc.recall == found.identity.muc.precision == pytest.approx(3 / 4)
    assert found.identity.b_cubed.recall == pytest.approx((2 * 2 / 3 + 1 / 3 + 2 * 1 + 3) / 8)
    assert found.identity.f1 < 1
    assert found.facts["involvesPerson"].f1 == 1


def test_facts_are_compared_with_their_sentence_and_without(tmp_path: Path) -> None:
    lines = ONE.replace("= P2 memberOf G1\n", "").splitlines(keepends=True)
    leads = lines.pop(1)
    later = "".join([*lines, leads])
    found = compared(tmp_path, ONE, later)
    assert (found.facts["leads"].f1, found.facts_anywhere["leads"].f1) == (0, 1)
    assert (found.facts["memberOf"].wanted, found.facts["memberOf"].found) == (1, 0)


def test_husband_and_wife_are_the_same_in_both_directions(tmp_path: Path) -> None:
    body = "[P1 Ana] is married to [P2 Bo].\n= P1 spouseOf P2\n"
    assert compared(tmp_path, body, body.replace("P1 spouseOf P2", "P2 spouseOf P1")).facts["spouseOf"].f1 == 1


def test_an_annotation_of_nothing_agrees_with_nothing(tmp_path: Path) -> None:
    bare = "Ana Diaz, head of the PU, left it on Thursday, Radio said.\nShe met Bo Holt, who himself is of the PU.\n"
    found = compared(tmp_path, ONE, bare)
    assert {score.f1 for score in [*found.mentions.values(), *found.facts.values(), found.triggers]} == {0}
    assert found.identity.f1 == 0


def test_other_texts_are_not_compared(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"b\.txt:\d+: another text"):
        compared(tmp_path, ONE, ONE.replace("head]", "chief]"))
    with pytest.raises(KgError, match="other sentences or paragraphs"):
        compared(tmp_path, ONE, ONE.replace("[P1* She]", "\n[P1* She]"))
