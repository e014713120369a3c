"""The documents say what is so: every command of the README runs, but the installs; its example is in the demo's graph."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import platformdirs
import pytest
import zstandard
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Variable, parse

from kg.cli import COMMANDS
from kg.settings import Settings
from kg.train.lint import problems_of
from kg.train.markup import read_story

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
CORPUS = ROOT / "kg" / "train" / "corpus"
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(CORPUS.glob("*.md"))]

ARTICLE = "http://localhost:8000/article/"
TIMEOUT_S = 900  # for the whole tour, on a busy machine


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a document: its language, its text, the line on which it begins."""

    language: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"line {self.line}"


def blocks_of(path: Path, *languages: str) -> list[Block]:
    """The fenced blocks of a document in these languages, in order."""
    text = path.read_text("utf-8")
    fences = re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    blocks = [Block(m[1], m[2], text.count("\n", 0, m.start()) + 2) for m in fences]
    return [block for block in blocks if block.language in languages]


BASH = blocks_of(README, "bash")
TOUR = [block for block in blocks_of(README, "bash", "python") if block != BASH[1]]


def without_installs(command: str) -> str:
    """A line of commands without those that install."""
    return " && ".join(part for part in command.split(" && ") if not part.startswith("pip install"))


# Starts the service on a free port, and tells curl that this is where the README's address leads.
SERVE = """kg serve --port 0 &
server=$!
trap 'kill $server; wait $server || true' EXIT
until [ -s "$KG_STORE/service.json" ]; do kill -0 $server; sleep 0.1; done
python - <<'PYTHON'
import json, os, pathlib, urllib.parse
folder = pathlib.Path(os.environ["KG_STORE"])
url = urllib.parse.urlsplit(json.loads((folder / "service.json").read_text())["url"])
lines = f'connect-to = "localhost:8000:{url.hostname}:{url.port}"\\nfail\\nshow-error\\n'
(pathlib.Path(os.environ["CURL_HOME"]) / ".curlrc").write_text(lines)
PYTHON
"""

# What the README asks of curl, for machines without it.
CURL = """#!{python}
import argparse, os, pathlib, re, sys, urllib.parse, urllib.request
options = argparse.ArgumentParser()
options.add_argument("-s", action="store_true")
options.add_argument("-H", action="append", default=[])
options.add_argument("-X")
options.add_argument("-d")
options.add_argument("--data-urlencode")
options.add_argument("url")
given = options.parse_args()
port = re.search(r":(\\d+)\\"", (pathlib.Path(os.environ["CURL_HOME"]) / ".curlrc").read_text())[1]
body = given.d
if given.data_urlencode:
    name, _, value = given.data_urlencode.partition("=")
    body = name + "=" + urllib.parse.quote(value)
request = urllib.request.Request(
    given.url.replace("localhost:8000", "127.0.0.1:" + port, 1),
    data=None if body is None else body.encode(),
    headers=dict(header.split(": ", 1) for header in given.H),
    method=given.X or ("GET" if body is None else "POST"),
)
with urllib.request.urlopen(request) as answer:
    sys.stdout.buffer.write(answer.read())
"""


def script_of(blocks: list[Block], out: Path) -> str:
    """One shell script that does what a reader does: block after block, in one shell and one folder."""
    parts = ["set -euo pipefail"]
    for block in blocks:
        lines = [without_installs(line) for line in block.text.splitlines()]
        body = "\n".join(lines)
        if block.language == "python":
            program = out / f"{block.line}.py"
            program.write_text(block.text, "utf-8")
            body = f"python {shlex.quote(str(program))}"
        elif body == "kg serve":
            body = SERVE
        here = shlex.quote(str(out / str(block.line)))
        parts.append(f"{{\n{body}\n}} > {here}.out 2> {here}.err\ntouch {here}.done")
    return "\n".join(parts) + "\n"


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's commands were run, in order; `out/` has what each block printed."""
    folder = tmp_path_factory.mktemp("reader")
    out, programs = folder / "out", Path(sys.executable).parent
    out.mkdir()
    assert (programs / "kg").exists(), "the package is not installed: pip install -e '.[test]'"
    path = [str(programs), os.environ["PATH"]]
    if shutil.which("curl") is None:
        curl = folder / "bin" / "curl"
        curl.parent.mkdir()
        curl.write_text(CURL.format(python=sys.executable), "utf-8")
        curl.chmod(0o755)
        path.insert(0, str(curl.parent))
    # another model may be tried; nothing else of who runs this counts
    mine = {name: value for name, value in os.environ.items() if not name.startswith("KG_") or name == "KG_MODEL"}
    env = {**mine, "PATH": os.pathsep.join(path), "HOME": str(folder), "CURL_HOME": str(out), "COLUMNS": "160"}
    env["XDG_CACHE_HOME"] = str(platformdirs.user_cache_path())  # the gazetteer's index need not be made again
    script = out / "tour.sh"
    script.write_text(script_of(TOUR, out), "utf-8")
    reader = folder / "work"
    reader.mkdir()
    with subprocess.Popen(
        ["bash", str(script)], cwd=reader, env=env, stdin=subprocess.DEVNULL, start_new_session=True
    ) as shell:
        try:
            shell.wait(TIMEOUT_S)
        finally:
            if shell.poll() is None:
                os.killpg(shell.pid, signal.SIGKILL)
    return folder


def printed(tour: Path, needle: str) -> str:
    """What the block that holds some words printed."""
    (block,) = (block for block in TOUR if needle in block.text)
    return (tour / "out" / f"{block.line}.out").read_text("utf-8")


@pytest.mark.parametrize("block", TOUR, ids=str)
def test_the_commands_of_the_readme_work(tour: Path, block: Block) -> None:
    errors = tour / "out" / f"{block.line}.err"
    if not errors.exists():
        pytest.fail("not reached: an earlier block failed")
    assert (tour / "out" / f"{block.line}.done").exists(), errors.read_text("utf-8")


@pytest.mark.parametrize(
    ("block", "words"),
    [
        pytest.param(
            "kg demo", ["Who leads what", "“", "kg serve"], id="the demo shows facts, sentences, next commands"
        ),
        pytest.param(
            "kg search mining", ["articles", "Caribbean Mediation Council", "“"], id="statements and sentences"
        ),
        pytest.param("kg run disputed", ["Greaves", "leaders-of-group"], id="named queries"),
        pytest.param("ORDER BY DESC(?sources)", ["Marowijne River Front"], id="SPARQL"),
        pytest.param(
            "kg:evidence/oa:exact", ["Marowijne River Front", "http://localhost:8000/article/"], id="evidence"
        ),
        pytest.param("--show-cut", ["Leave a comment"], id="cut clutter is listed"),
        pytest.param("/healthz", ["Caribbean Mediation Council", '"bindings"'], id="HTTP"),
        pytest.param("/relations", ["Judith Greaves", '"exact"', "kg:Group"], id="relations with evidence"),
        pytest.param("kg key create newsroom", ["pilots-2031-05-02", '"added"'], id="writing with a key"),
        pytest.param("kg.open", ["1 new, 0 unchanged"], id="Python"),
    ],
)
def test_the_answers_are_worth_reading(tour: Path, block: str, words: list[str]) -> None:
    text = printed(tour, block)
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(
    ("file", "form"),
    [
        ("graph.ttl", RdfFormat.TURTLE),
        ("leaders.ttl", RdfFormat.TURTLE),
        ("archive.ttl", RdfFormat.TURTLE),
        ("backup.nq.zst", RdfFormat.N_QUADS),
        ("council.jsonld", RdfFormat.JSON_LD),
    ],
)
def test_the_exports_of_the_readme_are_rdf(tour: Path, file: str, form: RdfFormat) -> None:
    assert len(list(parse(plain(tour / "work" / file), form))) > 10


def plain(path: Path) -> bytes:
    """What a file holds, without the compression that its name tells."""
    data = path.read_bytes()
    return zstandard.ZstdDecompressor().decompressobj().decompress(data) if path.suffix == ".zst" else data


def test_the_example_of_the_readme_is_in_the_graph_of_the_demo(tour: Path) -> None:
    store = Store()
    store.load(plain(tour / "work" / "backup.nq.zst"), RdfFormat.N_QUADS)
    (block,) = blocks_of(README, "trig")
    patterns = patterns_of(block.text)
    for graph, triples in patterns.items():
        where = f"GRAPH {graph} {{ {triples} }}" if graph else triples
        assert store.query(f"ASK {{ {where} }}"), where
    whole = " ".join(f"GRAPH {graph} {{ {triples} }}" if graph else triples for graph, triples in patterns.items())
    assert store.query(f"ASK {{ {whole} }}")


def patterns_of(trig: str) -> dict[str, str]:
    """Graph → a pattern that holds its triples up to the names of things and to numbers, which a new model may change."""
    variables: dict[object, Variable] = {}
    fresh = count()

    def shown(term: object) -> str:
        named = isinstance(term, NamedNode) and term.value.startswith("http://localhost:8000/")
        if named and not (term.value.startswith(ARTICLE) and "#" not in term.value):
            return str(variables.setdefault(term, Variable(f"n{len(variables)}")))
        if isinstance(term, Literal) and term.datatype.value.endswith(("#integer", "#decimal")):
            return str(Variable(f"number{next(fresh)}"))
        return str(term)

    found: dict[str, str] = {}
    for quad in parse(trig, RdfFormat.TRIG):
        graph = str(quad.graph_name) if isinstance(quad.graph_name, NamedNode) else ""
        triple = f"{shown(quad.subject)} {quad.predicate} {shown(quad.object)} . "
        found[graph] = found.get(graph, "") + triple
    return found


def test_the_first_two_blocks_set_everything_up() -> None:
    assert BASH[0].text == "pip install . && kg demo\n"
    assert BASH[1].text == "pip install -e '.[test]' && python -m pytest -n 2 --dist loadfile\n"


def test_ci_runs_what_the_readme_says() -> None:
    script = re.sub(r"step |--quiet ", "", (ROOT / ".ci" / "run").read_text("utf-8"))
    assert [part for part in BASH[1].text.strip().split(" && ") if f"\n{part}\n" not in script] == []


def test_ci_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_readme_lists_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(KG_\w+)` \| `?([^`|]*?)`? \|", README.read_text("utf-8"), re.MULTILINE))
    defaults = {
        f"KG_{name.upper()}": ",".join(field.default) if isinstance(field.default, tuple) else str(field.default or "")
        for name, field in Settings.model_fields.items()
    }
    assert {name: default.strip() for name, default in rows.items()} == defaults


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    local = [target for target in targets if not target.startswith(("http://", "https://"))]
    assert [target for target in local if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_commands_that_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    code = "\n".join([*re.findall(r"`([^`\n]+)`", text), *(block.text for block in blocks_of(path, "bash"))])
    assert set(re.findall(r"(?:^|[\s(])kg ([a-z]+)", code)) <= set(COMMANDS)


def test_examples_of_the_guideline_are_well_formed(tmp_path: Path) -> None:
    examples = blocks_of(CORPUS / "GUIDELINE.md", "passage")
    assert examples
    for example in examples:
        file = tmp_path / "example.txt"
        file.write_text(example.text, "utf-8")
        assert problems_of(read_story(file)) == []


def test_the_story_of_the_guideline_is_right_but_for_its_size(tmp_path: Path) -> None:
    (example,) = blocks_of(CORPUS / "GUIDELINE.md", "story")
    file = tmp_path / "example.txt"
    file.write_text(example.text, "utf-8")
    sizes = r"\d+ (words, not|texts, fewer|genres, fewer|traps for)"
    assert [found for found in problems_of(read_story(file)) if not re.match(sizes, found.what)] == []


def test_the_data_card_has_the_counts_of_today() -> None:
    lint = [sys.executable, "-m", "kg.train.markup", *map(str, CORPUS.glob("*.txt"))]
    run = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    _, block = blocks_of(CORPUS / "DATA_CARD.md", "text")
    assert block.text == run.stdout, "paste what python -m kg.train.markup prints"


@pytest.mark.skipif(
    not (CORPUS / "TEST_SHA256").exists(), reason="stories are still written: their counts come when they are frozen"
)
def test_the_data_card_has_the_counts_of_the_stories() -> None:
    stats = [sys.executable, "-m", "kg", "corpus", "stats", str(CORPUS / "stories")]
    run = subprocess.run(stats, capture_output=True, text=True, check=True)
    block, _ = blocks_of(CORPUS / "DATA_CARD.md", "text")
    assert block.text.splitlines() == [line.rstrip() for line in run.stdout.splitlines()], (
        "paste what kg corpus stats prints"
    )
