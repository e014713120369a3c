"""A real service for tests: `python -m tests.serving FOLDER` serves a workspace with the scripted extractor.

`running` starts it in a process of its own, waits until it says where it listens, and ends that process by its id;
`serving` does so with the command `kg serve` itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without KG_ variables, able to import the repository, with these added."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    path = os.pathsep.join(filter(None, [str(REPOSITORY), kept.get("PYTHONPATH")]))
    return {**kept, "PYTHONPATH": path, "PYTHONWARNINGS": "error", "NO_COLOR": "1", **variables}


@contextmanager
def running(folder: Path, variables: Mapping[str, str] = {}) -> Iterator[str]:
    """The address of a service over a workspace; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.serving", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(**variables),
        cwd=REPOSITORY,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url, f"the service ended with status {process.wait(timeout=30)}"
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@contextmanager
def serving(*arguments: str, port: int = 0, variables: Mapping[str, str] = {}) -> Iterator[str]:
    """The address of `kg serve` with these arguments; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "serve", "--port", str(port), *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**variables),
        cwd=REPOSITORY,
    )
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        while said and not said.startswith("serving "):
            said = process.stderr.readline()
        assert said, f"the service ended with status {process.wait(timeout=30)}"
        yield said.rsplit(" ", 1)[1].strip()
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stderr.close()


def main() -> None:
    """Serve until told to stop; the address is the first line of stdout."""
    from kg.api.server import serve
    from kg.settings import read_settings
    from kg.workspace import Workspace
    from tests.factory import World

    settings = read_settings().model_copy(update={"port": 0})
    with Workspace.open(sys.argv[1]) as workspace:
        serve(workspace, settings, load=World.extractor, ready=lambda url: print(url, flush=True))


if __name__ == "__main__":
    main()
