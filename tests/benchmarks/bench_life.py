"""Thousands of articles read, a tenth replaced, a tenth withdrawn, by a process that is killed: equal to a clean build.

`pytest tests/benchmarks/bench_life.py -s`, on a machine that does nothing else.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.test_life import compared, lived


@pytest.mark.parametrize("count", [1_000, 10_000])
def test_articles_replaced_withdrawn_and_killed_are_as_a_clean_build(count: int, tmp_path: Path) -> None:
    begun = time.monotonic()
    killed = lived(tmp_path / "w", count, 20, count / 100)
    through = time.monotonic()
    compared(tmp_path / "w", count)
    print(
        f"{count:,} articles: {through - begun:.0f} s with {killed} kills; compared in {time.monotonic() - through:.0f} s"
    )
