"""Article → Document: what publishers send becomes clean text with offsets.

In come files, folders, globs, JSON records and standard input; out go `Article`s (raw bytes, decoded content,
metadata) and, from `clean`, `Document`s: NFC text, the title first, paragraphs separated by a blank line, sentences
as spans, and what was cut.

Decisions:

* A bad input is a value: `read_articles` yields an `ArticleError` in its place, so that one bad file never stops a run.
* HTML goes through trafilatura, which is loaded when the first page comes; plain text goes through line rules of our
  own, because trafilatura returns nothing for it. The rules are data (`lexicon/en/clutter.toml`) and have names; what
  they cut is kept.
* Cleaning is idempotent, and for plain text every offset maps back to the content (`Document.source_span`).
"""

from __future__ import annotations

from kg.articles.clean import clean
from kg.articles.decode import MAX_BYTES
from kg.articles.read import read_articles
from kg.articles.records import article_from_record

__all__ = ["MAX_BYTES", "article_from_record", "clean", "read_articles"]
