"""What a person waits for before a command does anything."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

ROUNDS = 5
CPU_S = 0.3


def cpu_seconds(*command: str) -> float:
    """CPU time that a command takes, in itself and the system: the best of some rounds, the first of which warms the caches."""
    spent = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["ingest", "--help"]], ids=" ".join)
def test_help_costs_little(arguments: list[str]) -> None:
    seconds = cpu_seconds(sys.executable, "-m", "kg", *arguments)
    print(f"kg {' '.join(arguments)}: {seconds:.2f} s of CPU")
    assert seconds < CPU_S
