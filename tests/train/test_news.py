"""Our annotation of public news: kept apart from the texts, and equal to the markup that it came from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kg.errors import KgError
from kg.train.markup import read_story
from kg.train.news import LAYERS, annotated_ids, keep, news_part, news_records, unfold

TEXT = (
    "Port  strike ends\nThe dockers' union\tsaid on Friday it would go back [sic] to work.  Ines Barro led the walkout."
)
SENTENCES = [[0, 17], [18, 83], [83, 85], [85, 112]]
MARKUP = """story: papers__a-1
genre: wire
date: 2019-03-15
---
Port  [E1:strike strike] ends
[G1~ The dockers' union] said on [D1=2019-03-15 Friday] [G1* it] would go back \\[sic\\] to work.
= nothing
[P1 Ines Barro] led the [E1 walkout].
= E1 involvesPerson P1
= P1 leads G1 alleged by=G1 from=D1
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of public corpora with one document."""
    document = {"id": "a-1", "source": "Papers", "licence": "CC BY 4.0", "text": TEXT, "sents": SENTENCES}
    with gzip.open(tmp_path / "papers.train.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.write(json.dumps(document) + "\n")
    return tmp_path


def written(folder: Path, markup: str) -> Any:
    path = folder / "papers__a-1.txt"
    path.write_text(markup, encoding="utf-8")
    return read_story(path)


def records(data: Path, folder: Path) -> list[dict[str, Any]]:
    return news_records(data, news_part("a-1"), folder)


def test_a_record_has_the_text_and_spans_of_the_document(data: Path, tmp_path: Path) -> None:
    layers = tmp_path / "layers"
    assert keep(data, [written(tmp_path, MARKUP)], layers) == 1
    (record,) = records(data, layers)
    assert record["text"] == TEXT
    found = [(record["text"][m["start"] : m["end"]], m["cluster"], m["kind"]) for m in record["mentions"]]
    assert found == [
        ("strike", "E1", "trigger"),
        ("The dockers' union", "G1", "nominal"),
        ("Friday", "D1", "name"),
        ("it", "G1", "pronoun"),
        ("Ines Barro", "P1", "name"),
        ("walkout", "E1", "trigger"),
    ]
    assert [t[:3] for t in record["triples"]] == [["E1", "involvesPerson", "P1"], ["P1", "leads", "G1"]]
    assert record["triples"][1][3] == {"evidence": [2], "flags": [["alleged", "by=G1", "from=D1"]], "co": []}
    assert (record["licence"], record["over"], record["date"]) == ("CC BY 4.0", "Papers", "2019-03-15")


def test_a_layer_has_no_word_of_the_text(data: Path, tmp_path: Path) -> None:
    keep(data, [written(tmp_path, MARKUP)], tmp_path / "layers")
    (line,) = (tmp_path / "layers" / "papers.jsonl").read_text(encoding="utf-8").splitlines()
    assert not any(word in line for word in ("Barro", "dockers", "walkout", "Friday"))


def test_what_is_unfolded_folds_into_the_same_layer(data: Path, tmp_path: Path) -> None:
    layers, file = tmp_path / "layers", tmp_path / "layers" / "papers.jsonl"
    keep(data, [written(tmp_path, MARKUP)], layers)
    before = file.read_text(encoding="utf-8")
    ((name, markup),) = unfold(data, layers)
    assert name == "papers__a-1.txt"
    keep(data, [written(tmp_path, markup)], layers)
    assert file.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (MARKUP.replace("walkout", "strike"), r":8: not a sentence of a-1"),
        (MARKUP + "Another [P1 one].\n", "more sentences than a-1 has"),
        (MARKUP.replace("papers__a-1", "papers__a-2"), "no document papers__a-2"),
        (MARKUP.replace("[E1 walkout]", "[E1 walkout"), ":8: unclosed mention"),
    ],
)
def test_markup_of_another_text_is_refused_and_changes_nothing(
    data: Path, tmp_path: Path, changed: str, message: str
) -> None:
    layers = tmp_path / "layers"
    keep(data, [written(tmp_path, MARKUP)], layers)
    before = (layers / "papers.jsonl").read_bytes()
    with pytest.raises(KgError, match=message):
        keep(data, [written(tmp_path, changed)], layers)
    assert (layers / "papers.jsonl").read_bytes() == before


def test_a_text_that_has_changed_is_refused(data: Path, tmp_path: Path) -> None:
    keep(data, [written(tmp_path, MARKUP)], tmp_path / "layers")
    document = {"id": "a-1", "source": "Papers", "licence": "CC BY 4.0", "text": TEXT + "!", "sents": SENTENCES}
    with gzip.open(data / "papers.train.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.write(json.dumps(document))
    with pytest.raises(KgError, match="a-1: its text is not the one that was annotated"):
        records(data, tmp_path / "layers")


def test_a_corpus_that_is_not_there_is_left_out(data: Path, tmp_path: Path) -> None:
    keep(data, [written(tmp_path, MARKUP)], tmp_path / "layers")
    assert records(tmp_path / "layers", tmp_path / "layers") == []


def test_the_layers_are_many_and_in_all_parts() -> None:
    assert {news_part(identifier) for identifier in annotated_ids(LAYERS)} == {"train", "fold", "dev"}
