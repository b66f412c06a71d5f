"""What balancing methods share: the problem as arrays, its refusals, and the positive root."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from models.errors import InputError
from models.inputoutput.labelled import aligned_vector

Floats = NDArray[np.float64]
Table: TypeAlias = pd.DataFrame | xr.DataArray | ArrayLike
Totals: TypeAlias = pd.Series | xr.DataArray | ArrayLike


class BalancingError(InputError, ValueError):
    """A table and margins that cannot be balanced; also a ValueError, as of any bad array."""


@dataclass(frozen=True)
class Problem:
    """A table and its margins as arrays, with the labels they came with.

    Attributes
    ----------
    table : ndarray (m, n)
    u, v : ndarray (m,), (n,)
        Row and column totals.
    labels : pair of Index, or None
        Of rows and columns.
    given : DataFrame, DataArray or array
        The table as given.
    """

    table: Floats
    u: Floats
    v: Floats
    labels: tuple[pd.Index, pd.Index] | None
    given: Table

    def like_table(self, values: Floats) -> Any:
        """Values (m, n) as the kind of table that was given."""
        if isinstance(self.given, xr.DataArray):
            return self.given.copy(data=values)
        if self.labels is None:
            return values
        return pd.DataFrame(values, *self.labels)

    def like_totals(self, values: Floats, axis: int) -> Any:
        """Values by row (axis 0) or column (axis 1), labelled where the table is."""
        return values if self.labels is None else pd.Series(values, self.labels[axis])

    def names(self, axis: int) -> Sequence[Hashable]:
        """Labels of an axis, or positions where there are none."""
        return range(self.table.shape[axis]) if self.labels is None else list(self.labels[axis])


def posed(flows: Table, row_totals: Totals, column_totals: Totals, tolerance: float) -> Problem:
    """Return the problem as arrays; labelled totals of a labelled table are put in its order.

    Raises
    ------
    BalancingError
        On wrong shapes, numbers that are not finite, or margins with different sums.
    InputError
        On labels of totals that are not those of the table.
    """
    frame = flows.to_pandas() if isinstance(flows, xr.DataArray) else flows
    labels = (frame.index, frame.columns) if isinstance(frame, pd.DataFrame) else None
    table = np.asarray(frame, dtype=float)
    u = _totals(row_totals, None if labels is None else labels[0], "row totals")
    v = _totals(column_totals, None if labels is None else labels[1], "column totals")
    if table.ndim != 2 or u.shape != table.shape[:1] or v.shape != table.shape[1:]:
        raise BalancingError(
            f"margins of shapes {u.shape} and {v.shape} do not fit a table of shape {table.shape}"
        )
    if not (np.isfinite(table).all() and np.isfinite(u).all() and np.isfinite(v).all()):
        raise BalancingError("table and margins must be finite")
    if abs(u.sum() - v.sum()) > imbalance_allowed(u, v, tolerance):
        raise BalancingError(
            f"row totals sum to {u.sum():.10g} and column totals to {v.sum():.10g}: "
            "the margins are not balanced"
        )
    return Problem(table, u, v, labels, flows)


def _totals(totals: Totals, labels: pd.Index | None, what: str) -> Floats:
    series = totals.to_pandas() if isinstance(totals, xr.DataArray) else totals
    if labels is not None and isinstance(series, pd.Series):
        return aligned_vector(series, labels, what)
    return np.asarray(series, dtype=float)


def imbalance_allowed(u: Floats, v: Floats, tolerance: float) -> float:
    """Difference of sums that a relative tolerance explains."""
    return float(0.5 * tolerance * (np.abs(u).sum() + np.abs(v).sum()))


def check_steps(tolerance: float, max_iterations: int) -> None:
    """Refuse a tolerance or a number of passes that means nothing."""
    if tolerance <= 0.0 or max_iterations < 1:
        raise BalancingError("tolerance must be above zero and max_iterations at least one")


def refuse_unreachable(
    up: Floats, down: Floats, totals: Floats, what: str, names: Sequence[Hashable]
) -> None:
    """Refuse a total that no multiplier can reach, given the signs of its entries.

    Parameters
    ----------
    up, down : array (m,)
        Sums of the positive entries, and of the negative ones without sign.
    totals : array (m,)
        Nan where none is asked for.
    what : str
        Row, column or block.
    names : sequence (m,)
    """
    reasons = (
        ((up == 0) & (down == 0) & (totals != 0), "is empty but its total is not zero"),
        ((down == 0) & (totals < 0), "has no negative entry but a total below zero"),
        (
            (up == 0) & (down > 0) & (totals >= 0),
            "has only negative entries but no total below zero",
        ),
    )
    for bad, reason in reasons:
        found = np.flatnonzero(bad & np.isfinite(totals))
        if found.size:
            raise BalancingError(
                f"{what} {names[int(found[0])]!r} {reason}", found=f"{totals[found[0]]:.10g}"
            )


def positive_root(p: Floats, n: Floats, total: Floats) -> Floats:
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
