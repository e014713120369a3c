"""The changes of a graph over HTTP: as JSON and as feeds, page by page, and nothing when nothing changed."""

from __future__ import annotations

import json
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import httpx
import pytest

A = "{http://www.w3.org/2005/Atom}"


def test_changes_are_listed_page_by_page_without_gaps(client: httpx.Client) -> None:
    whole = client.get("/changes", params={"limit": 500}).json()["changes"]
    pages, before = [], None
    while True:
        page = client.get("/changes", params={"limit": 4, **({"before": before} if before else {})}).json()
        pages += page["changes"]
        if (before := page["next"]) is None:
            break
    assert pages == whole
    assert len(whole) > 8
    assert {change["kind"] for change in whole} <= {"gained", "lost", "changed"}
    newest = whole[0]["number"]
    assert client.get("/changes", params={"after": newest}).json()["changes"] == []
    assert [c["number"] for c in client.get("/changes", params={"after": newest - 2}).json()["changes"]] == [
        newest,
        newest - 1,
    ]


def test_changes_carry_reason_article_and_sentence(client: httpx.Client) -> None:
    found = client.get("/changes", params={"entity": "Kestrel Lines", "predicate": "locatedIn", "limit": 500}).json()[
        "changes"
    ]
    gained = [change for change in found if change["kind"] == "gained"]
    assert gained
    for change in gained:
        assert "Kestrel Lines" in (change["subject_label"], change["object_label"])
        assert change["reason"] == "added"
        article = client.get(f"/articles/{quote(change['article_id'], safe='')}").json()
        assert change["sentence"] in article["text"]


def test_a_feed_comes_by_accept_or_by_its_name_and_leads_to_older_entries(client: httpx.Client) -> None:
    by_accept = client.get("/changes", params={"limit": 3}, headers={"Accept": "application/atom+xml"})
    by_name = client.get("/changes.atom", params={"limit": 3})
    assert by_accept.headers["content-type"].startswith("application/atom+xml")
    ids = []
    for response in (by_accept, by_name):
        feed = ElementTree.fromstring(response.content)
        ids.append([entry.findtext(f"{A}id") for entry in feed.findall(f"{A}entry")])
    assert ids[0] == ids[1]
    links = {
        link.get("rel"): link.get("href") or "" for link in ElementTree.fromstring(by_name.content).findall(f"{A}link")
    }
    further = urlsplit(links["next"])
    older = ElementTree.fromstring(client.get(f"{further.path}?{further.query}").content)
    assert not {entry.findtext(f"{A}id") for entry in older.findall(f"{A}entry")} & set(ids[0])


def test_a_json_feed_says_the_same(client: httpx.Client) -> None:
    response = client.get("/changes.json", params={"limit": 500})
    assert response.headers["content-type"].startswith("application/feed+json")
    listed = client.get("/changes", params={"limit": 500}).json()["changes"]
    assert [item["_newsgraph"]["number"] for item in json.loads(response.content)["items"]] == [
        c["number"] for c in listed
    ]


def test_who_polls_learns_that_nothing_changed(client: httpx.Client) -> None:
    first = client.get("/changes.atom")
    again = client.get("/changes.atom", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/changes.atom", params={"kind": "lost"}, headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_what_an_article_brings_and_takes_is_in_the_feed(writable: httpx.Client) -> None:
    newest = writable.get("/changes", params={"limit": 1}).json()["changes"][0]["number"]
    text = "Boris Lund reportedly leads the Harbour Pilots' Association, it was said in the market."
    assert writable.post("/articles", json={"id": "feed-test", "text": text, "date": "2031-06-01"}).status_code == 201
    gained = writable.get("/changes", params={"after": newest}).json()["changes"]
    assert all(change["article_id"] == "feed-test" for change in gained)
    assert writable.delete("/articles/feed-test").status_code == 200
    after = writable.get("/changes", params={"after": newest}).json()["changes"]
    assert len(after) == 2 * len(gained)


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"since": "yesterday"}, 400), ({"predicate": "hates"}, 400), ({"kind": "odd"}, 422), ({"limit": "0"}, 422),
        ({"entity": "nobody-00000000"}, 404), ({"before": "-1"}, 422),
    ],
)  # fmt: skip
def test_wrong_parameters_are_problem_documents(client: httpx.Client, parameters: dict[str, str], status: int) -> None:
    for path in ("/changes", "/changes.atom"):
        response = client.get(path, params=parameters)
        assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
