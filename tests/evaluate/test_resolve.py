"""Scores across articles: what they count, and that linking our own stories keeps what was reached."""

from __future__ import annotations

import random
from typing import Any

import pytest

from kg.evaluate.resolve import linked, moved_by_the_global_pass, score_stories, score_topics
from kg.train.own import own_records
from kg.train.resolve import without_dates


def told(name: str, text: str, *mentions: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    """An annotated text of one sentence; a mention is (words, class, id)."""
    marked = [
        {
            "start": text.index(words),
            "end": text.index(words) + len(words),
            "type": cls,
            "cluster": cluster,
            "kind": "name",
        }
        for words, cls, cluster in mentions
    ]
    entities = [{"cluster": m["cluster"], "type": m["type"]} for m in marked]
    return {"id": name, "text": text, "sents": [[0, len(text)]], "mentions": marked, "entities": entities,
            "triples": [], "annotated": {}, **more}  # fmt: skip


NAMESAKES = (
    told("s/1", "Ana Diaz met Jens Lund.", ("Ana Diaz", "Person", "ana"), ("Jens Lund", "Person", "jens"), story="s"),
    told(
        "s/2",
        "Ana Diaz spoke to Boris Holm.",
        ("Ana Diaz", "Person", "other"),
        ("Boris Holm", "Person", "b"),
        story="s",
    ),
    told("s/3", "Jens Lund left.", ("Jens Lund", "Person", "jens"), story="s"),
)


def test_pairs_are_counted_across_texts_with_what_was_wrong() -> None:
    found = score_stories(NAMESAKES)
    score = found.pairs["Person, both named"]
    assert (score.right, score.found, score.wanted) == (1, 2, 1)
    assert [pair[0] for pair in found.wrong] == ["s Person"]
    assert found.missed == []


def test_a_topic_is_scored_beside_equal_head_words() -> None:
    records = [
        told("t/1", "Ana Diaz fell.", ("Ana Diaz", "Person", "ana"), topic="t"),
        told("t/2", "Eva Diaz slept.", ("Eva Diaz", "Person", "eva"), topic="t"),
        told("t/3", "Ana Diaz rose.", ("Ana Diaz", "Person", "ana"), topic="t"),
    ]
    ours, plain = score_topics(records, lambda record, document: linked([record])[1][document.id])["entities"]
    assert ours.f1 == 1.0
    assert plain.b_cubed.precision == pytest.approx(5 / 9)  # all three are called by the same last word


@pytest.fixture(scope="module")
def fold() -> list[dict[str, Any]]:
    return [record for record in own_records("fold") if "/" in record["id"]]


@pytest.mark.parametrize(("dated", "recall"), [(True, 0.8), (False, 0.78)])
def test_our_stories_are_joined_well_with_days_of_publication_and_without(
    fold: list[dict[str, Any]], dated: bool, recall: float
) -> None:
    found = score_stories(fold if dated else without_dates(fold))
    assert found.pairs["all, both named"].precision >= 0.99
    assert found.pairs["all"].precision >= 0.95
    assert found.pairs["all"].recall >= recall
    assert found.chains["all"].b_cubed.f1 >= 0.93
    assert found.pairs["Event"].precision >= 0.85
    assert found.pairs["Event"].recall >= 0.6


def test_what_articles_give_one_by_one_hardly_depends_on_their_order(fold: list[dict[str, Any]]) -> None:
    random.Random(1).shuffle(fold := list(fold))
    records = list(fold)
    random.Random(1).shuffle(records)
    moved, mentions = moved_by_the_global_pass(records)
    assert mentions > 1_000
    assert moved <= mentions / 100
