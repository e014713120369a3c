"""The graphs that are a view of the catalogue, and by which route each of them changes.

A direct write on one of them would be lost at the next rebuild, and would say what no article says.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import DefaultGraph, NamedNode

from kg.errors import ProtectedGraph
from kg.graph.facts import judgements_graph, ontology_graph
from kg.graph.updates import Update

__all__ = ["ManagedGraphs"]

_ARTICLES = "add an article with POST /articles or kg ingest, take one away with DELETE /articles/{id} or kg delete"
_OWN = "name a graph of your own: any IRI that is not the workspace's"


@dataclass(frozen=True, slots=True)
class ManagedGraphs:
    """The managed graphs of a workspace; `facts` is the graph that stands in for the default graph on some servers."""

    base: str
    facts: NamedNode | None = None

    def check(self, graph: NamedNode | DefaultGraph) -> None:
        """Raise ProtectedGraph, with the right route named, unless the graph is the user's own.

        >>> ManagedGraphs("http://localhost:8000/").check(NamedNode("http://localhost:8000/article/a.txt"))
        Traceback (most recent call last):
        kg.errors.ProtectedGraph: http://localhost:8000/article/a.txt is an article's graph, which changes with it
        """
        if isinstance(graph, DefaultGraph) or graph == self.facts:
            raise ProtectedGraph("the default graph holds the facts, which change with the articles", hint=_ARTICLES)
        if graph.value.startswith(f"{self.base}article/"):
            raise ProtectedGraph(f"{graph.value} is an article's graph, which changes with it", hint=_ARTICLES)
        if graph == judgements_graph(self.base):
            raise ProtectedGraph(
                f"{graph.value} shows the decisions of people, which are kept in the catalogue",
                hint="decide with kg merge, kg split, kg accept or kg reject, and take it back with kg undo",
            )
        if graph == ontology_graph(self.base):
            raise ProtectedGraph(
                f"{graph.value} is the ontology that this version of the program knows", hint=f"for more, {_OWN}"
            )

    def check_update(self, update: Update) -> None:
        """Raise ProtectedGraph for an update that writes a managed graph, or might."""
        for operation in update.operations:
            for graph in operation.graphs:
                self.check(graph)
            if operation.everywhere:
                raise ProtectedGraph(
                    f"{operation.kind} on {operation.everywhere} would reach the graphs that the workspace manages",
                    hint=_OWN,
                )
