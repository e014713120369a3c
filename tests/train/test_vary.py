"""Renamed variants keep the annotation: every mention still quotes its name, relatives still share theirs."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from kg.train.convert import records
from kg.train.corpora import own_files, to_example
from kg.train.markup import read_story
from kg.train.vary import Pools, varied

POOLS = Pools(
    ["Zelda", "Yorick", "Xenia", "Wendel"], ["Quill", "Rook", "Sorrel", "Tansy"], ["Northby", "Southby", "Westby"]
)
PASSAGES = [record for path in own_files("fold")[:12] for record in records(read_story(path))]


def test_mentions_follow_the_new_text() -> None:
    for record in PASSAGES:
        other = varied(record, POOLS, np.random.default_rng(1))
        pairs = zip(record["mentions"], other["mentions"], strict=True)
        for old, new in pairs:
            before, after = (r["text"][m["start"] : m["end"]] for r, m in ((record, old), (other, new)))
            assert after == after.strip()
            inner = [
                m
                for m in record["mentions"]
                if old["start"] <= m["start"] and m["end"] <= old["end"] and m["kind"] == "name"
            ]
            if not any(m["type"] in ("Person", "Place") for m in inner):
                assert after == before
        assert other["text"] != record["text"]
        assert [other["text"][a:b][-1] for a, b in other["sents"]] == [
            record["text"][a:b][-1] for a, b in record["sents"]
        ]


def test_relatives_keep_sharing_their_family_name() -> None:
    text = "Ana Holt, daughter of Jens Holt, spoke."
    mention = lambda a, b, c: {"start": a, "end": b, "type": "Person", "cluster": c, "kind": "name"}  # noqa: E731
    record = {"text": text, "sents": [[0, len(text)]], "mentions": [mention(0, 8, "P1"), mention(22, 31, "P2")]}
    other = varied(record, POOLS, np.random.default_rng(2))
    first, second = (other["text"][m["start"] : m["end"]].split() for m in other["mentions"])
    assert first[1] == second[1] != "Holt"
    assert other["text"].endswith(", spoke.")


GROUPS = Pools(["Zelda"], ["Quill"], ["Northby"], ["Sorrento", "Bandrik"], ["front", "army", "police", "national"])


def _record(text: str, *mentions: tuple[str, str]) -> dict[str, Any]:
    found = [
        {"start": at.start(), "end": at.end(), "type": cls, "cluster": f"{cls}{surface}", "kind": "name"}
        for surface, cls in mentions
        for at in re.finditer(rf"\b{re.escape(surface)}\b", text)
    ]
    return {"text": text, "sents": [[0, len(text)]], "mentions": found}


def _variants(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [varied(record, GROUPS, np.random.default_rng(seed)) for seed in range(40)]


def test_a_group_gets_another_name_and_what_it_is_stays() -> None:
    record = _record(
        "The Zerrin Front, or ZRQ, met Kenyan Police; Zerrin fighters left.",
        ("Zerrin Front", "Group"),
        ("ZRQ", "Group"),
    )
    texts = {v["text"] for v in _variants(record)}
    assert len(texts) > 10
    for text in texts:
        match = re.fullmatch(r"The (\w+) Front, or ([A-Z]{3}), met Kenyan Police; (\w+) fighters left\.", text)
        assert match is not None
        assert match[1] == match[3]
    assert any("Zerrin" in text for text in texts), "some stay as they are"


def test_letters_stay_the_initials_of_a_long_form() -> None:
    record = _record("The Zerrin National Army (ZNA) met.", ("Zerrin National Army", "Group"), ("ZNA", "Group"))
    assert all("(ZNA)" in v["text"] for v in _variants(record))


def test_a_group_named_after_a_place_goes_with_it() -> None:
    record = _record("Zerrin Police of Zerrin met.", ("Zerrin Police", "Group"), ("of Zerrin", "Place"))
    record["mentions"][1]["start"] += 3
    for text in {v["text"] for v in _variants(record)}:
        first, second = text.split()[0], text.split(" of ")[1].split()[0]
        assert first == second != "Zerrin"


def test_a_variant_is_an_example_with_the_same_facts() -> None:
    record = PASSAGES[0]
    other = to_example(varied(record, POOLS, np.random.default_rng(1)))
    same = to_example(record)
    assert other.facts is not None
    assert same.facts is not None
    assert other.facts.holds == same.facts.holds
