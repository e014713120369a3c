"""Every kind of graph store, each empty: in memory, on disk, and servers on loopback.

Servers are `oxigraph serve`, once as it comes and once with a union default graph and a named facts graph, as on servers
that have no default graph of their own; and a Virtuoso where one is installed.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import DefaultGraph

from kg.graph import GraphStore, open_store
from tests.servers import FACTS, served, virtuoso

KINDS = ["memory", "disk", "server", "server without a default graph", "server without graph store", "virtuoso"]


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture(scope="session")
def union_server_url() -> Iterator[str]:
    with served("--union-default-graph") as url:
        yield url


@pytest.fixture(scope="session")
def virtuoso_url() -> Iterator[str]:
    with virtuoso() as url:
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
    if kind == "virtuoso":
        return str(request.getfixturevalue("virtuoso_url"))
    return f"{request.getfixturevalue('union_server_url')}#facts={FACTS}"


@pytest.fixture(params=KINDS, ids=[kind.replace(" ", "-") for kind in KINDS])
def store(request: pytest.FixtureRequest) -> Iterator[GraphStore]:
    opened = open_store(location(request.param, request))
    empty(opened)
    yield opened
    empty(opened)
    opened.close()


@pytest.fixture
def virtuoso_store(virtuoso_url: str) -> Iterator[GraphStore]:
    opened = open_store(virtuoso_url)
    empty(opened)
    yield opened
    empty(opened)
    opened.close()


@pytest.fixture(params=[*KINDS[:3], KINDS[-1]])
def closable(request: pytest.FixtureRequest) -> Iterator[GraphStore]:
    """A store that the test may close."""
    opened = open_store(location(request.param, request))
    yield opened
    opened.close()


def empty(store: GraphStore) -> None:
    store.clear_graph(DefaultGraph())
    for graph in store.graph_names():
        store.clear_graph(graph)
