"""Bytes → text: which encoding, and whether it is text at all."""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path
from typing import BinaryIO

from kg.errors import ArticleError

__all__ = ["MAX_BYTES", "decode", "file_name", "one_line", "read_limited", "too_large", "without_surrogates"]

MAX_BYTES = 20_000_000
"""An article of more bytes is refused: the longest news features are below 1 MB, so it is a dump or a mistake."""

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"%PDF-", "a PDF file", "extract its text first, for example with pdftotext"),
    (b"PK\x03\x04", "a zip archive or an office document", "unpack it, or save the document as text"),
    (b"\x1f\x8b", "gzip-compressed data", "give it the ending .jsonl.gz, or unpack it"),
    (b"\x89PNG", "an image", "only text, HTML and JSON can be read"),
    (b"\xff\xd8\xff", "an image", "only text, HTML and JSON can be read"),
    (b"GIF8", "an image", "only text, HTML and JSON can be read"),
    (b"\xd0\xcf\x11\xe0", "an old office document", "save the document as text"),
    (b"SQLite format 3", "a database", "only text, HTML and JSON can be read"),
)
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,80}encoding=["']([\w.:-]{2,40})""", re.I
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# What Western text uses beyond ASCII in Windows-1252: letters, quotation marks, dashes, currency and a few signs.
_WESTERN = frozenset("€‚„…ŠŒŽ‘’“”•–—™šœžŸ\xa0¡¢£¥§©ª«\xad®°±²³´·¹º»¼½¾¿") | {chr(n) for n in range(0xC0, 0x100)} - {
    "×",
    "÷",
}
# French, German, Spanish and Portuguese write fewer than one accented letter in fifteen; in text of another alphabet that
# is taken for Windows-1252 nearly every letter is one.
_MAX_ACCENTED = 0.125


def read_limited(stream: BinaryIO, source: str) -> bytes:
    """The rest of a stream, or an ArticleError when it holds more than MAX_BYTES."""
    raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise too_large(source)
    return raw


def too_large(source: str) -> ArticleError:
    """The error for an article of more than MAX_BYTES."""
    return ArticleError(
        source,
        f"larger than {MAX_BYTES // 1_000_000} MB, which no article is",
        hint="split it into one file per article, or into JSON Lines",
    )


def decode(raw: bytes, *, source: str, html: bool = False) -> str:
    """The text of an article's bytes.

    In this order: byte order mark, UTF-8, the charset that HTML declares, Windows-1252 where that is plausible.

    >>> decode(b"caf\\xe9 owners strike", source="x.txt")
    'café owners strike'

    Raises:
        ArticleError: empty, binary, or in no encoding that can be told.
    """
    if not raw.strip():
        raise ArticleError(source, "empty", hint="remove the file, or check the crawl that wrote it")
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _checked(_strict(raw[len(mark) :], encoding, source), source)
    for magic, kind, hint in _MAGIC:
        if raw.startswith(magic):
            raise ArticleError(source, f"not text but {kind}", hint=hint)
    if b"\0" in raw:
        raise _binary(source)
    try:
        return _checked(raw.decode("utf-8"), source)
    except UnicodeDecodeError as error:
        declared = _declared(raw) if html else None
        if declared is not None:
            return _checked(_strict(raw, declared, source), source)
        return _checked(_western(raw, error, source), source)


def without_surrogates(text: str) -> str:
    """The text with lone surrogates, which JSON can carry and UTF-8 cannot, as U+FFFD; lengths stay."""
    return _SURROGATES.sub("\ufffd", text)


def file_name(path: str | Path) -> str:
    """The path as text that can be stored and printed: bytes that are not UTF-8, which Linux allows, are written out.

    >>> file_name("wire/2.txt")
    'wire/2.txt'
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def one_line(text: str) -> str:
    """The text without white space around it, and with control characters and line breaks inside as single spaces.

    >>> one_line(" wire\\t2 ")
    'wire 2'
    """
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def _strict(raw: bytes, encoding: str, source: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(source, f"not valid {encoding}, which it declares (byte {error.start})") from error


def _declared(raw: bytes) -> str | None:
    """The codec of the charset that a page declares; Latin-1 means Windows-1252 (WHATWG Encoding, 4.2)."""
    match = _CHARSET.search(raw[:4096])
    if match is None:
        return None
    try:
        name = codecs.lookup((match[1] or match[2]).decode("ascii")).name
    except LookupError:
        return None
    if name.startswith(
        ("utf-8", "utf-16", "utf-32")
    ):  # UTF-8 has failed, and the others could not have been read so far
        return None
    return "cp1252" if name in ("iso8859-1", "ascii") else name


def _western(raw: bytes, error: UnicodeDecodeError, source: str) -> str:
    """The bytes as Windows-1252, only where plausible: few accented letters, no odd signs, not damaged UTF-8."""
    damaged = raw.decode("utf-8", "replace")
    broken = damaged.count("\ufffd")
    whole = sum(1 for char in damaged if char > "\x7f") - broken
    if whole > broken:
        raise _undecodable(source, f"damaged UTF-8 (byte {error.start})")
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as unmapped:
        raise _undecodable(source, f"neither UTF-8 nor Windows-1252 (byte {unmapped.start})") from unmapped
    beyond = [char for char in text if char > "\x7f"]
    if len(beyond) > _MAX_ACCENTED * len(text) or not _WESTERN.issuperset(beyond):
        raise _undecodable(source, f"not UTF-8 (byte {error.start}), and its encoding cannot be told")
    return text


def _checked(text: str, source: str) -> str:
    """The text, unless so many control characters are in it that it must be binary."""
    if not text.strip():
        raise ArticleError(source, "empty", hint="remove the file, or check the crawl that wrote it")
    if "\0" in text or len(_CONTROLS.findall(text)) > 0.01 * len(text):
        raise _binary(source)
    return without_surrogates(text)


def _binary(source: str) -> ArticleError:
    return ArticleError(source, "binary, not text", hint="only plain text, HTML, JSON and JSON Lines can be read")


def _undecodable(source: str, reason: str) -> ArticleError:
    return ArticleError(source, reason, hint="convert it to UTF-8, for example: iconv -f ENCODING -t UTF-8")
