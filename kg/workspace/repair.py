"""What a killed process left undone is done: pending changes are shown, a graph that was being rewritten is written."""

from __future__ import annotations

from pyoxigraph import DefaultGraph, RdfFormat, Triple, parse

from kg import pipeline
from kg.catalogue import Catalogue, Change
from kg.errors import WorkspaceError
from kg.graph import GraphStore
from kg.graph.facts import judgements_graph, ontology_graph
from kg.resources import resource

__all__ = ["complete", "is_whole", "order_rewrite"]


GRAPHS_PER_FLUSH = 100  # an embedded store keeps what it removes in memory until then: half a megabyte for an article


def order_rewrite(change: Change) -> None:
    """Note, with a change, that the whole graph is to be written anew by `complete`."""
    change.set_meta("rewrite", "1")


def is_whole(catalogue: Catalogue) -> bool:
    """Whether the graph shows all that the catalogue holds."""
    pending = catalogue.pending(articles=1, entities=1, statements=1, judgements=1)
    return not pending and catalogue.meta("rewrite") is None


def complete(catalogue: Catalogue, store: GraphStore, base: str) -> None:
    """Make the graph show all that the catalogue holds; done again from the start, it ends the same."""
    if catalogue.meta("ontology") is None:
        _check_empty(store)
        store.replace_graph(ontology_graph(base), _ontology())
        store.flush()
        with catalogue.change() as change:
            change.set_meta("ontology", "1")
    rewriting = catalogue.meta("rewrite") is not None
    if rewriting:
        _clear(store, base)
        with catalogue.change() as change:
            change.pend_everything()
    pipeline.show(catalogue, store, base)
    if rewriting:
        with catalogue.change() as change:
            change.set_meta("rewrite", None)


def _clear(store: GraphStore, base: str) -> None:
    """Remove what the catalogue can make again; the user's own graphs stay."""
    articles = [graph for graph in store.graph_names() if graph.value.startswith(f"{base}article/")]
    for number, graph in enumerate(articles, 1):
        store.clear_graph(graph)
        if number % GRAPHS_PER_FLUSH == 0:
            store.flush()
    store.clear_graph(judgements_graph(base))
    store.clear_graph(DefaultGraph())
    store.replace_graph(ontology_graph(base), _ontology())


def _check_empty(store: GraphStore) -> None:
    """Raise WorkspaceError if a store that is to be a workspace's holds facts of something else."""
    facts = "?s ?p ?o" if store.default_graph is None else f"GRAPH {store.default_graph} {{ ?s ?p ?o }}"
    if store.query(f"ASK {{ {facts} }}").boolean:
        raise WorkspaceError(
            f"{store.location}: its default graph holds data already",
            hint="give the workspace an empty store: the default graph is its own, and a rebuild writes it anew",
        )


def _ontology() -> list[Triple]:
    path = resource("ontology") / "kg.ttl"
    return [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)]
