"""What an article has been, who led when, and what differs, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Kg
from tests.factory import World


def test_a_correction_is_shown_with_what_it_changed_and_a_withdrawal_with_its_day(
    kg: Kg, copy: Path, tmp_path: Path
) -> None:
    record = {"id": "late", "date": "2031-05-02", "publisher": "The Evening Post", "text": World.sentences[5]}
    (tmp_path / "late.jsonl").write_text(json.dumps(record))
    kg("ingest", str(tmp_path / "late.jsonl"), store=copy)
    history = kg("history", "late", store=copy).stdout
    assert "late: 2 versions" in history
    assert f"  -{World.sentences[0]}" in history
    versions = json.loads(kg("history", "article/late", "--json", store=copy).stdout)["versions"]
    assert [one["published"] for one in versions] == ["2031-05-01", "2031-05-02"]
    assert World.sentences[8] in kg("history", "late", "--text", "1", store=copy).stdout
    assert kg("history", "late", "--text", "3", store=copy).returncode == 1
    shown = kg("show", "late", store=copy).stdout
    assert versions[1]["digest"] in shown
    assert "version 2" in shown
    kg("delete", "late", store=copy)
    gone = kg("history", "late", store=copy)
    assert (gone.returncode, "withdrawn on" in gone.stderr) == (1, True)


def test_leaders_come_with_their_grounds_and_disagreements(kg: Kg, copy: Path) -> None:
    kg("ingest", "-", store=copy, input="Ana Maria Diaz leads Kestrel Lines, and the papers say so.")
    whole = kg("leaders", "Kestrel Lines", store=copy)
    assert "Ana Diaz" in whole.stdout
    then = json.loads(kg("leaders", "Kestrel Lines", "--as-of", "2018", "--json", store=copy).stdout)
    assert [(one["label"], one["basis"]) for one in then["leaders"]] == [("Ana Diaz", "stated")]
    assert kg("leaders", "Kestrel Lines", "--as-of", "May", store=copy).returncode == 2


def test_diff_says_what_a_deletion_took(kg: Kg, copy: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.nq"
    kg("export", "--format", "nquads", "--output", str(before), store=copy)
    kg("delete", "wire/one.txt", store=copy)
    run = kg("diff", str(before), str(copy))
    assert run.returncode == 0
    assert "article withdrawn: wire/one.txt" in " ".join(run.stdout.split())
    found = json.loads(kg("diff", str(before), str(copy), "--format", "json", "--predicate", "leads").stdout)
    assert found["counts"]["lost"] >= 1
    assert {one["predicate"] for one in found["statements"]} == {"leads"}
    assert kg("diff", str(before), str(copy), "--predicate", "sings").returncode == 2
