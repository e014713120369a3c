"""Search: what is found, in which order, what is marked, and that nothing that is gone stays in an index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.catalogue import ArticleFilter, Catalogue, Marked
from kg.catalogue.words import fold, read_words, spelt_alike
from kg.types import EntityClass
from kg.workspace import Workspace
from tests.factory import FakeExtractor, World, article

INDEXES = ("names", "spellings", "sentences", "titles")


@pytest.fixture(scope="module")
def world() -> Iterator[Workspace]:
    with Workspace.open("memory:") as workspace:
        workspace.ingest(
            [
                World.article("one", range(6), published="2031-04-02", publisher="The Gazette"),
                World.article("two", range(6, 12), published="2031-04-03", publisher="The Herald"),
                World.article("three", range(12, 18)),
                article("Zoë Łęcki leads the Ålesund Øre Guild.", "four", title="A new head for the guild"),
            ],
            FakeExtractor({**World.things, "Zoë Łęcki": EntityClass.PERSON, "Ålesund Øre Guild": EntityClass.GROUP}),
        )
        yield workspace


def labels(workspace: Workspace, text: str) -> list[str]:
    return [hit.entity.label for hit in workspace.catalogue.words.entities(text)[0]]


def marked(text: Marked) -> list[str]:
    return [span.of(text.text) for span in text.highlights]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("ana diaz", '"ana" "diaz" *'),
        ("ana diaz ", '"ana" "diaz" *'),
        ('"ana diaz"', '"ana diaz"'),
        ('"ana diaz', '"ana diaz"'),
        ("“ana diaz” leads", '"ana diaz" "leads" *'),
        ("al-Harb", '"al Harb" *'),
        ("har* port", '"har" * "port" *'),
        ("a_b", '"a b" *'),
        ('"" - *', ""),
        ("AND OR NOT NEAR(a)", '"AND" "OR" "NOT" "NEAR a" *'),
    ],
)
def test_typed_text_becomes_words_and_phrases(text: str, match: str) -> None:
    assert read_words(text).match == match


@pytest.mark.parametrize("text", ["kestrel", "KESTREL LIN", '"kestrel lines"', "lines kes*"])
def test_a_name_is_found_by_its_words_their_beginnings_and_as_a_phrase(world: Workspace, text: str) -> None:
    assert labels(world, text)[0] == "Kestrel Lines"


def test_a_phrase_is_not_found_where_its_words_only_occur(world: Workspace) -> None:
    assert world.catalogue.words.entities('"lines kestrel"', similar=False) == ([], 0)
    assert world.catalogue.words.sentences('"ships has"') == ([], 0)


@pytest.mark.parametrize(("text", "label"), [("zoe", "Zoë Łęcki"), ("Alesund", "Ålesund Øre Guild")])
def test_accents_do_not_count(world: Workspace, text: str, label: str) -> None:
    assert labels(world, text) == [label]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("kestrl lines", "Kestrel Lines"),
        ("Kestrel Liens", "Kestrel Lines"),
        ("harbor pilots association", "Harbour Pilots' Association"),
        ("zoe lecki", "Zoë Łęcki"),
        ("Norlnad", "Norland"),
        ("kestrell", "Kestrel Lines"),
    ],
)
def test_a_name_spelt_nearly_alike_is_found_and_said_to_be(world: Workspace, text: str, label: str) -> None:
    hits, total = world.catalogue.words.entities(text)
    assert (hits[0].entity.label, hits[0].similar) == (label, True)
    assert total >= len(hits)
    assert label in world.catalogue.words.suggestions(text)


@pytest.mark.parametrize("text", ["Anb", "Eva Diaz", "Ana Lund", "zzzzzz"])
def test_short_words_and_other_names_are_not_taken_for_typos(world: Workspace, text: str) -> None:
    assert labels(world, text) == []


def test_where_the_name_is_right_nothing_similar_is_added(world: Workspace) -> None:
    assert not any(hit.similar for hit in world.catalogue.words.entities("norland")[0])


def test_a_word_that_no_sentence_holds_is_corrected(world: Workspace) -> None:
    assert "market" in world.catalogue.words.suggestions("markett")


def test_the_whole_name_comes_first_then_what_is_named_often(world: Workspace) -> None:
    assert labels(world, "ana diaz")[:2] == ["Ana Diaz", "Ana Maria Diaz"]
    assert labels(world, "diaz")[0] == "Ana Diaz"


def test_what_matched_is_marked(world: Workspace) -> None:
    hit = world.catalogue.words.entities("hpa")[0][0]
    assert marked(hit.name) == ["HPA"]
    sentence = world.catalogue.words.sentences("ships port ald")[0][0]
    assert marked(sentence.text) == ["Port", "Alder", "ships"]
    document = world.catalogue.articles.document(sentence.article_id)
    assert document is not None
    assert sentence.span.of(document.text) == sentence.text.text


def test_a_long_sentence_is_cut_around_what_matched() -> None:
    with Workspace.open("memory:") as workspace:
        told = "everyone in the hills knows that she leads the ships of the town, and nobody would say more about it, "
        workspace.ingest(
            [article(f"They say that {told * 4} but a needle was found, and {told * 4} so it was.")], World.extractor()
        )
        snippet = workspace.catalogue.words.sentences("needle")[0][0].snippet
        assert marked(snippet) == ["needle"]
        assert len(snippet.text) < 250
        assert snippet.text.startswith("…")


def test_articles_are_found_by_title_and_by_sentence_the_title_first(world: Workspace) -> None:
    (hit,), total = world.catalogue.words.articles("guild")
    assert (hit.article_id, hit.sentences, total) == ("four", 2, 1)  # the title is a sentence of the text, too
    assert marked(hit.title) == ["guild"]
    assert hit.best is not None


def test_articles_may_be_of_a_publisher_and_of_a_time(world: Workspace) -> None:
    words = world.catalogue.words
    herald, early = ArticleFilter(publishers=("the herald",)), ArticleFilter(until="2031-04-02")
    assert {hit.article_id for hit in words.articles("kestrel")[0]} == {"one", "two", "three"}
    assert [hit.article_id for hit in words.articles("kestrel", herald)[0]] == ["two"]
    assert [hit.article_id for hit in words.articles("kestrel", early)[0]] == ["one"]
    assert words.sentences("kestrel", ArticleFilter(since="2031-04-03", until="2031"))[1] == 4


def test_pages_of_each_kind_have_no_gaps(world: Workspace) -> None:
    words = world.catalogue.words
    for find in (words.entities, words.articles, words.sentences):
        whole, total = find("n", limit=100)
        pages = [hit for offset in range(0, total, 2) for hit in find("n", limit=2, offset=offset)[0]]
        assert pages == whole
        assert len(whole) == total


def test_deleted_and_replaced_articles_leave_every_index() -> None:
    extractor = World.extractor()
    with Workspace.open("memory:") as workspace:
        workspace.ingest([article("Ana Diaz leads Kestrel Lines.", "a", title="First head")], extractor)
        workspace.ingest([article("Boris Lund leads Kestrel Lines.", "a", title="Second head")], extractor)
        words = workspace.catalogue.words
        assert words.entities("diaz") == ([], 0)
        assert words.entities("diazz") == ([], 0)
        assert words.suggestions("diazz") == []
        assert words.sentences("diaz") == words.articles("first") == ([], 0)
        assert words.articles("second")[1] == 1
        workspace.delete("a")
        assert [rows_of(workspace.catalogue, index) for index in INDEXES] == [0, 0, 0, 0]


def test_a_new_label_is_found_and_the_old_one_only_while_it_is_a_name() -> None:
    from kg.decisions import Decision, decide

    with Workspace.open("memory:") as workspace:
        workspace.ingest([article("Ana Diaz leads Kestrel Lines.", "a")], World.extractor())
        decide(workspace, Decision(kind="label", entity="Kestrel Lines", label="Falcon Shipping", author="me"))
        assert labels(workspace, "falcn shipping") == ["Falcon Shipping"]


def test_a_catalogue_from_before_these_indexes_gets_them(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "w") as workspace:
        workspace.ingest([article("Ana Diaz leads Kestrel Lines.", "a", title="The head")], World.extractor())
    path = next((tmp_path / "w").glob("*.sqlite"))
    db = sqlite3.connect(path)
    for name, kind in db.execute("SELECT name, type FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP {kind} {name}")
    for table in ("spellings_found", "sentences_found", "spellings", "titles"):
        db.execute(f"DROP TABLE {table}")
    db.commit()
    db.close()
    with Workspace.open(tmp_path / "w", read_only=True) as workspace:
        assert labels(workspace, "kestrl") == ["Kestrel Lines"]
        assert workspace.catalogue.words.articles("head")[1] == 1


@pytest.mark.parametrize(
    "text", ['"', "*", "a" * 5000, "x " * 500, "\x00", "'; DROP TABLE names", "(((", "\ufdd0 a", "😀"]
)
def test_no_typed_text_breaks_a_search(world: Workspace, text: str) -> None:
    words = world.catalogue.words
    for find in (words.entities, words.articles, words.sentences, words.suggestions):
        find(text)


@pytest.mark.parametrize(
    ("typed", "word", "edits"),
    [
        pytest.param("abcd", "abdc", 1, id="two letters swapped"),
        pytest.param("abcd", "abxy", None, id="two of four wrong"),
        pytest.param("abcdefgh", "abxyefgh", 2, id="two of eight wrong"),
        pytest.param("abc", "abd", None, id="short words are as they are"),
    ],
)
def test_how_many_letters_may_be_wrong(typed: str, word: str, edits: int | None) -> None:
    assert spelt_alike(typed, word) == edits


def test_folding_is_what_people_type() -> None:
    assert fold("Ægir Þór Đorđe İzmir") == "aegir thor dorde izmir"


def rows_of(catalogue: Catalogue, index: str) -> int:
    """How many rows an index has."""
    return int(catalogue._db.execute(f"SELECT count(*) FROM {index}").fetchone()[0])
