"""Words → entities, articles and sentences, by SQLite's full-text indexes.

Ranked by bm25 in the index, then by what it does not know: whether the whole name was typed, how many articles name a
thing, what class it is of. Where no name has the words, those that are spelt nearly alike are given.

What is looked at is bounded: of a word that very many names or sentences hold, the names catalogued first, which are the
common ones, and the newest sentences.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Collection, Sequence

from kg.catalogue.articles import SENTENCE_BITS
from kg.catalogue.conditions import marks
from kg.catalogue.entities import entity_of
from kg.catalogue.filters import ANY_ARTICLE, ArticleFilter
from kg.catalogue.hits import OPEN, SENTENCE, SHUT, ArticleHit, EntityHit, Marked, SentenceHit, marked
from kg.catalogue.rows import Hit
from kg.catalogue.spellings import NAMES_READ, Spellings
from kg.catalogue.words import Typed, read_words, words_in
from kg.types import EntityClass, Span

__all__ = ["ARTICLES_RANKED", "SENTENCES_RANKED", "Search"]

ENTITIES = tuple(cls.value for cls in EntityClass if cls is not EntityClass.DATE)
ENTITIES_RANKED = 500
SENTENCES_RANKED = 5_000
ARTICLES_RANKED = 500
TITLE_LEAD = 3.0  # by which a title outranks a sentence with the same words

_CLASS_WEIGHT = {
    "Person": 0.3,
    "Group": 0.3,
    "Polity": 0.3,
    "Place": 0.2,
    "Event": 0.0,
}  # a bm25 of one rare word is 5 to 10


class Search:
    """Reads the full-text indexes. Each list comes with how many there are in all, as far as they are counted."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._spellings = Spellings(db)

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
        alike = self._spellings.names_like(typed, classes) if similar and not found else []
        total = len(found) + len(alike)
        page = [*((key, None) for key in found), *alike][offset : offset + limit]
        return [self._entity_hit(typed, key, name) for key, name in page], total

    def sentences(
        self, text: str, where: ArticleFilter = ANY_ARTICLE, *, limit: int = 20, offset: int = 0
    ) -> tuple[list[SentenceHit], int]:
        """The sentences with all of these words, best first; at most SENTENCES_RANKED, the newest, are ranked and counted."""
        typed = read_words(text)
        if not typed:
            return [], 0
        asked = where.conditions()
        rows = self._db.execute(
            f"SELECT f.rowid, f.rank FROM ({_SENTENCES}) f JOIN articles a ON a.key = f.rowid >> {SENTENCE_BITS}"  # noqa: S608
            f" WHERE {asked.sql} ORDER BY f.rank, f.rowid",
            (typed.match, SENTENCES_RANKED, *asked.values),
        ).fetchall()
        page = [row["rowid"] for row in rows[offset : offset + limit]]
        hits = self._sentence_hits(typed, page)
        return [hits[rowid] for rowid in page if rowid in hits], len(rows)

    def events(self, text: str, *, limit: int) -> list[str]:
        """The IRIs of the events that are called so, or of which a sentence with all of these words tells."""
        typed = read_words(text)
        if not typed:
            return []
        found = dict.fromkeys(row["iri"] for row in self._named(typed, (EntityClass.EVENT.value,)))
        rows = self._db.execute(
            f"SELECT DISTINCT e.iri FROM ({_SENTENCES}) f CROSS JOIN sentences s ON s.rowid = f.rowid"  # noqa: S608
            f" CROSS JOIN claims c ON c.article = f.rowid >> {SENTENCE_BITS} AND c.sentence_start = s.first"
            " AND c.level = 2 CROSS JOIN statements t ON t.key = c.statement"
            " CROSS JOIN entities e ON e.key = t.subject WHERE e.cls = 'Event' LIMIT ?",
            (typed.match, SENTENCES_RANKED, limit),
        )
        return list(found | dict.fromkeys(row["iri"] for row in rows))[:limit]

    def articles(
        self, text: str, where: ArticleFilter = ANY_ARTICLE, *, limit: int = 20, offset: int = 0
    ) -> tuple[list[ArticleHit], int]:
        """The articles with all of these words in the title or in one sentence, best first; ARTICLES_RANKED at most."""
        typed = read_words(text)
        if not typed:
            return [], 0
        asked = where.conditions()
        rows = self._db.execute(
            f"SELECT a.key, min(f.rank) AS rank, max(f.best) AS best, sum(f.n) AS n FROM ("  # noqa: S608
            f"SELECT rowid >> {SENTENCE_BITS} AS article, min(rank) AS rank, rowid AS best, count(*) AS n"
            f" FROM ({_SENTENCES}) GROUP BY article"
            " UNION ALL SELECT rowid, rank - ?, NULL, 0 FROM (SELECT rowid, rank FROM titles WHERE titles MATCH ? LIMIT ?)"
            f") f JOIN articles a ON a.key = f.article WHERE {asked.sql} GROUP BY a.key ORDER BY rank, a.key DESC LIMIT ?",
            (
                *(typed.match, SENTENCES_RANKED, TITLE_LEAD, typed.match, SENTENCES_RANKED),
                *(*asked.values, ARTICLES_RANKED),
            ),
        ).fetchall()
        page = rows[offset : offset + limit]
        best = self._sentence_hits(typed, [row["best"] for row in page if row["best"] is not None])
        titles = self._titles(typed, [row["key"] for row in page])
        return [self._article_hit(row, titles.get(row["key"]), best.get(row["best"])) for row in page], len(rows)

    def suggestions(self, text: str, limit: int = 5) -> list[str]:
        """What may have been meant: names that are spelt nearly alike, and the words as sentences spell them."""
        typed = read_words(text)
        if not typed:
            return []
        alike = [name for _, name in self._spellings.names_like(typed, ENTITIES)]
        if (corrected := self._spellings.corrected(typed)) is not None:
            alike.append(corrected)
        first: dict[tuple[str, ...], str] = {}  # of names alike but for case and accents
        for name in alike:
            first.setdefault(words_in(name), name)
        return [name for name in first.values() if name.casefold() != text.strip().casefold()][:limit]

    def hits(self, text: str, kinds: Collection[str] | None = None, limit: int = 20) -> list[Hit]:
        """The best of all for what a person typed: entities by their names, then sentences.

        `kinds` are classes of entities and `Sentence`; all when None. Names that are only spelt alike are not among them.
        """
        if limit < 1:
            return []
        wanted = set(kinds) if kinds is not None else {*ENTITIES, SENTENCE}
        hits: list[Hit] = []
        if classes := wanted & set(ENTITIES):
            found, _ = self.entities(text, classes, limit=limit, similar=False)
            hits += [Hit(one.entity.cls.value, one.entity.label, one.name.text, iri=one.entity.iri) for one in found]
        if SENTENCE in wanted and len(hits) < limit:
            told, _ = self.sentences(text, limit=limit - len(hits))
            hits += [
                Hit(SENTENCE, one.title or one.article_id, one.text.text, article_id=one.article_id, span=one.span)
                for one in told
            ]
        return hits

    def _named(self, typed: Typed, classes: Collection[str]) -> list[sqlite3.Row]:
        """The entities whose names match, best first."""
        rows = self._db.execute(
            f"SELECT e.key, e.iri, e.label, e.altlabels, e.cls, f.rank, {_MENTIONS} AS n"  # noqa: S608
            " FROM (SELECT rowid, bm25(names, 4.0, 2.0) AS rank FROM names WHERE names MATCH ? LIMIT ?) f"
            f" JOIN entities e ON e.key = f.rowid WHERE e.cls IN ({marks(classes)}) ORDER BY f.rank LIMIT ?",
            (typed.match, NAMES_READ, *classes, ENTITIES_RANKED),
        ).fetchall()
        whole = words_in(" ".join(typed.words))

        def order(row: sqlite3.Row) -> tuple[bool, float, str]:
            """Whole names first, then by weight."""
            weight = -row["rank"] + math.log1p(row["n"] or 0) + _CLASS_WEIGHT[row["cls"]]
            return words_in(row["label"]) != whole, -weight, row["iri"]

        return sorted(rows, key=order)

    def _entity_hit(self, typed: Typed, key: int, alike: str | None) -> EntityHit:
        row = self._db.execute(f"SELECT e.*, {_MENTIONS} AS n FROM entities e WHERE key = ?", (key,)).fetchone()  # noqa: S608
        entity = entity_of(row)
        if alike is not None:
            return EntityHit(entity, Marked(alike), row["n"] or 0, similar=True)
        names = self._db.execute(
            f"SELECT highlight(names, 0, '{OPEN}', '{SHUT}'), highlight(names, 1, '{OPEN}', '{SHUT}')"  # noqa: S608
            " FROM names WHERE names MATCH ? AND rowid = ?",
            (typed.match, key),
        ).fetchone()
        label, others = names if names is not None else (entity.label, "")
        # the words may be spread over several names: the one that has most of them
        best = max((label, *others.split("\n")), key=lambda name: name.count(OPEN))
        return EntityHit(entity, marked(best), row["n"] or 0)

    def _sentence_hits(self, typed: Typed, rowids: Sequence[int]) -> dict[int, SentenceHit]:
        """The sentences of these rows, which match, by row.

        The matches between the first and the last of them are gone through once: to find the occurrences of a word that is
        only begun takes 20 ms, which a look at each row by itself would pay again and again.
        """
        if not rowids:
            return {}
        rows = self._db.execute(
            f"SELECT s.rowid, highlight(sentences, 0, '{OPEN}', '{SHUT}') AS whole, s.first, s.last,"  # noqa: S608
            f" snippet(sentences, 0, '{OPEN}', '{SHUT}', '…', 24) AS part, a.id, a.title, a.publisher, a.published"
            f" FROM sentences s CROSS JOIN articles a ON a.key = s.rowid >> {SENTENCE_BITS}"
            f" WHERE sentences MATCH ? AND s.rowid BETWEEN ? AND ? AND +s.rowid IN ({marks(rowids)})",
            (typed.match, min(rowids), max(rowids), *rowids),
        )
        return {
            row["rowid"]: SentenceHit(
                row["id"], row["title"], row["publisher"], row["published"], Span(row["first"], row["last"]),
                marked(row["whole"]), marked(row["part"]),
            )
            for row in rows
        }  # fmt: skip

    def _titles(self, typed: Typed, keys: Sequence[int]) -> dict[int, Marked]:
        """The titles of these articles that match, by the article's key; gone through once, as sentences are."""
        if not keys:
            return {}
        rows = self._db.execute(
            f"SELECT rowid, highlight(titles, 0, '{OPEN}', '{SHUT}') AS whole FROM titles"  # noqa: S608
            f" WHERE titles MATCH ? AND rowid BETWEEN ? AND ? AND +rowid IN ({marks(keys)})",
            (typed.match, min(keys), max(keys), *keys),
        )
        return {row["rowid"]: marked(row["whole"]) for row in rows}

    def _article_hit(self, row: sqlite3.Row, title: Marked | None, best: SentenceHit | None) -> ArticleHit:
        article = self._db.execute(
            "SELECT id, title, publisher, published FROM articles WHERE key = ?", (row["key"],)
        ).fetchone()
        return ArticleHit(
            article_id=article["id"],
            title=title or Marked(article["title"] or article["id"]),
            publisher=article["publisher"],
            published=article["published"],
            sentences=row["n"],
            best=best,
        )


_SENTENCES = "SELECT rowid, bm25(sentences) AS rank FROM sentences WHERE sentences MATCH ? ORDER BY rowid DESC LIMIT ?"
_MENTIONS = "(SELECT max(n) FROM traits t WHERE t.entity = e.key AND t.kind = 'class')"
