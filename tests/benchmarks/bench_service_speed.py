"""What `/sparql` answers in a second of its processors' time, beside `oxigraph serve-read-only` and rdflib-endpoint.

    python -m tests.benchmarks.bench_service_speed FOLDER [--articles 100000] [--part 2000] [--rounds 3]

makes the graph of `tests.benchmarks.graph` in the folder, unless it is there, serves it three ways, and prints how many
requests of each kind a server answers for a second of CPU, and ours as a ratio of the other's. All servers run at once and
take turns within a round, so that what else the machine does slows all alike; CPU is the kernel's account of a server's
processes, in nanoseconds, so that waiting costs nothing. rdflib holds a graph in memory, about a kilobyte a triple:
rdflib-endpoint serves the facts of a smaller graph, of `--part` articles, and so does a second one of ours beside it.

Four kinds of request, each over connections that are kept open, answers in JSON:

    point       all that is said of one statement
    50 rows     the first events of a group, by date
    aggregate   the events of a hub, counted by type
    50,000 rows any triples

`uncached`: no text is sent twice. `repeated`: the same text again and again, which our byte cache answers.
The goals of DESIGN.md 11 stand beside the ratios.

What is known of the point look-up, on two shared cores, where Oxigraph takes 0.14 to 0.2 ms of CPU for it. Through a worker
ours took 0.6 ms and more: two processes wake each other. So a query that `kg.graph.points` can bound is answered by the
process that has the socket, and `kg.api.express` spares it and what was given before the parser, the task and the channels
of ASGI (an application that does nothing takes 0.06 ms on uvicorn, a bare protocol on uvloop 0.02, the envelope on the short
way 0.03). The C library was a fifth, most of it the search of a fragmented heap for RocksDB's blocks: `kg.allocator` widens
what each thread keeps. With that, and heads of requests that are read once, a request took 340 microseconds of CPU where it
had taken 518 (both in turns, under one load). What 1.0 would take, and is not tried: an envelope that is compiled. A mirror in
memory would halve the engine's part (ENGINE.md 3), and is as large as the graph.

The last runs, of three rounds on a quiet machine: uncached 0.60 of Oxigraph's (point), 0.70 (50 rows), 0.80 (aggregate), 0.70
(50,000 rows); repeated 2.4, 52, 77, 167. The next one, without the wider caches: 0.73, 0.70, 0.85, 0.93; repeated 1.6, 57, 84,
145: so much do runs differ. Against rdflib-endpoint, before that change: 20 (point), 6.6, 6.0, 6.6. From 50 rows on nearly all of
the time is the engine's, in workers that each have a cache of blocks of their own.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from pyoxigraph import DefaultGraph, RdfFormat, Store, serialize

from kg.access import ServiceAddress
from kg.workspace import Workspace
from kg.workspace.layout import Layout
from tests.benchmarks.graph import make
from tests.servers import free_port, oxigraph
from tests.serving import serving

CONNECTIONS = 4
IDLE_S = 0.03  # of CPU in a second
UNLIMITED = {"KG_RATE_LIMIT": "0"}
PREFIXES = (
    "PREFIX kg: <https://w3id.org/newsgraph/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
)
SHAPES = {
    "point": "SELECT ?p ?o WHERE {{ <{statement}> ?p ?o }}",
    "50 rows": PREFIXES + "SELECT ?event ?label ?date WHERE {{ ?event kg:involves <{group}> ; rdfs:label ?label ; "
    "kg:startDate ?date }} ORDER BY ?date ?event LIMIT 50",
    "aggregate": PREFIXES + "SELECT ?type (COUNT(*) AS ?events) WHERE {{ ?event kg:involves <{hub}> ; "
    "kg:eventType ?type }} GROUP BY ?type",
    "50,000 rows": "SELECT ?s ?p ?o WHERE {{ ?s ?p ?o }} LIMIT 50000",
}
REQUESTS = {"point": 400, "50 rows": 200, "aggregate": 80, "50,000 rows": 4}
FEWER = {"point": 60, "50 rows": 20, "aggregate": 8, "50,000 rows": 1}  # of rdflib-endpoint, which takes longer
GOALS = {"point": 0.6, "50 rows": 0.8, "aggregate": 0.9, "50,000 rows": 0.9}  # of `oxigraph serve-read-only`
REPEATED_GOAL, RDFLIB_GOAL = 2.0, 15.0


@dataclass
class Server:
    """A server under measurement, with the numbers that were found."""

    name: str
    url: str
    pid: int
    found: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def cpu_s(self) -> float:
        """The processor time that its processes have taken so far."""
        return sum(map(_cpu_s, _processes(self.pid)))

    def settle(self) -> None:
        """Wait until it does nothing: one that writes too may begin by compacting a store that was just made."""
        busy = 1.0
        while busy > IDLE_S:
            before = self.cpu_s()
            time.sleep(1)
            busy = self.cpu_s() - before

    def measure(self, shape: str, kind: str, queries: Sequence[str]) -> None:
        """Send queries over some connections; note the answers for each second of CPU."""
        target = urlsplit(self.url)
        shares = [queries[n::CONNECTIONS] for n in range(CONNECTIONS)]
        if kind == "repeated":
            _ask(target.netloc, target.path, queries[:1])
        before = self.cpu_s()
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            list(threads.map(lambda share: _ask(target.netloc, target.path, share), shares))
        took = self.cpu_s() - before
        self.found.setdefault((shape, kind), []).append(len(queries) / took)

    def rate(self, shape: str, kind: str) -> float:
        """Requests for each second of CPU, the median of the rounds."""
        return statistics.median(self.found[shape, kind])


def _ask(netloc: str, path: str, queries: Sequence[str]) -> list[int]:
    """The sizes of the answers to some queries, over one connection."""
    connection = http.client.HTTPConnection(netloc, timeout=300)
    headers = {"Accept": "application/sparql-results+json"}
    sizes = []
    for query in queries:
        connection.request("GET", f"{path}?{urlencode({'query': query})}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{netloc}: {answer.status} {body[:300]!r}")
        sizes.append(len(body))
    connection.close()
    return sizes


def _rows(server: Server, query: str) -> int:
    """How many rows a server answers a query with."""
    target = urlsplit(server.url)
    connection = http.client.HTTPConnection(target.netloc, timeout=300)
    connection.request(
        "GET", f"{target.path}?{urlencode({'query': query})}", headers={"Accept": "application/sparql-results+json"}
    )
    return len(json.load(connection.getresponse())["results"]["bindings"])


def _cpu_s(pid: int) -> float:
    """The processor time of a process, its ended threads included: clock_getcpuclockid(3), as Linux numbers the clocks."""
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:  # it has just ended
        return 0.0


def _processes(pid: int) -> Iterator[int]:
    """A process and those that it started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # the thread has just ended
            for child in (task / "children").read_text().split():
                yield from _processes(int(child))


@dataclass(frozen=True)
class Asked:
    """What the queries of one graph ask about."""

    statements: list[str]
    groups: list[str]
    hubs: list[str]

    def queries(self, shape: str, how_many: int, number: Iterator[int], *, repeated: bool = False) -> list[str]:
        """Queries of a shape: no text twice, or one text each time."""
        texts = []
        for n in range(how_many):
            index = next(number)
            asked = SHAPES[shape].format(
                statement=self.statements[index % len(self.statements)],
                group=self.groups[index % len(self.groups)],
                hub=self.hubs[index % len(self.hubs)],
            )
            texts.append(texts[0] if repeated and n else f"{asked} # {index}")
        return texts


def asked_of(store: Store) -> Asked:
    """What to ask of a graph: statements from all over it, groups of a hundred events or so, and the largest hubs."""

    def column(query: str) -> list[str]:
        return [row[0].value for row in store.query(PREFIXES + query)]  # type: ignore[union-attr,index]

    statements = column("SELECT ?s WHERE { ?s a kg:Statement } LIMIT 20000")
    by_events = "SELECT ?group WHERE { ?event kg:involves ?group } GROUP BY ?group ORDER BY DESC(COUNT(?event)) "
    return Asked(statements, column(f"{by_events} OFFSET 20 LIMIT 200"), column(f"{by_events} LIMIT 20"))


@contextmanager
def ours(store: Path, folder: Path, name: str) -> Iterator[Server]:
    """`kg serve` over a workspace that holds this graph."""
    Workspace.create(folder).close()
    shutil.rmtree(Layout(folder).store)
    Store.read_only(str(store)).backup(str(Layout(folder).store))  # hard links
    with serving("--store", str(folder), variables=UNLIMITED) as url:
        address = ServiceAddress.read(folder)
        assert address is not None
        server = Server(name, f"{url}sparql", address.pid)
        server.settle()
        yield server


@contextmanager
def started(name: str, path: str, *command: str) -> Iterator[Server]:
    """Another server, once it answers; `{port}` in the command is a free one."""
    port = free_port()
    process = subprocess.Popen(
        [part.format(port=port) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    server = Server(name, f"http://127.0.0.1:{port}{path}", process.pid)
    try:
        while True:
            try:
                _rows(server, "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1")
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended with status {process.returncode}") from None
                time.sleep(0.2)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def measure(asked: Asked, servers: Sequence[Server], requests: dict[str, int], rounds: int) -> None:
    """Let servers answer the same kinds of requests in turn; the first round warms up."""
    number = count()
    for turn in range(rounds + 1):
        for shape, how_many in requests.items():
            for kind in ("uncached", "repeated"):
                for server in servers if turn % 2 else reversed(servers):
                    server.measure(shape, kind, asked.queries(shape, how_many, number, repeated=kind == "repeated"))
    for server in servers:
        for found in server.found.values():
            del found[0]


def report(mine: Server, other: Server, goals: Callable[[str, str], float]) -> None:
    """Print the table of two servers."""
    print(f"{'':24}{other.name:>22}{mine.name:>14}{'ratio':>9}{'goal':>7}   (requests a CPU second)")
    for shape, kind in other.found:
        ratio = mine.rate(shape, kind) / other.rate(shape, kind)
        goal = goals(shape, kind)
        missed = "" if ratio >= goal else "   missed"
        print(
            f"{shape + ', ' + kind:24}{other.rate(shape, kind):22.1f}{mine.rate(shape, kind):14.1f}"
            f"{ratio:9.2f}{goal:7.1f}{missed}",
            flush=True,
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--part", type=int, default=2_000, help="articles of the graph for rdflib-endpoint; 0: without")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--shapes", nargs="*", choices=SHAPES, default=list(SHAPES))
    given = parser.parse_args()
    store = make(given.folder, given.articles)
    print(f"{given.articles:,} articles, {CONNECTIONS} connections, {os.cpu_count()} cores", flush=True)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder.parent)))  # same disk
        rust = stack.enter_context(
            started("oxigraph", "/query", oxigraph(), "serve-read-only", "-l", str(store), "-b", "127.0.0.1:{port}")
        )
        mine = stack.enter_context(ours(store, scratch / "whole", "kg serve"))
        asked = asked_of(Store.read_only(str(store)))
        for shape in SHAPES:
            (query,) = asked.queries(shape, 1, count())
            assert _rows(mine, query) == _rows(rust, query) > 0, shape
        measure(asked, [rust, mine], {shape: REQUESTS[shape] for shape in given.shapes}, given.rounds)
        report(mine, rust, lambda shape, kind: GOALS[shape] if kind == "uncached" else REPEATED_GOAL)
        if given.part:
            facts, part = scratch / "facts.nt", make(scratch / "part", given.part)
            open_part = Store.read_only(str(part))
            with facts.open("wb") as out:
                quads = open_part.quads_for_pattern(None, None, None, DefaultGraph())
                serialize((quad.triple for quad in quads), out, RdfFormat.N_TRIPLES)
            command = [str(Path(sys.executable).with_name("rdflib-endpoint")), "serve", str(facts)]
            other = stack.enter_context(
                started("rdflib-endpoint", "/", *command, "--host", "127.0.0.1", "--port", "{port}")
            )
            small = stack.enter_context(ours(part, scratch / "small", "kg serve"))
            asked = asked_of(open_part)
            for shape in given.shapes:
                (query,) = asked.queries(shape, 1, count())
                assert _rows(small, query) == _rows(other, query) > 0, shape
            measure(asked, [other, small], {shape: FEWER[shape] for shape in given.shapes}, 1)
            print(f"\n{given.part:,} articles, facts alone")
            report(small, other, lambda shape, kind: RDFLIB_GOAL)


if __name__ == "__main__":
    main()
