"""The corpus markup of one text: read, linted, converted."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.train.convert import to_record
from kg.train.lint import problems_of
from kg.train.markup import read_story

HEADER = "story: s\ngenre: wire\nregion: r\ndate: 2019-03-14\noutlet: o\nbrief: b\n---\n"


def story(tmp_path: Path, body: str):
    path = tmp_path / "p.txt"
    path.write_text(HEADER + body, encoding="utf-8")
    return read_story(path)


def test_offsets_quote_the_text(tmp_path: Path) -> None:
    (found,) = story(
        tmp_path,
        "Head of [G1 HPA] out\n\n[G2~ [C1 Kenyan] troops] \\[sic\\] met [P1 Ana Díaz].\n= P1 leads G2\nThen they left.\n",
    ).texts
    assert [(found.text[m.start : m.end], m.entity, m.kind) for m in found.mentions] == [
        ("HPA", "G1", "name"),
        ("Kenyan", "C1", "name"),
        ("Kenyan troops", "G2", "nominal"),
        ("Ana Díaz", "P1", "name"),
    ]
    assert [found.text[a:b] for a, b in found.sentences][1] == "Kenyan troops [sic] met Ana Díaz."


def test_a_record_has_facts_with_evidence_and_no_traps(tmp_path: Path) -> None:
    (found,) = story(tmp_path, "[P1 Ana] leads [G1 HPA].\n= P1 leads G1 former\n[P2 Eva] too.\n! P2 leads G1\n").texts
    (triple,) = to_record(found, "x")["triples"]
    assert triple == ["P1", "leads", "G1", {"evidence": [0], "flags": [["former"]], "co": [0]}]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param("[P1 Ana met.\n", "unclosed", id="unclosed span"),
        pytest.param("[X1 Ana] met.\n", "not a mention", id="unknown class"),
        pytest.param("[E1 attack] came.\n", "has no type", id="event without type"),
        pytest.param("[E1:party attack] came.\n", "no such event type", id="unknown type"),
        pytest.param("on [D1 Tuesday] .\n", "has no value", id="date without value"),
        pytest.param("[P1 Ana] left.\n= P1 leads G1\n", "not mentioned", id="unknown id"),
        pytest.param("[P1 Ana] and [L1 Rome].\n= P1 leads L1\n", "is a Place", id="range"),
        pytest.param("[P1 Ana] and [G1 HPA].\n= P1 rules G1\n", "no such predicate", id="predicate"),
        pytest.param("[P1 Ana] and [G1 HPA].\n= P1 leads G1 maybe\n", "no such flag", id="flag"),
        pytest.param("[P1 Ana] and [G1 HPA].\nNobody.\n= P1 leads G1\n", "neither", id="no evidence"),
        pytest.param(
            "[P1 Ana] and [G1 HPA].\n= P1 leads G1\n! P1 leads G1\n", "a trap that is a fact", id="trap is fact"
        ),
    ],
)
def test_the_linter_names_what_is_wrong(tmp_path: Path, body: str, complaint: str) -> None:
    assert any(complaint in problem.what for problem in problems_of(story(tmp_path, body)))
