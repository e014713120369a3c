"""Articles with their documents and extractions; the sentences that can be searched; which articles are copies."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime

from kg.catalogue.clusters import Clusters
from kg.catalogue.codec import (
    day_from,
    document_from,
    document_to,
    extraction_from,
    extraction_to,
    pack,
    pack_json,
    unpack,
    unpack_json,
)
from kg.catalogue.conditions import marks
from kg.catalogue.copies import publisher_key, signature
from kg.catalogue.rows import ArticleRow, Revision, Touched, Withdrawn
from kg.types import Article, Document, Extraction

__all__ = ["Articles"]

SENTENCE_BITS = 20  # a sentence's row is article << 20 | number: those of one article are a range


class Articles:
    """Reads and changes the articles; who calls the changing methods holds a transaction."""

    def __init__(self, db: sqlite3.Connection, touched: Touched) -> None:
        self._db = db
        self._touched = touched
        self._clusters = Clusters(db)

    def key(self, article_id: str) -> int | None:
        """The number of an article."""
        row = self._db.execute("SELECT key FROM articles WHERE id = ?", (article_id,)).fetchone()
        return None if row is None else int(row[0])

    def count(self) -> int:
        """How many articles there are."""
        return int(self._db.execute("SELECT count(*) FROM articles").fetchone()[0])

    def ids(self) -> list[str]:
        """All ids, sorted."""
        return [row[0] for row in self._db.execute("SELECT id FROM articles ORDER BY id")]

    def version(self, article_id: str) -> tuple[str, str] | None:
        """The digest of an article's current revision and the model of its extraction."""
        row = self._db.execute("SELECT digest, model FROM articles WHERE id = ?", (article_id,)).fetchone()
        return None if row is None else (row[0], row[1])

    def row(self, article_id: str) -> ArticleRow | None:
        """An article as a list shows it."""
        row = self._db.execute(f"{_ROW} WHERE id = ?", (article_id,)).fetchone()
        return None if row is None else _row(row)

    def rows(self, *, after: str = "", limit: int = 100) -> list[ArticleRow]:
        """A page of the articles, in the order of their ids, beginning after the id `after`."""
        rows = self._db.execute(f"{_ROW} WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
        return [_row(row) for row in rows]

    def article(self, article_id: str) -> Article | None:
        """The article as it was read."""
        row = self._db.execute("SELECT * FROM articles WHERE id = ?", (article_id,)).fetchone()
        if row is None:
            return None
        raw = unpack(row["raw"])
        content = raw.decode("utf-8") if row["content"] is None else unpack_json(row["content"])
        given = json.loads(row["given"])
        return Article(
            id=article_id,
            raw=raw,
            content=content,
            media_type=row["media_type"],
            source=row["source"],
            url=given["url"],
            title=given["title"],
            published=date.fromisoformat(given["published"]) if given["published"] else None,
            publisher=given["publisher"],
            authors=tuple(given["authors"]),
            language=given["language"],
        )

    def document(self, article_id: str) -> Document | None:
        """An article's clean text."""
        row = self._db.execute("SELECT document FROM articles WHERE id = ?", (article_id,)).fetchone()
        return None if row is None else document_from(unpack_json(row[0]), article_id)

    def extraction(self, article_id: str) -> Extraction | None:
        """What was found in an article's current revision."""
        version = self.version(article_id)
        return None if version is None else self.extraction_of(article_id, *version)

    def extraction_of(self, article_id: str, digest: str, model: str) -> Extraction | None:
        """What a model found in a content, under the id of an article that has that content."""
        row = self._db.execute(
            "SELECT body FROM extractions WHERE digest = ? AND model = ?", (digest, model)
        ).fetchone()
        return None if row is None else extraction_from(unpack_json(row[0]), article_id, model)

    def revisions(self, article_id: str) -> list[Revision]:
        """What an article has been, each content and each model that read it, oldest first; the last one is current."""
        return [_revision(row) for row in self._db.execute(_REVISIONS, (article_id,))]

    def texts(self, article_id: str) -> list[str]:
        """The clean text of each revision of an article, oldest first."""
        document = self.document(article_id)
        if document is None:
            return []
        texts = [document.text]
        kept = [row["text"] for row in self._db.execute(_REVISIONS, (article_id,))]
        for text in reversed(kept[:-1]):
            texts.append(texts[-1] if text is None else unpack(text).decode("utf-8", "surrogatepass"))
        return texts[::-1]

    def withdrawn(self, article_id: str) -> Withdrawn | None:
        """What is kept of an article that was taken away and has not come back."""
        row = self._db.execute("SELECT * FROM withdrawn WHERE id = ?", (article_id,)).fetchone()
        if row is None:
            return None
        return Withdrawn(row["id"], row["digest"], day_from(row["published"]), datetime.fromisoformat(row["time"]))

    def put(self, article: Article, document: Document, extraction: Extraction) -> tuple[int, dict[int, str]]:
        """Write an article's current revision; returns its number, and the articles whose source changed with it.

        The articles that are copies of another one now than before are noted as touched.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        published = document.published.isoformat() if document.published else None
        old = self._db.execute(
            "SELECT key, digest, model, signature, publisher_key, document FROM articles WHERE id = ?", (article.id,)
        ).fetchone()
        earliest: int | None = None
        signed = signature(document.text)
        publisher = publisher_key(article.id, document.publisher, document.url)
        values = {
            "id": article.id, "digest": article.digest, "model": extraction.model, "media_type": article.media_type,
            "source": article.source, "url": document.url, "title": document.title, "published": published,
            "publisher": document.publisher, "authors": json.dumps(document.authors, ensure_ascii=False),
            "language": document.language, "given": _given(article), "raw": pack(article.raw),
            "content": None if _is_utf8(article) else pack_json(article.content),
            "document": pack_json(document_to(document)),
            "publisher_key": publisher, "signature": signed, "time": now,
        }  # fmt: skip
        changed: dict[int, str] = {}
        if old is None:
            values["source_key"] = publisher
            cursor = self._db.execute(
                f"INSERT INTO articles ({', '.join(values)}) VALUES ({marks(values)})",  # noqa: S608
                tuple(values.values()),
            )
            assert cursor.lastrowid is not None
            key = cursor.lastrowid
            self._db.execute("DELETE FROM withdrawn WHERE id = ?", (article.id,))
        else:
            key = old["key"]
            if old["signature"] != signed:
                changed = self._clusters.leave(key)
            else:
                earliest = self._clusters.earliest_beside(key)
            assignments = ", ".join(f"{column} = ?" for column in values)
            self._db.execute(f"UPDATE articles SET {assignments} WHERE key = ?", (*values.values(), key))  # noqa: S608
        self._db.execute(
            "INSERT OR REPLACE INTO extractions (digest, model, body) VALUES (?, ?, ?)",
            (article.digest, extraction.model, pack_json(extraction_to(extraction))),
        )
        if old is not None and (old["digest"], old["model"]) != (article.digest, extraction.model):
            self._drop_extraction(old["digest"], old["model"])
            self._keep_text(key, unpack_json(old["document"])["text"], document.text)
        if old is None or (old["digest"], old["model"]) != (article.digest, extraction.model):
            self._db.execute(
                "INSERT INTO revisions (article, digest, model, published, title, time) VALUES (?, ?, ?, ?, ?, ?)",
                (key, article.digest, extraction.model, published, document.title, now),
            )
        self._index_sentences(key, document)
        if old is None or old["signature"] != signed:
            changed |= self._clusters.join(key)
        else:
            if old["publisher_key"] != publisher:
                changed = self._clusters.name(self._clusters.cluster_of(key))
            self._clusters.redated(key, earliest)
        self._touch_copies()
        changed.pop(key, None)
        return key, changed

    def remove(self, article_id: str) -> dict[int, str]:
        """Forget an article, whose chains and claims are gone; returns the articles whose source changed with it.

        Its texts go, those of earlier revisions too. That it was there is noted, with its content's hash.
        """
        row = self._db.execute(
            "SELECT key, digest, model, published FROM articles WHERE id = ?", (article_id,)
        ).fetchone()
        key = row["key"]
        changed = self._clusters.leave(key)
        self._touch_copies()
        self._forget_sentences(key)
        self._db.execute("DELETE FROM revisions WHERE article = ?", (key,))
        self._db.execute("DELETE FROM articles WHERE key = ?", (key,))
        self._drop_extraction(row["digest"], row["model"])
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._db.execute(
            "INSERT OR REPLACE INTO withdrawn VALUES (?, ?, ?, ?)", (article_id, row["digest"], row["published"], now)
        )
        return changed

    def published(self, key: int) -> str | None:
        """The publication day of an article, as text."""
        row = self._db.execute("SELECT published FROM articles WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def copies(self, article_id: str) -> list[str]:
        """The ids of the articles that are copies of this one, directly or through others, sorted."""
        rows = self._db.execute(
            "SELECT o.id FROM articles a JOIN articles o ON o.cluster = a.cluster AND o.key != a.key WHERE a.id = ?"
            " ORDER BY o.id",
            (article_id,),
        )
        return [row[0] for row in rows]

    def copy_of(self, article_id: str) -> str | None:
        """The earliest article of which this one is a copy; None for one without copies, and for the earliest itself.

        The earliest published; those without a date come last, those of one day in the order of their ids.
        """
        row = self._db.execute(
            "SELECT o.id FROM articles a JOIN articles o ON o.cluster = a.cluster WHERE a.id = ?"
            " ORDER BY coalesce(o.published, '9999'), o.id LIMIT 1",
            (article_id,),
        ).fetchone()
        return None if row is None or row[0] == article_id else str(row[0])

    def _drop_extraction(self, digest: str, model: str) -> None:
        """Forget an extraction that no article needs."""
        used = "SELECT 1 FROM articles WHERE digest = ? AND model = ? LIMIT 1"
        if self._db.execute(used, (digest, model)).fetchone() is None:
            self._db.execute("DELETE FROM extractions WHERE digest = ? AND model = ?", (digest, model))

    def _keep_text(self, key: int, before: str, now: str) -> None:
        """Keep the text that an article's newest revision had, unless the one that follows has the same."""
        if before != now:
            self._db.execute(
                "UPDATE revisions SET text = ? WHERE key = (SELECT max(key) FROM revisions WHERE article = ?)",
                (pack(before.encode("utf-8", "surrogatepass")), key),
            )

    def _touch_copies(self) -> None:
        """Note the articles that may be copies of another one now: their headers say of which."""
        for key in self._clusters.regrouped:
            row = self._db.execute("SELECT id FROM articles WHERE key = ?", (key,)).fetchone()
            if row is not None:
                self._touched.articles.add(row[0])
        self._clusters.regrouped.clear()

    def _index_sentences(self, key: int, document: Document) -> None:
        """Put an article's sentences into the full-text index, in place of those that it had."""
        self._forget_sentences(key)
        self._db.executemany(
            "INSERT INTO sentences (rowid, text, first, last) VALUES (?, ?, ?, ?)",
            (
                (key << SENTENCE_BITS | number, span.of(document.text), span.start, span.end)
                for number, span in enumerate(document.sentences[: 1 << SENTENCE_BITS])
            ),
        )

    def _forget_sentences(self, key: int) -> None:
        low = key << SENTENCE_BITS
        self._db.execute("DELETE FROM sentences WHERE rowid >= ? AND rowid < ?", (low, low + (1 << SENTENCE_BITS)))


def _given(article: Article) -> str:
    """The metadata that came with an article, which its digest covers; cleaning may have found more."""
    given = {
        "url": article.url,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "publisher": article.publisher,
        "authors": list(article.authors),
        "language": article.language,
    }
    return json.dumps(given, ensure_ascii=False)


def _is_utf8(article: Article) -> bool:
    try:
        return article.raw.decode("utf-8") == article.content
    except UnicodeDecodeError:
        return False


_REVISIONS = "SELECT r.* FROM revisions r JOIN articles a ON a.key = r.article WHERE a.id = ? ORDER BY r.key"
_ROW = "SELECT id, digest, model, source, url, title, published, publisher, source_key, time FROM articles"


def _row(row: sqlite3.Row) -> ArticleRow:
    return ArticleRow(
        row["id"], row["digest"], row["model"], row["source"], row["url"], row["title"],
        day_from(row["published"]), row["publisher"], row["source_key"], datetime.fromisoformat(row["time"]),
    )  # fmt: skip


def _revision(row: sqlite3.Row) -> Revision:
    return Revision(
        row["digest"], row["model"], day_from(row["published"]), row["title"], datetime.fromisoformat(row["time"])
    )
