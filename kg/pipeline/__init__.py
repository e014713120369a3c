"""Article → catalogue → graph: composes the stages, and is the one room that knows them all.

`prepare` reads and extracts; `put`, `remove`, `judge`, `undo` and `link_again` change the catalogue, each inside one
transaction; `show` writes to the store what the catalogue has noted as pending. A process that dies between two of
these leaves a workspace that `show` completes.
"""

from kg.pipeline.changing import Prepared, judge, link_again, prepare, put, put_again, remove, undo
from kg.pipeline.showing import show

__all__ = ["Prepared", "judge", "link_again", "prepare", "put", "put_again", "remove", "show", "undo"]
