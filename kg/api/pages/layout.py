"""A thing and what lies around it → places on paper, the same ones each time.

Not a force-directed drawing, in which the names of forty things cover each other: a tree whose leaves have a line each.
In the wide drawing the neighbours stand on two arcs left and right of the centre, with the names outwards; what one of them
was expanded by stands a step further out. In the narrow one, for a telephone, all hang under the centre. Statements
between two things that are not parent and child are curves across.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

__all__ = ["Drawing", "Edge", "Node", "narrow", "wide"]

ROW = 36.0  # of a name
ARC = (150.0, 120.0)  # from the centre to the ends of an arc, and how far its middle stands out
STEP = 250.0  # from a neighbour to what it was expanded by
NAME = 250.0  # room for a name: 30 characters of 14 px, and what expands it
NARROW_ROW = 46.0  # a name with its predicate above
INDENT = 30.0


@dataclass(frozen=True, slots=True)
class Node:
    """A thing's place; `side` is 1 right of the centre, -1 left of it, 0 in it."""

    iri: str
    x: float
    y: float
    side: int
    depth: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A curve (an SVG path) between two things, and where its words stand. `tree` is False for one across."""

    source: str
    target: str
    path: str
    x: float
    y: float
    side: int
    tree: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing's size, its nodes (the centre first) and its edges."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = field(default=())


def wide(centre: str, children: Mapping[str, Sequence[str]], across: Iterable[tuple[str, str]] = ()) -> Drawing:
    """The drawing of a tree (thing → what hangs on it) for a screen; `across` are further pairs that are joined.

    >>> [node.side for node in wide("a", {"a": ["b", "c"]}).nodes]
    [0, 1, -1]
    """
    first = list(children.get(centre, ()))
    right, left = _halves(first, children)
    deep = any(children.get(child) for child in first)
    half = sum(ARC) + (STEP if deep else 0.0) + NAME
    rows = max(1, _leaves(right, children), _leaves(left, children))
    height, middle = rows * ROW + 24.0, (rows * ROW + 24.0) / 2
    nodes = {centre: Node(centre, half, middle, 0, 0)}
    parents: dict[str, str] = {}
    for side, branch in ((1, right), (-1, left)):
        top = middle - _leaves(branch, children) * ROW / 2
        for child in branch:
            top = _hang(child, centre, side, top, height, half, children, nodes, parents)
    return Drawing(2 * half, height, tuple(nodes.values()), tuple(_edges(nodes, parents, across)))


def narrow(centre: str, children: Mapping[str, Sequence[str]]) -> Drawing:
    """The same tree for a telephone: each name on a line of its own, under what it hangs on."""
    nodes = {centre: Node(centre, 16.0, 22.0, 0, 0)}
    edges: list[Edge] = []
    for child in children.get(centre, ()):
        _stack(child, nodes[centre], children, nodes, edges)
    return Drawing(360.0, 22.0 + NARROW_ROW * (len(nodes) - 1) + 24.0, tuple(nodes.values()), tuple(edges))


def _leaves(branch: Sequence[str], children: Mapping[str, Sequence[str]]) -> int:
    """How many lines the names of a branch take."""
    return sum(max(1, len(children.get(child, ()))) for child in branch)


def _halves(first: Sequence[str], children: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """The neighbours for the right side, and those for the left, in order, with about as many lines on both."""
    total, taken = _leaves(first, children), 0
    for place, child in enumerate(first):
        if taken * 2 >= total:
            return list(first[:place]), list(first[place:])
        taken += _leaves([child], children)
    return list(first), []


def _hang(
    child: str,
    parent: str,
    side: int,
    top: float,
    height: float,
    half: float,
    children: Mapping[str, Sequence[str]],
    nodes: dict[str, Node],
    parents: dict[str, str],
) -> float:
    """Place a neighbour, and what hangs on it, from a line on; returns the line after."""
    below = top + _leaves([child], children) * ROW
    y = (top + below) / 2
    out = ARC[0] + ARC[1] * sqrt(max(0.0, 1 - ((y - height / 2) / (height / 2)) ** 2))
    nodes[child] = Node(child, half + side * out, y, side, 1)
    parents[child] = parent
    for place, grandchild in enumerate(children.get(child, ())):
        at = top + (place + 0.5) * ROW
        nodes[grandchild] = Node(grandchild, half + side * (sum(ARC) + STEP), at, side, 2)
        parents[grandchild] = child
    return below


def _edges(nodes: Mapping[str, Node], parents: Mapping[str, str], across: Iterable[tuple[str, str]]) -> Iterable[Edge]:
    for child, parent in parents.items():
        to, away = nodes[child], nodes[parent]
        start = away.x + (to.side * NAME * 0.86 if away.depth else 0)  # beside the name of a neighbour, not over it
        bend = (start + to.x) / 2
        path = f"M{start:.0f} {away.y:.0f}Q{bend:.0f} {to.y:.0f} {to.x:.0f} {to.y:.0f}"
        yield Edge(parent, child, path, to.x - to.side * 14, to.y - 5, to.side, tree=True)
    for one, two in across:
        a, b = nodes[one], nodes[two]
        x, y = (a.x + b.x) / 2, (a.y + b.y) / 2
        if a.side == b.side:
            x = min(a.x, b.x) - 70 if a.side > 0 else max(a.x, b.x) + 70
        yield Edge(one, two, f"M{a.x:.0f} {a.y:.0f}Q{x:.0f} {y:.0f} {b.x:.0f} {b.y:.0f}", x, y, 0, tree=False)


def _stack(
    child: str, parent: Node, children: Mapping[str, Sequence[str]], nodes: dict[str, Node], edges: list[Edge]
) -> None:
    node = Node(child, parent.x + INDENT, 22.0 + NARROW_ROW * len(nodes), 1, parent.depth + 1)
    nodes[child] = node
    path = f"M{parent.x:.0f} {parent.y + 9:.0f}V{node.y:.0f}H{node.x:.0f}"
    edges.append(Edge(parent.iri, child, path, node.x + 16, node.y - 13, 1, tree=True))
    for grandchild in children.get(child, ()):
        _stack(grandchild, node, children, nodes, edges)
