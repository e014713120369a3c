"""What differs between two states of a graph, and why."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from kg.catalogue import Judgement, JudgementKind
from kg.compare import Differences, compare, open_state
from kg.errors import RdfSyntaxError, WorkspaceError
from kg.types import Article, EntityClass
from kg.workspace import Workspace
from tests.factory import FakeExtractor, World, anchor

Person = EntityClass.PERSON
LEADS, BASED, CHILD = 0, 8, 12
ARTICLES = [
    World.article(f"{n}.txt", numbers, published="2024-01-01") for n, numbers in enumerate([[0], [4, 8], [12, 9]])
]


def made(
    folder: Path, articles: Iterable[Article] = ARTICLES, *, model: str = "fake-1", base: str | None = None
) -> Path:
    with Workspace.create(folder, base=base) as workspace:
        for article in articles:
            workspace.ingest([article], World.extractor(model=model))
        workspace.resolve()
    return folder


def differences(before: object, after: object) -> Differences:
    with open_state(str(before)) as one, open_state(str(after)) as two:
        return compare(one, two)


def told(found: Differences) -> dict[str, tuple[str, set[str]]]:
    """Statement → (kind, kinds of reason)."""
    return {
        f"{one.subject_label} {one.predicate} {one.object_label}": (one.kind, {reason.kind for reason in one.reasons})
        for one in found.statements
    }


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return made(tmp_path / "before")


def changed(
    before: Path, articles: Iterable[Article], *, deleted: Iterable[str] = (), model: str = "fake-1"
) -> Differences:
    """What changes when a workspace reads and loses articles."""
    with Workspace.open(before) as workspace:
        version = workspace.version
        workspace.snapshot()
        workspace.ingest(articles, World.extractor(model=model))
        for article_id in deleted:
            workspace.delete(article_id)
        workspace.resolve()
    return differences(f"{before}@{version}", before)


def test_equal_graphs_do_not_differ_whatever_their_entities_are_called(before: Path, tmp_path: Path) -> None:
    articles = random.Random(3).sample(ARTICLES, len(ARTICLES))
    other = made(tmp_path / "other", reversed(articles), base="https://example.org/kg/")
    found = differences(before, other)
    assert (found.statements, found.joined) == ((), ())


def test_an_added_article_gives_statements(before: Path) -> None:
    found = told(changed(before, [World.article("new.txt", [11])]))
    assert found == {"Kestrel Lines partOf Norland": ("gained", {"article added"})}


def test_a_withdrawn_article_takes_statements_and_its_day_is_known(before: Path) -> None:
    found = changed(before, [], deleted=["0.txt"])
    assert told(found) == {"Ana Diaz leads Harbour Pilots' Association": ("lost", {"article withdrawn"})}
    (reason,) = found.statements[0].reasons
    assert (reason.article, (reason.note or "")[:3]) == ("0.txt", "on ")


def test_a_replaced_article_takes_and_gives(before: Path) -> None:
    found = told(changed(before, [World.article("0.txt", [5], published="2024-01-02")]))
    assert found == {
        "Ana Diaz leads Harbour Pilots' Association": ("lost", {"article replaced"}),
        "Boris Lund leads Kestrel Lines": ("gained", {"article replaced"}),
    }


def test_another_model_changes_confidence(before: Path) -> None:
    class Doubtful(FakeExtractor):
        def extract(self, document):  # type: ignore[no-untyped-def]
            from dataclasses import replace

            found = super().extract(document)
            return replace(found, relations=tuple(replace(one, score=0.7) for one in found.relations))

    with Workspace.open(before) as workspace:
        workspace.rebuild(extractor=Doubtful(World.things, model="fake-2"))
    found = differences(f"{before}@before-rebuild", before)
    assert all(one == ("changed", {"new model"}) for one in told(found).values())
    surest = found.statements[0]
    assert surest.before is not None
    assert surest.after is not None
    assert (surest.before.confidence, surest.after.confidence) == (0.9, 0.7)


def test_a_rejected_claim_is_told_with_who_rejected_it(before: Path) -> None:
    with Workspace.open(before) as workspace:
        version = workspace.version
        workspace.snapshot()
        ends = (anchor("0.txt", "Ana Diaz", Person), anchor("0.txt", "Harbour Pilots' Association", EntityClass.GROUP))
        workspace.judge(Judgement(JudgementKind.REJECT, ends[0], "me", ends[1], "leads"))
    found = differences(f"{before}@{version}", before)
    assert told(found) == {"Ana Diaz leads Harbour Pilots' Association": ("changed", {"judgement"})}
    assert "by me" in (found.statements[0].reasons[0].note or "")


def test_a_merge_is_told_once_and_a_fact_that_went_along_is_not_lost(before: Path) -> None:
    with Workspace.open(before) as workspace:
        workspace.ingest([World.article("3.txt", [1])], World.extractor())
        workspace.snapshot()
        version = workspace.version
        ana, maria = anchor("0.txt", "Ana Diaz", Person), anchor("3.txt", "Ana Maria Diaz", Person)
        workspace.judge(Judgement(JudgementKind.SAME, ana, "me", maria))
    found = differences(f"{before}@{version}", before)
    (joined,) = found.joined
    assert {found.labels[iri] for iri in joined.before} == {"Ana Diaz", "Ana Maria Diaz"}
    # nobody is their own child; whom she leads, she leads under one name now
    ((statement, (kind, reasons)),) = told(found).items()
    assert (" childOf " in statement, kind, reasons <= {"judgement", "merge"}) == (True, "lost", True)


def test_a_threshold_is_the_last_reason(before: Path) -> None:
    with Workspace.open(before) as workspace:
        version = workspace.version
        workspace.snapshot()
        workspace.set_threshold(0.95)
    found = told(differences(f"{before}@{version}", before))
    assert found
    assert all(one == ("changed", {"threshold"}) for one in found.values())


@pytest.mark.parametrize(("form", "name"), [("nquads", "a.nq"), ("trig", "a.trig")])
def test_exports_are_compared_as_workspaces_are(before: Path, tmp_path: Path, form: str, name: str) -> None:
    file = tmp_path / name
    with Workspace.open(before) as workspace, file.open("wb") as out:
        workspace.export(form, out)
    assert differences(file, before).statements == ()
    with Workspace.open(before) as workspace:
        workspace.delete("0.txt")
    assert list(told(differences(file, before)).values()) == [("lost", {"article withdrawn"})]


def test_what_is_no_state_is_named_with_what_there_is(before: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no such snapshot"):
        differences(f"{before}@999", before)
    with pytest.raises(WorkspaceError, match="no workspace and no file"):
        differences(tmp_path / "nowhere", before)
    (tmp_path / "a.ttl").write_text("")
    with pytest.raises(WorkspaceError, match="N-Quads"):
        differences(tmp_path / "a.ttl", before)
    (tmp_path / "a.nq").write_text("nonsense\n")
    with pytest.raises(RdfSyntaxError):
        differences(tmp_path / "a.nq", before)
