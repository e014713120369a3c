"""What resolving one article costs against a small and a large graph, and how much memory.

`pytest tests/benchmarks/bench_resolve.py -s`: against a million entities (DESIGN.md 11), which takes some minutes and
4 GB of disk; `KG_BENCH_ENTITIES=100000` for fewer, `KG_BENCH_FOLDER=DIR` to keep the catalogues for the next time, until
what a chain is found by changes. They have the rows that ingest would have written (`tests.benchmarks.bulk`).

How names collide: given names (of 4,000 words) and surnames (of 43,000) are drawn by Zipf's law, the chance of a word falling
as one over its rank, as surnames do in registers of people (Miyazima et al. 2000, Physica A 278): one person in fifteen has
the commonest surname, half have one of the 210 commonest, and the same given and family names meet again. Groups are two such
words and one of ten kinds, so every kind is shared by tens of thousands. All of the new articles' words are words of the
graph. Of the keys that a new name is found by, 43 of 100 are its own, 22 it shares with up to 31 things, 35 with more.

What is measured is the whole of putting an article into the catalogue, text and claims included, with the writing of its
transaction. Most of what is left to grow is SQLite's: pages of a file of gigabytes, read and written at random places.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import resource
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from kg.catalogue import Catalogue
from kg.pipeline import Prepared, put
from kg.types import Article, Chain, Document, EntityClass, Extraction, Mention, Relation, Span

SMALL, LARGE = 1_000, int(os.environ.get("KG_BENCH_ENTITIES", "1000000"))
RATIO = 2.0  # DESIGN.md 11
MORE_BYTES = 256 << 20  # that the large graph may need: what SQLite keeps of a file that does not fit, and little else
MEASURED = 40
BASE = "http://localhost:8000/"
PER_ARTICLE = 6
SYLLABLES = [a + b for a in "bdfghjklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "or", "ul")]
KINDS = ("Front", "Union", "Lines", "Brigade", "Council", "Party", "Movement", "Bank", "League", "Army")
PERSON, GROUP = EntityClass.PERSON, EntityClass.GROUP


class Names:
    """Names of people and groups, drawn so that few are very common and most are rare."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        self.dice = dice
        words = sorted({"".join(dice.choices(SYLLABLES, k=dice.choice((2, 3)))).title() for _ in range(60_000)})
        dice.shuffle(words)
        self.given, self.family = words[:4_000], words[4_000:]

    def _zipf(self, words: list[str]) -> str:
        return words[min(len(words) - 1, int(len(words) ** self.dice.random()) - 1)]

    def person(self) -> str:
        """A given name, now and then a second one, and a surname."""
        middle = [self._zipf(self.given)] if self.dice.random() < 0.1 else []
        return " ".join([self._zipf(self.given), *middle, self._zipf(self.family)])

    def group(self) -> str:
        """Two rare words and what kind of group it is."""
        return f"{self._zipf(self.family)} {self._zipf(self.family)} {self.dice.choice(KINDS)}"


def prepared(names: Names, number: int) -> Prepared:
    """An article in which some people lead some groups."""
    cast = [(names.person(), PERSON) if n % 2 else (names.group(), GROUP) for n in range(PER_ARTICLE)]
    text, mentions, sentences = "", [], []
    for name, cls in cast:
        start = len(text)
        text += f"{name} was there. "
        mentions.append(Mention(Span(start, start + len(name)), cls))
        sentences.append(Span(start, len(text) - 1))
    document = Document(f"{number}.txt", text, tuple(sentences), (Span(0, len(text)),))
    chains = tuple(Chain((n,), cls, (name,)) for n, (name, cls) in enumerate(cast))
    relations = tuple(Relation(n, "leads", n - 1, sentences[n], 0.9) for n in range(1, PER_ARTICLE, 2))
    extraction = Extraction(document.id, "generated", tuple(mentions), chains, relations)
    article = Article(document.id, text.encode(), text, "text/plain", document.id)
    return Prepared(article, document, extraction)


def measured_articles() -> list[Prepared]:
    """New articles, of the same people and groups as the others."""
    names = Names(seed=1)  # of the same words, drawn otherwise
    names.dice.seed(2)
    return [prepared(names, 10**9 + number) for number in range(MEASURED)]


def make(path: Path, entities: int) -> None:
    """A catalogue of so many entities, unless it is there from the last time."""
    from tests.benchmarks.bulk import complete, fill

    if path.exists():
        return
    making = path.with_suffix(".part")
    making.unlink(missing_ok=True)
    names = Names(seed=1)
    fill(making, BASE, (prepared(names, n) for n in itertools.count()), until=lambda n: n >= entities)
    catalogue = Catalogue.open(making)
    complete(catalogue, BASE, measured_articles())
    catalogue.close()
    making.rename(path)


def measure(path: Path) -> tuple[float, int]:
    """The median seconds of CPU that an article takes, and the bytes of memory that this process had at most."""
    spent = []
    catalogue = Catalogue.open(path)
    for item in measured_articles():
        begun = time.process_time()
        with catalogue.change() as change:
            put(change, BASE, item)
        spent.append(time.process_time() - begun)
    catalogue.close()
    return sorted(spent)[len(spent) // 2], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def test_resolving_an_article_costs_the_same_however_large_the_graph(tmp_path: Path) -> None:
    folder = Path(os.environ.get("KG_BENCH_FOLDER", str(tmp_path)))
    fresh = multiprocessing.get_context("spawn")
    costs, memory = {}, {}
    for entities in (SMALL, LARGE):
        with ProcessPoolExecutor(1, mp_context=fresh, max_tasks_per_child=1) as process:
            process.submit(make, folder / f"{entities}.sqlite", entities).result()
            shutil.copy(folder / f"{entities}.sqlite", tmp_path / "measured.sqlite")
            costs[entities], memory[entities] = process.submit(measure, tmp_path / "measured.sqlite").result()
        print(
            f"{entities:>9,} entities: {costs[entities] * 1000:.1f} ms of CPU an article (median of {MEASURED}),"
            f" {memory[entities] >> 20} MB"
        )
    print(f"ratio {costs[LARGE] / costs[SMALL]:.2f}")
    assert costs[LARGE] <= RATIO * costs[SMALL]
    assert memory[LARGE] <= memory[SMALL] + MORE_BYTES
