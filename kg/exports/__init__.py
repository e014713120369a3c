"""The graph, or a part of it, in the formats of other tools, and what changed in it, as feeds.

In: a graph store and an `Export` that says what of it is wanted, and how. Out: one file, written as it is made.

* The formats of RDF are `kg.graph.export`'s. GraphML, CSV and FollowTheMoney are read from the same part of the graph,
  entity by entity, so that a whole graph needs no more memory than the names of its entities.
* GraphML and FollowTheMoney have asserted facts alone: their users take every edge for true. CSV has all statements, and
  a column that says which are asserted.
* Equal graphs give equal files, whatever the format.
"""

from kg.exports.files import Compression, output
from kg.exports.write import FORMATS, Export, Format, format_of_name, write

__all__ = ["FORMATS", "Compression", "Export", "Format", "format_of_name", "output", "write"]
