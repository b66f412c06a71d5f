"""Solving (I - A) x = f: factor once, solve many, update cheaply, answer clearly.

    x = (I - A)^-1 f,    m' = c' (I - A)^-1

One LU factorisation of I - A serves every right-hand side of both systems. The inverse is
formed only when the inverse itself is asked for. A change of few rows or columns of A is
solved with the old factors (Sherman and Morrison 1950; Woodbury 1950):

    A1 = A + U V',    (I - A1)^-1 f = y + W (I - V' W)^-1 V' y,    y = L f,  W = L U.

A system that is singular to working precision is refused; nothing is added to make it
solvable. Whether the economy is productive (spectral radius below one) is decided exactly
for A >= 0: (I - A) y = 1 has a solution y >= 1 if and only if the radius is below one
(Hawkins and Simon 1949; Miller and Blair 2009, section 2.4).
"""

from __future__ import annotations

from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import lapack

from models.errors import InputError

Floats = NDArray[np.float64]
MANY: Final = 16  # right-hand sides from which a product with a formed inverse is quicker


class System(Protocol):
    """What an analysis may ask of (I - A)."""

    @property
    def size(self) -> int:
        """Number of sectors n."""

    def solve(self, demand: Floats) -> Floats:
        """L f for f (n,) or (n, m)."""

    def solve_transposed(self, coefficients: Floats) -> Floats:
        """L' c for c (n,) or (n, m)."""

    def inverse(self) -> Floats:
        """L (n, n)."""


class LeontiefSystem:
    """The factorised matrix I - A.

    Parameters
    ----------
    coefficients : array (n, n)
        A: input of product i per unit of output of sector j.

    Raises
    ------
    InputError
        When A is not square, not finite, or I - A is singular to working precision.
    """

    def __init__(self, coefficients: ArrayLike) -> None:
        matrix = np.asarray(coefficients, dtype=float)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
            raise InputError("coefficients must be a square matrix", found=matrix.shape)
        if not np.isfinite(matrix).all():
            i, j = (int(k) for k in np.argwhere(~np.isfinite(matrix))[0])
            raise InputError(f"coefficient ({i}, {j}) is not a finite number")
        self.coefficients = matrix

    @property
    def size(self) -> int:
        """Number of sectors n."""
        return int(self.coefficients.shape[0])

    @cached_property
    def _factors(self) -> tuple[Floats, NDArray[np.int32]]:
        system = np.array(self.coefficients, order="F")
        np.negative(system, out=system)
        system.flat[:: self.size + 1] += 1.0
        norm = float(np.abs(system).sum(axis=0).max())
        lu, pivots, info = lapack.dgetrf(system, overwrite_a=1)
        reciprocal = 0.0 if info else float(lapack.dgecon(lu, norm)[0])
        if reciprocal < np.finfo(float).eps:
            raise InputError(
                "I - A is singular to working precision: there is no Leontief inverse "
                f"(reciprocal condition number {reciprocal:.1e})"
            )
        return lu, pivots

    def solve(self, demand: ArrayLike) -> Floats:
        """Output x = L f.

        Parameters
        ----------
        demand : array (n,) or (n, m)

        Returns
        -------
        ndarray of the same shape
        """
        return self._substitute(demand, transposed=0)

    def solve_transposed(self, coefficients: ArrayLike) -> Floats:
        """m = L' c: content of a unit of final demand in what c counts per unit of output.

        Parameters
        ----------
        coefficients : array (n,) or (n, m)

        Returns
        -------
        ndarray of the same shape
        """
        return self._substitute(coefficients, transposed=1)

    def _substitute(self, right: ArrayLike, transposed: int) -> Floats:
        sides = np.asarray(right, dtype=float)
        if sides.ndim not in (1, 2) or sides.shape[0] != self.size:
            raise InputError(f"right-hand side of shape {sides.shape} for {self.size} sectors")
        if self.has_inverse and sides.ndim == 2 and sides.shape[1] >= MANY:
            L = self._inverse
            return np.asarray((L.T if transposed else L) @ sides)
        lu, pivots = self._factors
        solution, _ = lapack.dgetrs(lu, pivots, sides, trans=transposed)
        return np.asarray(solution).reshape(sides.shape)

    def inverse(self) -> Floats:
        """L = (I - A)^-1, (n, n); computed once."""
        return self._inverse

    @cached_property
    def _inverse(self) -> Floats:
        lu, pivots = self._factors
        work = int(lapack.dgetri_lwork(self.size)[0])
        inverse, _ = lapack.dgetri(lu, pivots, lwork=max(work, self.size))
        inverse = np.asarray(inverse)
        inverse.flags.writeable = False
        return inverse

    @property
    def has_inverse(self) -> bool:
        """Whether the inverse has been formed already."""
        return "_inverse" in self.__dict__


class UpdatedSystem:
    """The system of A + U V', solved with the factors of A.

    Parameters
    ----------
    base : System
        The factorised system of A.
    left, right : array (n, k)
        U and V, with k much smaller than n.

    Raises
    ------
    InputError
        When the changed system is singular.
    """

    def __init__(self, base: System, left: ArrayLike, right: ArrayLike) -> None:
        self._base = base
        self._left = np.asarray(left, dtype=float).reshape(base.size, -1)
        self._right = np.asarray(right, dtype=float).reshape(base.size, -1)
        self._reach = base.solve(self._left)
        inner = np.eye(self._left.shape[1]) - self._right.T @ self._reach
        if inner.size and np.linalg.cond(inner) * np.finfo(float).eps > 1e-3:
            raise InputError("the changed coefficients make I - A singular: no Leontief inverse")
        self._inner = inner

    @property
    def size(self) -> int:
        """Number of sectors n."""
        return self._base.size

    def solve(self, demand: ArrayLike) -> Floats:
        """x = L1 f for f (n,) or (n, m)."""
        y = self._base.solve(np.asarray(demand, dtype=float))
        return np.asarray(y + self._reach @ np.linalg.solve(self._inner, self._right.T @ y))

    def solve_transposed(self, coefficients: ArrayLike) -> Floats:
        """L1' c = L' (c + V (I - W' V)^-1 W' c) for c (n,) or (n, m)."""
        c = np.asarray(coefficients, dtype=float)
        step = np.linalg.solve(self._inner.T, self._reach.T @ c)
        return self._base.solve_transposed(c + self._right @ step)

    def inverse(self) -> Floats:
        """L1 (n, n)."""
        L = self._base.inverse()
        return np.asarray(L + self._reach @ np.linalg.solve(self._inner, self._right.T @ L))


def column_changes(changes: ArrayLike, columns: ArrayLike, size: int) -> tuple[Floats, Floats]:
    """U and V of a change of whole columns: dA = U V' with V the unit vectors of `columns`.

    Parameters
    ----------
    changes : array (n, k)
        Change of each of the k columns.
    columns : array of int (k,)
    size : int
        n.
    """
    where = np.asarray(columns, dtype=int)
    V = np.zeros((size, where.size))
    V[where, np.arange(where.size)] = 1.0
    return np.asarray(changes, dtype=float), V


def is_productive(system: System, technical: ArrayLike) -> bool:
    """Whether the spectral radius of A is below one.

    For A >= 0 by the Hawkins-Simon criterion from one solution; with negative entries first
    by the same criterion for |A|, whose radius is no smaller, then by eigenvalues.

    Parameters
    ----------
    system : System
        I - A.
    technical : array (n, n)
        A.
    """
    A = np.asarray(technical, dtype=float)
    if sums_below_one(A):
        return True
    if not A.min() < 0.0:
        return _is_productive_by_solution(system)
    return _is_productive_by_solution(LeontiefSystem(np.abs(A))) or spectral_radius(A) < 1.0


def sums_below_one(technical: Floats) -> bool:
    """Whether all column sums or all row sums of |A| are below one: then A is productive."""
    sizes = np.abs(technical) if technical.min() < 0.0 else technical
    return bool(sizes.sum(axis=0).max() < 1.0 or sizes.sum(axis=1).max() < 1.0)


def meets_hawkins_simon(reach: Floats) -> bool:
    """Whether y of (I - A) y = 1 is at least one everywhere, for A >= 0."""
    return bool((reach >= 1.0 - 1e-9).all())


def _is_productive_by_solution(system: System) -> bool:
    try:
        return meets_hawkins_simon(system.solve(np.ones(system.size)))
    except InputError:
        return False


def spectral_radius(coefficients: ArrayLike) -> float:
    """Largest modulus of an eigenvalue of A (n, n)."""
    return float(np.abs(np.linalg.eigvals(np.asarray(coefficients, dtype=float))).max())


def require_productive(system: System, technical: ArrayLike) -> None:
    """Refuse a system whose spectral radius is not below one."""
    if not is_productive(system, technical):
        raise InputError(
            "the spectral radius of A is not below one: each unit of output needs more than "
            "one unit of inputs, directly and indirectly, so multipliers have no meaning"
        )


def per_unit(flows: Floats, output: Floats, names: object = None) -> Floats:
    """Coefficients of columns: z_ij / x_j; zero where sector j neither produces nor uses.

    Parameters
    ----------
    flows : array (m, n)
        By column sector, for example Z, primary inputs or satellites.
    output : array (n,)
    names : sequence, optional
        Labels of the n sectors, for the message.

    Raises
    ------
    InputError
        When a sector without output has entries: its coefficients do not exist.
    """
    idle = output == 0.0
    if idle.any():
        used = idle & (flows != 0.0).any(axis=0)
        if used.any():
            j = int(np.flatnonzero(used)[0])
            label = j if names is None else list(names)[j]  # type: ignore[call-overload]
            raise InputError(f"sector {label!r} has inputs but no output: no coefficients exist")
        safe = np.where(idle, 1.0, output)
        return np.asarray(flows / safe)
    return np.asarray(flows / output)
