"""Story files: several texts with ids of the whole story; the linter finds what is wrong with them, and nothing in right ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.train.lint import lint, problems_of
from kg.train.lint_story import doubts
from kg.train.markup import read_story
from kg.train.write import plain_story, sentence_markup
from tests.train.stories import BODY, HEADER, markup, written


def complaints(path: Path, **changes: object) -> list[str]:
    return [f"{problem.line}: {problem.what}" for problem in problems_of(written(path, **changes))]


def test_a_right_story_has_no_problems(tmp_path: Path) -> None:
    assert complaints(tmp_path / "s.txt") == []


def test_texts_have_their_own_header_and_share_the_story_s(tmp_path: Path) -> None:
    story = written(tmp_path / "s.txt")
    assert story.name == "pilots-split"
    assert story.header["brief"] == "A union throws out its chairwoman; her deputy denies that he follows."
    assert [passage.header["genre"] for passage in story.texts] == [
        *("wire", "copy", "interview", "communique", "correction"),
    ]
    assert story.texts[1].header["copy-of"] == "1"
    assert {passage.entities().keys() == story.texts[0].entities().keys() for passage in story.texts} == {True}


def test_flags_name_sources_and_dates(tmp_path: Path) -> None:
    facts = written(tmp_path / "s.txt").texts[0].facts
    assert (facts[0].until, facts[0].since, facts[0].flags) == ("D1", None, {"former"})
    assert (facts[1].by, facts[1].key) == ("P2", ("E1", "involves", "G1"))


def test_marks_belong_to_the_sentence_above(tmp_path: Path) -> None:
    story = written(tmp_path / "s.txt", bodies={1: BODY + "Share this\n= clutter\n"})
    assert story.texts[0].marks[2] == "clutter"
    assert {story.texts[0].marks[i] for i in range(3, 10)} == {"nothing"}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param("[P1 Ana] and [P2 Bo] left.\nNobody else came.\n", "a sentence without mentions", id="unmarked"),
        pytest.param("[P1 Ana] left.\n= nothing\n", "'= nothing' below a sentence with mentions", id="nothing"),
        pytest.param("By [P1 Ana]\n= clutter\n", "'= clutter' below a sentence with mentions", id="clutter"),
        pytest.param("[P1 Ana] [E1:killing left].\n", "E1 is killing here and resignation in text 1", id="type"),
        pytest.param("[P1 Ana] [E1 left].\n", "E1 has no type in this text", id="no type here"),
        pytest.param("On [D1=2019-03-13 13 March].\n", "D1 is 2019-03-13 here and 2019-03-14 in text 1", id="value"),
        pytest.param("On [D1 Thursday].\n", "D1 has no value in this text", id="no value here"),
        pytest.param("On [D2=2019-13 Thursday].\n", "not a date or range", id="month 13"),
        pytest.param("On [D2=2019/2018 then].\n", "not a date or range", id="range backwards"),
        pytest.param("[P1 Ana] in [G2 Skagen].\n", "'Skagen' is", id="a name of two classes"),
        pytest.param("[P1 Ana] met Ana again.\n", "'Ana' is a name elsewhere and unmarked", id="a name unmarked"),
        pytest.param("[P1 Ana] of [G1 PU].\n= P1 leads G1 by=L9\n", "by=L9 is not mentioned", id="by nobody"),
        pytest.param("[P1 Ana] of [G1 PU] in [L1 Skagen].\n= P1 leads G1 by=L1\n", "by=L1 is a Place", id="by a place"),
        pytest.param("[P1 Ana] of [G1 PU].\n= P1 leads G1 from=D9\n", "from=D9 is not a date", id="from no date"),
        pytest.param(
            "[E1:resignation Out] in [G1 PU] on [D1=2019-03-14 14 March].\n= E1 involves G1 from=D1\n",
            "involves takes no from=",
            id="an event does not last",
        ),
        pytest.param("[P1~ one] [P1! X].\n", "'!' marks names of events only", id="event mark on a person"),
        pytest.param("A e\u0301lan of [P1 Ana].\n", "not composed", id="decomposed letters"),
    ],
)  # fmt: skip
def test_the_linter_names_what_is_wrong_in_a_text(tmp_path: Path, body: str, complaint: str) -> None:
    assert any(complaint in found for found in complaints(tmp_path / "s.txt", bodies={3: body}))


@pytest.mark.parametrize(
    ("head", "complaint"),
    [
        pytest.param("genre: wire\ndate: 2019-03-11\n", "header 'outlet' is missing", id="no outlet"),
        pytest.param("genre: poem\ndate: 2019-03-11\noutlet: o\n", "no such genre", id="genre"),
        pytest.param("genre: wire\ndate: 2019-02-30\noutlet: o\n", "not a day", id="30 February"),
        pytest.param("genre: copy\ndate: 2019-03-11\noutlet: o\n", "a copy without", id="copy of what"),
        pytest.param("genre: copy\ncopy-of: 9\ndate: 2019-03-11\noutlet: o\n", "no other text", id="copy of nothing"),
        pytest.param("genre: copy\ncopy-of: 3\ndate: 2019-03-11\noutlet: o\n", "no other text", id="copy of itself"),
        pytest.param("genre: wire\ndate: 2019-03-11\noutlet: o\n", "4 genres", id="few genres"),
        pytest.param("genre: interview\nbyline: x\ndate: 2019-03-11\noutlet: o\n", "not a header", id="unknown header"),
    ],
)
def test_the_linter_names_what_is_wrong_with_a_header(tmp_path: Path, head: str, complaint: str) -> None:
    assert any(complaint in found for found in complaints(tmp_path / "s.txt", heads={3: head}))


def test_stories_have_texts_of_a_size_and_traps_enough(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text(markup().split("\n=== 5")[0].replace("!", "#"), encoding="utf-8")
    found = " ".join(problem.what for problem in problems_of(read_story(path)))
    assert "4 texts, fewer than 5" in found
    assert "0 traps for 12 facts" in found
    path.write_text(markup(bodies={2: "[P1 Ana] left.\n" * 400}), encoding="utf-8")
    assert any("words, not 100 to 600" in problem.what for problem in problems_of(read_story(path)))


def test_a_comment_waives_a_guess_in_its_text_and_in_the_header_for_all(tmp_path: Path) -> None:
    body = "[P1 Ana] met Ana again.\n"
    assert complaints(tmp_path / "s.txt", bodies={3: "# ok: Ana\n" + body}) == []
    assert complaints(tmp_path / "s.txt", bodies={3: body, 4: body}, header="# ok: Ana\n" + HEADER) == []
    assert len(complaints(tmp_path / "s.txt", bodies={3: "# ok: Ana\n" + body, 4: body})) == 1


def test_problems_are_found_where_they_are(tmp_path: Path) -> None:
    (found,) = complaints(tmp_path / "s.txt", bodies={1: BODY.replace("= P2 memberOf G1", "= P2 memberOf L1")})
    line = int(found.split(":")[0])
    assert (tmp_path / "s.txt").read_text("utf-8").splitlines()[line - 1] == "= P2 memberOf L1"


def test_two_files_may_not_tell_the_same_story(tmp_path: Path) -> None:
    paths = [written(tmp_path / name).path for name in ("1-a.txt", "2-b.txt")]
    (problem, _) = lint(paths)
    assert problem.startswith(f"{paths[1]}:1: the story 'pilots-split' is also in")


def test_likely_mentions_that_are_unmarked_are_worth_a_look(tmp_path: Path) -> None:
    body = "[P1 Ana] met old Karl Moe in [L1 Skagen], where he had sung in Low German since 1998.\n[P1* She] saw [E1* it].\n"
    story = written(tmp_path / "s.txt", bodies={1: body})
    assert [found.what for found in doubts(story)] == [
        *("unmarked: Karl Moe", "unmarked: he", "unmarked: Low German", "unmarked: 1998", "E1: an event with '*'"),
    ]


def test_two_ids_of_one_date_are_worth_a_look(tmp_path: Path) -> None:
    story = written(tmp_path / "s.txt", bodies={3: "[P1 Ana] left on [D4=2019-03-14 Thursday].\n"})
    assert [found.what for found in doubts(story)] == ["D4 is 2019-03-14, as D1 is"]


def test_mentions_put_back_give_the_line_that_was_read(tmp_path: Path) -> None:
    passage = written(tmp_path / "s.txt").texts[0]
    assert [sentence_markup(passage, i) for i in range(2)] == [BODY.splitlines()[0], BODY.splitlines()[5]]


def test_a_story_without_its_annotation_is_a_story_file(tmp_path: Path) -> None:
    story = written(tmp_path / "s.txt")
    bare = tmp_path / "bare.txt"
    bare.write_text(plain_story(story), encoding="utf-8")
    text, again = bare.read_text("utf-8"), read_story(bare)
    assert "deputy denies" not in text
    assert "\\[sic\\]" in text
    assert not again.problems
    assert [(p.text, p.sentences, p.header) for p in again.texts] == [
        (p.text, p.sentences, p.header) for p in story.texts
    ]
    assert not any(p.mentions or p.facts or p.marks for p in again.texts)
    assert {problem.what[:27] for problem in problems_of(again)} == {"a sentence without mentions"}
