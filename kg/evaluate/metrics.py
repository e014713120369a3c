"""Precision, recall and F1 of sets, and the coreference measures MUC, B³ and CEAFφ4 with their mean, the CoNLL score.

Definitions: Pradhan, Luo, Recasens, Hovy, Ng, Strube (2014), "Scoring Coreference Partitions of Predicted Mentions: A Reference
Implementation". Key and response may hold different mentions; a mention is whatever is hashable and equal on both sides. Clusters of
one mention count for B³ and CEAF where they are given, as there; MUC does not see them.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence, Set
from dataclasses import dataclass

__all__ = ["ConllScore", "Score", "assignment", "b_cubed", "ceaf_e", "conll", "muc", "set_score"]

Clusters = Sequence[Set[Hashable]]


@dataclass(frozen=True, slots=True)
class Score:
    """Credit and totals of both sides, so that documents add up (micro average): precision = right / found, recall = covered / wanted.

    >>> (Score(1, 2, 1, 1) + Score(1, 1, 1, 2)).f1
    0.6666666666666666
    """

    right: float = 0
    found: float = 0
    covered: float = 0
    wanted: float = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.right + other.right,
            self.found + other.found,
            self.covered + other.covered,
            self.wanted + other.wanted,
        )

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 0 when nothing was found."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of what was wanted that was found; 0 when nothing was wanted."""
        return self.covered / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 when both are."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class ConllScore:
    """The three coreference measures, summed over documents; `f1` is the mean of their F1."""

    muc: Score = Score()
    b_cubed: Score = Score()
    ceaf_e: Score = Score()

    def __add__(self, other: ConllScore) -> ConllScore:
        return ConllScore(self.muc + other.muc, self.b_cubed + other.b_cubed, self.ceaf_e + other.ceaf_e)

    @property
    def f1(self) -> float:
        """The CoNLL score."""
        return (self.muc.f1 + self.b_cubed.f1 + self.ceaf_e.f1) / 3


def set_score(key: Collection[Hashable], response: Collection[Hashable]) -> Score:
    """The score of one set against another; equal members are right.

    >>> set_score({1, 2, 3, 4}, {1, 2, 5}).recall
    0.5
    """
    wanted, found = set(key), set(response)
    both = len(wanted & found)
    return Score(both, len(found), both, len(wanted))


def conll(key: Clusters, response: Clusters) -> ConllScore:
    """MUC, B³ and CEAFφ4 of one document."""
    return ConllScore(muc(key, response), b_cubed(key, response), ceaf_e(key, response))


def muc(key: Clusters, response: Clusters) -> Score:
    """Links kept (Vilain et al. 1995): of a cluster of n mentions that the other side cuts into p parts, n - p of n - 1."""
    right, found = _links(response, key)
    covered, wanted = _links(key, response)
    return Score(right, found, covered, wanted)


def _links(clusters: Clusters, others: Clusters) -> tuple[int, int]:
    owner = {mention: i for i, cluster in enumerate(others) for mention in cluster}
    kept = total = 0
    for cluster in clusters:
        parts = {owner[m] for m in cluster if m in owner}
        alone = sum(m not in owner for m in cluster)
        kept += len(cluster) - len(parts) - alone
        total += len(cluster) - 1
    return kept, total


def b_cubed(key: Clusters, response: Clusters) -> Score:
    """Per mention, the share of its cluster that the other side has with it (Bagga and Baldwin 1998)."""
    right = covered = 0.0
    for wanted in key:
        for found in response:
            if both := len(wanted & found):
                right += both * both / len(found)
                covered += both * both / len(wanted)
    return Score(right, sum(map(len, response)), covered, sum(map(len, key)))


def ceaf_e(key: Clusters, response: Clusters) -> Score:
    """Clusters aligned one to one, each pair worth φ4 = 2 |K ∩ R| / (|K| + |R|) (Luo 2005), in the best alignment there is."""
    worth = [[2 * len(wanted & found) / (len(wanted) + len(found)) for found in response] for wanted in key]
    best = sum(worth[i][j] for i, j in assignment(worth))
    return Score(best, len(response), best, len(key))


def assignment(worth: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pairs (row, column) that are worth most in sum, each row and column once at most; pairs that are worth nothing are left out.

    The Hungarian method with potentials, row by row: O(rows² · columns).

    >>> assignment([[3, 2], [2, 0]])
    [(0, 1), (1, 0)]
    """
    if not worth or not worth[0]:
        return []
    if len(worth) > len(worth[0]):
        return sorted((row, column) for column, row in assignment([list(c) for c in zip(*worth, strict=True)]))
    rows, columns = len(worth), len(worth[0])
    by_row, by_column = [0.0] * (rows + 1), [0.0] * (columns + 1)
    row_of = [0] * (columns + 1)  # 1-based; column 0 holds the row that is being placed
    for row in range(1, rows + 1):
        row_of[0], column = row, 0
        slack, came_from = [float("inf")] * (columns + 1), [0] * (columns + 1)
        used = [False] * (columns + 1)
        while row_of[column]:
            used[column] = True
            at, least, following = row_of[column], float("inf"), 0
            for j in range(1, columns + 1):
                if not used[j]:
                    cost = -worth[at - 1][j - 1] - by_row[at] - by_column[j]
                    if cost < slack[j]:
                        slack[j], came_from[j] = cost, column
                    if slack[j] < least:
                        least, following = slack[j], j
            for j in range(columns + 1):
                if used[j]:
                    by_row[row_of[j]] += least
                    by_column[j] -= least
                else:
                    slack[j] -= least
            column = following
        while column:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
    pairs = ((row_of[j] - 1, j - 1) for j in range(1, columns + 1) if row_of[j])
    return sorted((i, j) for i, j in pairs if worth[i][j] > 0)
