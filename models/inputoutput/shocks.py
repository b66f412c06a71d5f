"""Shocks of final demand and projects spread over time.

    dx = L df                                    (all rounds within the period)
    dx_t = df_t + A dx_{t-1}                     (each tier of suppliers one period later)

The second is the power series L = I + A + A^2 + ... laid out in time; summed over all periods
it is the first (Miller and Blair 2009, section 2.2.2; sequential interindustry models:
Romanoff and Levine 1981, Journal of Regional Science 21(2)).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from models.errors import InputError
from models.inputoutput.labelled import Floats
from models.inputoutput.solving import System


def at_once(system: System, demand: ArrayLike) -> Floats:
    """dx = L df for demand (n,) or (n, periods)."""
    return system.solve(np.asarray(demand, dtype=float))


def totals(system: System, coefficients: ArrayLike, demand: ArrayLike) -> Floats:
    """C' L dF (q, m): totals of q accounts under m changes of final demand.

    Output by sector is not asked for, so the shorter side is solved: L' C for few accounts,
    L dF for few changes.

    Parameters
    ----------
    coefficients : array (n, q)
        C, per unit of output.
    demand : array (n, m)
        dF.
    """
    C, F = np.asarray(coefficients, dtype=float), np.asarray(demand, dtype=float)
    if C.shape[1] <= F.shape[1]:
        return np.asarray(system.solve_transposed(C).T @ F)
    return np.asarray(C.T @ system.solve(F))


def in_rounds(technical: ArrayLike, demand: ArrayLike, periods: int) -> Floats:
    """dx (n, periods) when each tier of suppliers produces one period after its customer.

    Parameters
    ----------
    technical : array (n, n)
        A.
    demand : array (n, m)
        df by period, m not above `periods`.
    periods : int
        Periods reported.

    Raises
    ------
    InputError
        When demand lasts longer than the periods reported.
    """
    A, f = np.asarray(technical, dtype=float), np.asarray(demand, dtype=float)
    if f.shape[1] > periods:
        raise InputError("demand lasts longer than the periods reported", found=f.shape[1])
    result = np.zeros((f.shape[0], periods))
    for t in range(periods):
        if t > 0:
            result[:, t] = A @ result[:, t - 1]
        if t < f.shape[1]:
            result[:, t] += f[:, t]
    return result


def spread_over(composition: ArrayLike, profile: ArrayLike) -> Floats:
    """Demand of a project (n, periods): what is bought, times the share of each period.

    Parameters
    ----------
    composition : array (n,)
        Total purchases by product.
    profile : array (periods,)
        Share of the total spent in each period; must sum to one.
    """
    shares = np.asarray(profile, dtype=float)
    if abs(shares.sum() - 1.0) > 1e-9:
        raise InputError("the shares of the periods must sum to one", found=f"{shares.sum():.10g}")
    return np.outer(np.asarray(composition, dtype=float), shares)
