"""Extractors of other packages: found by their entry points, named in errors, versioned in the graph."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from kg import vocab
from tests.serving import REPOSITORY, environment

TEXT = "Ana Diaz leads the Harbour Pilots' Association (HPA), as everyone in the town knows."
PLUGIN = """
from tests.factory import World

class Mine:
    model = "tiny-3"
    def __init__(self, *, model=None, threads=None, **more):
        print("threads", threads, file=__import__("sys").stderr)
    def extract(self, document):
        return World.extractor().extract(document)
    def summary(self):
        return "mine: read it"

class Liar(Mine):
    def extract(self, document):
        from dataclasses import replace
        found = super().extract(document)
        return replace(found, relations=tuple(replace(r, predicate="foundedBy") for r in found.relations))

class Crash(Mine):
    def extract(self, document):
        raise ZeroDivisionError("at the third word")

class Picky(Mine):
    def extract(self, document):
        from kg.errors import ArticleError
        if "Diaz" in document.text:
            raise ArticleError(document.id, "names somebody")
        return super().extract(document)

class Nothing:
    def __init__(self, **more): pass

def nameless(**more):
    found = Mine()
    found.model = " "
    return found
"""

Kg = Callable[..., "subprocess.CompletedProcess[str]"]


def install(folder: Path, package: str, version: str, **points: str) -> None:
    """What pip leaves behind of a package with entry points."""
    info = folder / f"{package}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    listed = "\n".join(f"{name} = {value}" for name, value in points.items())
    (info / "entry_points.txt").write_text(f"[kg.extractors]\n{listed}\n")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "plugins_for_tests.py").write_text(PLUGIN)
    classes = {"mine": "Mine", "liar": "Liar", "crash": "Crash", "picky": "Picky", "nothing": "Nothing"}
    points = {name: f"plugins_for_tests:{cls}" for name, cls in classes.items()}
    points |= {"gone": "plugins_for_tests:Gone", "nameless": "plugins_for_tests:nameless", "away": "no_such_module:X"}
    install(folder, "kg_mine", "1.4", **points)
    return folder


@pytest.fixture
def kg(site: Path) -> Kg:
    """Runs `kg` where these packages are installed."""

    def run(*arguments: str, text: str = TEXT, **variables: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(site), str(REPOSITORY)])
        return subprocess.run(
            [sys.executable, "-m", "kg", *arguments],
            input=text,
            capture_output=True,
            text=True,
            env={**environment(**variables), "PYTHONPATH": path},
            timeout=300,
            check=False,
        )

    return run


def test_plugins_are_listed_with_where_they_come_from(kg: Kg) -> None:
    out = kg("extract", "--list-extractors").stdout
    assert out.startswith("model ")
    assert "\nllm " in out
    assert "mine         plugins_for_tests:Mine, of kg_mine 1.4\n" in out
    assert "away" in out  # listed without being loaded


def test_a_plugin_reads_articles_and_the_graph_says_which_version_did(kg: Kg, tmp_path: Path) -> None:
    run = kg("ingest", "-", "--extractor", "mine", "--threads", "3", "--store", str(tmp_path / "s"))
    assert run.returncode == 0, run.stderr
    assert "threads 3" in run.stderr
    assert "mine: read it" in run.stderr
    turtle = kg("export", "--format", "nquads", "--store", str(tmp_path / "s")).stdout
    models = {q.object.value for q in parse(turtle.encode(), RdfFormat.N_QUADS) if q.predicate == vocab.model}
    assert models == {"mine/1.4 tiny-3"}


def test_the_extractor_may_come_from_the_environment(kg: Kg) -> None:
    found = json.loads(kg("extract", "-", "--format", "json", KG_EXTRACTOR="mine").stdout)
    assert found["extraction"]["model"] == "mine/1.4 tiny-3"


def test_an_unknown_name_is_an_error_that_lists_the_known_ones(kg: Kg) -> None:
    run = kg("extract", "-", "--extractor", "mnie")
    assert (run.returncode, run.stdout) == (1, "")
    assert "error: there is no extractor mnie\nhint: one of: model, llm, away, crash, gone, liar, mine" in run.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("away", "No module named 'no_such_module'", id="module missing"),
        pytest.param("gone", "Gone", id="attribute missing"),
        pytest.param("nothing", "gives no Extractor", id="not an extractor"),
        pytest.param("nameless", "is no name", id="without a name"),
        pytest.param("crash", "ZeroDivisionError: at the third word", id="fails while it reads"),
        pytest.param("liar", "outside the predicate's domain or range", id="breaks the ontology"),
    ],
)
def test_a_broken_plugin_is_named(kg: Kg, tmp_path: Path, name: str, said: str) -> None:
    run = kg("ingest", "-", "--extractor", name, "--store", str(tmp_path / "s"))
    assert run.returncode == 1
    assert f"error: extractor {name}" in run.stderr
    assert said in run.stderr
    assert "hint: " in run.stderr
    assert "Traceback" not in run.stderr


def test_an_article_that_a_plugin_refuses_is_skipped_and_named(kg: Kg) -> None:
    lines = "\n".join(json.dumps({"id": i, "text": t}) for i, t in (("a", TEXT), ("b", TEXT.replace("Diaz", "Lund"))))
    run = kg("extract", "-", "--extractor", "picky", text=lines)
    assert [json.loads(line)["id"] for line in run.stdout.splitlines()] == ["b"]
    assert (run.returncode, "skipped: a: names somebody" in run.stderr) == (1, True)


def test_two_packages_that_offer_one_name_are_both_named(kg: Kg, site: Path) -> None:
    install(site, "kg_other", "0.2", mine="plugins_for_tests:Mine", model="plugins_for_tests:Mine")
    run = kg("extract", "-", "--extractor", "mine")
    assert "offered by kg_mine 1.4 and by kg_other 0.2" in run.stderr
    assert kg("extract", "--list-extractors").stdout.count("\nmodel ") == 0  # ours is first and cannot be replaced
