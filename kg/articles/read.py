"""Files, folders, globs and standard input → Articles, one at a time; what cannot be read comes as an ArticleError."""

from __future__ import annotations

import codecs
import glob
import gzip
import hashlib
import io
import logging
import os
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from kg.articles.decode import decode, file_name, one_line, read_limited
from kg.articles.records import records_in_json, records_in_lines
from kg.articles.webpage import looks_like_html, metadata_of
from kg.errors import ArticleError
from kg.types import Article

__all__ = ["read_articles"]

log = logging.getLogger(__name__)

_TEXT = (".txt", ".text")
_HTML = (".html", ".htm", ".xhtml")
_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_JSON = (".json", ".json.gz")
_ENDINGS = (*_TEXT, *_HTML, *_LINES, *_JSON)
_PEEK = 1 << 16


def read_articles(
    paths: Iterable[str | Path], *, stdin: BinaryIO | None = None, passed_over: Callable[[Path], None] | None = None
) -> Iterator[Article | ArticleError]:
    """The articles of files, folders (with all below them), globs and `-` (standard input), lazily and in a stable
    order.

    Text (.txt), HTML (.html, .htm), JSON Lines (.jsonl, .jsonl.gz) and JSON (.json) are told by their endings, other
    files that are named directly (and standard input) by how they begin. In folders, hidden files and other endings
    are passed over; `passed_over` is called with each file of another ending.

    Errors are yielded, not raised. An article's id is the one its record gives, else its canonical URL, else its
    path relative to the folder ingested (for a file named directly: its name, or its path where two of those share a
    name).
    """
    given = [str(path) for path in paths]
    files = Counter(Path(path).name for path in dict.fromkeys(given) if path != "-" and not Path(path).is_dir())
    for path in given:
        if path == "-":
            yield from _guarded("-", _articles_in_stream, stdin if stdin is not None else sys.stdin.buffer, "-")
        elif os.path.isdir(path):  # noqa: PTH112 - a Path would lose the trailing slash of "link/"
            yield from _in_folder(Path(path), passed_over)
        elif os.path.lexists(path):
            name = Path(path).name
            yield from _in_file(Path(path), name if files[name] == 1 else Path(path).as_posix())
        elif glob.has_magic(path):
            yield from _in_glob(path)
        else:
            yield ArticleError(file_name(path), "no such file or folder", hint="check the path")


def _in_glob(pattern: str) -> Iterator[Article | ArticleError]:
    """The matches of a pattern; their ids are relative to the part of it that has no wildcard."""
    base = Path(*_literal_part(Path(pattern)))
    found = False
    for match in sorted(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 - Path.glob takes no absolute patterns
        if Path(match).is_file():
            found = True
            yield from _in_file(Path(match), Path(match).relative_to(base).as_posix())
    if not found:
        yield ArticleError(file_name(pattern), "matches no file", hint="quote the pattern, or check the path")


def _literal_part(pattern: Path) -> list[str]:
    parts: list[str] = []
    for part in pattern.parts:
        if glob.has_magic(part):
            break
        parts.append(part)
    return parts


def _in_folder(folder: Path, passed_over: Callable[[Path], None] | None = None) -> Iterator[Article | ArticleError]:
    """The articles of all files below a folder, in the order of their names."""
    found = False
    for entry in _walk(folder, set(), passed_over):
        found = True
        if isinstance(entry, ArticleError):
            yield entry
        else:
            yield from _in_file(entry, entry.relative_to(folder).as_posix())
    if not found:
        endings = ", ".join(_ENDINGS)
        yield ArticleError(file_name(folder), "no articles in this folder", hint=f"files must end in one of {endings}")


def _walk(
    folder: Path, seen: set[tuple[int, int]], passed_over: Callable[[Path], None] | None
) -> Iterator[Path | ArticleError]:
    """Files with a known ending below a folder. Links to folders are followed, but no folder is entered twice."""
    try:
        status = folder.stat()
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield ArticleError(file_name(folder), f"cannot be read: {error.strerror}", hint="check its permissions")
        return
    if (status.st_dev, status.st_ino) in seen:
        log.debug("%s: a folder that was read already", folder)
        return
    seen.add((status.st_dev, status.st_ino))
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, seen, passed_over)
        elif entry.name.lower().endswith(_ENDINGS) and (entry.is_file() or entry.is_symlink()):
            yield entry
        elif passed_over is not None:
            passed_over(entry)


def _in_file(path: Path, id_: str) -> Iterator[Article | ArticleError]:
    """The article or articles of one file."""
    try:
        if path.is_dir():
            yield from _in_folder(path)
            return
        opened = path.open("rb")
    except OSError as error:
        yield ArticleError(
            file_name(path), f"cannot be read: {error.strerror}", hint="check that it exists and its permissions"
        )
        return
    with opened as stream:
        yield from _guarded(file_name(path), _articles_in_file, stream, path, id_)


def _guarded(
    source: str, read: Callable[..., Iterator[Article | ArticleError]], *arguments: object
) -> Iterator[Article | ArticleError]:
    """What `read` yields; what it raises is yielded last."""
    try:
        yield from read(*arguments)
    except ArticleError as error:
        yield error
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        yield ArticleError(source, f"damaged gzip data: {error}", hint="download or compress it again")
    except OSError as error:
        yield ArticleError(
            source, f"cannot be read: {error.strerror or error}", hint="check the disk and its permissions"
        )


def _articles_in_file(stream: BinaryIO, path: Path, id_: str) -> Iterator[Article | ArticleError]:
    name, source = path.name.lower(), file_name(path)
    if name.endswith(".gz"):
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=stream))
        name = name.removesuffix(".gz")
    if name.endswith(_LINES):
        yield from records_in_lines(stream, name=source)
    elif name.endswith(_JSON):
        yield from records_in_json(stream, name=source)
    elif name.endswith((*_TEXT, *_HTML)):
        yield _article(read_limited(stream, source), source, id_, html=name.endswith(_HTML))
    else:
        yield from _articles_in_stream(stream, source, id_)


def _articles_in_stream(stream: BinaryIO, source: str, id_: str | None = None) -> Iterator[Article | ArticleError]:
    """The articles of a stream without an ending: JSON Lines, JSON, HTML or text, as it begins."""
    buffered = io.BufferedReader(cast(io.RawIOBase, stream), _PEEK) if not hasattr(stream, "peek") else stream
    start = cast(io.BufferedReader, buffered).peek(_PEEK)[:_PEEK].removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"{"):
        line, newline, _ = start.partition(b"\n")
        # A first line that ends with its object is a record; "{" alone begins an object that was printed over many
        # lines.
        by_line = not newline or line.rstrip().endswith(b"}")
        yield from (records_in_lines if by_line else records_in_json)(buffered, name=source)
    elif start.startswith(b"[") and start[1:].lstrip()[:1] in (b"{", b"]"):
        yield from records_in_json(buffered, name=source)
    else:
        yield _article(read_limited(buffered, source), source, id_, html=False)


def _article(raw: bytes, source: str, id_: str | None, *, html: bool) -> Article:
    """The article of one file's bytes; a page is told by its beginning too, for it may have been saved as .txt."""
    is_page = html or looks_like_html(raw[:4096].decode("latin-1").removeprefix("ï»¿"))
    content = decode(raw, source=source, html=is_page)
    name = one_line(file_name(id_)) if id_ else f"text-{hashlib.sha256(raw).hexdigest()[:16]}"
    if not is_page:
        return Article(id=name, raw=raw, content=content, media_type="text/plain", source=source)
    page = metadata_of(content)
    return Article(
        id=page.url or name,
        raw=raw,
        content=content,
        media_type="text/html",
        source=source,
        url=page.url,
        title=page.title,
        published=page.published,
        publisher=page.publisher,
        authors=page.authors,
        language=page.language,
    )
