"""Final demand, the closure of the accounts, and the output it needs.

Symbols: A technical coefficients (total inputs per unit of output), r local-supply
shares by row, D domestic final use, E outflow to other provinces and exports, x gross
output, v value added per unit of output.
"""

from __future__ import annotations

from models.compiled import equation, kernel


@equation
def shifted_share(share, shift):
    """Return the multipliers of a group and of the rest when its share moves.

    Parameters
    ----------
    share : float or array
        Base share of the group in the total (fraction, strictly between 0 and 1).
    shift : float or array
        Change of the share since the base year (fraction). The new share is kept
        between 0 and 1.

    Returns
    -------
    tuple of float or array
        (multiplier of the group, multiplier of the rest); the total is unchanged.
    """
    moved = share + shift
    moved = moved * (moved > 0.0)
    moved = moved * (moved < 1.0) + 1.0 * (moved >= 1.0)
    return moved / share, (1.0 - moved) / (1.0 - share)


@equation
def closure_scale(gap, weight, adjustable):
    """Return the relative change of one kind of demand that closes its part of the gap.

    lambda = weight * gap / adjustable, where `gap` is the GDP that growth accounting
    supplies less the GDP that unscaled demand creates (亿元), `weight` the part of the
    gap that this kind of demand takes (fraction) and `adjustable` the GDP that this kind
    of demand creates (亿元).
    """
    return weight * gap / adjustable


@kernel
def multiply(matrix, block, out):
    """out = matrix @ block with a fixed order of summation.

    Parameters
    ----------
    matrix : array (n, m)
    block : array (m, B)
        Last axis: draws.
    out : array (n, B)
        Overwritten.
    """
    n, m = matrix.shape
    draws = block.shape[1]
    for i in range(n):
        row = out[i]
        for d in range(draws):
            row[d] = 0.0
        for j in range(m):
            a = matrix[i, j]
            if a != 0.0:
                column = block[j]
                for d in range(draws):
                    row[d] += a * column[d]


@kernel
def weighted_sum(weights, block, out):
    """out[d] = sum_i weights[i] * block[i, d]."""
    draws = block.shape[1]
    for d in range(draws):
        out[d] = 0.0
    for i in range(block.shape[0]):
        w = weights[i]
        row = block[i]
        for d in range(draws):
            out[d] += w * row[d]
