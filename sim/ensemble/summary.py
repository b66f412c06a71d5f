"""What is kept of the draws of a scenario: memory that does not grow with their number."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.moments import totals
from models.state import IDENTITIES, SCALARS, Results
from models.tables import TABLES, VECTORS, first_draw
from sim.ensemble.accumulate import (
    BLOCK,
    LEAF,
    MomentTree,
    NonFiniteResultError,
    check_finite,
    leaf_sums,
)
from sim.ensemble.compiled import exact_kernel
from sim.ensemble.quantiles import QuantileStream
from sim.errors import InputError

Array = NDArray[np.float64]
SUBSET = 2048  # leading draws from which quantiles of vectors are taken
TOLERANCE = 1e-9


class BrokenDrawError(InputError):
    """A draw gave a result that is no number, or an account that does not close.

    Attributes
    ----------
    draw : int
        Its number.
    """

    def __init__(self, message: str, draw: int, scenario: str) -> None:
        super().__init__(message, key=scenario)
        self.draw = draw


@exact_kernel
def take_block(results: Results, used: int, place: int, scalars: Array, residual: Array) -> float:
    """Copy the scalars of a block to `place` of a leaf, and look at every number once.

    Parameters
    ----------
    results : Results
    used : int
        Number of leading draws that count.
    place : int
        Of the first draw on the last axis of `scalars`.
    scalars : ndarray, shape (len(SCALARS), Y, 1024)
    residual : ndarray, shape (len(IDENTITIES), Y)
        Is raised to the largest of each identity and year.

    Returns
    -------
    float
        The largest residual; infinite where a residual or a scalar is not finite.
    """
    largest, broken = 0.0, 0
    for i in range(scalars.shape[0]):
        for y in range(scalars.shape[1]):
            source, target = results.scalars[i, y], scalars[i, y]
            for b in range(used):
                target[place + b] = source[b]
                broken += int(not abs(source[b]) < np.inf)
    for i in range(residual.shape[0]):
        for y in range(residual.shape[1]):
            row, worst = results.residual[i, y], residual[i, y]
            for b in range(used):
                worst = max(worst, row[b])
                broken += int(not abs(row[b]) < np.inf)
            residual[i, y] = worst
            largest = max(largest, worst)
    return np.inf if broken > 0 else largest


class Leaf:
    """What one thread gathers from the blocks of a leaf of a scenario.

    Parameters
    ----------
    summary : Summary
    scalars : ndarray, shape (len(SCALARS), Y, 1024)
        Receives the scalars of the leaf's draws.
    """

    def __init__(self, summary: Summary, scalars: Array) -> None:
        self.scalars = scalars
        self.sums = np.zeros((2, summary.scalars.centre.size))
        self.totals = totals(summary.tables.centre.reshape(summary.tables.shape))
        self.residual = np.zeros(summary.residual.shape)
        self.clamped = np.zeros(summary.clamped.shape, np.int64)
        self.pivoted = 0


class Summary:
    """Everything kept of one scenario.

    Parameters
    ----------
    centre : Results
        The central path: sums are taken about it.
    leading : ndarray, shape (len(SCALARS), Y, kept)
        Room for the scalars of the leading draws.
    draws, drivers : int
        Number of draws, and of drivers whose bounds are counted.
    years : ndarray
        Calendar years, for messages.
    name : str
        Name of the scenario, for messages.
    """

    def __init__(
        self,
        centre: Results,
        leading: Array,
        draws: int,
        drivers: int,
        years: NDArray[np.int64],
        name: str,
    ) -> None:
        self.shapes = {name: getattr(centre, name).shape[:-2] for name in TABLES}
        self.scalars = MomentTree(centre.scalars[..., 0])
        self.tables = MomentTree(first_draw(centre))  # (Y, R)
        self.draws, self.years, self.name = draws, years, name
        self.quantiles = QuantileStream(leading.reshape(-1, leading.shape[-1]), draws)
        self.vectors = {
            name: np.empty((*self.shapes[name], years.size, min(draws, SUBSET))) for name in VECTORS
        }
        self.residual = np.zeros((len(IDENTITIES), years.size))
        self.clamped = np.zeros(drivers, np.int64)
        self.pivoted = 0  # systems of a draw and year that were solved with pivoting

    def add(self, leaf: Leaf, results: Results, first: int) -> None:
        """Add a block that starts at draw `first`; draws past the last are left out.

        The tables are in the leaf's totals already; those of the leading draws are kept.

        Raises
        ------
        BrokenDrawError
            Where a result is not finite, or an identity fails, naming the draw.
        """
        used = min(BLOCK, self.draws - first)
        worst = take_block(results, used, first % LEAF, leaf.scalars, leaf.residual)
        if worst > TOLERANCE:
            self._explain(results, first, used)
        if first < SUBSET:
            for name, store in self.vectors.items():
                store[..., first : first + used] = getattr(results, name)[..., :used]

    def _explain(self, results: Results, first: int, used: int) -> None:
        """Name the draw of a block that cannot be summarised."""
        worst = results.residual[..., :used].max()
        try:
            check_finite(
                {n: results.scalars[i, :, :used] for i, n in enumerate(SCALARS)},
                first,
                [int(year) for year in self.years],
            )
        except NonFiniteResultError as error:
            raise BrokenDrawError(str(error), error.draw, self.name) from error
        place = np.unravel_index(
            np.argmax(results.residual[..., :used]), results.residual[..., :used].shape
        )
        draw = first + int(place[2])
        raise BrokenDrawError(
            f"identity {IDENTITIES[place[0]]} fails in draw {draw} of {self.years[place[1]]}: "
            f"{worst:.1e} of the total, {TOLERANCE:.0e} allowed",
            draw,
            self.name,
        )

    def close(self, leaf: Leaf, first: int) -> None:
        """Sum and count the scalars of a leaf whose blocks have all been added.

        Raises
        ------
        InputError
            Where a vector or matrix holds what is no number although all scalars and
            accounts are in order.
        """
        used = min(LEAF, self.draws - first)
        values = leaf.scalars.reshape(-1, LEAF)
        leaf_sums(values, used, self.scalars.centre, leaf.sums)
        if not np.isfinite(leaf.totals.sums).all():
            name = next(n for n, x in self.split(leaf.totals.sums[1]) if not np.isfinite(x).all())
            raise InputError(
                f"a draw from {first} to {first + used - 1} gave no finite {name}",
                key=self.name,
            )
        self.quantiles.add(values, used, first)

    def merge(self, leaf: Leaf, first: int) -> None:
        """Take over the sums of a closed leaf; leaves may come in any order."""
        self.scalars.add_sums(first // LEAF, leaf.sums)
        self.tables.add_sums(first // LEAF, leaf.totals.sums.reshape(2, -1))
        np.maximum(self.residual, leaf.residual, out=self.residual)
        self.clamped += leaf.clamped
        self.pivoted += leaf.pivoted

    def split(self, rows: Array) -> Iterator[tuple[str, Array]]:
        """Give each table of a value a row and year (Y, R) its own shape (…, Y)."""
        start = 0
        for name, shape in self.shapes.items():
            end = start + math.prod(shape)
            yield name, rows[:, start:end].T.reshape(*shape, self.years.size)
            start = end

    def moments(self) -> Iterator[tuple[str, Array, Array]]:
        """Return name, mean and standard deviation of the scalars together and of each table."""
        scalars, tables = self.scalars.finish(self.draws), self.tables.finish(self.draws)
        yield "scalars", scalars.mean, scalars.std
        spread = dict(self.split(tables.std))
        for name, mean in self.split(tables.mean):
            yield name, mean, spread[name]
