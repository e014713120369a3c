"""Every IRI of the graph answers for itself."""

from __future__ import annotations

import json
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from tests.api.conftest import URL_ID
from tests.api.test_rest import slug_of

BASE = "http://localhost:8000/"
FORMS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
}


@pytest.fixture(scope="module")
def paths(client: httpx.Client) -> dict[str, str]:
    """Kind → the path of one thing of that kind."""
    association = "group/" + slug_of(client, "Harbour Pilots' Association")
    relation = client.get(f"/entities/{association.partition('/')[2]}/relations").json()["relations"][0]
    return {
        "person": f"/person/{slug_of(client, 'Ana Diaz')}",
        "group": f"/{association}",
        "place": f"/place/{slug_of(client, 'Port Alder')}",
        "polity": _polity(client),
        "event": f"/event/{slug_of(client, 'Harbour Summit')}",
        "article": "/article/wire/one.txt",
        "statement": relation["statement"].removeprefix(BASE.rstrip("/")),
        "claim": relation["claims"][0]["iri"].removeprefix(BASE.rstrip("/")),
    }


def _polity(client: httpx.Client) -> str:
    """An IRI keeps the class that its thing was first taken for."""
    found = client.get("/entities", params={"q": "Norland", "type": "Polity"}).json()["entities"][0]
    return str(found["iri"]).removeprefix(BASE.rstrip("/"))


KINDS = ["person", "group", "place", "polity", "event", "article", "statement", "claim"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("extension", FORMS)
def test_a_thing_answers_as_rdf_by_extension_and_by_accept(
    client: httpx.Client, paths: dict[str, str], kind: str, extension: str
) -> None:
    media_type, form = FORMS[extension]
    by_accept = client.get(paths[kind], headers={"Accept": media_type})
    assert by_accept.headers["content-type"].startswith(media_type)
    subjects = {triple.subject for triple in parse(by_accept.content, form)}
    assert NamedNode(BASE + paths[kind][1:]) in subjects
    assert by_accept.content == client.get(f"{paths[kind]}.{extension}").content


@pytest.mark.parametrize("kind", KINDS)
def test_a_thing_answers_a_browser_with_a_page(client: httpx.Client, paths: dict[str, str], kind: str) -> None:
    page = client.get(paths[kind], headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1" in page.text


def test_a_page_shows_each_sentence_with_the_words_marked(client: httpx.Client, paths: dict[str, str]) -> None:
    page = client.get(paths["group"] + ".html").text
    assert '<mark class="subject" title="subject">Boris Lund</mark>' in page
    assert "disputes it" in page
    assert "&#39; Association" in page


def test_an_article_shows_what_it_says_and_its_text(client: httpx.Client) -> None:
    page = client.get(f"/article/{quote(URL_ID, safe='')}.html").text
    assert ">located in</a>" in page
    assert ", where it has its taxes." in page


def test_json_ld_is_compact_and_nests_claims_in_statements(client: httpx.Client, paths: dict[str, str]) -> None:
    document = json.loads(client.get(paths["person"] + ".jsonld").content)
    assert document["@context"]["leads"]
    statements = [node for node in document["@graph"] if node["type"] == "Statement"]
    assert all(claim["evidence"]["exact"] for node in statements for claim in node.get("supportedBy", ()))


@pytest.mark.parametrize("id_", ["wire/one.txt", URL_ID, "page.html", "late"])
def test_ids_with_slashes_questions_marks_and_extensions_work(client: httpx.Client, id_: str) -> None:
    listed = {article["id"]: article["iri"] for article in client.get("/articles").json()["articles"]}
    path = listed[id_].removeprefix(BASE.rstrip("/"))
    assert client.get(path + ".ttl").status_code == 200
    assert client.get(path, headers={"Accept": "text/turtle"}).status_code == 200
    assert client.get(f"/articles/{quote(id_, safe='')}").json()["id"] == id_


def test_what_is_not_offered_is_not_acceptable(client: httpx.Client, paths: dict[str, str]) -> None:
    response = client.get(paths["person"], headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.json()["offers"]


def test_a_known_document_is_not_sent_again(client: httpx.Client, paths: dict[str, str]) -> None:
    first = client.get(paths["person"], headers={"Accept": "text/turtle"})
    again = client.get(paths["person"], headers={"Accept": "text/turtle", "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert 'rel="alternate"' in first.headers["link"]


def test_unknown_things_are_not_found(client: httpx.Client) -> None:
    for kind in KINDS:
        assert client.get(f"/{kind}/unheard-of-00000000").status_code == 404
