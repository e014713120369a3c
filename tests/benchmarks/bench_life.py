"""Ten thousand articles read, a tenth replaced, a tenth withdrawn, by a process that is killed: equal to a clean build.

`pytest tests/benchmarks/bench_life.py -s`, on a machine that does nothing else (`KG_BENCH_ARTICLES=3000` for fewer);
`tests/test_life.py` does it with a thousand.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.test_life import compared, lived

ARTICLES, KILLS, LONGEST_S = int(os.environ.get("KG_BENCH_ARTICLES", "10000")), 20, 60.0


def test_articles_replaced_withdrawn_and_killed_are_as_a_clean_build(tmp_path: Path) -> None:
    begun = time.monotonic()
    killed = lived(tmp_path / "w", ARTICLES, KILLS, LONGEST_S)
    through = time.monotonic()
    compared(tmp_path / "w", ARTICLES)
    print(
        f"{ARTICLES:,} articles: {through - begun:.0f} s with {killed} kills; compared in {time.monotonic() - through:.0f} s"
    )
