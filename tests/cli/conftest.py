"""The real command in processes of its own, with the scripted extractor in the model's place, and a small workspace."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.conftest import fill
from tests.serving import REPOSITORY, environment

# what `python -m kg` does, with an extractor that knows the tests' world
SCRIPTED = """
import kg.extract
from tests.factory import World
kg.extract.load_extractor = lambda path=None, threads=None: World.extractor()
from kg.cli import main
main()
"""

Kg = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def kg() -> Kg:
    """Runs `kg` with arguments; `store=` sets KG_STORE, `input=` is its stdin."""

    def run(
        *arguments: str,
        store: Path | None = None,
        cwd: Path | None = None,
        input: str | None = None,  # noqa: A002 - as subprocess.run has it
        **variables: str,
    ) -> subprocess.CompletedProcess[str]:
        if store is not None:
            variables["KG_STORE"] = str(store)
        return subprocess.run(
            [sys.executable, "-c", SCRIPTED, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            input=input if input is not None else "",
            cwd=cwd or REPOSITORY,
            env=environment(**variables),
            timeout=300,
        )

    return run


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that nobody changes."""
    folder = tmp_path_factory.mktemp("read") / "world"
    fill(folder)
    return folder


@pytest.fixture
def copy(tmp_path: Path, world: Path) -> Path:
    """A workspace of one's own."""
    import shutil

    return Path(shutil.copytree(world, tmp_path / "world"))
