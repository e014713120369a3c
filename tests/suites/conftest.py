"""Two services for the protocol tests: an ordinary store, and a workspace with its managed graphs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.workspace import Workspace
from tests.factory import World
from tests.servers import free_port
from tests.serving import serving
from tests.suites.service import KEY, ServiceUnderTest


@pytest.fixture(scope="package")
def plain() -> Iterator[ServiceUnderTest]:
    """`kg serve --plain memory:`."""
    with serving("--plain", "memory:", variables={"KG_API_KEY": KEY}) as url:
        yield ServiceUnderTest(url, all_graphs=True)


@pytest.fixture(scope="package")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceUnderTest]:
    """`kg serve` of a small workspace whose base IRI is the service's address."""
    folder: Path = tmp_path_factory.mktemp("suites") / "world"
    port = free_port()
    with Workspace.create(folder, base=f"http://127.0.0.1:{port}/") as made:
        made.ingest([World.article("one.txt", range(6), published="2031-04-02")], World.extractor())
    with serving("--store", str(folder), port=port, variables={"KG_API_KEY": KEY}) as url:
        yield ServiceUnderTest(url, all_graphs=False)
