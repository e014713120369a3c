"""`kg extract --show`: every mention with its kind, every claim below its sentence, and why it is not asserted; with colour and without."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from kg.cli.annotated import Reading, article_lines, entity_rows, read
from kg.types import Chain, Cut, DateValue, EntityClass, Extraction, Mention, MentionKind, Modality, Phase, Span
from tests.cli.conftest import SCRIPTED, Kg
from tests.factory import World, chain, document, extraction, mention, relation
from tests.serving import REPOSITORY, environment

TEXT = "Ana Diaz leads Kestrel Lines. She said it attacked the Oslo police in 2031.\n\nHe left. Nobody came."
SOURCE = document(
    TEXT,
    publisher="The Gazette",
    cut=(Cut("Share this", "share-bar"), Cut("Tweet", "share-bar"), Cut("©", "copyright")),
)
P, G, L, E, D = (
    EntityClass.PERSON,
    EntityClass.GROUP,
    EntityClass.PLACE,
    EntityClass.EVENT,
    EntityClass.DATE,
)


def found(*relations: object) -> Extraction:
    ana = [mention("Ana Diaz", P, within=TEXT), mention("She", P, within=TEXT, kind=MentionKind.PRONOUN)]
    lines = [mention("Kestrel Lines", G, within=TEXT), mention("it", G, within=TEXT, kind=MentionKind.PRONOUN)]
    attack = mention("attacked", E, within=TEXT, kind=MentionKind.TRIGGER, event_type="attack")
    police = mention("the Oslo police", G, within=TEXT, kind=MentionKind.NOMINAL)
    base = extraction(
        SOURCE,
        [
            (chain(P, "Ana Diaz"), ana),
            (chain(G, "Kestrel Lines"), lines),
            (chain(E, "attacked", named=False, event_type="attack"), [attack]),
            (chain(G, "Oslo police", named=False), [police]),
            (chain(L, "Oslo"), [mention("Oslo", L, within=TEXT)]),
            (chain(D, "2031", value=DateValue("2031")), [mention("2031", D, within=TEXT)]),
        ],
        relations,  # type: ignore[arg-type]
    )
    alone = Mention(Span(TEXT.index("He left"), TEXT.index("He left") + 2), P, MentionKind.PRONOUN)
    return replace(base, mentions=(*base.mentions, alone))


FIRST, SECOND = SOURCE.sentences[:2]
ASSERTED = relation(0, "leads", 2, sentence=FIRST, score=0.93)


def lines_of(reading: Reading) -> list[str]:
    return [" " * indent + "".join(text for text, _ in pieces) for indent, pieces in article_lines(reading)]


def test_mentions_of_every_kind_are_told_apart_without_colour() -> None:
    lines = lines_of(read(SOURCE, found(), 0.5))
    assert "[Ana Diaz P1] leads [Kestrel Lines G1]." in lines
    assert "[She *P1] said [it *G1] [attacked E1:attack] [the [Oslo L1] police ~G2] in [2031 D1=2031]." in lines
    assert "[He *P?] left." in lines
    assert "Nobody came." in lines
    assert lines[lines.index("[He *P?] left.") - 1] == ""  # a new paragraph


def test_claims_stand_below_their_sentence_with_all_that_qualifies_them() -> None:
    told = relation(
        1, "leads", 2, sentence=SECOND, score=0.71, modality=Modality.REPORTED, phase=Phase.FORMER,
        attributed_to="Ana\nDiaz", valid_from="2030", valid_to="2031",
    )  # fmt: skip
    lines = lines_of(read(SOURCE, found(ASSERTED, told), 0.5))
    first = lines.index("[Ana Diaz P1] leads [Kestrel Lines G1].")
    assert lines[first + 1] == "    = Ana Diaz (P1) leads Kestrel Lines (G1)  [0.93, stated, current]"
    assert lines[first + 3] == (
        "    = Ana Diaz (P1 “She”) leads Kestrel Lines (G1)  [0.71, reported, former, by Ana Diaz, from 2030, until 2031]"
    )


@pytest.mark.parametrize(
    ("how", "line", "style"),
    [
        pytest.param({}, "= ", "asserted", id="asserted"),
        pytest.param({"score": 0.49}, "? ", "unsure", id="unsure"),
        pytest.param({"modality": Modality.ALLEGED}, "~ ", "unasserted", id="alleged"),
        pytest.param({"modality": Modality.PLANNED, "phase": Phase.FUTURE}, "> ", "unasserted", id="planned"),
        pytest.param({"supports": False}, "! ", "trap", id="denied"),
        pytest.param({"supports": False, "score": 0.3}, "! ", "unsure", id="denied and unsure"),
    ],
)
def test_what_the_graph_would_not_assert_is_marked_and_what_is_unsure_is_dimmer(
    how: dict[str, object], line: str, style: str
) -> None:
    reading = read(SOURCE, found(relation(0, "leads", 2, sentence=FIRST, **how)), 0.5)
    ((words, used), (details, _)) = next(pieces for indent, pieces in article_lines(reading) if indent)
    assert (words[:2], used) == (line, style)
    assert ("below 0.5" in details) == (how.get("score", 0.9) < 0.5)  # type: ignore[operator]
    assert ("denied" in details) == (how.get("supports") is False)


def test_a_confidence_just_below_the_threshold_does_not_read_as_if_it_were_there() -> None:
    lines = lines_of(read(SOURCE, found(relation(0, "leads", 2, sentence=FIRST, score=0.497)), 0.5))
    assert "[0.497, below 0.5, stated, current]" in "\n".join(lines)


def test_the_header_counts_what_was_found_and_what_was_cut() -> None:
    lines = lines_of(read(SOURCE, found(ASSERTED), 0.5))
    assert lines[:3] == [
        "a.txt",
        "The Gazette",
        "4 sentences, 9 mentions, 6 things, 1 claim, 1 of them asserted; model scripted-1",
    ]
    assert lines[3] == "3 passages cut by cleaning (share-bar 2, copyright 1)"


def test_confidence_that_nobody_calibrated_says_so() -> None:
    lines = lines_of(read(SOURCE, replace(found(ASSERTED), model="llm/1 m (uncalibrated)"), 0.5))
    assert "[0.93 uncalibrated, stated, current]" in "\n".join(lines)


def test_who_is_who_is_listed_by_class_and_number() -> None:
    assert list(entity_rows(read(SOURCE, found(), 0.5))) == [
        ("P1", "Person", "Ana Diaz", 2),
        ("G1", "Group", "Kestrel Lines", 2),
        ("G2", "Group", "Oslo police", 1),
        ("L1", "Place", "Oslo", 1),
        ("E1", "Event attack", "attacked", 1),
        ("D1", "Date 2031", "2031", 1),
    ]


def test_an_article_in_which_nothing_was_found_is_shown_as_it_is() -> None:
    nothing = Extraction("a.txt", "m", (), (), ())
    lines = lines_of(read(SOURCE, nothing, 0.5))
    assert "Ana Diaz leads Kestrel Lines." in lines
    assert lines[2].startswith("4 sentences, 0 mentions, 0 things, 0 claims")


def test_what_an_article_names_itself_cannot_steer_a_terminal() -> None:
    named = replace(found(), chains=(Chain((0,), P, ("Ana\x1b[2J\nDiaz",)), *found().chains[1:]))
    lines = lines_of(read(replace(SOURCE, id="a\x1b]0;x\x07"), named, 0.5))
    assert not [line for line in lines if "\x1b" in line]


def test_in_a_pipe_it_is_plain_text_one_line_for_each_sentence(kg: Kg) -> None:
    run = kg(
        "extract", "-", "--show", input=World.sentences[0] + " " + World.sentences[3] + "\n\nShare this on Facebook\n"
    )
    assert run.returncode == 0, run.stderr
    assert "\x1b" not in run.stdout
    assert "[Ana Diaz P1] leads the [Harbour Pilots' Association G1] ([HPA G1]), as everyone" in run.stdout
    assert (
        "    ! Boris Lund (P2) leads Harbour Pilots' Association (G1 “HPA”)  [0.90, denied, stated, current]"
        in run.stdout
    )
    assert "1 passage cut by cleaning" in run.stdout
    assert re.search(r"^G1 +Group +Harbour Pilots' Association; HPA +3", run.stdout, re.MULTILINE)


def test_show_has_a_form_of_its_own(kg: Kg) -> None:
    run = kg("extract", "-", "--show", "--format", "json", input="x")
    assert (run.returncode, "--format" in run.stderr) == (2, True)


def test_a_terminal_shows_colours_within_its_width() -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", SCRIPTED, "extract", "-", "--show"]
    columns = {"TERM": "xterm", "NO_COLOR": "", "COLUMNS": "48"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=theirs, cwd=REPOSITORY, env=environment(**columns)
    ) as process:
        os.close(theirs)
        assert process.stdin is not None
        process.stdin.write(" ".join([World.sentences[0], World.sentences[7]]).encode())
        process.stdin.close()
        parts = []
        while part := _read(ours):
            parts.append(part)
        assert process.wait() == 0
    os.close(ours)
    out = b"".join(parts).decode()
    assert "\x1b[1;36mAna Diaz" in out  # a person, by name
    assert re.search(r"\x1b\[2m\? Boris Lund", out)  # a claim too unsure to be asserted is dim
    widths = [len(re.sub(r"\x1b\[[\d;]*m", "", line).rstrip()) for line in out.splitlines()]
    assert max(widths) <= 48
    assert sum(width > 30 for width in widths) > 4


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""
