"""Moments and quantiles of an ensemble that do not depend on who computed what, when.

Draws are summed over fixed blocks of 128: within a block by a fixed tree, between
blocks by a binary tree whose shape depends on the block numbers only. Blocks may arrive
in any order, from any thread, machine or earlier run: the same bits result. Sums are
taken about a fixed value (the central path), so that small spreads around large values
keep their accuracy.

    mean = c + S1 / n,   variance = (S2 - S1**2 / n) / (n - 1),
    S1 = sum (x - c),    S2 = sum (x - c)**2.

Quantiles of scalars are exact order statistics of all stored draws, with linear
interpolation between neighbours (definition 7 of Hyndman & Fan 1996, American
Statistician 50).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.ensemble.compiled import exact_kernel

FloatArray = npt.NDArray[np.float64]
Node = tuple[int, int]

BLOCK: Final = 128
QUANTILES: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


class NonFiniteResultError(ArithmeticError):
    """A draw gave a result that is not a finite number.

    Attributes
    ----------
    draw : int
        Number of the first such draw.
    variable : str
    year : int
    """

    def __init__(self, draw: int, variable: str, year: int, value: float) -> None:
        self.draw = draw
        self.variable = variable
        self.year = year
        super().__init__(f"draw {draw} gave {value} for {variable} in {year}")


class Moments(NamedTuple):
    """Mean and standard deviation (divisor n - 1; NaN for a single draw) of each value."""

    draws: int
    mean: FloatArray
    std: FloatArray


@exact_kernel
def leaf_sums(
    values: FloatArray, centre: FloatArray, sums: FloatArray, squares: FloatArray
) -> None:
    """Sum a block's deviations from `centre` and their squares, in a fixed tree.

    Parameters
    ----------
    values : ndarray, shape (n, block), contiguous
        At most 128 draws on the last axis; missing ones count as zero deviations.
    centre : ndarray, shape (n,)
    sums, squares : ndarray, shape (n,)
        Receive the sums.
    """
    block = values.shape[1]
    quarter = BLOCK // 4
    padded = np.empty(BLOCK)
    first = np.empty(quarter)
    second = np.empty(quarter)
    for i in range(values.shape[0]):
        middle = centre[i]
        row = values[i]
        if block < BLOCK:
            padded[:block] = row
            padded[block:] = middle
            row = padded
        for b in range(quarter):
            p, q = row[b] - middle, row[quarter + b] - middle
            r, s = row[2 * quarter + b] - middle, row[3 * quarter + b] - middle
            first[b] = (p + q) + (r + s)
            second[b] = (p * p + q * q) + (r * r + s * s)
        half = quarter // 2
        while half >= 1:
            for b in range(half):
                first[b] += first[half + b]
                second[b] += second[half + b]
            half //= 2
        sums[i] = first[0]
        squares[i] = second[0]


class MomentTree:
    """Running moments of `n` values over numbered blocks of draws.

    Parameters
    ----------
    centre : ndarray
        Value about which to sum, of any shape; the shape of the results. A value that is
        not finite is replaced by zero.

    Notes
    -----
    A node (level, index) holds the sums of the blocks index 2**level to (index + 1)
    2**level - 1. Two finished neighbours merge at once, so that only about log2(blocks)
    nodes are kept when blocks come in order.
    """

    def __init__(self, centre: FloatArray) -> None:
        centre = np.asarray(centre, dtype=np.float64)
        self.shape = centre.shape
        self.centre = np.where(np.isfinite(centre), centre, 0.0).ravel()
        self._nodes: dict[Node, FloatArray] = {}

    def add(self, block: int, values: FloatArray) -> FloatArray:
        """Add the draws of one block.

        Parameters
        ----------
        block : int
            Number of the block: its first draw over 128.
        values : ndarray, shape (*centre.shape, draws)
            At most 128 draws; fewer only in the last block of the ensemble.

        Returns
        -------
        ndarray, shape (2, n)
            Sums and squares of the block: not finite where a value is not.

        Raises
        ------
        ValueError
            For a wrong shape or a block that was added before.
        """
        draws = values.shape[-1]
        if values.shape[:-1] != self.shape or not 1 <= draws <= BLOCK:
            raise ValueError(
                f"block {block} has shape {values.shape}, not {self.shape} and 1 to {BLOCK} draws"
            )
        leaf = np.empty((2, self.centre.size))
        flat = np.ascontiguousarray(values).reshape(self.centre.size, draws)
        leaf_sums(flat, self.centre, leaf[0], leaf[1])
        self.add_leaf(block, leaf)
        return leaf

    def add_leaf(self, block: int, leaf: FloatArray) -> None:
        """Add the sums (2, n) of one block, from `leaf_sums`."""
        self._insert((0, block), leaf)

    def merge(self, other: MomentTree) -> None:
        """Take over the nodes of another tree about the same centre.

        Raises
        ------
        ValueError
            When the centres differ or a block is in both.
        """
        if not np.array_equal(self.centre, other.centre):
            raise ValueError("moments about different centres cannot be merged")
        for node, sums in sorted(other._nodes.items()):
            self._insert(node, sums)

    def _insert(self, node: Node, sums: FloatArray) -> None:
        level, index = node
        if self._covered(level, index):
            raise ValueError(f"block {index << level} was added before")
        while (level, index ^ 1) in self._nodes:
            sibling = self._nodes.pop((level, index ^ 1))
            sums = sums + sibling if index % 2 == 0 else sibling + sums
            level, index = level + 1, index // 2
        self._nodes[level, index] = sums

    def _covered(self, level: int, index: int) -> bool:
        first, last = index << level, (index + 1) << level
        return any((i << lev) < last and first < ((i + 1) << lev) for lev, i in self._nodes)

    def state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the nodes as arrays, to be kept for a resumed run."""
        nodes = sorted(self._nodes)
        empty = np.empty((0, 2, self.centre.size))
        return {
            "level": np.array([level for level, _ in nodes], dtype=np.int64),
            "index": np.array([index for _, index in nodes], dtype=np.int64),
            "sums": np.stack([self._nodes[node] for node in nodes]) if nodes else empty,
        }

    @classmethod
    def from_state(
        cls, centre: FloatArray, state: Mapping[str, npt.NDArray[np.generic]]
    ) -> MomentTree:
        """Return the tree that `state` was taken from."""
        tree = cls(centre)
        places = zip(state["level"], state["index"], strict=True)
        for (level, index), sums in zip(places, state["sums"], strict=True):
            tree._nodes[int(level), int(index)] = np.array(sums, dtype=np.float64)
        return tree

    def finish(self, draws: int) -> Moments:
        """Return the moments of draws 0 to draws - 1.

        Raises
        ------
        ValueError
            When the blocks added are not exactly those of these draws.
        """
        blocks = -(-draws // BLOCK)
        spans = sorted((index << level, (index + 1) << level) for level, index in self._nodes)
        reached = 0
        for first, last in spans:
            if first != reached:
                break
            reached = last
        if reached != blocks or not blocks:
            raise ValueError(f"moments of {draws} draws need {blocks} blocks without a gap")
        total = np.zeros((2, self.centre.size))
        for node in sorted(self._nodes, key=lambda item: item[1] << item[0]):
            total = total + self._nodes[node]
        shift = total[0] / draws
        spread = np.maximum(total[1] - total[0] * shift, 0.0)
        std = np.sqrt(spread / (draws - 1)) if draws > 1 else np.full_like(spread, np.nan)
        mean = self.centre + shift
        return Moments(draws, mean.reshape(self.shape), std.reshape(self.shape))


def exact_quantiles(draws: FloatArray, levels: Sequence[float] = QUANTILES) -> FloatArray:
    """Return exact quantiles over the last axis.

    Parameters
    ----------
    draws : ndarray, shape (..., n_draw)
    levels : sequence of float
        In [0, 1].

    Returns
    -------
    ndarray, shape (..., n_level)
        NaN where any draw is NaN.
    """
    values = np.quantile(draws, np.asarray(levels, dtype=np.float64), axis=-1)
    return np.ascontiguousarray(np.moveaxis(values, 0, -1))


def check_finite(results: Mapping[str, FloatArray], first_draw: int, years: Sequence[int]) -> None:
    """Refuse results that are not finite.

    Parameters
    ----------
    results : mapping of variable name to ndarray, shape (..., n_year, block)
    first_draw : int
        Number of the block's first draw.
    years : sequence of int
        Calendar years of the second last axis.

    Raises
    ------
    NonFiniteResultError
        Naming the first such draw, in it the earliest year, and the first variable.
    """
    worst: tuple[int, int, int, str, float] | None = None
    for order, (name, values) in enumerate(results.items()):
        if np.isfinite(values.sum()):
            continue
        flat = values.reshape(-1, values.shape[-2], values.shape[-1])
        item, year, draw = np.nonzero(~np.isfinite(flat))
        if not draw.size:
            continue
        pick = np.lexsort((item, year, draw))[0]
        value = float(flat[item[pick], year[pick], draw[pick]])
        found = (int(draw[pick]), int(year[pick]), order, name, value)
        worst = found if worst is None else min(worst, found, key=lambda entry: entry[:3])
    if worst is not None:
        draw_place, year_place, _, name, value = worst
        raise NonFiniteResultError(first_draw + draw_place, name, int(years[year_place]), value)
