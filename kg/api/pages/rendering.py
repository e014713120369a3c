"""Templates → text: the environment that they share, and what they may call."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import platformdirs
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from kg.api.negotiation import Offer
from kg.api.pages import wording
from kg.lookup import ENTITY_KINDS, KINDS, Passage

__all__ = [
    "FORMAT_NAMES",
    "STATIC",
    "Quoted",
    "article_page_at",
    "links",
    "local_path",
    "marked",
    "prepare",
    "render",
    "slug_of",
]

STATIC = Path(__file__).parents[1] / "static"
TEMPLATES = Path(__file__).parents[1] / "templates"
FORMAT_NAMES = {
    "html": "a table", "srj": "JSON", "srx": "XML", "csv": "CSV", "tsv": "TSV",
    "ttl": "Turtle", "nt": "N-Triples", "jsonld": "JSON-LD", "rdf": "RDF/XML",
}  # fmt: skip
PAGE_OF_ARTICLE = 6000  # code points of an article's text on one page, at least
QUOTED = 700  # code points of a sentence that are shown


class Quoted(Protocol):
    """A sentence with the ends of what it is evidence of, where they are known."""

    @property
    def sentence(self) -> Passage:
        """The whole of it."""

    @property
    def subject(self) -> Passage | None:
        """The first end."""

    @property
    def object(self) -> Passage | None:
        """The other one."""


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates; where they cannot be written they are compiled anew, as Jinja does where they cannot be read."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _compiled() -> _Compiled | None:
    """Those in the user's cache folder: to compile a page's templates takes twice as long as to show it."""
    folder = platformdirs.user_cache_path("newsgraph") / f"templates-{version('jinja2')}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    # what is read there is run: a folder that others may write is not used, as Jinja does not use such a one of its own
    ours = (
        stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o022 and found.st_uid == getattr(os, "getuid", lambda: 0)()
    )
    return _Compiled(str(folder)) if ours else None


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=_compiled(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        marked=marked, words=wording.words, heading=wording.heading, count_of=wording.count_of, slug_of=slug_of,
        span_words=wording.span_words, ticked=wording.ticked, section="", plain_store=False,
    )  # fmt: skip
    environment.filters.update(
        short=wording.short, plain=wording.plain, day=wording.day_words, phase=wording.phase_words, words=wording.words
    )
    return environment


def render(template: str, base: str, **values: object) -> str:
    """A page; `path(iri)` in its template links to IRIs below `base`, the workspace's own, on this service."""

    def path(iri: str) -> str:
        return local_path(base, iri) or iri

    def passage(article: str, span: Passage) -> str:
        return article_page_at(path(article), span)

    def kind_of(iri: str) -> str:
        kind = iri.removeprefix(base).partition("/")[0]
        return kind if kind in ENTITY_KINDS else ""

    template_ = _environment().get_template(template)
    return template_.render(path=path, passage=passage, kind_of=kind_of, **values)


def prepare() -> None:
    """Compile the templates of the pages that are asked for most, which takes longer than to fill them in."""
    for name in ("index.html", "entity.html", "article.html"):
        _environment().get_template(name)
    for name in ("parts.html", "drawing.html"):  # these are not read before they are needed
        _environment().get_template(name)


def local_path(base: str, iri: str) -> str | None:
    """Where this service shows an IRI; None for those of others.

    >>> local_path("https://e.org/kg/", "https://e.org/kg/person/ana-diaz-1f2e3d4c")
    '/person/ana-diaz-1f2e3d4c'
    """
    rest = iri.removeprefix(base)
    return f"/{rest}" if rest != iri and rest.partition("/")[0] in KINDS else None


def article_page_at(path: str, span: Passage) -> str:
    """The address of a passage on an article's page: the fragment is that of the passage's own IRI (RFC 5147).

    >>> article_page_at("/article/a", Passage(3, 9, "leads a"))
    '/article/a#char=3,9'
    """
    at = f"?at={span.start}" if span.start >= PAGE_OF_ARTICLE else ""
    return f"{path}{at}#char={span.start},{span.end}"


def slug_of(iri: str) -> str:
    """The last segment of an IRI, safe in a path."""
    return quote(iri.rpartition("/")[2], safe="-._~%")


def marked(claim: Quoted) -> list[tuple[str, str]]:
    """The claim's sentence in pieces, each with the end of the relation that it is: subject, object or "".

    A sentence longer than any (a broken text may have no full stop) is cut to what lies around its ends.
    """
    sentence = claim.sentence
    ends = sorted(
        (passage.start - sentence.start, passage.end - sentence.start, name)
        for passage, name in ((claim.subject, "subject"), (claim.object, "object"))
        if passage is not None
    )
    pieces: list[tuple[str, str]] = []
    at = 0
    for start, end, name in ends:
        if at <= start < end <= len(sentence.exact):  # an overlap, or an end outside the sentence, stays unmarked
            pieces += [(sentence.exact[at:start], ""), (sentence.exact[start:end], name)]
            at = end
    pieces.append((sentence.exact[at:], ""))
    allowed = QUOTED if len(sentence.exact) <= QUOTED else QUOTED // max(1, len(pieces))
    return [(_shortened(text, allowed), name) for text, name in pieces if text]


def links(href: str, offers: Sequence[Offer]) -> list[dict[str, str]]:
    """Links to the same thing in other formats, by extension."""
    return [
        {"href": f"{href}.{o.extension}", "name": FORMAT_NAMES[o.extension], "media_type": o.media_type} for o in offers
    ]


def _shortened(text: str, length: int) -> str:
    """A text, or its beginning and its end."""
    return text if len(text) <= length else f"{text[: length // 2]} […] {text[-length // 2 :]}"
