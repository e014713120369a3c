"""A process killed anywhere leaves a workspace that opens and completes itself.

A helper process imports the program once and then forks a writer for each round; the writer ingests, replaces and
deletes articles until it is killed. The workspace must then open and hold what a clean build of its articles holds.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg.errors import StoreError
from kg.workspace import Workspace
from tests.factory import Failing, World, canonical

ROUNDS = 24
LONGEST_S = 0.8  # from the moment that a writer begins to write

ZYGOTE = """
import os, sys, random
from tests.factory import World
from kg.articles import clean
from kg.workspace import Workspace, run

clean(World.article("warm", [0]))
for line in sys.stdin:
    folder, seed = line.rsplit(" ", 1)
    if (child := os.fork()) == 0:
        os.setsid()
        print(os.getpid(), flush=True)
        dice = random.Random(int(seed))
        run.BATCH_ARTICLES = dice.choice((1, 3, 16))
        with Workspace.open(folder) as opened:
            print("writing", flush=True)
            while True:
                action = dice.random()
                if action < 0.7:
                    opened.ingest(
                        [
                            World.article(
                                f"{dice.randrange(30)}.txt",
                                [dice.randrange(18) for _ in range(3)],
                                published=f"2024-01-{dice.randrange(1, 29):02}",
                                publisher=f"P{dice.randrange(4)}",
                            )
                            for _ in range(dice.randrange(1, 20))
                        ],
                        World.extractor(),
                    )
                elif action < 0.85 and (ids := opened.catalogue.articles.ids()):
                    opened.delete(dice.choice(ids))
                elif action < 0.9:
                    opened.rebuild()
                elif action < 0.95:
                    opened.resolve()
                else:
                    opened.snapshot()
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


def clean_build(workspace: Workspace) -> list[str]:
    """The graph of the articles that a workspace holds, built afresh."""
    articles = [workspace.catalogue.articles.article(article_id) for article_id in workspace.catalogue.articles.ids()]
    with Workspace.open("memory:") as fresh:
        fresh.ingest([article for article in articles if article is not None], World.extractor())
        return canonical(fresh.store)


def test_a_writer_killed_at_any_moment_leaves_a_whole_workspace(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    Workspace.create(folder).close()
    dice = random.Random(5)
    root = Path(__file__).resolve().parents[1]
    helper = subprocess.Popen(
        [sys.executable, "-c", ZYGOTE],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert helper.stdin is not None
    assert helper.stdout is not None
    unfinished = 0
    try:
        for seed in range(ROUNDS):
            helper.stdin.write(f"{folder} {seed}\n")
            helper.stdin.flush()
            child = int(helper.stdout.readline())
            if seed % 4:  # else it may still be opening
                assert helper.stdout.readline() == "writing\n"
            time.sleep(dice.uniform(0.0, LONGEST_S))
            os.kill(child, signal.SIGKILL)
            while helper.stdout.readline() != "gone\n":
                pass
            unfinished += left_undone(folder)
            with Workspace.open(folder) as workspace:
                assert not workspace.catalogue.pending()
                assert canonical(workspace.store) == clean_build(workspace), f"round {seed}"
    finally:
        helper.stdin.close()
        helper.wait()
        helper.stdout.close()
    assert unfinished, "no writer was killed between the catalogue and the graph: the test tests nothing"


def left_undone(folder: Path) -> bool:
    from kg.catalogue import Catalogue

    path = folder / "catalogue.sqlite"
    if not path.exists():
        return False
    catalogue = Catalogue.open(path)
    try:
        return bool(catalogue.pending()) or catalogue.meta("rewrite") is not None
    finally:
        catalogue.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("action", ["ingest", "ingest many", "delete", "rebuild"])
def test_a_store_that_fails_is_completed_at_the_next_opening(
    tmp_path: Path, action: str, nth: int, after: bool
) -> None:
    articles = [World.article(f"{n}.txt", [n, n + 1]) for n in range(4)]
    with Workspace.create(tmp_path / "w") as workspace:
        workspace.ingest(articles, World.extractor())
        workspace.store = Failing(workspace.store, nth, after=after)  # type: ignore[assignment]
        try:
            if action == "ingest":
                for n in range(4):
                    workspace.ingest([World.article(f"{n}.txt", [n + 2, n + 7])], World.extractor())
            elif action == "ingest many":  # their graphs are loaded, not part of the update
                for first in (10, 20):
                    many = [World.article(f"{n}.txt", [n, n + 1]) for n in range(first, first + 10)]
                    workspace.ingest(many, World.extractor())
            elif action == "delete":
                for n in range(4):
                    workspace.delete(f"{n}.txt")
            else:
                workspace.rebuild()
        except StoreError:
            failed = True
        else:
            failed = False
    assert failed
    with Workspace.open(tmp_path / "w") as workspace:
        assert canonical(workspace.store) == clean_build(workspace)
