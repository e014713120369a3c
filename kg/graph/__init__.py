"""Claims → graph store → answers.

In come documents, entities, statements and claims; out come triples, SPARQL updates, answers and exports. Decided here:
facts live once, in the store's own default graph, so that queries need no dataset parameters and joins do not multiply;
each article's claims and mentions are one named graph, replaced as a whole; a commit is one SPARQL update with absolute
new values, so that repeating it changes nothing and any SPARQL 1.1 server will do. `facts` makes the triples, `check`
holds them against the ontology, `scope` and `export` hand them out; they are imported from there, since a worker
process that answers queries needs none of them.
"""

from kg.graph.store import Answer, GraphStore, Row, Term, open_store

__all__ = ["Answer", "GraphStore", "Row", "Term", "open_store"]
