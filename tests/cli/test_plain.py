"""`kg serve --plain`: an ordinary store, as other tools write and read it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.errors import WorkspaceError
from kg.workspace import Workspace
from kg.workspace.plain import PlainStore
from tests.serving import serving


def test_a_store_of_another_tool_is_served_and_given_back(tmp_path: Path) -> None:
    folder = tmp_path / "rdf"
    store = Store(folder)
    store.add(Quad(NamedNode("urn:x:a"), NamedNode("urn:x:b"), Literal("before")))
    store.flush()
    del store
    with (
        serving("--plain", str(folder), variables={"KG_API_KEY": "secret", "KG_BASE_IRI": "https://e.org/"}) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):
        assert client.get("/sparql", params={"query": "ASK { ?s ?p 'before' }"}).json()["boolean"] is True
        update = {"update": "INSERT DATA { <a> <b> 'after' }"}
        assert client.post("/sparql", data=update).status_code == 401
        assert client.post("/sparql", data=update, headers={"X-API-Key": "secret"}).status_code == 204
        assert client.get("/articles").status_code == 404
        assert client.get("/", follow_redirects=True).status_code == 200
        assert client.get("/readyz").json()["graph_version"] == client.get("/readyz").json()["served_version"]
    assert [path.name for path in tmp_path.iterdir()] == ["rdf"]
    store = Store(folder)
    assert {quad.object.value for quad in store} == {"before", "after"}
    assert NamedNode("https://e.org/a") in {quad.subject for quad in store}


def test_a_store_that_nobody_may_write_says_so(tmp_path: Path) -> None:
    with (
        serving("--plain", str(tmp_path / "new")) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):
        assert client.delete("/graphs?default", headers={"Authorization": "Bearer x"}).status_code == 403


def test_directories_of_something_else_are_left_alone(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "workspace").close()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text("Ana Diaz leads Kestrel Lines.")
    for name in ("workspace", "texts", "texts/one.txt"):
        with pytest.raises(WorkspaceError):
            PlainStore(str(tmp_path / name), base="http://e.org/")
