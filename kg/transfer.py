"""An `Article` as JSON, whole: how `kg ingest` hands articles to the service that holds the workspace.

The record that people post (`kg.articles.article_from_record`) is text that was decoded already; here the bytes go along, so
that an article is the same, digest and all, whichever way it came.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import date
from typing import Any

from kg.errors import ArticleError
from kg.types import Article

__all__ = ["ARTICLE_TYPE", "article_of", "article_to"]

ARTICLE_TYPE = "application/vnd.newsgraph.article+json"


def article_to(article: Article) -> dict[str, Any]:
    """The article as a JSON object; `article_of` gives it back."""
    content = None if article.raw == article.content.encode("utf-8", "surrogatepass") else article.content
    return {
        "id": article.id,
        "raw": base64.b64encode(article.raw).decode(),
        "content": content,
        "media_type": article.media_type,
        "source": article.source,
        "url": article.url,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "publisher": article.publisher,
        "authors": list(article.authors),
        "language": article.language,
    }


def article_of(record: Mapping[str, Any]) -> Article:
    """The article of a JSON object; raises ArticleError for one that `article_to` did not write."""
    try:
        raw = base64.b64decode(record["raw"], validate=True)
        content = record["content"] if record["content"] is not None else raw.decode("utf-8")
        published = record["published"]
        fields = {
            name: record[name] for name in ("id", "media_type", "source", "url", "title", "publisher", "language")
        }
        wrong = [name for name, value in fields.items() if not isinstance(value, str | None)]
        if wrong or not fields["id"] or not isinstance(content, str):
            raise ValueError(f"{', '.join(wrong) or 'id'}: not a string")
        return Article(
            **fields,
            raw=raw,
            content=content,
            published=date.fromisoformat(published) if published else None,
            authors=tuple(map(str, record["authors"])),
        )
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise ArticleError(
            "the request", f"no article: {error}", hint="send text or html as application/json"
        ) from error
