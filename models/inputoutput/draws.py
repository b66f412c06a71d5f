"""Many systems near one: draws of coefficients solved with the factors of the centre.

For draws A_d of the coefficients around A, with L = (I - A)^-1 factorised once:

Changed columns (technologies) D_d = A_d - A in k columns c. With W = L D_d,

    x_d = y + W (I - W_c)^-1 y_c,    y = L f

(Sherman and Morrison 1950; Woodbury 1950); all W come from one solution with k m right-hand
sides. Exact up to rounding.

All coefficients changed. The residual of a trial x is brought to zero with the factors of the
centre,

    x <- x + L (f - (I - A_d) x),

which converges where the spectral radius of L (A_d - A) is below one (Golub and Van Loan 2013,
Matrix Computations, 4th edition, section 11.2). The residual is measured against the drawn
system itself, so that the result is that of the draw; a draw that does not converge quickly is
factorised.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.errors import InputError
from models.inputoutput.solving import (
    LeontiefSystem,
    System,
    meets_hawkins_simon,
    require_productive,
    sums_below_one,
)

Floats = NDArray[np.float64]

CELLS: Final = 8_000_000  # numbers held at a time by the batched solution
RESIDUAL: Final = 1e-12  # of a draw, relative to the largest demand
ITERATIONS: Final = 30  # beyond which a factorisation is cheaper


def column_draws(
    system: System,
    coefficients: ArrayLike,
    columns: ArrayLike,
    draws: ArrayLike,
    demand: ArrayLike,
) -> Floats:
    """Return output for draws of some columns of the coefficients.

    Parameters
    ----------
    system : System
        I - A, factorised.
    coefficients : array (n, n)
        A.
    columns : array of int (k,)
        Positions of the columns that change.
    draws : array (m, n, k)
        Their coefficients in each draw.
    demand : array (n,)
        Final demand f.

    Returns
    -------
    ndarray (m, n)
        x_d of each draw.

    Raises
    ------
    InputError
        On wrong shapes, or a draw that makes I - A_d singular.
    """
    A = np.asarray(coefficients, dtype=float)
    where = np.asarray(columns, dtype=np.intp)
    drawn = np.asarray(draws, dtype=float)
    n, k = system.size, where.size
    if A.shape != (n, n) or drawn.ndim != 3 or drawn.shape[1:] != (n, k):
        raise InputError("draws must hold n coefficients of k columns", found=drawn.shape)
    y = system.solve(np.asarray(demand, dtype=float))
    result = np.empty((drawn.shape[0], n))
    step = max(1, CELLS // (n * k))
    for start in range(0, drawn.shape[0], step):
        part = drawn[start : start + step] - A[:, where]
        m = part.shape[0]
        sides = part.transpose(1, 0, 2).reshape(n, m * k)
        W = system.solve(sides).reshape(n, m, k)
        inner = np.eye(k) - W[where].transpose(1, 0, 2)
        _require_regular(inner, start)
        weights = np.linalg.solve(inner, np.broadcast_to(y[where][:, None], (m, k, 1)))[..., 0]
        result[start : start + m] = y + np.matmul(W.transpose(1, 0, 2), weights[..., None])[..., 0]
    return result


def _require_regular(inner: Floats, start: int) -> None:
    bad = np.linalg.cond(inner) * np.finfo(float).eps > 1e-3
    if bad.any():
        raise InputError(
            "the drawn coefficients make I - A singular",
            key=f"draw {start + int(np.flatnonzero(bad)[0])}",
        )


def solve_draws(
    draws: Iterable[ArrayLike],
    demand: ArrayLike,
    *,
    centre: System | None = None,
    transposed: bool = False,
) -> Floats:
    """Return output, or multipliers, for draws of all coefficients.

    Parameters
    ----------
    draws : array (m, n, n) or iterable of arrays (n, n)
        A of each draw; an iterable needs the memory of one draw only.
    demand : array (n,) or (m, n)
        f, the same or one for each draw; c where transposed.
    centre : System, optional
        I - A around which the draws lie, factorised; the first draw where none is given.
    transposed : bool
        Solve for multipliers m = L' c instead of output x = L f.

    Returns
    -------
    ndarray (m, n)
        With a residual of at most 1e-12 of the largest demand where it was found with the
        factors of the centre, else by factorising the draw.

    Raises
    ------
    InputError
        On a wrong shape, or a draw whose system is singular or not productive, with its
        number.
    """
    right = np.asarray(demand, dtype=float)
    results = []
    for draw, values in enumerate(draws):
        A = np.asarray(values, dtype=float)
        try:
            if centre is None:
                centre = LeontiefSystem(A)
            if A.shape != (centre.size, centre.size):
                raise InputError("a draw must hold n by n coefficients", found=A.shape)
            side = right if right.ndim == 1 else right[draw]
            results.append(_solved(centre, A, side, transposed))
        except InputError as error:
            raise InputError(f"draw {draw}: {error}") from error
    return np.array(results).reshape(len(results), -1)


def _solved(centre: System, A: Floats, side: Floats, transposed: bool) -> Floats:
    """Solve one draw; where its sums do not show that it is productive, a unit of all beside."""
    bounded = sums_below_one(A)
    sides = side[:, None] if bounded else np.column_stack([side, np.ones(side.size)])
    near = _refined(centre, A.T if transposed else A, sides, transposed)
    if near is not None and (bounded or (A.min() >= 0.0 and meets_hawkins_simon(near[:, 1]))):
        return np.asarray(near[:, 0])
    own = LeontiefSystem(A)
    require_productive(own, A)
    return own.solve_transposed(side) if transposed else own.solve(side)


def _refined(centre: System, A: Floats, f: Floats, transposed: bool) -> Floats | None:
    """Correct a first solution (n, m), or return None where that converges too slowly."""
    solve = centre.solve_transposed if transposed else centre.solve
    x = solve(f)
    allowed = RESIDUAL * np.maximum(np.abs(f).max(axis=0), np.finfo(float).tiny)
    before = np.inf
    for _ in range(ITERATIONS):
        residual = f - x + A @ x
        worst = float((np.abs(residual).max(axis=0) / allowed).max())
        if worst <= 1.0:
            return x
        if not worst < 0.5 * before:
            return None
        before = worst
        x = x + solve(residual)
    return None
