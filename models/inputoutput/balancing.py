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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.inputoutput.margins import (
    BalancingError,
    Problem,
    Table,
    Totals,
    check_steps,
    posed,
    positive_root,
    refuse_unreachable,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BalancedTable:
    """Result of RAS or GRAS.

    Attributes
    ----------
    flows : DataFrame, DataArray or ndarray (m, n)
        Balanced table, of the kind given, in the unit of the margins.
    r : Series or ndarray (m,)
        Row multipliers. Only the products r_i s_j are determined: r c and s / c give the same
        table, with negative entries too. The scale follows from the start at r = 1.
    s : Series or ndarray (n,)
        Column multipliers.
    iterations : int
        Passes over rows and columns.
    converged : bool
        Whether `residual` is within the tolerance asked for.
    residual : float
        Largest deviation from a margin, relative to the largest margin.
    """

    flows: Any
    r: Any
    s: Any
    iterations: int
    converged: bool
    residual: float

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """The balanced table, for functions that take arrays."""
        return np.array(self.flows, dtype=dtype)


def ras(
    flows: Table,
    row_totals: Totals,
    column_totals: Totals,
    *,
    tolerance: float = 1e-12,
    max_iterations: int = 10_000,
) -> BalancedTable:
    """Balance a non-negative table to row and column totals.

    Parameters
    ----------
    flows : DataFrame, DataArray or array (m, n)
        Table to be balanced, no entry below zero.
    row_totals : Series or array (m,)
        u, not below zero. Labelled totals of a labelled table are put in its order.
    column_totals : Series or array (n,)
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
    BalancingError
        On wrong shapes, entries that are not finite, negative entries or margins, margins
        with different sums, or a positive margin over an empty row or column.

    References
    ----------
    Miller and Blair (2009), Input-Output Analysis, 2nd edition, section 7.4.
    """
    check_steps(tolerance, max_iterations)
    problem = posed(flows, row_totals, column_totals, tolerance)
    if (problem.table < 0.0).any():
        row, column = (int(k) for k in np.argwhere(problem.table < 0.0)[0])
        place = f"({problem.names(0)[row]!r}, {problem.names(1)[column]!r})"
        raise BalancingError(f"RAS needs a non-negative table, entry {place} is below zero")
    return _balanced(problem, np.zeros_like(problem.table), tolerance, max_iterations)


def gras(
    flows: Table,
    row_totals: Totals,
    column_totals: Totals,
    *,
    tolerance: float = 1e-12,
    max_iterations: int = 10_000,
) -> BalancedTable:
    """Balance a table that may hold negative entries, keeping every sign.

    Parameters
    ----------
    flows : DataFrame, DataArray or array (m, n)
        Table to be balanced.
    row_totals : Series or array (m,)
        u.
    column_totals : Series or array (n,)
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
    BalancingError
        On wrong shapes, entries that are not finite, margins with different sums, or a margin
        that the signs of its row or column cannot reach.

    References
    ----------
    Junius and Oosterhaven (2003); Lenzen, Wood and Gallego (2007); Temurshoev, Miller and
    Bouwmeester (2013), eqs. 5-8.
    """
    check_steps(tolerance, max_iterations)
    problem = posed(flows, row_totals, column_totals, tolerance)
    return _balanced(problem, np.maximum(-problem.table, 0.0), tolerance, max_iterations)


def _balanced(
    problem: Problem, negative: Floats, tolerance: float, max_iterations: int
) -> BalancedTable:
    positive = problem.table + negative
    for what, axis, totals in (("row", 0, problem.u), ("column", 1, problem.v)):
        sums = positive.sum(axis=1 - axis), negative.sum(axis=1 - axis)
        refuse_unreachable(*sums, totals, what, problem.names(axis))
    found = _iterate(positive, negative, problem.u, problem.v, tolerance, max_iterations)
    flows, r, s, iterations, residual = found
    return BalancedTable(
        problem.like_table(flows),
        problem.like_totals(r, 0),
        problem.like_totals(s, 1),
        iterations,
        residual <= tolerance,
        residual,
    )


def _iterate(
    positive: Floats,
    negative: Floats,
    u: Floats,
    v: Floats,
    tolerance: float,
    max_iterations: int,
) -> tuple[Floats, Floats, Floats, int, float]:
    """Alternate between row and column multipliers until the margins are met."""
    scale = max(float(np.abs(u).max(initial=0.0)), float(np.abs(v).max(initial=0.0)))
    scale = scale if scale > 0.0 else 1.0
    r, s = np.ones(u.size), np.ones(v.size)
    balanced = positive - negative
    residual = np.inf
    for iteration in range(1, max_iterations + 1):
        s = positive_root(r @ positive, _inverse(r) @ negative, v)
        r = positive_root(positive @ s, negative @ _inverse(s), u)
        balanced = r[:, None] * positive * s - _inverse(r)[:, None] * negative * _inverse(s)
        gap_rows = np.abs(balanced.sum(axis=1) - u).max(initial=0.0)
        gap_columns = np.abs(balanced.sum(axis=0) - v).max(initial=0.0)
        residual = float(max(gap_rows, gap_columns)) / scale
        if residual <= tolerance:
            return balanced, r, s, iteration, residual
    return balanced, r, s, max_iterations, residual


def _inverse(k: Floats) -> Floats:
    """1 / k; zero where k is zero, which happens only beside rows without negative entries."""
    return np.divide(1.0, k, out=np.zeros_like(k), where=k > 0.0)
