"""Which bounds hold at the solution of a bounded least-squares problem.

    minimise (x - x0)' P^+ (x - x0)   subject to   lower <= x <= upper

in the range of the covariance P around the unbounded solution x0, so x = x0 + P dual with
dual >= 0 at a lower bound, <= 0 at an upper bound and zero elsewhere. The dual active-set
method of Goldfarb and Idnani (1983), Mathematical Programming 27, 1-33, always ends. The
primal-dual iteration of Hintermüller, Ito and Kunisch (2003), SIAM Journal on Optimization
13(3), 865-888, is tried first because it is much faster with many active bounds; its answer is
used only where it meets the optimality conditions, so both give the same solution.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from sim.errors import InputError

Floats = NDArray[np.float64]

RANK_TOLERANCE: Final = 1e-10
BOUND_TOLERANCE: Final = 1e-10
NEWTON_ITERATIONS: Final = 40


def active_bounds(
    covariance: Floats,
    free: Floats,
    lower: Floats,
    upper: Floats,
    floor: Floats,
    names: Sequence[str],
) -> tuple[list[int], list[int]]:
    """Find the bounds that hold with equality.

    Parameters
    ----------
    covariance : ndarray (n, n)
        P, positive semidefinite.
    free : ndarray (n,)
        x0.
    lower, upper : ndarray (n,)
        Bounds.
    floor : ndarray (n,)
        Size of each unknown, to which violations are compared.
    names : sequence of str
        Names of the unknowns for messages.

    Returns
    -------
    active : list of int
        Indices of the unknowns at a bound.
    side : list of int
        +1 at the lower, -1 at the upper bound.

    Raises
    ------
    InputError
        Where no point meets the bounds.
    """
    found = _newton_active_set(covariance, free, lower, upper, floor)
    if found is not None:
        return found
    return _dual_active_set(covariance, free, lower, upper, floor, names)


def _newton_active_set(
    p: Floats, free: Floats, lower: Floats, upper: Floats, floor: Floats
) -> tuple[list[int], list[int]] | None:
    """Active bounds by the primal-dual iteration, or None where it does not settle."""
    slack = BOUND_TOLERANCE * floor
    violated = np.where(free < lower - slack, 1, np.where(free > upper + slack, -1, 0))
    if not violated.any():
        return [], []
    side = violated
    for _ in range(NEWTON_ITERATIONS):
        active = np.flatnonzero(side)
        if not active.size:  # back where it began: it would go round in a circle
            return None
        block = p[np.ix_(active, active)]
        scale = np.sqrt(np.diag(block))
        if (scale <= 0.0).any():
            return None
        bound = np.where(side[active] > 0, lower[active], upper[active])
        try:
            factor = cho_factor(block / np.outer(scale, scale))
        except np.linalg.LinAlgError:
            return None
        if np.diag(factor[0]).min() < np.sqrt(RANK_TOLERANCE):
            return None
        dual = cho_solve(factor, (bound - free[active]) / scale) / scale
        x = free + p[:, active] @ dual
        after = np.where(x < lower - slack, 1, np.where(x > upper + slack, -1, 0))
        after[active] = np.where(dual * side[active] > 0.0, side[active], 0)
        if (after == side).all():
            return active.tolist(), side[active].tolist()
        side = after
    return None


def _dual_active_set(
    p: Floats, free: Floats, lower: Floats, upper: Floats, floor: Floats, names: Sequence[str]
) -> tuple[list[int], list[int]]:
    """Indices held at a bound and the side (+1 lower, -1 upper); Goldfarb and Idnani (1983)."""
    active: list[int] = []
    side: list[int] = []
    dual: list[float] = []
    x = free.copy()
    sd = np.sqrt(np.maximum(np.diag(p), 0.0))
    spread = np.where(sd > 0.0, sd, floor)
    for _ in range(20 * x.size + 100):
        below, above = lower - x, x - upper
        gap = np.maximum(below, above)
        gap[active] = 0.0
        gap = np.where(gap > BOUND_TOLERANCE * floor, gap / spread, 0.0)
        entering = int(np.argmax(gap))
        if gap[entering] <= 0.0:
            return active, side
        sign = 1 if below[entering] >= above[entering] else -1
        bound = float(lower[entering] if sign > 0 else upper[entering])
        if not _enter(p, x, entering, sign, bound, active, side, dual):
            raise InputError(
                "the bounds and identities cannot be met together", key=names[entering]
            )
    raise InputError("the bounds could not be met within the iteration limit")


def _enter(
    p: Floats,
    x: Floats,
    entering: int,
    sign: int,
    bound: float,
    active: list[int],
    side: list[int],
    dual: list[float],
) -> bool:
    """Bring one violated bound into the active set, dropping others on the way; edits x.

    Returns False where the bound cannot be reached.
    """
    own = 0.0
    while True:
        signs = np.array(side, dtype=float)
        column = sign * p[:, entering]
        response = np.zeros(0)
        if active:
            response = np.linalg.solve(p[np.ix_(active, active)], column[active]) * signs
            column = column - p[:, active] @ (signs * response)
        slope = float(sign * column[entering])
        blocking = np.flatnonzero(response > 1e-12)
        steps = np.array(dual)[blocking] / response[blocking]
        partial = float(steps.min()) if blocking.size else np.inf
        reachable = slope > RANK_TOLERANCE * p[entering, entering] and slope > 0.0
        full = float(sign * (bound - x[entering])) / slope if reachable else np.inf
        step = min(partial, full)
        if not np.isfinite(step):
            return False
        if reachable:
            x += step * column
        dual[:] = [u - step * r for u, r in zip(dual, response, strict=True)]
        own += step
        if full <= partial:
            active.append(entering)
            side.append(sign)
            dual.append(own)
            return True
        drop = int(blocking[int(np.argmin(steps))])
        del active[drop], side[drop], dual[drop]
