"""JSON records → Articles: one object per line, an array, or a mapping that came in a request."""

from __future__ import annotations

import codecs
import hashlib
import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from kg.articles.dates import day_of
from kg.articles.decode import MAX_BYTES, decode, one_line, too_large, without_surrogates
from kg.articles.webpage import PageMetadata, metadata_of
from kg.errors import ArticleError
from kg.types import Article

__all__ = ["article_from_record", "records_in_json", "records_in_lines"]

log = logging.getLogger(__name__)

# Our names first, then those of news-please and its kin.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "url": ("url",),
    "title": ("title",),
    "date": ("date", "date_publish", "published", "publication_date"),
    "publisher": ("publisher", "source_domain"),
    "authors": ("authors", "author"),
    "language": ("language",),
    "text": ("text", "maintext"),
    "html": ("html",),
}
_PIECE = 1 << 16  # bytes of a JSON file that are read at once
_LINE_HINT = "each line must be one JSON object with a text or html field"
_JSON_HINT = "expected one object, or an array of objects, with a text or html field each"


def article_from_record(record: Mapping[str, Any], *, source: str) -> Article:
    """The article of a record with `text` or `html`, and `id`, `url`, `title`, `date`, `publisher`, `authors` where
    it has them.

    Without an id and a URL its id is made from its text, so that the same text is the same article. A date that cannot
    be read is left out, with a warning: the article is worth more than its date.

    Raises:
        ArticleError: a field is missing or of the wrong type, or the text is empty or too large.
    """
    if not isinstance(record, Mapping):
        raise ArticleError(source, f"not a JSON object but {_kind(record)}", hint=_LINE_HINT)
    given = {name: _first(record, names) for name, names in _FIELDS.items()}
    text, html = (_string(given, name, source) for name in ("text", "html"))
    content = text if text and text.strip() else html
    if content is None or not content.strip():
        reason = "its text is empty" if text is not None or html is not None else "has neither text nor html"
        raise ArticleError(source, reason, hint=_LINE_HINT)
    if "\0" in content:
        raise ArticleError(source, "binary, not text", hint="only plain text, HTML, JSON and JSON Lines can be read")
    raw = without_surrogates(content).encode()
    if len(raw) > MAX_BYTES:
        raise too_large(source)
    url = _string(given, "url", source)
    is_page = content is html
    page = metadata_of(content, url=url) if is_page else PageMetadata(url=url)
    published = day_of(given["date"])
    if published is None and str(given["date"] or "").strip():
        log.warning("%s: its date %.40r cannot be read and is left out: write it as 2031-04-02", source, given["date"])
    return Article(
        id=_id(given["id"], source) or page.url or f"text-{hashlib.sha256(raw).hexdigest()[:16]}",
        raw=raw,
        content=raw.decode(),
        media_type="text/html" if is_page else "text/plain",
        source=source,
        url=page.url,
        title=_string(given, "title", source) or page.title,
        published=published or page.published,
        publisher=_string(given, "publisher", source) or page.publisher,
        authors=_authors(given["authors"]) or page.authors,
        language=_string(given, "language", source) or page.language,
    )


def records_in_lines(stream: BinaryIO, *, name: str, first_line: int = 1) -> Iterator[Article | ArticleError]:
    """The article of each line of a JSON Lines stream, or the error that names the line; blank lines are skipped."""
    number = first_line - 1
    while line := stream.readline(MAX_BYTES + 1):
        number += 1
        source = f"{name}:{number}"
        if len(line) > MAX_BYTES and not line.endswith(b"\n"):
            while (rest := stream.readline(MAX_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield too_large(source)
        elif line.strip():
            yield _article_of_line(line, source)


def records_in_json(stream: BinaryIO, *, name: str) -> Iterator[Article | ArticleError]:
    """The articles of a JSON file: an array of objects, one object, or objects one after another.

    The file is read piece by piece, so that an array of a million articles needs no more memory than one. After a
    syntax error nothing more can be read of it.
    """
    number = 0
    try:
        for number, value in enumerate(_json_values(stream, name), 1):
            yield _article_of_value(value, f"{name}[{number}]")
    except ArticleError as error:
        yield error
        return
    if not number:
        yield ArticleError(name, "empty", hint=_JSON_HINT)


def _article_of_line(line: bytes, source: str) -> Article | ArticleError:
    try:
        value = json.loads(decode(line, source=source))
    except ArticleError as error:
        return error
    except (ValueError, RecursionError) as error:
        return ArticleError(source, f"malformed JSON: {error}", hint=_LINE_HINT)
    return _article_of_value(value, source)


def _article_of_value(value: Any, source: str) -> Article | ArticleError:
    try:
        return article_from_record(value, source=source)
    except ArticleError as error:
        return error


def _json_values(stream: BinaryIO, name: str) -> Iterator[Any]:
    """The values of a top-level array (or of values one after another), decoded as the stream is read."""
    decoder = json.JSONDecoder()
    reader = _Utf8(stream, name)
    buffer = reader.more(_PIECE).lstrip("\ufeff \t\r\n")
    inside = buffer.startswith("[")
    position, size = int(inside), _PIECE
    between = re.compile(r"[,\s]*" if inside else r"\s*")
    while True:
        if match := between.match(buffer, position):
            position = match.end()
        if inside and buffer.startswith("]", position):
            return
        try:
            value, position = decoder.raw_decode(buffer, position)
        except (ValueError, RecursionError) as error:
            # Perhaps the value goes on in the next piece. Doubling it keeps a long value from being tried too often.
            piece = reader.more(size)
            if not piece:
                if position < len(buffer) or inside:
                    raise ArticleError(name, f"malformed JSON: {error}", hint=_JSON_HINT) from error
                return
            if len(buffer) - position > 2 * MAX_BYTES:
                raise too_large(name) from error
            buffer, position, size = buffer[position:] + piece, 0, min(2 * size, MAX_BYTES)
        else:
            yield value
            size = _PIECE


class _Utf8:
    """Text from a stream of UTF-8, piece by piece."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def more(self, size: int) -> str:
        """At least one more character, or "" at the end."""
        while True:
            raw = self._stream.read(size)
            try:
                text = self._decoder.decode(raw, final=not raw)
            except UnicodeDecodeError as error:
                raise ArticleError(
                    self._name, f"not UTF-8, as JSON must be: {error.reason}", hint="convert it to UTF-8"
                ) from error
            if text or not raw:
                return text


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _string(given: Mapping[str, Any], name: str, source: str) -> str | None:
    value = given[name]
    if value is None:
        return None
    if not isinstance(value, str):
        raise ArticleError(
            source, f"its {name} is not a string but {_kind(value)}", hint=f"{name} must be a JSON string"
        )
    return value if name in ("text", "html") else without_surrogates(value).strip() or None


def _id(value: Any, source: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ArticleError(source, f"its id is not a string but {_kind(value)}", hint="id must be a string or a number")
    found = one_line(without_surrogates(str(value)))  # an id is a line: it becomes a path of the service
    if found in (".", ".."):  # HTTP clients take these out of a path before they send it (RFC 3986, 5.2.4)
        raise ArticleError(source, f"its id is {found!r}, which no client can ask for", hint="give it another id")
    return found or None


def _authors(value: Any) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value]
    return tuple(name.strip() for name in names if isinstance(name, str) and name.strip())


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
