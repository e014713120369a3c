"""What an export costs beside `oxigraph dump` of the same store, and that its memory does not grow with the graph.

`pytest tests/benchmarks/bench_export.py -s`, on a machine that does nothing else. Each export runs in a process of its
own; CPU seconds and peak memory are the system's account of it. KG_BENCH_QUADS sets another size than a million.

A million quads, times the CPU of the dump, several runs beside other work (November 2026): N-Quads 0.98 to 1.31, TriG 1.03 to
1.33, N-Triples 1.14 to 1.50 with most at 1.3, JSON-LD 2.9; 82, 82, 121 and 121 MB. The engine as a Python module takes 1.2
times what its own command takes for the same dump, so that little of it is ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from tests.golden.story import BASE, golden_store

QUADS = int(os.environ.get("KG_BENCH_QUADS", "1000000"))
RATIO = 1.3  # DESIGN.md 11
MORE_MB = 60  # of resident memory, for four times the quads: buffers, and the pages of the store's files that happen to be read
FORMS = {"nquads": "nq", "trig": "trig", "ntriples": "nt", "turtle": "ttl", "rdfxml": "rdf", "jsonld": "jsonld"}
EXPORT = """
import sys
from pathlib import Path
from kg.exports import Export, output, write
from kg.graph import open_store
with output(Path(sys.argv[2])) as out:
    write(open_store(sys.argv[1], read_only=True), Export(sys.argv[3]), out)
"""
# a process's peak counts that of the one that started it, until it runs its own program: so a small one starts it
MEASURE = """
import os, sys
null = os.open(os.devnull, os.O_WRONLY)
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
_, status, usage = os.wait4(child, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Cost:
    """CPU seconds and megabytes of resident memory that a process took."""

    cpu_s: float
    peak_mb: float


def cost_of(*command: str) -> Cost:
    run = subprocess.run([sys.executable, "-S", "-c", MEASURE, *command], stdout=subprocess.PIPE, check=True)
    cpu_s, peak_kb = run.stdout.split()
    return Cost(float(cpu_s), float(peak_kb) / 1024)


def store_of(folder: Path, quads: int) -> Path:
    """A store of so many quads: the golden story, told again and again under bases of its own."""
    told = [str(quad) for quad in golden_store().quads()]
    text = "".join(f"{line} .\n" for line in told)
    store = Store(folder / "store")
    for first in range(0, quads // len(told), 100):
        some = range(first, min(first + 100, quads // len(told)))
        store.bulk_load("".join(text.replace(BASE, f"{BASE}{n}/") for n in some).encode(), RdfFormat.N_QUADS)
    store.flush()
    return folder / "store"


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small store and one of four times its size."""
    return tuple(store_of(tmp_path_factory.mktemp("bench"), size) for size in (QUADS // 4, QUADS))  # type: ignore[return-value]


@pytest.fixture(scope="module")
def dumps(stores: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cost]:
    """What oxigraph's own command takes for all that the large store holds."""
    oxigraph = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or "oxigraph"
    out = tmp_path_factory.mktemp("dump")
    found = {
        form: cost_of(
            oxigraph, "dump", "--location", str(stores[1]), "--file", str(out / f"all.{form}"), "--format", form
        )
        for form in ("nq", "trig")
    }
    print(
        "\noxigraph dump",
        *(f"{form} {cost.cpu_s:.1f} s {cost.peak_mb:.0f} MB" for form, cost in found.items()),
        sep="  ",
    )
    return found


@pytest.mark.parametrize("form", FORMS)
def test_an_export_costs_little_more_than_a_dump_and_its_memory_is_flat(
    stores: tuple[Path, Path], dumps: dict[str, Cost], form: str, tmp_path: Path
) -> None:
    small, large = (
        cost_of(sys.executable, "-c", EXPORT, str(store), str(tmp_path / f"all.{FORMS[form]}"), form)
        for store in stores
    )
    dump = dumps["trig" if form == "trig" else "nq"]
    ratio = large.cpu_s / dump.cpu_s
    print(f"\n{form}: {large.cpu_s:.1f} s, {ratio:.2f} x dump, {small.peak_mb:.0f} and {large.peak_mb:.0f} MB")
    assert large.peak_mb < small.peak_mb + MORE_MB
    if form in ("nquads", "trig", "ntriples"):
        assert ratio <= RATIO
