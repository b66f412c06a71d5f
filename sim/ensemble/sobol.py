"""Scrambled Sobol points: random access by index, replicates for the error.

Every input and year has a dimension for good, so that an input or a year more leaves the
others unchanged. The points of a replicate are those of the Sobol sequence in the
dimension, in the order of the Gray code, after a random linear scramble and a digital
shift of their binary digits (Matousek 1998). Each point is then uniform, an average over
a replicate's points is without bias, its variance is that of Owen's nested scrambling
(Owen 2003), and replicates are independent: their spread is the error.

Point n of a replicate is shift XOR d[b] over the bits b that are set in n, with the
numbers d scrambled beforehand: no state is carried. Scrambles come from Philox with the
key of the input (`sim.ensemble.random`), counter (replicate, digit, year, 1), shifts from
(replicate, 0, year, 2).

References
----------
Sobol (1967), USSR Computational Mathematics and Mathematical Physics 7, 86-112.
Joe & Kuo (2008), Constructing Sobol sequences with better two-dimensional projections,
SIAM Journal on Scientific Computing 30, 2635-2654: direction numbers, taken from
scipy.stats.qmc.
Matousek (1998), On the L2-discrepancy for anchored boxes, Journal of Complexity 14,
527-556.
Owen (2003), Variance with alternative scramblings of digital nets, ACM Transactions on
Modeling and Computer Simulation 13, 363-378.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sim.ensemble.compiled import allocating_kernel, exact_kernel
from sim.ensemble.random import GROUP, centred, philox4x32
from sim.errors import InputError

WordArray = npt.NDArray[np.uint64]
IntArray = npt.NDArray[np.int64]

SLOT: Final = 512  # dimensions kept for the inputs of one year, constants first
MOST_DIMENSIONS: Final = 21_201  # of Joe and Kuo's direction numbers
MOST_POINTS: Final = 2**30  # of one replicate
_DIGITS = 64
_SCIPY_BITS = 32
_GROUP_BITS = 7  # 128 draws
_ONE = np.uint64(1)
_WORD = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_TOP = np.uint64(63)
_SCRAMBLE = np.uint64(1)
_SHIFT = np.uint64(2)


def dimension(place: int, step: int) -> int:
    """Return the dimension of an input in a year: 512 step + place.

    Parameters
    ----------
    place : int
        Permanent place of the input, 0 to 511.
    step : int
        0 for a constant, else the year's distance from the base year.

    Raises
    ------
    InputError
        Where the published direction numbers do not reach.
    """
    number = SLOT * step + place
    if place >= SLOT or number >= MOST_DIMENSIONS:
        raise InputError(
            "too many uncertain inputs or years for Sobol points",
            key="sampler",
            found=f"input {place}, year {step}",
            allowed=f"inputs below {SLOT}, {MOST_DIMENSIONS // SLOT - 1} years",
        )
    return number


def direction_numbers(dimensions: IntArray, digits: int) -> WordArray:
    """Return direction numbers in the order of the Gray code.

    Parameters
    ----------
    dimensions : ndarray of int64, shape (n,)
    digits : int
        How many; 2**digits points can be told apart.

    Returns
    -------
    ndarray of uint64, shape (n, digits)
        v[b] XOR v[b - 1], v left-aligned in 64 bits: point n is their XOR over the bits
        that are set in n.
    """
    from scipy.stats import qmc

    engine = qmc.Sobol(int(dimensions.max()) + 1, scramble=False, bits=_SCIPY_BITS)
    points = [engine.random(1)[0, dimensions]]
    for b in range(digits):  # point 2**b is the XOR of v[b] and v[b - 1]
        engine.fast_forward((1 << b) - engine.num_generated)
        points.append(engine.random(1)[0, dimensions])
    scaled = np.array(points[1:]) * 2.0**_SCIPY_BITS
    return np.ascontiguousarray(scaled.astype(np.uint64).T) << np.uint64(_DIGITS - _SCIPY_BITS)


@allocating_kernel
def scramble(
    direction: WordArray, key: WordArray, year: IntArray, replicates: int
) -> tuple[WordArray, WordArray]:
    """Return scrambled direction numbers and shifts of every replicate.

    Parameters
    ----------
    direction : ndarray of uint64, shape (n_row, digits)
        From `direction_numbers`.
    key : ndarray of uint64, shape (n_row,)
        Stream key of each row's input.
    year : ndarray of int64, shape (n_row,)
        Calendar year of each row; 0 for a constant.
    replicates : int

    Returns
    -------
    scrambled : ndarray of uint64, shape (replicates, n_row, digits)
        Direction numbers times a random lower triangular matrix of binary digits with
        ones on the diagonal.
    shift : ndarray of uint64, shape (replicates, n_row)
    """
    n_row, digits = direction.shape
    scrambled = np.zeros((replicates, n_row, digits), np.uint64)
    shift = np.empty((replicates, n_row), np.uint64)
    for s in range(replicates):
        for row in range(n_row):
            k0, k1 = key[row] & _LOW, key[row] >> _WORD
            y = np.uint64(year[row])
            for digit in range(digits):
                place = _TOP - np.uint64(digit)
                w0, w1, _, _ = philox4x32(np.uint64(s), np.uint64(digit), y, _SCRAMBLE, k0, k1)
                below = ((w0 << _WORD) | w1) & ((_ONE << place) - _ONE)
                column = (_ONE << place) | below
                for b in range(digits):
                    if (direction[row, b] >> place) & _ONE == _ONE:
                        scrambled[s, row, b] ^= column
            w0, w1, _, _ = philox4x32(np.uint64(s), np.uint64(0), y, _SHIFT, k0, k1)
            shift[s, row] = (w0 << _WORD) | w1
    return scrambled, shift


@exact_kernel
def words_group(direction: WordArray, shift: np.uint64, first: int, out: WordArray) -> None:
    """Fill `out` (128,) with the digits of points first, first + 1, ... of a dimension.

    Parameters
    ----------
    direction : ndarray of uint64, shape (digits,)
        Of one row and replicate; at least 7.
    shift : uint64
    first : int
        A multiple of 128.
    """
    base = shift
    for b in range(_GROUP_BITS, direction.shape[0]):
        if (first >> b) & 1 == 1:
            base ^= direction[b]
    out[0] = base
    for b in range(_GROUP_BITS):
        for i in range(1 << b):
            out[(1 << b) + i] = out[i] ^ direction[b]


@exact_kernel
def sobol_group(
    direction: WordArray,
    shift: np.uint64,
    first: int,
    words: WordArray,
    out: npt.NDArray[np.float64],
) -> None:
    """Fill `out` (128,) with u - 1/2 of points first, first + 1, ...; `words` is scratch.

    Arguments as in `words_group`.
    """
    words_group(direction, shift, first, words)
    for i in range(GROUP):
        out[i] = centred(words[i])
