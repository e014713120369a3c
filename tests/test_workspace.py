"""The directory of a workspace: what can be its base IRI, damaged settings, directories that may not be written."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from kg.articles.records import article_from_record
from kg.errors import ArticleError, StoreUnavailable, WorkspaceError
from kg.workspace import Workspace, opening
from tests.factory import World


@pytest.mark.parametrize(
    "base",
    [
        pytest.param("http://localhost:8000", id="no slash at its end"),
        pytest.param("https://example.org/kg#", id="with # the IRIs of passages would hold two"),
        pytest.param("https://example.org/?q=/", id="a query"),
        pytest.param("https://example.org/a/../", id="a path that clients rewrite"),
        pytest.param("http:///", id="no host"),
        pytest.param("http://exa mple.org/", id="a space"),
        pytest.param("ftp://example.org/", id="another scheme"),
        pytest.param("http://[::1/", id="half an address"),
    ],
)
def test_what_cannot_be_a_base_is_refused_and_leaves_nothing(tmp_path: Path, base: str) -> None:
    with pytest.raises(WorkspaceError) as caught:
        Workspace.create(tmp_path / "workspace", base=base)
    assert base in str(caught.value)
    assert caught.value.hint
    assert not (tmp_path / "workspace").exists()


@pytest.mark.parametrize("base", ["http://localhost:8000/", "https://example.org/a/b/", "http://häfen.example/"])
def test_what_can_be_a_base_names_articles(tmp_path: Path, base: str) -> None:
    with Workspace.create(tmp_path / "workspace", base=base) as workspace:
        workspace.ingest([World.article("a", [0, 1])], World.extractor())
        assert f"{base}article/a" in [graph.value for graph in workspace.store.graph_names()]


@pytest.mark.parametrize(
    "content", ["{", "[]", "null", '{"format": 1}', '{"format": 1, "base": 5}', '{"format": 99, "base": "http://a/"}']
)
def test_damaged_settings_are_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "workspace.json").write_text(content)
    with pytest.raises(WorkspaceError, match=str(tmp_path)):
        Workspace.open(tmp_path)


class _Denied:
    """A lock on a file that may not be written: tests may run as root, whom no permission stops."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def acquire(self) -> bool:
        raise PermissionError(13, "Permission denied", str(self._path))


def test_a_directory_that_may_only_be_read_is_read_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.create(tmp_path / "workspace") as workspace:
        workspace.ingest([World.article("a", [0, 1])], World.extractor())
    monkeypatch.setattr(opening, "FileLock", _Denied)
    with pytest.raises(StoreUnavailable, match="cannot be written: Permission denied"):
        Workspace.open(tmp_path / "workspace")
    with pytest.raises(StoreUnavailable, match="no snapshot"):
        Workspace.open(tmp_path / "workspace", read_only=True)
    monkeypatch.undo()
    Workspace.open(tmp_path / "workspace", read_only=True).close()  # makes one
    monkeypatch.setattr(opening, "FileLock", _Denied)
    with Workspace.open(tmp_path / "workspace", read_only=True) as workspace:
        assert workspace.stats()["articles"] == 1


def test_a_directory_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError, match="cannot be made"):
        Workspace.create(tmp_path / "file" / "workspace")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_a_new_workspace_is_its_owners_alone_and_an_old_directory_keeps_its_mode(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "new").close()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    (tmp_path / "old").mkdir(mode=0o755)
    (tmp_path / "old").chmod(0o755)
    Workspace.create(tmp_path / "old").close()
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o755


@pytest.mark.parametrize("id_", [".", ".."])
def test_an_id_that_no_client_can_ask_for_is_refused(id_: str) -> None:
    with pytest.raises(ArticleError, match="no client can ask for"):
        article_from_record({"id": id_, "text": "Ana Diaz leads the Harbour Union."}, source="line 1")
