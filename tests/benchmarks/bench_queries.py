"""How long each named query takes on graphs of several sizes: about a hub, something typical, something unknown, everything.

    python -m tests.benchmarks.bench_queries FOLDER [NAME …] [--articles 5000 100000]

makes the graphs of `tests.benchmarks.graph` in FOLDER/5000 and so on, unless they are there, and prints a table: for each
query and kind of argument, rows and milliseconds of CPU at each size, in a process as the service's workers are. `killed`
is one that reached the deadline, of CPU too, so that a busy machine gives the same table. The best of two or three runs, so
that nobody pays for the first reading from the disk.

Hubs of 100,000 articles, milliseconds before and after a change of their plans, close together on a busy machine (load 3
to 7, so that the ratio counts): articles-about 1,954 → 690, claims-of-speaker 1,542 → 924, claims-of-publisher 2,766 →
2,187, leaders-in-place 2,025 → 811, links-between 1,100 → 508, publishers-on-entity 720 → 416, disagreements of any
group killed → 1,968. Once more, at a load of 3: disagreements of any group 1,390 → 900, claims-of-publisher 1,370 → 830
(in pages of 500 rows, half of it for their names and sentences), of one predicate 3,440 → 1,030.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Mapping
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path

from pyoxigraph import QueryResultsFormat, Store

from kg.query import NamedQuery, ParameterType, bind, read_queries
from kg.resources import resource as folder_of
from tests.benchmarks.graph import BASE, make

DEADLINE_S = 10
ROUNDS = 3
KINDS = ("hub", "typical", "unknown", "any")
KNOWN = {
    "place": "Polity", "country": "Polity", "person": "Person", "group": "Group", "entity": "Group", "event": "Event",
    "first": "Group", "second": "Polity", "subject": "Person", "object": "Group", "article": "article",
    "statement": "statement", "publisher": "publisher", "speaker": "speaker",
}  # fmt: skip
"""Parameter → what of known.json it is given."""
ANCHORS = frozenset((ParameterType.ENTITY, ParameterType.ARTICLE, ParameterType.STATEMENT, ParameterType.TEXT))
UNKNOWN = {ParameterType.TEXT: "nobody"}


def arguments(query: NamedQuery, kind: str, known: Mapping[str, Mapping[str, str]]) -> dict[str, str] | None:
    """The arguments of a kind; None when the query takes none of that kind."""
    anchors = query.anchors or [name for name, one in query.parameters.items() if one.type in ANCHORS][:1]
    required = [name for name, one in query.parameters.items() if one.required]
    if kind == "any":
        return None if required else {}
    if not anchors:
        return None
    wanted = required or anchors[:1]
    if kind == "unknown":
        return {name: UNKNOWN.get(query.parameters[name].type, f"{BASE}person/nobody-ffffffff") for name in wanted}
    return {name: known[KNOWN[name]][kind] for name in wanted}


class Graph:
    """A graph with what is known of it, and a process that answers queries about it; that is killed at the deadline."""

    def __init__(self, folder: Path, articles: int, deadline_s: int) -> None:
        self.store = make(folder, articles)
        self.known = json.loads((folder / "known.json").read_text(encoding="utf-8"))
        self.known.setdefault("speaker", {"hub": "Spokesman 0", "typical": "Spokesman 500"})
        self.deadline_s = deadline_s
        self._begin()

    def _begin(self) -> None:
        self.pipe, theirs = Pipe()
        self.process = get_context("spawn").Process(
            target=_answer, args=(str(self.store), theirs, self.deadline_s), daemon=True
        )
        self.process.start()
        theirs.close()
        self.pipe.recv()

    def measure(self, text: str) -> str:
        """The rows of an answer and the milliseconds of the fastest of some runs."""
        self.pipe.send(text)
        try:
            rows, ms = self.pipe.recv()
        except EOFError:
            self.process.join()
            self._begin()
            return "killed"
        return f"{rows:6} {ms:9.1f}"


def _answer(location: str, pipe: Connection, deadline_s: int) -> None:
    store = Store.read_only(location)
    pipe.send("ready")
    while True:
        text = pipe.recv()
        times: list[float] = []
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + deadline_s + 1, most))  # or SIGXCPU
        while len(times) < 2 or (len(times) < ROUNDS and sum(times) < 1000):
            before = time.thread_time()  # that of the process moves in steps of 4 ms under such a limit
            out = store.query(text).serialize(format=QueryResultsFormat.TSV)
            times.append(1000 * (time.thread_time() - before))
        pipe.send((out.count(b"\n") - 1, min(times)))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--articles", type=int, nargs="+", default=[5_000, 100_000])
    parser.add_argument("--deadline", type=int, default=DEADLINE_S, help="seconds of CPU that a query may take")
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=KINDS)
    given = parser.parse_args()
    graphs = [Graph(given.folder / str(articles), articles, given.deadline) for articles in given.articles]
    print(f"{'rows, ms of CPU':36}" + "".join(f"{f'{articles:,} articles':>18}" for articles in given.articles))
    for name, query in read_queries(folder_of("queries")).items():
        if given.names and name not in given.names:
            continue
        for kind in given.kinds:
            asked = [arguments(query, kind, graph.known) for graph in graphs]
            cells = [
                graph.measure(bind(query, found))
                for graph, found in zip(graphs, asked, strict=True)
                if found is not None
            ]
            if cells:
                print(f"{name:28}{kind:8}" + "".join(f"{cell:>18}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
