"""HTML → text and metadata; the only user of trafilatura, which is loaded when the first page comes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from kg.errors import ArticleError

__all__ = ["PageMetadata", "looks_like_html", "metadata_of", "text_of"]

_LANGUAGE = re.compile(r"""<html[^>]{0,400}?\blang\s*=\s*["']?([A-Za-z]{2,3})\b""", re.I)
_SPACE = re.compile(r"(<pre\b.*?</pre>)|\s+", re.I | re.S)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What a page says of itself."""

    url: str | None = None
    title: str | None = None
    published: date | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None


def looks_like_html(text: str) -> bool:
    """Whether a text begins as an HTML page does.

    >>> looks_like_html("<!DOCTYPE html><html>…"), looks_like_html("<3 wins in a row")
    (True, False)
    """
    return _HTML.match(text) is not None


def metadata_of(html: str, *, url: str | None = None) -> PageMetadata:
    """Title, authors, day, publisher, canonical URL and language of a page; `url` is where it was fetched, if known."""
    from trafilatura import extract_metadata

    # Not extensive: a search of the whole page for anything like a date finds the copyright year in the footer.
    found = extract_metadata(html, default_url=url, extensive=False)
    language = _LANGUAGE.search(html[:20_000])
    publisher = found.sitename
    return PageMetadata(
        url=url or _page_url(found.url),
        title=_without_site(found.title, publisher),
        published=date.fromisoformat(found.date[:10]) if found.date else None,
        publisher=publisher,
        authors=tuple(name for part in (found.author or "").split(";") if (name := part.strip())),
        language=language[1].lower() if language else None,
    )


def text_of(html: str, *, source: str) -> str:
    """The article's text, one paragraph (or line) per line; navigation, comments and other boilerplate are left out.

    Raises:
        ArticleError: no article is in the page.
    """
    from trafilatura import extract

    text = extract(
        # It would keep the line breaks of the page's source, which mean nothing, beside those of <br>, which do.
        _SPACE.sub(lambda match: match[1] or " ", html),
        include_comments=False,
        include_tables=False,
        include_images=False,
        include_formatting=False,
    )
    if not text or not text.strip():
        raise ArticleError(
            source,
            "no article text found in the HTML",
            hint="check that the page is an article and not a list, a login or a script",
        )
    return str(text)


def _page_url(url: str | None) -> str | None:
    """The canonical URL, unless it is a site's front page: pages that all name it would replace one another."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not (parts.path.strip("/") or parts.query):
        return None
    return url


def _without_site(title: str | None, publisher: str | None) -> str | None:
    """The title without "| The Daily Post" at its end.

    >>> _without_site("Union picks new head - The Coastal Post", "The Coastal Post")
    'Union picks new head'
    """
    if not title or not publisher:
        return title or None
    shorter = re.sub(rf"\s*[|–—:•·-]\s*{re.escape(publisher)}\s*$", "", title, flags=re.I)
    return shorter or title
