"""Words → entities, articles and sentences, by SQLite's full-text indexes.

Ranked by bm25 in the index, then by what it does not know: whether the whole name was typed, how many articles name a
thing, what class it is of. Names that are spelt nearly alike are found by the trigrams that they share.

What is looked at is bounded: of a word that very many names or sentences hold, the names catalogued first, which are the
common ones, and the newest sentences. The indexes of names' trigrams and of titles follow their tables by triggers, so that
nothing that is deleted or replaced can be left in them.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from kg.catalogue.articles import SENTENCE_BITS
from kg.catalogue.relations import entity_of
from kg.catalogue.rows import EntityRow, Hit
from kg.catalogue.words import Typed, edits_allowed, fold, read_words, spelt_alike, trigrams, words_in
from kg.types import EntityClass, Span

__all__ = [
    "ARTICLES_RANKED",
    "SENTENCE",
    "SENTENCES_RANKED",
    "ArticleHit",
    "EntityHit",
    "Marked",
    "Search",
    "SentenceHit",
    "has_search",
    "prepare_search",
    "search",
]

SENTENCE = "Sentence"
"""The kind of a hit that is a sentence; the others are the classes of entities."""

ENTITIES = tuple(cls.value for cls in EntityClass if cls is not EntityClass.DATE)
NAMES_READ = 20_000
ENTITIES_RANKED = 500
SENTENCES_RANKED = 5_000
ARTICLES_RANKED = 500
SPELLINGS_RANKED = 200
RARE_TRIGRAMS = 8  # the rarest of those that names have: they tell most, and their lists are short
WORDS_COMPARED = 2_000  # of the vocabulary, when a word that no sentence holds is corrected

_CLASS_WEIGHT = {
    "Person": 0.3,
    "Group": 0.3,
    "Polity": 0.3,
    "Place": 0.2,
    "Event": 0.0,
}  # a bm25 of one rare word is 5 to 10
_OPEN, _SHUT = "\ufdd0", "\ufdd1"  # noncharacters, which no text holds, around what matched

_TABLES = """
CREATE VIRTUAL TABLE spellings USING fts5 (names, tokenize = "trigram", detail = none);
CREATE VIRTUAL TABLE spellings_found USING fts5vocab (spellings, row);
CREATE VIRTUAL TABLE sentences_found USING fts5vocab (sentences, row);
CREATE VIRTUAL TABLE titles USING fts5 (title, tokenize = "unicode61 remove_diacritics 2");
CREATE TRIGGER spellings_insert AFTER INSERT ON entities WHEN new.label != '' BEGIN
  INSERT INTO spellings (rowid, names) VALUES (new.key, fold(new.label || char(10) || new.altlabels)); END;
CREATE TRIGGER spellings_update AFTER UPDATE OF label, altlabels ON entities BEGIN
  DELETE FROM spellings WHERE rowid = old.key;
  INSERT INTO spellings (rowid, names) VALUES (new.key, fold(new.label || char(10) || new.altlabels)); END;
CREATE TRIGGER spellings_delete AFTER DELETE ON entities BEGIN DELETE FROM spellings WHERE rowid = old.key; END;
CREATE TRIGGER titles_insert AFTER INSERT ON articles WHEN new.title IS NOT NULL BEGIN
  INSERT INTO titles (rowid, title) VALUES (new.key, new.title); END;
CREATE TRIGGER titles_update AFTER UPDATE OF title ON articles BEGIN
  DELETE FROM titles WHERE rowid = old.key;
  INSERT INTO titles (rowid, title) SELECT new.key, new.title WHERE new.title IS NOT NULL; END;
CREATE TRIGGER titles_delete AFTER DELETE ON articles BEGIN DELETE FROM titles WHERE rowid = old.key; END;
INSERT INTO spellings (rowid, names) SELECT key, fold(label || char(10) || altlabels) FROM entities;
INSERT INTO titles (rowid, title) SELECT key, title FROM articles WHERE title IS NOT NULL;
"""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text, and the places in it that were looked for: half-open ranges of its code points."""

    text: str
    highlights: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityHit:
    """An entity that was found, with the name that matched; `similar` if that is only spelt nearly alike."""

    entity: EntityRow
    name: Marked
    mentions: int
    similar: bool = False


@dataclass(frozen=True, slots=True)
class SentenceHit:
    """A sentence that was found: its article, its place in that article's clean text, and the part that matched."""

    article_id: str
    title: str | None
    publisher: str | None
    published: str | None
    span: Span
    text: Marked
    snippet: Marked


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """An article that was found: by its title, or by its best sentence, of `sentences` that match."""

    article_id: str
    title: Marked
    publisher: str | None
    published: str | None
    sentences: int
    best: SentenceHit | None


class Search:
    """Reads the full-text indexes. Each list comes with how many there are in all, as far as they are counted."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def entities(
        self, text: str, classes: Collection[str] = ENTITIES, *, limit: int = 20, offset: int = 0, similar: bool = True
    ) -> tuple[list[EntityHit], int]:
        """The entities with these words in a name, best first; with `similar`, those spelt nearly alike where there are none.

        At most ENTITIES_RANKED are counted.
        """
        typed = read_words(text)
        if not typed:
            return [], 0
        rows = self._named(typed, classes)
        found = [row["key"] for row in rows]
        alike = self._alike(typed, classes) if similar and not found else []
        total = len(found) + len(alike)
        page = [*((key, None) for key in found), *alike][offset : offset + limit]
        return [self._entity_hit(typed, key, name) for key, name in page], total

    def sentences(
        self,
        text: str,
        *,
        publishers: Collection[str] = (),
        since: str | None = None,
        until: str | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> tuple[list[SentenceHit], int]:
        """The sentences with all of these words, best first; at most SENTENCES_RANKED, the newest, are ranked and counted."""
        typed = read_words(text)
        if not typed:
            return [], 0
        where, values = _of_articles(publishers, since, until)
        rows = self._db.execute(
            f"SELECT f.rowid, f.rank FROM ({_SENTENCES}) f JOIN articles a ON a.key = f.rowid >> {SENTENCE_BITS}"  # noqa: S608
            f" WHERE {where} ORDER BY f.rank, f.rowid",
            (typed.match, SENTENCES_RANKED, *values),
        ).fetchall()
        return [self._sentence_hit(typed, row["rowid"]) for row in rows[offset : offset + limit]], len(rows)

    def articles(
        self,
        text: str,
        *,
        publishers: Collection[str] = (),
        since: str | None = None,
        until: str | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> tuple[list[ArticleHit], int]:
        """The articles with all of these words in the title or in one sentence, best first; ARTICLES_RANKED at most."""
        typed = read_words(text)
        if not typed:
            return [], 0
        where, values = _of_articles(publishers, since, until)
        rows = self._db.execute(
            f"SELECT a.key, min(f.rank) AS rank, max(f.best) AS best, sum(f.n) AS n FROM ("  # noqa: S608
            f"SELECT rowid >> {SENTENCE_BITS} AS article, min(rank) AS rank, rowid AS best, count(*) AS n"
            f" FROM ({_SENTENCES}) GROUP BY article"
            " UNION ALL SELECT rowid, rank - ?, NULL, 0 FROM (SELECT rowid, rank FROM titles WHERE titles MATCH ? LIMIT ?)"
            f") f JOIN articles a ON a.key = f.article WHERE {where} GROUP BY a.key ORDER BY rank, a.key DESC LIMIT ?",
            (typed.match, SENTENCES_RANKED, 3.0, typed.match, SENTENCES_RANKED, *values, ARTICLES_RANKED),
        ).fetchall()
        return [self._article_hit(typed, row) for row in rows[offset : offset + limit]], len(rows)

    def suggestions(self, text: str, limit: int = 5) -> list[str]:
        """What may have been meant: names that are spelt nearly alike, and the words as sentences spell them."""
        typed = read_words(text)
        if not typed:
            return []
        alike = [name for _, name in self._alike(typed, ENTITIES)]
        if (corrected := self._corrected(typed)) is not None:
            alike.append(corrected)
        by_words = {
            words_in(name): name for name in reversed(alike)
        }  # of names alike but for case and accents, the first
        found = (
            name for name in alike if by_words[words_in(name)] is name and name.casefold() != text.strip().casefold()
        )
        return list(dict.fromkeys(found))[:limit]

    def _named(self, typed: Typed, classes: Collection[str]) -> list[sqlite3.Row]:
        """The entities whose names match, best first."""
        rows = self._db.execute(
            "SELECT e.key, e.iri, e.label, e.altlabels, e.cls, f.rank,"  # noqa: S608 - question marks
            " (SELECT max(n) FROM traits t WHERE t.entity = e.key AND t.kind = 'class') AS n"
            " FROM (SELECT rowid, bm25(names, 4.0, 2.0) AS rank FROM names WHERE names MATCH ? LIMIT ?) f"
            f" JOIN entities e ON e.key = f.rowid WHERE e.cls IN ({', '.join('?' * len(classes))})"
            " ORDER BY f.rank LIMIT ?",
            (typed.match, NAMES_READ, *classes, ENTITIES_RANKED),
        ).fetchall()
        whole = words_in(" ".join(typed.words))

        def order(row: sqlite3.Row) -> tuple[bool, float, str]:
            weight = -row["rank"] + math.log1p(row["n"] or 0) + _CLASS_WEIGHT[row["cls"]]
            return words_in(row["label"]) != whole, -weight, row["iri"]

        return sorted(rows, key=order)

    def _alike(self, typed: Typed, classes: Collection[str]) -> list[tuple[int, str]]:
        """(entity, name) of the names spelt nearly alike, the nearest first: of each word some letters may be wrong."""
        words = words_in(" ".join(typed.words))
        wanted = {three for word in words if edits_allowed(word) for three in trigrams(word)}
        counted = [(row[0], three) for three in sorted(wanted) if (row := self._count(three)) is not None]
        if not counted:
            return []
        rare = " OR ".join(f'"{three}"' for _, three in sorted(counted)[:RARE_TRIGRAMS])
        rows = self._db.execute(
            "SELECT e.*, f.rank FROM (SELECT rowid, rank FROM spellings WHERE spellings MATCH ? LIMIT ?) f"  # noqa: S608
            f" JOIN entities e ON e.key = f.rowid WHERE e.cls IN ({', '.join('?' * len(classes))})"
            " ORDER BY f.rank LIMIT ?",
            (rare, NAMES_READ, *classes, SPELLINGS_RANKED),
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

    def _count(self, three: str) -> tuple[int] | None:
        row = self._db.execute("SELECT doc FROM spellings_found WHERE term = ?", (three,)).fetchone()
        return None if row is None else (int(row[0]),)

    def _corrected(self, typed: Typed) -> str | None:
        """The words with those that no sentence holds as the sentences most often spell them, if that finds any."""
        words: list[str] = []
        for word in map(fold, typed.words):
            if self._db.execute(
                "SELECT 1 FROM sentences_found WHERE term = ?", (word,)
            ).fetchone() or not edits_allowed(word):
                words.append(word)
                continue
            rows = self._db.execute(
                "SELECT term, doc FROM sentences_found WHERE term >= ? AND term < ? LIMIT ?",
                (word[:2], f"{word[:2]}\U0010ffff", WORDS_COMPARED),
            )
            near = [
                (edits, -row["doc"], row["term"])
                for row in rows
                if abs(len(row["term"]) - len(word)) <= 2 and (edits := spelt_alike(word, row["term"])) is not None
            ]
            if not near:
                return None
            words.append(min(near)[2])
        text = " ".join(words)
        held = self._db.execute("SELECT 1 FROM sentences WHERE sentences MATCH ? LIMIT 1", (read_words(text).match,))
        return text if held.fetchone() is not None else None

    def _entity_hit(self, typed: Typed, key: int, alike: str | None) -> EntityHit:
        row = self._db.execute(
            "SELECT e.*, (SELECT max(n) FROM traits t WHERE t.entity = e.key AND t.kind = 'class') AS n"
            " FROM entities e WHERE key = ?",
            (key,),
        ).fetchone()
        entity = entity_of(row)
        if alike is not None:
            return EntityHit(entity, Marked(alike), row["n"] or 0, similar=True)
        names = self._db.execute(
            f"SELECT highlight(names, 0, '{_OPEN}', '{_SHUT}'), highlight(names, 1, '{_OPEN}', '{_SHUT}')"  # noqa: S608
            " FROM names WHERE names MATCH ? AND rowid = ?",
            (typed.match, key),
        ).fetchone()
        label, others = names if names is not None else (entity.label, "")
        # the words may be spread over several names: the one that has most of them
        best = max((label, *others.split("\n")), key=lambda name: name.count(_OPEN))
        return EntityHit(entity, _marked(best), row["n"] or 0)

    def _sentence_hit(self, typed: Typed, rowid: int) -> SentenceHit:
        row = self._db.execute(
            f"SELECT highlight(sentences, 0, '{_OPEN}', '{_SHUT}') AS whole, s.first, s.last,"  # noqa: S608
            f" snippet(sentences, 0, '{_OPEN}', '{_SHUT}', '…', 24) AS part, a.id, a.title, a.publisher, a.published"
            f" FROM sentences s JOIN articles a ON a.key = s.rowid >> {SENTENCE_BITS}"
            " WHERE sentences MATCH ? AND s.rowid = ?",
            (typed.match, rowid),
        ).fetchone()
        return SentenceHit(
            row["id"], row["title"], row["publisher"], row["published"], Span(row["first"], row["last"]),
            _marked(row["whole"]), _marked(row["part"]),
        )  # fmt: skip

    def _article_hit(self, typed: Typed, row: sqlite3.Row) -> ArticleHit:
        article = self._db.execute(
            "SELECT id, title, publisher, published FROM articles WHERE key = ?", (row["key"],)
        ).fetchone()
        title = self._db.execute(
            f"SELECT highlight(titles, 0, '{_OPEN}', '{_SHUT}') FROM titles WHERE titles MATCH ? AND rowid = ?",  # noqa: S608
            (typed.match, row["key"]),
        ).fetchone()
        return ArticleHit(
            article_id=article["id"],
            title=_marked(title[0]) if title is not None else Marked(article["title"] or article["id"]),
            publisher=article["publisher"],
            published=article["published"],
            sentences=row["n"],
            best=self._sentence_hit(typed, row["best"]) if row["best"] is not None else None,
        )


def search(db: sqlite3.Connection, text: str, kinds: Collection[str] | None = None, limit: int = 20) -> list[Hit]:
    """The best hits for what a person typed: entities by their names, then sentences; the last word may be unfinished.

    `kinds` are classes of entities and `Sentence`; all when None. Names that are only spelt alike are not among them.
    """
    if limit < 1:
        return []
    wanted = set(kinds) if kinds is not None else {*ENTITIES, SENTENCE}
    index, hits = Search(db), list[Hit]()
    if classes := wanted & set(ENTITIES):
        found, _ = index.entities(text, classes, limit=limit, similar=False)
        hits += [Hit(one.entity.cls.value, one.entity.label, one.name.text, iri=one.entity.iri) for one in found]
    if SENTENCE in wanted and len(hits) < limit:
        told, _ = index.sentences(text, limit=limit - len(hits))
        hits += [
            Hit(SENTENCE, one.title or one.article_id, one.text.text, article_id=one.article_id, span=one.span)
            for one in told
        ]
    return hits


def prepare_search(db: sqlite3.Connection) -> None:
    """Make the indexes that an older catalogue lacks, from what it holds."""
    if not has_search(db):
        db.executescript(f"BEGIN IMMEDIATE;{_TABLES};COMMIT;")


def has_search(db: sqlite3.Connection) -> bool:
    """Whether a catalogue has all of the indexes."""
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'spellings'").fetchone() is not None


_SENTENCES = "SELECT rowid, bm25(sentences) AS rank FROM sentences WHERE sentences MATCH ? ORDER BY rowid DESC LIMIT ?"


def _of_articles(publishers: Collection[str], since: str | None, until: str | None) -> tuple[str, list[str]]:
    """The condition, and its values, on the articles `a`; days, months and years are all included."""
    conditions, values = ["TRUE"], list[str]()
    if publishers:
        conditions.append(f"a.publisher COLLATE NOCASE IN ({', '.join('?' * len(publishers))})")
        values += publishers
    for operator, day in ((">=", since), ("<", until and f"{until}~")):
        if day:
            conditions.append(f"a.published {operator} ?")
            values.append(day)
    return " AND ".join(conditions), values


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


def _marked(text: str) -> Marked:
    """The text without the marks around what matched, and their places."""
    spans: list[Span] = []
    plain, start = "", None
    for piece in re.split(f"([{_OPEN}{_SHUT}])", text):
        if piece == _OPEN:
            start = len(plain)
        elif piece == _SHUT:
            if start is not None and start < len(plain):
                spans.append(Span(start, len(plain)))
            start = None
        else:
            plain += piece
    return Marked(plain, tuple(spans))
