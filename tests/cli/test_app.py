"""The command as a whole: help, misuse, interrupts, pipes."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

from kg.access import DEFAULT_STORE
from kg.cli import COMMANDS
from kg.settings import Settings
from tests.cli.conftest import SCRIPTED, Kg
from tests.serving import REPOSITORY, environment

WAIT_S = 300  # for a machine that is busy
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"


def test_help_lists_every_command(kg: Kg) -> None:
    run = kg()
    assert run.returncode == 0
    listed = re.findall(r"^  ([a-z]+)  ", run.stdout, re.MULTILINE)
    assert listed == list(COMMANDS)
    assert not re.search(r"^  .*\.\.\.$", run.stdout, re.MULTILINE), "a help text is cut off"
    assert kg("--help").stdout == run.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(kg: Kg, name: str) -> None:
    run = kg(name, "--help")
    assert run.returncode == 0
    assert re.search(rf"Examples?:\n.*\bkg {name}\b", run.stdout, re.DOTALL)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_one_module_that_says_what_it_is(name: str) -> None:
    module = import_module(f"kg.cli.{name}")
    assert (module.__doc__ or "").startswith(f"`kg {name}`")


def test_python_m_kg_is_the_command() -> None:
    run = subprocess.run([sys.executable, "-m", "kg", "--version"], capture_output=True, text=True, cwd=REPOSITORY)
    assert re.fullmatch(r"newsgraph \d+\.\d+\.\d+\n", run.stdout)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["qery"], "did you mean query?", id="misspelt command"),
        pytest.param(["stats", "--nonsense"], "--nonsense", id="unknown option"),
        pytest.param(["ingest"], "INPUT", id="missing argument"),
        pytest.param(["export", "--format", "pdf"], "pdf", id="unknown format"),
        pytest.param(["stats", "--store", "memory:"], "memory:", id="a store that would be empty"),
        pytest.param(["stats", "--store", "http://localhost:1/"], "--remote", id="a server as a store"),
        pytest.param(["query", "ASK {}", "--file", __file__], "--file", id="two queries"),
        pytest.param(["export", "--entity", "x", "--article", "y"], "exclude", id="two scopes"),
        pytest.param(["query", "SELECT * {}", "--format", "turtle"], "--format is one of", id="rows as triples"),
        pytest.param(["run", "leaders-of-group", "nonsense"], "--name value", id="no parameter"),
    ],
)
def test_misuse_exits_with_2_and_a_hint(kg: Kg, world: Path, arguments: list[str], says: str) -> None:
    run = kg(*arguments, store=world if "--store" not in arguments else None)
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.startswith("error: ")
    assert "hint: " in run.stderr
    assert says in run.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["stats", "--store", "nowhere"], id="no workspace"),
        pytest.param(["query", "SELECT * { ?s ?p"], id="syntax"),
        pytest.param(["query", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"], id="SERVICE"),
        pytest.param(["run", "nonsense"], id="unknown query"),
        pytest.param(["run", "leaders-of-group", "--nonsense", "x"], id="unknown parameter"),
        pytest.param(["show", "Nobody At All"], id="unknown entity"),
        pytest.param(["show", "Harbour"], id="ambiguous entity"),
        pytest.param(["export", "--article", "nothing"], id="unknown article"),
        pytest.param(["key", "revoke", "nothing"], id="unknown key"),
    ],
)
def test_failure_exits_with_1_and_a_message(kg: Kg, world: Path, arguments: list[str]) -> None:
    run = kg(*arguments, store=world if "--store" not in arguments else None)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith("error: ")
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["show", "caf\udce9"], id="a name"),
        pytest.param(["delete", "caf\udce9"], id="an id"),
        pytest.param(["query", 'ASK { ?s ?p "\udce9" }'], id="a query"),
        pytest.param(["run", "nonsense\udce9"], id="a named query"),
        pytest.param(["extract", "missing\udce9"], id="a file"),
    ],
)
def test_arguments_that_are_no_text_are_named_without_a_traceback(kg: Kg, copy: Path, arguments: list[str]) -> None:
    run = kg(*arguments, store=copy)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert run.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [["export"], ["stats", "--json"]])
def test_a_full_disk_is_said_and_fails(world: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [sys.executable, "-m", "kg", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env=environment(KG_STORE=str(world)),
        )
    assert run.returncode == 1
    assert run.stderr.startswith("error: No space left")
    assert "Traceback" not in run.stderr


def test_a_variable_that_is_empty_is_not_set(kg: Kg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_MODEL", "")
    monkeypatch.setenv("KG_THREADS", "")
    assert Settings().model is None
    assert kg("stats", cwd=tmp_path, KG_STORE="").stderr.startswith(f"error: {DEFAULT_STORE}: ")


def test_a_wrong_setting_fails_at_start(kg: Kg, world: Path) -> None:
    run = kg("serve", store=world, KG_QUERY_TIMEOUT_S="soon")
    assert run.returncode == 1
    assert "KG_QUERY_TIMEOUT_S" in run.stderr


@contextmanager
def started(*arguments: str, store: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The command while it runs; killed if it still does at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPTED, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=REPOSITORY,
        env=environment(KG_STORE=str(store)),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_nobody_reading_is_no_error(world: Path) -> None:
    with started("export", "--format", "nquads", store=world) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=WAIT_S) in (0, 141)


def test_ctrl_c_stops_a_query_at_once(world: Path) -> None:
    with started("query", ENDLESS, "--timeout", "3000", store=world) as process:
        _wait_for_worker(process.pid)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=WAIT_S)
    assert process.returncode == 130
    assert b"Traceback" not in errors


def _wait_for_worker(pid: int) -> None:
    """Wait until the process has a child that works."""
    deadline = time.monotonic() + WAIT_S
    children = Path(f"/proc/{pid}/task/{pid}/children")
    while time.monotonic() < deadline:
        if children.exists() and children.read_text().split():
            time.sleep(1)
            return
        time.sleep(0.05)
    raise AssertionError("no worker was started")


def test_a_query_is_stopped_at_its_deadline(kg: Kg, world: Path) -> None:
    run = kg("query", ENDLESS, "--timeout", "0.5", store=world)
    assert run.returncode == 1
    assert "0.5 s" in run.stderr


def test_defaults_agree_wherever_they_are_written() -> None:
    from kg.settings import DEFAULT_BASE_IRI
    from kg.workspace import DEFAULT_BASE

    assert Settings.model_fields["store"].default == DEFAULT_STORE
    assert DEFAULT_BASE_IRI == DEFAULT_BASE
