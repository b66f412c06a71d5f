"""Generalized least-squares reconciliation of accounts under identities and bounds.

    minimise   sum_j ((H x - y)_j / sigma_j)^2
    subject to C x = b,   lower <= x <= upper

Stone, R., Champernowne, D. G. and Meade, J. E. (1942), "The precision of national income
estimates", Review of Economic Studies 9(2), 111-125, eq. (5); Weale, M. (1985), "Testing
linear hypotheses on national account data", Review of Economics and Statistics 67(4),
685-689. The identities are removed by a null-space basis; the bounds are met by an active-set
method (`sim.baseyear.active_set`) in the covariance of the unbounded estimate, which is
computed once and serves every draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.baseyear.active_set import RANK_TOLERANCE, active_bounds
from sim.errors import InputError

Floats = NDArray[np.float64]

CONSTRAINT_TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class _Problem:
    """Checked inputs and the linear solution map without bounds."""

    observation_matrix: Floats
    observed: Floats
    sigma: Floats
    constraints: Floats
    targets: Floats
    lower: Floats
    upper: Floats
    names: tuple[str, ...]
    particular: Floats
    gain: Floats
    covariance: Floats


@dataclass(frozen=True)
class Reconciliation:
    """The reconciled accounts.

    Attributes
    ----------
    estimate : ndarray (n,)
        Solution, in the units of the unknowns.
    posterior_sd : ndarray (n,)
        Posterior standard deviation given the identities; bounds are not used, so it is an
        upper value for an unknown near its bound (the spread of `draws` is the exact one).
    residual_z : ndarray (m,)
        (H estimate - y) / sigma of every observation.
    constraint_residual : ndarray (k,)
        abs(C estimate - b) relative to the gross flow sum(abs(C) abs(x)) + abs(b) of the row.
    covariance : ndarray (n, n)
        Posterior covariance behind `posterior_sd`.
    at_bound : ndarray (n,) of bool
        Which unknowns rest on a bound.
    """

    estimate: Floats
    posterior_sd: Floats
    residual_z: Floats
    constraint_residual: Floats
    covariance: Floats
    at_bound: NDArray[np.bool_]
    _problem: _Problem = field(repr=False)

    def draws(self, count: int, seed: int) -> Floats:
        """Posterior draws: perturb every observation by its sigma and solve again.

        Parameters
        ----------
        count : int
            Number of draws.
        seed : int
            Seed of the Philox generator; draw i does not depend on `count`.

        Returns
        -------
        ndarray (count, n)
            Each row meets the identities (1e-9 relative) and the bounds.
        """
        problem = self._problem
        generator = np.random.Generator(np.random.Philox(seed))
        noise = generator.standard_normal((count, problem.observed.size))
        perturbed = problem.observed + problem.sigma * noise
        free = _unbounded(problem, perturbed)
        return np.array([_bounded(problem, row) for row in free]).reshape(count, -1)


def reconcile(
    observation_matrix: ArrayLike,
    observed: ArrayLike,
    sigma: ArrayLike,
    *,
    constraints: ArrayLike,
    targets: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    names: Sequence[str] | None = None,
) -> Reconciliation:
    """Reconcile noisy observations with exact identities and bounds.

    Parameters
    ----------
    observation_matrix : array (m, n)
        H, what each observation measures.
    observed : array (m,)
        y.
    sigma : array (m,)
        Standard deviations, above zero; a figure known exactly is a constraint.
    constraints : array (k, n)
        C; redundant rows are allowed where they agree.
    targets : array (k,)
        b.
    lower, upper : array (n,)
        Bounds; infinite where there is none, equal for a fixed unknown.
    names : sequence of str, optional
        Names of the unknowns for messages.

    Returns
    -------
    Reconciliation

    Raises
    ------
    InputError
        On wrong shapes, sigma not above zero, contradictory identities, an unknown that
        neither an observation nor an identity determines, or bounds that cannot be met.

    References
    ----------
    Stone, Champernowne and Meade (1942), eq. (5); Weale (1985); Goldfarb and Idnani (1983).
    """
    arrays = (observed, sigma, constraints, targets, lower, upper)
    problem = _prepare(
        np.atleast_2d(np.asarray(observation_matrix, dtype=float)),
        *(np.asarray(a, dtype=float) for a in arrays),
        names=names,
    )
    estimate = _bounded(problem, _unbounded(problem, problem.observed[None, :])[0])
    fitted = problem.observation_matrix @ estimate
    return Reconciliation(
        estimate=estimate,
        posterior_sd=np.sqrt(np.maximum(np.diag(problem.covariance), 0.0)),
        residual_z=(fitted - problem.observed) / problem.sigma,
        constraint_residual=relative_residual(problem.constraints, problem.targets, estimate),
        covariance=problem.covariance,
        at_bound=(estimate == problem.lower) | (estimate == problem.upper),
        _problem=problem,
    )


def relative_residual(constraints: Floats, targets: Floats, x: Floats) -> Floats:
    """Residual of C x = b relative to the gross flow of each row.

    Parameters
    ----------
    constraints : ndarray (k, n)
    targets : ndarray (k,)
    x : ndarray (n,)

    Returns
    -------
    ndarray (k,)
    """
    gross = np.abs(constraints) @ np.abs(x) + np.abs(targets)
    residual = np.abs(constraints @ x - targets)
    return np.asarray(residual / np.where(gross > 0.0, gross, 1.0))


def _prepare(
    h: Floats,
    y: Floats,
    sigma: Floats,
    c: Floats,
    b: Floats,
    lower: Floats,
    upper: Floats,
    *,
    names: Sequence[str] | None,
) -> _Problem:
    n = h.shape[1]
    c = c.reshape(-1, n) if c.size else np.zeros((0, n))
    b = b.reshape(-1)
    labels = tuple(names) if names is not None else tuple(f"unknown {i}" for i in range(n))
    _check(h, y, sigma, c, b, lower, upper, labels)
    weighted = h / sigma[:, None]
    fixed = np.flatnonzero(lower == upper)
    all_c = np.vstack([c, np.eye(n)[fixed]])
    all_b = np.concatenate([b, lower[fixed]])
    scale = _column_scale(weighted, all_c)
    particular, basis = _null_space(all_c, all_b, scale)
    gain_basis = _least_squares_map(weighted, basis, labels)
    root = gain_basis[0]
    gain = root @ gain_basis[1].T
    return _Problem(h, y, sigma, c, b, lower, upper, labels, particular, gain, root @ root.T)


def _check(
    h: Floats,
    y: Floats,
    sigma: Floats,
    c: Floats,
    b: Floats,
    lower: Floats,
    upper: Floats,
    names: tuple[str, ...],
) -> None:
    m, n = h.shape
    if y.shape != (m,) or sigma.shape != (m,):
        raise InputError(
            "observations and sigmas must match the rows of the observation matrix",
            found=f"{y.shape} and {sigma.shape}",
            allowed=f"({m},)",
        )
    if b.shape != (c.shape[0],) or lower.shape != (n,) or upper.shape != (n,) or len(names) != n:
        raise InputError("targets, bounds and names must match the constraints and unknowns")
    finite = (np.isfinite(v).all() for v in (h, y, sigma, c, b))
    if not all(finite) or np.isnan(lower).any() or np.isnan(upper).any():
        raise InputError("observations, sigmas, constraints and targets must be finite")
    if (sigma <= 0.0).any():
        raise InputError("every sigma must be above zero", found=float(sigma.min()))
    crossed = np.flatnonzero(lower > upper)
    if crossed.size:
        raise InputError("lower bound above upper bound", key=names[int(crossed[0])])


def _column_scale(weighted: Floats, constraints: Floats) -> Floats:
    """One scale per unknown, so that ranks do not depend on the units."""
    information = np.sqrt((weighted**2).sum(axis=0))
    coefficient = np.abs(constraints).max(axis=0, initial=0.0)
    seen = information[information > 0.0]
    typical = float(np.median(seen)) if seen.size else 1.0
    fallback = np.where(coefficient > 0.0, typical * coefficient, typical)
    return np.asarray(1.0 / np.where(information > 0.0, information, fallback))


def _null_space(c: Floats, b: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Particular solution of C x = b and a basis of its null space, both in true units."""
    n = scale.size
    if c.shape[0] == 0:
        return np.zeros(n), np.diag(scale)
    scaled = c * scale
    norm = np.linalg.norm(scaled, axis=1)
    empty = norm == 0.0
    if (np.abs(b[empty]) > 0.0).any():
        raise InputError("an identity has no unknowns but a target that is not zero")
    norm = np.where(empty, 1.0, norm)
    left, values, right = np.linalg.svd(scaled / norm[:, None], full_matrices=True)
    rank = int((values > RANK_TOLERANCE * max(float(values[0]), 1e-300)).sum())
    target = b / norm
    inner = right[:rank].T @ ((left[:, :rank].T @ target) / values[:rank])
    gap = np.abs((scaled / norm[:, None]) @ inner - target)
    if (gap > CONSTRAINT_TOLERANCE * (1.0 + np.abs(target).max(initial=0.0))).any():
        raise InputError("the identities contradict each other")
    return scale * inner, scale[:, None] * right[rank:].T


def _least_squares_map(
    weighted: Floats, basis: Floats, names: tuple[str, ...]
) -> tuple[Floats, Floats]:
    """Return (root, u): gain = root u^T maps weighted residuals, root root^T is the covariance."""
    if basis.shape[1] == 0:
        return np.zeros((basis.shape[0], 0)), np.zeros((weighted.shape[0], 0))
    u, values, vt = np.linalg.svd(weighted @ basis, full_matrices=False)
    if values.size < basis.shape[1]:
        vt_full = np.linalg.svd(weighted @ basis, full_matrices=True)[2]
        raise _undetermined(basis @ vt_full[-1], basis, names)
    if values[-1] <= RANK_TOLERANCE * values[0]:
        raise _undetermined(basis @ vt[-1], basis, names)
    return basis @ (vt.T / values), u


def _undetermined(direction: Floats, basis: Floats, names: tuple[str, ...]) -> InputError:
    weight = np.abs(direction) / np.maximum(np.linalg.norm(basis, axis=1), 1e-300)
    worst = int(np.argmax(weight))
    return InputError(
        "neither an observation nor an identity determines this unknown, give it a weak prior",
        key=names[worst],
    )


def _unbounded(problem: _Problem, observed: Floats) -> Floats:
    """Solutions without bounds, one row per row of `observed` (count, m)."""
    offset = problem.observation_matrix @ problem.particular
    residual = (observed - offset) / problem.sigma
    return np.asarray(problem.particular + residual @ problem.gain.T)


def _bounded(problem: _Problem, free: Floats) -> Floats:
    """Project an unbounded solution on the box in the metric of its covariance."""
    p = problem.covariance
    sd = np.sqrt(np.maximum(np.diag(p), 0.0))
    floor = np.maximum(np.abs(free), np.abs(problem.particular)) + sd
    active, side = active_bounds(p, free, problem.lower, problem.upper, floor, problem.names)
    x = free.copy()
    if active:
        bound = np.where(np.array(side) > 0, problem.lower[active], problem.upper[active])
        for _ in range(2):
            x = x + p[:, active] @ np.linalg.solve(p[np.ix_(active, active)], bound - x[active])
        x[active] = bound
    x = np.clip(x, problem.lower, problem.upper)
    worst = relative_residual(problem.constraints, problem.targets, x).max(initial=0.0)
    if worst > CONSTRAINT_TOLERANCE:
        raise InputError(
            "the identities are not met within the bounds", found=f"{worst:.1e} relative"
        )
    return x
