"""Timelines of what was found: by words, or by a query whose answer names events."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from lxml import html

from kg.api.pages.timeline import Window, events_among
from tests.pages.conftest import text_of

Page = Callable[[str], html.HtmlElement]
KG = "PREFIX kg: <https://w3id.org/newsgraph/ontology#> "
ALL = f"{KG}SELECT ?event {{ ?event a kg:Event }}"


def shown(pages: httpx.Client, **asked: str) -> html.HtmlElement:
    answer = pages.get("/timeline", params=asked)
    assert answer.status_code == 200, answer.text
    return html.document_fromstring(answer.content)


def events(tree: html.HtmlElement) -> list[str]:
    return [text_of(a) for a in tree.xpath("//ol//p[@class='what']/a[contains(@class, 'event')]")]


def test_the_timeline_of_an_answer_has_its_events_dated_ones_first(pages: httpx.Client) -> None:
    of_answer, of_all = shown(pages, query=ALL), shown(pages)
    assert sorted(events(of_answer)) == sorted(events(of_all))
    days = [time.get("datetime") for time in of_answer.xpath("//ol[@class='timeline']//div[@class='when']/time")]
    assert days == sorted(days, reverse=True)
    assert len(days) >= 2


def test_it_is_narrowed_and_remembers_the_query(pages: httpx.Client) -> None:
    tree = shown(pages, query=ALL, type="attack", since="2024")
    assert len(events(tree)) == 1
    assert tree.xpath("//form[@action='/timeline']//input[@name='query']/@value") == [ALL]
    assert events(shown(pages, query=ALL, until="2001")) == []


def test_triples_name_events_too(pages: httpx.Client) -> None:
    construct = f"{KG}CONSTRUCT {{ ?event kg:occurredAt ?place }} WHERE {{ ?event kg:occurredAt ?place }}"
    assert len(events(shown(pages, query=construct))) == 1


def test_an_answer_without_events_says_what_would_have_some(pages: httpx.Client) -> None:
    tree = shown(pages, query=f"{KG}SELECT ?group {{ ?group a kg:Group }}")
    assert events(tree) == []
    assert "No event is named in the answer" in text_of(tree)
    assert "No event" in text_of(shown(pages, query="ASK {}"))


@pytest.mark.parametrize(("query", "status"), [("SELECT nonsense", 400), ("SELECT * { SERVICE <http://x/> {} }", 400)])
def test_a_query_that_cannot_be_asked_is_a_problem(pages: httpx.Client, query: str, status: int) -> None:
    answer = pages.get("/timeline", params={"query": query})
    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_words_are_looked_for_in_names_and_in_sentences(pages: httpx.Client) -> None:
    (attack,) = events(shown(pages, words="rebels attacked"))
    assert "ttack" in attack
    assert len(events(shown(pages, words="Harbour Summit"))) >= 1
    assert "No event is called so" in text_of(shown(pages, words="zeppelin"))


def test_rows_with_events_lead_to_their_timeline(pages: httpx.Client, page: Page) -> None:
    (link,) = html.document_fromstring(pages.get("/sparql", params={"query": ALL}).content).xpath(
        "//a[starts-with(@href, '/timeline?query=')]/@href"
    )
    assert events(page(link))
    groups = pages.get("/sparql", params={"query": f"{KG}SELECT ?group {{ ?group a kg:Group }}"})
    assert "/timeline?query=" not in groups.text


def test_only_events_of_this_graph_are_taken_from_an_answer() -> None:
    rows = (
        b'{"head":{"vars":["a","b"]},"results":{"bindings":['
        b'{"a":{"type":"uri","value":"https://e.org/event/x-1"},"b":{"type":"literal","value":"https://e.org/event/y-2"}},'
        b'{"a":{"type":"uri","value":"https://elsewhere.org/event/x-1"}},'
        b'{"a":{"type":"uri","value":"https://e.org/event/x-1"}}]}}'
    )
    assert events_among("https://e.org/", rows, "application/sparql-results+json") == ("https://e.org/event/x-1",)


@pytest.mark.parametrize(
    ("begin", "end", "held"),
    [("2019-06", None, True), ("2019", None, True), ("2018", None, False), ("2018", "2019-03", True), ("2020", None, False),
     (None, None, False)],
)  # fmt: skip
def test_a_window_holds_what_meets_it_as_far_as_dates_go(begin: str | None, end: str | None, held: bool) -> None:
    assert Window(None, "2019-02", "2019-07", 1).holds(begin, end) is held
