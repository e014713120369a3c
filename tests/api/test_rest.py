"""Entities, their relations with evidence, named queries, exports, and what the service says of itself."""

from __future__ import annotations

import re
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from kg.query import read_queries
from kg.resources import resource
from tests.api.conftest import URL_ID
from tests.factory import World


def slug_of(client: httpx.Client, name: str) -> str:
    entities = client.get("/entities", params={"q": name}).json()["entities"]
    return str(next(entity["slug"] for entity in entities if entity["label"] == name))


def test_entities_are_found_by_any_of_their_names(client: httpx.Client) -> None:
    labels = {entity["label"] for entity in client.get("/entities", params={"q": "HPA"}).json()["entities"]}
    assert "Harbour Pilots' Association" in labels


def test_a_search_may_be_for_one_class(client: httpx.Client) -> None:
    found = client.get("/entities", params={"q": "Norland", "type": "Polity"}).json()["entities"]
    assert [entity["type"] for entity in found] == ["Polity"]


def test_entities_are_listed_page_by_page_without_gaps(client: httpx.Client) -> None:
    whole = client.get("/entities", params={"limit": 500}).json()["entities"]
    pages, cursor = [], None
    while True:
        page = client.get("/entities", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        pages += page["entities"]
        if (cursor := page["next"]) is None:
            break
    assert pages == whole
    assert len(whole) > 6


def test_each_relation_comes_with_the_sentences_that_say_so(client: httpx.Client) -> None:
    slug = slug_of(client, "Harbour Pilots' Association")
    answer = client.get(f"/entities/{slug}/relations", params={"predicate": "leads"}).json()
    lund = next(r for r in answer["relations"] if r["subject_label"] == "Boris Lund")
    assert lund["asserted"] is True
    assert [claim["supports"] for claim in lund["claims"]] == [True, True, False]
    assert (lund["supporting_articles"], lund["disputing_articles"]) == (2, 1)
    for claim in lund["claims"]:
        article = client.get(f"/articles/{quote(claim['article_id'], safe='')}").json()
        for passage in (claim["sentence"], claim["subject"], claim["object"]):
            assert article["text"][passage["start"] : passage["end"]] == passage["exact"]
        assert claim["modality"] in ("stated", "reported")
        assert 0 < claim["confidence"] <= 1
    assert {claim["publisher"] for claim in lund["claims"]} == {"The Gazette", "The Evening Post"}


def test_relations_page_without_gaps(client: httpx.Client) -> None:
    slug = slug_of(client, "Kestrel Lines")
    whole = client.get(f"/entities/{slug}/relations").json()
    pages, cursor = [], None
    while True:
        parameters = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = client.get(f"/entities/{slug}/relations", params=parameters).json()
        pages += page["relations"]
        if (cursor := page["next"]) is None:
            break
    assert pages == whole["relations"]
    assert len(pages) == whole["total"] > 4


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/entities/nobody-00000000/relations", 404),
        ("/entities/no such thing/relations", 404),
        ("/entities?type=Robot", 400),
        ("/entities?limit=0", 422),
        ("/entities?limit=many", 422),
        ("/articles/nothing", 404),
        ("/queries/nothing", 404),
        ("/queries/leaders-of-group?nonsense=1", 400),
        ("/export?format=pdf", 422),
        ("/export?entity=x&article=y", 400),
        ("/export?article=nothing", 404),
        ("/nowhere", 404),
        ("/person/", 404),
    ],
)
def test_what_cannot_be_served_gets_a_problem_document(client: httpx.Client, path: str, status: int) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["status"] == status
    assert response.headers["access-control-allow-origin"] == "*"


def test_a_wrong_method_is_answered_with_the_right_ones(client: httpx.Client) -> None:
    response = client.delete("/entities")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")
    assert response.json()["title"] == "Method Not Allowed"


QUERIES = read_queries(resource("queries"))


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_each_named_query_answers_and_has_a_form(client: httpx.Client, name: str) -> None:
    required = {key for key, parameter in QUERIES[name].parameters.items() if parameter.required}
    required |= {*QUERIES[name].needs[-1:]}
    fitting = {"article": URL_ID, "type": "election"}
    arguments = {key: fitting.get(key, "Harbour Pilots' Association") for key in required}
    assert client.get(f"/queries/{name}", params=arguments).status_code == 200
    if required:
        refused = client.get(f"/queries/{name}").json()
        assert (refused["status"], refused["title"]) == (400, "Parameter error")
    form = client.get(f"/queries/{name}", params={"form": ""})
    assert "<form" in form.text


def test_a_named_query_takes_entities_by_name(client: httpx.Client) -> None:
    csv = {"Accept": "text/csv"}
    named = client.get("/queries/leaders-of-group", params={"group": "Harbour Pilots' Association"}, headers=csv)
    slug = slug_of(client, "Harbour Pilots' Association")
    by_iri = {"group": f"http://localhost:8000/group/{slug}"}
    assert named.content == client.get("/queries/leaders-of-group", params=by_iri, headers=csv).content
    assert b"Ana Diaz" in named.content
    assert named.content != client.get("/queries/leaders-of-group", headers=csv).content


def test_named_queries_are_listed_with_what_they_take(client: httpx.Client) -> None:
    listed = {query["name"]: query for query in client.get("/queries").json()}
    leaders = listed["leaders-of-group"]
    assert (leaders["tags"], leaders["short"], leaders["anchors"]) == (["groups", "people"], True, ["group"])
    parameters = {parameter["name"]: parameter for parameter in leaders["parameters"]}
    assert parameters["phase"]["choices"] == ["current", "former", "future", "unknown"]
    checking = {query["name"] for query in client.get("/queries", params={"tag": "checking"}).json()}
    assert "single-source-statements" in checking < set(listed)


def test_each_named_query_is_an_operation_of_the_openapi_document(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert "/queries/{name}" not in paths
    for name, query in QUERIES.items():
        operation = paths[f"/queries/{name}"]["get"]
        told = {parameter["name"]: parameter for parameter in operation["parameters"]}
        assert operation["summary"] == query.title
        assert set(told) == {*query.parameters, "format", "timeout", "fresh"}
        for key, parameter in query.parameters.items():
            assert told[key]["required"] is parameter.required
            assert tuple(told[key]["schema"].get("enum", ())) == parameter.choices
    assert paths["/queries/most-reported-statements"]["get"]["parameters"][0]["schema"] == {
        "type": "integer",
        "default": 1,
    }


@pytest.mark.parametrize("form", ["json", "csv", "tsv", "xml"])
def test_the_answers_of_named_queries_come_in_pages(client: httpx.Client, form: str) -> None:
    url: str | None = f"/queries/recently-reported?limit=3&format={form}"
    pages = []
    while url is not None:
        page = client.get(url)
        pages.append(page.text)
        assert ('rel="prev"' in page.headers.get("link", "")) is (len(pages) > 1)
        url = page.links.get("next", {}).get("url")
    whole = client.get(f"/queries/recently-reported?format={form}")
    assert "link" not in whole.headers
    assert len(pages) > 2
    if form == "csv":
        head, *rows = whole.text.splitlines()
        assert [line for page in pages for line in page.splitlines() if line != head] == rows


def test_a_page_of_rows_has_the_form_filled_in_and_links_to_the_next(client: httpx.Client) -> None:
    page = client.get("/queries/recently-reported?limit=2&predicate=leads", headers={"Accept": "text/html"})
    assert "<option selected>leads</option>" in page.text
    assert '<a rel="next" href="/queries/recently-reported?limit=2&amp;predicate=leads&amp;offset=2">' in page.text
    assert "<th>subjectLabel</th>" in page.text


def test_a_query_says_how_long_its_answer_may_be_kept(client: httpx.Client) -> None:
    assert client.get("/queries/statistics-by-month").headers["cache-control"] == "public, max-age=300"
    assert client.get("/queries/leaders-of-group").headers["cache-control"] == "no-cache"


def test_a_named_query_may_wait_for_what_was_written_before(writable: httpx.Client) -> None:
    rows = {"format": "json", "fresh": "1"}
    before = writable.get("/queries/statistics-by-publisher", params=rows).json()["results"]["bindings"]
    article = {"id": "fresh", "publisher": "=The Fresh Courier", "text": World.sentences[1]}
    assert writable.post("/articles", json=article).status_code == 201
    after = writable.get("/queries/statistics-by-publisher", params=rows)
    assert len(after.json()["results"]["bindings"]) == len(before) + 1
    assert after.headers["cache-control"] == "no-cache"
    table = writable.get("/queries/statistics-by-publisher", params={"format": "csv"})
    assert "'=The Fresh Courier" in table.text
    refused = writable.get("/queries/statistics-by-publisher", params={"fresh": "yes"})
    assert refused.status_code == 400
    assert writable.delete("/articles/fresh").status_code == 200


def test_a_named_query_takes_an_article_by_its_id_and_a_name_of_the_ontology(client: httpx.Client) -> None:
    csv = {"Accept": "text/csv"}
    assert len(client.get("/queries/claims-of-article", params={"article": URL_ID}, headers=csv).text.splitlines()) > 1
    refused = client.get("/queries/events-between", params={"type": "picnic"}).json()
    assert refused["status"] == 400
    assert "protest" in refused["hint"]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("turtle", RdfFormat.TURTLE),
        ("trig", RdfFormat.TRIG),
        ("nquads", RdfFormat.N_QUADS),
        ("ntriples", RdfFormat.N_TRIPLES),
        ("jsonld", RdfFormat.JSON_LD),
        ("rdfxml", RdfFormat.RDF_XML),
    ],
)
def test_exports_can_be_read_again(client: httpx.Client, name: str, form: RdfFormat) -> None:
    response = client.get("/export", params={"format": name})
    assert response.headers["content-type"].startswith(form.media_type)
    assert len(list(parse(response.content, form))) > 100
    assert response.content == client.get("/export", params={"format": name}).content


def test_an_export_may_be_of_one_article_without_provenance(client: httpx.Client) -> None:
    parameters = {"format": "ntriples", "article": URL_ID, "provenance": "none"}
    triples = list(parse(client.get("/export", params=parameters).content, RdfFormat.N_TRIPLES))
    assert any(t.predicate.value.endswith("#locatedIn") for t in triples)
    assert not any(t.predicate.value.endswith("#supports") for t in triples)


def test_the_openapi_document_is_complete_and_its_page_loads_nothing_from_elsewhere(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert {"/sparql", "/entities", "/articles", "/export", "/person/{name}"} <= document["paths"].keys()
    assert document["components"]["schemas"]["ArticleIn"]["examples"]
    page = client.get("/docs").text
    assert "/entities/{slug}/relations" in page
    assert page.count("<script") == page.count('<script src="/static/')
    assert "//cdn" not in page


def test_the_service_says_how_it_is(client: httpx.Client) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    ready = client.get("/readyz").json()
    assert ready["graph_version"] == ready["served_version"]
    assert ready["protections"]["token_check"] is True


def test_the_data_set_describes_itself(client: httpx.Client) -> None:
    response = client.get("/.well-known/void", headers={"Accept": "text/turtle"})
    predicates = {t.predicate.value.rpartition("#")[2] for t in parse(response.content, RdfFormat.TURTLE)}
    assert {"sparqlEndpoint", "documents", "entities"} <= predicates


@pytest.mark.parametrize("path", ["/", "/entities?q=Diaz", "/queries", "/docs", "/sparql"])
def test_pages_are_html_without_inline_scripts_under_a_strict_policy(client: httpx.Client, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.headers["content-type"].startswith("text/html")
    scripts = re.findall("<script[^>]*>", response.text)
    assert scripts
    assert all(re.fullmatch(r'<script src="/static/\w+\.js" defer>', script) for script in scripts)
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; ")
    assert "unsafe" not in policy


def test_head_is_answered_everywhere(client: httpx.Client) -> None:
    for path in ("/", "/entities", "/articles", "/openapi.json", "/static/style.css"):
        response = client.head(path)
        assert (response.status_code, response.content) == (200, b"")
