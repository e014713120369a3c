"""What changed in the graph, as feeds that readers and programs know: Atom (RFC 4287) and JSON Feed 1.1.

An entry is a statement that was gained, lost or changed, with the reason, the article and, as far as it is still there,
the sentence. Entries have numbers that only grow and never mean another change, so that whoever asks with `after` the
last number that they saw gets everything that came since, once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from pyoxigraph import NamedNode

from kg import vocab
from kg.catalogue import Catalogue, StatementChange
from kg.errors import ParameterError
from kg.exports.graphml import sound
from kg.exports.things import Things
from kg.graph import GraphStore
from kg.graph.facts import article_iri, statement_iri
from kg.vocab import in_words

__all__ = ["ATOM_TYPE", "JSON_FEED_TYPE", "Entry", "Links", "atom", "entries", "json_feed", "moment", "record"]

ATOM_TYPE = "application/atom+xml"
JSON_FEED_TYPE = "application/feed+json"
TITLE = "Newsgraph: what the articles say, and no longer say"

_ATOM = "http://www.w3.org/2005/Atom"
_REASONS = {
    "added": "a new article",
    "replaced": "an article was corrected",
    "reread": "an article was read again",
    "removed": "an article was deleted",
    "same": "two things were declared the same",
    "different": "two things were declared different",
    "accept": "a claim was accepted",
    "reject": "a claim was rejected",
    "label": "a name was edited",
    "undone": "a decision was taken back",
    "resolved": "all names were linked again",
    "threshold": "the threshold was changed",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A change as people read it. IRIs and labels are those of the statement after it; `sentence` is the article's."""

    number: int
    time: datetime
    kind: str
    statement: str
    subject: str
    subject_label: str
    predicate: str
    object: str
    object_label: str
    reason: str
    article: str | None
    article_id: str | None
    title: str | None
    url: str | None
    publisher: str | None
    sentence: str | None
    judgement: int | None
    details: Mapping[str, Any]

    @property
    def headline(self) -> str:
        """The change in a line."""
        said = f"{self.subject_label} {in_words(self.predicate)} {self.object_label}"
        return f"{self.kind.capitalize()}: {said}{_shift(self.details) if self.kind == 'changed' else ''}"

    @property
    def why(self) -> str:
        """The reason, for people."""
        return _REASONS.get(self.reason, self.reason)


@dataclass(frozen=True, slots=True)
class Links:
    """Where a feed lies, where its next page does (older entries), and what it is about."""

    home: str
    self: str
    next: str | None = None


def entries(catalogue: Catalogue, store: GraphStore, base: str, changes: Iterable[StatementChange]) -> list[Entry]:
    """The changes with the names that things have now, or had last, and with the sentence that the graph still has."""
    things = Things(store)
    return [_entry(catalogue, things, base, change) for change in changes]


def moment(text: str) -> datetime:
    """The time that a day or a time names, in UTC unless it says otherwise; a day means its beginning. Raises ParameterError.

    >>> moment("2031-04-02").isoformat()
    '2031-04-02T00:00:00+00:00'
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ParameterError(
            f"{text} is no day or time", hint="write it as 2031-04-02 or 2031-04-02T08:30:00Z"
        ) from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def atom(found: Sequence[Entry], links: Links) -> bytes:
    """The entries, newest first, as an Atom feed."""
    ElementTree.register_namespace("", _ATOM)
    feed = Element(f"{{{_ATOM}}}feed")
    updated = found[0].time if found else datetime.fromtimestamp(0, UTC)
    _text(feed, "id", f"{links.home}changes")
    _text(feed, "title", TITLE)
    _text(feed, "updated", updated.isoformat())
    _text(SubElement(feed, f"{{{_ATOM}}}author"), "name", "Newsgraph")
    _link(feed, "self", links.self, ATOM_TYPE)
    _link(feed, "alternate", links.home, "text/html")
    if links.next is not None:
        _link(feed, "next", links.next, ATOM_TYPE)  # RFC 5005, 3
    for one in found:
        entry = SubElement(feed, f"{{{_ATOM}}}entry")
        _text(entry, "id", _id(links, one))
        _text(entry, "title", one.headline)
        _text(entry, "updated", one.time.isoformat())
        _text(entry, "content", _html(one)).set("type", "html")
        _link(entry, "alternate", one.statement, "text/html")
        if one.article is not None:
            _link(entry, "related", one.article, "text/html")
        for term in (one.kind, one.predicate, one.reason):
            SubElement(entry, f"{{{_ATOM}}}category").set("term", term)
    body: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def json_feed(found: Sequence[Entry], links: Links) -> bytes:
    """The entries, newest first, as a JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "home_page_url": links.home,
        "feed_url": links.self,
        **({"next_url": links.next} if links.next is not None else {}),
        "items": [
            {
                "id": _id(links, one),
                "url": one.statement,
                **({"external_url": one.url} if one.url else {}),
                "title": one.headline,
                "content_html": _html(one),
                "content_text": " ".join(filter(None, (f"{one.headline}.", _because(one), one.sentence))),
                "date_published": one.time.isoformat(),
                "tags": [one.kind, one.predicate, one.reason],
                "_newsgraph": record(one),
            }
            for one in found
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode() + b"\n"


def record(one: Entry) -> dict[str, Any]:
    """The entry as plain values, for JSON."""
    return {**asdict(one), "time": one.time.isoformat(), "details": dict(one.details)}


def _entry(catalogue: Catalogue, things: Things, base: str, change: StatementChange) -> Entry:
    said = change.statement
    iri = statement_iri(base, said)
    article = None if change.article is None else article_iri(base, change.article)
    header = None if article is None else things.article(article)
    claims = [claim for claim in things.claims_of(iri) if claim.article == article]
    return Entry(
        number=change.number,
        time=change.time,
        kind=change.kind,
        statement=iri.value,
        subject=said.subject.value,
        subject_label=_label(catalogue, said.subject.value),
        predicate=vocab.local(said.predicate),
        object=said.object.value,
        object_label=_label(catalogue, said.object.value) if isinstance(said.object, NamedNode) else said.object.value,
        reason=change.reason,
        article=article.value if article else None,
        article_id=change.article,
        title=header.title if header else None,
        url=header.url if header else None,
        publisher=header.publisher if header else None,
        sentence=claims[0].quote if claims else None,
        judgement=change.judgement,
        details=change.details,
    )


def _label(catalogue: Catalogue, iri: str) -> str:
    """The name of an entity, also of one that is gone."""
    if (row := catalogue.entity(iri)) is not None:
        return row.label
    gone = catalogue.retired(iri)
    return iri if gone is None else gone.label


def _shift(details: Mapping[str, Any]) -> str:
    """What changed about a statement, in words."""
    parts = []
    for name, (before, now) in details.items():
        if name == "disputed":
            parts.append("now disputed" if now else "no longer disputed")
        elif name in ("subject", "object"):
            parts.append(f"its {name} was merged")
        else:
            words = {"valid_from": "since", "valid_to": "until"}.get(name, name)
            parts.append(f"{words} {now or 'unknown'} instead of {before or 'unknown'}")
    return f" ({', '.join(parts)})"


def _because(one: Entry) -> str:
    named = f": {one.title or one.article_id}" if one.article_id is not None else ""
    return f"{one.why.capitalize()}{named}{f' ({one.publisher})' if one.publisher else ''}."


def _html(one: Entry) -> str:
    quote = f"<blockquote>{escape(one.sentence)}</blockquote>" if one.sentence else ""
    return f"<p>{escape(_because(one))}</p>{quote}"


def _id(links: Links, one: Entry) -> str:
    return f"{links.home}changes#{one.number}"


def _text(parent: Element, name: str, value: str) -> Element:
    element = SubElement(parent, f"{{{_ATOM}}}{name}")
    element.text = sound(value)
    return element


def _link(parent: Element, rel: str, href: str, media_type: str) -> None:
    SubElement(parent, f"{{{_ATOM}}}link", {"rel": rel, "href": href, "type": media_type})
