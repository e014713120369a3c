"""Writing from pages: a key, a session, a token in each form, and nothing for other sites."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from lxml import html

from kg.access import KeyRing, KeyScope
from kg.workspace import Workspace
from tests.factory import World
from tests.serving import running

FOREIGN = [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manage") / "world"
    with Workspace.create(folder) as workspace:
        articles = [World.article(f"n/{number}.txt", [number, number + 6]) for number in range(4)]
        workspace.ingest(articles, World.extractor(model="fake-0"))
    return folder


@pytest.fixture(scope="module")
def keys(folder: Path) -> dict[str, str]:
    ring = KeyRing(folder)
    return {scope.value: ring.add(scope.value, scope=scope) for scope in (KeyScope.READ, KeyScope.WRITE)}


@pytest.fixture(scope="module")
def url(folder: Path, keys: dict[str, str]) -> Iterator[str]:
    with running(folder, {"KG_QUERY_WORKERS": "1"}) as url:
        yield url


@pytest.fixture
def browser(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers={"Accept": "text/html"}, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def writer(browser: httpx.Client, keys: dict[str, str]) -> httpx.Client:
    answer = browser.post("/sign-in", data={"key": keys["write"], "next": "/manage/n/0.txt"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/manage/n/0.txt")
    return browser


def token(browser: httpx.Client, path: str) -> str:
    return html.document_fromstring(browser.get(path).content).xpath("//input[@name='token']/@value")[0]


def test_whoever_is_not_signed_in_is_asked_for_a_key_first(browser: httpx.Client) -> None:
    answer = browser.get("/manage/n/0.txt")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/manage/n/0.txt")


@pytest.mark.parametrize("name", ["wrong", "read"])
def test_a_key_that_cannot_write_begins_no_session(browser: httpx.Client, keys: dict[str, str], name: str) -> None:
    answer = browser.post("/sign-in", data={"key": keys.get(name, "wrong"), "next": "/"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert html.document_fromstring(answer.content).xpath("//p[@role='alert']")


def test_the_cookie_is_hidden_from_scripts_and_other_sites_and_is_not_the_key(
    writer: httpx.Client, keys: dict[str, str]
) -> None:
    answer = writer.post("/sign-in", data={"key": keys["write"]})
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert keys["write"].lower() not in cookie


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(browser: httpx.Client, keys: dict[str, str], to: str) -> None:
    answer = browser.post("/sign-in", data={"key": keys["write"], "next": to})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_of_another_site_writes_nothing(writer: httpx.Client, headers: dict[str, str]) -> None:
    form = {"token": token(writer, "/manage/n/1.txt"), "action": "withdraw", "sure": "yes"}
    assert writer.post("/manage/n/1.txt", data=form, headers=headers).status_code == 403
    assert writer.get("/article/n/1.txt").status_code == 200


@pytest.mark.parametrize("given", [{}, {"token": ""}, {"token": "guessed"}], ids=str)
def test_a_form_without_the_token_of_its_session_writes_nothing(writer: httpx.Client, given: dict[str, str]) -> None:
    assert writer.post("/manage/n/1.txt", data={**given, "action": "withdraw", "sure": "yes"}).status_code == 403
    assert writer.get("/article/n/1.txt").status_code == 200


def test_the_token_of_another_session_does_not_count(writer: httpx.Client, url: str, keys: dict[str, str]) -> None:
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as other:
        other.post("/sign-in", data={"key": keys["write"]})
        theirs = token(other, "/manage/n/1.txt")
    assert writer.post("/manage/n/1.txt", data={"token": theirs, "action": "reread"}).status_code == 403


def test_a_cookie_alone_does_not_write_through_the_api(writer: httpx.Client) -> None:
    assert writer.delete("/articles/n/1.txt").status_code == 401


def test_an_article_is_read_again_by_the_model_in_use(writer: httpx.Client) -> None:
    form = {"token": token(writer, "/manage/n/2.txt"), "action": "reread"}
    first, second = (html.document_fromstring(writer.post("/manage/n/2.txt", data=form).content) for _ in range(2))
    assert "read again" in first.xpath("string(//p[@role='status'])")
    assert "read before" in second.xpath("string(//p[@role='status'])")


def test_an_article_is_withdrawn_by_whoever_is_sure(writer: httpx.Client, folder: Path) -> None:
    form = {"token": token(writer, "/manage/n/3.txt"), "action": "withdraw"}
    assert writer.post("/manage/n/3.txt", data=form).status_code == 422
    assert writer.get("/article/n/3.txt").status_code == 200
    assert writer.post("/manage/n/3.txt", data={**form, "sure": "yes"}).status_code == 200
    assert writer.get("/article/n/3.txt").status_code in (404, 410)
    last = (folder / "audit.jsonl").read_text().splitlines()[-1]
    assert '"key": "write"' in last


def test_a_session_ends_when_its_person_or_its_key_goes(writer: httpx.Client, folder: Path) -> None:
    form = {"token": token(writer, "/manage/n/1.txt"), "action": "reread"}
    KeyRing(folder).revoke("write")
    assert writer.post("/manage/n/1.txt", data=form).status_code == 403
    assert writer.get("/manage/n/1.txt").status_code == 303
    assert writer.post("/sign-out").status_code == 303
    assert writer.post("/manage/n/1.txt", data=form).status_code == 401


@pytest.mark.parametrize("path", ["/sign-in", "/manage/n/0.txt"])
def test_pages_that_write_are_kept_by_nobody(browser: httpx.Client, path: str) -> None:
    assert browser.get(path).headers["cache-control"] == "no-store"
