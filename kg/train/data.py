"""What a run trains on: documents of all corpora less those held out, and the batches drawn from them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kg.extract.tokens import WordPieces
from kg.train.corpora import Example, own_records, read_jsonl, refuse_held_out, share, to_example
from kg.train.examples import Item, items
from kg.train.news import annotated_ids, news_records
from kg.train.vary import name_pools, varied

__all__ = ["CORPORA", "Sampler", "fold_records", "load_examples", "scratch_titles"]

log = logging.getLogger(__name__)

# corpus → how often one of its windows is seen in a pass; chosen by size and closeness to news, November 2026
CORPORA = {
    "redocred": 2.5,
    "docred_entities": 0.8,
    "gum": 1.6,
    "re3d": 2.0,
    "ecbplus": 0.6,
    "knowledgenet": 1.2,
    "wikigold": 0.6,
    "fewrel_wiki80": 0.3,
    "muc4": 0.4,
    "own": 4.0,
    "news": 4.0,
}
OURS = ("own", "news")  # annotated by our guideline, completely; both are in the repository
FOLDED, FOLD = ("redocred", "knowledgenet"), 0.1  # the part kept for calibration


def scratch_titles(data: Path) -> frozenset[str]:
    """Titles of docred_scratch.dev, whose documents are kept out of training."""
    path = data / "docred_scratch.dev.jsonl.gz"
    return frozenset(r["title"] for r in read_jsonl(path)) if path.exists() else frozenset()


def _near_duplicates(data: Path) -> frozenset[str]:
    """Ids of KnowledgeNet training passages that share over 30 % of their 8-grams with the development part."""
    dev = data / "knowledgenet.dev.jsonl.gz"
    if not dev.exists():
        return frozenset()

    def grams(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return {tuple(words[i : i + 8]) for i in range(len(words) - 7)}

    held = set().union(*(grams(r["text"]) for r in read_jsonl(dev)))
    found = set()
    for record in read_jsonl(data / "knowledgenet.train.jsonl.gz"):
        mine = grams(record["text"])
        if mine and len(mine & held) / len(mine) > 0.3:
            found.add(record["id"])
    return frozenset(found)


def load_examples(data: Path, without: frozenset[str] = frozenset()) -> dict[str, list[Example]]:
    """Name of a public corpus → its training examples; held-out documents are left out, and those that have a layer of ours."""
    scratch, near, layered = scratch_titles(data), _near_duplicates(data), annotated_ids()
    found: dict[str, list[Example]] = {}
    for name in CORPORA:
        if name in without or name in OURS:
            continue
        records = refuse_held_out(read_jsonl(data / f"{name}.train.jsonl.gz"))
        found[name] = [
            to_example(r)
            for r in records
            if r.get("title") not in scratch and not (r["id"] in near or r["id"] in layered or _in_fold(name, r["id"]))
        ]
    return found


def _in_fold(name: str, identifier: str) -> bool:
    return name in FOLDED and share(identifier) < FOLD


def fold_records(data: Path, without: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """The documents that training leaves out for calibration: parts of the training files, never of a development file."""
    scratch, near = scratch_titles(data), _near_duplicates(data)
    found = own_records("fold") if "own" not in without else []
    found += news_records(data, "fold") if "news" not in without else []
    for name in FOLDED:
        if name not in without:
            records = read_jsonl(data / f"{name}.train.jsonl.gz")
            found += [
                r for r in records if _in_fold(name, r["id"]) and r.get("title") not in scratch and r["id"] not in near
            ]
    return refuse_held_out(found)


class Sampler:
    """The windows of all corpora, drawn by the weights of CORPORA: batches without end.

    Texts that we annotated are drawn once as they are and the other times with other names of people, places and groups, other ones in
    each pass: few texts are seen often, and a name that is always the same is learnt by heart.
    """

    def __init__(
        self, data: Path, without: frozenset[str], tokenizer: WordPieces, *, share_of_own: float = 1.0
    ) -> None:
        self._tokenizer = tokenizer
        examples = load_examples(data, without)
        self._items = {name: [i for e in of for i in items(e, tokenizer)] for name, of in examples.items()}
        sources = [n for n in ("redocred", "docred_entities") if n not in without]
        self._ours: dict[str, list[dict[str, Any]]] = {}
        if "own" not in without:
            records = refuse_held_out(own_records("train"))
            self._ours["own"] = [r for r in records if share(f"part of {r.get('story', r['id'])}") < share_of_own]
        if "news" not in without:
            self._ours["news"] = news_records(data, "train")
        named = [r for n in sources for r in read_jsonl(data / f"{n}.train.jsonl.gz")]
        self._names = name_pools(named, (r for texts in self._ours.values() for r in texts))
        for name, texts in self._ours.items():
            self._items[name] = [i for r in texts for i in items(to_example(r), tokenizer)]
            log.info("%s: %d texts", name, len(texts))
        for name, members in self._items.items():
            log.info("%s: %d windows, %d pieces", name, len(members), sum(len(i.ids) for i in members))

    def batches(self, tokens: int, rng: np.random.Generator) -> Iterator[list[Item]]:
        """Batches of at most `tokens` pieces, padding included, of windows of similar length."""
        while True:
            drawn = self._draw(rng)
            order = rng.permutation(len(drawn))
            ready: list[list[Item]] = []
            for at in range(0, len(order), 512):
                chunk = sorted((drawn[i] for i in order[at : at + 512]), key=lambda item: len(item.ids))
                batch: list[Item] = []
                for item in chunk:
                    if batch and (len(batch) + 1) * len(item.ids) > tokens:
                        ready.append(batch)
                        batch = []
                    batch.append(item)
                ready.append(batch)
            del drawn, chunk, batch
            for i in rng.permutation(len(ready)):
                batch, ready[i] = ready[i], []  # a renamed text is seen once: what was prepared for it may go
                yield batch

    def _draw(self, rng: np.random.Generator) -> list[Item]:
        """The windows of one pass."""
        drawn: list[Item] = []
        for name, members in self._items.items():
            whole, part = divmod(CORPORA[name], 1)
            if name in self._ours and self._names.given:
                drawn += members
                for record in self._ours[name] * (int(whole) - 1):
                    drawn += items(to_example(varied(record, self._names, rng)), self._tokenizer)
                continue
            drawn += members * int(whole)
            drawn += [members[i] for i in rng.permutation(len(members))[: round(part * len(members))]]
        return drawn
