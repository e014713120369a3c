"""Decisions on the command line: merge, split, accept, reject, label, undo, judgements, review, explain."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kg.cli.outcome import lines_of
from kg.workspace import Workspace
from tests.cli.conftest import SCRIPTED, Kg
from tests.factory import World
from tests.serving import REPOSITORY, environment, running

ANA, MARIA, BORIS, KESTREL = "Ana Diaz", "Ana Maria Diaz", "Boris Lund", "Kestrel Lines"


def people(store: Path) -> set[str]:
    with Workspace.open(store, read_only=True) as workspace:
        rows = workspace.catalogue.entities(limit=1000)
        return {row.label for row in rows if row.cls.value == "Person"}


def kept(kg: Kg, store: Path) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(kg("judgements", "--all", "--json", store=store).stdout)
    return listed


@pytest.fixture
def unclear(copy: Path) -> Path:
    """A workspace in which an acronym may stand for two groups: four questions, one about rebels in two articles, and one about a claim."""
    with Workspace.open(copy) as workspace:
        workspace.ingest([World.article("army", [1])], World.extractor())
    return copy


def test_a_merge_says_what_changed_and_how_to_take_it_back(kg: Kg, copy: Path) -> None:
    run = kg("merge", ANA, MARIA, "--reason", "she signs so", store=copy, KG_AUTHOR="desk")
    assert run.returncode == 0, run.stderr
    assert re.search(r"^Ana Maria Diaz \(person/ana-maria-diaz-\w+\) is now part of Ana Diaz \(person/", run.stdout)
    assert "  + Ana Diaz — leads — Highland Peoples' Army" in run.stdout
    assert "  - Ana Diaz — child of — Ana Maria Diaz" in run.stdout
    assert run.stdout.endswith("judgement 1 by desk; kg undo 1 takes it back\n")
    assert people(copy) == {ANA, BORIS}
    listed = kg("judgements", store=copy)
    assert "she signs so" in listed.stdout
    undone = kg("undo", "--author", "you", store=copy)
    assert "judgement 1 taken back by you" in undone.stdout
    assert people(copy) == {ANA, MARIA, BORIS}
    (judgement,) = kept(kg, copy)
    assert (judgement["author"], judgement["state"], judgement["undone_by"]) == ("desk", "undone", "you")
    assert kg("undo", store=copy).returncode == 1


def test_a_contradiction_is_an_exit_status_and_a_line(kg: Kg, copy: Path) -> None:
    assert kg("split", ANA, MARIA, "--author", "me", store=copy).returncode == 0
    run = kg("merge", ANA, MARIA, "--author", "you", store=copy)
    assert run.returncode == 1
    told = " ".join(run.stdout.split())
    assert "does not hold: judgement 2 (same: “Ana Diaz”, “Ana Maria Diaz”, by you," in told
    assert "judgement 1 forbids it" in told
    listed = kg("judgements", "--state", "contradicted", store=copy).stdout
    assert "contradicted (1)" in listed
    assert "does not hold: judgement 2" in listed
    settled = kg("review", "--limit", "1", store=copy, input="x2\n")
    assert settled.returncode == 0, settled.stderr
    assert "1: does not hold: judgement 2" in settled.stdout
    assert "judgement 1 taken back" in settled.stdout
    assert people(copy) == {ANA, BORIS}


def test_a_split_lists_the_articles_and_then_parts_them(kg: Kg, copy: Path) -> None:
    listing = kg("split", ANA, store=copy)
    assert (listing.returncode, listing.stdout) == (2, "")
    assert "\n  late  “Ana Diaz”" in listing.stderr
    assert "--article" in listing.stderr
    run = kg("split", ANA, "--article", "late", "--json", store=copy)
    assert run.returncode == 0, run.stderr
    (appeared,) = json.loads(run.stdout)["effect"]["appeared"]
    assert appeared["label"] == ANA
    assert "may be one of these" in kg("show", ANA, store=copy).stderr


def test_a_claim_that_show_names_can_be_rejected_and_accepted(kg: Kg, copy: Path) -> None:
    text = kg("show", BORIS, store=copy).stdout
    (claim,) = re.findall(r"“Perhaps it is so[^”]*”[^“]*?(claim/[0-9a-f]+)", text)
    accepted = kg("accept", claim, store=copy)
    assert "+ Boris Lund — leads — Norland" in accepted.stdout
    rejected = kg("reject", claim.removeprefix("claim/"), "--reason", "a joke", store=copy)
    assert "- Boris Lund — leads — Norland" in rejected.stdout
    assert "overruled (2)" in kg("judgements", store=copy).stdout


def test_a_label_is_what_is_printed_from_then_on(kg: Kg, copy: Path) -> None:
    run = kg("label", KESTREL, "Kestrel Shipping", store=copy)
    assert re.match(r"Kestrel Lines \(group/kestrel-lines-\w+\) is now called Kestrel Shipping", run.stdout)
    assert kg("show", KESTREL, store=copy).stdout.startswith("Kestrel Shipping")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        pytest.param(["merge", "Harbour", ANA], 1, "may be one of these", id="ambiguous"),
        pytest.param(["merge", "Nobody At All", ANA], 1, "Nobody At All", id="unknown"),
        pytest.param(["merge", ANA, KESTREL], 1, "cannot be the same", id="classes"),
        pytest.param(["split", ANA, MARIA, "--article", "late"], 2, "exclude", id="both ways to split"),
        pytest.param(["accept", "claim/nothing"], 1, "kg show", id="no claim"),
        pytest.param(["undo", "99"], 1, "no judgement 99", id="no judgement"),
    ],
)
def test_what_cannot_be_decided_is_an_error_with_a_remedy(
    kg: Kg, world: Path, arguments: list[str], status: int, says: str
) -> None:
    run = kg(*arguments, store=world)
    assert (run.returncode, run.stdout) == (status, "")
    assert run.stderr.startswith("error: ")
    assert says in run.stderr


def test_explain_marks_what_decides(kg: Kg, world: Path) -> None:
    run = kg("explain", ANA, MARIA, store=world)
    assert run.returncode == 0, run.stderr
    assert "are two" in run.stdout
    assert re.search(r"^ ?\* +key +ana diaz +ana maria diaz +different", run.stdout, re.MULTILINE)


def test_a_review_takes_one_key_for_each_question(kg: Kg, unclear: Path) -> None:
    run = kg("review", "--author", "desk", store=unclear, input="? y n s s y\n")
    assert run.returncode == 0, run.stderr
    assert "1 of 6\n  is HPA here Harbour Pilots' Association?  (group/harbour-pilots" in run.stdout
    assert "[HPA]" in run.stdout
    assert "2 of 6" not in run.stdout  # what it is was just said, so it is not asked whether it is something else
    assert "“Perhaps it is so, but perhaps [Boris Lund] leads the firm of [Norland].”" in run.stdout
    assert "accepted: 1 fact gained" in run.stdout
    assert "3 decisions made, 0 of 6 questions left" in run.stdout
    assert [(one["kind"], one["author"]) for one in kept(kg, unclear)] == [
        ("same", "desk"),
        ("different", "desk"),
        ("accept", "desk"),
    ]
    assert "1 of 2\n  is HPA here Highland Peoples' Army?" in kg("review", store=unclear).stdout


def test_a_review_may_be_undone_skipped_and_left(kg: Kg, unclear: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.txt"
    more.write_text("Perhaps Ana Diaz leads the firm of Norland, as they have said in the town and at the quay since.")
    kg("ingest", str(more), store=unclear)
    run = kg("review", store=unclear, input="unuq")
    assert "nothing to undo yet" in run.stdout
    assert "judgement 1 taken back" in run.stdout
    assert "0 decisions made, 7 of 7 questions left" in run.stdout
    assert [one["state"] for one in kept(kg, unclear)] == ["undone"]
    skipped = kg("review", store=unclear, input="sssssn")
    assert "rejected" in skipped.stdout
    assert "1 decision made, 1 of 7 questions left" in skipped.stdout
    assert [one["state"] for one in kept(kg, unclear)] == ["undone", "holds"]


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_terminal_needs_no_enter(unclear: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPTED, "review", "--store", str(unclear)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env=environment(),
    ) as process:
        try:
            os.write(ours, b"nq")
            assert process.stdout is not None
            assert "1 decision made, 5 of 6 questions left" in process.stdout.read()
            assert process.wait(timeout=300) == 0
        finally:
            process.kill()
            os.close(ours)
            os.close(theirs)


def test_decisions_go_to_the_service_that_holds_the_workspace(kg: Kg, copy: Path) -> None:
    with running(copy):
        assert "is now part of" in kg("merge", ANA, MARIA, store=copy, KG_AUTHOR="desk").stdout
        assert "may be one of these" in kg("label", "Harbour", "x", store=copy).stderr
        assert kg("accept", "nothing", store=copy).returncode == 1
        assert "1 decision made" in kg("review", store=copy, input="y").stdout
        assert next((one["kind"], one["author"]) for one in kept(kg, copy)) == ("same", "desk")
        assert "taken back" in kg("undo", "1", store=copy).stdout
    assert people(copy) == {ANA, MARIA, BORIS}


def test_a_long_effect_is_counted_and_cut() -> None:
    fact = {"subject": "s", "subject_label": "A", "predicate": "leads", "object": "o", "object_label": "B"}
    effect = {
        "gained": [fact] * 40, "lost": [], "merged": [], "appeared": [], "vanished": [], "renamed": [],
    }  # fmt: skip
    made = {"id": 1, "state": "holds", "author": "me"}
    lines = list(lines_of({"judgements": [made], "effect": effect, "contradictions": []}))
    assert lines[0] == "40 facts gained:"
    assert lines[-2] == "  … and 28 more"
