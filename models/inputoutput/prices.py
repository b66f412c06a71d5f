"""Cost-push prices: what a change of primary costs or a carbon price does to prices.

    p' = v' L                                   (all costs passed on)
    w = A' p + c,  p = phi w                    (pass-through phi by sector)

with v primary inputs per unit of output, p index prices (1 at base), c the change of primary
cost per unit of output, w the change of unit cost and (1 - phi) w what the sector absorbs
out of its surplus. Quantities and input coefficients do not respond. The model is the dual of
the quantity model: c' x = p' f where everything is passed on.

Source: Miller and Blair (2009), section 2.6; Oosterhaven (1996), Journal of Regional Science
36(4), on its reading as a price model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.errors import InputError
from models.inputoutput.labelled import Floats
from models.inputoutput.solving import LeontiefSystem, System


@dataclass(frozen=True)
class PriceChange:
    """Result of a change of cost, relative to a base price of one.

    Attributes
    ----------
    direct : ndarray (n,)
        c: change of primary cost per unit of output.
    unit_cost : ndarray (n,)
        w: change of unit cost, inputs included.
    price : ndarray (n,)
        p: change of price.
    absorbed : ndarray (n,)
        w - p: borne by the sector's own surplus, per unit of output.
    """

    direct: Floats
    unit_cost: Floats
    price: Floats
    absorbed: Floats


def base_prices(system: System, primary_coefficients: ArrayLike) -> Floats:
    """p = L' v (n,): one in every sector whose column balances."""
    return system.solve_transposed(np.asarray(primary_coefficients, dtype=float))


def price_change(
    system: System,
    technical: ArrayLike,
    cost: ArrayLike,
    pass_through: ArrayLike = 1.0,
) -> PriceChange:
    """Change of prices by a change of primary cost.

    Parameters
    ----------
    system : System
        I - A.
    technical : array (n, n)
        A.
    cost : array (n,)
        c: change of primary cost per unit of output, as a fraction of the base price.
    pass_through : float or array (n,)
        phi in [0, 1]: share of the change of unit cost passed on in the price. Zero holds a
        price fixed, for instance a regulated one.

    Raises
    ------
    InputError
        When pass-through leaves [0, 1].
    """
    c = np.asarray(cost, dtype=float)
    phi = np.broadcast_to(np.asarray(pass_through, dtype=float), c.shape)
    if not ((phi >= 0.0) & (phi <= 1.0)).all():
        raise InputError("pass-through must lie in [0, 1]", found=f"{phi.min():g} to {phi.max():g}")
    if (phi == 1.0).all():
        unit_cost = system.solve_transposed(c)
        return PriceChange(c, unit_cost, unit_cost.copy(), np.zeros_like(unit_cost))
    A = np.asarray(technical, dtype=float)
    unit_cost = LeontiefSystem(phi[:, None] * A).solve_transposed(c)
    price = phi * unit_cost
    return PriceChange(c, unit_cost, price, unit_cost - price)


def carbon_cost(price: float, intensity: ArrayLike, tonnes: float, money: float) -> Floats:
    """Cost of a carbon price per unit of output.

    c_j = price * intensity_j * tonnes / money

    Parameters
    ----------
    price : float
        Currency per tonne.
    intensity : array (n,)
        Emissions per unit of output, in units of `tonnes` per unit of `money`.
    tonnes : float
        Tonnes in one unit of emissions.
    money : float
        Currency in one unit of output.
    """
    return np.asarray(intensity, dtype=float) * (price * tonnes / money)
