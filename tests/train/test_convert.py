"""Stories become records of the public form: one per text, with ids that hold for the whole story."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import KgError
from kg.train.convert import asserted, records
from kg.train.corpora import to_example
from kg.train.markup import read_story
from tests.train.stories import BODY, written


def test_a_story_gives_one_record_for_each_text(tmp_path: Path) -> None:
    found = list(records(written(tmp_path / "012-pilots.txt")))
    assert [r["id"] for r in found] == [f"012-pilots/{n}" for n in range(1, 6)]
    assert {r["story"] for r in found} == {"pilots-split"}
    assert [r["genre"] for r in found][:2] == ["wire", "copy"]
    assert [r.get("copy_of") for r in found][:3] == [None, "012-pilots/1", None]
    assert found[0]["field"] == "labour"


def test_equal_clusters_are_one_thing_in_all_texts_of_a_story(tmp_path: Path) -> None:
    first, *others = records(written(tmp_path / "s.txt"))
    assert {e["cluster"]: e["names"][0] for e in first["entities"]}["P2"] == "Jens Holt"
    assert all(other["entities"] == first["entities"] for other in others)


def test_facts_keep_their_flags_sources_and_dates(tmp_path: Path) -> None:
    facts = {tuple(t[:3]): t[3] for t in next(records(written(tmp_path / "s.txt")))["triples"]}
    assert facts["P1", "leads", "G1"] == {"evidence": [0], "flags": [["former", "until=D1"]], "co": [0, 1]}
    assert facts["P2", "leads", "G1"]["flags"] == [["by=P2", "denied"]]
    assert facts["E1", "involves", "G1"]["flags"] == [["by=P2"]]
    assert ("P1", "memberOf", "G1") not in facts


def test_clutter_is_named_so_that_nobody_looks_for_facts_there(tmp_path: Path) -> None:
    record = next(records(written(tmp_path / "s.txt", bodies={1: BODY + "Read also: Jens Holt\n= clutter\n"})))
    assert record["clutter"] == [2]
    assert record["text"][slice(*record["sents"][2])] == "Read also: Jens Holt"


def test_a_single_passage_keeps_its_name(tmp_path: Path) -> None:
    path = tmp_path / "001-x.txt"
    path.write_text("story: x\ngenre: wire\n---\n[P1 Ana] left.\n", encoding="utf-8")
    (record,) = records(read_story(path))
    assert (record["id"], record["story"]) == ("001-x", "x")


def test_a_fact_of_what_is_not_mentioned_is_an_error_that_names_the_text(tmp_path: Path) -> None:
    story = written(tmp_path / "s.txt", bodies={2: "[P1 Ana] left.\n= P1 leads G1\n"})
    with pytest.raises(KgError, match="s/2: a fact of P1 and G1"):
        list(records(story))


def test_training_reads_the_records(tmp_path: Path) -> None:
    example = to_example(next(records(written(tmp_path / "s.txt"))))
    assert len(example.sentences) == 9
    assert example.facts is not None
    assert sorted(flags for entries in example.facts.holds.values() for _, flags in entries if "denied" in flags)


def test_gold_holds_what_the_graph_would_assert(tmp_path: Path) -> None:
    body = BODY + "They will [E2:meeting meet] and [E3:strike strike] on [D1 14 March] alone.\n"
    body += "= E2 startDate D1 planned\n= E3 startDate D1\n= E3 endDate D1\n"
    record = asserted(next(records(written(tmp_path / "s.txt", bodies={1: body}))))
    facts = {tuple(triple[:3]) for triple in record["triples"]}
    assert ("E3", "occurredOn", "D1") in facts
    assert ("P1", "leads", "G1") in facts
    assert not facts & {("P2", "leads", "G1"), ("E2", "startDate", "D1"), ("E2", "occurredOn", "D1")}
    assert {e["cluster"]: e["names"] for e in record["entities"]}["D1"] == ["14 March", "2019-03-14"]
