"""Linkages, key sectors and the field of influence.

    backward_j = sum_i l_ij,                    U_j = backward_j / mean(backward)
    forward_i  = sum_j g_ij (Ghosh, Jones 1976) or sum_j l_ij (Rasmussen 1956)

U_j is Rasmussen's power of dispersion, U_i his sensitivity of dispersion; a sector is "key"
where both are above one (Miller and Blair 2009, section 12.2). The field of influence of
coefficient (i, j) is F(i, j) = L e_i e_j' L, the change of L by a unit change of a_ij to the
first order (Sonis and Hewings 1989, 1992).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.errors import InputError
from models.inputoutput.labelled import Floats
from models.inputoutput.solving import System

KINDS: Final = ("independent", "backward", "forward", "key")


def backward_linkages(system: System) -> Floats:
    """Column sums of L (n,): output drawn in by a unit of final demand."""
    return system.solve_transposed(np.ones(system.size))


def forward_linkages(system: System, output: ArrayLike) -> Floats:
    """Row sums of the Ghosh inverse (n,): G 1 = diag(x)^-1 L x; 1 where x is zero.

    Parameters
    ----------
    system : System
        I - A.
    output : array (n,)
        x with A = Z diag(x)^-1.
    """
    x = np.asarray(output, dtype=float)
    reached = system.solve(x)
    return np.asarray(np.divide(reached, x, out=np.ones_like(x), where=x != 0.0))


def sensitivities(system: System) -> Floats:
    """Row sums of L (n,): output of i when every final demand rises by one unit."""
    return system.solve(np.ones(system.size))


def normalised(linkages: ArrayLike) -> Floats:
    """Linkages divided by their unweighted mean (Rasmussen 1956)."""
    values = np.asarray(linkages, dtype=float)
    return np.asarray(values / values.mean())


def spread(inverse: ArrayLike, axis: int) -> Floats:
    """Rasmussen's coefficient of variation V of the columns (axis 0) or rows (axis 1).

    V_j = sqrt(1/(n-1) sum_i (l_ij - mean_j)^2) / mean_j; small where a sector draws evenly
    on all others. Needs at least two sectors.
    """
    L = np.asarray(inverse, dtype=float)
    if L.shape[axis] < 2:
        raise InputError("the spread of linkages needs at least two sectors")
    return np.asarray(L.std(axis=axis, ddof=1) / L.mean(axis=axis))


def sector_kinds(backward: ArrayLike, forward: ArrayLike) -> NDArray[np.object_]:
    """Class of each sector from normalised linkages: one of `KINDS` (n,)."""
    strong_backward = np.asarray(backward) > 1.0
    strong_forward = np.asarray(forward) > 1.0
    return np.array(KINDS, dtype=object)[strong_backward + 2 * strong_forward]


def field_of_influence(inverse: ArrayLike, i: int, j: int) -> Floats:
    """F(i, j) = L[:, i] L[j, :] (n, n): first-order change of L by a unit of a_ij."""
    L = np.asarray(inverse, dtype=float)
    return np.outer(L[:, i], L[j, :])


def influence(inverse: ArrayLike) -> Floats:
    """Frobenius norm of F(i, j) for every coefficient (n, n).

    The norm of an outer product is the product of the norms, so all n^2 fields need one
    pass over L.
    """
    L = np.asarray(inverse, dtype=float)
    columns = np.sqrt((L * L).sum(axis=0))
    rows = np.sqrt((L * L).sum(axis=1))
    return np.outer(columns, rows)


def inverse_after(inverse: ArrayLike, i: int, j: int, change: float) -> Floats:
    """L after a_ij changed by `change`, exactly (Sherman and Morrison 1950).

    L1 = L + F(i, j) change / (1 - l_ji change).
    """
    L = np.asarray(inverse, dtype=float)
    divisor = 1.0 - L[j, i] * change
    if abs(divisor) < np.finfo(float).eps * (1.0 + abs(L[j, i] * change)):
        raise InputError(f"changing coefficient ({i}, {j}) by {change:g} makes I - A singular")
    return np.asarray(L + field_of_influence(L, i, j) * (change / divisor))
