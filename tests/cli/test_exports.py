"""`kg export` and `kg changes`: files by their names, parts of the graph, what changed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from tests.cli.conftest import Kg


def test_a_files_name_says_format_and_compression(kg: Kg, world: Path, tmp_path: Path) -> None:
    run = kg(
        "export",
        "--output",
        str(tmp_path / "part.nq.gz"),
        "--named",
        "leaders-of-group",
        "-a",
        "group=Kestrel Lines",
        store=world,
    )
    assert (run.returncode, run.stdout) == (0, ""), run.stderr
    quads = list(parse(gzip.decompress((tmp_path / "part.nq.gz").read_bytes()), RdfFormat.N_QUADS))
    assert any(quad.predicate.value.endswith("#leads") for quad in quads)
    assert [path.name for path in tmp_path.iterdir()] == ["part.nq.gz"]


def test_a_query_says_what_is_exported(kg: Kg, world: Path) -> None:
    query = "CONSTRUCT WHERE { ?p kg:leads ?g }"
    run = kg("export", "--query", query, "--provenance", "none", "--format", "ntriples", store=world)
    assert run.returncode == 0, run.stderr
    assert all("#leads>" in line for line in run.stdout.splitlines())


def test_tables_are_safe_to_open(kg: Kg, world: Path) -> None:
    run = kg("export", "--format", "csv", "--table", "entities", "--entity", "Ana Diaz", store=world)
    assert run.stdout.lstrip("\ufeff").startswith("entity,class,label")
    assert "Ana Diaz" in run.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--query", "SELECT * { ?s ?p ?o }", "--entity", "x"], ["--table", "claims"], ["--depth", "2"], ["--argument", "a=b"],
        ["--format", "jsonld", "--reifiers"], ["--since", "yesterday"], ["--no-provenance", "--provenance", "full"],
        ["--named", "no-such-query"],
    ],
)  # fmt: skip
def test_options_that_do_not_go_together_are_misuse(kg: Kg, world: Path, arguments: list[str]) -> None:
    run = kg("export", *arguments, store=world)
    assert run.returncode == 2
    assert run.stderr.startswith("error: ")


def test_changes_are_told_to_people_and_to_programs(kg: Kg, world: Path) -> None:
    run = kg("changes", "--entity", "Kestrel Lines", "--kind", "gained", store=world)
    assert run.returncode == 0, run.stderr
    assert "Gained: Kestrel Lines located in Port Alder" in run.stdout
    listed = json.loads(kg("changes", "--format", "json", "--limit", "3", store=world).stdout)
    assert [one["number"] for one in listed] == sorted((one["number"] for one in listed), reverse=True)
    assert "<feed" in kg("changes", "--format", "atom", store=world).stdout
