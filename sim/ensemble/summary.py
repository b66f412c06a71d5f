"""What is kept of the draws of a scenario: memory that does not grow with their number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.moments import totals
from models.state import IDENTITIES, SCALARS, Results
from models.tables import TABLES, VECTORS, first_draw
from sim.ensemble.accumulate import LEAF, MomentTree, find_non_finite
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


class Fault(NamedTuple):
    """What is wrong with a draw: its place in the block, and a sentence with room for its name."""

    place: int
    text: str


def find_fault(results: Results, years: NDArray[np.int64], used: int) -> Fault | None:
    """Return the first draw, all years kept, that is no finite number or does not close."""
    faults = []
    named = {name: results.scalars[i, :, :used] for i, name in enumerate(SCALARS)}
    named |= {name: getattr(results, name)[..., :used] for name in TABLES if name != "scalars"}
    wrong = find_non_finite(named, years.tolist())
    if wrong is not None:
        text = f"{{}} gave {wrong.value} for {wrong.variable} in {wrong.year}"
        faults.append(Fault(wrong.draw, text))
    residual = results.residual[..., :used]
    unclosed = np.flatnonzero(~(residual.max(axis=(0, 1)) <= TOLERANCE))  # NaN neither
    if unclosed.size:
        place = int(unclosed[0])
        own = residual[..., place]
        identity, year = np.unravel_index(np.argmax(own), own.shape)
        text = (
            f"identity {IDENTITIES[identity]} fails in {{}} of {years[year]}: "
            f"{own.max():.1e} of the total, {TOLERANCE:.0e} allowed"
        )
        faults.append(Fault(place, text))
    return min(faults, key=lambda fault: fault.place, default=None)


class Leaf:
    """What one thread gathers from the blocks of a leaf of a scenario."""

    def __init__(self, summary: Summary) -> None:
        self.totals = totals(summary.tables.centre.reshape(summary.tables.shape))
        self.residual = np.zeros(summary.residual.shape)  # the worst of its draws
        self.clamped = np.zeros(summary.clamped.shape, np.int64)
        self.pivoted = np.zeros(1, np.int64)

    def sound(self) -> bool:
        """Tell whether every result is a finite number and every account closes."""
        return bool(np.isfinite(self.totals.sums).all() and self.residual.max() <= TOLERANCE)


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
        self.tables = MomentTree(first_draw(centre))  # (Y, R)
        self.draws, self.years, self.name = draws, years, name
        self.quantiles = QuantileStream(leading.reshape(-1, leading.shape[-1]), draws)
        self.vectors = {
            name: np.empty((*self.shapes[name], years.size, min(draws, SUBSET))) for name in VECTORS
        }
        self.residual = np.zeros((len(IDENTITIES), years.size))
        self.clamped = np.zeros(drivers, np.int64)
        self.pivoted = 0  # systems of a draw and year that were solved with pivoting

    def explain(self, results: Results, first: int, used: int) -> None:
        """Name the draw of a block, all years kept, that cannot be summarised.

        Raises
        ------
        BrokenDrawError
            Where a result is not finite, or an identity fails.
        """
        fault = find_fault(results, self.years, used)
        if fault is not None:
            draw = first + fault.place
            raise BrokenDrawError(fault.text.format(f"draw {draw}"), draw, self.name)

    def merge(self, leaf: Leaf, first: int) -> None:
        """Take over what was gathered of a leaf, and clear it; leaves may come in any order."""
        self.tables.add_sums(first // LEAF, leaf.totals.sums.reshape(2, -1).copy())
        np.maximum(self.residual, leaf.residual, out=self.residual)
        self.clamped += leaf.clamped
        self.pivoted += int(leaf.pivoted[0])
        for gathered in (leaf.totals.sums, leaf.residual, leaf.clamped, leaf.pivoted):
            gathered[:] = 0

    def split(self, rows: Array) -> Iterator[tuple[str, Array]]:
        """Give each table of a value a row and year (Y, R) its own shape (…, Y)."""
        start = 0
        for name, shape in self.shapes.items():
            end = start + math.prod(shape)
            yield name, rows[:, start:end].T.reshape(*shape, self.years.size)
            start = end

    def moments(self) -> Iterator[tuple[str, Array, Array]]:
        """Return name, mean and standard deviation of the scalars together and of each table."""
        tables = self.tables.finish(self.draws)
        spread = dict(self.split(tables.std))
        for name, mean in self.split(tables.mean):
            yield name, mean, spread[name]
