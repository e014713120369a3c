"""The file itself: versions, transactions, search, judgements on paper."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kg.catalogue import SENTENCE, Catalogue, Change, Judgement, JudgementKind, Pending, Wish
from kg.errors import ResolutionError, WorkspaceError
from kg.pipeline.linking import settle
from kg.types import EntityClass
from kg.workspace import Workspace
from tests.factory import World, anchor, article

ANA = anchor("a.txt", "Ana Diaz", EntityClass.PERSON)
HPA = anchor("a.txt", "HPA", EntityClass.GROUP)


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(WorkspaceError, match="format 99"):
        Catalogue.open(path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(b"no database at all, but long enough to be read as one" * 30)
    with pytest.raises(WorkspaceError, match=r"catalogue\.sqlite"):
        Catalogue.open(path)


def test_a_change_that_fails_changes_nothing() -> None:
    catalogue = Catalogue.open(None)

    def fail() -> None:
        with catalogue.change() as change:
            change.set_meta("x", "1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert catalogue.meta("x") is None
    catalogue.close()


def test_others_do_not_see_a_change_before_it_ends(tmp_path: Path) -> None:
    catalogue = Catalogue.open(tmp_path / "catalogue.sqlite")
    with catalogue.change() as change:
        change.set_meta("x", "1")
        assert catalogue.meta("x") is None
    assert catalogue.meta("x") == "1"
    catalogue.close()


def test_what_is_done_is_pending_no_more_and_makes_a_version() -> None:
    with Workspace.open("memory:") as workspace:
        catalogue = workspace.catalogue
        before = catalogue.version
        with catalogue.change() as change:
            change.touched.articles.add("a.txt")
        assert catalogue.pending() == Pending(articles=("a.txt",))
        catalogue.done(catalogue.pending())
        assert not catalogue.pending()
        assert catalogue.version == before + 1


def test_an_entity_that_is_emptied_and_filled_again_in_one_change_lives_on() -> None:
    with Workspace.open("memory:") as workspace:
        workspace.ingest([World.article("a.txt", [5])], World.extractor())
        catalogue = workspace.catalogue
        boris, lines = sorted(row.iri.value for row in catalogue.entities())[::-1]

        def move(change: Change, *moved: str, into: str) -> None:
            chains = [chain for iri in moved for chain in change.links.chains_called(iri)]
            settle(change, "http://localhost:8000/", [Wish(chain, into, chain.entity) for chain in chains])

        with catalogue.change() as change:
            move(change, boris, into="o:kestrel lines|Group")
            move(change, lines, into="p:boris lund")
        assert [row.iri.value for row in catalogue.entities()] == [boris]
        retired = catalogue.retired(lines)
        assert retired is not None
        assert retired.successor is not None
        assert retired.successor.value == boris


@pytest.fixture(scope="module")
def world() -> Workspace:
    workspace = Workspace.open("memory:")
    workspace.ingest([World.article(f"{n}.txt", [n, n + 1]) for n in range(0, 18, 2)], World.extractor())
    return workspace


@pytest.mark.parametrize(
    ("text", "label"),
    [
        pytest.param("boris lund", "Boris Lund", id="whole"),
        pytest.param("Bor", "Boris Lund", id="unfinished"),
        pytest.param("pilots harbour", "Harbour Pilots' Association", id="words in any order"),
        pytest.param("híghländ", "Highland Peoples' Army", id="accents"),
        pytest.param("Ana Diaz", "Ana Diaz", id="the whole label before longer ones"),
    ],
)
def test_entities_are_found_by_their_names(world: Workspace, text: str, label: str) -> None:
    assert world.catalogue.search(text)[0].label == label


def test_a_search_may_ask_for_some_classes(world: Workspace) -> None:
    assert {hit.kind for hit in world.catalogue.search("Norland", ["Polity"])} == {"Polity"}
    assert world.catalogue.search("Norland", ["Person"]) == []


def test_sentences_are_found_with_their_place(world: Workspace) -> None:
    hit = world.catalogue.search("ships", [SENTENCE])[0]
    assert hit.article_id is not None
    assert hit.span is not None
    document = world.catalogue.articles.document(hit.article_id)
    assert document is not None
    assert hit.span.of(document.text) == hit.snippet
    assert "ships" in hit.snippet


@pytest.mark.parametrize("text", ["", "  ", '"', "AND", "NEAR(", "a* OR b:c", "'; DROP TABLE names", "x" * 500])
def test_no_typed_text_breaks_the_search(world: Workspace, text: str) -> None:
    assert isinstance(world.catalogue.search(text), list)


def test_a_page_of_entities_begins_where_the_last_one_ended(world: Workspace) -> None:
    catalogue = world.catalogue
    whole = catalogue.entities(limit=1000)
    first = catalogue.entities(limit=3)
    assert first + catalogue.entities(after=first[-1].iri.value, limit=1000) == whole
    assert {row.cls for row in catalogue.entities(cls=EntityClass.PERSON)} == {EntityClass.PERSON}


def test_an_article_comes_back_as_it_was_read(world: Workspace) -> None:
    given = World.article("0.txt", [0, 1])
    assert world.catalogue.articles.article("0.txt") == given


def test_an_article_in_another_encoding_comes_back(tmp_path: Path) -> None:
    from kg.types import Article

    text = "Ana Díaz was in the town with the others, and it was good that they were there."
    given = Article("l.txt", text.encode("latin-1"), text, "text/plain", "l.txt")
    with Workspace.open("memory:") as workspace:
        workspace.ingest([given], World.extractor())
        assert workspace.catalogue.articles.article("l.txt") == given


@pytest.mark.parametrize(
    "judgement",
    [
        pytest.param(Judgement("guess", ANA, "me"), id="kind"),
        pytest.param(Judgement(JudgementKind.SAME, ANA, "me"), id="one anchor"),
        pytest.param(Judgement(JudgementKind.REJECT, ANA, "me", HPA), id="no predicate"),
        pytest.param(Judgement(JudgementKind.LABEL, ANA, "me", label=" "), id="empty label"),
        pytest.param(Judgement(JudgementKind.LABEL, ANA, " ", label="Ana"), id="no author"),
        pytest.param(Judgement(JudgementKind.SAME, ANA, "me", HPA), id="classes that exclude each other"),
    ],
)
def test_a_judgement_that_lacks_a_part_is_refused(judgement: Judgement) -> None:
    with Workspace.open("memory:") as workspace, pytest.raises(ResolutionError):
        workspace.judge(judgement)


def test_a_judgement_keeps_who_when_and_why() -> None:
    with Workspace.open("memory:") as workspace:
        number = workspace.judge(Judgement(JudgementKind.LABEL, ANA, "me", label="Ana", reason="she says so"))
        workspace.undo(number, author="you")
        kept = workspace.catalogue.judgements.get(number)
        assert kept is not None
        assert (kept.author, kept.reason, kept.undone_by) == ("me", "she says so", "you")
        assert kept.time is not None
        assert kept.undone_time is not None
        with pytest.raises(ResolutionError, match="before"):
            workspace.undo(number, author="you")


def test_a_judgement_without_its_mention_is_kept_and_listed() -> None:
    with Workspace.open("memory:") as workspace:
        workspace.judge(Judgement(JudgementKind.LABEL, ANA, "me", label="Ana"))
        assert [j.anchor for j in workspace.catalogue.judgements.unmatched()] == [ANA]
        workspace.ingest([article(World.sentences[0])], World.extractor())
        assert workspace.catalogue.judgements.unmatched() == []
