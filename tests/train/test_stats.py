"""Counts of a corpus, and what its stories share."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from kg.train.markup import read_story
from kg.train.stats import news_lengths, shared_sequences, spread, stats_of
from kg.train.story import Story
from tests.train.stories import BODY, written


def story(path: Path, *bodies: str) -> Story:
    texts = "".join(f"\n=== {n}\ngenre: wire\n---\n{body}\n" for n, body in enumerate(bodies, 1))
    path.write_text(f"story: {path.stem}\n{texts}", encoding="utf-8")
    return read_story(path)


def test_counts_are_those_of_the_annotation(tmp_path: Path) -> None:
    found = stats_of([written(tmp_path / "s.txt", bodies={1: BODY + "Read also: a thing\n= clutter\n"})])
    assert (found.stories, found.texts, found.entities) == (1, 5, 6)
    assert found.facts["leads", ""] == 10
    assert (found.facts["leads", "former"], found.facts["leads", "until"], found.facts["leads", "denied"]) == (5, 5, 5)
    assert found.facts["involves", "by"] == 5
    assert found.traps == {"locatedIn": 5, "memberOf": 5, "involvesPerson": 5}
    assert found.names["Person"] == {"Ilse Brandt", "Jens Holt"}
    assert found.triggers == {"oust"}
    assert found.mentions["Person", "pronoun"] == 10
    assert found.event_types == {"resignation": 5}
    assert (found.fields, found.regions, found.genres["copy"]) == ({"labour": 1}, {"northern Europe": 1}, 1)
    assert len(found.lengths) == 5 * 9  # clutter is no sentence
    assert json.dumps(found.as_json())


def test_eight_words_in_a_row_may_not_be_in_two_stories(tmp_path: Path) -> None:
    one = story(tmp_path / "one.txt", "He said that the [P1 Holt] of old would never, ever come back.")
    two = story(tmp_path / "two.txt", "And yet: “That the Holt of old would never ever come home” is sung.")
    assert shared_sequences([one, two]) == [("that the holt of old would never ever come", "one", "two")]


def test_seven_words_may_and_so_may_the_texts_of_one_story(tmp_path: Path) -> None:
    same = "One two three four five six seven eight nine."
    one = story(tmp_path / "one.txt", same, same)
    two = story(tmp_path / "two.txt", "One two three four five six seven, and so on.")
    assert shared_sequences([one, two]) == []


def test_two_runs_are_two(tmp_path: Path) -> None:
    one = story(tmp_path / "one.txt", "a b c d e f g h.\ni j k l m n o p.")
    two = story(tmp_path / "two.txt", "i j k l m n o p.\na b c d e f g h.")
    assert sorted(words for words, *_ in shared_sequences([one, two])) == ["a b c d e f g h", "i j k l m n o p"]


def test_spread_has_the_quartiles() -> None:
    assert spread(range(1, 102)) == {"quartile 1": 26, "median": 51, "quartile 3": 76, "decile 9": 91}
    assert spread([]) == {}


def test_sentences_of_gum_are_those_of_its_news(tmp_path: Path) -> None:
    rows = [
        {"id": f"gum-{genre}_x", "text": "One two. Three.", "sents": [[0, 8], [9, 15]]} for genre in ("news", "bio")
    ]
    with gzip.open(tmp_path / "gum.dev.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    assert news_lengths(tmp_path) == [2, 1]
    assert news_lengths(tmp_path / "nowhere") == []


@pytest.mark.parametrize("words", ["ousted ousts", "raid raids raided", "killing killed kills"])
def test_inflections_of_a_trigger_count_once(tmp_path: Path, words: str) -> None:
    body = "\n".join(f"[E1:other {word}]" for word in words.split())
    assert len(stats_of([story(tmp_path / "s.txt", body)]).triggers) == 1
