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

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class BlockBalancedTable:
    """Result of `three_stage_ras`.

    Attributes
    ----------
    flows : ndarray (m, n)
        Balanced table, in the unit of the margins.
    r : ndarray (m,)
        Row multipliers.
    s : ndarray (n,)
        Column multipliers.
    t : ndarray (p, q)
        Block multipliers, one where no total is given. Only products r s t are determined.
    iterations : int
        Passes over rows, columns and blocks.
    converged : bool
        Whether `residual` is within the tolerance asked for.
    residual : float
        Largest deviation from a margin or block total, relative to the largest margin.
    """

    flows: Floats
    r: Floats
    s: Floats
    t: Floats
    iterations: int
    converged: bool
    residual: float


def three_stage_ras(
    flows: ArrayLike,
    row_totals: ArrayLike,
    column_totals: ArrayLike,
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
    flows : array (m, n)
        Table to be balanced; negative entries keep their sign.
    row_totals, column_totals : array (m,), (n,)
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
    ValueError
        On wrong shapes, numbers that are not finite, margins with different sums, block
        totals that contradict the margins, or a total that the signs of its cells cannot
        reach.

    References
    ----------
    Gilchrist and St. Louis (1999), Economic Systems Research 11(2), 185-193.
    """
    table = np.asarray(flows, dtype=float)
    u = np.asarray(row_totals, dtype=float)
    v = np.asarray(column_totals, dtype=float)
    totals = np.asarray(block_totals, dtype=float)
    rows = np.asarray(row_blocks)
    columns = np.asarray(column_blocks)
    if tolerance <= 0.0 or max_iterations < 1:
        raise ValueError("tolerance must be above zero and max_iterations at least one")
    _check_shapes(table, u, v, totals, rows, columns)
    _check_sums(u, v, totals, rows, columns, tolerance)
    positive, negative = np.maximum(table, 0.0), np.maximum(-table, 0.0)
    _check_reach(positive, negative, u, v, totals, (rows, columns))
    return _iterate(positive, negative, u, v, totals, (rows, columns), tolerance, max_iterations)


def _check_shapes(
    table: Floats, u: Floats, v: Floats, totals: Floats, rows: Integers, columns: Integers
) -> None:
    if table.ndim != 2 or u.shape != table.shape[:1] or v.shape != table.shape[1:]:
        raise ValueError(
            f"margins of shapes {u.shape} and {v.shape} do not fit a table of shape {table.shape}"
        )
    if rows.shape != u.shape or columns.shape != v.shape or totals.ndim != 2:
        raise ValueError("every row and column needs a block, and the block totals two dimensions")
    for name, blocks, count in (
        ("row", rows, totals.shape[0]),
        ("column", columns, totals.shape[1]),
    ):
        if blocks.dtype.kind not in "iu" or set(blocks.tolist()) != set(range(count)):
            raise ValueError(f"the {name} blocks must be the numbers 0 to {count - 1}, each used")
    if not (np.isfinite(table).all() and np.isfinite(u).all() and np.isfinite(v).all()):
        raise ValueError("table and margins must be finite")
    if np.isinf(totals).any():
        raise ValueError("block totals must be finite, or nan where they are not known")


def _check_sums(
    u: Floats, v: Floats, totals: Floats, rows: Integers, columns: Integers, tolerance: float
) -> None:
    """Refuse margins and fully known rows or columns of blocks that contradict each other."""
    room = 0.5 * tolerance * (np.abs(u).sum() + np.abs(v).sum())
    if abs(u.sum() - v.sum()) > room:
        raise ValueError(
            f"row totals sum to {u.sum():.10g} and column totals to {v.sum():.10g}: "
            "the margins are not balanced"
        )
    for name, block_sums, margin in (
        ("row", totals.sum(axis=1), np.bincount(rows, u, totals.shape[0])),
        ("column", totals.sum(axis=0), np.bincount(columns, v, totals.shape[1])),
    ):
        gap = np.abs(block_sums - margin)
        bad = np.isfinite(gap) & (gap > room)
        if bad.any():
            k = int(np.flatnonzero(bad)[0])
            raise ValueError(
                f"the totals of {name} block {k} sum to {block_sums[k]:.10g} and its margins "
                f"to {margin[k]:.10g}"
            )


def _check_reach(
    positive: Floats,
    negative: Floats,
    u: Floats,
    v: Floats,
    totals: Floats,
    blocks: tuple[Integers, Integers],
) -> None:
    shape = totals.shape
    groups = (
        ("row", positive.sum(axis=1), negative.sum(axis=1), u),
        ("column", positive.sum(axis=0), negative.sum(axis=0), v),
        (
            "block",
            _block_sums(positive, blocks, shape).ravel(),
            _block_sums(negative, blocks, shape).ravel(),
            totals.ravel(),
        ),
    )
    for name, up, down, goal in groups:
        known = np.isfinite(goal)
        bad = known & (
            ((up == 0.0) & (down == 0.0) & (goal != 0.0))
            | ((up > 0.0) & (down == 0.0) & (goal < 0.0))
            | ((up == 0.0) & (down > 0.0) & (goal >= 0.0))
        )
        if bad.any():
            k = int(np.flatnonzero(bad)[0])
            place = str(k) if name != "block" else str(tuple(int(i) for i in divmod(k, shape[1])))
            raise ValueError(f"the signs of {name} {place} cannot reach its total {goal[k]:.10g}")


def _iterate(
    positive: Floats,
    negative: Floats,
    u: Floats,
    v: Floats,
    totals: Floats,
    blocks: tuple[Integers, Integers],
    tolerance: float,
    max_iterations: int,
) -> BlockBalancedTable:
    scale = max(float(np.abs(u).max(initial=0.0)), float(np.abs(v).max(initial=0.0))) or 1.0
    known = np.isfinite(totals)
    r, s, t = np.ones(u.size), np.ones(v.size), np.ones_like(totals)
    up, down = positive, negative
    residual = np.inf
    for iteration in range(1, max_iterations + 1):
        k = _step(up.sum(axis=0), down.sum(axis=0), v)
        up, down, s = up * k, _divide(down, k), s * k
        k = _step(up.sum(axis=1), down.sum(axis=1), u)
        up, down, r = up * k[:, None], _divide(down, k[:, None]), r * k
        in_blocks = _block_sums(up, blocks, totals.shape), _block_sums(down, blocks, totals.shape)
        k = np.where(known, _step(*in_blocks, np.where(known, totals, 0.0)), 1.0)
        cells = k[np.ix_(*blocks)]
        up, down, t = up * cells, _divide(down, cells), t * k
        balanced = up - down
        # Blocks were met last, so the deviations are those of rows and columns.
        gaps = np.abs(balanced.sum(axis=1) - u).max(initial=0.0)
        gaps = max(gaps, np.abs(balanced.sum(axis=0) - v).max(initial=0.0))
        off = np.abs(_block_sums(balanced, blocks, totals.shape) - totals)
        residual = float(max(gaps, np.where(known, off, 0.0).max(initial=0.0))) / scale
        if residual <= tolerance:
            return BlockBalancedTable(balanced, r, s, t, iteration, True, residual)
    return BlockBalancedTable(up - down, r, s, t, max_iterations, False, residual)


def _block_sums(table: Floats, blocks: tuple[Integers, Integers], shape: tuple[int, ...]) -> Floats:
    rows = np.zeros((shape[0], table.shape[1]))
    np.add.at(rows, blocks[0], table)
    sums = np.zeros((shape[1], shape[0]))
    np.add.at(sums, blocks[1], rows.T)
    return sums.T


def _step(p: Floats, n: Floats, total: Floats) -> Floats:
    """Positive root k of p k - n / k = total; one where p and n are zero."""
    root = np.sqrt(total**2 + 4.0 * p * n)
    k = np.ones_like(total)
    rising = (p > 0.0) & (total >= 0.0)
    falling = (total < 0.0) & (n > 0.0)
    k[rising] = (total[rising] + root[rising]) / (2.0 * p[rising])
    k[falling] = 2.0 * n[falling] / (root[falling] - total[falling])
    return k


def _divide(table: Floats, k: Floats) -> Floats:
    """table / k; a multiplier of zero stands only beside cells that hold no negative entry."""
    spread = np.broadcast_to(k, table.shape)
    return np.divide(table, spread, out=np.zeros_like(table), where=spread > 0.0)
