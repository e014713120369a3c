"""`kg extract`: the scorer's contract, everything found, RDF, and what was cut."""

from __future__ import annotations

import json
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from kg.evaluate.predictions import prediction
from kg.types import EntityClass, Mention, MentionKind, Modality, Segment, Span
from tests.cli.conftest import Kg
from tests.factory import World, chain, document, extraction, mention, relation

TEXT = (
    "  Ana Diaz leads the Harbour Pilots' Association (HPA),   as everyone in the town knows.\n\n" + World.sentences[13]
)


def test_a_line_holds_what_the_graph_would_assert_with_offsets_of_the_given_text(kg: Kg, tmp_path: Path) -> None:
    record = {"id": "doc-1", "text": TEXT, "entities": [{"nonsense": 1}], "relations": "gold"}
    (tmp_path / "in.jsonl").write_text(json.dumps(record))
    run = kg("extract", str(tmp_path / "in.jsonl"), "--format", "jsonl")
    assert run.returncode == 0, run.stderr
    line = json.loads(run.stdout)
    assert line["id"] == "doc-1"
    leads = next(triple for triple in line["triples"] if triple["predicate"] == "leads")
    assert leads["subject"] == {"names": ["Ana Diaz"], "type": "Person"}
    assert set(leads["object"]["names"]) == {"Harbour Pilots' Association", "HPA"}
    attack = [triple for triple in line["triples"] if triple["subject"]["type"] == "Event"]
    assert {t["predicate"] for t in attack} >= {"involves", "occurredAt", "occurredOn"}
    assert all(t["subject"]["names"] == ["attacked"] for t in attack)
    quotes = {TEXT[m["start"] : m["end"]] for m in line["mentions"]}
    assert {"Ana Diaz", "Harbour Pilots' Association", "HPA", "Port Alder"} <= quotes
    assert "attacked" not in quotes  # the scorer counts names


def test_lines_come_from_stdin_and_bad_ones_are_named(kg: Kg) -> None:
    lines = json.dumps({"id": "a", "text": TEXT}) + "\n{broken\n" + json.dumps({"id": "b", "text": TEXT})
    run = kg("extract", "-", input=lines)
    assert [json.loads(line)["id"] for line in run.stdout.splitlines()] == ["a", "b"]
    assert run.returncode == 1
    assert "skipped" in run.stderr


def test_everything_found_is_printed_as_json(kg: Kg) -> None:
    found = json.loads(kg("extract", "-", "--format", "json", input=TEXT).stdout)
    text = found["document"]["text"]
    spans = [mention["span"] for mention in found["extraction"]["mentions"]]
    assert "Ana Diaz" in {text[span["start"] : span["end"]] for span in spans}
    assert found["extraction"]["model"] == "fake-1"


def test_rdf_is_that_of_a_graph_of_these_articles_alone(kg: Kg, tmp_path: Path) -> None:
    turtle = kg("extract", "-", "--format", "turtle", input=TEXT, cwd=tmp_path)
    assert any(t.predicate.value.endswith("#leads") for t in parse(turtle.stdout.encode(), RdfFormat.TURTLE))
    jsonld = json.loads(kg("extract", "-", "--format", "jsonld", input=TEXT, cwd=tmp_path).stdout)
    assert any(node["type"] == "Statement" for node in jsonld["@graph"])
    assert list(tmp_path.iterdir()) == []


def test_what_was_cut_is_listed_with_its_rule(kg: Kg) -> None:
    clutter = TEXT + "\n\nShare this on Facebook\n\nBe the first to comment\n"
    run = kg("extract", "-", "--show-cut", input=clutter)
    assert "Be the first to comment" in run.stdout
    assert "Ana Diaz" not in run.stdout


def test_denied_alleged_planned_and_unsure_facts_are_left_out_and_one_fact_is_one_triple() -> None:
    text = "Ana Diaz leads Kestrel Lines."
    person, group = (
        mention("Ana Diaz", EntityClass.PERSON, within=text),
        mention("Kestrel Lines", EntityClass.GROUP, within=text),
    )
    source = document(text)
    chains = [(chain(EntityClass.PERSON, "Ana Diaz"), [person]), (chain(EntityClass.GROUP, "Kestrel Lines"), [group])]
    sentence = Span(0, len(text))

    def triples(**how: object) -> list[object]:
        told = (relation(0, "leads", 1, sentence=sentence, **how), relation(0, "leads", 1, sentence=sentence, **how))
        found = prediction(source, extraction(source, chains, told), 0.5)["triples"]
        assert isinstance(found, list)
        return found

    assert len(triples()) == 1
    assert len(triples(modality=Modality.REPORTED)) == 1
    assert triples(supports=False) == []
    assert triples(modality=Modality.ALLEGED) == []
    assert triples(modality=Modality.PLANNED) == []
    assert triples(score=0.49) == []


def test_a_mention_without_a_place_in_the_given_text_has_no_offsets() -> None:
    text = "A title\n\nAna Diaz left."
    body = text.index("Ana")
    source = document(text, segments=(Segment(body, 0, len(text) - body),))
    mentions = [
        Mention(Span(0, 7), EntityClass.EVENT, MentionKind.TRIGGER),
        mention("Ana Diaz", EntityClass.PERSON, within=text),
    ]
    found = extraction(source, [(chain(EntityClass.PERSON, "Ana Diaz"), mentions)])
    assert prediction(source, found, 0.5)["mentions"] == [{"start": 0, "end": 8, "type": "Person"}]
