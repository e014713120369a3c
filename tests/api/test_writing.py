"""Writing: keys, articles in and out, and how soon queries see it."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from kg.access import KeyRing
from tests.api.conftest import KEY, URL_ID

STORY = {
    "id": "https://example.org/new?x=1",
    "title": "A new hand at the wheel",
    "date": "2031-06-01",
    "text": "Ana Diaz leads Kestrel Lines, the ship owner of Port Alder, and all of them know it.",
}


def rows(client: httpx.Client) -> int:
    query = (
        "PREFIX kg: <https://w3id.org/newsgraph/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
        'SELECT ?n WHERE { ?s rdf:subject/rdfs:label "Ana Diaz"@en ; rdf:predicate kg:leads ; '
        'rdf:object/rdfs:label "Kestrel Lines"@en ; kg:supportingArticles ?n }'
    )
    answer = client.get("/sparql", params={"query": query}).json()
    return int(answer["results"]["bindings"][0]["n"]["value"])


def until(client: httpx.Client, expected: int, *, within_s: float = 10.0) -> None:
    begun = time.monotonic()
    while rows(client) != expected:
        assert time.monotonic() - begun < within_s, "queries read an old graph for too long"
        time.sleep(0.05)


def test_an_article_comes_changes_nothing_is_replaced_and_goes(writable: httpx.Client) -> None:
    before = rows(writable)
    first = writable.post("/articles", json=STORY)
    assert (first.status_code, first.json()["outcome"]) == (201, "added")
    assert writable.get(first.headers["location"] + ".ttl").status_code == 200
    until(writable, before + 1)
    again = writable.post("/articles", json=STORY)
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    changed = writable.post("/articles", json={**STORY, "text": STORY["text"].replace("leads", "does not lead")})
    assert (changed.status_code, changed.json()["outcome"]) == (200, "replaced")
    until(writable, before)
    gone = writable.delete(f"/articles/{quote(STORY['id'], safe='')}")
    assert gone.status_code == 200
    assert gone.json()["id"] == STORY["id"]
    assert writable.delete(f"/articles/{quote(STORY['id'], safe='')}").status_code == 404
    assert writable.get(first.headers["location"]).status_code == 404


def test_tags_change_with_the_graph(writable: httpx.Client) -> None:
    query = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}
    tag = writable.get("/sparql", params=query).headers["etag"]
    writable.post("/articles", json={**STORY, "id": "tagged"})
    time.sleep(1)
    assert writable.get("/sparql", params=query, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Authorization": ""}, 401, id="no key"),
        pytest.param({"Authorization": "Bearer wrong"}, 403, id="wrong key"),
        pytest.param({"Authorization": "Basic abc"}, 401, id="another scheme"),
        pytest.param({"Authorization": "", "X-API-Key": "wrong"}, 403, id="wrong key in the other header"),
        pytest.param({"Authorization": "", "X-API-Key": KEY}, 200, id="right key in the other header"),
    ],
)
def test_writing_needs_a_key(writable: httpx.Client, headers: dict[str, str], status: int) -> None:
    response = writable.post("/articles", json=STORY, headers=headers)
    assert (200 if response.is_success else response.status_code) == status
    if status == 401:
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert writable.delete(f"/articles/{quote(URL_ID, safe='')}", headers=headers).status_code == 401


def test_a_key_made_while_it_runs_counts_at_once_and_so_does_its_end(writable: httpx.Client, folder: Path) -> None:
    ring = KeyRing(folder)
    headers = {"Authorization": f"Bearer {ring.add('newsroom')}"}
    assert writable.post("/articles", json=STORY, headers=headers).is_success
    ring.revoke("newsroom")
    assert writable.post("/articles", json=STORY, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        pytest.param(b"{", "application/json", 400, id="broken JSON"),
        pytest.param(b"[1]", "application/json", 422, id="an array"),
        pytest.param(b"{}", "application/json", 422, id="neither text nor html"),
        pytest.param(b'{"id": "x", "text": ""}', "application/json", 422, id="empty"),
        pytest.param(b'{"id": "x", "text": 5}', "application/json", 422, id="a number for a text"),
        pytest.param(b"text", "text/plain", 415, id="media type"),
        pytest.param(b" " * 60_000_000, "application/json", 413, id="size"),
        pytest.param(b'{"id": "x"}', "application/vnd.newsgraph.article+json", 422, id="half an article"),
    ],
)
def test_what_is_no_article_is_refused(writable: httpx.Client, content: bytes, media_type: str, status: int) -> None:
    try:
        response = writable.post("/articles", content=content, headers={"Content-Type": media_type}, timeout=30)
    except httpx.WriteError:  # the answer came before the body was sent, and the connection was closed
        assert status == 413
        return
    assert response.status_code == status
    assert response.json()["detail"]


def test_text_from_articles_cannot_become_markup(writable: httpx.Client) -> None:
    story = {
        "id": "<script>alert(1)</script>",
        "title": "<img src=x onerror=alert(1)>",
        "url": "javascript:alert(1)",
        "text": "Ana Diaz leads Kestrel Lines, said <b>everyone</b> in the <script>alert(1)</script> town of ships.",
    }
    response = writable.post("/articles", json=story)
    assert response.status_code == 201
    page = writable.get(response.headers["location"] + ".html").text
    assert "<script>" not in page
    assert "<img" not in page
    assert 'href="javascript:' not in page
    entity = writable.get("/entities", params={"q": "Kestrel Lines"}).json()["entities"][0]["slug"]
    assert "<script>" not in writable.get(f"/group/{entity}.html").text
    assert "<script>" not in writable.get("/", headers={"Accept": "text/html"}).text


def test_maintenance_runs_through_the_service(writable: httpx.Client) -> None:
    before = writable.get("/export", params={"format": "nquads"}).content
    assert writable.post("/maintenance/resolve").json()["task"] == "resolve"
    assert writable.post("/maintenance/rebuild").json()["task"] == "rebuild"
    assert writable.get("/export", params={"format": "nquads"}).content == before


def test_an_entity_that_nothing_speaks_of_any_more_is_gone(writable: httpx.Client) -> None:
    found = writable.get("/entities", params={"q": "Port Alder"}).json()["entities"][0]["slug"]
    for article in writable.get("/articles").json()["articles"]:
        assert writable.delete(f"/articles/{quote(article['id'], safe='')}").status_code == 200
    assert writable.get(f"/place/{found}.ttl").status_code == 410
    assert writable.get(f"/entities/{found}/relations").status_code == 410
    assert writable.get("/articles").json() == {"articles": [], "next": None}


def test_pages_of_other_origins_may_read_nothing_unless_named(writable: httpx.Client) -> None:
    """A person's archive on loopback is open to that person, not to every page open in their browser."""
    response = writable.get("/entities", headers={"Origin": "https://example.org"})
    assert "access-control-allow-origin" not in response.headers
    preflight = writable.options("/articles", headers={"Origin": "https://example.org"})
    assert "access-control-allow-origin" not in preflight.headers
