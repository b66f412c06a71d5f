"""Moments of an ensemble that do not depend on who computed what, when.

Draws are summed over fixed leaves of 1,024: within a leaf in a fixed order, between
leaves by a binary tree whose shape depends on the leaf numbers only. Leaves may arrive
in any order, from any thread, machine or earlier run: the same bits result. Sums are
taken about a fixed value (the central path), so that small spreads around large values
keep their accuracy.

    mean = c + S1 / n,   variance = (S2 - S1**2 / n) / (n - 1),
    S1 = sum (x - c),    S2 = sum (x - c)**2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.moments import CHUNK

FloatArray = npt.NDArray[np.float64]
Node = tuple[int, int]

BLOCK: Final = CHUNK
LEAF_BLOCKS: Final = 8
LEAF: Final = LEAF_BLOCKS * BLOCK


class NonFinite(NamedTuple):
    """The first result that is not a finite number: its draw in the block, and what it is."""

    draw: int
    year: int
    variable: str
    value: float


class Moments(NamedTuple):
    """Mean and standard deviation (divisor n - 1; NaN for a single draw) of each value."""

    draws: int
    mean: FloatArray
    std: FloatArray


class MomentTree:
    """Running moments of `n` values over numbered leaves of draws.

    Parameters
    ----------
    centre : ndarray
        Value about which to sum, of any shape; the shape of the results. A value that is
        not finite is replaced by zero.

    Notes
    -----
    A node (level, index) holds the sums of the leaves index 2**level to (index + 1)
    2**level - 1. Two finished neighbours merge at once, so that only about log2(leaves)
    nodes are kept when leaves come in order.
    """

    def __init__(self, centre: FloatArray) -> None:
        centre = np.asarray(centre, dtype=np.float64)
        self.shape = centre.shape
        self.centre = np.where(np.isfinite(centre), centre, 0.0).ravel()
        self._nodes: dict[Node, FloatArray] = {}

    def add_sums(self, leaf: int, sums: FloatArray) -> None:
        """Add the sums of one leaf.

        Parameters
        ----------
        leaf : int
            Number of the leaf: its first draw over 1,024.
        sums : ndarray, shape (2, n)
            Of the deviations of its draws from the centre, and of their squares; see
            `models.moments.add_rows`. The array is taken over.

        Raises
        ------
        ValueError
            For a leaf that was added before.
        """
        self._insert((0, leaf), sums)

    def merge(self, other: MomentTree) -> None:
        """Take over the nodes of another tree about the same centre.

        Raises
        ------
        ValueError
            When the centres differ or a leaf is in both.
        """
        if not np.array_equal(self.centre, other.centre):
            raise ValueError("moments about different centres cannot be merged")
        for node, sums in sorted(other._nodes.items()):
            self._insert(node, sums)

    def _insert(self, node: Node, sums: FloatArray) -> None:
        level, index = node
        if self._covered(level, index):
            raise ValueError(f"leaf {index << level} was added before")
        while (level, index ^ 1) in self._nodes:
            sibling = self._nodes.pop((level, index ^ 1))
            sums = sums + sibling if index % 2 == 0 else sibling + sums
            level, index = level + 1, index // 2
        self._nodes[level, index] = sums

    def _covered(self, level: int, index: int) -> bool:
        first, last = index << level, (index + 1) << level
        return any((i << lev) < last and first < ((i + 1) << lev) for lev, i in self._nodes)

    def finish(self, draws: int, values: int | None = None) -> Moments:
        """Return the moments of draws 0 to draws - 1.

        `values` is how many values the leaves hold, where not one a draw.

        Raises
        ------
        ValueError
            When the leaves added are not exactly those of these draws.
        """
        leaves = -(-draws // LEAF)
        spans = sorted((index << level, (index + 1) << level) for level, index in self._nodes)
        reached = 0
        for first, last in spans:
            if first != reached:
                break
            reached = last
        if reached != leaves or not leaves:
            raise ValueError(f"moments of {draws} draws need {leaves} leaves without a gap")
        total = np.zeros((2, self.centre.size))
        for node in sorted(self._nodes, key=lambda item: item[1] << item[0]):
            total = total + self._nodes[node]
        count = draws if values is None else values
        shift = total[0] / count
        spread = np.maximum(total[1] - total[0] * shift, 0.0)
        std = np.sqrt(spread / (count - 1)) if count > 1 else np.full_like(spread, np.nan)
        mean = self.centre + shift
        return Moments(draws, mean.reshape(self.shape), std.reshape(self.shape))


def find_non_finite(results: Mapping[str, FloatArray], years: Sequence[int]) -> NonFinite | None:
    """Return the first draw with a result that is not finite, in it the earliest year.

    Parameters
    ----------
    results : mapping of variable name to ndarray, shape (..., n_year, block)
        Where several are not finite, the first of them is named.
    years : sequence of int
        Calendar years of the second last axis.
    """
    found: list[NonFinite] = []
    for name, values in results.items():
        if np.isfinite(values.sum()):
            continue
        flat = values.reshape(-1, values.shape[-2], values.shape[-1])
        item, year, draw = np.nonzero(~np.isfinite(flat))
        if not draw.size:
            continue
        pick = np.lexsort((item, year, draw))[0]
        value = float(flat[item[pick], year[pick], draw[pick]])
        found.append(NonFinite(int(draw[pick]), int(years[year[pick]]), name, value))
    return min(found, key=lambda entry: entry[:2], default=None)
