"""The W3C Reconciliation Service API 0.2: what the names in somebody's table are in this graph.

A query (a name, perhaps a type and properties) comes in; candidates go out, each with a score that is explained. The
routes are in `kg.api.routes.reconcile`. Decisions, and why:

* An identifier is the IRI without the workspace's base (`person/ana-diaz-1f2e3d4c`), so `identifierSpace` and identifier
  make the IRI. IRIs, and identifiers of what was merged since, are understood too.
* Scores are those of `kg.resolve`: 100 for a name that resolution takes for the same (`keys`), else its probability
  that two names are one thing. A property that agrees leaves the score; one that contradicts takes 40 % of it.
* A candidate matches only if it is the one of its name, the name is a whole one (no surname, no acronym) and no property
  speaks against it. What a person would have to look at is left to a person.
"""

from kg.api.reconcile.candidates import candidates
from kg.api.reconcile.extension import extend
from kg.api.reconcile.manifest import manifest
from kg.api.reconcile.properties import PROPERTIES, Property, properties_of
from kg.api.reconcile.queries import Asked, read_batch, read_extension
from kg.api.reconcile.types import TYPES, ReconciledType

__all__ = [
    "PROPERTIES",
    "TYPES",
    "Asked",
    "Property",
    "ReconciledType",
    "candidates",
    "extend",
    "manifest",
    "properties_of",
    "read_batch",
    "read_extension",
]
