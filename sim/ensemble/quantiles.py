"""Quantiles of an ensemble of any size: exact for the leading draws, by counts beyond.

The first 16,384 draws are kept. A run of no more has exact quantiles. In a longer one the
kept draws set, for each value, fixed bins about their median c in units of their 5-95 %
range R, and every draw is counted in whole numbers: the same counts result whatever the
order, the threads and the partition of the draws, and memory does not grow with them.

    z = (x - c) / R,   bin = the leading bits of 1 + |z|, on each side of c

A bin is R / 1024 wide inside one range of the median, where the 5 % and the 95 % quantile lie,
at most as wide inside three, twice that inside seven (1,024 bins to the first doubling of
1 + |z|, 2,048 to the next two), and a quantile is wrong by less than that even before the
interpolation within its bin. What lies further away, where the 1 % and the 99 % quantile of a
value stand that hardly varies in most draws, has 64 bins to each doubling, none wider than a
fiftieth of the way to the median; they reach 7e10 ranges. What lies beyond even those is
counted at the ends, whose outer edges are the smallest and largest value seen. Draws equal to
c have a bin of no width, so that a value that stands at one number in most draws keeps it
exactly.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Final

import numpy as np
import numpy.typing as npt

from models.vector import bits_of, fetch, from_bits
from sim.ensemble.compiled import exact_formula, exact_kernel

FloatArray = npt.NDArray[np.float64]

QUANTILES: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
LEADING: Final = 16_384  # draws kept, of which shorter runs have exact quantiles
BITS: Final = 10  # of the mantissa in the first doubling: 2**10 bins; one more in the next two
FAR_BITS: Final = 6  # in all further ones
NEAR_DOUBLINGS: Final = 3
DOUBLINGS: Final = 36
_FIRST: Final = 1 << BITS
_NEAR: Final = (NEAR_DOUBLINGS << BITS + 1) - _FIRST
_BEFORE_FAR: Final = _NEAR - (NEAR_DOUBLINGS << FAR_BITS)
SIDE: Final = _BEFORE_FAR + (DOUBLINGS << FAR_BITS)
MIDDLE: Final = SIDE + 1  # place of the values equal to the centre
NO_NUMBER: Final = 2 * SIDE + 3  # place of NaN
PLACES: Final = NO_NUMBER + 1
RELATIVE_ERROR: Final = 2.0**-BITS  # width of a bin inside three 5-95 % ranges, over one
_ONE: Final = int(np.float64(1.0).view(np.int64))
_SHIFT: Final = 52 - BITS
_FAR_SHIFT: Final = 52 - FAR_BITS
_ALL_BUT_SIGN: Final = 2**63 - 1
BATCH: Final = 4096  # draws counted at a time
APART: Final = 40  # more than needed in a row: at powers of two, rows share lines of the cache
ROWS: Final = 32  # values whose bins are set at a time


@exact_formula
def _ordered(x: float) -> int:
    """Return a whole number that is the larger the larger x: minima vectorise over these."""
    bits = bits_of(x)
    return bits ^ ((bits >> 63) & _ALL_BUT_SIGN)


@exact_formula
def _number(order: int) -> float:
    """Return the x of `_ordered`."""
    return from_bits(order ^ ((order >> 63) & _ALL_BUT_SIGN))


@exact_formula
def _steps(distance: float) -> int:
    """Return the number of whole bins between the median and 1 + |z|."""
    bits = bits_of(distance) - _ONE
    near = max(bits >> _SHIFT, (bits >> _SHIFT - 1) - _FIRST)
    return min(near, (bits >> _FAR_SHIFT) + _BEFORE_FAR, SIDE)


@exact_kernel
def place_values(
    values: FloatArray,
    used: int,
    centre: FloatArray,
    scale: FloatArray,
    places: npt.NDArray[np.int16],
    at: int,
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
    places : ndarray of int16, shape (n, room)
        Receives the bins.
    at : int
        Place of the first draw there.
    lowest, highest : ndarray, shape (n,)
        Are lowered and raised to the values.
    """
    for i in range(values.shape[0]):
        middle, unit = centre[i], scale[i]
        row, place = values[i], places[i, at : at + used]
        if i + 1 < values.shape[0]:  # where the next row's bins go is far from here
            fetch(places[i + 1, at : at + used])
        least, most = _ordered(np.inf), _ordered(-np.inf)
        for b in range(used):
            order = _ordered(row[b])
            least, most = min(least, order), max(most, order)
            away = row[b] - middle
            step = _steps(1.0 + abs(away * unit)) + 1
            step = step if away > 0.0 else -step
            step = step if away != 0.0 else 0
            place[b] = MIDDLE + step if row[b] == row[b] else NO_NUMBER
        lowest[i] = min(lowest[i], _number(least))
        highest[i] = max(highest[i], _number(most))


@exact_kernel
def count_places(places: npt.NDArray[np.int16], used: int, counts: npt.NDArray[np.uint32]) -> None:
    """Count the bins (n, width) of `used` draws in `counts` (n, PLACES)."""
    for i in range(places.shape[0]):
        row, count = places[i], counts[i]
        if i + 1 < counts.shape[0]:
            fetch(counts[i + 1, MIDDLE - _FIRST : MIDDLE + _FIRST])
        differing = 0
        for b in range(used):
            differing |= row[b] ^ row[0]
        if differing == 0:  # one addition would wait for the other
            count[row[0]] += np.uint32(used)
            continue
        for b in range(used):
            count[row[b]] += np.uint32(1)


@exact_kernel
def find_ranks(
    counts: npt.NDArray[np.uint32],
    rows: npt.NDArray[np.int64],
    order: npt.NDArray[np.int64],
    place: npt.NDArray[np.int64],
    before: npt.NDArray[np.int64],
    inside: npt.NDArray[np.int64],
) -> None:
    """Find the bins in which draws of given ranks lie.

    Parameters
    ----------
    counts : ndarray, shape (n, PLACES)
    rows : ndarray, shape (m,)
        Of the counts.
    order : ndarray, shape (n_rank,)
        Ranks from 0, increasing, below the number of draws counted.
    place, before, inside : ndarray, shape (m, n_rank)
        Receive the bin, and how many draws lie in those before and in itself.
    """
    for i in range(rows.shape[0]):
        count = counts[rows[i]]
        here, total, reached = 0, 0, int(count[0])
        for k in range(order.shape[0]):
            while reached <= order[k] and here + 1 < count.shape[0]:
                here += 1
                total, reached = reached, reached + int(count[here])
            place[i, k], before[i, k], inside[i, k] = here, total, reached - total


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
    rows = draws.reshape(-1, draws.shape[-1])
    parts = [rows[start : start + ROWS] for start in range(0, len(rows), ROWS)]
    found = np.concatenate([np.empty((0, len(levels))), *(_at_levels(p, levels) for p in parts)])
    return found.reshape(*draws.shape[:-1], len(levels))


def _at_levels(draws: FloatArray, levels: Sequence[float]) -> FloatArray:
    """Return quantiles of draws (n, draws), linear between ranks: those of `numpy.quantile`.

    That one looks for each rank alone, which takes four times as long as to sort.
    """
    ordered = np.sort(draws, axis=-1)
    rank = np.asarray(levels, dtype=np.float64) * (draws.shape[-1] - 1)
    place = np.floor(rank).astype(np.int64)
    share, low = rank - place, ordered[:, place]
    high = ordered[:, np.minimum(place + 1, draws.shape[-1] - 1)]
    gap = high - low
    # from the nearer end, so that no rounding leaves the interval
    found: FloatArray = np.where(share < 0.5, low + gap * share, high - gap * (1.0 - share))
    found[np.isnan(ordered[:, -1])] = np.nan
    return found


class QuantileStream:
    """Quantiles of `n` values over numbered draws.

    Parameters
    ----------
    leading : ndarray, shape (n, min(draws, 16384))
        Room for the leading draws; stays in use.
    draws : int
        Number of draws to come.

    Attributes
    ----------
    counts : ndarray of uint32, shape (n, PLACES), or None
        None where the leading draws are all.
    """

    def __init__(self, leading: FloatArray, draws: int) -> None:
        self.leading, self.draws = leading, draws
        self.counts: npt.NDArray[np.uint32] | None = None
        rows = leading.shape[0]
        self.centre, self.scale = np.empty((2, rows))
        self.lowest, self.highest = np.full(rows, np.inf), np.full(rows, -np.inf)
        self._lock = threading.Lock()

    @property
    def goes_on(self) -> bool:
        """Whether draws follow after the leading ones."""
        return bool(self.draws > self.leading.shape[1])

    def settle(self, pool: Executor | None = None) -> None:
        """Set the bins, once all leading draws are there; nothing where no more follow."""
        rows = self.leading.shape[0]
        if not self.goes_on:
            return
        self.counts = np.zeros((rows, PLACES), np.uint32)  # draws are fewer than 2**32
        parts = [slice(start, start + ROWS) for start in range(0, rows, ROWS)]
        for _ in (map if pool is None else pool.map)(self._settle, parts):
            pass

    def _settle(self, rows: slice) -> None:
        """Set the bins of some rows, and count their leading draws."""
        assert self.counts is not None, "called by `settle`"
        values = np.ascontiguousarray(self.leading[rows])
        self.centre[rows], self.scale[rows] = _bins(values)
        places, used = np.empty(values.shape, np.int16), values.shape[1]
        ends = (self.lowest[rows], self.highest[rows])
        place_values(values, used, self.centre[rows], self.scale[rows], places, 0, *ends)
        count_places(places, used, self.counts[rows])

    def count(
        self,
        places: npt.NDArray[np.int16],
        used: int,
        lowest: FloatArray,
        highest: FloatArray,
    ) -> None:
        """Count draws by their bins, one thread at a time.

        Parameters
        ----------
        places : ndarray of int16, shape (n, width)
            Bins, of which the first `used` columns count.
        lowest, highest : ndarray, shape (n,)
            Smallest and largest value among these draws and those counted before.
        """
        assert self.counts is not None, "the bins are set by `settle`"
        with self._lock:
            count_places(places, used, self.counts)
            np.minimum(self.lowest, lowest, out=self.lowest)
            np.maximum(self.highest, highest, out=self.highest)

    def finish(self, levels: Sequence[float] = QUANTILES) -> FloatArray:
        """Return the quantiles (n, n_level) of all draws; NaN where any draw is NaN."""
        if self.counts is None:
            return exact_quantiles(self.leading, levels)
        found = np.full((self.counts.shape[0], len(levels)), np.nan)
        rows = np.flatnonzero(self.counts[:, NO_NUMBER] == 0)
        rank = np.asarray(levels) * (self.draws - 1)
        ends = np.concatenate([np.floor(rank), np.ceil(rank)]).astype(np.int64)
        order, back = np.unique(ends, return_inverse=True)
        place, before, inside = np.empty((3, rows.size, order.size), np.int64)
        find_ranks(self.counts, rows, order, place, before, inside)
        assert inside.all(), "fewer draws were counted than are in the run"
        share = (order - before + 0.5) / inside  # of the way through a bin: its draws lie evenly
        place, share = place[:, back], share[:, back]
        lower, upper = self._edges(rows, place)
        low, high = np.split(lower + share * (upper - lower), 2, axis=1)
        found[rows] = low + (rank - np.floor(rank)) * (high - low)
        return found

    def _edges(self, rows: npt.NDArray[np.int64], place: npt.NDArray[np.int64]) -> FloatArray:
        """Return the lower and the upper edge of bins (n, m), cut to the values seen: (2, n, m)."""
        ends = (self.centre, self.scale, self.lowest, self.highest)
        centre, scale, lowest, highest = (item[rows, None] for item in ends)
        away = np.abs(place - MIDDLE)
        sides = (place > MIDDLE).astype(float) - (place < MIDDLE)
        edges = [centre + sides * _distance(k) / scale for k in (np.maximum(away - 1, 0), away)]
        return np.clip(np.sort(edges, axis=0), lowest, highest)


class Bins:
    """Draws that one thread adds to a stream; their bins are counted a batch at a time.

    Parameters
    ----------
    stream : QuantileStream
        Settled, where draws behind its leading ones are to come.
    batch : int
        Draws that wait to be counted: at most, and at least as many as are added at a time.

    Attributes
    ----------
    places : ndarray of int16, shape (n, batch or more)
        Bins of the draws that wait; no column before the bins are set.
    lowest, highest : ndarray, shape (n,)
        Smallest and largest value among these draws and those counted before.

    Notes
    -----
    The counts of a stream are larger than a processor's nearest memory: counted block by
    block they would be fetched as often.
    """

    def __init__(self, stream: QuantileStream, batch: int = BATCH) -> None:
        self.stream, self.batch = stream, batch
        self._used = 0
        rows, width = stream.leading.shape[0], 0
        if stream.counts is not None:
            width = batch + APART
        self.places = np.empty((rows, width), np.int16)
        self.lowest, self.highest = np.full(rows, np.inf), np.full(rows, -np.inf)

    def add(self, values: FloatArray, used: int, first: int) -> None:
        """Add `used` draws from number `first`.

        Parameters
        ----------
        values : ndarray, shape (n, width), contiguous
            Of which the first `used` columns count. They lie inside the leading draws or after
            them.
        """
        stream = self.stream
        if first < stream.leading.shape[1]:
            stream.leading[:, first : first + used] = values[:, :used]
            return
        at = self.make_room(used)
        outcome = (self.places, at, self.lowest, self.highest)
        place_values(values, used, stream.centre, stream.scale, *outcome)

    def make_room(self, used: int) -> int:
        """Return where the bins of `used` draws, at most a batch, are to be put in `places`."""
        assert used <= self.batch <= self.places.shape[1], (
            "compiled code would write beyond the bins"
        )
        if self._used + used > self.batch:
            self.count()
        self._used += used
        return self._used - used

    def count(self) -> None:
        """Count what is waiting; to be called when all draws have been added."""
        if self._used:
            self.stream.count(self.places, self._used, self.lowest, self.highest)
            self._used = 0


def _bins(leading: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the medians of leading draws (n, draws) and one over the unit of their bins.

    The unit is the 5-95 % range; where most draws stand at one number the next wider range that is
    not zero, and a thousandth of the number where all do.
    """
    levels = _at_levels(leading, [0.0, 0.01, 0.05, 0.5, 0.95, 0.99, 1.0])
    centre = levels[:, 3].copy()
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        scale = 1.0 / np.where((own := 1e-3 * np.abs(centre)) > 0.0, own, 1.0)
        for low, high in ((0, 6), (1, 5), (2, 4)):
            unit = levels[:, high] - levels[:, low]
            found = 1.0 / unit
            scale = np.where((unit > 0.0) & np.isfinite(found), found, scale)
    return centre, scale


def _distance(bins: npt.NDArray[np.int64]) -> FloatArray:
    """Return |z| at the end of so many bins from the median; infinite beyond the last."""
    near = np.minimum(bins << _SHIFT, (bins + _FIRST) << _SHIFT - 1)
    far = (bins - _BEFORE_FAR) << _FAR_SHIFT
    bits = _ONE + np.where(bins < _NEAR, near, far)
    return np.where(bins > SIDE, np.inf, bits.view(np.float64) - 1.0)
