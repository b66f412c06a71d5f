"""Counter-based random numbers: Philox4x32-10, keyed by seed and input name.

A number is a pure function of (key, draw, year): no state is carried, so any order of
blocks, any block size and any number of threads give the same bits.

Stream key
    key = mix64(h XOR mix64(seed)), where h is the first eight bytes (little-endian) of
    sha256(name in UTF-8) and mix64 the mixing step of SplitMix64 (Steele, Lea & Flood
    2014). For one name different seeds give different keys; for one seed two names
    share a key only if their 64-bit hashes collide. Low word first.
Counter
    (low word of c, high word of c, year, use). Draws come in groups of 128: draw
    d = 128 g + p has the counter c = 64 g + p mod 64, and takes of its four 32-bit words
    0 and 1 where p < 64, else 2 and 3; so a group is filled in two straight halves. Use
    is 0 for draws, 1 and 2 for the scrambling of Sobol points (`sim.ensemble.sobol`).
Uniform
    k = the leading 52 bits of (first word, second word), the last of them set;
    u = k / 2**52, never 0 or 1. It is handed on as u - 1/2, an odd multiple of 2**-52, so
    that both tail probabilities are exact in binary64.
Mirrored (antithetic) draws
    Draws 2n and 2n + 1 have u and 1 - u: in a group pair i of 64 has the counter
    64 g + i, words 0 and 1.

References
----------
Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC11;
known answers in the file kat_vectors of Random123.
Steele, Lea & Flood (2014), Fast splittable pseudorandom number generators, OOPSLA.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.vector import from_bits
from sim.ensemble.compiled import exact_formula, exact_kernel
from sim.errors import InputError

GROUP = 128
HALF = GROUP // 2
_LOW = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_TO_LEADING = np.uint64(12)
_ROUNDS = 10
_ZERO = np.uint64(0)
_ONE_AND_LAST_BIT = np.uint64(0x3FF0000000000001)
_MASK_64 = (1 << 64) - 1


def _mix64(value: int) -> int:
    value = (value + 0x9E3779B97F4A7C15) & _MASK_64
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK_64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK_64
    return value ^ (value >> 31)


def stream_key(seed: int, name: str) -> int:
    """Return the 64-bit key of the stream of input `name` under `seed`.

    Parameters
    ----------
    seed : int
        0 to 2**64 - 1.
    name : str
        Permanent name of the uncertain input.

    Raises
    ------
    InputError
        When the seed is out of range.
    """
    if not 0 <= seed <= _MASK_64:
        raise InputError("out of range", key="seed", found=seed, allowed="0 to 2**64 - 1")
    digest = hashlib.sha256(name.encode("utf-8")).digest()
    return _mix64(int.from_bytes(digest[:8], "little") ^ _mix64(seed))


def stream_keys(seed: int, names: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return the keys of several streams, shape (n_input,)."""
    return np.array([stream_key(seed, name) for name in names], dtype=np.uint64)


@exact_formula
def _round(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """One round of the Philox bijection; the upper halves of the words mean nothing."""
    product_0 = _MULTIPLIER_0 * (c0 & _LOW)
    product_1 = _MULTIPLIER_1 * (c2 & _LOW)
    return (product_1 >> _WORD) ^ c1 ^ k0, product_1, (product_0 >> _WORD) ^ c3 ^ k1, product_0


@exact_formula
def philox4x32(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four 32-bit words of Philox4x32 with 10 rounds.

    Parameters
    ----------
    c0, c1, c2, c3 : uint64
        Words of the counter, each below 2**32.
    k0, k1 : uint64
        Words of the key, each below 2**32.

    Notes
    -----
    Salmon et al. (2011), section 3.3. Words travel in 64 bits so that the 32 x 32 -> 64
    bit products need no carry, and a loop over counters turns into vector instructions.
    """
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    for _ in range(_ROUNDS - 1):
        k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
        c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    return c0 & _LOW, c1 & _LOW, c2 & _LOW, c3 & _LOW


@exact_formula
def centred(word: np.uint64) -> float:
    """u - 1/2 of the uniform u made from the leading 52 bits of a 64-bit word.

    The bits become the fraction of a number in (1, 2), hence no conversion.
    """
    return from_bits((word >> _TO_LEADING) | _ONE_AND_LAST_BIT) - 1.5


@exact_kernel
def centred_group(
    key: np.uint64, year: int, group: int, mirrored: bool, out: npt.NDArray[np.float64]
) -> None:
    """Fill `out` with u - 1/2 for the 128 draws of a group.

    Parameters
    ----------
    key : uint64
        Stream key, see `stream_key`.
    year : int
        Calendar year; 0 for inputs that are constant over the years.
    group : int
        Number of the group: draws 128 group, 128 group + 1, ...
    mirrored : bool
        Whether draws 2n and 2n + 1 are mirror images.
    out : ndarray, shape (128,)
        Receives u - 1/2: odd multiples of 2**-52 in (-1/2, 1/2).
    """
    k0 = key & _LOW
    k1 = key >> _WORD
    year_word = np.uint64(year) & _LOW
    start = np.uint64(group) * np.uint64(HALF)
    low = start & _LOW  # a group does not cross a multiple of 2**32
    high = start >> _WORD
    if mirrored:
        for i in range(HALF):
            w0, w1, _, _ = philox4x32(low + np.uint64(i), high, year_word, _ZERO, k0, k1)
            out[2 * i] = centred((w0 << _WORD) | w1)
            out[2 * i + 1] = -out[2 * i]
    else:
        for i in range(HALF):
            w0, w1, w2, w3 = philox4x32(low + np.uint64(i), high, year_word, _ZERO, k0, k1)
            out[i] = centred((w0 << _WORD) | w1)
            out[HALF + i] = centred((w2 << _WORD) | w3)
