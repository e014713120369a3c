"""The change log: what is gained, lost and changed, because of what, and what is no change."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from kg import vocab
from kg.articles import clean
from kg.catalogue import Judgement, JudgementKind, StatementChange
from kg.catalogue import changes as log
from kg.pipeline import prepare, put
from kg.types import EntityClass
from kg.workspace import Workspace
from tests.factory import World, anchor, article

LEADS, DENIES, FORMER = 0, 3, 6


@pytest.fixture
def workspace() -> Workspace:
    return Workspace.create("memory:")


def ingest(workspace: Workspace, name: str, *numbers: int, published: str = "2031-04-02") -> None:
    workspace.ingest([World.article(name, numbers, published=published)], World.extractor())


def told(workspace: Workspace, change: StatementChange) -> str:
    def name(iri: str) -> str:
        row, gone = workspace.catalogue.entity(iri), workspace.catalogue.retired(iri)
        return row.label if row else gone.label if gone else iri

    said = change.statement
    return f"{change.kind}: {name(said.subject.value)} {vocab.local(said.predicate)} {name(said.object.value)}"


def newest(workspace: Workspace, count: int = 100) -> list[str]:
    return [told(workspace, change) for change in workspace.catalogue.changes(limit=count)]


def test_an_article_gains_its_facts_and_takes_them_with_it(workspace: Workspace) -> None:
    ingest(workspace, "a", LEADS)
    (gained,) = workspace.catalogue.changes()
    assert told(workspace, gained) == "gained: Ana Diaz leads Harbour Pilots' Association"
    assert (gained.reason, gained.article, gained.judgement) == ("added", "a", None)
    assert gained.details == {"phase": "current"}
    assert datetime.now(UTC) - gained.time < timedelta(minutes=5)
    workspace.delete("a")
    lost = workspace.catalogue.changes()[0]
    assert told(workspace, lost) == "lost: Ana Diaz leads Harbour Pilots' Association"
    assert (lost.reason, lost.article, lost.number) == ("removed", "a", gained.number + 1)


def test_a_second_article_that_says_the_same_is_no_change_nor_is_the_end_of_the_first(workspace: Workspace) -> None:
    ingest(workspace, "a", LEADS)
    ingest(workspace, "b", LEADS)
    workspace.delete("a")
    assert len(newest(workspace)) == 1


def test_what_is_only_alleged_or_denied_is_no_change(workspace: Workspace) -> None:
    ingest(workspace, "a", 4, DENIES)
    assert newest(workspace) == []


def test_a_corrected_article_names_what_it_lost_and_gained(workspace: Workspace) -> None:
    ingest(workspace, "a", LEADS)
    ingest(workspace, "a", 1)
    assert sorted(newest(workspace, 2)) == [
        "gained: Ana Maria Diaz leads Highland Peoples' Army",
        "lost: Ana Diaz leads Harbour Pilots' Association",
    ]
    assert {(one.reason, one.article) for one in workspace.catalogue.changes(limit=2)} == {("replaced", "a")}


def test_a_later_article_that_says_it_is_over_changes_the_fact(workspace: Workspace) -> None:
    ingest(workspace, "a", FORMER)
    before = workspace.catalogue.changes()[0]
    assert before.details == {"phase": "former", "valid_to": "2019"}
    ingest(workspace, "b", LEADS)
    ingest(workspace, "c", LEADS, 0)
    text = "Ana Diaz formerly led the Harbour Pilots' Association until 2030, as everyone in the town knows."
    workspace.ingest([article(text, "d", published="2031-05-01")], World.extractor())
    changed = workspace.catalogue.changes()[0]
    assert (changed.kind, changed.reason, changed.article) == ("changed", "added", "d")
    assert changed.details == {"phase": ["current", "former"], "valid_to": [None, "2030"]}


def test_a_denial_disputes_a_fact(workspace: Workspace) -> None:
    ingest(workspace, "a", 1, 2)
    ingest(workspace, "b", 1, DENIES)
    changed = workspace.catalogue.changes()[0]
    assert (changed.kind, changed.details) == ("changed", {"disputed": [False, True]})


def test_a_rebuild_and_a_resolution_change_nothing(workspace: Workspace) -> None:
    ingest(workspace, "a", *range(18))
    count = len(newest(workspace))
    assert count > 5
    workspace.rebuild()
    workspace.resolve()
    assert len(newest(workspace)) == count


def test_a_decision_is_the_reason_and_taking_it_back_is_another(workspace: Workspace) -> None:
    ingest(workspace, "a", LEADS)
    reject = Judgement(
        JudgementKind.REJECT,
        anchor("a", "Ana Diaz", EntityClass.PERSON),
        "someone",
        anchor("a", "Harbour Pilots' Association", EntityClass.GROUP),
        "leads",
    )
    number = workspace.judge(reject)
    lost = workspace.catalogue.changes()[0]
    assert (lost.kind, lost.reason, lost.article, lost.judgement) == ("lost", "reject", "a", number)
    workspace.undo(number, author="someone")
    back = workspace.catalogue.changes()[0]
    assert (back.kind, back.reason, back.judgement) == ("gained", "undone", number)


def test_a_fact_that_goes_along_when_its_end_is_merged_has_changed(workspace: Workspace) -> None:
    ingest(workspace, "a", LEADS)
    ingest(workspace, "b", 8)
    before = len(newest(workspace))
    pilots = anchor("a", "Harbour Pilots' Association", EntityClass.GROUP)
    kestrel = anchor("b", "Kestrel Lines", EntityClass.GROUP)
    workspace.judge(Judgement(JudgementKind.SAME, pilots, "someone", kestrel))
    moved = workspace.catalogue.changes(limit=len(newest(workspace)) - before)
    assert [change.kind for change in moved] == ["changed"]
    ((was, now),) = [change.details[end] for change in moved for end in change.details]
    assert now in (moved[0].statement.subject.value, moved[0].statement.object.value)
    retired = workspace.catalogue.retired(was)
    assert retired is not None
    assert retired.successor is not None
    assert retired.successor.value == now


def test_a_threshold_gains_and_loses(workspace: Workspace) -> None:
    ingest(workspace, "a", 7)
    assert newest(workspace) == []
    workspace.set_threshold(0.2)
    assert [(one.kind, one.reason) for one in workspace.catalogue.changes()] == [("gained", "threshold")]


def test_entries_are_found_by_entity_kind_predicate_time_and_number(workspace: Workspace) -> None:
    ingest(workspace, "a", *range(18))
    catalogue = workspace.catalogue
    every = catalogue.changes(newest_first=False)
    assert [one.number for one in every] == sorted(one.number for one in every)
    leads = catalogue.changes(predicate="leads")
    assert {one.statement.predicate for one in leads} == {vocab.leads}
    iri = leads[0].statement.object.value
    about = catalogue.changes(entity=iri)
    assert all(iri in (one.statement.subject.value, one.statement.object.value) for one in about)
    assert leads[0] in about
    assert catalogue.changes(kind="lost") == []
    assert catalogue.changes(since=datetime.now(UTC) + timedelta(hours=1)) == []
    assert len(catalogue.changes(since=datetime.now(UTC) - timedelta(hours=1))) == len(every)
    middle = every[len(every) // 2].number
    assert [one.number for one in catalogue.changes(before=middle, limit=2)] == [middle - 1, middle - 2]
    assert catalogue.changes(after=middle)[-1].number == middle + 1
    assert catalogue.log_begins == every[0].time


def test_the_log_keeps_so_many_entries(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "KEPT_ENTRIES", 3)
    ingest(workspace, "a", *range(18))
    numbers = [one.number for one in workspace.catalogue.changes()]
    assert len(numbers) == 3
    workspace.delete("a")
    assert min(one.number for one in workspace.catalogue.changes()) > max(numbers)


def test_a_change_that_fails_logs_nothing(workspace: Workspace) -> None:
    prepared = prepare(workspace.catalogue, World.article("a", [0]), World.extractor(), clean)
    assert prepared is not None

    def fail() -> None:
        with workspace.catalogue.change() as change:
            put(change, workspace.base, prepared)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert newest(workspace) == []


def test_details_are_json(workspace: Workspace) -> None:
    ingest(workspace, "a", *range(18))
    assert json.dumps([dict(one.details) for one in workspace.catalogue.changes()])
