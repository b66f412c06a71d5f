"""The coefficients of every year from those of the base year.

Symbols: A inputs, local and imported, per unit of output (by row product and column
sector); r local supply share of purchases by product; v value added per unit of output;
L the Leontief inverse of the local coefficients. Leading axes are years.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def drifted_coefficients(coefficients: Floats, drift: Floats) -> Floats:
    """Return technical coefficients by year, ``A_y = diag(exp(drift_y)) A``.

    Parameters
    ----------
    coefficients : array (n, n)
        A of the base year.
    drift : array (Y, n)
        Log change since the base year of the use of each product, alike in all sectors.

    Returns
    -------
    array (Y, n, n)

    References
    ----------
    Stone (1961), Input-Output and National Accounts: the row multipliers of RAS.
    """
    return np.asarray(coefficients[None] * np.exp(drift)[:, :, None])


def drifted_supply_share(share: Floats, drift: Floats) -> Floats:
    """Return local supply shares by year, ``r_y = min(r exp(drift_y), 1)``.

    Parameters
    ----------
    share : array (n,)
        r of the base year, fractions.
    drift : array (Y, n)
        Log change since the base year.

    Returns
    -------
    array (Y, n)
        A share cannot pass 1: a drift that would push it there stops at 1.
    """
    return np.asarray(np.minimum(share[None] * np.exp(drift), 1.0))


def value_added_coefficient(coefficients: Floats) -> Floats:
    """Return value added per unit of output, ``v_j = 1 - sum_i a_ij``.

    Parameters
    ----------
    coefficients : array (Y, n, n)
        A, imported inputs included.

    Returns
    -------
    array (Y, n)
        Not above 0 where inputs take the whole of a sector's output.
    """
    return np.asarray(1.0 - coefficients.sum(axis=1))


def income_coefficients(income: Floats, added: Floats, base_added: Floats) -> Floats:
    """Return each part of value added per unit of output, ``y_pj v_yj / v_j``.

    The parts (compensation, taxes, depreciation, surplus) keep their shares of the base
    year in the value added of a sector.

    Parameters
    ----------
    income : array (P, n)
        Parts per unit of output in the base year.
    added : array (Y, n)
        v by year.
    base_added : array (n,)
        v of the base year, to which the parts sum.

    Returns
    -------
    array (P, Y, n)
    """
    return np.asarray(income[:, None, :] * (added / base_added)[None])


def local_leontief_inverse(coefficients: Floats, share: Floats) -> Floats:
    """Return ``L = (I - diag(r) A)^-1``: local output per unit of local final demand.

    Parameters
    ----------
    coefficients : array (Y, n, n)
        A, imported inputs included.
    share : array (Y, n)
        r: the part of each product's purchases that local output meets.

    Returns
    -------
    array (Y, n, n)

    References
    ----------
    Miller & Blair (2009), Input-Output Analysis, 2nd edition, sections 2.2 and 3.2.
    """
    identity = np.eye(coefficients.shape[-1])
    return np.asarray(np.linalg.inv(identity[None] - share[:, :, None] * coefficients))


def value_added_multiplier(
    added: Floats, inverse: Floats, group: NDArray[np.int64], groups: int
) -> Floats:
    """Return the value added of a group per local final demand, ``m_gj = sum_i in g v_i L_ij``.

    Parameters
    ----------
    added : array (Y, n)
        v.
    inverse : array (Y, n, n)
        L.
    group : array of int (n,)
        Group of each sector, 0 to `groups` - 1.
    groups : int
        Number of groups, G.

    Returns
    -------
    array (Y, G, n)
        Summed over groups: v'L, the value added that one unit of local final demand for
        product j creates; 1 where nothing is imported.

    References
    ----------
    Miller & Blair (2009), Input-Output Analysis, 2nd edition, section 6.2.
    """
    member = group[None, :] == np.arange(groups)[:, None]
    return np.asarray(np.einsum("yi,gi,yij->ygj", added, member.astype(float), inverse))
