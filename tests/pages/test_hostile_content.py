"""Articles that wish a browser ill: what they say is shown, and is nothing but text."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest
from lxml import html

from tests.pages.conftest import EVIL_GROUP, EVIL_PERSON, path_in, text_of

ARTICLE = f"/article/{quote('<script>alert(1)</script>', safe='/')}"


def _all(pages: httpx.Client, cls: str) -> list[tuple[str, str]]:
    """(label, path) of all entities of a class."""
    answer = pages.get("/entities", params={"type": cls, "limit": 200}, headers={"Accept": "application/json"})
    return [(one["label"], path_in(one["iri"])) for one in answer.json()["entities"]]


@pytest.fixture(scope="module")
def evil(pages: httpx.Client) -> list[str]:
    """The addresses of all pages that show something from the hostile article."""
    people = [path for label, path in _all(pages, "Person") if "<" in label or not label.isascii()]
    groups = [path for label, path in _all(pages, "Group") if "<" in label or len(label) > 1000]
    assert (len(people), len(groups)) == (3, 2)
    slugs = [path.rpartition("/")[2] for path in (*people, *groups)]
    return [
        "/", ARTICLE, *people, *groups, "/disagreements", "/entities?type=Group", "/entities?type=Person",
        *(f"/explore/{slug}" for slug in slugs),
        *(f"/timeline?about={slug}" for slug in slugs),
        f"/connections?from={slugs[0]}&to={slugs[3]}",
        "/find?q=Brigade",
        "/find?q=" + quote('"><script>window.pwned=1</script>'),
        "/find?q=" + quote("\u202edesrever"),
        "/connections?from=" + quote('"><script>window.pwned=1</script>') + "&to=x",
        "/timeline?about=" + quote("<img src=x onerror=window.pwned=1>"),
        "/sign-in?next=" + quote('"><script>window.pwned=1</script>'),
        "/timeline", "/map", "/map?type=attack", "/disagreements?kind=denied", f"/disagreements?about={slugs[0]}",
        *(f"/desk?kind={kind}&skip={skip}" for kind in ("claim", "pair") for skip in range(4)),
        "/entities?q=" + quote('"><script>window.pwned=1</script>'),
        "/queries/leaders-of-group?group=" + quote(EVIL_GROUP),
        "/queries/leaders-of-group?group=" + quote("\u202edesrever"),
        "/queries?tag=" + quote("<script>window.pwned=1</script>"),
        "/sparql?query=" + quote("SELECT * { ?s ?p ?o FILTER(CONTAINS(STR(?o), '<')) }"),
        "/sparql?query=" + quote("\u202edesrever </textarea><script>window.pwned=1</script>"),
    ]  # fmt: skip


def test_nothing_from_an_article_becomes_markup(pages: httpx.Client, evil: list[str]) -> None:
    for address in evil:
        tree = html.document_fromstring(pages.get(address).content)
        assert set(tree.xpath("//script/@src")) <= {"/static/comfort.js", "/static/desk.js"}, address
        assert tree.xpath("//script[normalize-space()]") == [], address
        assert tree.xpath("//img|//iframe|//object|//embed|//base|//*[@style]") == [], address
        assert [n for e in tree.iter() if isinstance(e.tag, str) for n in e.attrib if n.startswith("on")] == [], address
        hrefs = tree.xpath("//@href|//@action|//@src")
        assert [
            href for href in hrefs if href.split(":")[0].strip().lower() in ("javascript", "data", "vbscript")
        ] == []


def test_every_page_forbids_what_is_inline_and_every_other_host(pages: httpx.Client, evil: list[str]) -> None:
    for address in evil:
        policy = pages.get(address).headers["content-security-policy"]
        directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        assert directives["default-src"] == "'none'", address
        assert directives["script-src"] == "'self'", address
        assert directives["base-uri"] == "'none'", address
        assert directives["form-action"] == "'self'", address
        assert "unsafe" not in policy, address
        assert "*" not in policy, address


def test_pages_stay_small_however_long_a_name_is(pages: httpx.Client, evil: list[str]) -> None:
    assert {address: size for address in evil if (size := len(pages.get(address).content)) > 100_000} == {}


def test_the_names_can_be_read_all_the_same(pages: httpx.Client) -> None:
    tree = html.document_fromstring(pages.get(dict(_all(pages, "Group"))[EVIL_GROUP]).content)
    assert text_of(tree.xpath("//h1")[0]) == EVIL_GROUP
    assert text_of(tree.xpath("//section[@class='facts']//a[contains(@class, 'thing')]")[0]) == EVIL_PERSON


def test_texts_from_articles_are_isolated_from_ours(pages: httpx.Client, evil: list[str]) -> None:
    turning = "\u202e\u202d\u2066\u2067\u2068"
    for address in evil:
        tree = html.document_fromstring(pages.get(address).content)
        for element in tree.iter():
            if not isinstance(element.tag, str):
                continue
            around = [a.tag for a in element.iterancestors()] + [element.tag]
            kept = {"bdi", "blockquote", "textarea"}.intersection(around) or element.xpath(
                "ancestor-or-self::p[@dir='auto']"
            )
            texts = [element.text or "", *(child.tail or "" for child in element)]
            assert kept or not any(char in text for text in texts for char in turning), (address, element.tag)
            assert not any(char in value for value in element.values() for char in turning), (address, element.tag)


def test_an_id_that_is_markup_has_a_page_of_its_own(pages: httpx.Client) -> None:
    answer = pages.get(ARTICLE)
    assert answer.status_code == 200
    assert "&lt;svg onload=window.pwned=1&gt;" in answer.text
