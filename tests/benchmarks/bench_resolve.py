"""What resolving one article costs against a small and a large graph.

`pytest tests/benchmarks/bench_resolve.py -s`; `KG_BENCH_ENTITIES=1000000` for the size of DESIGN.md 11, which takes minutes
and some gigabytes of disk. The names are generated, with collisions as among people: given names and surnames by Zipf's law,
so that a hundred people share the commonest surname of a thousand, and groups of few words.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from kg.catalogue import Catalogue, NewChain
from kg.pipeline import Prepared, put
from kg.resolve import keys_of
from kg.types import Article, Chain, Document, EntityClass, Extraction, Mention, Relation, Span

SMALL, LARGE = 1_000, int(os.environ.get("KG_BENCH_ENTITIES", "100000"))
RATIO = 2.0  # DESIGN.md 11
MEASURED = 40
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


def filled(path: Path, entities: int) -> Catalogue:
    """A catalogue with the keys of so many entities; their claims and graph play no part in resolving."""
    catalogue, names = Catalogue.open(path), Names(seed=1)
    for first in range(0, entities // PER_ARTICLE, 2_000):
        with catalogue.change() as change:
            for number in range(first, min(first + 2_000, entities // PER_ARTICLE)):
                item = prepared(names, number)
                change.links.add(-number - 1, item.article.id, [
                    NewChain(k.chain, k.anchor, k.cls, k.label, k.aliases, k.bucket, k.shade, k.weak, k.defines,
                             k.event_type, k.described, k.values, k.blocks)
                    for k in keys_of(item.document, item.extraction)
                ])  # fmt: skip
    return catalogue


def test_resolving_an_article_costs_the_same_however_large_the_graph(tmp_path: Path) -> None:
    costs = {}
    for entities in (SMALL, LARGE):
        catalogue = filled(tmp_path / f"{entities}.sqlite", entities)
        names, spent = Names(seed=2), []
        for number in range(MEASURED):
            item = prepared(names, 10**9 + number)
            begun = time.process_time()
            with catalogue.change() as change:
                put(change, "http://localhost:8000/", item)
            spent.append(time.process_time() - begun)
        catalogue.close()
        costs[entities] = sorted(spent)[MEASURED // 2]
        print(f"{entities:>9,} entities: {costs[entities] * 1000:.1f} ms of CPU an article (median of {MEASURED})")
    assert costs[LARGE] <= RATIO * costs[SMALL]
