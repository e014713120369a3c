"""What only the embedded store promises: locks, snapshots, one answer per thread."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Triple

from kg import vocab
from kg.errors import QueryError, StoreError, StoreLocked, StoreUnavailable
from kg.graph import Answer, GraphStore, open_store
from kg.graph.oxigraph import OxigraphStore, insert_data
from tests.golden.story import INES, golden_store

A, G = NamedNode("http://e.org/a"), NamedNode("http://e.org/g")


@pytest.mark.parametrize("location", ["memory:", "a/b/store"])
def test_a_location_leads_to_a_store_of_its_kind(location: str, tmp_path: Path) -> None:
    store = open_store(location if location == "memory:" else tmp_path / location)
    assert isinstance(store, GraphStore)
    assert store.writable
    assert store.keyed is (location != "memory:")
    assert store.location == (location if location == "memory:" else str(tmp_path / location))
    store.close()


def test_what_is_written_is_there_when_the_directory_is_opened_again(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    store.replace_graph(G, [Triple(A, vocab.rdfs_label, Literal("x"))])
    store.flush()
    store.close()
    gc.collect()
    again = open_store(tmp_path / "store")
    assert again.size() == 1
    again.close()


def test_a_second_writer_is_told_that_the_store_is_locked(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    with pytest.raises(StoreLocked) as caught:
        open_store(tmp_path / "store")
    assert caught.value.hint
    script = (
        "import sys; from kg.graph import open_store; from kg.errors import StoreLocked\n"
        "try: open_store(sys.argv[1])\nexcept StoreLocked: print('locked')"
    )
    run = subprocess.run([sys.executable, "-c", script, tmp_path / "store"], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "locked"
    store.close()


@pytest.mark.parametrize("kind", ["a file", "nothing"])
def test_what_is_no_store_is_unavailable(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "store"
    if kind == "a file":
        path.write_text("no store")
    with pytest.raises(StoreUnavailable, match="store"):
        open_store(path, read_only=kind == "nothing")


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_a_snapshot_is_a_store_of_its_own_that_later_writes_do_not_reach(kind: str, tmp_path: Path) -> None:
    store = OxigraphStore.in_memory() if kind == "memory" else OxigraphStore.on_disk(tmp_path / "store")
    store.update(golden_store_update())
    before = set(store.quads())
    store.snapshot(tmp_path / "snapshot")
    store.update("CLEAR ALL")
    copy = open_store(tmp_path / "snapshot", read_only=True)
    assert set(copy.quads()) == before
    assert copy.query(f"ASK {{ {INES.iri} ?p ?o }}").boolean
    assert not copy.writable
    for write in (lambda: copy.update("CLEAR ALL"), lambda: copy.clear_graph(G), lambda: copy.replace_graph(G, ())):
        with pytest.raises(StoreError, match="reading only"):
            write()
    with pytest.raises(StoreError, match="snapshot"):
        store.snapshot(tmp_path / "snapshot")


def golden_store_update() -> str:
    return ";\n".join(insert_data([quad.triple for quad in golden_store().quads()], DefaultGraph()))


def test_a_failing_update_changes_nothing() -> None:
    store = golden_store()
    before = set(store.quads())
    with pytest.raises(StoreError):
        store.update(f"CLEAR ALL ; INSERT DATA {{ {A} {vocab.leads} {A} }} ; DROP GRAPH <http://e.org/not-there>")
    assert set(store.quads()) == before


def test_concurrent_updates_do_not_lose_each_other(tmp_path: Path) -> None:
    store = OxigraphStore.on_disk(tmp_path / "store")
    store.update(f"INSERT DATA {{ {A} {vocab.leads} 0 }}")
    old, new = (f"{{ {A} {vocab.leads} {name} }}" for name in ("?n", "?m"))
    step = f"DELETE {old} INSERT {new} WHERE {{ {old} BIND(?n + 1 AS ?m) }}"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store.update, [step] * 80))
    assert [quad.object for quad in store.quads()] == [Literal(80)]


def test_answers_outlive_the_thread_that_asked(tmp_path: Path) -> None:
    store = golden_store()
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(store.query("SELECT * WHERE { ?s ?p ?o } LIMIT 3")))
    thread.start()
    thread.join()
    assert len(answers[0].rows()) == 3


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("SELECT * WHERE { ?s ?p ?o }", "text/turtle"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv"),
        ("ASK {}", "text/html"),
    ],
)
def test_a_media_type_that_cannot_carry_the_answer_is_a_query_error(query: str, accept: str) -> None:
    with pytest.raises(QueryError, match=accept) as caught:
        golden_store().query(query, accept)
    assert caught.value.hint


def test_an_answer_says_what_it_is_not() -> None:
    store = golden_store()
    rows, truth = store.query("SELECT * WHERE { ?s ?p ?o } LIMIT 1"), store.query("ASK {}")
    for wrong in (lambda: rows.boolean, truth.rows, truth.triples, lambda: Answer(b"{", rows.media_type).rows()):
        with pytest.raises(StoreError):
            wrong()


def test_inserts_are_cut_to_a_size_that_servers_take() -> None:
    triples = [Triple(A, vocab.rdfs_label, Literal(number)) for number in range(1_001)]
    operations = list(insert_data(triples, G))
    assert [text.count("rdf-schema#label") for text in operations] == [500, 500, 1]


def test_a_file_of_any_size_can_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "x.nt"
    path.write_text("".join(f"<http://e.org/{n}> <http://e.org/p> {n % 7} .\n" for n in range(5_000)), encoding="utf-8")
    store = OxigraphStore.on_disk(tmp_path / "store")
    store.load(path, RdfFormat.TURTLE)
    assert store.size() == 5_000
