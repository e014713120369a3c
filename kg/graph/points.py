"""Point look-ups: queries whose cost is bounded by their form, answered in the process that was asked.

A worker costs a look-up more than the look-up itself: two processes wake each other. What a worker is for cannot happen
with one pattern that names its subject:

* no time or memory without end: the engine goes through the quads of that subject once, and each that it reads is a row
  of at least one byte. There is nothing that reads without writing: no join, filter, path, DISTINCT, ORDER BY, OFFSET,
  aggregate, subquery, or variable that has to match itself. After MAX_BYTES the answer is broken off, and a worker
  answers. A literal is read whole, as by the routes that show a thing.
* no overflow of the parser's stack: the accepted texts are a regular language, matched whole and without backtracking.
  No bracket in it can be nested but that of one GRAPH, and no text is longer than MAX_CHARACTERS.
* no call to another server, and no function: the words for them are not in the language.
* no result that another thread touches: the query runs and is written in one call, and keeps the caller waiting.

What is not understood here, and whatever goes wrong, is for the workers: they say what is wrong with a query.
"""

from __future__ import annotations

import re
import resource
import time
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from typing import IO, cast

from pyoxigraph import QueryResultsFormat, QueryTriples, Store

from kg.errors import StoreUnavailable
from kg.graph.store import Answer

__all__ = ["Points", "subject_of"]

MAX_CHARACTERS = 2000
MAX_BYTES = 1 << 15
"""Of an answer: some hundred rows, a millisecond or two."""
MAX_LARGE = 10_000  # subjects about which there is more
SLOW_S = 0.05
RESTS = 20
"""A look-up takes 0.1 ms. After one that took longer than SLOW_S because it had to read the disk, the workers do the waiting
for RESTS times as long: so others wait for look-ups a twentieth of the time at most."""

_OF_THREAD = getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)  # the former is of Linux

_SPACE = r"(?:[\ \t\r\n]|\#[^\r\n]*+[\r\n])"  # a comment ends with its line
_IRI = r'<[^\x00-\x20<>"{}|^`]*+>'
_PREFIX = r"(?:[A-Z][A-Z0-9_-]*+)?:"
_NAME = rf"{_PREFIX}[A-Z0-9_]++(?:-++[A-Z0-9_]++)*+"
_VARIABLE = r"[?$][A-Z0-9_]++"
_STRING = r"""(?:"[^"\r\n]*+"|'[^'\r\n]*+')"""
_LITERAL = rf"{_STRING}(?:@[A-Z]++(?:-[A-Z0-9]++)*+|\^\^(?:{_IRI}|{_NAME}))?+"
_POINT = re.compile(
    rf"""
    {_SPACE}*+ (?: PREFIX {_SPACE}++ {_PREFIX} {_SPACE}*+ {_IRI} {_SPACE}*+ )*+
    (?: ASK | SELECT {_SPACE}++ (?: \* | {_VARIABLE} (?: {_SPACE}++ {_VARIABLE} )*+ ) ) {_SPACE}*+
    (?: (?<=[\ \t\r\n]) WHERE {_SPACE}*+ )?+
    \{{ {_SPACE}*+ (?P<graph> GRAPH {_SPACE}++ {_IRI} {_SPACE}*+ \{{ {_SPACE}*+ )?+
        (?P<subject> <[A-Z][A-Z0-9+.-]*+: [^\x00-\x20<>"{{}}|^`]*+ > ) {_SPACE}++
        (?P<predicate> {_IRI} | {_NAME} | a | {_VARIABLE} ) {_SPACE}++
        (?P<object> {_IRI} | {_NAME} | {_LITERAL} | {_VARIABLE} ) {_SPACE}*+
        (?: \. {_SPACE}*+ )?+
    (?(graph) \}} {_SPACE}*+ ) \}} {_SPACE}*+
    (?: LIMIT {_SPACE}++ [0-9]{{1,9}}+ {_SPACE}*+ )?+
    (?: \#[^\r\n]*+ )?+
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def subject_of(query: str) -> str | None:
    """The subject that a point look-up names, as `<iri>`; None for every other query.

    >>> subject_of("SELECT ?p ?o WHERE { <http://e.org/a> ?p ?o } LIMIT 10  # all of it")
    '<http://e.org/a>'
    >>> subject_of("SELECT * { <http://e.org/a> ?p ?o . ?o ?q ?r }"), subject_of("ASK { <http://e.org/a> ?x ?x }")
    (None, None)
    """
    if len(query) > MAX_CHARACTERS or "\\" in query:  # an escape may stand for a bracket, in a comment too
        return None
    found = _POINT.fullmatch(query)
    if found is None:
        return None
    predicate, object_ = found["predicate"], found["object"]
    if predicate[0] in "?$" and object_[0] in "?$" and predicate[1:] == object_[1:]:
        return None  # each quad would be read, and few written
    return found["subject"]


class Points:
    """Look-ups in a snapshot that this process has open. Relative IRIs are resolved against `base`.

    Used on one thread. Raises StoreUnavailable if the snapshot cannot be opened.
    """

    def __init__(self, snapshot: Path, *, base: str) -> None:
        try:
            self._store = Store.read_only(str(snapshot))
        except (OSError, RuntimeError, ValueError) as error:
            raise StoreUnavailable(f"{snapshot}: {error}") from error
        self._base = base
        self._large: OrderedDict[int, None] = OrderedDict()
        self._rests_until = 0.0

    def answer(self, query: str, media_type: str) -> Answer | None:
        """The answer to a point look-up; None where a worker has to be asked."""
        subject = subject_of(query)
        form = _form(media_type)
        begun, blocks = time.monotonic(), _blocks_read()
        if subject is None or form is None or begun < self._rests_until or hash(subject) in self._large:
            return None
        output = _Output()
        try:
            results = self._store.query(query, base_iri=self._base, prefixes={})
            assert not isinstance(results, QueryTriples)
            results.serialize(cast("IO[bytes]", output), form)
        except _TooMuch:
            self._remember(subject)
            return None
        except (SyntaxError, ValueError, OSError, RuntimeError):
            return None
        took_s = time.monotonic() - begun
        if took_s > SLOW_S and _blocks_read() > blocks:  # else it had to wait for a processor
            self._rests_until = begun + RESTS * took_s
        return Answer(bytes(output.body), media_type)

    def _remember(self, subject: str) -> None:
        """Leave a subject to the workers from now on."""
        self._large[hash(subject)] = None
        if len(self._large) > MAX_LARGE:
            self._large.popitem(last=False)


class _TooMuch(Exception):
    """The answer is longer than a look-up's."""


class _Output:
    """What the engine writes to."""

    def __init__(self) -> None:
        self.body = bytearray()

    def write(self, data: bytes) -> int:
        """Take a piece of the answer."""
        self.body += data
        if len(self.body) > MAX_BYTES:
            raise _TooMuch
        return len(data)

    def flush(self) -> None:
        """The engine calls it at the end."""


def _blocks_read() -> int:
    """What this thread has read from disks so far."""
    return resource.getrusage(_OF_THREAD).ru_inblock


@lru_cache(maxsize=16)
def _form(media_type: str) -> QueryResultsFormat | None:
    return QueryResultsFormat.from_media_type(media_type)
