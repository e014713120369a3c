"""Our own corpus: clean, split by story, its test part frozen and out of reach of training."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from kg.train.convert import records
from kg.train.lint import lint
from kg.train.markup import read_story, story_paths
from kg.train.own import (
    CORPUS,
    PARTS,
    HeldOutError,
    held_out_digest,
    own_files,
    part_of,
    refuse_held_out,
    splits,
)
from kg.train.stats import shared_sequences

# the test part as it was when it was frozen: a story which changes after that is no longer the test that models were scored on
PIN = CORPUS / "TEST_SHA256"


def with_name(path: Path, name: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"story: {name}\n\n=== 1\n---\n[P1 Ana] left.\n", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of the stories that SPLITS.tsv lists, one that it does not, and two hundred passages."""
    for number, name in enumerate([*splits(), "a new story"]):
        with_name(tmp_path / "stories" / f"{number:03}.txt", name)
    for number in range(200):
        text = f"story: passage-{number}\ngenre: wire\n---\n[P1 Ana] left.\n"
        (tmp_path / f"{number:03}-passage.txt").write_text(text, encoding="utf-8")
    return tmp_path


def name_in(part: str) -> str:
    """The name of a story in a part."""
    return next(name for name, of in splits().items() if of == part)


@pytest.mark.parametrize("path", story_paths(CORPUS), ids=lambda path: path.stem)
def test_our_corpus_is_clean(path: Path) -> None:
    assert list(lint([path]))[:-1] == []


def test_no_eight_words_in_a_row_are_in_two_stories() -> None:
    stories = [read_story(path) for path in story_paths(CORPUS)]
    assert [row for row in shared_sequences(stories) if row[1] != row[2]] == []


def test_the_test_part_is_the_one_that_was_frozen() -> None:
    pinned = PIN.read_text("ascii").strip() if PIN.exists() else ""
    if not pinned:
        pytest.skip(f"not frozen yet: write {held_out_digest()} into {PIN.name} once its stories are proof-read")
    assert held_out_digest() == pinned, (
        f"a test story has changed. If that is meant, write {held_out_digest()} into {PIN}, and say in the model card that "
        "scores before and after are not comparable"
    )


def test_every_file_is_in_one_part(folder: Path) -> None:
    parts = {part: own_files(part, folder) for part in PARTS}
    assert sorted(path for files in parts.values() for path in files) == sorted(story_paths(folder))
    stories = {part: [path for path in files if path.parent.name == "stories"] for part, files in parts.items()}
    shares = {part: len(files) / len(splits()) for part, files in stories.items()}
    assert shares == pytest.approx({"train": 0.62, "fold": 0.08, "dev": 0.15, "test": 0.15}, abs=0.03)
    assert len(parts["fold"]) - len(stories["fold"]) == pytest.approx(200 / 7, abs=12)
    with pytest.raises(ValueError, match="no such part"):
        own_files("all", folder)


def test_the_split_lists_every_story_and_no_other() -> None:
    assert sorted(splits()) == sorted(read_story(path).name for path in CORPUS.glob("stories/*.txt"))


def test_each_part_that_measures_holds_several_fields_of_news() -> None:
    for part in ("dev", "test"):
        assert len({read_story(path).header["field"] for path in own_files(part)}) >= 6


def test_a_story_stays_in_its_part_whatever_its_file_is_called(tmp_path: Path) -> None:
    one, other = (read_story(with_name(tmp_path / "stories" / name, "x")) for name in ("001-a.txt", "999-b.txt"))
    assert part_of(one) == part_of(other)


def test_training_sees_no_story_that_is_held_out() -> None:
    held = {read_story(path).name for part in ("dev", "test") for path in own_files(part)}
    seen = {read_story(path).name for part in ("train", "fold") for path in own_files(part) if path.parent != CORPUS}
    assert not held & seen


@pytest.mark.parametrize("part", ["dev", "test"])
def test_training_refuses_what_is_held_out(tmp_path: Path, part: str) -> None:
    held = list(records(read_story(with_name(tmp_path / "stories" / "1.txt", name_in(part)))))
    with pytest.raises(HeldOutError, match=name_in(part)):
        refuse_held_out(held)
    kept = list(records(read_story(with_name(tmp_path / "stories" / "2.txt", name_in("train")))))
    assert refuse_held_out(kept) == kept


def test_a_folder_of_corpora_cannot_smuggle_in_the_test_part(tmp_path: Path) -> None:
    data = pytest.importorskip("kg.train.data")
    held = records(read_story(with_name(tmp_path / "stories" / "1.txt", name_in("test"))))
    with gzip.open(tmp_path / "gum.train.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in held)
    with pytest.raises(HeldOutError):
        data.load_examples(tmp_path, frozenset(data.CORPORA) - {"gum"})
