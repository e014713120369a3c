"""Coreference and set measures give the values that one computes by hand."""

from __future__ import annotations

import random
from itertools import permutations

import pytest

from kg.evaluate.metrics import Score, assignment, b_cubed, ceaf_e, conll, muc, set_score


def clusters(text: str) -> list[set[str]]:
    """ "ab cd" → [{a, b}, {c, d}]."""
    return [set(word) for word in text.split()]


# (key, response, (recall, precision) of MUC, of B³, of CEAFφ4), worked out by hand
BY_HAND = [
    # the example of Pradhan et al. (2014): the response misses e, adds h and i
    pytest.param("abc defg", "ab cd fghi", (2 / 5, 2 / 5), (5 / 12, 1 / 2), (0.65, 13 / 30), id="Pradhan 2014"),
    pytest.param("abc de", "abc de", (1, 1), (1, 1), (1, 1), id="perfect"),
    pytest.param("abcd", "ab cd", (2 / 3, 1), (1 / 2, 1), (2 / 3, 1 / 3), id="split in two"),
    pytest.param("ab cd", "abcd", (1, 2 / 3), (1, 1 / 2), (1 / 3, 2 / 3), id="two merged"),
    pytest.param("a b", "ab", (0, 0), (1, 1 / 2), (1 / 3, 2 / 3), id="singletons merged: MUC sees no link in the key"),
    pytest.param("ab", "cd", (0, 0), (0, 0), (0, 0), id="nothing in common"),
    pytest.param("ab", "", (0, 0), (0, 0), (0, 0), id="empty response"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "response", "of_muc", "of_b_cubed", "of_ceaf"), BY_HAND)
def test_the_measures_are_those_of_the_definition(
    key: str,
    response: str,
    of_muc: tuple[float, float],
    of_b_cubed: tuple[float, float],
    of_ceaf: tuple[float, float],
) -> None:
    wanted, found = clusters(key), clusters(response)
    for measure, expected in ((muc, of_muc), (b_cubed, of_b_cubed), (ceaf_e, of_ceaf)):
        score = measure(wanted, found)
        assert (score.recall, score.precision) == pytest.approx(expected)


def test_the_conll_score_is_the_mean_of_three() -> None:
    score = conll(clusters("abcd"), clusters("ab cd"))
    assert score.muc.f1 == pytest.approx(0.8)
    assert score.b_cubed.f1 == pytest.approx(2 / 3)
    assert score.ceaf_e.f1 == pytest.approx(4 / 9)
    assert score.f1 == pytest.approx((0.8 + 2 / 3 + 4 / 9) / 3)


def test_swapping_the_sides_swaps_precision_and_recall() -> None:
    rng = random.Random(5)
    for _ in range(30):
        sides = []
        for _ in range(2):
            parts: dict[int, set[str]] = {}
            for letter in rng.sample("abcdefghij", 8):
                parts.setdefault(rng.randrange(4), set()).add(letter)
            sides.append(list(parts.values()))
        for measure in (muc, b_cubed, ceaf_e):
            there, back = measure(*sides), measure(*reversed(sides))
            assert (there.precision, there.recall) == pytest.approx((back.recall, back.precision))


def test_documents_are_added_before_dividing() -> None:
    total = set_score({1}, {1, 2, 3}) + set_score({1, 2, 3}, {1, 2, 3})
    assert (total.precision, total.recall) == (4 / 6, 1)
    assert Score().f1 == 0


@pytest.mark.parametrize("seed", range(40))
def test_the_assignment_is_as_good_as_the_best_of_all(seed: int) -> None:
    rng = random.Random(seed)
    rows, columns = rng.randint(1, 5), rng.randint(1, 5)
    worth = [[rng.choice((0, 0, rng.random(), rng.randint(1, 3))) for _ in range(columns)] for _ in range(rows)]
    pairs = assignment(worth)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    wide = [row + [0] * rows for row in worth]  # a row may stay without a column
    best = max(sum(wide[i][j] for i, j in enumerate(order)) for order in permutations(range(columns + rows), rows))
    assert sum(worth[i][j] for i, j in pairs) == pytest.approx(best)
