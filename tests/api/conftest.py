"""One service over a small world for the tests that only read it, and a fresh one for those that write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kg.workspace import Workspace
from tests.factory import World
from tests.serving import running, serving

KEY = "a key from the environment"
URL_ID = "https://example.org/news?id=1&part=a/b"


def fill(folder: Path) -> None:
    """Make the workspace that the tests ask about."""
    with Workspace.create(folder) as workspace:
        workspace.ingest(
            [
                World.article("wire/one.txt", range(6), published="2031-04-02", publisher="The Gazette"),
                World.article(URL_ID, range(6, 12), published="2031-04-03", publisher="The Herald"),
                World.article("page.html", range(12, 18)),
                World.article("late", [0, 2, 8, 13], published="2031-05-01", publisher="The Evening Post"),
            ],
            World.extractor(),
        )


@pytest.fixture(scope="package")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the service that nobody changes."""
    folder = tmp_path_factory.mktemp("served") / "world"
    fill(folder)
    with (
        running(folder, {"KG_QUERY_TIMEOUT_S": "2", "KG_CORS_ORIGINS": "*"}) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of `writable`."""
    folder = tmp_path_factory.mktemp("written") / "world"
    fill(folder)
    return folder


@pytest.fixture(scope="module")
def writable(folder: Path) -> Iterator[httpx.Client]:
    """A client, with a key, of a service that a module's tests change; they leave the articles as they found them."""
    headers = {"Authorization": f"Bearer {KEY}"}
    variables = {"KG_API_KEY": KEY, "KG_QUERY_WORKERS": "2", "KG_QUERY_TIMEOUT_S": "5", "KG_QUERY_TIMEOUT_MAX_S": "5"}
    with (
        running(folder, variables) as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="package")
def plain() -> Iterator[httpx.Client]:
    """A client, with a key, of an ordinary store; each test removes what is there before it begins."""
    headers = {"Authorization": f"Bearer {KEY}"}
    variables = {"KG_API_KEY": KEY, "KG_QUERY_WORKERS": "1", "KG_MAX_GRAPH_MB": "1", "KG_CORS_ORIGINS": "*"}
    with (
        serving("--plain", "memory:", variables=variables) as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as client,
    ):
        yield client
