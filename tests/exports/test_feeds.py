"""Feeds of changes: what RFC 4287 and JSON Feed 1.1 ask for, and what people and programs want to know."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from kg.errors import ParameterError
from kg.exports import feeds
from kg.workspace import Workspace
from tests.factory import World

A = "{http://www.w3.org/2005/Atom}"
LINKS = feeds.Links(
    "http://localhost:8000/", "http://localhost:8000/changes.atom", "http://localhost:8000/changes.atom?before=3"
)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    workspace = Workspace.create("memory:")
    extractor = World.extractor()
    workspace.ingest([World.article("a & b", [0, 8], publisher="The <Gazette>", published="2031-04-02")], extractor)
    workspace.ingest([World.article("old", [1])], extractor)
    workspace.delete("old")
    return workspace


@pytest.fixture(scope="module")
def entries(workspace: Workspace) -> list[feeds.Entry]:
    return feeds.entries(workspace.catalogue, workspace.store, workspace.base, workspace.catalogue.changes())


def test_an_entry_says_what_changed_why_and_in_which_words(entries: list[feeds.Entry]) -> None:
    lost, again, *gained = entries
    assert lost.headline == "Lost: Ana Maria Diaz leads Highland Peoples' Army", "names outlive what they name"
    assert (lost.why, lost.article_id, lost.sentence) == ("an article was deleted", "old", None)
    assert again.headline == "Gained: Ana Maria Diaz leads Highland Peoples' Army"
    assert again.sentence is None, "it is gone by now"
    (leads,) = [one for one in gained if one.predicate == "leads"]
    assert leads.sentence == World.sentences[0]
    assert (leads.publisher, leads.reason) == ("The <Gazette>", "added")


def test_an_atom_feed_has_all_that_the_rfc_asks_for(entries: list[feeds.Entry]) -> None:
    feed = ElementTree.fromstring(feeds.atom(entries, LINKS))
    assert feed.tag == f"{A}feed"
    assert all(len(feed.findall(f"{A}{name}")) == 1 for name in ("id", "title", "updated", "author"))
    assert feed.findtext(f"{A}updated") == entries[0].time.isoformat()
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{A}link")}
    assert (links["self"], links["next"]) == (LINKS.self, LINKS.next)
    items = feed.findall(f"{A}entry")
    assert len(items) == len(entries)
    assert len({item.findtext(f"{A}id") for item in items}) == len(items)
    for item in items:
        assert all(item.findtext(f"{A}{name}") for name in ("id", "title", "updated", "content"))
        assert datetime.fromisoformat(item.findtext(f"{A}updated") or "").tzinfo is not None
    assert any("&lt;Gazette&gt;" in (item.findtext(f"{A}content") or "") for item in items), "HTML, escaped once more"


def test_a_json_feed_has_all_that_its_specification_asks_for(entries: list[feeds.Entry]) -> None:
    feed: dict[str, Any] = json.loads(feeds.json_feed(entries, LINKS))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert feed["next_url"] == LINKS.next
    assert len({item["id"] for item in feed["items"]}) == len(entries)
    for item, entry in zip(feed["items"], entries, strict=True):
        assert item["content_html"]
        assert item["content_text"]
        assert item["date_published"] == entry.time.isoformat()
        assert item["_newsgraph"]["number"] == entry.number


def test_feeds_without_entries_are_feeds() -> None:
    assert ElementTree.fromstring(feeds.atom([], LINKS)).findtext(f"{A}updated")
    assert json.loads(feeds.json_feed([], LINKS))["items"] == []


def test_text_that_xml_cannot_hold_does_not_break_a_feed(entries: list[feeds.Entry]) -> None:
    from dataclasses import replace

    odd = replace(entries[0], subject_label="a\x00\x1b<b>")
    title = ElementTree.fromstring(feeds.atom([odd], LINKS)).findtext(f"{A}entry/{A}title") or ""
    assert title.startswith("Lost: a\ufffd\ufffd<b> leads")


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"phase": ["current", "former"]}, "phase former instead of current"),
        ({"valid_to": [None, "2030"]}, "until 2030 instead of unknown"),
        ({"disputed": [False, True]}, "now disputed"),
        ({"object": ["x", "y"]}, "its object was merged"),
    ],
)
def test_a_change_says_what_it_was_before(entries: list[feeds.Entry], details: dict[str, Any], words: str) -> None:
    from dataclasses import replace

    assert replace(entries[0], kind="changed", details=details).headline.endswith(f"({words})")


def test_a_time_is_a_day_or_an_instant() -> None:
    assert feeds.moment("2031-04-02") == datetime(2031, 4, 2, tzinfo=UTC)
    assert feeds.moment("2031-04-02T10:00:00+02:00") == datetime(2031, 4, 2, 8, tzinfo=UTC)
    with pytest.raises(ParameterError, match="yesterday"):
        feeds.moment("yesterday")
