"""A workspace: the catalogue, the graph that shows it, and the one lock under which both change.

On disk it is a directory:

    workspace.json      format, base IRI, and the address of a remote store if it has one
    catalogue.sqlite    what was read and found, and what people decided: the truth
    store/              the graph (unless it is remote): a view of the catalogue
    snapshots/          the graph as it was at a version, hard-linked, for readers and query workers
    lock                held by the process that writes

`memory:` is a workspace that ends with the process.
"""

from kg.workspace.layout import DEFAULT_BASE, MEMORY
from kg.workspace.run import Progress
from kg.workspace.workspace import Workspace

__all__ = ["DEFAULT_BASE", "MEMORY", "Progress", "Workspace"]
