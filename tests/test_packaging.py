"""The wheel: what people install holds all that `kg` needs, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

import kg

ROOT = Path(__file__).parents[1]
MAX_BYTES = 40_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    """The wheel of this tree, built with the backend itself: no network, no environment of its own."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("newsgraph-*.whl")
    with ZipFile(path) as archive:
        yield archive


@pytest.fixture(scope="module")
def names(wheel: ZipFile) -> frozenset[str]:
    return frozenset(wheel.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: ZipFile, names: frozenset[str]) -> Message:
    (path,) = (name for name in names if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(path).decode())


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        pytest.param(r"kg/ontology/(kg\.ttl|shapes\.ttl|context\.jsonld|frame\.jsonld)", 4, id="the ontology"),
        pytest.param(r"kg/queries/[a-z-]+\.rq", 8, id="the named queries"),
        pytest.param(r"kg/demo/.+\.(txt|html|jsonl)", 5, id="articles of the demo"),
        pytest.param(
            r"kg/extract/model/(model\.json|encoder\.onnx|pairs\.onnx|words\.npz|tokenizer\.json)", 5, id="model"
        ),
        pytest.param(r"kg/extract/model/MODEL_CARD\.md", 1, id="the model's card"),
        pytest.param(r"kg/(articles|extract|resolve)/lexicon/en/.+", 8, id="word lists"),
        pytest.param(r"kg/api/templates/.+\.html", 5, id="templates of the pages"),
        pytest.param(r"kg/api/static/.+\.css", 1, id="styles of the pages"),
        pytest.param(r"kg/py\.typed", 1, id="the mark that types are told"),
        pytest.param(r"newsgraph-[^/]+\.dist-info/licenses/(LICENSE|NOTICE)", 2, id="licence and notice"),
    ],
)
def test_the_wheel_holds_what_kg_needs(names: frozenset[str], pattern: str, what: int) -> None:
    assert len([name for name in names if re.fullmatch(pattern, name)]) >= what


def test_no_file_of_the_package_is_left_out(names: frozenset[str]) -> None:
    homes = {"kg": "kg", "ontology": "kg/ontology", "queries": "kg/queries"}
    files = {
        f"{home}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, home in homes.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in files if not name.startswith("kg/train/corpus/")} <= names


@pytest.mark.parametrize("pattern", [r"kg/train/corpus/.*", r"(.*/)?tests/.*", r".*\.pyc", r".*/\..*"])
def test_the_wheel_holds_nothing_else(names: frozenset[str], pattern: str) -> None:
    assert not [name for name in names if re.fullmatch(pattern, name)]


def test_all_files_of_the_wheel_are_under_kg(names: frozenset[str]) -> None:
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"kg"}


def test_the_wheel_is_small(wheel: ZipFile) -> None:
    assert wheel.filename is not None
    assert Path(wheel.filename).stat().st_size < MAX_BYTES


def test_an_installed_wheel_finds_its_files(wheel: ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    script = """
from pathlib import Path
import kg
from kg.query import read_queries
from kg.resources import resource
from kg.vocab import PREDICATES, domain
home = Path(kg.__file__).parent
assert home.parts[-2:] == ("site", "kg"), home
assert resource("ontology") == home / "ontology" and resource("queries") == home / "queries"
assert all(map(domain, PREDICATES))
assert read_queries(resource("queries"))
"""
    # -I would drop PYTHONPATH, so -P alone: neither the clone nor the current folder is on the path
    run = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "site")}, check=False
    )
    assert run.returncode == 0


def test_one_version_everywhere(metadata: Message) -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert metadata["Version"] == kg.__version__ == newest[1]


def test_installing_brings_no_training_or_test_libraries(metadata: Message) -> None:
    always = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert always
    assert not [line for line in always if re.match(r"(torch|onnx\b(?!runtime)|pytest|ruff|mypy|hatchling)", line)]


def test_dependencies_have_lower_bounds_and_no_upper_ones() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    bounds = [line.partition(";")[0] for line in lines]  # behind it: for which platforms
    assert [line for line in bounds if not re.fullmatch(r"[\w-]+>=[\d.]+", line)] == []


def test_the_commands_have_both_names(wheel: ZipFile, names: frozenset[str]) -> None:
    (path,) = (name for name in names if name.endswith(".dist-info/entry_points.txt"))
    assert {"kg = kg.cli:main", "newsgraph = kg.cli:main"} <= set(wheel.read(path).decode().splitlines())
