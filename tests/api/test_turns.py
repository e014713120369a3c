"""Many writers or exports at once: readers are answered meanwhile, and who comes when too many wait is told so."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import MutableMapping
from pathlib import Path
from typing import IO, Any

import httpx
import pytest
from pydantic import SecretStr

from kg.api.app import EXPORTS, create_app
from kg.api.service import Service
from kg.api.turns import MAX_WAITING
from kg.errors import QueryCancelled
from kg.exports import Export
from kg.settings import Settings
from kg.types import Document, Extraction
from kg.workspace import Workspace
from tests.factory import FakeExtractor, World

WRITERS = 60  # more than the threads that answer requests, of which there are 40


class SlowExtractor:
    """Reads nothing before the gate is open."""

    def __init__(self, inner: FakeExtractor) -> None:
        self.inner, self.model = inner, inner.model
        self.begun, self.gate = threading.Event(), threading.Event()

    def extract(self, document: Document) -> Extraction:
        self.begun.set()
        assert self.gate.wait(60)
        return self.inner.extract(document)


async def _scene(service: Service, extractor: SlowExtractor) -> tuple[int, Counter[int]]:
    """The status of a read while writers wait, and how often the writers got which status."""
    transport = httpx.ASGITransport(app=create_app(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000", timeout=60) as client:
        texts = (World.article(str(number), [number]).content for number in range(WRITERS))
        writers = [
            asyncio.create_task(
                client.post("/articles", json={"id": str(number), "text": text}, headers={"X-API-Key": "secret"})
            )
            for number, text in enumerate(texts)
        ]
        try:
            assert await asyncio.to_thread(extractor.begun.wait, 60)
            read = await asyncio.wait_for(client.get("/entities?q=Ana"), timeout=30)
        finally:
            extractor.gate.set()
        answers = await asyncio.gather(*writers)
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 503)
    return read.status_code, Counter(answer.status_code for answer in answers)


async def _exporting(service: Service, begun: threading.Event, gate: threading.Event) -> tuple[int, Counter[int]]:
    """The status of a read while exports are being written, and how often the exports got which status."""
    transport = httpx.ASGITransport(app=create_app(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000", timeout=60) as client:
        exports = [asyncio.create_task(client.get("/export")) for _ in range(WRITERS)]
        try:
            assert await asyncio.to_thread(begun.wait, 60)
            read = await asyncio.wait_for(client.get("/entities?q=Ana"), timeout=30)
        finally:
            gate.set()
        answers = await asyncio.gather(*exports)
    return read.status_code, Counter(answer.status_code for answer in answers)


def test_readers_are_answered_while_exports_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, gate = threading.Event(), threading.Event()

    def export(self: Service, asked: Export, out: IO[bytes]) -> None:
        begun.set()
        assert gate.wait(60)
        out.write(b"# nothing")

    monkeypatch.setattr(Service, "export", export)
    with Workspace.create(tmp_path / "workspace") as workspace:
        service = Service(workspace, Settings(), load=World.extractor)
        read, exported = asyncio.run(_exporting(service, begun, gate))
    assert read == 200
    assert exported == {200: MAX_WAITING + EXPORTS, 503: WRITERS - MAX_WAITING - EXPORTS}


async def _left(service: Service, begun: threading.Event) -> None:
    """Ask for an export, and close the connection once it is being written."""
    asked: list[str] = []

    async def receive() -> dict[str, Any]:
        if not asked:
            asked.append("all of it")
            return {"type": "http.request", "body": b"", "more_body": False}
        assert await asyncio.to_thread(begun.wait, 60)
        return {"type": "http.disconnect"}

    async def send(_: MutableMapping[str, Any]) -> None:
        """Nobody is there to hear."""

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/export", "raw_path": b"/export", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"localhost:8000")], "client": ("127.0.0.1", 50000), "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    await asyncio.wait_for(create_app(service)(scope, receive, send), 60)


def test_an_export_ends_with_the_connection_of_who_wants_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()

    def export(self: Service, asked: Export, out: IO[bytes]) -> None:
        try:
            for _ in range(600):
                out.write(b"one line more\n")
                begun.set()
                ended.wait(0.1)
        except QueryCancelled:
            ended.set()
            raise

    monkeypatch.setattr(Service, "export", export)
    with Workspace.create(tmp_path / "workspace") as workspace:
        asyncio.run(_left(Service(workspace, Settings(), load=World.extractor), begun))
    assert ended.is_set()


def test_readers_are_answered_while_writers_wait(tmp_path: Path) -> None:
    extractor = SlowExtractor(World.extractor())
    with Workspace.create(tmp_path / "workspace") as workspace:
        service = Service(workspace, Settings(api_key=SecretStr("secret")), load=lambda: extractor)
        read, written = asyncio.run(_scene(service, extractor))
        assert read == 200
        assert written == {201: MAX_WAITING + 1, 503: WRITERS - MAX_WAITING - 1}
        assert workspace.stats()["articles"] == MAX_WAITING + 1
