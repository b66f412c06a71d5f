"""Quantiles of an ensemble of any size: exact for the leading draws, by counts beyond.

The first 16,384 draws are kept. A run of no more has exact quantiles. In a longer one the
kept draws set, for each value, fixed bins about their median c in units of their 5-95 %
range R, and every draw is counted in whole numbers: the same counts result whatever the
order, the threads and the partition of the draws, and memory does not grow with them.

    z = (x - c) / R,   bin = the leading bits of 1 + |z|, on each side of c

gives 1,024 bins to each doubling of 1 + |z|: inside one range of the median, where both
the 5 % and the 95 % quantile lie, a bin is at most R / 1024 wide, and a quantile is wrong
by less than 0.1 % of R even before the interpolation within its bin. Three doublings reach
seven ranges; what lies beyond is counted at the ends, whose outer edges are the smallest
and largest value seen. Draws equal to c have a bin of no width, so that a value that
stands at one number in most draws keeps it exactly.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.ensemble.compiled import exact_kernel

FloatArray = npt.NDArray[np.float64]

QUANTILES: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
LEADING: Final = 16_384  # draws kept, of which shorter runs have exact quantiles
BITS: Final = 10  # of the mantissa: 2**10 bins a doubling
DOUBLINGS: Final = 3
SIDE: Final = DOUBLINGS << BITS
MIDDLE: Final = SIDE + 1  # place of the values equal to the centre
NO_NUMBER: Final = 2 * SIDE + 3  # place of NaN
PLACES: Final = NO_NUMBER + 1
RELATIVE_ERROR: Final = 2.0**-BITS  # width of a bin near the median over the 5-95 % range
_ONE: Final = int(np.float64(1.0).view(np.int64))
_SHIFT: Final = 52 - BITS
_LANES: Final = 16
STEP: Final = 1024  # leading draws counted at a time


@exact_kernel
def place_values(
    values: FloatArray,
    used: int,
    centre: FloatArray,
    scale: FloatArray,
    places: npt.NDArray[np.int16],
    lowest: FloatArray,
    highest: FloatArray,
) -> None:
    """Find the bin of every value.

    Parameters
    ----------
    values : ndarray, shape (n, width)
        Draws on the last axis.
    used : int
        Number of leading draws that count.
    centre, scale : ndarray, shape (n,)
        Median and one over the unit of the bins.
    places : ndarray of int16, shape (n, width)
        Receives the bins.
    lowest, highest : ndarray, shape (n,)
        Are lowered and raised to the values.
    """
    distance = np.empty(values.shape[1])
    bits = distance.view(np.int64)
    low, high = np.empty(_LANES), np.empty(_LANES)
    for i in range(values.shape[0]):
        middle, unit = centre[i], scale[i]
        row, place = values[i], places[i]
        for b in range(used):
            distance[b] = 1.0 + abs((row[b] - middle) * unit)
        for b in range(used):
            step = min((bits[b] - _ONE) >> _SHIFT, SIDE) + 1
            side = np.int64(row[b] > middle) - np.int64(row[b] < middle)
            place[b] = MIDDLE + side * step if row[b] == row[b] else NO_NUMBER
        low[:] = lowest[i]
        high[:] = highest[i]
        for start in range(0, used - _LANES + 1, _LANES):
            for b in range(_LANES):
                x = row[start + b]
                low[b] = x if x < low[b] else low[b]
                high[b] = x if x > high[b] else high[b]
        for b in range(used - used % _LANES, used):
            low[0] = min(low[0], row[b])
            high[0] = max(high[0], row[b])
        lowest[i], highest[i] = low.min(), high.max()


@exact_kernel
def count_places(places: npt.NDArray[np.int16], used: int, counts: npt.NDArray[np.uint32]) -> None:
    """Count the bins (n, width) of `used` draws in `counts` (n, PLACES)."""
    for i in range(places.shape[0]):
        row, count = places[i], counts[i]
        for b in range(used):
            count[row[b]] += np.uint32(1)


def exact_quantiles(draws: FloatArray, levels: Sequence[float] = QUANTILES) -> FloatArray:
    """Return exact quantiles over the last axis.

    Parameters
    ----------
    draws : ndarray, shape (..., n_draw)
    levels : sequence of float
        In [0, 1].

    Returns
    -------
    ndarray, shape (..., n_level)
        NaN where any draw is NaN.
    """
    values = np.quantile(draws, np.asarray(levels, dtype=np.float64), axis=-1)
    return np.ascontiguousarray(np.moveaxis(values, 0, -1))


class QuantileStream:
    """Quantiles of `n` values over numbered draws.

    Parameters
    ----------
    leading : ndarray, shape (n, min(draws, 16384))
        Room for the leading draws; stays in use.
    draws : int
        Number of draws to come.

    Notes
    -----
    The counts are shared by the threads, one of which adds at a time: adding takes a small
    part of what simulating a draw takes.
    """

    def __init__(self, leading: FloatArray, draws: int) -> None:
        self.leading, self.draws = leading, draws
        self.counts: npt.NDArray[np.uint32] | None = None
        self._lock = threading.Lock()

    def add(self, values: FloatArray, used: int, first: int) -> None:
        """Add `used` draws from number `first`; several threads may at a time.

        Parameters
        ----------
        values : ndarray, shape (n, width), contiguous
            Of which the first `used` columns count. A block lies inside
            the leading draws or after them; those after are added after `settle`.
        """
        if first < self.leading.shape[1]:
            self.leading[:, first : first + used] = values[:, :used]
        else:
            self._count(values, used)

    def settle(self, pool: Executor | None = None) -> None:
        """Set the bins, once all leading draws are there; nothing where no more follow."""
        rows, kept = self.leading.shape
        if self.draws <= kept:
            return
        bins = (map if pool is None else pool.map)(_bins, self.leading)
        self.centre, self.scale = np.ascontiguousarray(np.reshape(list(bins), (rows, 2)).T)
        self.lowest, self.highest = self.centre.copy(), self.centre.copy()
        self.counts = np.zeros((rows, PLACES), np.uint32)  # draws are fewer than 2**32
        for start in range(0, kept, STEP):
            values = np.ascontiguousarray(self.leading[:, start : start + STEP])
            self._count(values, values.shape[1])

    def _count(self, values: FloatArray, used: int) -> None:
        assert self.counts is not None, "the bins are set by `settle`"
        places = np.empty(values.shape, np.int16)
        low, high = self.centre.copy(), self.centre.copy()
        place_values(values, used, self.centre, self.scale, places, low, high)
        with self._lock:
            count_places(places, used, self.counts)
            np.minimum(self.lowest, low, out=self.lowest)
            np.maximum(self.highest, high, out=self.highest)

    def finish(self, levels: Sequence[float] = QUANTILES) -> FloatArray:
        """Return the quantiles (n, n_level) of all draws; NaN where any draw is NaN."""
        if self.counts is None:
            return exact_quantiles(self.leading, levels)
        found = np.empty((self.counts.shape[0], len(levels)))
        for i, count in enumerate(self.counts[:, :NO_NUMBER].astype(np.int64)):
            if self.counts[i, NO_NUMBER]:
                found[i] = np.nan
                continue
            edges = _edges(self.centre[i], self.scale[i], self.lowest[i], self.highest[i])
            found[i] = counted_quantiles(count, *edges, levels)
        return found


def _bins(leading: FloatArray) -> tuple[float, float]:
    """Return the median of the leading draws and one over the unit of their bins.

    The unit is the 5-95 % range; where most draws stand at one number the next wider range that is
    not zero, and a thousandth of the number where all do.
    """
    levels = np.quantile(leading, [0.0, 0.01, 0.05, 0.5, 0.95, 0.99, 1.0])
    centre = float(levels[3])
    for low, high in ((2, 4), (1, 5), (0, 6)):
        unit = float(levels[high] - levels[low])
        if unit > 0.0 and np.isfinite(1.0 / unit):
            return centre, 1.0 / unit
    return centre, 1.0 / (1e-3 * abs(centre) or 1.0)


def _edges(
    centre: float, scale: float, lowest: float, highest: float
) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper edge of every bin, cut to the values seen: (NO_NUMBER,)."""
    steps = (_ONE + (np.arange(SIDE + 1, dtype=np.int64) << _SHIFT)).view(np.float64) - 1.0
    below, above = centre - steps[::-1] / scale, centre + steps / scale
    lower = np.concatenate([[lowest], below[:-1], [centre], above[:-1], [above[-1]]])
    upper = np.concatenate([[below[0]], below[1:], [centre], above[1:], [highest]])
    return np.clip(lower, lowest, highest), np.clip(upper, lowest, highest)


def counted_quantiles(
    counts: npt.NDArray[np.int64], lower: FloatArray, upper: FloatArray, levels: Sequence[float]
) -> FloatArray:
    """Return quantiles of counted values, which lie evenly within each bin.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_bin,)
    lower, upper : ndarray, shape (n_bin,)
        Edges of the bins.
    levels : sequence of float

    Returns
    -------
    ndarray, shape (n_level,)
        Linear between neighbouring ranks, as `exact_quantiles`.
    """
    total = np.cumsum(counts)
    rank = np.asarray(levels) * (total[-1] - 1)

    def at(order: FloatArray) -> FloatArray:
        place = np.searchsorted(total, order, side="right")
        share = (order - (total[place] - counts[place]) + 0.5) / counts[place]
        found: FloatArray = lower[place] + share * (upper[place] - lower[place])
        return found

    low, high = at(np.floor(rank)), at(np.ceil(rank))
    result: FloatArray = low + (rank - np.floor(rank)) * (high - low)
    return result
