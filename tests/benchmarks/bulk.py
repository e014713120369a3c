"""A catalogue with a million entities in minutes: the rows that ingest would write, written as they stand.

Ingest looks, for each article, at what its chains may be; what nobody is going to ask about need not be looked at. So the
rows are made by the functions that ingest makes them with, sorted and inserted in bulk, in one transaction; the scores of
pairs and the clusters, which take the time, are made afterwards: by `complete` for the surroundings of some articles, or
by the global pass for all, which `tests/catalogue/test_bulk.py` holds against real ingest.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from kg.catalogue import Catalogue
from kg.catalogue.articles import SENTENCE_BITS
from kg.catalogue.codec import document_to, extraction_to, pack, pack_json
from kg.catalogue.copies import bands_of, identity_of, publisher_key, signature
from kg.catalogue.likeness import packed
from kg.catalogue.schema import open_database
from kg.graph.facts import claim_iri
from kg.pipeline import Prepared, put
from kg.pipeline.clustering import Clusters, canonical_slot
from kg.pipeline.linking import settle, wishes_of
from kg.resolve import ChainKey, drafts_of, keys_of, members, mint, target
from kg.types import EntityClass

__all__ = ["complete", "fill"]

TIME = "2031-01-01T00:00:00+00:00"
ASSERTING = 2
AT_ONCE = 2_000  # articles whose rows are handed over together
PLAIN = (EntityClass.PERSON, EntityClass.GROUP)


class _Alone:
    """An index in which every bucket has one shade and no acronym, as is so where all are people and groups."""

    def shades(self, bucket: str) -> tuple[str, ...]:
        return ("" if bucket[0] == "p" else EntityClass.GROUP.value,)

    def definers(self, acronym: str) -> tuple[tuple[str, str], ...]:
        return ()

    def acronyms(self, bucket: str) -> tuple[str, ...]:
        return ()


class _Rows:
    """Numbers everything in the order of its arrival, as ingest does, and hands over what the numbers do not depend on."""

    def __init__(self, db: sqlite3.Connection, base: str, threshold: float) -> None:
        self.db, self.base, self.threshold = db, base, threshold
        self.articles = self.chains = self.claims = 0
        self.places: dict[tuple[str, str], list[int]] = {}  # number, chains
        self.entities: dict[str, tuple[int, str, str, Counter[tuple[str, str]]]] = {}  # number, IRI, class, traits
        self.statements: dict[tuple[int, str, int], list[int]] = {}  # number, articles
        self.strings: dict[str, int] = {}
        self.said = array("q"), array("q")  # place, string
        self.blocks = array("q"), array("q")  # block, place
        self.waiting: dict[str, list[tuple[object, ...]]] = {}

    def add(self, item: Prepared) -> None:
        """Take an article; raises ValueError for one whose names depend on those of others."""
        self.articles += 1
        key, document = self.articles, item.document
        own = self._article(key, item)
        chains: dict[int, tuple[int, int]] = {}
        for chain in keys_of(document, item.extraction):
            if chain.cls not in PLAIN or chain.bucket is None or chain.weak or chain.defines:
                raise ValueError(f"{document.id}: {chain.label!r} is not a full name of a person or a group")
            chains[chain.chain] = self._chain(key, chain)
        for draft in drafts_of(item.extraction):
            assert draft.object is not None
            if not (draft.supports and draft.modality.commits and draft.confidence >= self.threshold):
                raise ValueError(f"{document.id}: a claim that asserts nothing")
            self.claims += 1
            triple = chains[draft.subject][1], draft.predicate, chains[draft.object][1]
            statement = self.statements.setdefault(triple, [len(self.statements) + 1, 0])
            statement[1] += 1
            iri = claim_iri(
                self.base, document.id, draft.predicate, draft.sentence, draft.subject_span, draft.object_span
            )
            spans = (draft.sentence, draft.subject_span, draft.object_span)
            self._hand(
                "claims", self.claims, iri.value, key, statement[0], chains[draft.subject][0], draft.predicate,
                chains[draft.object][0], "", *(end for span in spans for end in (span.start, span.end)),
                draft.confidence, True, draft.modality.value, draft.phase.value, draft.attributed_to,
                draft.valid_from, draft.valid_to, None, ASSERTING, draft.confidence, draft.phase.value != "unknown",
                None, own,
            )  # fmt: skip
            self._hand("stances", statement[0], True, key, 1)
            self._hand("sources", statement[0], True, own, 1)
        if key % AT_ONCE == 0:
            self.write()

    def write(self) -> None:
        """Hand over what is waiting."""
        for table, rows in self.waiting.items():
            marks = ", ".join("?" * len(rows[0]))
            columns = {"sentences": " (rowid, text, first, last)", "names": " (rowid, label, altlabels, cls)"}
            self.db.executemany(f"INSERT INTO {table}{columns.get(table, '')} VALUES ({marks})", rows)
        self.waiting.clear()

    def finish(self) -> None:
        """Hand over what all articles have part in."""
        for (bucket, shade), (place, n) in self.places.items():
            self._hand("shades", place, bucket, shade, n)
        for slot, (entity, iri, cls, traits) in self.entities.items():
            label = min((-n, -len(value), value) for (kind, value), n in traits.items() if kind == "label")[2]
            others = sorted({value for kind, value in traits if kind in ("label", "alias")} - {label})
            self._hand("entities", entity, iri, slot, cls, label, json.dumps(others, ensure_ascii=False), None)
            self._hand("names", entity, label, "\n".join(others), cls)
            for (kind, value), n in sorted(traits.items()):
                self._hand("traits", entity, kind, value, n)
        for (subject, predicate, thing), (statement, n) in self.statements.items():
            self._hand("statements", statement, subject, predicate, thing, "", n, 0, n, 0)
        self.write()
        order = sorted(self.strings)
        rank = np.empty(len(order), dtype=np.int64)
        rank[np.fromiter((self.strings[value] for value in order), dtype=np.int64, count=len(order))] = np.arange(
            len(order)
        )
        self.strings.clear()
        places, values = (np.frombuffer(column, dtype=np.int64) for column in self.said)
        self.db.executemany(
            "INSERT INTO said VALUES (?, ?, ?)",
            ((place, order[value], n) for place, value, n in _counted(places, rank[values])),
        )
        self.db.executemany(
            "INSERT INTO blocks VALUES (?, ?, ?)",
            _counted(*(np.frombuffer(column, dtype=np.int64) for column in self.blocks)),
        )

    def _article(self, key: int, item: Prepared) -> str:
        article, document, extraction = item.article, item.document, item.extraction
        signed = signature(document.text)
        own = publisher_key(article.id, None, None)
        given = dict.fromkeys(("url", "title", "published", "publisher"), None) | {"authors": [], "language": None}
        self._hand(
            "articles", key, article.id, article.digest, extraction.model, article.media_type, article.source, None, None,
            None, None, "[]", document.language, json.dumps(given), pack(article.raw), None,
            pack_json(document_to(document)), own, own, signed, key, TIME,
        )  # fmt: skip
        self._hand("revisions", key, key, article.digest, extraction.model, None, None, None, TIME)
        self._hand("extractions", article.digest, extraction.model, pack_json(extraction_to(extraction)))
        for band in (identity_of(signed), *bands_of(signed)):
            self._hand("bands", band, key)
        for number, span in enumerate(document.sentences):
            self._hand("sentences", key << SENTENCE_BITS | number, span.of(document.text), span.start, span.end)
        return own

    def _chain(self, article: int, chain: ChainKey) -> tuple[int, int]:
        """Number a chain; returns it and its entity."""
        assert chain.bucket is not None
        self.chains += 1
        place = self.places.setdefault((chain.bucket, chain.shade), [len(self.places) + 1, 0])
        place[1] += 1
        slot = target(_Alone(), chain.bucket, chain.shade)
        assert slot is not None
        if slot not in self.entities:
            iri = mint(self.base, chain.cls, chain.label, chain.anchor).value
            self.entities[slot] = len(self.entities) + 1, iri, chain.cls.value, Counter()
        entity, _, _, traits = self.entities[slot]
        traits.update((("class", chain.cls.value), ("label", chain.label), *(("alias", one) for one in chain.aliases)))
        for value in (*chain.values, f"z:{article}"):
            self.said[0].append(place[0])
            self.said[1].append(self.strings.setdefault(value, len(self.strings)))
        for block in chain.blocks:
            self.blocks[0].append(block)
            self.blocks[1].append(place[0])
        self._hand(
            "chains", self.chains, article, chain.chain, chain.cls.value, chain.anchor.text, chain.anchor.occurrence,
            chain.label, chain.weak, json.dumps(chain.aliases, ensure_ascii=False), chain.event_type, chain.bucket,
            chain.shade, "[]", chain.described, *packed(chain.values, chain.blocks), entity,
        )  # fmt: skip
        return self.chains, entity

    def _hand(self, table: str, *row: object) -> None:
        self.waiting.setdefault(table, []).append(row)


def _counted(first: np.ndarray, second: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Yield each pair of two columns, sorted, with how often it occurs."""
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    new = np.flatnonzero(np.r_[True, (first[1:] != first[:-1]) | (second[1:] != second[:-1])])
    counts = np.diff(np.r_[new, len(first)])
    for at in range(0, len(new), 100_000):
        part = new[at : at + 100_000]
        yield from zip(first[part].tolist(), second[part].tolist(), counts[at : at + 100_000].tolist(), strict=True)


def fill(path: Path, base: str, items: Iterable[Prepared], *, until: Callable[[int], bool] = lambda _: False) -> int:
    """Make a catalogue of articles that speak of people and groups by their full names, without pairs and clusters.

    Returns how many entities it has; `until` is asked, with that number, whether these are enough. A run that is broken
    off leaves a file that is no catalogue.
    """
    Catalogue.open(path).close()
    db = open_database(path)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000"):
        db.execute(f"PRAGMA {pragma}")
    indexes = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    db.execute("BEGIN EXCLUSIVE")
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")
    rows = _Rows(db, base, 0.5)
    for item in items:
        rows.add(item)
        if until(len(rows.entities)):
            break
    rows.finish()
    for _, sql in indexes:
        db.execute(sql)
    db.execute("COMMIT")
    db.close()
    return len(rows.entities)


def complete(catalogue: Catalogue, base: str, items: Iterable[Prepared]) -> int:
    """Score and cluster what resolving these articles will look at, as ingest has it; returns how many places that are."""
    near = _near(catalogue, base, list(items))
    with catalogue.change() as change:
        index, clusters = change.index, Clusters(change)
        seen: set[str] = set()
        scored: set[tuple[str, str]] = set()
        waiting = {slot for slot in near if members(index, slot)}
        while waiting:
            places = {place for slot in waiting for place in members(index, slot)} - scored
            clusters.rescore(places)
            scored |= places
            seen |= waiting
            waiting = clusters.component(waiting)[0] - seen
        left = set(seen)
        while left:
            component, whole = clusters.component([min(left)])
            if whole:
                clusters.settle(component)
            left -= component
        moved = [one for one in sorted(scored) if canonical_slot(index, change.likeness, *one) != target(index, *one)]
        chains = [chain for place in moved for chain in change.links.chains("c.bucket = ? AND c.shade = ?", place)]
        settle(change, base, wishes_of(change, chains))
    return len(scored)


def _near(catalogue: Catalogue, base: str, items: Sequence[Prepared]) -> set[str]:
    """The slots that these articles would touch or be like, found by putting them in and taking that back."""
    found: set[str] = set()
    with suppress(_TakenBack), catalogue.change() as change:
        for item in items:
            put(change, base, item)
        buckets = {key.bucket for item in items for key in keys_of(item.document, item.extraction) if key.bucket}
        near = {target(change.index, name, shade) for name in buckets for shade in change.index.shades(name)}
        found, _ = Clusters(change).component({slot for slot in near if slot is not None}, bounded=False)
        raise _TakenBack
    return found


class _TakenBack(Exception):
    """A change is not to be kept."""
