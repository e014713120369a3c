"""Drawings: names never cover each other, all of it lies on the paper, and the same graph gives the same drawing."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg.api.pages.layout import NARROW_ROW, ROW, narrow, wide


@st.composite
def trees(draw: st.DrawFn) -> dict[str, list[str]]:
    first = [f"n{i}" for i in range(draw(st.integers(0, 40)))]
    tree = {"centre": first}
    for parent in first[:5]:
        tree[parent] = [f"{parent}.{i}" for i in range(draw(st.integers(0, 8)))]
    return tree


@given(trees())
def test_each_name_has_a_line_of_its_own(tree: dict[str, list[str]]) -> None:
    for one, two in combinations(wide("centre", tree).nodes[1:], 2):
        if (one.side, one.depth) == (two.side, two.depth):
            assert abs(one.y - two.y) >= ROW - 0.01
    nodes = narrow("centre", tree).nodes
    assert all(later.y - earlier.y >= NARROW_ROW - 0.01 for earlier, later in pairwise(nodes[1:]))


@given(trees())
def test_everything_lies_on_the_paper(tree: dict[str, list[str]]) -> None:
    for drawing in (wide("centre", tree), narrow("centre", tree)):
        assert all(0 <= node.x <= drawing.width and 0 <= node.y <= drawing.height for node in drawing.nodes)
        assert len(drawing.nodes) == 1 + sum(map(len, tree.values()))


@given(trees())
def test_everything_but_the_centre_hangs_on_something(tree: dict[str, list[str]]) -> None:
    for drawing in (wide("centre", tree), narrow("centre", tree)):
        assert {edge.target for edge in drawing.edges if edge.tree} == {node.iri for node in drawing.nodes[1:]}


def test_the_sides_are_of_about_one_length() -> None:
    nodes = wide("centre", {"centre": [f"n{i}" for i in range(40)]}).nodes[1:]
    assert sum(node.side for node in nodes) == 0


def test_what_joins_two_neighbours_is_a_curve_across() -> None:
    drawing = wide("a", {"a": ["b", "c"]}, [("b", "c")])
    assert [(edge.source, edge.target) for edge in drawing.edges if not edge.tree] == [("b", "c")]
