"""Marginal distributions of the uncertain inputs as functions of a standard normal score.

Every distribution is written as x = F^-1(Phi(z)), so that z = 0 is the median and the
copula acts on z. Codes and parameters are plain numbers for the compiled kernels; the
six parameters stand in the order of `inputs.PARAMETERS`: location, scale, low, high,
shape, probability_zero.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.ensemble.compiled import exact_formula, exact_kernel
from sim.ensemble.normal import (
    exceedance,
    exponential,
    logarithm,
    normal_probability,
    normal_quantile,
)

FloatArray = npt.NDArray[np.float64]

GAUSSIAN: Final = 0
TRUNCATED_NORMAL: Final = 1
TRIANGULAR: Final = 2
UNIFORM: Final = 3
SLIP: Final = 4
INDEX: Final = 5
CODES: Final = {
    "normal": GAUSSIAN,
    "lognormal": GAUSSIAN,
    "posterior": GAUSSIAN,
    "posterior_width": GAUSSIAN,
    "truncated_normal": TRUNCATED_NORMAL,
    "triangular": TRIANGULAR,
    "uniform": UNIFORM,
    "slip": SLIP,
    "discrete_index": INDEX,
}
_GRID: Final = 40_001
_REACH: Final = 8.5


@exact_kernel
def truncated_normal(z: float, location: float, scale: float, low: float, high: float) -> float:
    """Return the quantile of a normal cut to [low, high] at the normal score `z`.

    With a = (low - location)/scale and b likewise: Phi^-1(Phi(a) + Phi(z)(Phi(b) -
    Phi(a))), computed from the nearer tail.
    """
    a = (low - location) / scale
    b = (high - location) / scale
    if z <= 0.0:
        below = normal_probability(a)
        share = below + normal_probability(z) * (normal_probability(b) - below)
        score = normal_quantile(share)
    else:
        above = normal_probability(-b)
        share = above + normal_probability(-z) * (normal_probability(-a) - above)
        score = -normal_quantile(share)
    return min(max(location + scale * score, low), high)


@exact_kernel
def triangular(z: float, mode: float, low: float, high: float) -> float:
    """Return the quantile of the triangular distribution at the normal score `z`."""
    below = normal_probability(z)
    if below * (high - low) <= mode - low:
        return low + math.sqrt(below * (high - low) * (mode - low))
    return high - math.sqrt(normal_probability(-z) * (high - low) * (high - mode))


@exact_kernel
def uniform(z: float, low: float, high: float) -> float:
    """Return the quantile of the uniform distribution at the normal score `z`."""
    return low + (high - low) * normal_probability(z)


@exact_formula
def exceedance_of_delay(z: float, probability_zero: float) -> float:
    """Return the exceedance probability of the delay at score `z`, given one; 1 or more: none."""
    return exceedance(z) * (1.0 / (1.0 - probability_zero))


@exact_formula
def cumulative_hazard(given: float) -> float:
    """Return -ln of an exceedance probability; that of 1/2 where there is no delay."""
    return -logarithm(given if given < 1.0 else 0.5)


@exact_formula
def delay(given: float, hazard: float, shape: float) -> float:
    """Return the Weibull quantile, hazard**(1/shape); 0 where there is no delay."""
    value = exponential(logarithm(hazard) * (1.0 / shape))
    return value if given < 1.0 else 0.0


@exact_formula
def slip(z: float, shape: float, probability_zero: float) -> float:
    """Return the delay of a unit, in arbitrary units, at the normal score `z`.

    Zero with `probability_zero` (below 1/2); else Weibull, (-ln s)**(1/shape) with s the
    exceedance probability given a delay. The caller divides by the median.
    """
    given = exceedance_of_delay(z, probability_zero)
    return delay(given, cumulative_hazard(given), shape)


@exact_kernel
def quantile(code: int, z: float, parameter: FloatArray) -> float:
    """Return x at the normal score `z` for any distribution but `discrete_index`.

    For a Gaussian the score itself is returned: its scale is applied by the caller.
    """
    if code == TRUNCATED_NORMAL:
        return float(truncated_normal(z, parameter[0], parameter[1], parameter[2], parameter[3]))
    if code == TRIANGULAR:
        return float(triangular(z, parameter[0], parameter[2], parameter[3]))
    if code == UNIFORM:
        return float(uniform(z, parameter[2], parameter[3]))
    if code == SLIP:
        return float(slip(z, parameter[4], parameter[5]))
    return z


@exact_kernel
def _weighted(code: int, parameter: FloatArray, score: FloatArray, value: FloatArray) -> None:
    for i in range(score.shape[0]):
        value[i] = quantile(code, score[i], parameter)


def standard_deviation(code: int, parameter: FloatArray) -> float:
    """Return the standard deviation of x of one year (of a year's step of a random walk).

    By quadrature over the normal score for the distributions that are not Gaussian
    (absolute error below 1e-4 of the scale); that of a slip is relative to its median.
    """
    if code == GAUSSIAN:
        return float(parameter[1])
    return _deviation(code, parameter.tobytes())  # where NaN, which stands for none, equals itself


@cache
def _deviation(code: int, numbers: bytes) -> float:
    """`standard_deviation` of what is not Gaussian, once for all scenarios."""
    parameter = np.frombuffer(numbers).copy()
    score = np.linspace(-_REACH, _REACH, _GRID)
    weight = np.exp(-0.5 * score * score)
    weight /= weight.sum()
    value = np.empty(_GRID)
    _weighted(code, parameter, score, value)
    mean = float(weight @ value)
    unit = quantile(code, 0.0, parameter) if code == SLIP else 1.0
    return math.sqrt(float(weight @ (value - mean) ** 2)) / unit
