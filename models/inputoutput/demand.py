"""Final demand, the closure of the accounts, and the output it needs.

Symbols: A technical coefficients (total inputs per unit of output), r local-supply
shares by row, D domestic final use, E outflow to other provinces and exports, x gross
output, v value added per unit of output.
"""

from __future__ import annotations

from models.compiled import equation

WIDEST = 0.25  # widest yearly change of demand by the closure (fraction)


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
def closure_scales(gap, weight, domestic, external):
    """Return the relative changes of domestic and external demand that close the gap.

    lambda_d = w k, lambda_e = (1 - w) k with k = gap / (w D + (1 - w) E), so that
    lambda_d D + lambda_e E = gap: the weight says how readily each kind of demand gives
    way, w = 1 and w = 0 are the extremes, and w = 1/2 scales both alike. Where one
    would move by more than `WIDEST` in a year it stops there and the other takes the
    rest, beyond that bound if it must: the accounts close in any case.

    Parameters
    ----------
    gap : float
        GDP of growth accounting less the GDP that unscaled demand creates (亿元).
    weight : float
        w, fraction.
    domestic, external : float
        D and E: GDP that domestic use, and outflow with exports, create (亿元).

    Returns
    -------
    tuple of float
        (lambda_d, lambda_e), fractions.
    """
    change = gap / (weight * domestic + (1.0 - weight) * external)
    first = min(max(weight * change, -WIDEST), WIDEST)
    second = (gap - first * domestic) / external
    if abs(second) > WIDEST:
        second = min(max(second, -WIDEST), WIDEST)
        first = (gap - second * external) / domestic
    return first, second
