"""SPARQL servers for tests: real ones, on loopback, each ended by its process id.

`oxigraph serve` comes from PyPI with the `test` extra. A Virtuoso runs where Debian's `virtuoso-opensource` is installed;
elsewhere what needs one is skipped, and says so.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FACTS = "http://localhost:8000/graph/facts"
VIRTUOSO_ROWS = 1_000
"""How many rows the tests' Virtuoso gives at most: fewer than the 10,000 as shipped, to be reached sooner."""

_VIRTUOSO_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
MaxQueryMem = 500M
CaseMode = 2
DirsAllowed = {folder}
MaxClientConnections = 20
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 20
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryCostEstimationTime = 400
MaxQueryExecutionTime = 60
"""


def oxigraph() -> str:
    """The `oxigraph` command that was installed beside this Python."""
    found = shutil.which(
        "oxigraph", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    )
    if found is None:
        pytest.fail("the oxigraph command is missing: pip install newsgraph[test]")
    return found


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(*options: str, port: int | None = None) -> Iterator[str]:
    """The URL of an `oxigraph serve` (in memory, unless told otherwise), which ends with the block."""
    port = port or free_port()
    command = [oxigraph(), "serve", "--bind", f"127.0.0.1:{port}", *options]
    with _running(command, f"http://127.0.0.1:{port}") as url:
        yield url


@contextmanager
def virtuoso() -> Iterator[str]:
    """The location of an empty Virtuoso, which ends with the block; skips the test where none is installed."""
    found = shutil.which("virtuoso-t")
    if found is None:
        pytest.skip("there is no Virtuoso here (apt-get install virtuoso-opensource): the other stores were tested")
    with tempfile.TemporaryDirectory(prefix="virtuoso-") as folder:
        port = free_port()
        ini = Path(folder) / "virtuoso.ini"
        ini.write_text(_VIRTUOSO_INI.format(folder=folder, port=port, sql_port=free_port(), rows=VIRTUOSO_ROWS))
        with _running([found, "+configfile", str(ini), "+foreground"], f"http://127.0.0.1:{port}", "/sparql"):
            yield f"http://dba:dba@127.0.0.1:{port}#server=virtuoso"


@contextmanager
def _running(command: list[str], url: str, path: str = "") -> Iterator[str]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            deadline = time.monotonic() + 120
            while not _answers(url + path):
                assert server.poll() is None, f"{command[0]} ended at once"
                assert time.monotonic() < deadline, f"{command[0]} does not answer"
                time.sleep(0.05)
            yield url
        finally:
            server.kill()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return bool(response.status == 200)
    except OSError:
        return False
