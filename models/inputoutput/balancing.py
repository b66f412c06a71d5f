"""Biproportional balancing of a table: RAS and GRAS.

RAS scales a non-negative table A to given margins u (rows) and v (columns),

    x_ij = r_i a_ij s_j,

the table that minimises sum x_ij ln(x_ij / a_ij) (Stone and Brown 1962; Bacharach 1970;
Miller and Blair 2009, section 7.4). GRAS does the same for a table with negative entries,

    x_ij = r_i a_ij s_j          where a_ij >= 0,
    x_ij = a_ij / (r_i s_j)      where a_ij < 0,

so that every sign is kept (Junius and Oosterhaven 2003, Economic Systems Research 15(1);
objective as corrected by Lenzen, Wood and Gallego 2007, ESR 19(4); closed form of the
multipliers by Temurshoev, Miller and Bouwmeester 2013, ESR 25(3), eqs. 5-8).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BalancedTable:
    """Result of RAS or GRAS.

    Attributes
    ----------
    flows : ndarray (m, n)
        Balanced table, in the unit of the margins.
    r : ndarray (m,)
        Row multipliers. Only the products r_i s_j are determined: r c and s / c give the same
        table, with negative entries too. The scale follows from the start at r = 1.
    s : ndarray (n,)
        Column multipliers.
    iterations : int
        Passes over rows and columns.
    converged : bool
        Whether `residual` is within the tolerance asked for.
    residual : float
        Largest deviation from a margin, relative to the largest margin.
    """

    flows: Floats
    r: Floats
    s: Floats
    iterations: int
    converged: bool
    residual: float


def ras(
    flows: ArrayLike,
    row_totals: ArrayLike,
    column_totals: ArrayLike,
    *,
    tolerance: float = 1e-12,
    max_iterations: int = 10_000,
) -> BalancedTable:
    """Balance a non-negative table to row and column totals.

    Parameters
    ----------
    flows : array (m, n)
        Table to be balanced, no entry below zero.
    row_totals : array (m,)
        u, not below zero.
    column_totals : array (n,)
        v, not below zero, with the same sum as u.
    tolerance : float
        Largest deviation from a margin, relative to the largest margin.
    max_iterations : int
        Passes after which the result is returned with `converged` False.

    Returns
    -------
    BalancedTable

    Raises
    ------
    ValueError
        On wrong shapes, entries that are not finite, negative entries or margins, margins
        with different sums, or a positive margin over an empty row or column.

    References
    ----------
    Miller and Blair (2009), Input-Output Analysis, 2nd edition, section 7.4.
    """
    table, u, v = _checked(flows, row_totals, column_totals, tolerance, max_iterations)
    if (table < 0.0).any():
        row, column = (int(k) for k in np.argwhere(table < 0.0)[0])
        raise ValueError(f"RAS needs a non-negative table, entry ({row}, {column}) is below zero")
    return _iterate(table, np.zeros_like(table), u, v, tolerance, max_iterations)


def gras(
    flows: ArrayLike,
    row_totals: ArrayLike,
    column_totals: ArrayLike,
    *,
    tolerance: float = 1e-12,
    max_iterations: int = 10_000,
) -> BalancedTable:
    """Balance a table that may hold negative entries, keeping every sign.

    Parameters
    ----------
    flows : array (m, n)
        Table to be balanced.
    row_totals : array (m,)
        u.
    column_totals : array (n,)
        v, with the same sum as u.
    tolerance : float
        Largest deviation from a margin, relative to the largest margin.
    max_iterations : int
        Passes after which the result is returned with `converged` False.

    Returns
    -------
    BalancedTable
        Equal to that of `ras` where the table has no negative entry.

    Raises
    ------
    ValueError
        On wrong shapes, entries that are not finite, margins with different sums, or a margin
        that the signs of its row or column cannot reach.

    References
    ----------
    Junius and Oosterhaven (2003); Lenzen, Wood and Gallego (2007); Temurshoev, Miller and
    Bouwmeester (2013), eqs. 5-8.
    """
    table, u, v = _checked(flows, row_totals, column_totals, tolerance, max_iterations)
    positive = np.maximum(table, 0.0)
    negative = np.maximum(-table, 0.0)
    return _iterate(positive, negative, u, v, tolerance, max_iterations)


def _checked(
    flows: ArrayLike,
    row_totals: ArrayLike,
    column_totals: ArrayLike,
    tolerance: float,
    max_iterations: int,
) -> tuple[Floats, Floats, Floats]:
    table = np.asarray(flows, dtype=float)
    u = np.asarray(row_totals, dtype=float)
    v = np.asarray(column_totals, dtype=float)
    if table.ndim != 2 or u.shape != table.shape[:1] or v.shape != table.shape[1:]:
        raise ValueError(
            f"margins of shapes {u.shape} and {v.shape} do not fit a table of shape {table.shape}"
        )
    if not (np.isfinite(table).all() and np.isfinite(u).all() and np.isfinite(v).all()):
        raise ValueError("table and margins must be finite")
    if tolerance <= 0.0 or max_iterations < 1:
        raise ValueError("tolerance must be above zero and max_iterations at least one")
    gross = np.abs(u).sum() + np.abs(v).sum()
    if abs(u.sum() - v.sum()) > 0.5 * tolerance * gross:
        raise ValueError(
            f"row totals sum to {u.sum():.10g} and column totals to {v.sum():.10g}: "
            "the margins are not balanced"
        )
    _refuse_unreachable(table, u, "row")
    _refuse_unreachable(table.T, v, "column")
    return table, u, v


def _refuse_unreachable(table: Floats, totals: Floats, name: str) -> None:
    """Refuse a margin that no multiplier can reach, given the signs of its entries."""
    has_positive = (table > 0.0).any(axis=1)
    has_negative = (table < 0.0).any(axis=1)
    reasons = (
        (~has_positive & ~has_negative & (totals != 0.0), "is empty but its total is not zero"),
        (has_positive & ~has_negative & (totals < 0.0), "has no negative entry but a total below"),
        (~has_positive & has_negative & (totals >= 0.0), "has only negative entries but no total"),
    )
    ends = ("", " zero", " below zero")
    for (bad, reason), end in zip(reasons, ends, strict=True):
        if bad.any():
            index = int(np.flatnonzero(bad)[0])
            raise ValueError(f"{name} {index} {reason}{end}")


def _iterate(
    positive: Floats,
    negative: Floats,
    u: Floats,
    v: Floats,
    tolerance: float,
    max_iterations: int,
) -> BalancedTable:
    """Alternate between row and column multipliers until the margins are met."""
    scale = max(float(np.abs(u).max(initial=0.0)), float(np.abs(v).max(initial=0.0)))
    scale = scale if scale > 0.0 else 1.0
    r, s = np.ones(u.size), np.ones(v.size)
    balanced = positive - negative
    residual = np.inf
    for iteration in range(1, max_iterations + 1):
        s = _multipliers(r @ positive, _inverse(r) @ negative, v)
        r = _multipliers(positive @ s, negative @ _inverse(s), u)
        balanced = r[:, None] * positive * s - _inverse(r)[:, None] * negative * _inverse(s)
        gap_rows = np.abs(balanced.sum(axis=1) - u).max(initial=0.0)
        gap_columns = np.abs(balanced.sum(axis=0) - v).max(initial=0.0)
        residual = float(max(gap_rows, gap_columns)) / scale
        if residual <= tolerance:
            return BalancedTable(balanced, r, s, iteration, True, residual)
    return BalancedTable(balanced, r, s, max_iterations, False, residual)


def _multipliers(p: Floats, n: Floats, total: Floats) -> Floats:
    """Positive root k of p k - n / k = total (Temurshoev et al. 2013, eqs. 7 and 8).

    -n / total where p is zero, 1 where p and n are zero. For a total below zero the root is
    written as 2 n / (sqrt(.) - total), which does not cancel.
    """
    root = np.sqrt(total**2 + 4.0 * p * n)
    k = np.ones_like(total)
    up = (p > 0.0) & (total >= 0.0)
    down = (total < 0.0) & (n > 0.0)
    k[up] = (total[up] + root[up]) / (2.0 * p[up])
    k[down] = 2.0 * n[down] / (root[down] - total[down])
    return k


def _inverse(k: Floats) -> Floats:
    """1 / k; zero where k is zero, which happens only beside rows without negative entries."""
    return np.divide(1.0, k, out=np.zeros_like(k), where=k > 0.0)
