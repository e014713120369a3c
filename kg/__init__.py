"""Newsgraph: news articles in, a knowledge graph with evidence out.

`kg.open(location)` is the Python API (`kg.newsgraph`); nothing is loaded before it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = ["Newsgraph", "__version__", "open"]

if TYPE_CHECKING:
    from kg.newsgraph import Newsgraph
    from kg.newsgraph import open_graph as open  # noqa: A004 - `kg.open`, as `gzip.open`


def __getattr__(name: str) -> Any:
    if name not in ("Newsgraph", "open"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kg import newsgraph

    return newsgraph.open_graph if name == "open" else newsgraph.Newsgraph
