"""The life of many articles: read, replaced and withdrawn by a process that is killed again and again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from kg.workspace import Workspace
from tests.generated import GeneratedExtractor, generated, named_by_mentions

ARTICLES = 1_000
KILLS = 10
LONGEST_S = 2.0  # that a writer lives, while it is to be killed

WRITER = """
import os, sys, pathlib
from kg.errors import UnknownEntity
from kg.workspace import Workspace
from tests.generated import GeneratedExtractor
from tests.generated import generated
from tests.test_life import acts

with Workspace.open("memory:") as warm:  # what is loaded once is loaded before the first fork
    warm.ingest([generated(n) for n in range(5)], GeneratedExtractor())
for line in sys.stdin:
    folder, count = line.rsplit(" ", 1)
    if (child := os.fork()) == 0:
        noted = pathlib.Path(folder).with_suffix(".done")
        done = int(noted.read_text()) if noted.exists() else 0
        print(os.getpid(), flush=True)
        with Workspace.open(folder) as workspace:
            for number, (kind, articles) in enumerate(acts(int(count))):
                if number < done:
                    continue
                if kind == "read":
                    workspace.ingest(articles, GeneratedExtractor())
                for article in articles if kind == "withdraw" else ():
                    try:
                        workspace.delete(article.id)
                    except UnknownEntity:
                        pass  # the process was killed after that
                making = noted.with_suffix(".part")
                making.write_text(str(number + 1))
                making.replace(noted)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print("done" if status == 0 else "killed", flush=True)
"""


def fates(count: int) -> tuple[list[int], list[int]]:
    """The numbers of the articles that are replaced, a tenth, and of those that are withdrawn, another tenth."""
    dice = random.Random(count)
    numbers = dice.sample(range(count), count // 5)
    return numbers[: count // 10], numbers[count // 10 :]


def acts(count: int):  # type: ignore[no-untyped-def]
    """Yield what is done, act by act, in an order that mixes it all; each may be done again."""
    replaced, withdrawn = fates(count)
    first = [("read", [generated(n) for n in range(at, min(at + 50, count))]) for at in range(0, count, 50)]
    later = [("read", [generated(n, revision=1) for n in replaced[at : at + 10]]) for at in range(0, len(replaced), 10)]
    later += [("withdraw", [generated(n) for n in withdrawn[at : at + 10]]) for at in range(0, len(withdrawn), 10)]
    random.Random(1).shuffle(later)
    yield from first
    yield from later


def lived(folder: Path, count: int, kills: int, longest_s: float) -> int:
    """Live through all acts in a workspace, in a process that is killed at random moments; returns how often it was."""
    Workspace.create(folder).close()
    root = Path(__file__).resolve().parents[1]
    dice, killed = random.Random(7), 0
    helper = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert helper.stdin is not None
    assert helper.stdout is not None
    with helper, helper.stdin, helper.stdout:
        while True:
            helper.stdin.write(f"{folder} {count}\n")
            helper.stdin.flush()
            child = int(helper.stdout.readline())
            if killed < kills:
                time.sleep(dice.uniform(0.0, longest_s))
                with suppress(ProcessLookupError):  # it was quicker
                    os.kill(child, signal.SIGKILL)
            outcome = helper.stdout.readline().strip()
            if outcome == "done":
                return killed
            killed += 1


def compared(folder: Path, count: int) -> None:
    """Compare a workspace that has lived with a clean build of the articles that are left."""
    replaced, withdrawn = fates(count)
    left = [generated(n, revision=int(n in set(replaced))) for n in range(count) if n not in set(withdrawn)]
    with Workspace.open(folder) as workspace, Workspace.open("memory:") as clean:
        workspace.resolve()
        clean.ingest(left, GeneratedExtractor())
        clean.resolve()
        assert workspace.catalogue.articles.ids() == clean.catalogue.articles.ids()
        ours, theirs = named_by_mentions(workspace.store), named_by_mentions(clean.store)
        assert (sorted(ours - theirs)[:5], sorted(theirs - ours)[:5]) == ([], [])
        assert workspace.stats() == clean.stats()
        assert sum(1 for row in workspace.catalogue.articles.rows(limit=count) if row.id.endswith("9.txt")) > 0
        assert any(workspace.catalogue.articles.copies(row.id) for row in workspace.catalogue.articles.rows(limit=100))


def test_articles_replaced_withdrawn_and_killed_are_as_a_clean_build(tmp_path: Path) -> None:
    assert lived(tmp_path / "w", ARTICLES, KILLS, LONGEST_S) == KILLS
    compared(tmp_path / "w", ARTICLES)
