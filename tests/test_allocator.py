"""The C library keeps chunks of a few kilobytes for each thread of what reads the store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.allocator import TUNABLE, VARIABLE, with_tunables
from tests.api.conftest import fill
from tests.api.test_operation import process_of
from tests.serving import REPOSITORY, environment

BEGINNING = "import os, sys; from kg.allocator import begin_anew; begin_anew(); print(os.getpid(), sys.argv[1:], sys.stdin.read())"
glibc_only = pytest.mark.skipif(
    "CS_GNU_LIBC_VERSION" not in os.confstr_names or not Path("/proc/self/environ").exists(),
    reason="the C library is not glibc on Linux",
)


def tunables(pid: int) -> list[str]:
    """What a process was started with."""
    variables = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return [value for name, _, value in (line.partition("=") for line in variables) if name == VARIABLE]


def children(pid: int) -> list[int]:
    """The processes that its threads have started."""
    return [int(child) for of in Path(f"/proc/{pid}/task").glob("*/children") for child in of.read_text().split()]


@glibc_only
def test_a_service_and_its_workers_have_it_and_no_process_comes_between(tmp_path: Path) -> None:
    fill(tmp_path / "world")
    with process_of(tmp_path / "world") as (process, _):  # it answers under the id that was started
        assert all(TUNABLE in value for value in tunables(process.pid))
        workers = [pid for pid in children(process.pid) if tunables(pid)]
        assert workers
        assert all(tunables(pid) == tunables(process.pid) != [] for pid in workers)


def test_a_process_that_begins_anew_keeps_its_id_its_arguments_and_its_input() -> None:
    command = [sys.executable, "-c", BEGINNING, "one", "two words"]
    variables = {name: value for name, value in environment().items() if name != VARIABLE}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables, cwd=REPOSITORY
    ) as process:
        said, _ = process.communicate("given", timeout=60)
        assert said.strip() == f"{process.pid} ['one', 'two words'] given"


def test_where_the_loader_takes_the_variable_away_a_process_begins_anew_once() -> None:
    taken = f"import os; os.environ.pop({VARIABLE!r}, None); {BEGINNING}"
    with subprocess.Popen(
        [sys.executable, "-c", taken],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=REPOSITORY,
    ) as process:
        said, _ = process.communicate(timeout=60)
        assert said.strip() == f"{process.pid} []"


def test_what_somebody_has_set_stays() -> None:
    mine = {VARIABLE: f"{TUNABLE}=4096"}
    assert with_tunables(mine) == mine
    assert with_tunables({"A": "b"}) == {"A": "b", VARIABLE: f"{TUNABLE}=16384"}
