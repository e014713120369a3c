"""What a corpus holds, counted: size, variety of names and language, facts and traps; and what stories share that they must not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from kg.extract.events import lemmas
from kg.train.corpora import read_jsonl
from kg.train.own import part_of
from kg.train.story import CLASSES, CLUTTER, Passage, Story

__all__ = ["SHARED_WORDS", "Shared", "Stats", "news_lengths", "shared_sequences", "spread", "stats_of"]

SHARED_WORDS = 8  # so many words in a row occur in one story only
Shared = tuple[str, str, str]  # words in a row, a story, another story
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Stats:
    """Counts over texts: `facts` by (predicate, flag), where the flag of a plain fact is ""; `lengths` of sentences in words."""

    stories: int = 0
    texts: int = 0
    words: int = 0
    entities: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    genres: Counter[str] = field(default_factory=Counter)
    mentions: Counter[tuple[str, str]] = field(default_factory=Counter)
    event_types: Counter[str] = field(default_factory=Counter)
    facts: Counter[tuple[str, str]] = field(default_factory=Counter)
    traps: Counter[str] = field(default_factory=Counter)
    names: dict[str, set[str]] = field(default_factory=dict)
    triggers: set[str] = field(default_factory=set)
    lengths: list[int] = field(default_factory=list)

    @property
    def total_facts(self) -> int:
        """Facts, one for each sentence that states them."""
        return sum(count for (_, flag), count in self.facts.items() if not flag)

    @property
    def facts_per_100_words(self) -> float:
        """How dense the annotation is."""
        return round(100 * self.total_facts / max(1, self.words), 1)

    def as_json(self) -> dict[str, Any]:
        """The counts as plain values."""
        predicates = sorted({predicate for predicate, _ in self.facts})
        return {
            "stories": self.stories,
            "texts": self.texts,
            "words": self.words,
            "sentences": len(self.lengths),
            "entities": self.entities,
            "fields": dict(self.fields),
            "regions": dict(self.regions),
            "parts": dict(self.parts),
            "genres": dict(self.genres),
            "mentions": {f"{cls} {kind}": count for (cls, kind), count in sorted(self.mentions.items())},
            "event_types": dict(self.event_types),
            "facts": {
                predicate: {flag or "all": count for (p, flag), count in sorted(self.facts.items()) if p == predicate}
                for predicate in predicates
            },
            "traps": dict(self.traps),
            "distinct_names": {cls: len(names) for cls, names in sorted(self.names.items())},
            "distinct_triggers": len(self.triggers),
            "sentence_words": spread(self.lengths),
            "facts_per_100_words": self.facts_per_100_words,
        }


def stats_of(stories: Iterable[Story]) -> Stats:
    """The counts over some stories."""
    found = Stats()
    for story in stories:
        found.stories += 1
        found.fields[story.header.get("field") or "single passages"] += 1
        found.regions[re.split("[,;(]", story.header.get("region", "?"))[0].strip()] += 1
        found.parts[part_of(story)] += 1
        found.entities += len({m.entity for passage in story.texts for m in passage.mentions})
        for passage in story.texts:
            _count(found, passage)
    return found


def _count(found: Stats, passage: Passage) -> None:
    found.texts += 1
    found.words += len(passage.text.split())
    found.genres[passage.header.get("genre", "?")] += 1
    clutter = {i for i, mark in passage.marks.items() if mark == CLUTTER}
    found.lengths += [
        len(passage.text[start:end].split()) for i, (start, end) in enumerate(passage.sentences) if i not in clutter
    ]
    found.event_types.update(passage.types[e] for e in passage.entities() if e in passage.types)
    for mention in passage.mentions:
        cls, surface = CLASSES[mention.entity[0]], passage.surface(mention)
        found.mentions[cls, mention.kind] += 1
        if mention.kind == "name" and cls != "Date":
            found.names.setdefault(cls, set()).add(surface)
        elif mention.kind == "trigger":
            # no dictionary: the shortest form that the endings allow stands for the lemma, without a doubled last letter
            stem = min(lemmas(surface.split()[-1]), key=len)
            found.triggers.add(stem[:-1] if stem[-1:] == stem[-2:-1] else stem)
    for fact in passage.facts:
        if not fact.holds:
            found.traps[fact.predicate] += 1
            continue
        named = [flag for flag, value in (("by", fact.by), ("from", fact.since), ("until", fact.until)) if value]
        found.facts.update((fact.predicate, flag) for flag in ("", *fact.flags, *named))


def spread(lengths: Sequence[int]) -> dict[str, float]:
    """Quartiles and the ninth decile."""
    if len(lengths) < 2:
        return {}
    quarters, tenths = quantiles(lengths, n=4, method="inclusive"), quantiles(lengths, n=10, method="inclusive")
    names = ("quartile 1", "median", "quartile 3")
    return {**dict(zip(names, quarters, strict=True)), "decile 9": round(tenths[8], 1)}


def news_lengths(data: Path) -> list[int]:
    """Words of each sentence of GUM's news in a folder of public corpora; [] where it is not."""
    files = [path for name in ("gum.train", "gum.dev") if (path := data / f"{name}.jsonl.gz").exists()]
    return [
        len(record["text"][start:end].split())
        for path in files
        for record in read_jsonl(path)
        if record["id"].startswith("gum-news")
        for start, end in record["sents"]
    ]


def shared_sequences(stories: Sequence[Story], words: int = SHARED_WORDS) -> list[Shared]:
    """What two stories share: the longest runs of at least so many words, without case or signs."""
    seen: dict[tuple[str, ...], Story] = {}
    found: list[Shared] = []
    for story in stories:
        mine: set[tuple[str, ...]] = set()
        for passage in story.texts:
            tokens = _WORD.findall(passage.text.casefold())
            end, other = 0, None
            for at in range(len(tokens) - words + 1):
                gram = tuple(tokens[at : at + words])
                mine.add(gram)
                owner = seen.get(gram)
                if owner is None:
                    continue
                if owner is other and at < end:  # goes on
                    run = [*found.pop()[0].split(), tokens[at + words - 1]]
                else:
                    run = list(gram)
                found.append((" ".join(run), owner.path.stem, story.path.stem))
                end, other = at + words, owner
        for gram in mine:
            seen.setdefault(gram, story)
    return found
