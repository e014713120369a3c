"""Claims → graph store → answers.

In come documents, entities, statements and claims; out come triples, SPARQL updates, answers and exports. Decided here:
facts live once, in the store's own default graph, so that queries need no dataset parameters and joins do not multiply;
each article's claims and mentions are one named graph, replaced as a whole; a commit is one SPARQL update with absolute
new values, so that repeating it changes nothing and any SPARQL 1.1 server will do.
"""

from kg.graph.store import Answer, GraphStore, Row, Term, open_store

__all__ = [
    "FORMATS",
    "Answer",
    "GraphStore",
    "Row",
    "Scope",
    "Term",
    "check_claims",
    "commit_update",
    "export",
    "open_store",
    "shacl",
]
