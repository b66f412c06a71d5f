"""Counter-based random numbers: Philox4x32-10, keyed by seed and input name.

A number is a pure function of (key, draw, year): no state is carried, so any order of
blocks, any block size and any number of threads give the same bits.

Stream key
    key = mix64(h XOR mix64(seed)), where h is the first eight bytes (little-endian) of
    sha256(name in UTF-8) and mix64 the mixing step of SplitMix64 (Steele, Lea & Flood
    2014). For one name different seeds give different keys; for one seed two names
    share a key only if their 64-bit hashes collide. Low word first.
Counter
    (low word of draw // 2, high word of draw // 2, year, 0). The four 32-bit words of
    the result serve two draws: words 0, 1 the even draw, words 2, 3 the odd one.
Uniform
    k = the leading 53 bits of (first word, second word); u = (k + 1/2) / 2**53, never 0
    or 1. It is handed on as u - 1/2 = (2k + 1 - 2**53) / 2**54, so that both tail
    probabilities are exact in binary64.

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

from sim.ensemble.compiled import exact_formula, exact_kernel
from sim.ensemble.normal import normals_in_place
from sim.errors import InputError

_LOW = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_LEADING_53 = np.uint64(11)
_ZERO = np.uint64(0)
_UNIT = 2.0**-54
_MIDDLE = 2.0**53 - 1.0
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
    """One round of the Philox bijection."""
    product_0 = _MULTIPLIER_0 * c0
    product_1 = _MULTIPLIER_1 * c2
    return (
        (product_1 >> _WORD) ^ c1 ^ k0,
        product_1 & _LOW,
        (product_0 >> _WORD) ^ c3 ^ k1,
        product_0 & _LOW,
    )


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
    bit products need no carry; the rounds stand one by one so that the loop over draws
    turns into vector instructions wherever it is inlined.
    """
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    return c0, c1, c2, c3


@exact_kernel
def _fill_words(
    key: np.uint64,
    year: int,
    first_pair: int,
    even: npt.NDArray[np.uint64],
    odd: npt.NDArray[np.uint64],
) -> None:
    """Fill the 64-bit words of the even and odd draws of consecutive pairs of draws."""
    k0 = key & _LOW
    k1 = key >> _WORD
    year_word = np.uint64(year) & _LOW
    start = np.uint64(first_pair)
    for i in range(even.shape[0]):
        pair = start + np.uint64(i)
        w0, w1, w2, w3 = philox4x32(pair & _LOW, pair >> _WORD, year_word, _ZERO, k0, k1)
        even[i] = (w0 << _WORD) | w1
        odd[i] = (w2 << _WORD) | w3


@exact_formula
def _centred(word: np.uint64) -> float:
    """u - 1/2 of the uniform u made from the leading 53 bits of `word`."""
    return (2.0 * np.float64(word >> _LEADING_53) - _MIDDLE) * _UNIT


@exact_kernel
def centred_uniforms_with(
    key: np.uint64,
    year: int,
    first_draw: int,
    out: npt.NDArray[np.float64],
    words: npt.NDArray[np.uint64],
) -> None:
    """Do as `fill_centred_uniforms`; `words` is scratch of shape (2, block // 2 + 1)."""
    block = out.shape[0]
    lead = first_draw & 1
    pairs = (block + lead + 1) >> 1
    even = words[0, :pairs]
    odd = words[1, :pairs]
    _fill_words(key, year, first_draw >> 1, even, odd)
    if lead == 0:
        for i in range(block >> 1):
            out[2 * i] = _centred(even[i])
            out[2 * i + 1] = _centred(odd[i])
        if block & 1:
            out[block - 1] = _centred(even[pairs - 1])
    else:
        for j in range(block):
            i = (j + 1) >> 1
            out[j] = _centred(even[i] if (j & 1) == 1 else odd[i])


@exact_kernel
def fill_centred_uniforms(
    key: np.uint64, year: int, first_draw: int, out: npt.NDArray[np.float64]
) -> None:
    """Fill `out` with u - 1/2 for draws first_draw, first_draw + 1, ...

    Parameters
    ----------
    key : uint64
        Stream key, see `stream_key`.
    year : int
        Calendar year; 0 for inputs that are constant over the years.
    first_draw : int
        Number of the first draw, not negative.
    out : ndarray, shape (block,)
        Receives u - 1/2: odd multiples of 2**-54 in (-1/2, 1/2).
    """
    centred_uniforms_with(
        key, year, first_draw, out, np.empty((2, out.shape[0] // 2 + 1), np.uint64)
    )


@exact_kernel
def normals_with(
    key: np.uint64,
    year: int,
    first_draw: int,
    out: npt.NDArray[np.float64],
    words: npt.NDArray[np.uint64],
    tail: npt.NDArray[np.float64],
    place: npt.NDArray[np.int64],
) -> None:
    """Do as `fill_normals` with scratch.

    `words` is of shape (2, block // 2 + 1), `tail` (3, block), `place` (block,).
    """
    centred_uniforms_with(key, year, first_draw, out, words)
    normals_in_place(out, tail, place)


@exact_kernel
def fill_normals(key: np.uint64, year: int, first_draw: int, out: npt.NDArray[np.float64]) -> None:
    """Fill `out` (block,) with standard normals for draws first_draw, first_draw + 1, ...

    Arguments as in `fill_centred_uniforms`. The value of a draw is a pure function of
    (key, draw, year), the normal quantile (AS 241) of its uniform.
    """
    block = out.shape[0]
    normals_with(
        key,
        year,
        first_draw,
        out,
        np.empty((2, block // 2 + 1), np.uint64),
        np.empty((3, block)),
        np.empty(block, np.int64),
    )
