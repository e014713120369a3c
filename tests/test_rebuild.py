"""A rebuild with another model: begun again it goes on, it ends where a clean build ends, and people's decisions hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.catalogue import Judgement, JudgementKind
from kg.types import Document, EntityClass, Extraction
from kg.workspace import Workspace, run
from tests.factory import FakeExtractor, World, anchor, canonical

ARTICLES = [
    World.article(f"{n}.txt", [n, n + 5], published=f"2024-01-{n + 1:02}", publisher="The Gull") for n in range(8)
]


class Mortal(FakeExtractor):
    """An extractor during whose work the process dies."""

    def __init__(self, lives: int, model: str = "fake-2") -> None:
        super().__init__(World.things, model=model)
        self._lives = lives

    def extract(self, document: Document) -> Extraction:
        if len(self.extracted) == self._lives:
            raise KeyboardInterrupt
        return super().extract(document)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("kg.workspace.workspace.BATCH_ARTICLES", 2)
    monkeypatch.setattr(run, "BATCH_ARTICLES", 2)
    with Workspace.create(tmp_path / "w") as workspace:
        workspace.ingest(ARTICLES, World.extractor())
        ends = (anchor("0.txt", "Ana Diaz", EntityClass.PERSON), anchor("0.txt", "HPA", EntityClass.GROUP))
        workspace.judge(Judgement(JudgementKind.LABEL, ends[0], "me", label="Ana D."))
    return tmp_path / "w"


def killed(folder: Path, lives: int, model: str = "fake-2") -> None:
    with Workspace.open(folder) as workspace, pytest.raises(KeyboardInterrupt):
        workspace.rebuild(extractor=Mortal(lives, model))


def clean_build(model: str) -> list[str]:
    with Workspace.open("memory:") as fresh:
        fresh.judge(
            Judgement(JudgementKind.LABEL, anchor("0.txt", "Ana Diaz", EntityClass.PERSON), "me", label="Ana D.")
        )
        fresh.ingest(ARTICLES, World.extractor(model=model))
        fresh.resolve()
        return canonical(fresh.store)


def test_a_killed_rebuild_goes_on_where_it_was(folder: Path) -> None:
    killed(folder, 5)
    with Workspace.open(folder) as workspace:
        rest = World.extractor(model="fake-2")
        workspace.rebuild(extractor=rest)
        assert rest.extracted == [f"{n}.txt" for n in range(4, 8)]
        assert canonical(workspace.store) == clean_build("fake-2")
        again = World.extractor(model="fake-2")
        workspace.rebuild(extractor=again)  # one that came to its end begins anew
        assert len(again.extracted) == len(ARTICLES)
        assert canonical(workspace.store) == clean_build("fake-2")


def test_what_another_model_began_is_not_gone_on_with(folder: Path) -> None:
    killed(folder, 5)
    with Workspace.open(folder) as workspace:
        third = World.extractor(model="fake-3")
        workspace.rebuild(extractor=third)
        assert len(third.extracted) == len(ARTICLES)
        assert {workspace.catalogue.articles.version(a.id) for a in ARTICLES} == {
            (a.digest, "fake-3") for a in ARTICLES
        }


def test_the_graph_before_a_rebuild_is_kept_through_its_being_killed(folder: Path) -> None:
    killed(folder, 5)
    kept = folder / "snapshots" / "before-rebuild"
    before = kept.stat().st_ino
    with Workspace.open(folder) as workspace:
        workspace.rebuild(extractor=World.extractor(model="fake-2"))
    assert kept.stat().st_ino == before


def test_a_new_model_is_a_revision_and_no_version(folder: Path) -> None:
    from kg.lookup import versions_of

    with Workspace.open(folder) as workspace:
        workspace.rebuild(extractor=World.extractor(model="fake-2"))
        (version,) = versions_of(workspace.catalogue, "0.txt")
        assert [reading.model for reading in version.read] == ["fake-1", "fake-2"]
