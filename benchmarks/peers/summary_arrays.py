"""Moments and quantiles of blocks of results, as a user of NumPy would gather them."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.peers.economy_arrays import Values
from models.state import IDENTITIES, SCALARS, Results

BINS = 4096
REACH = 2.0  # bins cover this many 5-95 % ranges on either side of it
TOLERANCE = 1e-9  # of the identities
TABLES = ("scalars", *Results._fields[1:-1])


def tables_of(xp: Any, year: Values) -> list[Any]:
    """Return a year's results as tables (rows, B), in the order of `TABLES`."""
    draws = year["gdp"].shape[-1]
    scalars = xp.stack([xp.broadcast_to(year[name], (draws,)) for name in SCALARS])
    return [scalars, *(year[name].reshape(-1, draws) for name in TABLES[1:])]


def worst_identity(xp: Any, found: list[Values]) -> Any:
    """Largest residual of any identity of a block."""
    worst = [xp.max(year[name]) for year in found for name in IDENTITIES]
    return xp.max(xp.stack(worst))


def block_sums(
    xp: Any, found: list[Values], centre: list[list[Any]]
) -> list[list[tuple[Any, Any]]]:
    """Sums of deviations from `centre` and of their squares, by year and table."""
    sums = []
    for year, means in zip(found, centre, strict=True):
        deviations = [
            table - mean[:, None] for table, mean in zip(tables_of(xp, year), means, strict=True)
        ]
        sums.append([(d.sum(-1), xp.vecdot(d, d)) for d in deviations])
    return sums


def bin_places(xp: Any, scalars: Any, low: Any, scale: Any) -> Any:
    """Bin of every scalar (rows, B)."""
    return xp.clip((scalars - low) * scale, 0, BINS - 1).astype(np.int64)


class Totals:
    """What is kept of the blocks of a run.

    Parameters
    ----------
    pilot : list of dict
        Results of a first block: they set the centres and the bins.
    """

    def __init__(self, pilot: list[Values]) -> None:
        tables = [[np.asarray(t) for t in tables_of(np, year)] for year in pilot]
        self.centre = [[table.mean(axis=-1) for table in year] for year in tables]
        self.low, self.scale = [], []
        for year in tables:
            low, high = np.quantile(year[0], [0.05, 0.95], axis=-1)
            width = np.where(high > low, high - low, 1e-3 * abs(low) + 1e-12)
            self.low.append((low - REACH * width)[:, None])
            self.scale.append((BINS / ((1.0 + 2.0 * REACH) * width))[:, None])
        self.clear()

    def clear(self) -> None:
        """Forget the draws added."""
        self.draws = 0
        self.sums = [[np.zeros((2, c.size)) for c in year] for year in self.centre]
        self.counts = np.zeros((len(self.centre), len(SCALARS), BINS), np.int64)

    def add(self, sums: Any, places: list[Any], worst: float, draws: int) -> None:
        """Add what a block gave; refuse one whose accounts do not close.

        Raises
        ------
        ArithmeticError
        """
        if not worst <= TOLERANCE:
            raise ArithmeticError(f"an identity fails by {worst:.1e}")
        self.draws += draws
        for year, found in zip(self.sums, sums, strict=True):
            for total, (first, second) in zip(year, found, strict=True):
                total[0] += first
                total[1] += second
        for counts, place in zip(self.counts, places, strict=True):
            for i, row in enumerate(np.asarray(place)):
                counts[i] += np.bincount(row, minlength=BINS)

    def finish(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return means, standard deviations and medians (Y, scalars)."""
        total = np.stack([year[0] for year in self.sums])
        shift = total[:, 0] / self.draws
        mean = np.stack([year[0] for year in self.centre]) + shift
        spread = np.maximum(total[:, 1] / self.draws - shift**2, 0.0)
        below = self.counts.cumsum(axis=-1)
        place = (below >= 0.5 * self.draws).argmax(axis=-1) + 0.5
        low, scale = np.stack(self.low)[..., 0], np.stack(self.scale)[..., 0]
        return mean, np.sqrt(spread), low + place / scale
