"""Article → catalogue → graph: composes the stages, and is the one room that knows them all.

`prepare` reads and extracts; `put`, `remove`, `judge`, `split`, `undo` and `link_again` change the catalogue, each inside one
transaction; `effect_of` says what that will change in the graph; `show` writes to the store what the catalogue has noted
as pending. A process that dies between two of
these leaves a workspace that `show` completes.
"""

from kg.pipeline.changing import Prepared, judge, link_again, prepare, put, put_again, remove, undo
from kg.pipeline.effects import Decided, Effect, Fact, Merged, Named, Renamed, effect_of
from kg.pipeline.showing import judged, show
from kg.pipeline.splitting import split

__all__ = [
    "Decided",
    "Effect",
    "Fact",
    "Merged",
    "Named",
    "Prepared",
    "Renamed",
    "effect_of",
    "judge",
    "judged",
    "link_again",
    "prepare",
    "put",
    "put_again",
    "remove",
    "show",
    "split",
    "undo",
]
