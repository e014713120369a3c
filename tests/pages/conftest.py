"""One service over a small world, a thing with many statements, and articles that wish a browser ill."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import httpx
import pytest
from lxml import html

from kg.types import EntityClass
from kg.workspace import Workspace
from tests.factory import FakeExtractor, World, article
from tests.serving import running

KEY = "3fd1-the-key-of-these-tests"
HUB = "Union of Hub Keepers"
LEADERS = [
    f"{a}{b} Ember" for a, b in product(("Bado", "Ceri", "Dulo", "Fani", "Goro", "Hesi"), ("ka", "lim", "nor", "pes"))
]
MEMBERS = [
    f"{a}{b} {c}"
    for a, b, c in product(("Ilo", "Jama", "Keto", "Lupo", "Mira"), ("ba", "dun", "fol"), ("Ash", "Birch"))
]
EVIL_GROUP = "<script>window.pwned=1</script> Brigade"
EVIL_PERSON = "Eve <img src=x onerror=window.pwned=1> Stone"
RIGHT_TO_LEFT = "\u05d3\u05e0\u05d9\u05d0\u05dc \u05dc\u05d5\u05d9"
PILED = "Zo" + "\u0301\u0327\u0336" * 60 + "la Reed"
LONG = "Very" + "long" * 2500 + " Alliance"


def fill(folder: Path) -> None:
    """Make the workspace that the pages show."""
    with Workspace.create(folder) as workspace:
        workspace.ingest(
            [
                World.article("one.txt", range(6), published="2031-04-02", publisher="The Gazette"),
                World.article(
                    "https://example.org/news?id=1&part=a/b",
                    range(6, 12),
                    published="2031-04-03",
                    publisher="The Herald",
                ),
                World.article("three", range(12, 18)),
                World.article("late", [0, 2, 8, 13], published="2031-05-01", publisher="The Evening Post"),
                World.article("again", [0, 3, 15], published="2031-06-01", publisher="The Gazette"),
            ],
            World.extractor(),
        )
        many = "\n\n".join(
            [f"{name} leads the {HUB}, as was said." for name in LEADERS]
            + [f"{name} is a member of the {HUB}, as was said." for name in MEMBERS]
        )
        hub = FakeExtractor({HUB: EntityClass.GROUP, **dict.fromkeys([*LEADERS, *MEMBERS], EntityClass.PERSON)})
        workspace.ingest([article(many, "hub.txt", published="2031-01-01")], hub)
        things = {
            r"<script>window\.pwned=1</script> Brigade": EntityClass.GROUP,
            r"Eve <img src=x onerror=window\.pwned=1> Stone": EntityClass.PERSON,
            RIGHT_TO_LEFT: EntityClass.PERSON,
            r"Z\S+ Reed": EntityClass.PERSON,
            r"Very(?:long)+ Alliance": EntityClass.GROUP,
        }
        evil = (
            f"{EVIL_PERSON} leads {EVIL_GROUP}, it is said.\n\n{RIGHT_TO_LEFT} leads {LONG}, it is said.\n\n"
            f"{PILED} is a member of {LONG}, it is said.\n\n{EVIL_PERSON} does not lead {EVIL_GROUP}, it is said."
        )
        workspace.ingest(
            [
                article(
                    evil,
                    "<script>alert(1)</script>",
                    published="2031-02-02",
                    title="<svg onload=window.pwned=1> \u202edesrever",
                    publisher='"><script>window.pwned=1</script>',
                    url="javascript:window.pwned=1",
                )
            ],
            FakeExtractor(things, model="fake-evil"),
        )


@pytest.fixture(scope="package")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client, that asks as a browser does, of a service that nobody changes."""
    folder = tmp_path_factory.mktemp("pages") / "world"
    fill(folder)
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    with (
        running(folder, {"KG_API_KEY": KEY, "KG_QUERY_WORKERS": "1"}) as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="package")
def page(pages: httpx.Client) -> Callable[[str], html.HtmlElement]:
    """A page as a tree."""

    def get(path: str) -> html.HtmlElement:
        answer = pages.get(path)
        assert answer.status_code == 200, answer.text
        return html.document_fromstring(answer.content)

    return get


@pytest.fixture(scope="package")
def path_of(pages: httpx.Client) -> Callable[[str, str], str]:
    """The path of the page about the thing of a name and class."""

    def find(name: str, cls: str) -> str:
        answer = pages.get("/entities", params={"q": name, "type": cls}, headers={"Accept": "application/json"})
        found = [one for one in answer.json()["entities"] if one["label"] == name]
        assert found, f"no {cls} is called {name}: {answer.text[:300]}"
        return path_in(found[0]["iri"])

    return find


def path_in(iri: str) -> str:
    """Where the service shows an entity: its IRI keeps the class that it was first taken for."""
    return "/" + "/".join(iri.split("/")[-2:])


def text_of(element: html.HtmlElement) -> str:
    """What a reader reads."""
    return " ".join(element.text_content().split())


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A browser: Debian's chromium, or the one of KG_TEST_CHROMIUM."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    path = os.environ.get("KG_TEST_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium: apt-get install chromium, or set KG_TEST_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
