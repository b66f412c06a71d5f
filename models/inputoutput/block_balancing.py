"""Three-stage RAS: rows, columns and totals of blocks of cells.

Where sums over blocks of cells are known besides the margins (a published table at a coarser
classification, a regional total over a group of sectors), a third multiplier is added:

    x_ij = r_i s_j t_b(i,j) a_ij          where a_ij >= 0,
    x_ij = a_ij / (r_i s_j t_b(i,j))      where a_ij < 0,

and the three groups of restrictions are met in turn. For a table without negative entries
this is TRAS; with them it is the GRAS step for every group.

Sources: Gilchrist and St. Louis (1999), Economic Systems Research 11(2), 185-193 (TRAS);
Gilchrist and St. Louis (2004), ESR 16(2); Temurshoev, Miller and Bouwmeester (2013),
ESR 25(3) (multipliers with negative entries).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.inputoutput.balancing import BalancedTable
from models.inputoutput.margins import (
    BalancingError,
    Problem,
    Table,
    Totals,
    check_steps,
    imbalance_allowed,
    posed,
    positive_root,
    refuse_unreachable,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class BlockBalancedTable(BalancedTable):
    """Result of `three_stage_ras`: as of `ras`, with the multipliers of blocks.

    Attributes
    ----------
    t : ndarray (p, q)
        Block multipliers, one where no total is given. Only products r s t are determined.
    """

    t: Any


def three_stage_ras(
    flows: Table,
    row_totals: Totals,
    column_totals: Totals,
    block_totals: ArrayLike,
    *,
    row_blocks: ArrayLike,
    column_blocks: ArrayLike,
    tolerance: float = 1e-12,
    max_iterations: int = 10_000,
) -> BlockBalancedTable:
    """Balance a table to its margins and to totals of blocks.

    Parameters
    ----------
    flows : DataFrame, DataArray or array (m, n)
        Table to be balanced; negative entries keep their sign.
    row_totals, column_totals : Series or array (m,), (n,)
        Margins with the same sum.
    block_totals : array (p, q)
        Sums over the cells of each block, nan where a block is not known.
    row_blocks, column_blocks : array of int (m,), (n,)
        Row block (0 to p - 1) of each row, column block (0 to q - 1) of each column.
    tolerance : float
        Largest deviation, relative to the largest margin.
    max_iterations : int
        Passes after which the result is returned with `converged` False.

    Returns
    -------
    BlockBalancedTable

    Raises
    ------
    BalancingError
        On wrong shapes, numbers that are not finite, margins with different sums, block
        totals that contradict the margins, or a total that the signs of its cells cannot
        reach.

    References
    ----------
    Gilchrist and St. Louis (1999), Economic Systems Research 11(2), 185-193.
    """
    check_steps(tolerance, max_iterations)
    problem = posed(flows, row_totals, column_totals, tolerance)
    totals = np.asarray(block_totals, dtype=float)
    rows, columns = np.asarray(row_blocks), np.asarray(column_blocks)
    _check_blocks(problem, totals, rows, columns)
    _check_sums(problem, totals, rows, columns, tolerance)
    positive, negative = np.maximum(problem.table, 0.0), np.maximum(-problem.table, 0.0)
    _check_reach(positive, negative, problem, totals, (rows, columns))
    return _iterate(problem, positive, negative, totals, (rows, columns), tolerance, max_iterations)


def _check_blocks(problem: Problem, totals: Floats, rows: Integers, columns: Integers) -> None:
    if rows.shape != problem.u.shape or columns.shape != problem.v.shape or totals.ndim != 2:
        raise BalancingError(
            "every row and column needs a block, and the block totals two dimensions"
        )
    for name, blocks, count in (
        ("row", rows, totals.shape[0]),
        ("column", columns, totals.shape[1]),
    ):
        if blocks.dtype.kind not in "iu" or set(blocks.tolist()) != set(range(count)):
            raise BalancingError(
                f"the {name} blocks must be the numbers 0 to {count - 1}, each used"
            )
    if np.isinf(totals).any():
        raise BalancingError("block totals must be finite, or nan where they are not known")


def _check_sums(
    problem: Problem, totals: Floats, rows: Integers, columns: Integers, tolerance: float
) -> None:
    """Refuse fully known rows or columns of blocks that contradict the margins."""
    u, v = problem.u, problem.v
    room = imbalance_allowed(u, v, tolerance)
    for name, block_sums, margin in (
        ("row", totals.sum(axis=1), np.bincount(rows, u, totals.shape[0])),
        ("column", totals.sum(axis=0), np.bincount(columns, v, totals.shape[1])),
    ):
        gap = np.abs(block_sums - margin)
        bad = np.isfinite(gap) & (gap > room)
        if bad.any():
            k = int(np.flatnonzero(bad)[0])
            raise BalancingError(
                f"the totals of {name} block {k} sum to {block_sums[k]:.10g} and its margins "
                f"to {margin[k]:.10g}"
            )


def _check_reach(
    positive: Floats,
    negative: Floats,
    problem: Problem,
    totals: Floats,
    blocks: tuple[Integers, Integers],
) -> None:
    for what, axis, goal in (("row", 0, problem.u), ("column", 1, problem.v)):
        sums = positive.sum(axis=1 - axis), negative.sum(axis=1 - axis)
        refuse_unreachable(*sums, goal, what, problem.names(axis))
    up, down = (_block_sums(part, blocks, totals.shape).ravel() for part in (positive, negative))
    refuse_unreachable(up, down, totals.ravel(), "block", list(np.ndindex(*totals.shape)))


def _iterate(
    problem: Problem,
    positive: Floats,
    negative: Floats,
    totals: Floats,
    blocks: tuple[Integers, Integers],
    tolerance: float,
    max_iterations: int,
) -> BlockBalancedTable:
    u, v = problem.u, problem.v
    scale = max(float(np.abs(u).max(initial=0.0)), float(np.abs(v).max(initial=0.0))) or 1.0
    known = np.isfinite(totals)
    r, s, t = np.ones(u.size), np.ones(v.size), np.ones_like(totals)
    up, down = positive, negative
    residual, iterations = np.inf, 0
    while residual > tolerance and iterations < max_iterations:
        iterations += 1
        k = positive_root(up.sum(axis=0), down.sum(axis=0), v)
        up, down, s = up * k, _divide(down, k), s * k
        k = positive_root(up.sum(axis=1), down.sum(axis=1), u)
        up, down, r = up * k[:, None], _divide(down, k[:, None]), r * k
        in_blocks = _block_sums(up, blocks, totals.shape), _block_sums(down, blocks, totals.shape)
        k = np.where(known, positive_root(*in_blocks, np.where(known, totals, 0.0)), 1.0)
        cells = k[np.ix_(*blocks)]
        up, down, t = up * cells, _divide(down, cells), t * k
        balanced = up - down
        # Blocks were met last, so the deviations are those of rows and columns.
        gaps = np.abs(balanced.sum(axis=1) - u).max(initial=0.0)
        gaps = max(gaps, np.abs(balanced.sum(axis=0) - v).max(initial=0.0))
        off = np.abs(_block_sums(balanced, blocks, totals.shape) - totals)
        residual = float(max(gaps, np.where(known, off, 0.0).max(initial=0.0))) / scale
    return BlockBalancedTable(
        problem.like_table(up - down),
        problem.like_totals(r, 0),
        problem.like_totals(s, 1),
        iterations,
        residual <= tolerance,
        residual,
        t,
    )


def _block_sums(table: Floats, blocks: tuple[Integers, Integers], shape: tuple[int, ...]) -> Floats:
    rows = np.zeros((shape[0], table.shape[1]))
    np.add.at(rows, blocks[0], table)
    sums = np.zeros((shape[1], shape[0]))
    np.add.at(sums, blocks[1], rows.T)
    return sums.T


def _divide(table: Floats, k: Floats) -> Floats:
    """table / k; a multiplier of zero stands only beside cells that hold no negative entry."""
    spread = np.broadcast_to(k, table.shape)
    return np.divide(table, spread, out=np.zeros_like(table), where=spread > 0.0)
