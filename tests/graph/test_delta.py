"""The commit to an embedded store writes little, and yet sets everything, whatever the store says."""

from __future__ import annotations

import random

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from kg import pipeline, vocab
from kg.graph import GraphStore
from kg.graph.delta import BULK_ARTICLES
from kg.workspace import Workspace
from tests.factory import World

ARTICLES = [World.article(f"{n}.txt", [n, n + 4, n + 9], publisher=f"P{n % 3}") for n in range(12)]


class Counting:
    """A store that keeps the updates it was sent."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self.updates: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def update(self, sparql: str) -> None:
        self.updates.append(sparql)
        self._store.update(sparql)


def filled() -> Workspace:
    workspace = Workspace.open("memory:")
    workspace.ingest(ARTICLES, World.extractor())
    return workspace


def show_all(workspace: Workspace) -> list[str]:
    """The updates that showing everything again takes."""
    with workspace.catalogue.change() as change:
        change.pend_everything()
    counting = Counting(workspace.store)
    pipeline.show(workspace.catalogue, counting, workspace.base)  # type: ignore[arg-type]
    return counting.updates


@pytest.mark.parametrize("seed", range(5))
def test_whatever_the_store_says_a_commit_sets_it_right(seed: int) -> None:
    dice = random.Random(seed)
    with filled() as workspace:
        before = set(workspace.store.quads())
        ours = sorted((quad for quad in before if not str(quad.graph_name).endswith("ontology>")), key=str)
        lost = dice.sample(ours, 60)
        if dice.random() < 0.5:  # whole articles too, more than are loaded one by one
            gone = {f"<{workspace.base}article/{n}.txt>" for n in dice.sample(range(12), BULK_ARTICLES + 1)}
            lost += [quad for quad in ours if str(quad.graph_name) in gone]
        stale = [
            Quad(quad.subject, quad.predicate, Literal("stale"), quad.graph_name)
            for quad in dice.sample(ours, 40)
            if quad.predicate.value not in {vocab.KG + name for name in vocab.PREDICATES}
            and (not isinstance(quad.graph_name, DefaultGraph) or quad.predicate != vocab.rdf_subject)
        ]
        for quad in lost:
            graph = "" if isinstance(quad.graph_name, DefaultGraph) else f"GRAPH {quad.graph_name}"
            workspace.store.update(
                f"DELETE DATA {{ {graph} {{ {quad.triple} }} }}" if graph else f"DELETE DATA {{ {quad.triple} }}"
            )
        workspace.store.extend(stale)
        show_all(workspace)
        assert set(workspace.store.quads()) == before


def test_a_graph_that_says_it_all_takes_no_update() -> None:
    with filled() as workspace:
        assert show_all(workspace) == []


def test_one_more_supporter_of_a_statement_changes_only_its_counts() -> None:
    with filled() as workspace:
        (old,) = [
            quad.subject
            for quad in workspace.store.quads(None, vocab.rdf_predicate, vocab.citizenOf)
            if isinstance(quad.subject, NamedNode)
        ]
        counting = Counting(workspace.store)
        workspace.store = counting  # type: ignore[assignment]
        workspace.ingest([World.article("new.txt", [17], publisher="P9")], World.extractor())
        (update,) = counting.updates
        about = [line for line in update.splitlines() if line.startswith((str(old), f"DELETE DATA {{ {old}"))]
        assert {line.partition(" ")[2].split()[0] for line in about if line.startswith(str(old))} <= {
            str(vocab.supportingArticles), str(vocab.supportingSources),
        }  # fmt: skip
        assert about
