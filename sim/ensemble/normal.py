"""The normal distribution: quantile, distribution function; exponential and logarithm.

Knows no economics. Every function gives the same bits wherever a value stands in a
block and on every processor that follows IEEE 754: each element goes through the same
operations, and those that are fused are written so.

Rational functions of the middle were interpolated here with 60 digits in Chebyshev nodes
of the logarithm of the distance to the singularity (quantile) and of a power of z
(distribution function); all coefficients are positive, so that nothing cancels. Their
distance from the functions is stated with each and tested against scipy's.

References
----------
Wichura (1988), Algorithm AS 241: the percentage points of the normal distribution,
Applied Statistics 37, 477-484, routine PPND16: the tails (one part in 10**16).
Exponential: Cody & Waite (1980), Software Manual for the Elementary Functions, chapter 6
(reduction); the polynomial interpolates (e**r - 1 - r)/r**2 in the Chebyshev nodes of
|r| <= ln(2)/2 (relative error of e**r 2e-17).
Logarithm: Sun Microsystems (1993), fdlibm, e_log.c (below one unit of the last place).
Both reduce and approximate as those of `models.vector`, with fused operations and without
denormal and infinite results, in some three fifths of the time; every hundredth exponential
differs in the last bit.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from models.vector import bits_of, from_bits
from sim.ensemble.compiled import exact_formula, exact_kernel, fused

FloatArray = npt.NDArray[np.float64]

_CENTRAL = 0.499  # beyond it the tails: 2 values in 1000
_LANES = 32
_NEAR = 5.0
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_LOG2_E = 1.4426950408889634074
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer in the low bits
_EXP_LIMIT = 700.0


@exact_formula
def exponential(x: float) -> float:
    """Return exp(x); exactly 1 where x is 0, NaN where x is NaN.

    Arguments beyond 700 in size are taken as 700.
    """
    x = _EXP_LIMIT if x > _EXP_LIMIT else x
    x = -_EXP_LIMIT if x < -_EXP_LIMIT else x
    shifted = fused(x, _LOG2_E, _ROUND)
    k = shifted - _ROUND
    r = fused(-k, _LN2_LOW, fused(-k, _LN2_HIGH, x))
    p = fused(2.510038549551032e-08, r, 2.7620088445409746e-07)
    p = fused(p, r, 2.7557268459997064e-06)
    p = fused(p, r, 2.4801521295954376e-05)
    p = fused(p, r, 0.00019841269863053618)
    p = fused(p, r, 0.0013888888917213717)
    p = fused(p, r, 0.008333333333330062)
    p = fused(p, r, 0.04166666666662413)
    p = fused(p, r, 0.16666666666666669)
    p = fused(p, r, 0.5000000000000001)
    p = 1.0 + fused(r * r, p, r)
    return p * from_bits((bits_of(shifted) + 1023) << 52)


@exact_formula
def logarithm(x: float) -> float:
    """Return ln(x) of a positive x that is not denormal."""
    bits = bits_of(x)
    exponent = (bits - _ROOT_HALF_BITS) >> 52
    k = np.float64(exponent)
    f = from_bits(bits - (exponent << 52)) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = fused(z, 1.479819860511658591e-01, 1.531383769920937332e-01)
    w = fused(z, w, 1.818357216161805012e-01)
    w = fused(z, w, 2.222219843214978396e-01)
    w = fused(z, w, 2.857142874366239149e-01)
    w = fused(z, w, 3.999999999940941908e-01)
    w = z * fused(z, w, 6.666666666666735130e-01)
    half = 0.5 * f * f
    return k * _LN2_HIGH - ((half - fused(s, half + w, k * _LN2_LOW)) - f)


@exact_formula
def _inside(q: float) -> float:
    """0.499**2 - q**2, negative in the tails."""
    return fused(-q, q, 0.249001)


@exact_formula
def _central(q: float) -> float:
    """Quantile at probability 1/2 + q for |q| <= 0.499.

    q times a rational function of r = 0.499**2 - q**2; relative error 6e-17.
    """
    r = _inside(q)
    a = fused(2.2877655160008466e25, r, 3.8596376130728045e26)
    a = fused(a, r, 9.322813589694061e26)
    a = fused(a, r, 7.26742685121404e26)
    a = fused(a, r, 2.4008234652978882e26)
    a = fused(a, r, 3.848697933233947e25)
    a = fused(a, r, 3.2415236608434016e24)
    a = fused(a, r, 1.5103023436746437e23)
    a = fused(a, r, 4.036052242544069e21)
    a = fused(a, r, 6.354558582324852e19)
    a = fused(a, r, 6.015043611693105e17)
    a = fused(a, r, 3470726107561803.5)
    a = fused(a, r, 12270583707977.125)
    a = fused(a, r, 26342448271.067932)
    a = fused(a, r, 33160273.160897058)
    a = fused(a, r, 22348.090901653166)
    a = fused(a, r, 6.19285031296155)
    b = fused(5.281315311228938e25, r, 3.5415734067195095e26)
    b = fused(b, r, 5.6032630098095815e26)
    b = fused(b, r, 3.324742386217515e26)
    b = fused(b, r, 8.998017350014072e25)
    b = fused(b, r, 1.2348256026039671e25)
    b = fused(b, r, 9.170141002168805e23)
    b = fused(b, r, 3.849020863899512e22)
    b = fused(b, r, 9.42066961178675e20)
    b = fused(b, r, 1.3766355121495026e19)
    b = fused(b, r, 1.2228112881687014e17)
    b = fused(b, r, 668273142233790.4)
    b = fused(b, r, 2255394257351.632)
    b = fused(b, r, 4652832401.493838)
    b = fused(b, r, 5659770.228141968)
    b = fused(b, r, 3702.9836245299416)
    b = fused(b, r, 1.0)
    return q * a / b


@exact_formula
def _near_tail(root: float) -> float:
    """Size of the quantile for root = sqrt(-ln tail) <= 5 (coefficients C and D)."""
    r = root - 1.6
    c = fused(7.74545014278341407640e-4, r, 2.27238449892691845833e-2)
    c = fused(c, r, 2.41780725177450611770e-1)
    c = fused(c, r, 1.27045825245236838258e0)
    c = fused(c, r, 3.64784832476320460504e0)
    c = fused(c, r, 5.76949722146069140550e0)
    c = fused(c, r, 4.63033784615654529590e0)
    c = fused(c, r, 1.42343711074968357734e0)
    d = fused(1.05075007164441684324e-9, r, 5.47593808499534494600e-4)
    d = fused(d, r, 1.51986665636164571966e-2)
    d = fused(d, r, 1.48103976427480074590e-1)
    d = fused(d, r, 6.89767334985100004550e-1)
    d = fused(d, r, 1.67638483018380384940e0)
    d = fused(d, r, 2.05319162663775882187e0)
    d = fused(d, r, 1.0)
    return c / d


@exact_kernel
def _far_tail(root: float) -> float:
    """Size of the quantile for root = sqrt(-ln tail) > 5 (coefficients E and F)."""
    r = root - 5.0
    e = fused(2.01033439929228813265e-7, r, 2.71155556874348757815e-5)
    e = fused(e, r, 1.24266094738807843860e-3)
    e = fused(e, r, 2.65321895265761230930e-2)
    e = fused(e, r, 2.96560571828504891230e-1)
    e = fused(e, r, 1.78482653991729133580e0)
    e = fused(e, r, 5.46378491116411436990e0)
    e = fused(e, r, 6.65790464350110377720e0)
    f = fused(2.04426310338993978564e-15, r, 1.42151175831644588870e-7)
    f = fused(f, r, 1.84631831751005468180e-5)
    f = fused(f, r, 7.86869131145613259100e-4)
    f = fused(f, r, 1.48753612908506148525e-2)
    f = fused(f, r, 1.36929880922735805310e-1)
    f = fused(f, r, 5.99832206555887937690e-1)
    f = fused(f, r, 1.0)
    return e / f


@exact_kernel
def _tail(q: float) -> float:
    """Quantile at probability 1/2 + q for 0.425 < |q| < 1/2 (AS 241)."""
    root = math.sqrt(-logarithm(0.5 - abs(q)))
    size = _near_tail(root) if root <= _NEAR else _far_tail(root)
    return math.copysign(size, q)


@exact_kernel
def normal_quantile(probability: float) -> float:
    """Return the standard normal quantile at `probability`; NaN outside (0, 1)."""
    if not 0.0 < probability < 1.0:
        return math.nan
    q = probability - 0.5
    if abs(q) <= _CENTRAL:
        return float(_central(q))
    root = math.sqrt(-math.log(probability if q < 0.0 else 1.0 - probability))
    size = _near_tail(root) if root <= _NEAR else _far_tail(root)
    return -size if q < 0.0 else size


@exact_kernel
def normal_probability(z: float) -> float:
    """Return the standard normal distribution function at `z`, accurate in the low tail."""
    return 0.5 * math.erfc(-z * math.sqrt(0.5))


@exact_formula
def exceedance(z: float) -> float:
    """Return the probability of a standard normal above `z`, |z| <= 9.

    exp(-z**2/2) times a rational function of |z|; relative error of the latter 2e-17.
    """
    x = abs(z)
    a = fused(8.924194051095403e-07, x, 2.570545099764019e-05)
    a = fused(a, x, 0.0003588465643551123)
    a = fused(a, x, 0.0031520236685792535)
    a = fused(a, x, 0.0190895155612449)
    a = fused(a, x, 0.08248856966141804)
    a = fused(a, x, 0.2546255424268638)
    a = fused(a, x, 0.5442774431240842)
    a = fused(a, x, 0.739563907148273)
    a = fused(a, x, 0.5)
    b = fused(2.2369637145654947e-06, x, 6.443401018301154e-05)
    b = fused(b, x, 0.0009017319135474703)
    b = fused(b, x, 0.007965385476141406)
    b = fused(b, x, 0.0487453450014585)
    b = fused(b, x, 0.21454017952105622)
    b = fused(b, x, 0.6843265550774541)
    b = fused(b, x, 1.5558963744074785)
    b = fused(b, x, 2.405347905097095)
    b = fused(b, x, 2.2770123750994102)
    b = fused(b, x, 1.0)
    above = exponential(-0.5 * x * x) * a / b
    return above if z >= 0.0 else 1.0 - above


@exact_kernel
def _replace_tails(centred: FloatArray, out: FloatArray) -> None:
    """Put the quantiles of the tails where the middle formula does not hold."""
    for first in range(0, centred.shape[0], _LANES):
        signs = 0
        for j in range(first, first + _LANES):
            signs |= bits_of(_inside(centred[j]))
        if signs < 0:
            for j in range(first, first + _LANES):
                if _inside(centred[j]) < 0.0:
                    out[j] = _tail(centred[j])


@exact_kernel
def normals(centred: FloatArray, out: FloatArray) -> None:
    """Fill `out` with the standard normal quantiles of uniforms u.

    Parameters
    ----------
    centred : ndarray, shape (block,)
        u - 1/2, strictly inside (-1/2, 1/2), a multiple of 2**-53; the block a multiple
        of 32.
    out : ndarray, shape (block,)
        Receives the quantiles; may not be `centred`.

    Notes
    -----
    The middle formula runs over all values; the two in a thousand that lie beyond it are
    looked for 32 at a time and done again one by one.
    """
    for j in range(centred.shape[0]):
        out[j] = _central(centred[j])
    _replace_tails(centred, out)
