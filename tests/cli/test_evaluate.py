"""`kg evaluate`: tables, JSON Lines, and what it says of misuse."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Kg


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    folder = tmp_path / "corpora"
    folder.mkdir()
    union = {"cluster": "G1", "type": "Group", "names": ["Harbour Pilots' Association", "HPA"]}
    record = {
        "id": "a",
        "source": "Re-DocRED",
        "text": "Ana Diaz leads the Harbour Pilots' Association (HPA).",
        "sents": [[0, 53]],
        "annotated": {"triples": "all", "mentions": "all"},
        "entities": [{"cluster": "P1", "type": "Person", "names": ["Ana Diaz"]}, union],
        "mentions": [
            {"start": 0, "end": 8, "type": "Person", "cluster": "P1"},
            {"start": 19, "end": 46, "type": "Group", "cluster": "G1"},
        ],
        "triples": [["P1", "leads", "G1", {"evidence": [0], "co": [0]}]],
    }
    with gzip.open(folder / "small.dev.jsonl.gz", "wt") as out:
        out.write(json.dumps(record) + "\n")
    return folder


def test_the_command_prints_tables(kg: Kg, corpora: Path) -> None:
    run = kg("evaluate", "--data", str(corpora))
    assert run.returncode == 0, run.stderr
    assert "small.dev: 1 document, model fake-1" in run.stdout
    row = next(line for line in run.stdout.splitlines() if line.startswith("leads"))
    assert row.split()[:3] == ["1.000", "1.000", "1.000"] or row.split()[1:4] == ["1.000", "1.000", "1.000"]
    assert "expected calibration error" in run.stdout


def test_the_command_prints_json_lines(kg: Kg, corpora: Path) -> None:
    run = kg("evaluate", "--data", str(corpora), "--corpus", "small.dev", "--json")
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert {row["table"] for row in rows} >= {"facts, strict", "names, strict", "calibration", "speed"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to evaluate on"),
        (["--data", "{corpora}", "--corpus", "other"], "no such corpus: other"),
        (["--data", "."], "no *.dev.jsonl.gz"),
        (["--own", "train"], "no such part of our corpus: train"),
    ],
)
def test_misuse_is_named(kg: Kg, corpora: Path, arguments: list[str], message: str) -> None:
    run = kg("evaluate", *(a.format(corpora=corpora) for a in arguments))
    assert run.returncode == 2
    assert message in run.stderr
