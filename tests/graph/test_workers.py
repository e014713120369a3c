"""Queries in processes that can be killed: what comes back, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from kg.errors import (
    ClientBusy,
    KgError,
    QueryBusy,
    QueryCancelled,
    QueryError,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    QueueFull,
    StoreUnavailable,
    WorkerLost,
)
from kg.graph import workers
from kg.graph.admission import Admission
from kg.graph.workers import Cancellation, QueryPool

E = "http://e.test/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SORT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?f ?i LIMIT 10"
ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
QUICK = f"SELECT ?o {{ <{E}s7> <{E}p> ?o }}"
TENFOLD = [f"BIND(CONCAT({', '.join([f'?x{i + 1}'] * 10)}) AS ?x{i})" for i in reversed(range(9))]
BOMB = f"SELECT ?x0 {{ BIND('0123456789' AS ?x9) {' '.join(TENFOLD)} }}"


def iri(name: str) -> NamedNode:
    return NamedNode(E + name)


def write_snapshot(folder: Path, name: str, quads: list[Quad]) -> Path:
    store = Store(folder / f"{name}-live")
    store.extend(quads)
    store.flush()
    store.backup(folder / name)
    return folder / name


def facts(label: str = "one", count: int = 3000) -> list[Quad]:
    quads = [Quad(iri(f"s{i}"), iri("p"), iri(f"s{i * 7 % count}")) for i in range(count)]
    quads.append(Quad(iri("version"), iri("label"), Literal(label)))
    quads.append(Quad(iri("a"), iri("q"), Literal("in g"), iri("g")))
    quads.append(Quad(iri("a"), iri("q"), Literal("in h"), iri("h")))
    return quads


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_snapshot(tmp_path_factory.mktemp("store"), "snapshot", facts())


@pytest.fixture(scope="module")
def shared(snapshot: Path) -> Iterator[QueryPool]:
    with QueryPool(snapshot, size=2, reserved=0, timeout_s=20, memory_bytes=200 << 20) as pool:
        yield pool


@pytest.fixture
def make_pool(snapshot: Path) -> Iterator[Callable[..., QueryPool]]:
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(QueryPool(snapshot, **{"size": 1, **options}))


def labels(pool: QueryPool) -> bytes:
    return pool.run(f"SELECT ?l {{ <{E}version> <{E}label> ?l }}", "text/csv").body


def wait_for(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def all_children() -> set[int]:
    """The living worker processes of this process."""
    found = subprocess.run(["ps", "-o", "pid=,stat=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    rows = [line.split(None, 2) for line in found.stdout.splitlines()]
    return {int(pid) for pid, state, args in rows if "kg.graph.worker" in args and not state.startswith("Z")}


@pytest.fixture
def children() -> Callable[[], set[int]]:
    """The living workers that the test itself started."""
    before = all_children()
    return lambda: all_children() - before


def descriptors_open() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


# What comes back


@pytest.mark.parametrize(
    ("query", "accept", "media_type", "part"),
    [
        (QUICK, None, "application/sparql-results+json", b'"value":"http://e.test/s49"'),
        (QUICK, "text/csv", "text/csv", b"o\r\nhttp://e.test/s49"),
        (QUICK, "text/tab-separated-values", "text/tab-separated-values", b"<http://e.test/s49>"),
        (QUICK, "application/xml", "application/sparql-results+xml", b"<uri>http://e.test/s49</uri>"),
        (f"ASK {{ <{E}s7> ?p ?o }}", "application/json", "application/sparql-results+json", b"true"),
        (f"ASK {{ <{E}s7> ?p 1 }}", "text/csv", "text/csv", b"false"),
        (f"DESCRIBE <{E}s7>", None, "text/turtle", b"<http://e.test/s49>"),
        (f"DESCRIBE <{E}s7>", "text/csv;q=0.9, application/ld+json;q=0.1", "application/ld+json", b'"@id"'),
    ],
)
def test_each_form_answers_in_the_media_type_asked_for(
    shared: QueryPool, query: str, accept: str | None, media_type: str, part: bytes
) -> None:
    answer = shared.run(query, accept)
    assert answer.media_type == media_type
    assert part in answer.body


@pytest.mark.parametrize(
    "media_type",
    [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/n-quads",
        "application/trig",
    ],
)
def test_every_rdf_format_carries_the_same_triples(shared: QueryPool, media_type: str) -> None:
    query = f"PREFIX e: <{E}> PREFIX : <{E}s> CONSTRUCT WHERE {{ :7 ?p ?o }}"
    answer = shared.run(query, media_type)
    form = RdfFormat.from_media_type(media_type)
    assert answer.media_type == media_type
    assert [quad.triple for quad in parse(answer.body, form)] == [Quad(iri("s7"), iri("p"), iri("s49")).triple]


def test_turtle_uses_the_prefixes_of_the_query(shared: QueryPool) -> None:
    turtle = shared.run(f"PREFIX e: <{E}> CONSTRUCT WHERE {{ e:s7 ?p ?o }}", "text/turtle").body
    assert b"e:s7 e:p e:s49 ." in turtle


def test_an_answer_that_no_accepted_type_can_carry_is_an_error(shared: QueryPool) -> None:
    with pytest.raises(QueryError, match="answers with rows"):
        shared.run(QUICK, "text/turtle")
    with pytest.raises(QueryError, match="answers with triples"):
        shared.run(f"DESCRIBE <{E}s7>", "text/csv")


IN_GRAPHS = (
    "SELECT ?o { { ?s ?q ?o } UNION { GRAPH ?g { ?s ?q ?o } } FILTER(isLiteral(?o) && ?q != <http://e.test/label>) }"
)


@pytest.mark.parametrize(
    ("from_clause", "default", "named", "expected"),
    [
        ("", [], [], {"in g", "in h"}),
        ("", [E + "g"], [], {"in g"}),
        ("", [], [E + "h"], {"in h"}),
        ("", [E + "g"], [E + "h"], {"in g", "in h"}),
        (f"FROM <{E}g>", [], [], {"in g"}),
        (f"FROM NAMED <{E}h>", [], [], {"in h"}),
        (f"FROM <{E}g> FROM NAMED <{E}g>", [E + "h"], [], {"in h"}),
    ],
    ids=["all", "default", "named", "both", "FROM", "FROM NAMED", "the request wins"],
)
def test_the_dataset_is_that_of_the_request_else_of_the_query(
    shared: QueryPool, from_clause: str, default: list[str], named: list[str], expected: set[str]
) -> None:
    query = IN_GRAPHS.replace("{", f"{from_clause} {{", 1)
    rows = shared.run(query, default_graphs=default, named_graphs=named).rows()
    assert {row["o"].value for row in rows if isinstance(row["o"], Literal)} == expected


def test_a_graph_of_the_dataset_must_be_an_iri(shared: QueryPool) -> None:
    with pytest.raises(QueryError, match="no IRI"):
        shared.run(QUICK, default_graphs=["not an IRI"])


def test_base_and_prefixes_may_be_given_with_the_query(shared: QueryPool) -> None:
    assert b"s49" in shared.run("SELECT ?o { <s7> e:p ?o }", "text/csv", base_iri=E, prefixes={"e": E}).body


@pytest.mark.parametrize(
    ("query", "message", "hint"),
    [
        ("SELECT * {\n  ?s kg:leads ?o }", "line 2, column .*prefix kg: is not declared", "PREFIX kg: <https://w3id"),
        ("SELECT * { ?s ?p http://x.test }", "http: is not declared", "angle brackets"),
        ("SELECT * {\n ?s ?p\n}", "line 3, column 2: not SPARQL", "near"),
        ("SELEKT", "line 1, column 7", "near"),
    ],
)
def test_a_syntax_error_says_where_and_what_to_do(shared: QueryPool, query: str, message: str, hint: str) -> None:
    with pytest.raises(QuerySyntaxError, match=message) as raised:
        shared.run(query)
    assert hint in (raised.value.hint or "")


def test_a_dump_can_be_asked_like_a_snapshot(tmp_path: Path) -> None:
    store = Store()
    store.extend(facts("from a dump"))
    with (tmp_path / "dump.nq").open("wb") as out:
        store.dump(out, RdfFormat.N_QUADS)
    with QueryPool(tmp_path / "dump.nq", size=1) as pool:
        assert b"from a dump" in labels(pool)
        assert pool.run(IN_GRAPHS, "text/csv").body.count(b"in ") == 2


@pytest.mark.parametrize("name", ["nothing", "a file.nq"])
def test_a_source_that_is_no_store_is_named_in_the_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "a file.nq").write_text("this is not N-Quads\n")
    with pytest.raises(StoreUnavailable, match=name):
        QueryPool(tmp_path / name, size=2)


# Limits


@pytest.mark.parametrize("query", [COUNT, "SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"])
def test_a_cross_product_is_killed_at_its_deadline(shared: QueryPool, query: str) -> None:
    start = time.monotonic()
    with pytest.raises(QueryTimeout) as raised:
        shared.run(query, timeout_s=0.3)
    assert time.monotonic() - start < 5
    assert raised.value.timeout_s == 0.3
    assert b"one" in labels(shared)


@pytest.mark.parametrize("query", [SORT, BOMB], ids=["sort of a cross product", "string of a gigabyte"])
def test_a_query_that_eats_memory_is_stopped(shared: QueryPool, query: str) -> None:
    with pytest.raises(QueryTooLarge, match="200 MB of memory"):
        shared.run(query)
    assert b"one" in labels(shared)


def test_an_answer_beyond_the_limit_is_an_error_before_it_begins(make_pool: Callable[..., QueryPool]) -> None:
    pool = make_pool(max_result_bytes=50_000)
    with pytest.raises(QueryTooLarge, match="larger than 50,000 bytes"):
        pool.stream(ROWS)
    assert b"one" in labels(pool)


def test_a_query_too_deep_for_the_stack_costs_one_worker_only(make_pool: Callable[..., QueryPool]) -> None:
    pool = make_pool(max_length=10**7, max_depth=10**7)
    for deep in ("SELECT * {" + "{" * 5000 + "}" * 5000 + "}", "SELECT * {FILTER(" + "STR(" * 200_000 + "1"):
        with contextlib.suppress(QueryError):
            pool.run(deep)
    assert b"one" in labels(pool)


def test_refused_queries_reach_no_worker(shared: QueryPool) -> None:
    with pytest.raises(QueryRefused, match="nested"):
        shared.run("SELECT * " + "{" * 5000 + "}" * 5000)
    with pytest.raises(QueryRefused, match="SERVICE"):
        shared.run("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }")


def test_a_worker_cannot_reach_the_network_even_past_the_guard(
    shared: QueryPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    on = shared.protections()
    assert on["process"]
    assert on["token_check"]
    assert on["deadline"]
    assert on["memory_watchdog"]
    if not (on["network_namespace"] or on["no_sockets"]):
        pytest.skip("this system grants neither namespaces nor system-call filters")
    monkeypatch.setattr(workers, "check_query", lambda *_, **__: None)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        port = server.getsockname()[1]
        with pytest.raises(QueryError, match="failed"):
            shared.run(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}")
        with pytest.raises(TimeoutError):
            server.accept()


# Streams, cancelling, dying


def test_a_long_answer_comes_in_chunks_on_any_thread(shared: QueryPool) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000"
    with shared.stream(query, "text/csv", buffer_bytes=1000) as stream:
        assert stream.media_type == "text/csv"
        assert stream.content_length is None
        with ThreadPoolExecutor(1) as other:
            first = other.submit(next, stream).result()
        chunks = [first, *stream]
    assert len(chunks) > 10
    assert b"".join(chunks).count(b"\r\n") == 100_001


def test_a_short_answer_is_complete_before_its_stream_begins(shared: QueryPool) -> None:
    stream = shared.stream(QUICK, "text/csv")
    assert stream.complete
    assert stream.content_length == len(b"".join(stream))


def test_a_deadline_in_the_middle_of_an_answer_is_raised_to_the_reader(make_pool: Callable[..., QueryPool]) -> None:
    stream = make_pool(timeout_s=0.5).stream(ROWS, "text/csv", buffer_bytes=0)
    time.sleep(0.6)  # a reader that dawdles
    with pytest.raises(QueryTimeout):
        list(stream)


def test_a_reader_that_dawdles_loses_the_worker_at_the_deadline(make_pool: Callable[..., QueryPool]) -> None:
    pool = make_pool(timeout_s=0.5)
    stream = pool.stream(ROWS, "text/csv", buffer_bytes=0)
    next(stream)
    assert wait_for(lambda: pool.running == 0)  # although nobody reads and nobody closes it
    assert b"one" in labels(pool)
    with pytest.raises(QueryTimeout):
        list(stream)
    assert pool.ended["QueryTimeout"] == 1


@pytest.mark.parametrize("way", ["close", "cancel", "drop"])
def test_a_reader_that_goes_away_frees_the_worker(
    make_pool: Callable[..., QueryPool], way: str, children: Callable[[], set[int]]
) -> None:
    pool, cancel = make_pool(timeout_s=60), Cancellation()
    before = children()
    stream = pool.stream(ROWS, buffer_bytes=0, cancel=cancel)
    next(stream)
    if way == "close":
        stream.close()
        assert list(stream) == []
    elif way == "cancel":
        cancel.cancel()
        with pytest.raises(QueryCancelled):
            list(stream)
    else:
        del stream
        gc.collect()
    assert b"one" in labels(pool)
    assert wait_for(lambda: not before & children())


def test_cancelling_from_another_thread_stops_a_running_query_at_once(shared: QueryPool) -> None:
    cancel = Cancellation()
    threading.Timer(0.2, cancel.cancel).start()
    start = time.monotonic()
    with pytest.raises(QueryCancelled):
        shared.run(COUNT, cancel=cancel)
    assert time.monotonic() - start < 5
    cancel.cancel()  # too late, and harmless to whoever has the worker now
    assert b"one" in labels(shared)


def test_cancelling_too_late_leaves_the_next_query_alone(
    make_pool: Callable[..., QueryPool], children: Callable[[], set[int]]
) -> None:
    pool, cancel = make_pool(), Cancellation()
    pool.run(QUICK, cancel=cancel)
    before = children()
    cancel.cancel()
    assert b"one" in labels(pool)
    assert children() == before


def test_a_query_cancelled_before_it_began_never_runs(shared: QueryPool) -> None:
    cancel = Cancellation()
    cancel.cancel()
    with pytest.raises(QueryCancelled):
        shared.run(COUNT, cancel=cancel)


def test_a_worker_killed_from_outside_costs_its_query_only(
    make_pool: Callable[..., QueryPool], children: Callable[[], set[int]]
) -> None:
    pool = make_pool()
    stop = threading.Event()

    def reap() -> None:
        while not stop.wait(1.5):  # time for the next one to start
            for worker in children():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)

    killer = threading.Thread(target=reap)
    killer.start()
    try:
        with pytest.raises(WorkerLost, match="killed from outside"):
            pool.run(COUNT)
    finally:
        stop.set()
        killer.join()
    assert b"one" in labels(pool)


def test_a_query_begins_again_when_its_worker_is_killed_from_outside(
    make_pool: Callable[..., QueryPool], children: Callable[[], set[int]]
) -> None:
    pool = make_pool()
    (worker,) = children()
    threading.Timer(0.2, os.kill, (worker, signal.SIGKILL)).start()
    rows = pool.run("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }", "text/csv").body
    assert rows.split() == [b"n", str(3001**2).encode()]
    assert worker not in children()


def test_a_worker_killed_while_idle_costs_no_query(
    make_pool: Callable[..., QueryPool], children: Callable[[], set[int]]
) -> None:
    pool = make_pool()
    (worker,) = children()
    os.kill(worker, signal.SIGKILL)
    assert wait_for(lambda: worker not in children())
    assert b"one" in labels(pool)


def test_thousands_of_quick_queries_survive_kills_beside_them(
    make_pool: Callable[..., QueryPool], children: Callable[[], set[int]]
) -> None:
    pool = make_pool(size=3, reserved=0, max_waiting=100, wait_s=30)
    stop = threading.Event()
    rng = random.Random(7)
    outcomes: list[str] = []

    def ask(count: int) -> None:
        for i in range(count):
            number = i % 3000
            query = f"SELECT ?o {{ <{E}s{number}> <{E}p> ?o }}"
            try:
                body = pool.run(query, "text/csv").body
            except KgError as error:
                outcomes.append("killed" if "killed from outside" in str(error) else str(error))
            else:
                assert body == f"o\r\n{E}s{number * 7 % 3000}\r\n".encode()
                outcomes.append("answered")

    def reap() -> None:
        for served in range(60, 2800, 60):  # paced by the answers: a slow machine gets slow kills
            while len(outcomes) < served and not stop.wait(0.005):
                pass
            if not stop.is_set() and (victims := sorted(children())):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(rng.choice(victims), signal.SIGKILL)

    killer = threading.Thread(target=reap)
    killer.start()
    try:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(ask, [700] * 4))
    finally:
        stop.set()
        killer.join()
    assert set(outcomes) <= {"answered", "killed"}
    assert len(outcomes) == 2800
    assert outcomes.count("killed") < 50  # most begin again
    assert pool.replaced > 5
    assert wait_for(lambda: len(children()) <= 3)
    assert b"one" in labels(pool)


def test_closing_the_pool_ends_running_queries_and_all_workers(
    snapshot: Path, children: Callable[[], set[int]]
) -> None:
    before, descriptors = children(), descriptors_open()
    pool = QueryPool(snapshot, size=2, reserved=0)
    threading.Timer(0.2, pool.close).start()
    with pytest.raises(QueryError):
        pool.run(COUNT)
    with pytest.raises(QueryError, match="closed"):
        pool.run(QUICK)
    assert wait_for(lambda: children() == before)
    pool.close()
    assert wait_for(lambda: descriptors_open() == descriptors)


SCRIPT = """
    import sys
    from pathlib import Path
    from kg.graph.workers import QueryPool
    if __name__ == "__main__":
        with QueryPool(Path(sys.argv[1]), size=1, timeout_s=None) as pool:
            print("asking", flush=True)
            pool.run({query!r})
"""


def start_script(snapshot: Path, tmp_path: Path) -> subprocess.Popen[str]:
    script = tmp_path / "ask.py"
    script.write_text(textwrap.dedent(SCRIPT.format(query=COUNT)))
    root = str(Path(workers.__file__).parents[2])
    child = subprocess.Popen(
        [sys.executable, str(script), str(snapshot)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
        start_new_session=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "asking\n"
    time.sleep(0.3)
    return child


def group(leader: int) -> list[str]:
    """The living processes of a session."""
    found = subprocess.run(["ps", "-o", "stat=", "--sid", str(leader)], capture_output=True, text=True)
    return [state for state in found.stdout.split() if not state.startswith("Z")]


@pytest.mark.parametrize("whole_group", [True, False], ids=["terminal", "process only"])
def test_ctrl_c_ends_a_running_query_at_once(snapshot: Path, tmp_path: Path, whole_group: bool) -> None:
    with start_script(snapshot, tmp_path) as child:
        start = time.monotonic()
        os.killpg(child.pid, signal.SIGINT) if whole_group else os.kill(child.pid, signal.SIGINT)
        _, errors = child.communicate(timeout=30)
        assert time.monotonic() - start < 10
        assert child.returncode == -signal.SIGINT
        assert errors.strip().endswith("KeyboardInterrupt")
        assert wait_for(lambda: not group(child.pid))


def test_workers_do_not_outlive_a_parent_that_was_killed(snapshot: Path, tmp_path: Path) -> None:
    with start_script(snapshot, tmp_path) as child:
        child.kill()
        assert wait_for(lambda: not group(child.pid))


# Many at once


def busy(pool: QueryPool, cancel: Cancellation) -> threading.Thread:
    """A thread that keeps one worker busy until cancelled."""

    def ask() -> None:
        with contextlib.suppress(QueryCancelled):
            pool.run(COUNT, cancel=cancel, client="busy")

    thread = threading.Thread(target=ask)
    thread.start()
    assert wait_for(lambda: pool.running == 1)
    return thread


def test_a_full_queue_turns_away_and_a_long_wait_gives_up(make_pool: Callable[..., QueryPool]) -> None:
    pool, cancel = make_pool(max_waiting=1, wait_s=3), Cancellation()
    thread = busy(pool, cancel)
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(pool.run, QUICK)
        assert wait_for(lambda: pool.waiting == 1)
        start = time.monotonic()
        with pytest.raises(QueueFull):
            pool.run(QUICK)
        assert time.monotonic() - start < 2
        with pytest.raises(QueryBusy):  # waited long enough
            waiting.result()
    cancel.cancel()
    thread.join()
    assert b"one" in labels(pool)


def test_those_who_wait_are_served_when_a_worker_is_free(make_pool: Callable[..., QueryPool]) -> None:
    pool, cancel = make_pool(wait_s=60), Cancellation()
    thread = busy(pool, cancel)
    with ThreadPoolExecutor(5) as others:
        waiting = [others.submit(labels, pool) for _ in range(5)]
        assert wait_for(lambda: pool.waiting == 5)
        cancel.cancel()
        assert all(b"one" in answer.result() for answer in waiting)
    thread.join()


def test_whoever_waits_can_be_cancelled(make_pool: Callable[..., QueryPool]) -> None:
    pool, first, second = make_pool(wait_s=10), Cancellation(), Cancellation()
    thread = busy(pool, first)
    threading.Timer(0.1, second.cancel).start()
    with pytest.raises(QueryCancelled):
        pool.run(QUICK, cancel=second)
    first.cancel()
    thread.join()
    assert b"one" in labels(pool)


def test_one_worker_stays_free_for_short_queries(make_pool: Callable[..., QueryPool]) -> None:
    pool, cancel = make_pool(size=2, wait_s=0.2), Cancellation()
    thread = busy(pool, cancel)
    with pytest.raises(QueryBusy):
        pool.run(QUICK)
    assert b"s49" in pool.run(QUICK, short=True).body
    cancel.cancel()
    thread.join()


def test_one_client_cannot_take_all_workers(make_pool: Callable[..., QueryPool]) -> None:
    pool, cancel = make_pool(size=2, reserved=0, max_per_client=1), Cancellation()
    thread = busy(pool, cancel)
    with pytest.raises(ClientBusy):
        pool.run(QUICK, client="busy")
    assert b"s49" in pool.run(QUICK, client="another").body
    cancel.cancel()
    thread.join()
    assert b"s49" in pool.run(QUICK, client="busy").body


def test_a_query_that_was_taken_for_short_and_is_not_goes_to_the_others(
    make_pool: Callable[..., QueryPool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "SHORT_S", 0.2)
    pool = make_pool(size=2)
    with pytest.raises(QueryTimeout) as raised:
        pool.run(COUNT, short=True, timeout_s=0.6)
    assert raised.value.timeout_s == 0.6
    cancel = Cancellation()
    thread = busy(pool, cancel)  # the only worker that is not kept
    stop = Cancellation()
    threading.Timer(0.3, stop.cancel).start()
    with pytest.raises(QueryCancelled):
        pool.run(COUNT, short=True, cancel=stop)  # waits: it is known by now
    assert b"s49" in pool.run(QUICK, short=True).body
    cancel.cancel()
    thread.join()


def test_a_long_answer_leaves_the_worker_that_is_kept_for_short_ones(make_pool: Callable[..., QueryPool]) -> None:
    pool = make_pool(size=2)
    with pool.stream(ROWS, "text/csv", short=True, buffer_bytes=1000) as stream:
        next(stream)
        assert b"s49" in pool.run(QUICK, short=True).body


def test_a_client_may_ask_for_more_time_up_to_the_maximum(make_pool: Callable[..., QueryPool]) -> None:
    pool = make_pool(timeout_s=0.2, max_timeout_s=0.6)
    for asked, told in ((None, 0.2), (0.4, 0.4), (50, 0.6)):
        with pytest.raises(QueryTimeout) as raised:
            pool.run(COUNT, timeout_s=asked)
        assert raised.value.timeout_s == told


def test_room_goes_to_the_client_of_whom_the_fewest_run() -> None:
    admission = Admission(2, reserved=0, max_waiting=20, wait_s=30)
    for _ in range(2):
        admission.enter(short=False, client="many")
    order: list[str] = []

    def wait(client: str) -> None:
        admission.enter(short=False, client=client)
        order.append(client)

    threads = []
    for number, client in enumerate(["many", "many", "many", "one"], 1):
        threads.append(threading.Thread(target=wait, args=(client,)))
        threads[-1].start()
        assert wait_for(lambda expected=number: admission.waiting == expected)  # type: ignore[misc]
    admission.leave(short=False, client="many")
    assert wait_for(lambda: order == ["one"])
    for client in ("one", "many", "many", "many", "many"):
        admission.leave(short=False, client=client)
        time.sleep(0.05)
    for thread in threads:
        thread.join(10)
    assert order == ["one", "many", "many", "many"]
    assert (admission.running, admission.waiting) == (0, 0)


def test_the_event_loop_turns_while_a_query_runs(shared: QueryPool) -> None:
    async def scene() -> tuple[int, bytes]:
        ticks = 0
        slow = asyncio.create_task(asyncio.to_thread(shared.run, COUNT, timeout_s=0.5))
        quick = asyncio.create_task(asyncio.to_thread(shared.run, QUICK))
        while not slow.done():
            await asyncio.sleep(0.01)
            ticks += 1
        assert isinstance(slow.exception(), QueryTimeout)
        return ticks, (await quick).body

    ticks, body = asyncio.run(scene())
    assert ticks > 5
    assert b"s49" in body


# On the event loop


def asked(pool: QueryPool, query: str, accept: str | None = "text/csv", **options: Any) -> bytes:
    """The answer to a query that is asked on an event loop."""

    async def scene() -> bytes:
        with ThreadPoolExecutor(4) as threads:
            stream = await pool.ask(query, accept, threads=threads, **options)
            return await asyncio.to_thread(b"".join, stream)

    return asyncio.run(scene())


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(QUICK, id="short"),
        pytest.param(f"{QUICK} #{'x' * 100_000}", id="a long text"),
        pytest.param("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 30000", id="a long answer"),
    ],
)
def test_an_answer_on_the_event_loop_is_that_of_a_thread(shared: QueryPool, query: str) -> None:
    assert asked(shared, query) == shared.run(query, "text/csv").body


def test_the_event_loop_hears_of_errors_deadlines_and_cancellation(make_pool: Callable[..., QueryPool]) -> None:
    pool, cancel = make_pool(), Cancellation()
    with pytest.raises(QuerySyntaxError):
        asked(pool, "ASK {")
    with pytest.raises(QueryRefused):
        asked(pool, "SELECT * { SERVICE <http://e.test/> { ?s ?p ?o } }")
    with pytest.raises(QueryTimeout):
        asked(pool, COUNT, timeout_s=0.3)
    threading.Timer(0.3, cancel.cancel).start()
    with pytest.raises(QueryCancelled):
        asked(pool, COUNT, cancel=cancel)
    assert b"s49" in asked(pool, QUICK)
    assert wait_for(lambda: pool.running == 0)


def test_a_query_whose_worker_is_killed_begins_again_on_the_event_loop(make_pool: Callable[..., QueryPool]) -> None:
    pool = make_pool()
    for worker in pool._fleet._current.idle:
        os.kill(worker.pid, signal.SIGSTOP)
        threading.Timer(0.3, worker.kill).start()
    assert b"s49" in asked(pool, QUICK)


def test_a_long_query_waits_for_room_on_the_event_loop_and_a_short_one_need_not(
    make_pool: Callable[..., QueryPool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "SHORT_S", 0.2)
    pool, cancel = make_pool(size=2, wait_s=0.3), Cancellation()
    thread = busy(pool, cancel)
    with pytest.raises(QueryBusy):
        asked(pool, QUICK, short=False)
    assert b"s49" in asked(pool, QUICK, short=None)  # it looks short
    with pytest.raises(QueryBusy):
        asked(pool, COUNT, short=True)  # it was not, and then there is no room
    cancel.cancel()
    thread.join()
    assert b"s49" in asked(pool, QUICK, short=False)


def test_an_answer_is_kept_once_it_is_read_unless_it_is_too_long(shared: QueryPool) -> None:
    for room, expected in ((1 << 30, 1), (1000, 0)):
        kept: list[bytes] = []
        stream = shared.stream(f"{ROWS} LIMIT 5000", "text/csv", buffer_bytes=0)
        stream.keep(room, kept.append)
        whole = b"".join(stream)
        assert kept == [whole] * expected
    kept = []
    with shared.stream(ROWS, "text/csv", buffer_bytes=0) as stream:
        stream.keep(1 << 30, kept.append)
        next(stream)
    assert kept == []  # not all of it was read


# Newer snapshots


def test_after_a_switch_queries_see_the_new_snapshot_and_running_ones_finish(tmp_path: Path) -> None:
    old = write_snapshot(tmp_path, "old", facts("old"))
    new = write_snapshot(tmp_path, "new", facts("new", count=10))
    with QueryPool(old, size=2, reserved=0, remove=True) as pool:
        running = pool.stream("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000", "text/csv", buffer_bytes=0)
        assert b"old" in labels(pool)
        pool.switch(new)
        assert b"new" in labels(pool)
        assert pool.source == new
        assert old.exists()
        assert b"".join(running).count(b"\r\n") == 60_001
        assert wait_for(lambda: not old.exists())
        assert b"new" in labels(pool)
    assert not new.exists()


def test_readers_never_stall_or_go_back_during_switches(tmp_path: Path) -> None:
    snapshots = [write_snapshot(tmp_path, f"s{i}", facts(f"{i:03}", count=100)) for i in range(5)]
    stop = threading.Event()
    seen: list[list[bytes]] = [[], []]
    slowest = [0.0, 0.0]

    with QueryPool(snapshots[0], size=3, reserved=0) as pool:

        def read(reader: int) -> None:
            while not stop.is_set():
                start = time.monotonic()
                seen[reader].append(labels(pool))
                slowest[reader] = max(slowest[reader], time.monotonic() - start)

        with ThreadPoolExecutor(2) as threads:
            readers = [threads.submit(read, reader) for reader in range(2)]
            for snapshot in snapshots[1:]:
                pool.switch(snapshot)
            stop.set()
            for reader in readers:
                reader.result()
        assert b"004" in labels(pool)
    for answers in seen:
        assert answers == sorted(answers)
    assert max(slowest) < 5


def test_switches_leave_no_processes_and_pipes_behind(
    make_pool: Callable[..., QueryPool], snapshot: Path, children: Callable[[], set[int]]
) -> None:
    pool = make_pool(size=2)
    before = descriptors_open()
    for _ in range(5):
        pool.switch(snapshot, remove=False)
    assert wait_for(lambda: len(children()) == 2)
    pool.switch(snapshot, remove=False)  # which also buries what the one before killed
    assert descriptors_open() <= before + 2 * 3 * 2


def test_a_switch_to_something_broken_keeps_the_old_snapshot(
    make_pool: Callable[..., QueryPool], tmp_path: Path
) -> None:
    pool = make_pool()
    with pytest.raises(StoreUnavailable):
        pool.switch(tmp_path / "missing")
    assert b"one" in labels(pool)


def test_errors_are_of_the_family(shared: QueryPool) -> None:
    for query in ("", "SELECT", "{", "\x00", "SELECT * { ?s ?p '\\uD800' }", "ASK { FILTER(?x = 'é' }"):
        with pytest.raises(KgError):
            shared.run(query)
    assert json.loads(shared.run("ASK {}").body)["boolean"] is True
