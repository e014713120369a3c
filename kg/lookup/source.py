"""Where look-ups read: the catalogue knows what there is, the graph has the words that say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pyoxigraph import NamedNode

from kg.catalogue import Catalogue
from kg.graph import GraphStore, Row
from kg.graph.facts import statement_iri
from kg.types import Statement

__all__ = ["Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """A workspace as look-ups see it; `base` is what its IRIs begin with.

    A change reaches the catalogue first and the graph a moment later: in between, what the graph does not show yet comes
    without its sentences.
    """

    catalogue: Catalogue
    store: GraphStore
    base: str

    def select(self, query: str) -> list[Row]:
        """The solutions of one of our own, bounded queries."""
        return self.store.query(query).rows()

    @property
    def iri_of(self) -> Callable[[Statement], NamedNode]:
        """A statement's IRI from its terms."""
        return partial(statement_iri, self.base)
