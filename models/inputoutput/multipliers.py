"""Multipliers: what a unit of final demand draws in, directly and along the supply chain.

    m' = c' L,      type I: L = (I - A)^-1,  type II: L = (I - A - C (I - H)^-1 h)^-1,

with c any direct coefficient per unit of output (1 for output, compensation for income,
jobs, energy, CO2), h household income per unit of output, C household purchases and H
purchases among households, both per unit of household income (Miller and Blair 2009,
sections 2.5 and 6.2). For type II the sums run over the n sectors; the household row is not
an output.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from models.errors import InputError
from models.inputoutput.labelled import Floats
from models.inputoutput.solving import System, UpdatedSystem


def multipliers(system: System, coefficients: ArrayLike) -> Floats:
    """m = L' c: content of one unit of final demand of each product.

    Parameters
    ----------
    system : System
        I - A, or the system closed for households.
    coefficients : array (n,) or (n, m)
        c, per unit of output.

    Returns
    -------
    ndarray of the same shape
        In units of c per unit of final demand.
    """
    return system.solve_transposed(np.asarray(coefficients, dtype=float))


def relative_to_direct(content: ArrayLike, coefficients: ArrayLike) -> Floats:
    """Type I or II ratio m_j / c_j; not a number where the direct coefficient is zero.

    Source: Miller and Blair (2009), section 6.2.2, "type I income multipliers".
    """
    m, c = np.asarray(content, dtype=float), np.asarray(coefficients, dtype=float)
    return np.asarray(np.divide(m, c, out=np.full_like(m, np.nan), where=c != 0.0))


def closed_coefficients(
    technical: ArrayLike, income: ArrayLike, consumption: ArrayLike, own: ArrayLike = 0.0
) -> Floats:
    """Coefficients closed for households: [[A, C], [h, H]], (n + k, n + k).

    Parameters
    ----------
    technical : array (n, n)
        A.
    income : array (n,) or (k, n)
        h: income of each household group per unit of output.
    consumption : array (n,) or (n, k)
        C: purchases per unit of household income.
    own : float or array (k, k)
        H: purchases of households from households per unit of income.

    Source: Miller and Blair (2009), section 2.5.
    """
    A = np.asarray(technical, dtype=float)
    h = np.atleast_2d(np.asarray(income, dtype=float))
    C = np.asarray(consumption, dtype=float).reshape(A.shape[0], h.shape[0])
    H = np.broadcast_to(np.asarray(own, dtype=float), (h.shape[0], h.shape[0]))
    return np.block([[A, C], [h, H]])


def close_for_households(
    system: System, income: ArrayLike, consumption: ArrayLike, own: ArrayLike = 0.0
) -> UpdatedSystem:
    """The n-sector system with induced consumption, from the factors of the open one.

    Parameters
    ----------
    system : System
        I - A.
    income, consumption, own
        h, C and H as in `closed_coefficients`.

    Returns
    -------
    UpdatedSystem
        Of A + C (I - H)^-1 h.

    Raises
    ------
    InputError
        When households spend so much that the closed model has no bounded solution.
    """
    h = np.atleast_2d(np.asarray(income, dtype=float))
    C = np.asarray(consumption, dtype=float).reshape(system.size, h.shape[0])
    H = np.broadcast_to(np.asarray(own, dtype=float), (h.shape[0], h.shape[0]))
    spending = np.linalg.solve((np.eye(h.shape[0]) - H).T, C.T).T
    respent = h @ system.solve(spending)
    rounds = float(np.abs(np.linalg.eigvals(respent)).max())
    if rounds >= 1.0 or np.abs(np.linalg.eigvals(H)).max() >= 1.0:
        raise InputError(
            "closed for households the model has no bounded solution: each unit of income "
            f"leads to {rounds:.4g} units of further income"
        )
    return UpdatedSystem(system, spending, h.T)
