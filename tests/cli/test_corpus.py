"""`kg corpus`: stories checked, shown, converted, counted and compared from the command line."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Kg
from tests.serving import REPOSITORY, environment
from tests.train.stories import BODY, markup


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "012-pilots.txt"
    path.write_text(markup(), encoding="utf-8")
    return path


def test_lint_is_content_with_a_right_story(kg: Kg, file: Path) -> None:
    run = kg("corpus", "lint", str(file))
    assert (run.returncode, run.stderr) == (0, "")
    assert "texts 5" in run.stdout
    assert "leads 10" in run.stdout


def test_lint_names_file_line_and_what_and_fails(kg: Kg, file: Path) -> None:
    file.write_text(markup(bodies={1: BODY.replace("[P1 Ilse Brandt]", "[P1 Ilse Brandt")}), encoding="utf-8")
    run = kg("corpus", "lint", str(file.parent))
    assert run.returncode == 1
    assert re.search(rf"^{re.escape(str(file))}:\d+: unclosed mention: P1$", run.stdout, re.MULTILINE)
    module = subprocess.run(
        [sys.executable, "-m", "kg.train.markup", str(file)], capture_output=True, text=True, cwd=REPOSITORY
    )
    assert (module.returncode, module.stdout) == (1, run.stdout)


def test_doubts_are_no_failure(kg: Kg, file: Path) -> None:
    file.write_text(markup(bodies={1: BODY + "[P1 Brandt] met old Karl Moe.\n"}), encoding="utf-8")
    run = kg("corpus", "lint", "--doubts", str(file))
    assert run.returncode == 0
    assert "unmarked: Karl Moe" in run.stdout


def test_jsonl_prints_a_record_for_each_text_with_its_part(kg: Kg, file: Path) -> None:
    run = kg("corpus", "jsonl", str(file))
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert [row["id"] for row in rows] == [f"012-pilots/{n}" for n in range(1, 6)]
    (part,) = {row["part"] for row in rows}
    assert kg("corpus", "jsonl", str(file), "--part", part).stdout == run.stdout
    assert kg("corpus", "jsonl", str(file), "--part", "dev" if part != "dev" else "test").stdout == ""


def test_a_story_with_problems_is_not_converted(kg: Kg, file: Path) -> None:
    file.write_text(markup(bodies={1: "[P1 Ana] left.\n= P1 leads L9\n"}), encoding="utf-8")
    run = kg("corpus", "jsonl", str(file))
    assert (run.returncode, run.stdout) == (1, "")
    assert "traps for 13 facts" in run.stderr


def test_show_tells_mentions_kinds_facts_and_traps_without_colour(kg: Kg, file: Path) -> None:
    out = kg("corpus", "show", f"{file}#1").stdout
    assert "\x1b" not in out
    assert "[ousted E1:resignation] [Ilse Brandt P1], [its head ~P1]." in out
    assert "that [he *P2] would" in out
    assert "[14 March D1=2019-03-14]" in out
    assert "    = Ilse Brandt (P1) leads PU (G1)  [former, until 2019-03-14 (D1)]\n" in out
    assert "    ! PU (G1) locatedIn Skagen (L1)\n" in out
    assert "=== 2" not in out


def test_show_says_what_is_wrong_where_it_is(kg: Kg, file: Path) -> None:
    file.write_text(markup(bodies={2: "[P1 Ana] left.\n= P1 leads L9\n"}), encoding="utf-8")
    out = kg("corpus", "show", f"{file}#2").stdout
    assert re.search(r"\(P1\) leads \? \(L9\)\n    \? line \d+: L9 is not mentioned", out)


def test_show_lists_who_is_who_in_the_story(kg: Kg, file: Path) -> None:
    out = kg("corpus", "show", str(file)).stdout
    assert re.search(r"^P2 +Person +Jens Holt +1 2 3 4 5", out, re.MULTILINE)
    assert re.search(r"^E1 +Event resignation +ousted", out, re.MULTILINE)


def test_show_colours_what_a_terminal_shows(file: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "kg", "corpus", "show", f"{file}#1"]
    with subprocess.Popen(
        command, stdout=theirs, cwd=REPOSITORY, env=environment(TERM="xterm", NO_COLOR="")
    ) as process:
        os.close(theirs)
        parts = []
        while part := _read(ours):
            parts.append(part)
        assert process.wait() == 0
    os.close(ours)
    assert "\x1b[36mIlse Brandt" in b"".join(parts).decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


def test_plain_takes_all_annotation_away_and_lint_asks_for_it_again(kg: Kg, file: Path, tmp_path: Path) -> None:
    bare = tmp_path / "second" / file.name
    bare.parent.mkdir()
    bare.write_text(kg("corpus", "plain", str(file)).stdout, encoding="utf-8")
    assert "= P1" not in bare.read_text("utf-8")
    assert "brief" not in bare.read_text("utf-8")
    found = kg("corpus", "lint", str(bare)).stdout.splitlines()[:-1]
    assert {line.split(": ")[1] for line in found} == {"a sentence without mentions"}


def test_stats_counts_and_compares(kg: Kg, file: Path) -> None:
    run = kg("corpus", "stats", str(file))
    assert run.stdout.startswith("stories 1, texts 5, words ")
    assert re.search(r"^leads +10 +5 ", run.stdout, re.MULTILINE)
    assert "in two stories: 0" in run.stdout
    assert json.loads(kg("corpus", "stats", "--json", str(file)).stdout)["facts"]["leads"]["all"] == 10


def test_agree_compares_files_and_folders(kg: Kg, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "second" / file.name
    other.parent.mkdir()
    other.write_text(markup(bodies={1: BODY.replace("[P2* he]", "he")}), encoding="utf-8")
    run = kg("corpus", "agree", str(file), str(other))
    assert re.search(r"^Person +25 +24 +24 +0\.980", run.stdout, re.MULTILINE)
    assert kg("corpus", "agree", str(file.parent), str(other.parent)).stdout == run.stdout
    assert json.loads(kg("corpus", "agree", "--json", str(file), str(other)).stdout)["facts"]["leads"]["f1"] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["nonsense"], "nonsense", id="no such command"),
        pytest.param(["lint", "nowhere.txt"], "nowhere.txt", id="no such file"),
        pytest.param(["show", "nowhere.txt"], "no such file", id="nothing to show"),
        pytest.param(["show", "{file}#9"], "has no text 9", id="no such text"),
        pytest.param(["stats", "{folder}/empty"], "no story files", id="empty folder"),
        pytest.param(["jsonl", "{file}", "--part", "all"], "no such part", id="no such part"),
        pytest.param(["agree", "{file}", "{folder}"], "two files or two folders", id="file and folder"),
    ],
)
def test_misuse_exits_with_2(kg: Kg, file: Path, arguments: list[str], says: str) -> None:
    (file.parent / "empty").mkdir()
    run = kg("corpus", *(argument.format(file=file, folder=file.parent) for argument in arguments))
    assert run.returncode == 2
    assert run.stdout == ""
    assert says in run.stderr


def test_different_texts_fail_with_a_message(kg: Kg, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(markup().replace("It rained", "It snowed"), encoding="utf-8")
    run = kg("corpus", "agree", str(file), str(other))
    assert run.returncode == 1
    assert "another text" in run.stderr


@pytest.mark.parametrize("name", ["lint", "jsonl", "plain", "show", "stats", "agree", "fold", "unfold"])
def test_every_command_has_help_with_an_example(kg: Kg, name: str) -> None:
    run = kg("corpus", name, "--help")
    assert run.returncode == 0
    assert re.search(rf"Examples?:\n +kg corpus {name}\b", run.stdout)


def test_annotation_of_public_news_is_unfolded_and_folded_again(kg: Kg, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = kg("corpus", "unfold", "--data", str(tmp_path), str(out))
    assert (run.returncode, run.stdout) == (0, f"wrote 0 texts to {out}\n")
    file = tmp_path / "papers__a-1.txt"
    file.write_text("story: papers__a-1\ngenre: wire\n---\n[P1 Ana] left.\n", encoding="utf-8")
    run = kg("corpus", "fold", "--data", str(tmp_path), str(file))
    assert run.returncode == 1
    assert f"error: {file}: no document papers__a-1 in {tmp_path}\nhint: the header 'story' is CORPUS__ID" in run.stderr
