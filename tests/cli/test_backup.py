"""A backup is one moment of a workspace, whoever writes meanwhile, and comes back whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.access import KeyRing
from kg.errors import WorkspaceError
from kg.workspace import Workspace
from kg.workspace.backup import back_up, restore
from tests.api.conftest import KEY, fill
from tests.cli.conftest import Kg
from tests.factory import World
from tests.serving import running

OWN = NamedNode("http://example.org/mine")
NAMES = ["backup.tar", "backup.tar.gz", "backup.tar.zst", "backup"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a decision, a key, a line in its audit log and a graph of the user's own."""
    folder = tmp_path_factory.mktemp("saved") / "world"
    fill(folder)
    with Workspace.open(folder) as workspace, workspace.direct() as store:
        store.extend([Quad(OWN, OWN, Literal("a note"), OWN)])
    KeyRing(folder).add("newsroom")
    (folder / "audit.jsonl").write_text('{"status": 204}\n')
    return folder


def quads(folder: Path) -> set[str]:
    """All that a workspace's graph holds."""
    with Workspace.open(folder, read_only=True) as workspace:
        named = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
        return set(workspace.query(named, "text/csv").body.decode().splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_what_was_saved_comes_back(world: Path, tmp_path: Path, name: str) -> None:
    made = back_up(world, tmp_path / name)
    back = restore(tmp_path / name, tmp_path / "again")
    assert made == back
    assert made.articles == 4
    assert quads(tmp_path / "again") == quads(world)
    assert any("a note" in row for row in quads(tmp_path / "again"))
    assert (tmp_path / "again" / "audit.jsonl").read_text() == '{"status": 204}\n'
    assert [path.name for path in world.iterdir() if path.name.startswith(".backup")] == []
    assert {path.name for path in tmp_path.iterdir()} == {name, "again"}


def test_a_backup_is_its_owners_alone(world: Path, tmp_path: Path) -> None:
    back_up(world, tmp_path / "backup.tar")
    back_up(world, tmp_path / "backup")
    assert stat.S_IMODE((tmp_path / "backup.tar").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700
    restore(tmp_path / "backup.tar", tmp_path / "again")
    assert stat.S_IMODE((tmp_path / "again").stat().st_mode) == 0o700


def test_keys_are_saved_only_when_asked_for(world: Path, tmp_path: Path) -> None:
    back_up(world, tmp_path / "without.tar")
    back_up(world, tmp_path / "with.tar", keys=True)
    restore(tmp_path / "without.tar", tmp_path / "a")
    restore(tmp_path / "with.tar", tmp_path / "b")
    assert KeyRing(tmp_path / "a").list() == ()
    assert [key.name for key in KeyRing(tmp_path / "b").list()] == ["newsroom"]


def test_nothing_is_overwritten(world: Path, tmp_path: Path) -> None:
    (tmp_path / "there.tar").write_text("mine")
    with pytest.raises(WorkspaceError, match="is there already"):
        back_up(world, tmp_path / "there.tar")
    back_up(world, tmp_path / "backup.tar")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(WorkspaceError, match="not empty"):
        restore(tmp_path / "backup.tar", tmp_path / "full")
    assert (tmp_path / "there.tar").read_text() == "mine"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["file"]


def _flip(folder: Path) -> None:
    target = max((folder / "store").rglob("*.sst"), key=lambda path: path.stat().st_size)
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 1
    target.write_bytes(content)


def _rename(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../outside"] = manifest["files"].pop("catalogue.sqlite")
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(_flip, "SHA-256", id="a bit has flipped"),
        pytest.param(lambda folder: (folder / "catalogue.sqlite").unlink(), "lacks catalogue", id="a file is missing"),
        pytest.param(lambda folder: (folder / "manifest.json").unlink(), "manifest", id="no manifest"),
        pytest.param(lambda folder: (folder / "manifest.json").write_text("{}"), "manifest", id="an empty manifest"),
        pytest.param(_rename, "no name of a file", id="a path that leads out"),
    ],
)
def test_what_is_damaged_is_not_restored(
    world: Path, tmp_path: Path, damage: Callable[[Path], None], message: str
) -> None:
    back_up(world, tmp_path / "backup")
    damage(tmp_path / "backup")
    with pytest.raises(WorkspaceError, match=message):
        restore(tmp_path / "backup", tmp_path / "again")
    assert {path.name for path in tmp_path.iterdir()} == {"backup"}


@pytest.mark.parametrize("name", NAMES[:3])
def test_a_file_that_breaks_off_is_not_restored(world: Path, tmp_path: Path, name: str) -> None:
    back_up(world, tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(WorkspaceError):
        restore(tmp_path / name, tmp_path / "again")
    assert {path.name for path in tmp_path.iterdir()} == {name}


def test_a_link_in_a_backup_is_not_followed(world: Path, tmp_path: Path) -> None:
    back_up(world, tmp_path / "backup")
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.add(tmp_path / "backup" / "manifest.json", "manifest.json")
        link = tarfile.TarInfo("catalogue.sqlite")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(WorkspaceError, match="no plain file"):
        restore(tmp_path / "evil.tar", tmp_path / "again")


def test_a_failed_backup_leaves_nothing(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    for name in NAMES:
        with pytest.raises(OSError, match="No space"):
            back_up(world, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_backups_taken_while_others_write_are_each_one_moment(world: Path, tmp_path: Path) -> None:
    live = Path(shutil.copytree(world, tmp_path / "live"))
    stop = threading.Event()
    with Workspace.open(live) as workspace:
        workspace.snapshot()

        def write() -> None:
            extractor = World.extractor()
            for number in range(400):
                if stop.is_set():
                    return
                workspace.ingest([World.article(f"new/{number}", [number % 18])], extractor)
                if number % 3 == 0:
                    workspace.snapshot()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            made = [back_up(live, tmp_path / f"backup{number}.tar") for number in range(3)]
        finally:
            stop.set()
            writer.join()
    assert made[0].articles >= 4
    for number, manifest in enumerate(made):
        again = tmp_path / f"again{number}"
        restore(tmp_path / f"backup{number}.tar", again)
        before = quads(again)
        with Workspace.open(again) as workspace:
            assert workspace.stats()["articles"] == manifest.articles
            workspace.rebuild()
        assert quads(again) == before  # the graph showed exactly what the catalogue holds


def test_the_command_saves_beside_a_service_what_was_answered(kg: Kg, world: Path, tmp_path: Path) -> None:
    live = Path(shutil.copytree(world, tmp_path / "live"))
    with running(live, {"KG_API_KEY": KEY}) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        headers = {"Authorization": f"Bearer {KEY}"}
        update = 'INSERT DATA { GRAPH <http://example.org/mine> { <a:a> <b:b> "written beside" } }'
        assert client.post("/sparql", data={"update": update}, headers=headers).status_code == 204
        article = {"id": "beside", "text": World.article("beside", [0, 2, 8]).content}
        assert client.post("/articles", json=article, headers=headers).status_code == 201
        saved = kg("backup", str(tmp_path / "backup.tar.zst"), store=live)
        assert saved.returncode == 0, saved.stderr
        assert "saved 5 articles" in saved.stdout
    restored = kg("restore", str(tmp_path / "backup.tar.zst"), store=tmp_path / "again")
    assert restored.returncode == 0, restored.stderr
    assert "restored 5 articles" in restored.stdout
    assert any("written beside" in row for row in quads(tmp_path / "again"))
    assert not (tmp_path / "again" / "service.json").exists()
    twice = kg("restore", str(tmp_path / "backup.tar.zst"), store=tmp_path / "again")
    assert (twice.returncode, "not empty" in twice.stderr) == (1, True)
