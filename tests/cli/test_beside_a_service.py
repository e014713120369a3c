"""Commands while `kg serve` holds the workspace: reads see a snapshot, writes go to the service."""

from __future__ import annotations

import json
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kg.access import ServiceAddress
from tests.api.conftest import URL_ID
from tests.cli.conftest import SCRIPTED, Kg
from tests.factory import World
from tests.serving import REPOSITORY, environment, running


def articles(kg: Kg, store: Path) -> int:
    return int(json.loads(kg("stats", "--json", store=store).stdout)["articles"])


def test_commands_write_through_the_service_and_read_beside_it(kg: Kg, copy: Path, tmp_path: Path) -> None:
    before = kg("export", "--format", "nquads", store=copy).stdout
    (tmp_path / "new.txt").write_text(World.sentences[4])
    with running(copy):
        address = ServiceAddress.read(copy)
        assert address is not None
        assert stat.S_IMODE((copy / "service.json").stat().st_mode) == 0o600
        assert "Ana Diaz" in kg("show", "Ana Diaz", store=copy).stdout
        assert kg("query", "ASK { ?s ?p ?o }", store=copy).stdout == "yes\n"
        ingested = kg("ingest", str(tmp_path / "new.txt"), store=copy)
        assert ingested.returncode == 0, ingested.stderr
        assert "1 article added" in ingested.stdout
        assert address.url in ingested.stderr
        assert articles(kg, copy) == 5
        assert kg("delete", URL_ID, "new.txt", store=copy).stdout == "2 articles deleted\n"
        assert kg("resolve", store=copy).stdout == "resolved\n"
        assert kg("rebuild", store=copy).stdout == "rebuilt\n"
        assert kg("serve", store=copy).returncode == 1
    assert ServiceAddress.read(copy) is None
    assert articles(kg, copy) == 3
    assert before != kg("export", "--format", "nquads", store=copy).stdout


def test_the_address_that_a_killed_service_left_is_not_taken_for_another_ones(
    kg: Kg, copy: Path, world: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(world, tmp_path / "other"))
    with running(other):
        left = json.loads((other / "service.json").read_text())
        (copy / "service.json").write_text(json.dumps({**left, "token": "kg_of_the_killed_one"}))
        deleted = kg("delete", URL_ID, store=copy)
        assert (deleted.returncode, deleted.stdout) == (0, "1 article deleted\n"), deleted.stderr
        assert articles(kg, other) == 4


def test_an_article_is_the_same_whichever_way_it_came(kg: Kg, copy: Path, tmp_path: Path) -> None:
    page = f"<html><head><title>Tëst</title></head><body><article><p>{World.sentences[1]}</p></article></body></html>"
    (tmp_path / "page.html").write_bytes(page.encode("latin-1"))
    kg("ingest", str(tmp_path / "page.html"), store=copy)
    with running(copy):
        assert "1 unchanged" in kg("ingest", str(tmp_path / "page.html"), store=copy).stdout


def test_bad_articles_are_named_through_the_service_too(kg: Kg, copy: Path, tmp_path: Path) -> None:
    (tmp_path / "french.txt").write_text("Le chat est sur la table et il ne veut pas en descendre avant le soir. " * 5)
    with running(copy):
        run = kg("ingest", str(tmp_path / "french.txt"), str(tmp_path / "missing.txt"), store=copy)
    assert run.returncode == 1
    assert "2 skipped" in run.stdout
    assert "french.txt" in run.stderr
    assert "missing.txt" in run.stderr


def test_a_killed_service_is_not_waited_for(kg: Kg, copy: Path) -> None:
    ServiceAddress("http://127.0.0.1:9/", "token", 1).write(copy)
    assert kg("delete", URL_ID, store=copy).stdout == "1 article deleted\n"


@pytest.fixture
def served(copy: Path) -> Iterator[subprocess.Popen[str]]:
    """`kg serve` itself."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPTED, "serve", "--port", "0", "--store", str(copy)],
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env=environment(),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_serve_says_where_it_listens_and_stops_on_ctrl_c(served: subprocess.Popen[str], copy: Path) -> None:
    assert served.stderr is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/", served.stderr.readline())
    assert found
    assert httpx.get(found[0] + "healthz", trust_env=False, timeout=60).json()["status"] == "ok"
    served.send_signal(signal.SIGINT)
    served.wait(timeout=300)
    rest = served.stderr.read()
    assert (served.returncode, "stopped" in rest) == (0, True)
    assert not (copy / "service.json").exists()


def test_a_public_address_needs_a_key(kg: Kg, copy: Path) -> None:
    run = kg("serve", "--host", "0.0.0.0", "--port", "0", store=copy)
    assert run.returncode == 1
    assert "kg key" in run.stderr


def test_a_taken_port_is_named(kg: Kg, copy: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = kg("serve", "--port", str(taken.getsockname()[1]), store=copy)
    assert run.returncode == 1
    assert "cannot listen" in run.stderr
