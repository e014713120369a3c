"""The SPARQL editor and the named queries: examples, rows with links, graphs, errors at their place, downloads."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import httpx
import pytest
from lxml import html

from kg.api.pages import queries
from kg.graph import open_store
from tests.pages.conftest import EVIL_PERSON, text_of
from tests.pages.signed import tree_of
from tests.serving import serving

PREFIXES = "PREFIX kg: <https://w3id.org/newsgraph/ontology#>\nPREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
LEADERS = PREFIXES + "SELECT ?p ?name ?g (1 AS ?n) { ?p kg:leads ?g ; rdfs:label ?name } ORDER BY ?name"
GRAPH = PREFIXES + "CONSTRUCT { ?p kg:leads ?g . ?p rdfs:label ?name } { ?p kg:leads ?g ; rdfs:label ?name }"


def _ask(query: str, **more: str) -> str:
    return "/sparql?query=" + quote(query) + "".join(f"&{name}={value}" for name, value in more.items())


def test_the_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(queries).failed == 0


def test_the_field_begins_with_prefixes_and_takes_examples(pages: httpx.Client) -> None:
    tree = tree_of(pages, "/sparql")
    assert "PREFIX kg:" in tree.xpath("//textarea")[0].text
    examples = tree.xpath("//section[contains(@class, 'examples')]//a/@href")
    assert len(examples) > 40
    assert "leads" in tree_of(pages, "/sparql?example=leaders-of-group").xpath("//textarea")[0].text
    assert "10 s unless you ask for more" in text_of(tree.xpath("//main")[0])


def test_rows_link_to_the_pages_of_what_they_name(pages: httpx.Client) -> None:
    tree = tree_of(pages, _ask(LEADERS))
    assert [text_of(th) for th in tree.xpath("//table//th")] == ["p", "name", "g", "n"]
    link = tree.xpath("//table//td[1]/a/@href")[0]
    assert link.startswith("/person/")
    assert pages.get(link).status_code == 200
    assert tree.xpath("//textarea")[0].text.strip() == LEADERS
    assert " ms" in text_of(tree.xpath("//h2[@id='rows']")[0])


def test_downloads_and_the_permalink_ask_the_same(pages: httpx.Client) -> None:
    tree = tree_of(pages, _ask(LEADERS))
    files = {link.get("download"): link.get("href") for link in tree.xpath("//a[@download]")}
    csv = pages.get(files["answer.csv"])
    assert csv.headers["content-type"].startswith("text/csv")
    assert len(csv.text.splitlines()) > 20
    permalink = tree.xpath("//a[text()='link to this']/@href")[0]
    assert parse_qs(urlsplit(permalink).query)["query"] == [LEADERS]


def test_long_answers_are_cut_on_the_page_and_counted(pages: httpx.Client) -> None:
    answer = pages.get(_ask("SELECT ?s ?p ?o { ?s ?p ?o }"))
    tree = html.document_fromstring(answer.content)
    assert len(tree.xpath("//tbody/tr")) == 250
    assert "the first 250 shown" in text_of(tree.xpath("//h2[@id='rows']")[0])
    assert len(answer.content) < 200_000


def test_no_rows_and_yes_and_no_are_said(pages: httpx.Client) -> None:
    assert "Nothing in the graph matches" in pages.get(_ask("SELECT * { <urn:x> ?p ?o }")).text
    assert text_of(tree_of(pages, _ask("ASK { ?s ?p ?o }")).xpath("//td")[0]) == "yes"


def test_triples_are_a_drawing_and_turtle(pages: httpx.Client) -> None:
    tree = tree_of(pages, _ask(GRAPH))
    (drawing,) = tree.xpath("//*[contains(@class, 'wide-drawing')]")
    links = drawing.xpath(".//*[starts-with(@class, 'node')]/a/@href")
    assert 10 < len(links) <= 40
    assert all(link.startswith(("/person/", "/group/")) for link in links)
    assert "kg:leads" in tree.xpath("string(//pre[@class='turtle'])")


def test_rows_with_things_side_by_side_are_a_drawing_too(pages: httpx.Client) -> None:
    tree = tree_of(pages, _ask(PREFIXES + "SELECT ?person ?group { ?person kg:leads ?group }"))
    (opened,) = tree.xpath("//details[@class='as-graph']")
    links = opened.xpath(".//*[starts-with(@class, 'node')]/a/@href")
    assert 10 < len(set(links)) <= 40
    assert all(link.startswith(("/person/", "/group/")) for link in links)
    assert any("group" in text_of(label) for label in opened.xpath(".//*[contains(@class, 'edge-label')]"))
    assert not tree_of(pages, _ask("SELECT ?s { ?s ?p ?o }")).xpath("//details[@class='as-graph']")


def test_programs_get_turtle_all_the_same(pages: httpx.Client) -> None:
    for accept in ("*/*", "text/turtle"):
        assert pages.get(_ask(GRAPH), headers={"Accept": accept}).headers["content-type"].startswith("text/turtle")


def test_a_graph_of_foreign_iris_links_to_the_web_alone(pages: httpx.Client) -> None:
    made = "CONSTRUCT { <javascript:alert(1)> <urn:p> <http://e.org/b> . <http://e.org/a> <urn:p> <http://e.org/b> } {}"
    tree = tree_of(pages, _ask(made))
    assert set(tree.xpath("//*[starts-with(@class, 'node')]/a/@href")) == {
        "http://e.org/a",
        "http://e.org/b",
    }
    row = tree_of(pages, _ask("SELECT (IRI('javascript:alert(1)') AS ?x) (IRI('http://e.org/') AS ?y) {}"))
    assert row.xpath("//td//a/@href") == ["http://e.org/"]


def test_a_fault_is_shown_at_its_line_and_column(pages: httpx.Client) -> None:
    answer = pages.get(_ask("SELECT ?x {\n  ?x ?y\n}"))
    assert answer.status_code == 400
    tree = html.document_fromstring(answer.content)
    assert tree.xpath("//textarea[@aria-invalid]")[0].text.strip().startswith("SELECT ?x")
    assert "line 3, column " in text_of(tree.xpath("//section[@role='alert']")[0])
    assert tree.xpath("//pre[@class='where']//mark")


def test_a_missing_prefix_is_declared_at_a_click(pages: httpx.Client) -> None:
    tree = html.document_fromstring(pages.get(_ask("SELECT ?x { ?x kg:leads ?y } LIMIT 1")).content)
    mended = tree.xpath("//section[@role='alert']//a[@class='button']/@href")[0]
    assert tree_of(pages, mended).xpath("//tbody/tr")


def test_a_query_that_takes_too_long_is_explained(pages: httpx.Client) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    answer = pages.get(_ask(slow, timeout="0.2"))
    assert answer.status_code == 503
    tree = html.document_fromstring(answer.content)
    said = text_of(tree.xpath("//section[@role='alert']")[0])
    assert "did not finish within 0.2 s" in said
    assert "add LIMIT" in said
    assert tree.xpath("//a[@href='/problems/query-timeout']")
    assert tree.xpath("//input[@name='timeout']/@value") == ["0.2"]


def test_hostile_answers_are_text(pages: httpx.Client) -> None:
    tree = tree_of(pages, _ask(PREFIXES + "SELECT ?s ?o { ?s rdfs:label ?o FILTER(CONTAINS(?o, '<')) }"))
    assert EVIL_PERSON in text_of(tree.xpath("//table")[0])
    assert tree.xpath("//script/@src") == ["/static/comfort.js", "/static/desk.js"]
    assert not tree.xpath("//main//img|//main//script|//*[@style]")


def test_a_query_in_the_address_is_text(pages: httpx.Client) -> None:
    answer = pages.get(_ask("</textarea><script>window.pwned=1</script>"))
    tree = html.document_fromstring(answer.content)
    assert tree.xpath("//script[normalize-space()]") == []
    assert "<script>" in tree.xpath("//textarea")[0].text


def test_every_named_query_is_a_form_whose_example_has_linked_rows(pages: httpx.Client) -> None:
    listed = [urljoin("/queries", href) for href in tree_of(pages, "/queries").xpath("//dt/a/@href")]
    assert len(listed) > 40
    for address in listed[::7]:
        form = tree_of(pages, address)
        assert form.xpath("//form[starts-with(@action, '/queries/')]")
        assert form.xpath("//form//label//small")
    rows = tree_of(pages, "/queries/recently-reported?limit=3")
    assert rows.xpath("//tbody//a[starts-with(@href, '/')]")


def test_a_named_query_with_a_wrong_argument_comes_back_as_a_form(pages: httpx.Client) -> None:
    for query, status in (("limit=many", 400), ("group=Nobody Knows It", 404)):
        answer = pages.get(f"/queries/leaders-of-group?{query}")
        assert answer.status_code in (400, status)
        tree = html.document_fromstring(answer.content)
        assert tree.xpath("//p[@role='alert']")
        name, _, value = query.partition("=")
        assert tree.xpath(f"//input[@name='{name}']/@value") == [value]
    assert pages.get("/queries/leaders-of-group?limit=many", headers={"Accept": "*/*"}).json()["status"] == 400


def test_a_plain_store_has_the_editor_too(tmp_path: Path) -> None:
    store = open_store(tmp_path / "plain")
    store.update("INSERT DATA { <http://e.org/a> <http://e.org/p> 7 }")
    store.close()
    with (
        serving("--plain", str(tmp_path / "plain")) as url,
        httpx.Client(base_url=url, headers={"Accept": "text/html"}, trust_env=False) as client,
    ):
        tree = tree_of(client, _ask("SELECT ?s ?p ?o { ?s ?p ?o }"))
        assert [text_of(td) for td in tree.xpath("//td")] == ["http://e.org/a", "http://e.org/p", "7 xsd:integer"]
        assert client.get("/static/desk.css").status_code == 200


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("keyboard", [True, False], ids=["by keyboard", "by mouse"])
def test_a_person_mends_a_query(chromium: object, pages: httpx.Client, script: bool, keyboard: bool) -> None:
    context = chromium.new_context(java_script_enabled=script)  # type: ignore[attr-defined]
    page = context.new_page()
    visit: Callable[[str], object] = page.goto
    visit(str(pages.base_url).rstrip("/") + "/sparql")
    page.locator("#query").fill("SELECT ?x { ?x kg:leads ?y }")
    with page.expect_navigation():
        if keyboard:
            page.locator("#query").focus()
            page.keyboard.press("Control+Enter") if script else page.locator(".editor button").press("Enter")
        else:
            page.locator(".editor button").click()
    assert "line 1, column" in page.locator("section[role=alert]").inner_text()
    with page.expect_navigation():
        mend = page.locator("section[role=alert] a.button")
        mend.press("Enter") if keyboard else mend.click()
    assert page.locator("table.results a.thing").count() > 5
    context.close()
