"""What extraction costs beside the bare encoder, and what a long text needs.

`pytest tests/benchmarks/bench_extract.py -s`, on a machine that does nothing else, with pytest-benchmark.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.articles import clean
from kg.extract import load_extractor
from kg.extract.windows import windows
from kg.types import Article, Document

CORPUS = Path(kg.__file__).parent / "train" / "corpus"
RATIO = 1.3  # DESIGN.md 7
MORE_MB = 120  # of resident memory, for a hundred times the words
ROUNDS = 7


def text_of(words: int) -> str:
    """The first `words` words of our corpus, over again where it has fewer."""
    from kg.train.markup import read_story

    texts = [passage.text for path in sorted(CORPUS.glob("*.txt")) for passage in read_story(path).texts]
    found: list[str] = []
    for text in itertools.cycle(texts):
        some = text.split(" ")[:words]
        found.append(" ".join(some))
        words -= len(some)
        if not words:
            return "\n\n".join(found)
    raise FileNotFoundError(f"{CORPUS}: no corpus")


def document(words: int) -> Document:
    text = text_of(words)
    return clean(Article(str(words), text.encode(), text, "text/plain", str(words)))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("words", [600, 6000])
def test_extraction_costs_little_more_than_the_encoder(benchmark: Any, words: int, threads: int) -> None:
    extractor = load_extractor(threads=threads)
    model, doc = extractor._model, document(words)
    pieces = model.tokenizer.pieces(doc.text)
    cut = windows(pieces, doc.sentences)
    bare: list[float] = []

    def encode() -> None:
        before = time.perf_counter()
        for _ in model.encode_all(pieces, cut):
            pass
        bare.append(time.perf_counter() - before)

    benchmark.pedantic(extractor.extract, args=(doc,), setup=encode, rounds=ROUNDS, warmup_rounds=1)
    ratio = benchmark.stats.stats.min / min(bare)
    benchmark.extra_info |= {"bare_s": min(bare), "ratio": ratio, "windows": len(cut)}
    print(
        f"\n{words} words, {threads} threads, {len(cut)} windows: encoder {min(bare):.3f} s, all {benchmark.stats.stats.min:.3f} s,"
        f" ratio {ratio:.2f}"
    )
    assert ratio <= RATIO


def used_by(words: int) -> tuple[float, float]:
    """(seconds, MB of resident memory at most) of extracting a text in a process of its own."""
    script = (
        "import json, pathlib, re, time\n"
        "from tests.benchmarks.bench_extract import document, load_extractor\n"
        f"doc, extractor = document({words}), load_extractor()\n"
        "before = time.perf_counter()\n"
        "extractor.extract(doc)\n"
        "seconds, status = time.perf_counter() - before, pathlib.Path('/proc/self/status').read_text()\n"
        "print(json.dumps([seconds, int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) / 1024]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


def test_memory_is_flat_and_time_grows_with_the_text() -> None:
    used = {words: used_by(words) for words in (1_000, 10_000, 100_000)}
    for words, (seconds, megabytes) in used.items():
        print(f"\n{words} words: {seconds:.2f} s, {megabytes:.0f} MB", end="")
    assert used[100_000][1] - used[1_000][1] <= MORE_MB
    assert used[100_000][0] <= 15 * used[10_000][0]
