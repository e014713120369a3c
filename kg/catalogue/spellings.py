"""Words that nothing is called by → what may have been meant, by the letters that they share with names and sentences.

Names that are spelt nearly alike are found by the trigrams that they have in common, of which the rarest are followed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from kg.catalogue.conditions import marks
from kg.catalogue.entities import entity_of
from kg.catalogue.words import Typed, edits_allowed, fold, read_words, spelt_alike, trigrams, words_in

__all__ = ["Spellings"]

NAMES_READ = 20_000
NAMES_COMPARED = 200
RARE_TRIGRAMS = 8  # the rarest of those that names have: they tell most, and their lists are short
WORDS_COMPARED = 2_000  # of the vocabulary, when a word that no sentence holds is corrected


class Spellings:
    """Reads the index of names' trigrams and the vocabularies."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def names_like(self, typed: Typed, classes: Collection[str]) -> list[tuple[int, str]]:
        """(entity, name) of the names spelt nearly alike, the nearest first: of each word some letters may be wrong."""
        words = words_in(" ".join(typed.words))
        wanted = {three for word in words if edits_allowed(word) for three in trigrams(word)}
        counted = [(count, three) for three in wanted if (count := self._names_with(three)) is not None]
        if not counted:
            return []
        rare = " OR ".join(f'"{three}"' for _, three in sorted(counted)[:RARE_TRIGRAMS])
        rows = self._db.execute(
            "SELECT e.*, f.rank FROM (SELECT rowid, rank FROM spellings WHERE spellings MATCH ? LIMIT ?) f"  # noqa: S608
            f" JOIN entities e ON e.key = f.rowid WHERE e.cls IN ({marks(classes)}) ORDER BY f.rank LIMIT ?",
            (rare, NAMES_READ, *classes, NAMES_COMPARED),
        ).fetchall()
        more = typed.parts[-1][1]
        found: list[tuple[int, int, str, int]] = []
        for row in rows:
            names = (row["label"], *entity_of(row).altlabels)
            distances = ((_distance(words, words_in(name), more=more), name) for name in names)
            near = [(edits, len(name), name) for edits, name in distances if edits is not None]
            if near:
                found.append((*min(near), row["key"]))
        return [(key, name) for _, _, name, key in sorted(found)]

    def corrected(self, typed: Typed) -> str | None:
        """The words with those that no sentence holds as the sentences most often spell them, if that finds any."""
        words: list[str] = []
        for word in map(fold, typed.words):
            if (spelt := self._as_sentences_spell(word)) is None:
                return None
            words.append(spelt)
        text = " ".join(words)
        held = self._db.execute("SELECT 1 FROM sentences WHERE sentences MATCH ? LIMIT 1", (read_words(text).match,))
        return text if held.fetchone() is not None else None

    def _names_with(self, three: str) -> int | None:
        """How many entities have a trigram in a name."""
        row = self._db.execute("SELECT doc FROM spellings_found WHERE term = ?", (three,)).fetchone()
        return None if row is None else int(row[0])

    def _as_sentences_spell(self, word: str) -> str | None:
        """A word, or the nearest and most frequent one that sentences hold in its place; None when there is none near."""
        held = self._db.execute("SELECT 1 FROM sentences_found WHERE term = ?", (word,)).fetchone()
        if held is not None or not edits_allowed(word):
            return word
        rows = self._db.execute(
            "SELECT term, doc FROM sentences_found WHERE term >= ? AND term < ? LIMIT ?",
            (word[:2], f"{word[:2]}\U0010ffff", WORDS_COMPARED),
        )
        near = [
            (edits, -row["doc"], str(row["term"]))
            for row in rows
            if abs(len(row["term"]) - len(word)) <= 2 and (edits := spelt_alike(word, row["term"])) is not None
        ]
        return min(near)[2] if near else None


def _distance(words: tuple[str, ...], name: tuple[str, ...], *, more: bool) -> int | None:
    """The edits between what was typed and a name in which each word has one of its own; None if a word has none."""
    left, total = list(name), 0
    for number, word in enumerate(words, 1):
        near = [
            (edits, at)
            for at, other in enumerate(left)
            if (edits := spelt_alike(word, other, more=more and number == len(words))) is not None
        ]
        if not near:
            return None
        edits, at = min(near)
        total += edits
        del left[at]
    return total
