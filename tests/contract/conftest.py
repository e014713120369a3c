"""Every kind of graph store, each empty: in memory, on disk, and servers on loopback.

Servers are `oxigraph serve` from PyPI, once as it comes and once with a union default graph and a named facts graph, as
on servers that have no default graph of their own. `KG_TEST_VIRTUOSO` names a Virtuoso (`kg.graph.remote` shows a URL).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pyoxigraph import DefaultGraph

from kg.graph import GraphStore, open_store

FACTS = "http://localhost:8000/graph/facts"
VIRTUOSO = os.environ.get("KG_TEST_VIRTUOSO")
KINDS = ["memory", "disk", "server", "server without a default graph", "server without graph store"]
KINDS += ["virtuoso"] if VIRTUOSO else []


def oxigraph() -> str:
    """The `oxigraph` command that was installed beside this Python."""
    found = shutil.which(
        "oxigraph", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    )
    if found is None:
        pytest.fail("the oxigraph command is missing: pip install newsgraph[test]")
    return found


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(*options: str, port: int | None = None) -> Iterator[str]:
    """The URL of an `oxigraph serve` (in memory, unless told otherwise), which ends with the block."""
    port = port or free_port()
    command = [oxigraph(), "serve", "--bind", f"127.0.0.1:{port}", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 20
            while not _answers(url):
                assert server.poll() is None, "oxigraph serve ended at once"
                assert time.monotonic() < deadline, "oxigraph serve does not answer"
                time.sleep(0.02)
            yield url
        finally:
            server.kill()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture(scope="session")
def union_server_url() -> Iterator[str]:
    with served("--union-default-graph") as url:
        yield url


def location(kind: str, request: pytest.FixtureRequest) -> str:
    """Where a store of that kind is."""
    if kind == "memory":
        return "memory:"
    if kind == "disk":
        return str(request.getfixturevalue("tmp_path") / "store")
    if kind == "server":
        return str(request.getfixturevalue("server_url"))
    if kind == "server without graph store":
        return f"{request.getfixturevalue('server_url')}/query#graphs="
    if VIRTUOSO and kind == "virtuoso":
        return VIRTUOSO
    return f"{request.getfixturevalue('union_server_url')}#facts={FACTS}"


@pytest.fixture(params=KINDS, ids=[kind.replace(" ", "-") for kind in KINDS])
def store(request: pytest.FixtureRequest) -> Iterator[GraphStore]:
    opened = open_store(location(request.param, request))
    empty(opened)
    yield opened
    empty(opened)
    opened.close()


@pytest.fixture(params=KINDS[:3])
def closable(request: pytest.FixtureRequest) -> Iterator[GraphStore]:
    """A store that the test may close."""
    opened = open_store(location(request.param, request))
    yield opened
    opened.close()


def empty(store: GraphStore) -> None:
    store.clear_graph(DefaultGraph())
    for graph in store.graph_names():
        store.clear_graph(graph)
