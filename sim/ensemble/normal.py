"""The normal distribution: quantile (AS 241), distribution function, vector exponential.

Knows no economics. Every function gives the same bits wherever a value stands in a
block: each element goes through the same IEEE operations, none of them fused.

References
----------
Wichura (1988), Algorithm AS 241: the percentage points of the normal distribution,
Applied Statistics 37, 477-484, routine PPND16 (about one part in 10**16).
Logarithm: Sun Microsystems (1993), fdlibm, e_log.c (below one unit of the last place).
Exponential: Moshier (1989), Methods and Programs for Mathematical Functions (Cephes),
exp.c (below one unit of the last place for arguments of moderate size).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.ensemble.compiled import exact_formula, exact_kernel

FloatArray = npt.NDArray[np.float64]

_CENTRAL = 0.425
_NEAR = 5.0
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_C1 = 6.93145751953125e-1
_C2 = 1.42860682030941723212e-6
_LOG2_E = 1.4426950408889634074
_ROUND = 6755399441055744.0
_EXP_LIMIT = 700.0


@exact_formula
def _central(q: float) -> float:
    """Quantile at probability 1/2 + q for |q| <= 0.425 (AS 241, coefficients A and B)."""
    r = 0.180625 - q * q
    a = 2.5090809287301226727e3 * r + 3.3430575583588128105e4
    a = a * r + 6.7265770927008700853e4
    a = a * r + 4.5921953931549871457e4
    a = a * r + 1.3731693765509461125e4
    a = a * r + 1.9715909503065514427e3
    a = a * r + 1.3314166789178437745e2
    a = a * r + 3.3871328727963666080e0
    b = 5.2264952788528545610e3 * r + 2.8729085735721942674e4
    b = b * r + 3.9307895800092710610e4
    b = b * r + 2.1213794301586595867e4
    b = b * r + 5.3941960214247511077e3
    b = b * r + 6.8718700749205790830e2
    b = b * r + 4.2313330701600911252e1
    b = b * r + 1.0
    return q * a / b


@exact_formula
def _near_tail(root: float) -> float:
    """Size of the quantile for root = sqrt(-ln tail) <= 5 (coefficients C and D)."""
    r = root - 1.6
    c = 7.74545014278341407640e-4 * r + 2.27238449892691845833e-2
    c = c * r + 2.41780725177450611770e-1
    c = c * r + 1.27045825245236838258e0
    c = c * r + 3.64784832476320460504e0
    c = c * r + 5.76949722146069140550e0
    c = c * r + 4.63033784615654529590e0
    c = c * r + 1.42343711074968357734e0
    d = 1.05075007164441684324e-9 * r + 5.47593808499534494600e-4
    d = d * r + 1.51986665636164571966e-2
    d = d * r + 1.48103976427480074590e-1
    d = d * r + 6.89767334985100004550e-1
    d = d * r + 1.67638483018380384940e0
    d = d * r + 2.05319162663775882187e0
    d = d * r + 1.0
    return c / d


@exact_kernel
def _far_tail(root: float) -> float:
    """Size of the quantile for root = sqrt(-ln tail) > 5 (coefficients E and F)."""
    r = root - 5.0
    e = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
    e = e * r + 1.24266094738807843860e-3
    e = e * r + 2.65321895265761230930e-2
    e = e * r + 2.96560571828504891230e-1
    e = e * r + 1.78482653991729133580e0
    e = e * r + 5.46378491116411436990e0
    e = e * r + 6.65790464350110377720e0
    f = 2.04426310338993978564e-15 * r + 1.42151175831644588870e-7
    f = f * r + 1.84631831751005468180e-5
    f = f * r + 7.86869131145613259100e-4
    f = f * r + 1.48753612908506148525e-2
    f = f * r + 1.36929880922735805310e-1
    f = f * r + 5.99832206555887937690e-1
    f = f * r + 1.0
    return e / f


@exact_kernel
def normal_quantile(probability: float) -> float:
    """Return the standard normal quantile at `probability`; NaN outside (0, 1)."""
    if not 0.0 < probability < 1.0:
        return math.nan
    q = probability - 0.5
    if abs(q) <= _CENTRAL:
        return _central(q)
    root = math.sqrt(-math.log(probability if q < 0.0 else 1.0 - probability))
    size = _near_tail(root) if root <= _NEAR else _far_tail(root)
    return -size if q < 0.0 else size


@exact_kernel
def normal_probability(z: float) -> float:
    """Return the standard normal distribution function at `z`, accurate in the low tail."""
    return 0.5 * math.erfc(-z * math.sqrt(0.5))


@exact_kernel
def _tail_roots(tail: FloatArray, root: FloatArray) -> None:
    """Fill root = sqrt(-ln tail) for tail probabilities in (0, 0.075), none denormal."""
    bits = tail.view(np.int64)
    reduced = root.view(np.int64)
    for i in range(tail.shape[0]):
        exponent = (bits[i] - _ROOT_HALF_BITS) >> 52
        reduced[i] = bits[i] - (exponent << 52)
    for i in range(tail.shape[0]):
        exponent = (bits[i] - _ROOT_HALF_BITS) >> 52
        k = np.float64(exponent)
        f = root[i] - 1.0
        s = f / (2.0 + f)
        z = s * s
        w = 1.531383769920937332e-01 + z * 1.479819860511658591e-01
        w = 1.818357216161805012e-01 + z * w
        w = 2.222219843214978396e-01 + z * w
        w = 2.857142874366239149e-01 + z * w
        w = 3.999999999940941908e-01 + z * w
        w = z * (6.666666666666735130e-01 + z * w)
        half = 0.5 * f * f
        minus_log = (half - (s * (half + w) + k * _LN2_LOW)) - f - k * _LN2_HIGH
        root[i] = math.sqrt(minus_log)


@exact_kernel
def normals_in_place(out: FloatArray, tail: FloatArray, place: npt.NDArray[np.int64]) -> None:
    """Replace u - 1/2 in `out` by the standard normal quantile of u.

    Parameters
    ----------
    out : ndarray, shape (block,)
        u - 1/2, strictly inside (-1/2, 1/2); receives the quantiles.
    tail : ndarray, shape (3, block)
        Scratch.
    place : ndarray of int64, shape (block,)
        Scratch.

    Notes
    -----
    The 15 % of values in the tails are gathered, so that both the central and the tail
    formula run over dense vectors.
    """
    block = out.shape[0]
    count = 0
    for j in range(block):
        place[count] = j
        count += int(abs(out[j]) > _CENTRAL)
    for i in range(count):
        tail[2, i] = out[place[i]]
        tail[0, i] = 0.5 - abs(tail[2, i])
    for j in range(block):
        out[j] = _central(out[j])
    _tail_roots(tail[0, :count], tail[1, :count])
    for i in range(count):
        tail[0, i] = _near_tail(tail[1, i])
    for i in range(count):
        size = tail[0, i] if tail[1, i] <= _NEAR else _far_tail(tail[1, i])
        out[place[i]] = size if tail[2, i] > 0.0 else -size


@exact_kernel
def exponentials(x: FloatArray, out: FloatArray, power: FloatArray) -> None:
    """Fill `out` with exp(x); exactly 1 where x is 0; NaN where x is NaN.

    Parameters
    ----------
    x, out : ndarray, shape (block,)
        Arguments (beyond 700 in size they are taken as 700) and results.
    power : ndarray, shape (block,)
        Scratch.
    """
    bits = power.view(np.int64)
    for i in range(x.shape[0]):
        value = x[i]
        value = _EXP_LIMIT if value > _EXP_LIMIT else value
        value = -_EXP_LIMIT if value < -_EXP_LIMIT else value
        shifted = value * _LOG2_E + _ROUND
        k = shifted - _ROUND
        r = value - k * _C1 - k * _C2
        square = r * r
        p = 1.26177193074810590878e-4 * square + 3.02994407707441961300e-2
        p = r * (p * square + 9.99999999999999999910e-1)
        q = 3.00198505138664455042e-6 * square + 2.52448340349684104192e-3
        q = q * square + 2.27265548208155028766e-1
        q = q * square + 2.0
        power[i] = shifted
        out[i] = 1.0 + 2.0 * (p / (q - p))
    for i in range(x.shape[0]):
        bits[i] = (bits[i] + 1023) << 52
    for i in range(x.shape[0]):
        out[i] *= power[i]
