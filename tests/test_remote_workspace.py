"""A workspace whose graph lies on a server: the same graph as an embedded one, whatever is done and whenever it breaks."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from kg.catalogue import Judgement, JudgementKind
from kg.errors import QueryRefused, StoreError, StoreUnavailable, WorkspaceError
from kg.graph import open_store
from kg.types import EntityClass
from kg.vocab import PREFIXES
from kg.workspace import Workspace
from tests.factory import World, anchor, canonical
from tests.servers import FACTS, free_port, served, virtuoso

Person, Group = EntityClass.PERSON, EntityClass.GROUP
ANA, MARIA, KESTREL = "Ana Diaz", "Ana Maria Diaz", "Kestrel Lines"
WHEN = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
ARTICLES = [
    World.article(f"https://news.example/{n}?q=a b", [n, n + 4, n + 9], published="2024-02-01", publisher=f"P{n % 3}")
    for n in range(6)
]
SERVERS = {"server": "", "no-graph-store": "/query#graphs=", "no-default-graph": f"#facts={FACTS}"}


@pytest.fixture(scope="module")
def virtuoso_url() -> Iterator[str]:
    with virtuoso() as found:
        yield found


@pytest.fixture(params=[*SERVERS, "virtuoso"])
def location(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "virtuoso":
        found = str(request.getfixturevalue("virtuoso_url"))
        with closing(open_store(found)) as store:
            for graph in (DefaultGraph(), *store.graph_names()):
                store.clear_graph(graph)
        yield found
        return
    options = ["--union-default-graph"] if request.param == "no-default-graph" else []
    with served(*options) as url:
        yield url + SERVERS[request.param]


@pytest.fixture
def url() -> Iterator[str]:
    with served() as found:
        yield found


def clean_build(workspace: Workspace) -> list[str]:
    """The graph of the articles that a workspace holds, built afresh in memory."""
    articles = [workspace.catalogue.articles.article(article_id) for article_id in workspace.catalogue.articles.ids()]
    with Workspace.open("memory:") as fresh:
        fresh.ingest([article for article in articles if article is not None], World.extractor())
        return canonical(fresh.store)


def test_everything_makes_the_graph_that_an_embedded_workspace_has(tmp_path: Path, location: str) -> None:
    with Workspace.create(tmp_path / "w", remote=location) as remote, Workspace.open("memory:") as embedded:
        own = NamedNode("http://example.org/mine")
        changed = World.article(ARTICLES[0].id, [7, 11])
        same = Judgement(
            JudgementKind.SAME, anchor(ARTICLES[1].id, MARIA, Person), "me",
            anchor(ARTICLES[4].id, ANA, Person), time=WHEN,
        )  # fmt: skip
        label = Judgement(
            JudgementKind.LABEL, anchor(ARTICLES[5].id, KESTREL, Group), "me", label="Kestrel Shipping", time=WHEN
        )
        steps = {
            "ingest": lambda w: w.ingest(ARTICLES, World.extractor()),
            "again": lambda w: w.ingest(ARTICLES, World.extractor()),
            "replace": lambda w: w.ingest([changed], World.extractor()),
            "judge": lambda w: (w.judge(same), w.judge(label)),
            "delete": lambda w: w.delete(ARTICLES[2].id),
            "own graph": lambda w: w.store.replace_graph(own, [Triple(own, own, Literal("x"))]),
            "resolve": lambda w: w.resolve(),
            "rebuild": lambda w: w.rebuild(),
            "threshold": lambda w: w.set_threshold(0.2),
        }
        for name, step in steps.items():
            for workspace in (remote, embedded):
                step(workspace)
            assert canonical(remote.store, judgements=True) == canonical(embedded.store, judgements=True), name
        assert remote.store.size() == embedded.store.size()
        for workspace in (remote, embedded):
            workspace.undo(1, author="me")
        assert canonical(remote.store) == canonical(embedded.store)
        exports = [io.BytesIO(), io.BytesIO()]
        for workspace, out in zip((remote, embedded), exports, strict=True):
            workspace.export("ntriples", out, provenance=False)
        assert exports[0].getvalue() == exports[1].getvalue()


def test_a_server_that_lost_its_graph_gets_it_back_from_a_rebuild(tmp_path: Path, location: str) -> None:
    with Workspace.create(tmp_path / "w", remote=location) as workspace:
        workspace.ingest(ARTICLES, World.extractor())
        before = canonical(workspace.store)
        for graph in (DefaultGraph(), *workspace.store.graph_names()):
            workspace.store.clear_graph(graph)
        workspace.rebuild()
        assert canonical(workspace.store) == before


def test_people_ask_the_server_itself(tmp_path: Path, url: str) -> None:
    with Workspace.create(tmp_path / "w", remote=url) as workspace:
        workspace.ingest(ARTICLES, World.extractor())
        rows = workspace.query("SELECT ?g { ?p kg:leads ?g }", prefixes=PREFIXES).rows()
        assert rows
        with pytest.raises(QueryRefused):
            workspace.query("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
        with pytest.raises(StoreError, match="no snapshots"):
            workspace.snapshot()
        with Workspace.open(tmp_path / "w", read_only=True) as reader:  # beside the writer, and always up to date
            assert canonical(reader.store) == canonical(workspace.store)
            assert reader.snapshot_age_s is None
            with pytest.raises(StoreError):
                reader.store.update("CLEAR DEFAULT")


def test_what_is_no_server_is_refused_and_leaves_nothing(tmp_path: Path, url: str) -> None:
    with pytest.raises(WorkspaceError, match="no address"):
        Workspace.create(tmp_path / "w", remote=url.removeprefix("http://"))
    assert not (tmp_path / "w").exists()


def test_a_server_with_facts_of_something_else_is_left_alone(tmp_path: Path, location: str) -> None:
    with closing(open_store(location)) as store:
        triple = Triple(NamedNode("http://example.org/a"), NamedNode("http://example.org/b"), Literal("mine"))
        store.replace_graph(DefaultGraph(), [triple])
        with pytest.raises(WorkspaceError, match="holds data"):
            Workspace.create(tmp_path / "w", remote=location)
        assert [quad.triple for quad in store.quads()] == [triple]
    assert not (tmp_path / "w").exists()


KILLED = """
import os, signal, sys
from kg.graph.remote import RemoteStore
from kg.workspace import Workspace, run
from tests.factory import World

folder, action, nth, when = sys.argv[1:]
left, real = int(nth), RemoteStore.update
run.BATCH_ARTICLES = 2

def update(self, sparql):
    global left
    left -= 1
    if left or when == "after":
        real(self, sparql)
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

with Workspace.open(folder) as workspace:
    RemoteStore.update = update
    if action == "ingest":
        workspace.ingest([World.article(f"{n}.txt", [n, n + 5]) for n in range(2, 10)], World.extractor())
    elif action == "delete":
        workspace.delete("1.txt")
    else:
        workspace.rebuild()
"""


@pytest.mark.parametrize(
    ("action", "nth"), [("ingest", 1), ("ingest", 3), ("delete", 1), ("rebuild", 1), ("rebuild", 6)]
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_killed_process_is_completed_at_the_next_opening(
    tmp_path: Path, url: str, action: str, nth: int, when: str
) -> None:
    folder, root = tmp_path / "w", Path(__file__).resolve().parents[1]
    with Workspace.create(folder, remote=url) as workspace:
        workspace.ingest([World.article(f"{n}.txt", [n, n + 3]) for n in range(4)], World.extractor())
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), action, str(nth), when],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    with Workspace.open(folder) as workspace:
        assert canonical(workspace.store) == clean_build(workspace)
        if action == "ingest":
            assert workspace.catalogue.articles.count() >= 4
            workspace.ingest([World.article(f"{n}.txt", [n, n + 5]) for n in range(2, 10)], World.extractor())
            assert workspace.catalogue.articles.count() == 10
            assert canonical(workspace.store) == clean_build(workspace)


def test_a_server_that_is_away_loses_nothing(tmp_path: Path) -> None:
    port, data = free_port(), str(tmp_path / "data")
    with served("--location", data, port=port) as url, Workspace.create(tmp_path / "w", remote=url) as workspace:
        workspace.ingest(ARTICLES[:3], World.extractor())
    with pytest.raises(StoreUnavailable) as caught:
        Workspace.create(tmp_path / "other", remote=url)
    assert caught.value.hint
    assert not (tmp_path / "other").exists()
    with Workspace.open(tmp_path / "w") as workspace, pytest.raises(StoreUnavailable):
        workspace.ingest(ARTICLES[3:], World.extractor())
    with pytest.raises(StoreUnavailable):
        Workspace.open(tmp_path / "w")
    with served("--location", data, port=port), Workspace.open(tmp_path / "w") as workspace:
        assert workspace.catalogue.articles.count() == len(ARTICLES)
        assert canonical(workspace.store) == clean_build(workspace)
