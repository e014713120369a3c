"""Our own corpus: its files, its parts, and the rule that what is held out never trains.

* Story files (`corpus/stories/`) are train, fold (calibration), dev or test, as `corpus/SPLITS.tsv` lists them; a story that is not listed
  trains. The parts were drawn by a hash of the name within fields of news, so that a part is no one-sided pick, and never move.
* Single passages (`corpus/*.txt`) are train or fold, by a hash of the story's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.train.convert import records
from kg.train.markup import read_story, story_paths
from kg.train.story import Story

__all__ = [
    "CORPUS",
    "PARTS",
    "HeldOutError",
    "digest",
    "held_out_digest",
    "own_files",
    "own_records",
    "part_of",
    "part_of_name",
    "refuse_held_out",
    "share",
    "splits",
]

CORPUS = Path(__file__).parent / "corpus"
SPLITS = CORPUS / "SPLITS.tsv"
PARTS = ("train", "fold", "dev", "test")
HELD_OUT = frozenset({"dev", "test"})
PASSAGES_IN_FOLD = 1 / 7


class HeldOutError(KgError):
    """Stories of the dev or test part where training would see them."""


def share(text: str) -> float:
    """A number in [0, 1) that depends on a text alone: splits by it never move."""
    return int(sha256(text.encode()).hexdigest()[:8], 16) / 2**32


def part_of(story: Story) -> str:
    """The part of a story: one of PARTS."""
    return part_of_name(story.name, single=story.single)


def part_of_name(name: str, *, single: bool = False) -> str:
    """The part of the story of a name; `single`: it is a single passage."""
    if single:
        return "fold" if share(name) < PASSAGES_IN_FOLD else "train"
    return splits().get(name, "train")


@cache
def splits() -> Mapping[str, str]:
    """Name of a story → its part, as `corpus/SPLITS.tsv` says; empty where there is no corpus. Raises ValueError for a bad line."""
    if not SPLITS.exists():
        return {}
    rows = [line.split("\t") for line in SPLITS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    if bad := [row for row in rows if len(row) != 2 or row[1] not in PARTS]:
        raise ValueError(f"{SPLITS}: not a story and its part: {bad[0]}")
    return dict(rows)


def own_files(part: str, folder: Path = CORPUS) -> list[Path]:
    """The corpus files of a part, single passages first."""
    if part not in PARTS:
        raise ValueError(f"no such part: {part}")
    return [path for path in story_paths(folder) if part_of(read_story(path)) == part]


def own_records(part: str, folder: Path = CORPUS) -> list[dict[str, Any]]:
    """A part in the form of the public corpora."""
    return [record for path in own_files(part, folder) for record in records(read_story(path))]


def refuse_held_out(of: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records, none of which is of our dev or test part. Raises HeldOutError.

    Goes by the story's name, whatever file a record came from.
    """
    found = list(of)
    own = {(r["story"], "/" not in r["id"]) for r in found if r["source"] == "newsgraph" and "story" in r}
    held = sorted(name for name, single in own if part_of_name(name, single=single) in HELD_OUT)
    if held:
        raise HeldOutError(
            f"stories that are held out: {', '.join(held)}", hint="train on the parts train and fold alone"
        )
    return found


def digest(paths: Sequence[Path]) -> str:
    """SHA-256 over the names and contents of files."""
    found = sha256()
    for path in paths:
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def held_out_digest(folder: Path = CORPUS) -> str:
    """The digest of the test part, which `corpus/TEST_SHA256` pins."""
    return digest(own_files("test", folder))
