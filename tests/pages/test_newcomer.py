"""Somebody who has never seen it opens `kg demo --serve`: three clicks from the first page to the article that disagrees."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.serving import REPOSITORY, environment, serving

GROUP = "Marowijne River Front"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service of what `kg demo` makes."""
    store = tmp_path_factory.mktemp("newcomer") / "kg-demo"
    command = [sys.executable, "-m", "kg", "demo", "--store", str(store)]
    subprocess.run(command, check=True, capture_output=True, cwd=Path(REPOSITORY), env=environment())
    with serving("--store", str(store), variables={"KG_QUERY_WORKERS": "1"}) as url:
        yield url.rstrip("/")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("keyboard", [True, False], ids=["by keyboard", "by mouse"])
def test_who_leads_a_group_the_sentence_and_who_disagrees_are_three_clicks_away(
    chromium: Any, demo: str, script: bool, keyboard: bool
) -> None:
    context = chromium.new_context(java_script_enabled=script, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(30_000)
    others: list[str] = []
    page.on("request", lambda asked: None if asked.url.startswith(demo) else others.append(asked.url))

    def follow(link: Any) -> None:
        assert link.is_visible()
        with page.expect_navigation():
            link.press("Enter") if keyboard else link.click()

    page.goto(f"{demo}/")
    group = page.locator("section[aria-labelledby=disputed] a.thing.group", has_text=GROUP).first
    assert group.bounding_box()["y"] < 800  # seen without scrolling
    follow(group)  # 1
    led = page.locator(".facts dl > div", has=page.locator("dt", has_text="Led by")).first
    leader = led.locator("a.thing.person").first.inner_text()
    assert len(leader.split()) > 1
    assert led.locator("blockquote mark").count() >= 2  # the sentence that says so, both ends marked
    follow(led.locator("a.tag.disputed").first)  # 2
    against = page.locator("section[aria-labelledby=against] figure").first
    sentence = against.locator("blockquote").inner_text()
    assert "denied" in sentence
    follow(against.locator("figcaption a").first)  # 3
    assert page.locator(".text span:target").inner_text() == sentence
    assert others == []
    context.close()


def test_everything_in_the_demo_has_a_page(demo: str) -> None:
    with httpx.Client(base_url=demo, trust_env=False, timeout=60) as client:
        listed = client.get("/entities", params={"limit": 200}, headers={"Accept": "application/json"}).json()
        paths = [urlsplit(entity["iri"]).path for entity in listed["entities"]]
        assert len(paths) > 100
        wrong = {path: status for path in paths if (status := client.get(f"{path}.html").status_code) != 200}
    assert wrong == {}
