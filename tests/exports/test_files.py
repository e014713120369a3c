"""Files: compressed by their names, equal for equal bytes, and only there when they are complete."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.exports import format_of_name, output
from kg.graph import lines as lines_module
from kg.graph.lines import LineSorter

DATA = b"a line\n" * 10_000


def read(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    return zstandard.ZstdDecompressor().decompressobj().decompress(data) if path.suffix == ".zst" else data


@pytest.mark.parametrize("name", ["graph.nq", "graph.nq.gz", "graph.nq.zst"])
def test_a_file_is_compressed_as_its_name_says(tmp_path: Path, name: str) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        with output(tmp_path / folder / name) as file:
            file.write(DATA[:100])
            file.write(DATA[100:])
    path = tmp_path / "a" / name
    assert read(path) == DATA
    assert path.read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert (path.stat().st_size < len(DATA) / 10) == (path.suffix != ".nq")


@pytest.mark.parametrize("name", ["graph.nq", "graph.nq.gz", "graph.nq.zst"])
def test_a_file_that_failed_leaves_the_one_before(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"before")

    def fail() -> None:
        with output(tmp_path / name) as file:
            file.write(DATA)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (tmp_path / name).read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.ttl", "turtle"), ("a.trig.gz", "trig"), ("a.nq.zst", "nquads"), ("a.nt", "ntriples"), ("a.jsonld", "jsonld"),
        ("a.rdf", "rdfxml"), ("a.graphml", "graphml"), ("a.csv.gz", "csv"), ("a.ftm.json", "ftm"), ("ttl", None), ("a.gz", None),
    ],
)  # fmt: skip
def test_the_name_of_a_file_says_its_format(name: str, form: str | None) -> None:
    assert format_of_name(name) == form


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(max_size=3).map(lambda raw: raw.replace(b"\n", b"").replace(b"\r", b"") + b"\n")),
    st.integers(1, 40),
)
def test_any_lines_come_sorted_and_once_however_they_were_cut(listed: list[bytes], cut: int) -> None:
    data = b"".join(listed)
    before = lines_module.RUN_BYTES, lines_module.READ_BYTES, lines_module.MOST_RUNS
    lines_module.RUN_BYTES, lines_module.READ_BYTES, lines_module.MOST_RUNS = 4, 3, 3
    try:
        with LineSorter() as sorter:
            for at in range(0, len(data), cut):
                sorter.write(data[at : at + cut])
            assert b"".join(sorter.blocks()).splitlines(keepends=True) == sorted(set(listed))
    finally:
        lines_module.RUN_BYTES, lines_module.READ_BYTES, lines_module.MOST_RUNS = before
