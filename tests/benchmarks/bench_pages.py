"""What each page costs the service on a large workspace: its CPU, and the size of the page.

    python -m tests.benchmarks.bench_pages FOLDER [--articles 100000]

makes the workspace of `tests.benchmarks.workspace` in the folder, unless it is there, with a hub of 10,000 statements
(`tests.benchmarks.hub`), serves it with `kg serve`, and prints a table: milliseconds of CPU of the service's process (from
/proc, so Linux alone) for a page that no cache holds, and its bytes. The hub's page is the first that reads the workspace;
asked for again, its address differs in what the page does not look at, so that it is made anew. The goals are those of this
page: under 100 ms, and every page under 100 kB.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import httpx

from tests.benchmarks.graph import BASE
from tests.benchmarks.hub import fill_hub
from tests.benchmarks.workspace import make_workspace
from tests.serving import REPOSITORY, environment

GOAL_MS, GOAL_BYTES = 100, 100_000
STATEMENTS = 10_000
CLASSES = ("Polity", "Place", "Group", "Person", "Event")


def addresses(known: dict[str, dict[str, str]]) -> dict[str, str]:
    """Name → path of each page that is asked for, once."""

    def path(iri: str) -> str:
        return "/" + quote(iri.removeprefix(BASE), safe="/")

    def slug(kind: str, which: str) -> str:
        return known[kind][which].rpartition("/")[2]

    hub = path(known["Polity"]["hub"])
    found = {f"{STATEMENTS:,} statements": hub} | {f"the same, again {n}": f"{hub}?at={n}" for n in (1, 2, 3)}
    for which in ("typical", "hub"):
        found |= {f"{kind}, {which}": path(known[kind][which]) for kind in (*CLASSES, "article", "statement")}
        found |= {
            f"section, {which}": f"{path(known['Polity'][which])}?predicate=citizenOf&as=object",
            f"explore, {which}": f"/explore/{slug('Polity', which)}",
            f"timeline, {which}": f"/timeline?about={slug('Polity', which)}",
            f"disagreements, {which}": f"/disagreements?about={slug('Group', which)}",
            f"connections, {which}": f"/connections?from={slug('Person', which)}&to={slug('Group', which)}",
        }
    return found | {
        "home": "/", "home, again": "/?", "timeline": "/timeline", "timeline, page 100": "/timeline?page=100", "map": "/map",
        "disagreements": "/disagreements", "denied": "/disagreements?kind=denied&page=2", "review": "/desk",
        "find": "/find?q=attack", "browse": "/entities?type=Group",
    }  # fmt: skip


def cpu_s(process: int) -> float:
    """The seconds of CPU that a process has taken (proc(5), stat: utime and stime)."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=100_000)
    given = parser.parse_args()
    workspace = make_workspace(given.folder, given.articles)
    known = json.loads((given.folder / "known.json").read_text("utf-8"))
    fill_hub(workspace, known["Polity"]["hub"], STATEMENTS)
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "serve", "--port", "0", "--store", str(workspace)],
        stderr=subprocess.PIPE, text=True, cwd=REPOSITORY, env=environment(KG_QUERY_WORKERS="1"),
    )  # fmt: skip
    assert process.stderr is not None
    try:
        url = next(line.rsplit(" ", 1)[1].strip() for line in process.stderr if line.startswith("serving "))
        with httpx.Client(base_url=url, headers={"Accept": "text/html"}, trust_env=False, timeout=120) as client:
            client.get("/problems")  # what a process does once, at its first request
            print(f"{'page':28} {'CPU':>9} {'bytes':>9}")
            for name, path in addresses(known).items():
                before = cpu_s(process.pid)
                answer = client.get(path)
                spent = 1000 * (cpu_s(process.pid) - before)
                over = " over" if spent > GOAL_MS or len(answer.content) > GOAL_BYTES else ""
                status = "" if answer.status_code == 200 else f" {answer.status_code}"
                print(f"{name:28} {spent:6.0f} ms {len(answer.content):9,}{over}{status}", flush=True)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


if __name__ == "__main__":
    main()
