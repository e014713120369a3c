"""Adding articles on a page: paste or files, a look before anything is kept, progress, remedies, and nothing for other sites."""

from __future__ import annotations

import doctest
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from lxml import html

from kg.access import KeyRing, KeyScope
from kg.api import intake
from kg.workspace import Workspace
from tests.factory import World
from tests.pages.conftest import text_of
from tests.pages.signed import browsing, signed_in, tree_of
from tests.serving import running

TEXT = "Ana Diaz leads Kestrel Lines, as the board said.\n\nPerhaps Boris Lund leads the firm of Norland."
EVIL = "Boris Lund leads Kestrel Lines, said <img src=x onerror=alert(1)> \u202eEve Stone to this paper."


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    folder: Path = tmp_path_factory.mktemp("add") / "world"
    with Workspace.create(folder) as workspace:
        workspace.ingest([World.article("here.txt", [8])], World.extractor())
    key = KeyRing(folder).add("desk", scope=KeyScope.WRITE)
    with running(folder, {"KG_QUERY_WORKERS": "1", "KG_MAX_ARTICLE_MB": "1"}) as url:
        yield url, key


@pytest.fixture
def browser(served: tuple[str, str]) -> Iterator[httpx.Client]:
    with signed_in(*served) as client:
        yield client


def _token(browser: httpx.Client) -> str:
    return str(tree_of(browser, "/add").xpath("//input[@name='token']/@value")[0])


def _hand_in(browser: httpx.Client, *files: tuple[str, bytes], **fields: str) -> str:
    """Send the form; the address of the batch."""
    parts = [("files", (name, content)) for name, content in files] or [("files", ("", b""))]
    answer = browser.post("/add", data={"token": _token(browser), **fields}, files=parts)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def _when(browser: httpx.Client, address: str, title: str) -> html.HtmlElement:
    """The page of a batch when it has that title."""
    for _ in range(300):
        tree = tree_of(browser, address)
        if text_of(tree.xpath("//h1")[0]) == title:
            return tree
        assert tree.xpath("//noscript/meta[@http-equiv='refresh']")
        time.sleep(0.1)
    raise AssertionError(f"{address} never said {title}")


def _act(browser: httpx.Client, tree: html.HtmlElement, action: str) -> httpx.Response:
    form = tree.xpath(f"//form[input[@value='{action}']]")[0]
    return browser.post(form.get("action"), data=dict(form.fields))


def _articles(browser: httpx.Client) -> set[str]:
    answer = browser.get("/articles", headers={"Accept": "application/json"})
    return {one["id"] for one in answer.json()["articles"]}


def test_the_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(intake).failed == 0


def test_whoever_is_not_signed_in_is_asked_for_a_key_first(served: tuple[str, str]) -> None:
    with httpx.Client(base_url=served[0], headers={"Accept": "text/html"}, trust_env=False) as client:
        assert client.get("/add").headers["location"] == "/sign-in?next=/add"
        assert client.post("/add", data={"text": TEXT}).status_code == 401


def test_what_is_found_is_shown_before_anything_is_kept(browser: httpx.Client) -> None:
    before = _articles(browser)
    address = _hand_in(browser, text=TEXT, title="A new day", date="2031-07-01", publisher="The Herald")
    tree = _when(browser, address, "What is in it")
    (found,) = tree.xpath("//article[contains(@class, 'found')]")
    assert "A new day" in text_of(found)
    assert "1 July 2031" in text_of(found)
    claims = found.xpath(".//ul[@class='claims']/li")
    assert [text_of(mark) for mark in claims[0].xpath(".//blockquote/mark")] == ["Ana Diaz", "Kestrel Lines"]
    assert "not asserted" in text_of(claims[1])
    assert _articles(browser) == before
    assert _act(browser, tree, "keep").status_code == 303
    kept = _when(browser, address, "Kept")
    assert "1 article added" in text_of(kept.xpath("//p[@role='status']")[0])
    link = kept.xpath("//ul[@class='rows']//a/@href")[0]
    assert "Ana Diaz" in browser.get(link).text
    assert len(_articles(browser)) == len(before) + 1


def test_what_is_discarded_leaves_nothing(browser: httpx.Client) -> None:
    before = _articles(browser)
    address = _hand_in(browser, text="Boris Lund leads Kestrel Lines, they said.")
    tree = _when(browser, address, "What is in it")
    assert _act(browser, tree, "discard").headers["location"] == "/add"
    assert browser.get(address).status_code == 404
    assert _articles(browser) == before


def test_files_are_read_and_what_cannot_be_is_named_with_the_remedy(browser: httpx.Client) -> None:
    lines = "\n".join(
        json.dumps({"id": f"l{n}", "text": f"Ana Diaz leads Kestrel Lines, said {n}."}) for n in range(12)
    )
    files = [
        ("../../one.txt", b"Kestrel Lines is based in Port Alder, where it has its ships."),
        ("one.txt", b"Boris Lund leads Kestrel Lines, they said."),
        ("bad.jsonl", b"{nonsense}\n"),
        ("empty.txt", b""),
        ("many.jsonl", lines.encode()),
    ]
    address = _hand_in(browser, *files)
    tree = _when(browser, address, "What is in it")
    troubles = [text_of(one) for one in tree.xpath("//section[@aria-labelledby='troubles']//li")]
    assert any(one.startswith("bad.jsonl") and "each line must be one JSON object" in one for one in troubles)
    assert any(one.startswith("empty.txt") for one in troubles)
    assert "newsgraph-batch" not in "".join(troubles)
    assert "the first 10 articles are shown" in text_of(tree.xpath("//main")[0])
    _act(browser, tree, "keep")
    said = text_of(_when(browser, address, "Kept").xpath("//p[@role='status']")[0])
    assert "14 articles added" in said
    assert "2 could not be read" in said
    assert {"one.txt", "one-2.txt", "l11"} <= _articles(browser)


def test_an_article_that_is_here_is_said_to_be(browser: httpx.Client) -> None:
    tree = _when(browser, _hand_in(browser, ("here.txt", b"Boris Lund leads Kestrel Lines, now.")), "What is in it")
    assert "replaces the version that is here" in text_of(tree.xpath("//article")[0])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "neither a text nor a file"),
        ({"text": TEXT, "date": "yesterday"}, "is no day"),
        ({"text": TEXT, "url": "javascript:alert(1)"}, "no address of a web page"),
    ],
    ids=["nothing", "a day that is none", "an address that is none"],
)
def test_a_form_with_a_fault_comes_back_filled_in(browser: httpx.Client, fields: dict[str, str], said: str) -> None:
    answer = browser.post("/add", data={"token": _token(browser), **fields}, files=[("files", ("", b""))])
    assert answer.status_code == 422
    tree = html.document_fromstring(answer.content)
    assert said in text_of(tree.xpath("//p[@role='alert']")[0])
    assert tree.xpath("//textarea")[0].text.strip() == fields.get("text", "")


def test_progress_is_told_as_events_to_its_owner_alone(browser: httpx.Client, served: tuple[str, str]) -> None:
    address = _hand_in(browser, text=TEXT)
    with browser.stream("GET", f"{address}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line.removeprefix("data: ")) for line in answer.iter_lines() if line.startswith("data: ")]
    assert events[-1] == {"state": "looked", "done": 1, "failed": 0}
    with signed_in(*served) as other:
        assert other.get(address).status_code == 404
        assert other.get(f"{address}/events").status_code == 404


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
def test_a_form_of_another_site_adds_nothing(browser: httpx.Client, headers: dict[str, str]) -> None:
    token = _token(browser)
    files = [("files", ("a.txt", TEXT.encode()))]
    assert browser.post("/add", data={"token": token}, files=files, headers=headers).status_code == 403
    assert browser.post("/add", data={"token": "guessed"}, files=files).status_code == 403
    address = _hand_in(browser, text=TEXT)
    _when(browser, address, "What is in it")
    assert browser.post(address, data={"token": token, "action": "keep"}, headers=headers).status_code == 403


def test_what_is_too_large_is_refused(browser: httpx.Client) -> None:
    files = [("files", ("a.txt", b"x" * (11 << 20)))]
    assert browser.post("/add", data={"token": _token(browser)}, files=files).status_code == 413


def test_hostile_texts_and_names_are_text(browser: httpx.Client) -> None:
    files = ("<img src=x onerror=alert(1)>.txt", b"\x00\x01"), ("a.txt", EVIL.encode())
    answer = browser.get(_hand_in(browser, *files))
    tree = _when(browser, str(answer.request.url.path), "What is in it")
    assert tree.xpath("//script/@src") == ["/static/comfort.js", "/static/desk.js"]
    assert not tree.xpath("//main//img|//main//script|//*[@style]")
    assert "<img src=x onerror=alert(1)>" in text_of(tree.xpath("//article//blockquote")[0])


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("keyboard", [True, False], ids=["by keyboard", "by mouse"])
def test_a_person_adds_an_article(chromium: object, served: tuple[str, str], script: bool, keyboard: bool) -> None:
    with browsing(chromium, served, java_script_enabled=script) as page:
        page.goto(f"{served[0].rstrip('/')}/add")
        page.locator("textarea[name=text]").fill(f"Ana Diaz leads Kestrel Lines, {script} {keyboard}.")
        button = page.locator("form.add button")
        button.press("Enter") if keyboard else button.click()
        keep = page.locator("form:has(input[value=keep]) button")
        keep.wait_for()
        assert page.locator(".claims mark").first.inner_text() == "Ana Diaz"
        keep.press("Enter") if keyboard else keep.click()
        page.locator("h1", has_text="Kept").wait_for()
        assert "1 article added" in page.locator("p[role=status]").inner_text()
