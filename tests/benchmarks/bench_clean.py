"""What cleaning a plain text costs beside one pass of a regular expression over its words.

`pytest tests/benchmarks/bench_clean.py -s`
"""

from __future__ import annotations

import re
import time

from kg.articles import clean
from kg.types import Article

YARDSTICKS = 25
PARAGRAPH = (
    "The harbour council of Larne voted on Tuesday to close the eastern quay, its chair, Moira Keane, told reporters. "
    "“We had no choice,” she said. Fishermen who had met her at 6 a.m. disagreed. It was signed by Gen. J. R. Diaz in the U.S. in {}."
)


def test_plain_text_is_cleaned_at_a_few_passes_over_its_words() -> None:
    prose = "\n\n".join(PARAGRAPH.format(year) for year in range(1000, 4000))
    given = Article("a", prose.encode(), prose, "text/plain", "a")
    clean(Article("b", b"Loads the rules.", "Loads the rules.", "text/plain", "b"))
    started = time.process_time()
    re.findall(r"\w+", prose)
    yardstick = time.process_time() - started
    started = time.process_time()
    clean(given)
    seconds = time.process_time() - started
    print(f"{len(prose) / 1e6 / seconds:.2f} MB/s, {seconds / yardstick:.1f} yardsticks")
    assert seconds < YARDSTICKS * yardstick
