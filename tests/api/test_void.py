"""The VoID description of a graph that takes long to count."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg.api.service import Service
from kg.settings import Settings
from kg.workspace import Workspace
from tests.factory import World


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Workspace.create(tmp_path / "workspace") as workspace:
        workspace.ingest([World.article("wire/one.txt", range(6))], World.extractor())
        yield Service(workspace, Settings(), load=World.extractor)


def test_quads_are_counted_once_for_each_version(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    store = service.workspace.store
    count, counted = store.size, []
    monkeypatch.setattr(store, "size", lambda: counted.append(service.workspace.version) or count())
    before = [service.quads() for _ in range(3)]
    assert before == [count()] * 3
    service.workspace.ingest([World.article("wire/two.txt", range(6, 12))], World.extractor())
    assert service.quads() == count() > before[0]
    assert len(counted) == len(set(counted)) == 2


def test_who_asks_while_another_counts_gets_the_number_before(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = service.quads()
    service.workspace.ingest([World.article("wire/two.txt", range(6, 12))], World.extractor())
    begun, gate = threading.Event(), threading.Event()
    count = service.workspace.store.size

    def slowly() -> int:
        begun.set()
        assert gate.wait(60)
        return count()

    monkeypatch.setattr(service.workspace.store, "size", slowly)
    with ThreadPoolExecutor() as threads:
        counting = threads.submit(service.quads)
        assert begun.wait(60)
        assert service.quads() == before
        gate.set()
        assert counting.result(60) == count()
